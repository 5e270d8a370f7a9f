"""One text or page on all its channels side by side, as it will be at a chosen moment; nothing is written."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir import hookspecs, plugins
from comptoir.base import clock
from comptoir.channels.models import Channel
from comptoir.channels.queries import offering_locations
from comptoir.plugins import Preview
from comptoir.publishing.documents import compose
from comptoir.publishing.models import Document
from comptoir.publishing.readiness import ChannelReadiness, Draft, State, draft_readiness
from comptoir.stock.queries import availability

logger = logging.getLogger("comptoir.publishing")

#: For channels whose plugin brings no preview of its own.
PLAIN = Preview(template="comptoir/publishing/plain.html", width_px=420)


class Showing(models.TextChoices):
    """What customers of a channel would see at the chosen moment."""

    SHOWN = "shown", gettext_lazy("Shown")
    LATER = "later", gettext_lazy("Not yet shown")
    OVER = "over", gettext_lazy("No longer shown")
    NOT_LISTED = "not_listed", gettext_lazy("Not on this channel")
    BLOCKED = "blocked", gettext_lazy("Blocked")
    FAILED = "failed", gettext_lazy("The preview failed")


@dataclass(frozen=True)
class Frame:
    """One channel's place in the row. ``html`` is drawn by the channel's plugin, empty when there is nothing to draw.

    Units: ``width_px`` is how wide the channel's customers see it.
    """

    readiness: ChannelReadiness
    showing: Showing
    sentence: str
    html: str = ""
    width_px: int = PLAIN.width_px

    @property
    def channel(self) -> Channel:
        return self.readiness.channel


def side_by_side(draft: Draft, *, at: datetime | None = None, codes: Collection[str] = ()) -> list[Frame]:
    """A text or page, as it is in memory, on every active channel (or those of ``codes``) at a moment."""
    with clock.moved_to(at or clock.now()):
        lines = [line for line in draft_readiness(draft) if not codes or line.channel.code in codes]
        return [_frame(line) for line in lines]


def live_availability(document: Document, channel: Channel) -> dict[str, Any] | None:
    """The pieces of a product that a channel offers just now, as the API says it; ``None`` for a page.

    Shape: ``{"in_stock", "quantity", "variants": {sku: pieces}}``.
    """
    if document.kind != "product":
        return None
    if document.variant_ids is None:
        return {"in_stock": True, "quantity": None, "variants": None}
    locations = [location.pk for location in offering_locations(channel)]
    found = availability(document.variant_ids, location_ids=locations, channel=channel)
    by_sku = {sku: found[pk].free for pk, sku in zip(document.variant_ids, document.skus, strict=True)}
    quantity = sum(by_sku.values())
    return {"in_stock": quantity > 0, "quantity": quantity, "variants": by_sku}


def _frame(line: ChannelReadiness) -> Frame:
    if line.item is None:
        showing = Showing.BLOCKED if line.state == State.BLOCKED else Showing.NOT_LISTED
        return Frame(line, showing, line.reason or _messages(line, blocking=True))
    showing, sentence = _showing(line)
    try:
        html, width_px, left_out = _drawn(line)
    except Exception as error:
        logger.exception("the preview of channel %s failed", line.channel.code)
        return Frame(
            line, Showing.FAILED, _("The plugin of this channel cannot draw it: %(error)s") % {"error": error}
        )
    if left_out:
        names = {"plugins": ", ".join(left_out)}
        sentence = " ".join(
            (sentence, _("The part of these plugins is missing, because they failed: %(plugins)s.") % names)
        )
    return Frame(line, Showing.FAILED if left_out else showing, sentence.strip(), html, width_px)


def _showing(line: ChannelReadiness) -> tuple[Showing, str]:
    now, window = clock.now(), line.window
    if line.state == State.FAILED:
        return Showing.FAILED, line.reason
    if line.state == State.BLOCKED:
        return Showing.BLOCKED, _messages(line, blocking=True)
    if window.start and now < window.start:
        return Showing.LATER, _("Not shown at this moment: from %(moment)s.") % {
            "moment": moment_text(window.start)
        }
    if window.until and now >= window.until:
        return Showing.OVER, _("Not shown at this moment: until %(moment)s.") % {
            "moment": moment_text(window.until)
        }
    until = _("Until %(moment)s.") % {"moment": moment_text(window.until)} if window.until else ""
    return Showing.SHOWN, until


def moment_text(moment: datetime) -> str:
    """A moment as the reader writes it, in their time zone."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def _messages(line: ChannelReadiness, *, blocking: bool) -> str:
    return " ".join(problem.message for problem in line.problems if problem.blocks == blocking)


def _drawn(line: ChannelReadiness) -> tuple[str, int, list[str]]:
    """The document of a line as its plugin draws it, the width of that, and the plugins that failed on the way."""
    document, failures = compose(line.item, line.channel, line.locale)
    preview = preview_of(line.channel)
    context = {
        "document": orjson.loads(document.body),
        "channel": line.channel,
        "locale": line.locale,
        "availability": live_availability(document, line.channel),
    }
    with translation.override(line.locale):
        html = render_to_string(preview.template, context)
    return html, preview.width_px, sorted({failure.plugin for failure in failures})


def preview_of(channel: Channel) -> Preview:
    """How the plugin of a channel draws documents; plainly, if it does not say."""
    for impl in plugins.implementations(hookspecs.register_preview):
        if impl.plugin_name == channel.plugin:
            return impl.function()
    return PLAIN
