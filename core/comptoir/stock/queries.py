import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count as Rows
from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.models import ChannelReserve, Count, Hold, Level, Movement, Transfer
from comptoir.stock.shelves import FREE, ChannelLike


def levels_by_place(variants: list[Product]) -> dict[tuple[int, int], int]:
    """Pieces on hand by (variant id, location id); what was never received is not in it."""
    rows = Level.objects.filter(variant__in=variants).values_list("variant_id", "location_id", "on_hand")
    return {(variant, location): on_hand for variant, location, on_hand in rows}


def levels_with_free(locations: Collection[Location]) -> QuerySet[Level]:
    """Levels at some locations, each with the pieces that are ``free`` and those ``claimed`` by live holds."""
    now = clock.now()
    # Django names the table by its own name where our statements say “level”.
    free = RawSQL(re.sub(r"\blevel\.", "partner_level.", FREE), [now, None], IntegerField())  # noqa: S611
    live = Hold.objects.live(now).filter(level=OuterRef("pk")).order_by().values("level")
    claimed = Coalesce(Subquery(live.annotate(pieces=Sum("quantity")).values("pieces")), 0)
    levels = Level.objects.filter(location__in=locations).annotate(free=free, claimed=claimed)
    return levels.select_related("variant__parent", "location")


def movements_of(variant: Product, location: Location) -> QuerySet[Movement]:
    """The movements behind a level, the latest first."""
    return Movement.objects.filter(variant=variant, location=location).order_by("-moved_at", "-pk")


def transfers_on_their_way(destination: Location | None = None) -> QuerySet[Transfer]:
    """What was sent and not yet received, the oldest first; with a destination only what is to come there."""
    open_ones = (
        Transfer.objects.filter(received_at=None).prefetch_related("lines__variant").order_by("sent_at", "pk")
    )
    return open_ones.filter(destination=destination) if destination else open_ones


def transfers_of(locations: Collection[Location]) -> QuerySet[Transfer]:
    """The transfers that leave from or go to some locations, with their pieces and lines in sum, the latest first."""
    rows = Transfer.objects.filter(Q(source__in=locations) | Q(destination__in=locations))
    rows = rows.annotate(line_count=Rows("lines"), pieces=Sum("lines__sent"), came=Sum("lines__received"))
    return rows.select_related("source", "destination").order_by("-sent_at", "-pk")


def room_at(variant_ids: Collection[int], location: Location) -> dict[int, int]:
    """Pieces that may leave a location without breaking a promise, by variant; safety stock may go too."""
    levels = Level.objects.filter(location=location, variant__in=variant_ids)
    return {level.variant_id: max(0, level.room) for level in levels}


def counts_at(locations: Collection[Location], *, is_booked: bool) -> QuerySet[Count]:
    """The counts of some locations, drafts or booked, with how many lines they have and how many have a figure."""
    rows = Count.objects.filter(location__in=locations, booked_at__isnull=not is_booked)
    rows = rows.annotate(line_count=Rows("lines"), done=Rows("lines__counted"))
    return rows.select_related("location", "opened_by").order_by("-opened_at", "-pk")


def variant_by_code(code: str) -> Product | None:
    """The variant with this SKU or GTIN, as somebody types or scans it."""
    wanted = code.strip()
    variants = Product.objects.variants().select_related("product_class", "parent__product_class")
    return variants.filter(sku__iexact=wanted).first() or variants.filter(upc=wanted).first()


# --- what is free, and why not more ----------------------------------------------------------------------------------

#: As many free pieces are few.
LOW = 3

#: Live holds and allocations of one level; with what the row counts, the parts of which its pieces are made.
SPOKEN_FOR = """(SELECT coalesce(sum(hold.quantity) FILTER (WHERE hold.state = 'held' AND hold.expires_at > %s), 0),
    coalesce(sum(hold.quantity) FILTER (WHERE hold.state = 'allocated'), 0)
    FROM partner_hold hold WHERE hold.level_id = level.id AND hold.state IN ('held', 'allocated')
) AS spoken(held, allocated)"""

