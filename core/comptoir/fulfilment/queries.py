from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.fulfilment.models import (
    DeliveryMethod,
    Parcel,
    ParcelLine,
    Rate,
    RoutingDecision,
    Slot,
    SlotClaim,
)
from comptoir.orders.models import Order

State = Parcel.State
#: What somebody still has to do something about, in the hands of the location that prepares, or of that of collection.
IN_PREPARATION = (State.WAITING, State.PICKING, State.PACKED)
AT_DESTINATION = (State.SENT, State.READY)


def preparation_list(
    locations: Collection[Location],
    *,
    states: Collection[str] = Parcel.OPEN,
    slot_starts_at: datetime | None = None,
) -> QuerySet[Parcel]:
    """What the people of some locations have to do, the most urgent first: who waits at the door, then by time.

    Two statements, whatever the number of parcels: the parcels with their orders, and the lines with what was ordered.
    """
    here = Q(location__in=locations, state__in=IN_PREPARATION)
    there = Q(destination__in=locations, state__in=AT_DESTINATION)
    handed = Q(location__in=locations, destination=None, state=State.HANDED_OVER)
    rows = _with_all(Parcel.objects.filter(here | there | handed, state__in=states))
    if slot_starts_at:
        rows = rows.filter(slot__starts_at=slot_starts_at)
    return rows.order_by(F("here_at").asc(nulls_last=True), "due_at", "pk")


def parcel_by_number(number: str) -> Parcel | None:
    """A parcel with its lines, order and places."""
    return _with_all(Parcel.objects.filter(number=number)).first()


def parcels_of(order: Order) -> QuerySet[Parcel]:
    """The parcels of an order with their lines, the first one first."""
    return _with_all(Parcel.objects.filter(order=order)).order_by("pk")


def decisions_of(order: Order) -> QuerySet[RoutingDecision]:
    """Why an order is served from where it is, the latest decision first: those of its checkout, and those after."""
    return RoutingDecision.objects.filter(Q(order=order) | Q(reference=order.reference))


def names_of(decisions: Iterable[RoutingDecision]) -> dict[str, str]:
    """The names of all locations that decisions speak of, by code."""
    codes = {code for one in decisions for found in one.candidates for code in found["locations"]}
    return dict(Location.objects.filter(code__in=codes).values_list("code", "name"))


def confirmed_slot(owner: str) -> Slot | None:
    """The time at which the customer of an order comes, if one was confirmed; ``owner`` is its ``checkout:<uuid>``."""
    claims = SlotClaim.objects.filter(owner=owner, state=SlotClaim.State.CONFIRMED).select_related("slot")
    claim = claims.first()
    return claim.slot if claim else None


def delivery_countries(channel: ChannelContext) -> list[str] | None:
    """The countries that a channel sends goods to, in no order; ``None`` for one that sends everywhere. One statement."""
    methods = DeliveryMethod.objects.filter(Q(channels=None) | Q(channels=channel.id), is_active=True)
    zones = list(Rate.objects.filter(method__in=methods).values_list("zone__countries", flat=True).distinct())
    if any(countries is None for countries in zones):
        return None
    return sorted({country for countries in zones for country in countries})


def slots_with_parcels(locations: Collection[Location]) -> QuerySet[Slot]:
    """The slots for which something is still to be done, in their order."""
    return (
        Slot.objects.filter(location__in=locations, parcels__state__in=Parcel.OPEN)
        .distinct()
        .order_by("starts_at")
    )


def _with_all(rows: QuerySet[Parcel]) -> QuerySet[Parcel]:
    lines = ParcelLine.objects.select_related("order_line").order_by("order_line__sku", "pk")
    return rows.select_related("order", "location", "destination", "slot").prefetch_related(
        Prefetch("lines", lines)
    )
