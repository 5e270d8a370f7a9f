"""Classes: the next dates with their free places, places into the basket; and places moved to another date by their link."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.errors import ComptoirError, InvalidValue, NotFound
from comptoir.base.money import Money
from comptoir.baskets.storefront import ShopPage, shop_page
from comptoir.channels.models import Location
from comptoir_booking.asking import services_sold
from comptoir_booking.models import Resource, Service, Session
from comptoir_booking.pages.choice import policy_sentences
from comptoir_booking.pages.limits import limited
from comptoir_booking.sessions import (
    MOST_PLACES,
    coming_sessions,
    hold_seats_in_basket,
    session_by,
    taken_by,
)
from comptoir_booking.shown import ServiceShown, services_shown
from comptoir_booking.wording import when_text

#: Dates of one page; the next ones come up as these go by.
MOST_SHOWN = 60


@dataclass(frozen=True)
class ClassShown:
    """A date of a class as customers choose it."""

    session: Session
    service: ServiceShown
    when: str
    people: str
    left: int
    is_repeated: bool = False

    @property
    def place(self) -> Location:
        return self.session.location

    @property
    def price(self) -> Money:
        return self.service.price

    @property
    def choices(self) -> range:
        """How many places can be taken at once."""
        return range(1, min(self.left, MOST_PLACES) + 1)


@require_GET
@shop_page
def classes(page: ShopPage) -> HttpResponse:
    """Choose a date and how many come."""
    return classes_page(page)


@require_POST
@shop_page
@limited("RATE_BASKETS")
def hold_places(page: ShopPage, session: UUID) -> HttpResponse:
    """Keep places for whoever chose them, as a line of the basket; if they are gone, say how many are left."""
    found, party = class_sold(page, session), party_of(page)
    try:
        return page.put_in(lambda key: hold_seats_in_basket(key=key, session=found, party=party))
    except InvalidValue:
        return classes_page(page, sentence=_("Choose how many places."), status=422)
    except ComptoirError as error:
        return classes_page(page, sentence=str(error), status=error.status)


def class_sold(page: ShopPage, session: UUID) -> Session:
    """A class at one of the places of the channel, which sells it. Errors: ``NotFound``."""
    found = session_by(session, page.channel.location_ids)
    sold = services_sold(page.channel, [found.service.product.sku])
    if found.service_id not in {one.pk for one in sold}:
        raise NotFound()
    return found


def party_of(page: ShopPage) -> int:
    """How many places a form asks for; none for nonsense."""
    said = page.request.POST.get("party", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else 0


def classes_page(page: ShopPage, *, sentence: str = "", status: int = 200) -> HttpResponse:
    said = page.request.GET
    sold = [one for one in services_sold(page.channel) if one.in_sessions]
    wanted = [one for one in sold if one.product.sku in said.getlist("service")]
    dates = dates_of(page, wanted or sold)
    places = list({one.place.pk: one.place for one in dates}.values())
    place = next((one for one in places if one.code == said.get("location", "")), None)
    shown = {one.service.sku: one.service for one in dates}
    context = {
        "dates": [one for one in dates if place in (None, one.place)],
        "places": sorted(places, key=lambda one: one.name) if len(places) > 1 else [],
        "place": place,
        "policy": policy_sentences([one], page.locale)
        if len(shown) == 1 and (one := next(iter(shown.values())))
        else [],
        "same": "&".join(f"service={one.product.sku}" for one in wanted),
        "sentence": sentence,
        "all": page.url("booking:classes") if wanted and len(sold) > len(wanted) else "",
        "appointments": page.url("booking:home"),
        "translations": {code: page.url("booking:classes", locale=code) for code in page.channel.locales},
    }
    return page.draw("comptoir_booking/pages/classes.html", context, status=status)


def dates_of(page: ShopPage, services: Sequence[Service]) -> list[ClassShown]:
    """The next dates of classes, with words, price and who gives them; the same few statements however many."""
    sessions = list(coming_sessions(services, page.channel.location_ids)[:MOST_SHOWN]) if services else []
    return shown_classes(page, services, sessions)


def shown_classes(
    page: ShopPage, services: Sequence[Service], sessions: Sequence[Session]
) -> list[ClassShown]:
    """Dates of classes with words and price; whether others are at the same time of the week."""
    times = Counter((one.service_id, one.same_time) for one in sessions)
    by_id = {one.service.pk: one for one in services_shown(page.channel, page.locale, services)}
    given = taken_by(sessions)
    return [
        ClassShown(
            one, by_id[one.service_id], when_text(one.starts_at, one.time_zone),
            ", ".join(given.get(one.visit, {}).get(Resource.Kind.STAFF, [])), one.left,  # type: ignore[attr-defined]
            times[one.service_id, one.same_time] > 1,
        )
        for one in sessions
        if one.service_id in by_id
    ]  # fmt: skip


def has_classes(page: ShopPage, services: Sequence[Service]) -> bool:
    """Whether anything can be booked as a class just now."""
    mine = [one for one in services if one.in_sessions]
    return bool(mine) and coming_sessions(mine, page.channel.location_ids).exists()


def classes_address(page: ShopPage, skus: Sequence[str]) -> HttpResponse:
    """Who asks for a time of a class is led to its dates."""
    return redirect(f"{page.url('booking:classes')}?{'&'.join(f'service={sku}' for sku in skus)}")
