"""Reads everything that options and routes follow from, in a constant number of statements."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch, Q, Sum, Value
from django.db.models.functions import Coalesce

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.fulfilment.methods import Asked
from comptoir.fulfilment.models import DeliveryMethod, LocationSettings, Rate
from comptoir.fulfilment.promises import Place, Work
from comptoir.fulfilment.public_holidays import region_of
from comptoir.fulfilment.routing import Source
from comptoir.stock.models import Hold
from comptoir.stock.queries import free_by_location


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


def load_facts(asked: Asked, *, method: str = "") -> Facts:
    """What the options of a basket follow from: at most eight statements, whatever the number of lines and shops.

    With a ``method`` only that row is read.
    """
    channel = asked.channel
    locations = read_locations(channel.location_ids)
    variant_ids = {line.variant_id for line in asked.lines}
    free = free_by_location(variant_ids, list(channel.location_ids), channel)
    _add_own(free, {line.owner for line in asked.lines if line.owner})
    weights, counted = _goods(variant_ids)
    return Facts(
        methods=tuple(_methods(channel.id, method)),
        sources={one.pk: source_at(one, _free_at(free, one.pk)) for one in locations},
        settings={one.pk: settings_of(one) for one in locations},
        locations={one.pk: one for one in locations},
        weight_g=sum(weights[line.variant_id] * line.quantity for line in asked.lines),
        counted=counted,
    )


def read_locations(ids: Collection[int]) -> list[Location]:
    """Locations with their hours, days off and settings; three statements."""
    rows = Location.objects.filter(pk__in=ids, is_active=True).order_by("code")
    return list(rows.select_related("fulfilment").prefetch_related("opening_hours", "days_off"))


def settings_of(location: Location) -> LocationSettings:
    """How a location works; by its kind if nobody has said it."""
    kept = getattr(location, "fulfilment", None)
    if kept is not None:
        return kept
    kind = location.kind
    ships, collects = kind != Location.Kind.RELAY, kind == Location.Kind.SHOP
    return LocationSettings(location=location, ships=ships, collects=collects)


def place_of(location: Location) -> Place:
    """When people are at a location, as plain values; its hours and days off are read already."""
    return Place(
        zone=location.time_zone,
        hours=tuple((row.weekday, row.opens, row.closes) for row in location.opening_hours.all()),
        days_off=frozenset(row.on for row in location.days_off.all()),
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


def _add_own(free: dict[int, dict[int, int]], owners: Collection[str]) -> None:
    """What a basket holds itself is free for it."""
    if not owners:
        return
    live = Hold.objects.live(clock.now()).filter(owner__in=owners, level__variant__in=free)
    rows = live.values_list("level__variant_id", "level__location_id").annotate(pieces=Sum("quantity"))
    for variant_id, location_id, pieces in rows.order_by():
        if location_id in free[variant_id]:
            free[variant_id][location_id] += pieces


def _free_at(free: dict[int, dict[int, int]], location_id: int) -> dict[int, int]:
    return {variant_id: places.get(location_id, 0) for variant_id, places in free.items()}


def _goods(variant_ids: Collection[int]) -> tuple[dict[int, int], frozenset[int]]:
    """What a piece of each variant weighs (nothing, if nobody has said it), and which are counted in stock."""
    counted = Coalesce("product_class__track_stock", "parent__product_class__track_stock", Value(True))
    rows = Product.objects.filter(pk__in=variant_ids).annotate(is_counted=counted)
    found = {
        pk: (weight or 0, is_counted)
        for pk, weight, is_counted in rows.values_list("pk", "weight_g", "is_counted")
    }
    weights = {pk: found.get(pk, (0, True))[0] for pk in variant_ids}
    return weights, frozenset(pk for pk in variant_ids if found.get(pk, (0, True))[1])
