"""The readiness panel: one line per channel, in the editors of texts and pages and on the product screen."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel
from comptoir.content.models import EditorialPage, ProductContent
from comptoir.publishing.backoffice.boards import screen_url
from comptoir.publishing.readiness import ChannelReadiness, State, draft_readiness, readiness, worst_first


@dataclass(frozen=True)
class ChannelLine:
    """One channel of the panel, with its languages."""

    channel: Channel
    lines: tuple[ChannelReadiness, ...]

    @property
    def state(self) -> State:
        return worst_first(self.lines)[0].state

    @property
    def shown_in(self) -> list[str]:
        return [line.language for line in self.lines if line.shown_now]

    @property
    def reason(self) -> str:
        """Said once when it is the same in every language."""
        reasons = {line.reason for line in self.lines}
        return reasons.pop() if len(reasons) == 1 else ""

    @property
    def notes(self) -> list["Note"]:
        """Everything there is to do, each thing once, with its languages where it is not about all of them."""
        found: dict[tuple[State, str], list[str]] = {}
        for line in self.lines:
            for state, sentence in _sentences(line, with_reason=not self.reason):
                found.setdefault((state, sentence), []).append(line.language)
        return [
            Note(state, sentence, () if len(languages) == len(self.lines) else tuple(languages))
            for (state, sentence), languages in found.items()
        ]


@dataclass(frozen=True)
class Note:
    """One thing to do on a channel."""

    state: State
    sentence: str
    languages: tuple[str, ...]


def _sentences(line: ChannelReadiness, *, with_reason: bool) -> list[tuple[State, str]]:
    reason = [(line.state, line.reason)] if line.reason and with_reason else []
    problems = [(State.BLOCKED if one.blocks else State.WARNINGS, str(one.message)) for one in line.problems]
    return reason + problems


def channel_lines(lines: Iterable[ChannelReadiness]) -> list[ChannelLine]:
    """The lines of an item, one per channel."""
    groups = groupby(lines, key=lambda line: line.channel)
    return [ChannelLine(channel, tuple(members)) for channel, members in groups]


def product_panel(request: HttpRequest, product: Product) -> SafeString:
    """Readiness of a product in all languages, with the links to its previews: for the product screen."""
    texts = (
        ProductContent.objects.filter(product=product.root_id).select_related("locale").order_by("locale_id")
    )
    previews = [{"url": screen_url(text), "language": str(text.locale)} for text in texts]
    lines = channel_lines(readiness(product))
    context = {"channels": lines, "previews": previews, "heading": _("Readiness of the channels")}
    return render_to_string("comptoir/publishing/readiness.html", context, request)


class ReadinessPanel(Panel):
    """What the draft at hand still lacks on each channel, as it was last saved."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("heading", _("Readiness of the channels"))
        kwargs.setdefault("icon", "tasks")
        super().__init__(**kwargs)

    class BoundPanel(Panel.BoundPanel):
        template_name = "comptoir/publishing/readiness.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            is_unsaved = not self.instance.pk
            lines = [] if is_unsaved else draft_readiness(self.instance)
            previews = [] if is_unsaved else [{"url": screen_url(self.instance)}]
            context = {"channels": channel_lines(lines), "previews": previews, "is_unsaved": is_unsaved}
            return {**super().get_context_data(parent_context), **context}


def attach_panels() -> None:
    """Put the panel above the long text of each editor; ``content`` stands below and cannot know of it."""
    for panels in (ProductContent.panels, EditorialPage.content_panels):
        if not any(isinstance(panel, ReadinessPanel) for panel in panels):
            names = [getattr(panel, "field_name", "") for panel in panels]
            panels.insert(names.index("body") if "body" in names else len(panels), ReadinessPanel())
