"""What a product or a page still lacks on the web. A web shop can live with all of it, so nothing blocks."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.channels.models import Channel
from comptoir.publishing.items import Item, Problem, ProductItem
from comptoir.publishing.texts import body_text

#: Search results cut titles at about 600 px, which is 60 to 70 letters.
TITLE_CHARACTERS = 70


def web_problems(item: Item, channel: Channel) -> list[Problem]:
    """Warnings for the web: pictures, their descriptions, words, the title, the other languages."""
    return [*_pictures(item), *_words(item), *_languages(item, channel)]


def _pictures(item: Item) -> Iterator[Problem]:
    if isinstance(item, ProductItem) and not item.pictures:
        yield Problem(
            "no_picture", _("There is no picture: hardly anyone buys what they cannot see."), "pictures"
        )
    without = [picture.alt for picture in item.pictures] + [picture["alt"] for picture in _shown(item.body)]
    if count := sum(not alt for alt in without):
        message = ngettext(
            "A picture has no description for people who cannot see it.",
            "%(count)d pictures have no description for people who cannot see them.",
            count,
        )
        yield Problem("no_alt_text", message % {"count": count}, "pictures")


def _words(item: Item) -> Iterator[Problem]:
    if not body_text(item.body) and not item.summary:
        yield Problem("no_description", _("There is no text: write at least a paragraph."), "body")
    if len(item.seo_title) > TITLE_CHARACTERS:
        message = _("Search engines will cut the title: it has %(length)d characters, %(limit)d are shown.")
        facts = {"length": len(item.seo_title), "limit": TITLE_CHARACTERS}
        yield Problem("title_too_long", message % facts, "seo_title")


def _languages(item: Item, channel: Channel) -> Iterator[Problem]:
    if missing := [locale for locale in channel.locales if locale not in item.slugs]:
        message = _("Not published in: %(languages)s.") % {"languages": ", ".join(missing)}
        yield Problem("no_translation", message, "locale")


def _shown(body: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pictures in the text of an item."""
    pictures = [block.get("picture") for block in body] + [
        one for block in body for one in block.get("pictures", [])
    ]
    return [picture for picture in pictures if picture]
