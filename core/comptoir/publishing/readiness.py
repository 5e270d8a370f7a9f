"""What a product, a text or a page still lacks on each channel, asked of its latest draft; nothing is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel
from comptoir.content.models import EditorialPage, ProductContent
from comptoir.plugins import PluginFailed
from comptoir.publishing.documents import find_problems
from comptoir.publishing.items import Item, Problem
from comptoir.publishing.loading import LoadedProduct, Window, load_products
from comptoir.publishing.models import Document
from comptoir.publishing.pages import has_draft_above, page_item
from comptoir.publishing.services import active_channels

Draft = ProductContent | EditorialPage
#: The published texts of products that a draft stands in for: (product id, language code) to draft.
Drafts = Mapping[tuple[int, str], ProductContent]


class State(models.TextChoices):
    """How far an item is on one channel; the worst last."""

    READY = "ready", gettext_lazy("Ready")
    WARNINGS = "warnings", gettext_lazy("Ready, with warnings")
    NOT_LISTED = "not_listed", gettext_lazy("Not on this channel")
    FAILED = "failed", gettext_lazy("Could not be checked")
    BLOCKED = "blocked", gettext_lazy("Blocked")


@dataclass(frozen=True)
class ChannelReadiness:
    """How far an item is on one channel in one language.

    ``reason`` is a sentence when the item is not on the channel, or could not be checked. ``shown_now`` is about what
    is published, not about the draft. ``item`` is the draft as plugins see it, when there is one to show.
    """

    channel: Channel
    locale: str
    state: State
    problems: tuple[Problem, ...] = ()
    shown_now: bool = False
    reason: str = ""
    window: Window = field(default_factory=Window)
    item: Item | None = None

    @property
    def language(self) -> str:
        """The name of the language, in the language of the reader."""
        try:
            return str(translation.get_language_info(self.locale)["name_translated"])
        except KeyError:
            return self.locale


def readiness(product: Product) -> list[ChannelReadiness]:
    """How far a product is on every active channel in each of its languages, with its latest texts."""
    channels = active_channels()
    loaded = _loaded(product.root_id, channels, latest_texts(product.root_id))
    shown = _shown_places("product", product.root_id)
    return [_of_product(loaded, channel, locale, shown) for channel in channels for locale in channel.locales]


def draft_readiness(draft: Draft, *, drafts: Drafts | None = None) -> list[ChannelReadiness]:
    """How far one text or page, as it is in memory, is on every active channel.

    ``drafts`` are other texts of the same products that go live along with it.
    """
    channels = active_channels()
    if isinstance(draft, ProductContent):
        return _of_text(draft, channels, drafts or {})
    shown = _shown_places("page", draft.pk or 0)
    return [_of_page(draft, channel, draft.locale.language_code, shown) for channel in channels]


def latest_texts(product_id: int) -> dict[tuple[int, str], ProductContent]:
    """The texts of a product as their editors last left them."""
    rows = ProductContent.objects.filter(product=product_id).select_related("locale", "latest_revision")
    return {(product_id, row.locale.language_code): row.get_latest_revision_as_object() for row in rows}


def worst_first(lines: Iterable[ChannelReadiness]) -> list[ChannelReadiness]:
    return sorted(lines, key=lambda line: State.values.index(line.state), reverse=True)


def _of_text(draft: ProductContent, channels: list[Channel], drafts: Drafts) -> list[ChannelReadiness]:
    if not draft.product_id:
        return []
    locale = draft.locale.language_code
    loaded = _loaded(draft.product_id, channels, {**drafts, (draft.product_id, locale): draft})
    shown = _shown_places("product", draft.product_id)
    return [_of_product(loaded, channel, locale, shown) for channel in channels]


def _loaded(product_id: int, channels: list[Channel], drafts: Drafts) -> LoadedProduct:
    return load_products([product_id], channels=channels, drafts=drafts)[0]


def _of_product(
    loaded: LoadedProduct, channel: Channel, locale: str, shown: set[tuple[int, str]]
) -> ChannelReadiness:
    is_shown = (channel.pk, locale) in shown
    content = loaded.contents.get(locale)
    if absence := loaded.absence_on(channel):
        return ChannelReadiness(
            channel, locale, State.NOT_LISTED, shown_now=is_shown, reason=str(absence.label)
        )
    if locale not in channel.locales:
        return _unspoken(channel, locale)
    if content is None:
        problem = Problem(
            "no_text", _("There is no text in this language yet: write one."), "title", blocks=True
        )
        return ChannelReadiness(channel, locale, State.BLOCKED, (problem,), is_shown)
    window = (loaded.window_on(channel) or Window()).and_from(content.go_live_at).and_until(content.expire_at)
    return _checked(loaded.item(channel, locale), channel, locale, is_shown, window)


def _of_page(
    page: EditorialPage, channel: Channel, locale: str, shown: set[tuple[int, str]]
) -> ChannelReadiness:
    if locale not in channel.locales:
        return _unspoken(channel, locale)
    is_shown = (channel.pk, locale) in shown
    if page.channels and channel.code not in page.channels:
        reason = _("This page is limited to other channels.")
        return ChannelReadiness(channel, locale, State.NOT_LISTED, shown_now=is_shown, reason=reason)
    if page.pk and has_draft_above(page):
        reason = _("A page above this one is not published: publish it first.")
        return ChannelReadiness(channel, locale, State.NOT_LISTED, shown_now=is_shown, reason=reason)
    window = Window(page.go_live_at, page.expire_at)
    return _checked(page_item(page, channel, locale), channel, locale, is_shown, window)


def _unspoken(channel: Channel, locale: str) -> ChannelReadiness:
    reason = _("This channel does not speak this language.")
    return ChannelReadiness(channel, locale, State.NOT_LISTED, reason=reason)


def _checked(item: Item, channel: Channel, locale: str, is_shown: bool, window: Window) -> ChannelReadiness:
    """Ask the core and the channel's plugins; one that fails is named and spoils no other line."""
    try:
        problems = tuple(find_problems(item, channel, locale))
    except PluginFailed as failure:
        reason = _("The plugin “%(plugin)s” failed and could not be asked.") % {"plugin": failure.plugin}
        return ChannelReadiness(channel, locale, State.FAILED, (), is_shown, reason, window, item)
    state = State.WARNINGS if problems else State.READY
    if any(problem.blocks for problem in problems):
        state = State.BLOCKED
    return ChannelReadiness(channel, locale, state, problems, is_shown, "", window, item)


def _shown_places(kind: str, item_id: int) -> set[tuple[int, str]]:
    """Channel and language of every place where an item can be read at this moment."""
    now = clock.now()
    rows = Document.objects.filter(kind=kind, item_id=item_id).values_list(
        "channel", "locale", "shown_from", "shown_until"
    )
    return {(channel, locale) for channel, locale, start, until in rows if Window(start, until).has(now)}
