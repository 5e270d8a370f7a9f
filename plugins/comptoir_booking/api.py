"""What customers ask and hold: services, free days and starts, holds."""

import secrets
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status
from ninja.decorators import decorate_view

from comptoir.api.basket_answers import private_answer
from comptoir.api.baskets import basket_key
from comptoir.api.http import chosen_locale, kept_private, open_channel_for
from comptoir.api.idempotency import once
from comptoir.api.limits import AddressLimit
from comptoir.api.schemas import Problem
from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.channels.queries import ChannelContext
from comptoir_booking.asking import seen_minutes, services_sold
from comptoir_booking.basket_claims import hold_in_basket
from comptoir_booking.changes import extend_holds, release_holds
from comptoir_booking.claims import Terms, hold_visit
from comptoir_booking.layout import Visit
from comptoir_booking.models import Booking, Policy
from comptoir_booking.parameters import First, HoldSecret, visit_asked, visit_wanted
from comptoir_booking.queries import next_starts, open_days, people_by_start, zone_of
from comptoir_booking.refusals import HoldGone
from comptoir_booking.schemas import Days, Held, NewHold, ServiceList, Starts, VisitWanted
from comptoir_booking.shown import ServiceShown, places_of, services_shown

READ = {404: Problem, 422: Problem}
WRITE = {404: Problem, 409: Problem, 422: Problem, 429: Problem}

services, appointments, holds = Router(), Router(), Router()


@services.get(
    "", response={200: ServiceList, **READ}, operation_id="booking_services", summary="What can be booked"
)
def bookable_services(request: HttpRequest, channel: Path[str], locale: str = "") -> dict[str, Any]:
    context = open_channel_for(request, channel)
    sold = services_sold(context)
    shown = services_shown(context, chosen_locale(request, context, locale), sold)
    return {
        "items": [_service(one) for one in shown],
        "locations": [
            {"code": one.code, "name": one.name, "city": one.city, "time_zone": one.time_zone}
            for one in places_of(context, [])
        ],
    }


@appointments.get(
    "/days", response={200: Days, **READ}, operation_id="booking_days", summary="How days look for a visit"
)
@decorate_view(kept_private)
def days(
    request: HttpRequest, channel: Path[str], wanted: Query[VisitWanted], first: date = First,
    days: int = Query(31, description="how many days"),
) -> dict[str, Any]:  # fmt: skip
    """`few`: a quarter of its starts or less is left. Services are done one after the other, in the order given."""
    visit = visit_wanted(open_channel_for(request, channel), wanted)
    shown = [
        {"date": one.on, "state": one.state, "first": one.first, "starts": one.starts}
        for one in open_days(visit, first, days)
    ]
    return {**_when(visit), "days": shown}


@appointments.get(
    "/starts", response={200: Starts, **READ}, operation_id="booking_starts", summary="Free starts"
)
def starts(
    request: HttpRequest, channel: Path[str], wanted: Query[VisitWanted], first: date = First,
    days: int = Query(1, description="how many days"),
) -> HttpResponse:  # fmt: skip
    """With the offset of the location, so that both half past twos of an autumn night can be told apart."""
    visit = visit_wanted(open_channel_for(request, channel), wanted)
    found = people_by_start(visit, first, days)
    shown = [{"start": start, "people": able} for start, able in found]
    return private_answer({**_when(visit), "starts": shown})


@appointments.get(
    "/next", response={200: Starts, **READ}, operation_id="booking_next", summary="The next free starts"
)
@decorate_view(kept_private)
def following(
    request: HttpRequest, channel: Path[str], wanted: Query[VisitWanted], limit: int = 3
) -> dict[str, Any]:  # fmt: skip
    """Within two months."""
    visit = visit_wanted(open_channel_for(request, channel), wanted)
    today = clock.now().astimezone(ZoneInfo(zone_of(visit))).date()
    return {
        **_when(visit),
        "starts": [{"start": one, "people": []} for one in next_starts(visit, today, limit)],
    }


