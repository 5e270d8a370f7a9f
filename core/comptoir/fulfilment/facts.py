"""Reads everything that options and routes follow from, in a constant number of statements."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import time
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, Q
from django.db.models.functions import JSONObject

from comptoir.base import clock
from comptoir.base.statements import fetch_raw
from comptoir.channels.models import DayOff, Location, OpeningHours
from comptoir.fulfilment.methods import Asked
from comptoir.fulfilment.models import DeliveryMethod, LocationSettings, Rate
from comptoir.fulfilment.promises import Place, Work
from comptoir.fulfilment.public_holidays import region_of
from comptoir.fulfilment.routing import Source
from comptoir.stock.shelves import FREE


@dataclass(frozen=True)
class Facts:
    """What a shop offers and has. ``sources`` by the id of the location; ``weight_g`` of all lines together;
    ``counted`` are the variants that have stock at all, services have none."""

    methods: tuple[DeliveryMethod, ...]
    sources: dict[int, Source]
    settings: dict[int, LocationSettings]
    locations: dict[int, Location]
    weight_g: int
    counted: frozenset[int]

    @cached_property
    def all_sources(self) -> list[Source]:
        return list(self.sources.values())


#: Each variant, what a piece of it weighs, whether it is counted, and what is free at each location for the owners of
#: some holds: what they hold there themselves is free for them.
SUPPLY = f"""
SELECT variant.id, coalesce(variant.weight_g, 0), coalesce(class.track_stock, true), level.location_id,
    {FREE} + CASE WHEN level.held + level.pooled > 0 THEN (
        SELECT coalesce(sum(own.quantity), 0) FROM partner_hold own WHERE own.level_id = level.id
            AND own.owner = ANY(%s::text[]) AND own.state = 'held' AND own.expires_at > %s::timestamptz) ELSE 0 END
FROM catalogue_product variant LEFT JOIN catalogue_product parent ON parent.id = variant.parent_id
LEFT JOIN catalogue_productclass class ON class.id = coalesce(variant.product_class_id, parent.product_class_id)
LEFT JOIN partner_level level ON level.variant_id = variant.id AND level.location_id = ANY(%s::bigint[])
WHERE variant.id = ANY(%s::bigint[])
"""  # noqa: S608


def load_facts(asked: Asked, *, method: str = "") -> Facts:
    """What the options of a basket follow from: at most four statements, whatever the number of lines and shops.

    With a ``method`` only that row is read.
    """
    channel = asked.channel
    locations = read_locations(channel.location_ids)
    weights, counted, free = _supply(asked)
    return Facts(
        methods=tuple(_methods(channel.id, method)),
        sources={one.pk: source_at(one, _free_at(free, one.pk)) for one in locations},
        settings={one.pk: settings_of(one) for one in locations},
        locations={one.pk: one for one in locations},
        weight_g=sum(weights.get(line.variant_id, 0) * line.quantity for line in asked.lines),
        counted=counted,
    )


def read_locations(ids: Collection[int]) -> list[Location]:
    """Locations with their settings, hours and days off, for ``place_of``; one statement."""
    hours = OpeningHours.objects.filter(location=OuterRef("pk"))
    stretch = JSONObject(weekday="weekday", opens="opens", closes="closes")
    closed = DayOff.objects.filter(location=OuterRef("pk"))
    rows = Location.objects.filter(pk__in=ids, is_active=True).select_related("fulfilment").order_by("code")
    read = {
        "stretches": ArraySubquery(hours.values_list(stretch)),
        "closed_on": ArraySubquery(closed.values("on")),
    }
    return list(rows.annotate(**read))


def settings_of(location: Location) -> LocationSettings:
    """How a location works; by its kind if nobody has said it."""
    kept = getattr(location, "fulfilment", None)
    if kept is not None:
        return kept
    kind = location.kind
    ships, collects = kind != Location.Kind.RELAY, kind == Location.Kind.SHOP
    return LocationSettings(location=location, ships=ships, collects=collects)


def place_of(location: Location) -> Place:
    """When people are at a location, as plain values; read now, unless ``read_locations`` has read them."""
    if hasattr(location, "stretches"):
        hours = tuple(
            (row["weekday"], time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"]))
            for row in location.stretches
        )
        days_off = frozenset(location.closed_on)
    else:
        hours = tuple((row.weekday, row.opens, row.closes) for row in location.opening_hours.all())
        days_off = frozenset(row.on for row in location.days_off.all())
    return Place(
        zone=location.time_zone,
        hours=hours,
        days_off=days_off,
        region=region_of(location.country, location.postcode),
        opens_on_holidays=settings_of(location).opens_on_holidays,
    )


def source_at(location: Location, free: dict[int, int]) -> Source:
    """A location as routing sees it."""
    kept = settings_of(location)
    return Source(
        location_id=location.pk,
        code=location.code,
        name=location.name,
        place=place_of(location),
        work=Work(kept.preparation_minutes, kept.cut_off),
        free=free,
        ships=kept.ships,
        cost=kept.parcel_cost,
        latitude=None if location.latitude is None else float(location.latitude),
        longitude=None if location.longitude is None else float(location.longitude),
    )


def _methods(channel_id: int, code: str) -> Iterable[DeliveryMethod]:
    rows = DeliveryMethod.objects.filter(Q(channels=None) | Q(channels=channel_id), is_active=True).distinct()
    rates = Prefetch("rates", Rate.objects.select_related("zone"))
    return (rows.filter(code=code) if code else rows).prefetch_related(rates)


def _supply(asked: Asked) -> tuple[dict[int, int], frozenset[int], dict[int, dict[int, int]]]:
    """What a piece of each variant weighs, which are counted in stock, and what is free of each, by location."""
    now, channel = clock.now(), asked.channel
    owners = [line.owner for line in asked.lines if line.owner]
    variant_ids = list({line.variant_id for line in asked.lines})
    weights, counted = dict.fromkeys(variant_ids, 0), set(variant_ids)
    free: dict[int, dict[int, int]] = {pk: {} for pk in variant_ids}
    values = [now, channel.id, owners, now, list(channel.location_ids), variant_ids]
    for pk, weight_g, is_counted, location_id, pieces in fetch_raw(SUPPLY, values, keep_plan=True):
        weights[pk] = weight_g
        if not is_counted:
            counted.discard(pk)
        if location_id:
            free[pk][location_id] = int(pieces)
    return weights, frozenset(counted), free


def _free_at(free: dict[int, dict[int, int]], location_id: int) -> dict[int, int]:
    return {variant_id: places.get(location_id, 0) for variant_id, places in free.items()}
