"""What can be booked, as customers read it: services with their words and prices, who does them, and where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comptoir.base.money import Money
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.pricing.queries import context_at, quote
from comptoir.pricing.quote_parts import QuoteLine
from comptoir.publishing.queries import cards_of
from comptoir_booking.asking import seen_minutes, services_sold
from comptoir_booking.bookable import duration_text
from comptoir_booking.models import Booking, Requirement, Resource, Service, WaitEntry


@dataclass(frozen=True)
class ServiceShown:
    """A service as customers choose it."""

    service: Service
    title: str
    picture: Mapping[str, Any] | None
    price: Money
    duration: str
    locations: Sequence[str]

    @property
    def sku(self) -> str:
        return self.service.product.sku

    def times(self, party: int) -> int:
        """How often its price is paid by so many people."""
        return party if self.service.price_for == Service.PriceFor.PERSON else 1

    def cost(self, party: int) -> Money:
        """What it costs for so many people."""
        return self.price * self.times(party)


def places_of(channel: ChannelContext, services: Sequence[Service]) -> list[Location]:
    """Where somebody of the team does all of these services; without any, where anything can be booked."""
    here = Location.objects.filter(pk__in=channel.location_ids, is_active=True)
    skills = [_places_of(one) for one in services]
    able = (
        set.intersection(*skills)
        if services
        else {pk for one in services_sold(channel) for pk in _places_of(one)}
    )
    return [place for place in here.order_by("name") if place.pk in able]


def offered_at(place: Location, services: Sequence[Service]) -> list[Service]:
    """Those of the services that somebody does at a place."""
    return [one for one in services if place.pk in _places_of(one)]


def people_for(place: Location, services: Sequence[Service]) -> list[Resource]:
    """Who can do all of it alone at a place; nobody where one of the services takes two."""
    if any(_staff_needed(one) > 1 for one in services):
        return []
    able = set.intersection(*({who for who in one.skilled.all() if who.is_active} for one in services))
    return sorted((who for who in able if place.pk in _works_at(who)), key=lambda who: who.name)


def team_size(place: Location | None, services: Sequence[Service]) -> int:
    """How many of the team are there for these services: so many can be looked after at once."""
    able = {who.pk: who for one in services for who in one.skilled.all() if who.is_active}
    return sum(place.pk in _works_at(who) for who in able.values()) if place else 0


def services_shown(channel: ChannelContext, locale: str, services: Sequence[Service]) -> list[ServiceShown]:
    """Services with their words and prices; those without words on this channel are not shown."""
    if not services:
        return []
    cards = cards_of(channel, locale, {one.product.parent_id or one.product_id for one in services})
    lines = [QuoteLine(one.product.sku, one.product_id, 1) for one in services if one.product.sku in cards]
    prices = quote(context_at(channel), lines).line_by_key if lines else {}
    codes = dict(Location.objects.filter(pk__in=channel.location_ids).values_list("pk", "code"))
    return [
        _shown(one, cards[one.product.sku], prices[one.product.sku].total, codes)
        for one in services
        if one.product.sku in prices
    ]


def titles_of(
    channel: ChannelContext, locale: str, bookings: Sequence[Booking | WaitEntry]
) -> dict[int, str]:
    """What the channel calls what was booked, by the id of the service; nothing for services it does not show."""
    products = {one.service.product for one in bookings}
    cards = cards_of(channel, locale, {one.parent_id or one.pk for one in products})
    return {
        one.service_id: _title(cards[one.service.product.sku])
        for one in bookings
        if one.service.product.sku in cards
    }


def total_of(sums: Sequence[Money]) -> Money:
    """Several sums together; at least one."""
    return sum(sums[1:], sums[0])


def _staff_needed(service: Service) -> int:
    return sum(one.kind == Resource.Kind.STAFF for one in service.requirements.all())


def _works_at(person: Resource) -> set[int]:
    return {person.location_id, *(one.location_id for one in person.weekly_hours.all())}


def _places_of(service: Service) -> set[int]:
    """Where somebody does it; what nobody of the team is needed for, such as a table, is where its things are."""
    if _staff_needed(service) or service.skilled.all():
        return {pk for who in service.skilled.all() if who.is_active for pk in _works_at(who)}
    found = [{one.location_id for one in _things(need)} for need in service.requirements.all()]
    return set.intersection(*found) if found else set()


def _things(need: Requirement) -> Iterable[Resource]:
    if need.kind:
        return Resource.objects.filter(kind=need.kind, is_active=True)
    rows = need.group.members.all() if need.group else [need.resource]
    return [one for one in rows if one and one.is_active]


def _shown(service: Service, card: Mapping[str, Any], price: Money, codes: Mapping[int, str]) -> ServiceShown:
    return ServiceShown(
        service=service,
        title=_title(card),
        picture=card["picture"],
        price=price,
        duration=duration_text(seen_minutes(service)),
        locations=sorted(codes[pk] for pk in _places_of(service) if pk in codes),
    )


def _title(card: Mapping[str, Any]) -> str:
    words = ", ".join(option["label"] for option in card["options"])
    return f"{card['title']} ({words})" if words else card["title"]