AVAILABILITY = f"""
SELECT level.variant_id, level.location_id, {FREE}, level.on_hand, level.unsellable, level.safety, level.backorder,
    spoken.held, spoken.allocated
FROM partner_level level CROSS JOIN LATERAL {SPOKEN_FOR} WHERE level.variant_id = ANY(%s) AND {{places}}
ORDER BY level.variant_id, level.location_id
"""  # noqa: S608

#: Great-circle distance in kilometres on a sphere of the Earth's mean radius (haversine formula).
DISTANCE_KM = """2 * 6371.0088 * asin(least(1, sqrt(
    power(sin(radians(place.latitude - %s) / 2), 2)
    + cos(radians(%s)) * cos(radians(place.latitude)) * power(sin(radians(place.longitude - %s) / 2), 2))))"""

NEAR = f"""
SELECT place.id, {DISTANCE_KM} AS distance_km, {FREE} AS free
FROM channels_location place JOIN partner_level level ON level.location_id = place.id
WHERE level.variant_id = %s AND place.is_active AND place.latitude IS NOT NULL AND place.longitude IS NOT NULL
    AND {{places}}
ORDER BY distance_km, place.code
"""  # noqa: S608

#: How each reason reads. Staff see all of them; what customers are told is the channel's affair.
SENTENCES = {
    "held": lambda n: ngettext_lazy("%(n)d held in baskets", "%(n)d held in baskets", n),
    "allocated": lambda n: ngettext_lazy("%(n)d promised to an order", "%(n)d promised to orders", n),
    "unsellable": lambda n: ngettext_lazy("%(n)d unsellable", "%(n)d unsellable", n),
    "safety": lambda n: ngettext_lazy("%(n)d kept as safety stock", "%(n)d kept as safety stock", n),
    "backorder": lambda n: ngettext_lazy(
        "%(n)d may be sold before it comes", "%(n)d may be sold before they come", n
    ),
}


@dataclass(frozen=True)
class Reason:
    """Why a free quantity is not what is on hand. ``purpose`` says what a reserve is for, ``code`` what it is."""

    code: str
    quantity: int
    purpose: str = ""

    @property
    def sentence(self) -> str:
        facts = {"n": self.quantity, "purpose": self.purpose}
        if self.code in SENTENCES:
            return str(SENTENCES[self.code](self.quantity)) % facts
        if self.code == "ringfence":
            return _("%(n)d kept for the channel %(purpose)s") % facts
        return (
            _("%(n)d kept for %(purpose)s") % facts if self.purpose else _("%(n)d not offered here") % facts
        )