@holds.post(
    "", response={201: Held, **WRITE}, operation_id="booking_hold", summary="Hold a time",
    throttle=[AddressLimit("RATE_BASKETS")],
)  # fmt: skip
@decorate_view(once, kept_private)
def hold(request: HttpRequest, channel: Path[str], body: NewHold) -> Status[dict[str, Any]]:
    """409 `start_not_free` has the three nearest `alternatives`."""
    context = open_channel_for(request, channel)
    visit = visit_asked(context, body)
    if body.basket:
        bookings, _view = hold_in_basket(
            key=basket_key(request, channel, body.basket), visit=visit, start=body.start
        )
        return Status(201, held_answer("", bookings))
    terms = holding_terms(context)
    return Status(201, held_answer(terms.owner, hold_visit(visit=visit, start=body.start, terms=terms)))


@holds.patch(
    "/{hold}", response={200: Held, **WRITE}, operation_id="booking_extend", summary="Hold a time longer"
)
@decorate_view(once, kept_private)
def extend(request: HttpRequest, channel: Path[str], hold: str = HoldSecret) -> dict[str, Any]:
    """Up to the channel's limit."""
    context = open_channel_for(request, channel)
    bookings = _mine(context, hold)
    if extend_holds(owners=[f"hold:{hold}"], minutes=context.hold_minutes) is None:
        raise HoldGone()
    return held_answer(f"hold:{hold}", list(Booking.objects.filter(pk__in=[one.pk for one in bookings])))


@holds.delete(
    "/{hold}", response={204: None, **WRITE}, operation_id="booking_release", summary="Give a time back"
)
@decorate_view(once)
def release(request: HttpRequest, channel: Path[str], hold: str = HoldSecret) -> Status[None]:
    _mine(open_channel_for(request, channel), hold)
    release_holds(owners=[f"hold:{hold}"])
    return Status(204, None)


def _when(visit: Visit) -> dict[str, Any]:
    return {"time_zone": zone_of(visit), "as_of": clock.now()}


def holding_terms(channel: ChannelContext) -> Terms:
    """For whoever holds without a basket: a secret of their own, and the channel's times."""
    return Terms(
        owner=f"hold:{secrets.token_urlsafe(24)}",
        channel_id=channel.id,
        minutes=channel.hold_minutes,
        max_minutes=channel.hold_minutes_max,
    )


def _mine(channel: ChannelContext, secret: str) -> list[Booking]:
    found = (
        list(Booking.objects.filter(owner=f"hold:{secret[:70]}", channel=channel.id))
        if "\0" not in secret
        else []
    )
    if not found:
        raise NotFound()
    return found


def held_answer(owner: str, bookings: list[Booking]) -> dict[str, Any]:
    """What somebody holds; ``owner`` is the secret of the hold, empty in a basket."""
    return {
        "hold": owner.removeprefix("hold:"),
        "expires_at": min(one.held_until for one in bookings if one.held_until),
        "services": [
            {
                "service": one.service.product.sku,
                "start": one.wall_start,
                "time_zone": one.time_zone,
                "end": one.ends_at,
            }
            for one in sorted(bookings, key=lambda one: one.starts_at)
        ],
    }


def _service(shown: ServiceShown) -> dict[str, Any]:
    one = shown.service
    product = one.product.parent or one.product
    return {
        "sku": shown.sku,
        "handle": product.handle,
        "title": shown.title,
        "price": shown.price.as_json(),
        "price_for": one.price_for,
        "locations": shown.locations,
        "minutes": seen_minutes(one),
        "is_class": one.in_sessions,
        "party_min": one.party_min,
        "party_max": one.party_max,
        "people": [
            {
                "code": who.code, "name": who.name, "location": who.location.code, "minutes": seen_minutes(one, who)
            }
            for who in one.skilled.all() if who.is_active
        ],
        "policy": (one.policy or Policy()).terms,
    }  # fmt: skip
