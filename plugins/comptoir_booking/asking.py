"""What somebody asks for by names, as services of the shop: codes of places and people, SKUs of services."""

from collections.abc import Sequence

from django.db.models import Q, prefetch_related_objects

from comptoir.base.errors import InvalidValue
from comptoir.baskets.checks import CheckedLine, line_problems
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir_booking import paces
from comptoir_booking.layout import PEOPLE, Visit, Wish
from comptoir_booking.models import Resource, Service

MOST_SERVICES = 6


def visit_of(
    channel: ChannelContext, *, location: str, services: Sequence[str], person: str = "", people: str = "any"
) -> Visit:
    """The visit that names describe; whoever is chosen does all of it.

    Errors: ``InvalidValue`` naming the field: a location the channel does not offer, a service it does not sell, somebody
    who is not there, too many services.
    """
    place = place_of(channel, location)
    if not 1 <= len(services) <= MOST_SERVICES:
        raise InvalidValue(field="service", value=len(services))
    if people not in PEOPLE:
        raise InvalidValue(field="people", value=people)
    person_id = person_at(place, person) if person else None
    rows = {one.product.sku: one for one in services_named(channel, services)}
    for sku in services:
        if sku not in rows or rows[sku].in_sessions:
            raise InvalidValue(field="service", value=sku[:64])
    return Visit(place.pk, tuple(Wish(rows[sku].pk, person_id) for sku in services), people)


def services_sold(channel: ChannelContext, skus: Sequence[str] | None = None) -> list[Service]:
    """The services that a channel sells, or those of them with these SKUs, with their parts and who does them."""
    found = services_named(channel, skus)
    parts = ("segments", "requirements", "paces", "skilled__location", "skilled__weekly_hours")
    prefetch_related_objects(found, *parts)
    return found


def services_named(channel: ChannelContext, skus: Sequence[str] | None = None) -> list[Service]:
    """The same without their parts, for who needs to know which they are: two statements."""
    rows = Service.objects.filter(is_active=True).select_related("product", "product__parent", "policy")
    if skus is not None:
        rows = rows.filter(product__sku__in=[sku for sku in skus if "\0" not in sku])
    lines = [
        CheckedLine(one.product_id, one.product.parent_id or one.product_id, one.product.sku, 1)
        for one in rows
    ]
    problems = line_problems(channel, lines) if lines else {}
    return [one for one in rows if one.product_id not in problems]


def seen_minutes(service: Service, person: Resource | None = None) -> int:
    """How long a customer is there, with somebody of the team if their time is another."""
    parts = tuple((one.kind, one.minutes, one.position) for one in service.segments.all())
    pace = next((one for one in service.paces.all() if person and one.resource_id == person.pk), None)
    return paces.seen_minutes(paces.paced(parts, pace.minutes, pace.percent) if pace else parts)


def service_of(channel: ChannelContext, sku: str) -> Service:
    """A class that a channel sells. Errors: ``InvalidValue``."""
    found = [one for one in services_named(channel, [sku]) if one.in_sessions]
    if not found:
        raise InvalidValue(field="service", value=sku[:64])
    return found[0]


def place_of(channel: ChannelContext, code: str) -> Location:
    """A location that a channel offers. Errors: ``InvalidValue``."""
    place = Location.objects.filter(code=code[:40].replace("\0", ""), pk__in=channel.location_ids).first()
    if place is None:
        raise InvalidValue(field="location", value=code[:40])
    return place


def person_at(place: Location, code: str) -> int:
    """Somebody of the team who works at a location, by code. Errors: ``InvalidValue``."""
    there = Q(location=place) | Q(weekly_hours__location=place)
    staff = Resource.objects.filter(
        there, code=code[:40].replace("\0", ""), kind=Resource.Kind.STAFF, is_active=True
    )
    pk = staff.values_list("pk", flat=True).first()
    if pk is None:
        raise InvalidValue(field="person", value=code[:40])
    return pk
