"""What somebody asks for by names, as services of the shop: codes of places and people, SKUs of services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, prefetch_related_objects

from comptoir.base.errors import InvalidValue
from comptoir.baskets.checks import CheckedLine, line_problems
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir_booking import paces
from comptoir_booking.layout import PEOPLE, Visit, Wish
from comptoir_booking.models import Resource, Service
from comptoir_booking.refusals import PartySize

MOST_SERVICES = 6


@dataclass(frozen=True)
class LineAsked:
    """What one of those who come has done, one after the other: SKUs, and who is to do it; ``field`` is where it was said."""

    skus: Sequence[str]
    person: str = ""
    field: str = "service"


def visit_of(
    channel: ChannelContext, *, location: str, services: Sequence[str], person: str = "", people: str = "any",
    together: Sequence[str] = (), party: int = 1,
) -> Visit:  # fmt: skip
    """The visit that names describe; whoever is chosen does all of the services.

    Each of ``together`` goes on beside them: SKUs with commas between, and a person after an at sign if somebody is chosen.
    *Example*: ``CUT,DRY@anna``. Errors: ``InvalidValue`` naming the field: a location the channel does not offer, a service
    it does not sell, somebody who is not there, too many services; ``PartySize``.
    """
    lines = [LineAsked(services, person), *(_beside(text) for text in together)]
    return visit_of_lines(channel, location=location, lines=lines, people=people, party=party)


def visit_of_lines(
    channel: ChannelContext, *, location: str, lines: Sequence[LineAsked], people: str = "any", party: int = 1
) -> Visit:
    """The visit of several who come at once, a line for each. Errors: as ``visit_of``."""
    place = place_of(channel, location)
    if people not in PEOPLE:
        raise InvalidValue(field="people", value=people)
    number = sum(len(one.skus) for one in lines)
    if not all(one.skus for one in lines) or number > MOST_SERVICES:
        raise InvalidValue(field="service" if len(lines) == 1 else "together", value=number)
    rows = {
        one.product.sku: one for one in services_named(channel, [sku for one in lines for sku in one.skus])
    }
    wishes = [
        _wish(rows, sku, person_id=person_id, line=at, party=party, field=one.field)
        for at, one in enumerate(lines)
        for person_id in [
            person_at(place, one.person, field=one.field if at else "person") if one.person else None
        ]
        for sku in one.skus
    ]
    return Visit(place.pk, tuple(wishes), people)


def _beside(text: str) -> LineAsked:
    skus, _at, person = text.rpartition("@") if "@" in text else (text, "", "")
    return LineAsked([sku.strip() for sku in skus.split(",")], person, "together")


def _wish(
    rows: Mapping[str, Service], sku: str, *, person_id: int | None, line: int, party: int, field: str
) -> Wish:
    one = rows.get(sku)
    if one is None or one.in_sessions:
        raise InvalidValue(field=field, value=sku[:64])
    return wish_for(one, person_id=person_id, line=line, party=party)


def wish_for(one: Service, *, person_id: int | None = None, line: int = 0, party: int = 1) -> Wish:
    """A service as a part of a visit, for so many people. Errors: ``PartySize``."""
    if not one.party_min <= party <= one.party_max:
        raise PartySize(field="party", least=one.party_min, most=one.party_max)
    is_for_each = one.price_for == Service.PriceFor.PERSON
    return Wish(one.pk, person_id, line, party, party if is_for_each else 1)


def services_sold(channel: ChannelContext, skus: Sequence[str] | None = None) -> list[Service]:
    """The services that a channel sells, or those of them with these SKUs, with their parts and who does them."""
    found = services_named(channel, skus)
    prefetch_related_objects(
        found, "segments", "requirements__group__members", "requirements__resource", "paces",
        "skilled__location", "skilled__weekly_hours",
    )  # fmt: skip
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


def rooms_asked(place: Location, code: str | None) -> tuple[int, ...] | None:
    """The room that staff name by its code; none for ``None``, and ``None`` for no word. Errors: ``InvalidValue``."""
    if code is None:
        return ()
    return (room_at(place, code),) if code else None


def room_at(place: Location, code: str) -> int:
    """A room of a location, by code. Errors: ``InvalidValue``."""
    rooms = Resource.objects.filter(location=place, kind=Resource.Kind.ROOM, is_active=True)
    pk = rooms.filter(code=code[:40].replace("\0", "")).values_list("pk", flat=True).first()
    if pk is None:
        raise InvalidValue(field="room", value=code[:40])
    return pk


def person_at(place: Location, code: str, *, field: str = "person") -> int:
    """Somebody of the team who works at a location, by code. Errors: ``InvalidValue``."""
    there = Q(location=place) | Q(weekly_hours__location=place)
    staff = Resource.objects.filter(
        there, code=code[:40].replace("\0", ""), kind=Resource.Kind.STAFF, is_active=True
    )
    pk = staff.values_list("pk", flat=True).first()
    if pk is None:
        raise InvalidValue(field=field, value=code[:40])
    return pk
