"""Classes, recurring visits and the waiting list, for customers."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from ninja.decorators import decorate_view

from comptoir.api.baskets import basket_key
from comptoir.api.http import chosen_locale, kept_private, open_channel_for
from comptoir.api.idempotency import once
from comptoir.api.limits import AddressLimit
from comptoir.api.schemas import Problem
from comptoir.base.errors import InvalidValue
from comptoir.channels.queries import ChannelContext
from comptoir_booking.api import WRITE, held_answer, holding_terms
from comptoir_booking.asking import place_of, service_of, visit_of
from comptoir_booking.class_dates import hold_dates_in_basket
from comptoir_booking.class_schemas import Seats, SeatsOfDates, SessionList
from comptoir_booking.models import Booking, Resource, Session, WaitEntry
from comptoir_booking.parameters import First, visit_asked
from comptoir_booking.schemas import (
    Held,
    NewSeries,
    NewWait,
    SeriesShown,
    TakeOffer,
    Waiting,
)
from comptoir_booking.series import hold_series_in_basket
from comptoir_booking.sessions import (
    free_sessions,
    hold_seats,
    hold_seats_in_basket,
    session_by,
    sessions_by,
    taken_by,
)
from comptoir_booking.waiting import (
    accept_offer,
    entry_for,
    join_class_list,
    join_waiting_list,
    leave_waiting_list,
    wait_token,
)

READ = {404: Problem, 422: Problem, 429: Problem}
TOKEN = Path(..., max_length=80, description="the secret of the entry")

sessions, series, waiting = Router(), Router(), Router()


@sessions.get("", response={200: SessionList, **READ}, operation_id="booking_sessions", summary="Classes")
@decorate_view(kept_private)
def classes(
    request: HttpRequest, channel: Path[str], location: str,
    service: str = Query(..., description="SKU of a service that is a class"), first: date = First,
    days: int = Query(31, description="how many days"),
) -> dict[str, Any]:  # fmt: skip
    """With the places left. Full ones are among them."""
    context = open_channel_for(request, channel)
    found = service_of(context, service)
    rows = free_sessions(found.pk, place_of(context, location), first, days)
    return {"items": sessions_shown(rows, service)}


@sessions.post(
    "/{uuid:session}/holds", response={201: Held, **WRITE}, operation_id="booking_hold_seats",
    summary="Hold places of a class", throttle=[AddressLimit("RATE_BASKETS")],
)  # fmt: skip
@decorate_view(once, kept_private)
def seats(
    request: HttpRequest, channel: Path[str], body: Seats,
    session: str = Path(..., description="id of the class"),
) -> Status[dict[str, Any]]:  # fmt: skip
    """409 `session_full` says how many are `left`."""
    context = open_channel_for(request, channel)
    found = session_by(session, context.location_ids)
    service_of(context, found.service.product.sku)
    if body.basket:
        key = basket_key(request, channel, body.basket)
        bookings, _view = hold_seats_in_basket(key=key, session=found, party=body.party)
        return Status(201, held_answer("", bookings))
    terms = holding_terms(context)
    return Status(201, held_answer(terms.owner, hold_seats(session=found, party=body.party, terms=terms)))


@sessions.post(
    "/holds", response={201: Held, **WRITE}, operation_id="booking_hold_dates",
    summary="Hold places in several dates of a class", throttle=[AddressLimit("RATE_BASKETS")],
)  # fmt: skip
@decorate_view(once, kept_private)
def dates(request: HttpRequest, channel: Path[str], body: SeatsOfDates) -> Status[dict[str, Any]]:
    """All of them or none, as one line of a basket; each date can be moved and cancelled alone.

    409 `session_full` says of which `session` how many are `left`.
    """
    context = open_channel_for(request, channel)
    wanted = sessions_by(body.sessions, context.location_ids)
    service_of(context, wanted[0].service.product.sku)
    key = basket_key(request, channel, body.basket)
    bookings, _view = hold_dates_in_basket(key=key, sessions=wanted, party=body.party)
    return Status(201, held_answer("", bookings))


@series.post(
    "", response={201: SeriesShown, **WRITE}, operation_id="booking_hold_series",
    summary="Hold the same time every so many weeks", throttle=[AddressLimit("RATE_BASKETS")],
)  # fmt: skip
@decorate_view(once, kept_private)
def hold_series(request: HttpRequest, channel: Path[str], body: NewSeries) -> Status[dict[str, Any]]:
    """For a basket. What is not free is in `missed`, with the nearest others."""
    context = open_channel_for(request, channel)
    if not body.basket:
        raise InvalidValue(field="basket", value="")
    visit = visit_asked(context, body)
    made = hold_series_in_basket(
        key=basket_key(request, channel, body.basket), visit=visit, start=body.start,
        every_weeks=body.every_weeks, times=body.times, only_whole=body.only_whole,
    )  # fmt: skip
    return Status(201, series_answer(made.bookings, made.missed))


@waiting.post(
    "", response={201: Waiting, **WRITE}, operation_id="booking_wait", summary="Wait for a time to become free",
    throttle=[AddressLimit("RATE_BASKETS")],
)  # fmt: skip
@decorate_view(once, kept_private)
def wait(request: HttpRequest, channel: Path[str], body: NewWait) -> Status[dict[str, Any]]:
    """Or for a place of a class that is full: its `session`. An offer is a hold, and ends by itself."""
    context = open_channel_for(request, channel)
    who = {
        "name": body.name, "email": body.email, "phone": body.phone, "locale": chosen_locale(request, context),
        "customer_id": request.user.pk if request.user.is_authenticated else None,
    }  # fmt: skip
    if body.session:
        session = session_by(body.session, context.location_ids)
        service_of(context, session.service.product.sku)
        return Status(201, _entry(join_class_list(session=session, channel=context, **who)))
    return Status(201, _entry(_join(context, body, who)))


@waiting.get(
    "/{token}", response={200: Waiting, **READ}, operation_id="booking_waiting", summary="One's place in the list",
    throttle=[AddressLimit("RATE_ORDERS")],
)  # fmt: skip
@decorate_view(kept_private)
def waits(request: HttpRequest, channel: Path[str], token: str = TOKEN) -> dict[str, Any]:
    """With the time that is offered, if there is one."""
    open_channel_for(request, channel)
    return _entry(entry_for(token))


@waiting.post(
    "/{token}/accept", response={200: Waiting, **WRITE}, operation_id="booking_accept_offer",
    summary="Put the time that is offered into a basket", throttle=[AddressLimit("RATE_ORDERS")],
)  # fmt: skip
@decorate_view(once, kept_private)
def accept(request: HttpRequest, channel: Path[str], body: TakeOffer, token: str = TOKEN) -> dict[str, Any]:
    accept_offer(token=token, key=basket_key(request, channel, body.basket))
    return _entry(entry_for(token))


@waiting.delete(
    "/{token}", response={204: None, **WRITE}, operation_id="booking_wait_no_more", summary="Wait no more",
    throttle=[AddressLimit("RATE_ORDERS")],
)  # fmt: skip
@decorate_view(once)
def wait_no_more(request: HttpRequest, channel: Path[str], token: str = TOKEN) -> Status[None]:
    open_channel_for(request, channel)
    leave_waiting_list(token=token)
    return Status(204, None)


def series_answer(bookings: list[Booking], missed: list[Any]) -> dict[str, Any]:
    """A series as it was taken."""
    starts = sorted({one.starts_at.astimezone(ZoneInfo(one.time_zone)) for one in bookings})
    return {"starts": starts, "missed": [vars(one) for one in missed]}


def sessions_shown(rows: Iterable[Session], sku: str) -> list[dict[str, Any]]:
    """Dates of a class as they are shown; read by ``with_places_left``."""
    sessions = list(rows)
    given = taken_by(sessions)
    return [_session(one, sku, given.get(one.visit, {})) for one in sessions]


def _session(one: Session, sku: str, given: Mapping[str, list[str]]) -> dict[str, Any]:
    zone = ZoneInfo(one.time_zone)
    return {
        "id": one.uuid, "service": sku, "start": one.starts_at.astimezone(zone), "end": one.ends_at.astimezone(zone),
        "time_zone": one.time_zone, "places": one.places, "left": one.left,  # type: ignore[attr-defined]
        "people": given.get(Resource.Kind.STAFF, []), "rooms": given.get(Resource.Kind.ROOM, []),
        "sequence": one.sequence,  # type: ignore[attr-defined]
    }  # fmt: skip


def _join(context: ChannelContext, body: NewWait, who: Mapping[str, Any]) -> WaitEntry:
    """Wait for a time of a service."""
    if body.first is None or body.last is None:
        raise InvalidValue(field="first" if body.first is None else "last", value="")
    visit = visit_of(context, location=body.location, services=[body.service], person=body.person)
    [wish] = visit.wishes
    return join_waiting_list(
        channel=context, location=place_of(context, body.location), service_id=wish.service_id,
        person_id=wish.person_id, first_day=body.first, last_day=body.last, **who,
    )  # fmt: skip


def _entry(entry: WaitEntry) -> dict[str, Any]:
    is_offered = entry.state == WaitEntry.State.OFFERED
    held = Booking.objects.filter(visit=entry.offered).first() if is_offered else None
    return {
        "token": wait_token(entry),
        "state": entry.state,
        "service": entry.service.product.sku,
        "session": entry.session.uuid if entry.session else None,
        "offered_until": entry.offered_until if is_offered else None,
        "start": held.starts_at.astimezone(ZoneInfo(held.time_zone)) if held else None,
    }
