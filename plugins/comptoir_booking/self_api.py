"""What customers do by the link of their visit, without a log-in: see it, move it, cancel it."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Path, Router
from ninja.decorators import decorate_view

from comptoir.api.http import kept_private, open_channel_for
from comptoir.api.idempotency import once
from comptoir.api.limits import AddressLimit
from comptoir.api.money import money_in
from comptoir.api.schemas import Problem
from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir_booking.asking import person_at
from comptoir_booking.models import Booking, Resource
from comptoir_booking.parameters import IfMatch, LinkToken, sequence_in
from comptoir_booking.queries import bookings_shown
from comptoir_booking.schemas import OwnCancel, OwnMove, OwnVisit
from comptoir_booking.self_service import (
    booking_for,
    cancel_by_customer,
    fees_of_cancel,
    fees_of_move,
    move_by_customer,
)
from comptoir_booking.sessions import move_seats_by_customer, session_by

READ = {404: Problem, 422: Problem, 429: Problem}
WRITE = {409: Problem, 412: Problem, **READ}
#: One limit for all three, so that nobody guesses three times as often.
LIMIT = AddressLimit("RATE_ORDERS")

router = Router()


@router.get(
    "/{token}", response={200: OwnVisit, **READ}, operation_id="own_booking", throttle=[LIMIT],
    summary="A visit by the link that its customer got",
)  # fmt: skip
@decorate_view(kept_private)
def own(request: HttpRequest, channel: Path[str], token: str = LinkToken) -> dict[str, Any]:
    """With what moving and cancelling would cost now."""
    open_channel_for(request, channel)
    return own_visit(booking_for(token))


@router.post(
    "/{token}/move", response={200: OwnVisit, **WRITE}, operation_id="move_own_booking", throttle=[LIMIT],
    summary="Move one's visit",
)  # fmt: skip
@decorate_view(once, kept_private)
def move(
    request: HttpRequest, channel: Path[str], body: OwnMove, token: str = LinkToken, if_match: str = IfMatch
) -> dict[str, Any]:
    """As its policy allows: to a `start`, or places of a class to another `session` of it.

    `If-Match` has the sequence number that the customer saw; 412 if it is another by now.
    """
    context, sequence = open_channel_for(request, channel), sequence_in(if_match)
    place = booking_for(token)[0].location
    if body.session:
        session = session_by(body.session, context.location_ids)
        return own_visit(move_seats_by_customer(token=token, session=session, sequence=sequence))
    if body.start is None:
        raise InvalidValue(field="start", value="")
    person_id = person_at(place, body.person) if body.person else None
    return own_visit(move_by_customer(token=token, start=body.start, person_id=person_id, sequence=sequence))


@router.post(
    "/{token}/cancel", response={200: OwnVisit, **WRITE}, operation_id="cancel_own_booking", throttle=[LIMIT],
    summary="Cancel one's visit",
)  # fmt: skip
@decorate_view(once, kept_private)
def cancel(
    request: HttpRequest, channel: Path[str], body: OwnCancel, token: str = LinkToken, if_match: str = IfMatch
) -> dict[str, Any]:
    """What its policy says goes back to where it came from. With the `fee` that was shown, another one is refused."""
    open_channel_for(request, channel)
    fee = money_in(body.fee, field="fee") if body.fee else None
    return own_visit(cancel_by_customer(token=token, fee=fee, sequence=sequence_in(if_match)))


def own_visit(bookings: list[Booking]) -> dict[str, Any]:
    """A visit for its customer."""
    shown = list(bookings_shown([one.pk for one in bookings]).select_related("location"))
    moving, cancelling = fees_of_move(shown), fees_of_cancel(shown)
    sums = {name: _json(getattr(cancelling, name)) for name in ("paid", "fee", "refund")}
    return {
        "visit": shown[0].visit,
        "sequence": shown[0].sequence,
        "order": shown[0].document,
        "location": shown[0].location.code,
        "bookings": [_booking(one) for one in shown],
        "move": vars(moving),
        "cancel": {**vars(cancelling), **sums},
    }


def _booking(one: Booking) -> dict[str, Any]:
    zone = ZoneInfo(one.time_zone)
    staff = {row.resource.name for row in one.allocations.all() if row.resource.kind == Resource.Kind.STAFF}
    product = one.service.product
    return {
        "sku": product.sku,
        "title": product.get_title(),
        "state": one.state,
        "start": one.starts_at.astimezone(zone),
        "end": one.ends_at.astimezone(zone),
        "time_zone": one.time_zone,
        "people": sorted(staff),
    }


def _json(money: Money | None) -> dict[str, str] | None:
    return money.as_json() if money else None