@dataclass(frozen=True)
class PlaceStock:
    """A variant at one location, as one channel sees it."""

    location_id: int
    free: int
    on_hand: int
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Availability:
    """A variant on one channel: free pieces in sum and by location, as of a moment, and why not more."""

    variant_id: int
    as_of: datetime
    places: tuple[PlaceStock, ...] = ()

    @property
    def free(self) -> int:
        return sum(place.free for place in self.places)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons of all locations, those of one kind and purpose added up."""
        sums: dict[tuple[str, str], int] = {}
        for place in self.places:
            for reason in place.reasons:
                key = (reason.code, reason.purpose)
                sums[key] = sums.get(key, 0) + reason.quantity
        return tuple(Reason(code, quantity, purpose) for (code, purpose), quantity in sums.items())


@dataclass(frozen=True)
class NearbyStock:
    """Free pieces at a location, and how far it is as the crow flies."""

    location_id: int
    distance_km: float
    free: int


def availability(
    variant_ids: Collection[int],
    *,
    channel: ChannelLike | None = None,
    location_ids: Collection[int] | None = None,
) -> dict[int, Availability]:
    """What a channel may sell of variants, and why not more; two statements whatever their number.

    Without a channel nobody's reserves are kept back: what staff see. ``location_ids``: only there; ``None``:
    everywhere. A variant that was never received is in the answer too, with nothing free. For variants that are not
    counted (services), do not ask.
    """
    now = clock.now()
    places, ids = _places(location_ids)
    rows = _rows(AVAILABILITY.format(places=places), [now, *_for(channel), now, list(variant_ids), *ids])
    kept = _reserves(channel, variant_ids, {row[1] for row in rows}) if channel else {}
    found: dict[int, list[PlaceStock]] = {pk: [] for pk in variant_ids}
    for variant_id, location_id, free, on_hand, *counts in rows:
        names = ("unsellable", "safety", "backorder", "held", "allocated")
        reasons = [Reason(code, int(pieces)) for code, pieces in zip(names, counts, strict=True) if pieces]
        reasons += kept.get((variant_id, location_id), ())
        found[variant_id].append(PlaceStock(location_id, int(free), on_hand, tuple(reasons)))
    return {pk: Availability(pk, now, tuple(of_variant)) for pk, of_variant in found.items()}


def free_by_location(
    variant_ids: Collection[int], location_ids: Collection[int], channel: ChannelLike | None = None
) -> dict[int, dict[int, int]]:
    """Free pieces by variant and location, for who needs no reasons; one statement."""
    rows = _rows(
        f"SELECT level.variant_id, level.location_id, {FREE} FROM partner_level level "  # noqa: S608
        "WHERE level.variant_id = ANY(%s) AND level.location_id = ANY(%s) ORDER BY level.location_id",
        [clock.now(), *_for(channel), list(variant_ids), list(location_ids)],
    )
    found: dict[int, dict[int, int]] = {pk: {} for pk in variant_ids}
    for variant_id, location_id, free in rows:
        found[variant_id][location_id] = int(free)
    return found


def near(
    latitude: float,
    longitude: float,
    variant_id: int,
    *,
    channel: ChannelLike | None = None,
    location_ids: Collection[int] | None = None,
) -> list[NearbyStock]:
    """Where a variant can be had around a point, the nearest first; locations without any are not in it.

    Units: degrees (WGS 84), kilometres. Errors: ``InvalidValue`` for a point that is not on Earth.
    """
    for name, degrees, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not -most <= degrees <= most:
            raise InvalidValue(field=name, value=degrees)
    places, ids = _places(location_ids)
    point = [latitude, latitude, longitude]
    rows = _rows(NEAR.format(places=places), [*point, clock.now(), *_for(channel), variant_id, *ids])
    return [NearbyStock(pk, float(distance), int(free)) for pk, distance, free in rows if free > 0]


def _places(location_ids: Collection[int] | None) -> tuple[str, list[list[int]]]:
    return ("true", []) if location_ids is None else ("level.location_id = ANY(%s)", [list(location_ids)])


def _for(channel: ChannelLike | None) -> list[int | None]:
    return [channel.id if channel else None]


def _reserves(
    channel: ChannelLike, variant_ids: Collection[int], location_ids: Collection[int]
) -> dict[tuple[int, int], list[Reason]]:
    """What is kept from the channel, by variant and location; a variant's own rule comes before that of all."""
    rules = ChannelReserve.objects.filter(location__in=location_ids).filter(
        Q(kind=ChannelReserve.Kind.BUFFER, channel=channel.id)
        | Q(kind=ChannelReserve.Kind.RINGFENCE) & ~Q(channel=channel.id)
    )
    chosen: dict[tuple[int, int, int, str], ChannelReserve] = {}
    for rule in rules.select_related("channel").order_by(
        "kind", "channel", F("variant").asc(nulls_first=True)
    ):
        for pk in variant_ids if rule.variant_id is None else [rule.variant_id]:
            chosen[pk, rule.location_id, rule.channel_id, rule.kind] = rule
    kept: dict[tuple[int, int], list[Reason]] = {}
    for (variant_id, location_id, _channel_id, kind), rule in chosen.items():
        if rule.quantity:
            purpose = rule.channel.name if kind == ChannelReserve.Kind.RINGFENCE else rule.purpose
            kept.setdefault((variant_id, location_id), []).append(Reason(kind, rule.quantity, purpose))
    return kept


def _rows(sql: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
