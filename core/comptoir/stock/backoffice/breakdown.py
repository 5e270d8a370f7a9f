"""What the figure of one level is made of, for the level screen; the sums are those of ``availability``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum, Window
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.stock.models import ChannelReserve, Hold, Level, Movement
from comptoir.stock.queries import Reason, availability

#: The parts of a level in the order they are taken from what is on hand, and how staff read them.
PARTS = {
    "unsellable": _("Unsellable"),
    "allocated": _("Promised to orders"),
    "held": _("Held in baskets"),
    "safety": _("Safety stock"),
}


@dataclass(frozen=True)
class Part:
    """A stretch of the bar: its pieces, and where it begins and how long it is in percent of the whole."""

    code: str
    label: str
    pieces: int
    begins: float = 0
    share: float = 0


@dataclass(frozen=True)
class ChannelFigure:
    """What one channel may sell of the level, and what is kept from it."""

    name: str
    is_offered: bool
    free: int
    kept: tuple[Reason, ...]


@dataclass(frozen=True)
class Figure:
    """One level, taken apart: on hand, less each part, plus what may be sold before it comes, is free."""

    on_hand: int
    free: int
    backorder: int
    parts: tuple[Part, ...]
    bar: tuple[Part, ...]
    channels: tuple[ChannelFigure, ...]
    as_of: datetime

    @property
    def is_short(self) -> bool:
        """Whether less is there than the parts ask for, so that the sum would be below zero."""
        return self.on_hand + self.backorder < sum(part.pieces for part in self.parts)


def figure_of(variant: Product, location: Location) -> Figure:
    """The level of a variant at a location, taken apart; four statements."""
    stock = availability([variant.pk], location_ids=[location.pk])[variant.pk]
    place = stock.places[0] if stock.places else None
    counts = {reason.code: reason.quantity for reason in stock.reasons}
    backorder, on_hand = counts.get("backorder", 0), place.on_hand if place else 0
    parts = tuple(Part(code, str(label), counts[code]) for code, label in PARTS.items() if counts.get(code))
    loose = on_hand + backorder - sum(part.pieces for part in parts)
    return Figure(
        on_hand=on_hand,
        free=stock.free,
        backorder=backorder,
        parts=parts,
        bar=_bar(on_hand + backorder, [*parts, Part("free", str(_("Free")), stock.free)]),
        channels=_channels(location, reserves_at(variant, location), loose),
        as_of=stock.as_of,
    )


def reserves_at(variant: Product, location: Location) -> list[ChannelReserve]:
    """The rules that hold for a variant at a location: its own before those of all variants."""
    rules = ChannelReserve.objects.filter(location=location).filter(Q(variant=variant) | Q(variant=None))
    chosen: dict[tuple[int, str], ChannelReserve] = {}
    for rule in rules.select_related("channel").order_by(
        F("variant").asc(nulls_first=True), "channel", "kind"
    ):
        chosen[rule.channel_id, rule.kind] = rule
    return list(chosen.values())


def movements_with_totals(variant: Product, location: Location) -> QuerySet[Movement]:
    """The movements behind a level, the latest first, each with what was on hand after it (``total``)."""
    so_far = Window(Sum("quantity"), order_by=["moved_at", "pk"])
    rows = Movement.objects.filter(variant=variant, location=location).annotate(total=so_far)
    return rows.select_related("actor").order_by("-moved_at", "-pk")


def claims_on(level: Level) -> QuerySet[Hold]:
    """Who has pieces of a level at this moment: live holds and what was promised to orders, the next to end first."""
    live = Q(state=Hold.State.HELD, expires_at__gt=clock.now()) | Q(state=Hold.State.ALLOCATED)
    return Hold.objects.filter(live, level=level).select_related("channel").order_by("state", "expires_at")


def _bar(whole: int, parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts as stretches that never run over the end."""
    bar, begins = [], 0.0
    for part in parts:
        share = min(100 * part.pieces / whole, 100 - begins) if whole else 0
        if share > 0:
            bar.append(Part(part.code, part.label, part.pieces, round(begins, 2), round(share, 2)))
        begins += share
    return tuple(bar)


def _channels(location: Location, rules: list[ChannelReserve], loose: int) -> tuple[ChannelFigure, ...]:
    figures = []
    for channel in Channel.objects.active().prefetch_related("locations"):
        places = channel.locations.all()
        kept = tuple(_kept(rule) for rule in rules if rule.quantity and _keeps_from(rule, channel))
        free = max(0, loose - sum(reason.quantity for reason in kept))
        figures.append(ChannelFigure(channel.name, not places or location in places, free, kept))
    return tuple(figures)


def _keeps_from(rule: ChannelReserve, channel: Channel) -> bool:
    return (rule.kind == ChannelReserve.Kind.BUFFER) == (rule.channel_id == channel.pk)


def _kept(rule: ChannelReserve) -> Reason:
    is_fence = rule.kind == ChannelReserve.Kind.RINGFENCE
    return Reason(rule.kind, rule.quantity, rule.channel.name if is_fence else rule.purpose)
