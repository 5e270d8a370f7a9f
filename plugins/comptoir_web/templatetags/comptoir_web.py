"""What the templates of the web shop are written with."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from comptoir_web import preview
from comptoir_web.blocks import picture_html
from comptoir_web.cards import drawn_card

register = template.Library()


@register.simple_tag(takes_context=True)
def link(context: Context, name: str, *args: object) -> str:
    """The address of a page of this channel; nothing if the site does not have it: ``{% link "product" card.slug %}``."""
    return context["shop"].url_or_none(name, *args)


@register.simple_tag
@cache
def icon(name: str, style: str = "") -> SafeString:
    """A drawing without words of its own; the sentence beside it says what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        style,
        static("comptoir_web/icons.svg"),
        name,
    )


@register.simple_tag
def picture(
    value: Mapping[str, Any] | None, sizes: str, *, first: bool = False, alt: str | None = None
) -> SafeString:
    """A picture of a document in the size that the browser chooses; ``first`` for those one sees without scrolling."""
    if value and alt is not None:
        value = {**value, "alt": alt}
    return picture_html(value, sizes=sizes, first=first)


@register.simple_tag(takes_context=True)
def product_card(
    context: Context, card: Mapping[str, Any], *, level: str = "", sizes: str = "", first: bool = False
) -> SafeString:
    """The card of a product, ``parts/card.html``, which knows nothing but ``shop``, ``card`` and what is given here."""
    return drawn_card(context.template.engine, context["shop"], card, level=level, sizes=sizes, first=first)


@register.simple_tag(takes_context=True)
def other_language(context: Context, code: str) -> str:
    """This very page in another language, as far as the view knows it (``translations``); else its front page."""
    shop = context["shop"]
    return (context.get("translations") or {}).get(code) or shop.url("home", locale=code)


@register.simple_tag
def swatches(card: Mapping[str, Any]) -> list[dict[str, str]]:
    """The colours a card can be had in, if there are several."""
    found = [value for option in card.get("options", ()) for value in option["values"] if value["swatch"]]
    return found if len(found) > 1 else []


@register.simple_tag(takes_context=True)
def page_in_theme(context: Context) -> SafeString:
    """A draft as the channel's theme draws it, for the preview beside the other channels."""
    given = (context.get(name) for name in ("document", "channel", "locale", "availability"))
    return mark_safe(preview.page_in_theme(*given))  # noqa: S308 (a whole page that templates have escaped)


@register.filter
def day(written_on: str) -> str:
    """A day of a document as people write it."""
    return date_format(date.fromisoformat(written_on), "DATE_FORMAT")


@register.filter
def is_short(facet: Any) -> bool:
    """Whether the values of a facet are short words without a colour, such as sizes."""
    return all(len(value.label) <= 4 and not value.swatch for value in facet.values)
