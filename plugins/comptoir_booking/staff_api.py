"""What staff do with bookings: the day of a location, walk-ins and calls, moves, arrivals, why a start is not free."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from ninja.decorators import decorate_view

from comptoir.api.http import kept_private
from comptoir.api.idempotency import once
from comptoir.api.schemas import Problem
from comptoir.api.staff import NotYourLocation, StaffSession, check_permission, workplace
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.channels.models import Location
from comptoir.customers.models import User
from comptoir.customers.queries import works_at
from comptoir_booking import class_staff_api, self_api
from comptoir_booking.asking import person_at
from comptoir_booking.changes import move_visit
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.group_api import series_answer
from comptoir_booking.models import Booking, Session
from comptoir_booking.ordered import cancel_booked, mark_booked, unmark_booked
from comptoir_booking.parameters import (
    First,
    IfMatch,
    VisitId,
    overrides_in,
    sequence_in,
    staff_channel,
    visit_asked,
    visit_wanted,
)
from comptoir_booking.queries import bookings_between, bookings_shown, why_not
from comptoir_booking.refusals import ClassItself
from comptoir_booking.schemas import (
    BookingList,
    Explained,
    Move,
    NewBooking,
    NewSeriesByStaff,
    SeriesShown,
    VisitWanted,
)
from comptoir_booking.series import book_series
from comptoir_booking.wall_time import DAY, begin_of

LOOK, ADD, CHANGE = "booking.view_booking", "booking.add_booking", "booking.change_booking"
PROBLEMS = {code: Problem for code in (401, 403, 404, 409, 412, 422)}
STAFF = StaffSession()

#: In place of a mark: takes the last one back.
UNDONE = "undone"
router = Router()
router.add_router("/self", self_api.router)
router.add_router("/sessions", class_staff_api.router)


@router.get(
    "", auth=STAFF, response={200: BookingList, **PROBLEMS}, operation_id="staff_bookings",
    summary="The bookings of a location",
)  # fmt: skip
@decorate_view(kept_private)
def bookings(
    request: HttpRequest,
    channel: Path[str],
    location: str,
    first: date = First,
    days: int = Query(1, ge=1, le=42, description="how many days"),
) -> dict[str, Any]:
    """By day of the location. What is only held is among them."""
    staff_channel(request, channel)
    place = workplace(check_permission(request, LOOK), location)
    begin, end = (begin_of(day, place.time_zone) for day in (first, first + days * DAY))
    return {"items": [_shown(one) for one in bookings_between(place, begin, end)]}


@router.post(
    "", auth=STAFF, response={201: BookingList, **PROBLEMS}, operation_id="staff_book",
    summary="Book for who walks in or rings up",
)  # fmt: skip
@decorate_view(once, kept_private)
def book(request: HttpRequest, channel: Path[str], body: NewBooking) -> Status[dict[str, Any]]:
    """`override` may put hours, notice and steps aside. Nobody is ever booked twice."""
    context = staff_channel(request, channel)
    user = check_permission(request, ADD)
    workplace(user, body.location)
    visit = visit_asked(context, body)
    made = book_visit(visit=visit, start=body.start, terms=_terms(context.id, user, body))
    return Status(201, _answer(made))


@router.patch(
    "/{uuid:visit}", auth=STAFF, response={200: BookingList, **PROBLEMS}, operation_id="staff_move_booking",
    summary="Move a visit to another time or person",
)  # fmt: skip
@decorate_view(once, kept_private)
def move(
    request: HttpRequest,
    channel: Path[str],
    body: Move,
    visit: UUID = VisitId,
    if_match: str = IfMatch,
) -> dict[str, Any]:
    """`If-Match` has the sequence number that the caller saw; 412 if it is another by now."""
    staff_channel(request, channel)
    user, place = _mine(request, visit, CHANGE)
    moved = move_visit(
        visit=visit, start=body.start, sequence=sequence_in(if_match),
        person_id=person_at(place, body.person) if body.person else None,
        actor_id=user.pk, overrides=overrides_in(body.override),
    )  # fmt: skip
    return _answer(moved)


@router.post(
    "/{uuid:visit}/cancel", auth=STAFF, response={200: BookingList, **PROBLEMS}, operation_id="staff_cancel_booking",
    summary="Cancel a visit",
)  # fmt: skip
@decorate_view(once, kept_private)
def cancel(
    request: HttpRequest,
    channel: Path[str],
    visit: UUID = VisitId,
    keep_fee: bool = Query(False, description="keep what its policy says; else all of it goes back"),
) -> dict[str, Any]:
    """With its lines in the order, whose money goes back to where it came from."""
    staff_channel(request, channel)
    user, _place = _mine(request, visit, CHANGE)
    return _answer(cancel_booked(visit=visit, actor_id=user.pk, keep_fee=keep_fee))


@router.post(
    "/{uuid:visit}/{mark}", auth=STAFF, response={200: BookingList, **PROBLEMS}, operation_id="staff_mark_booking",
    summary="Write down that somebody arrived, was served (done), or did not come (missed); take the last mark back",
)  # fmt: skip
@decorate_view(once, kept_private)
def mark(
    request: HttpRequest,
    channel: Path[str],
    visit: UUID = VisitId,
    mark: str = Path(..., description="`arrived`, `done`, `missed`, or `undone` for the mark before it"),
) -> dict[str, Any]:
    staff_channel(request, channel)
    if mark not in (Booking.State.ARRIVED, Booking.State.DONE, Booking.State.MISSED, UNDONE):
        raise NotFound()
    user, _place = _mine(request, visit, CHANGE)
    if mark == UNDONE:
        return _answer(unmark_booked(visit=visit, actor_id=user.pk))
    return _answer(mark_booked(visit=visit, state=mark, actor_id=user.pk))


@router.post(
    "/series", auth=STAFF, response={201: SeriesShown, **PROBLEMS}, operation_id="staff_book_series",
    summary="Book the same time every so many weeks",
)  # fmt: skip
@decorate_view(once, kept_private)
def book_again(request: HttpRequest, channel: Path[str], body: NewSeriesByStaff) -> Status[dict[str, Any]]:
    """What is not free is in `missed`, with the nearest others."""
    context = staff_channel(request, channel)
    user = check_permission(request, ADD)
    workplace(user, body.location)
    visit = visit_asked(context, body)
    made = book_series(
        visit=visit, start=body.start, terms=_terms(context.id, user, body), every_weeks=body.every_weeks,
        times=body.times, only_whole=body.only_whole,
    )  # fmt: skip
    return Status(201, series_answer(made.bookings, made.missed))


@router.get(
    "/explain", auth=STAFF, response={200: Explained, **PROBLEMS}, operation_id="staff_explain_start",
    summary="Why a start is not free",
)  # fmt: skip
@decorate_view(kept_private)
def explain(
    request: HttpRequest, channel: Path[str], wanted: Query[VisitWanted],
    start: datetime = Query(..., description="the start that is asked about, with its offset"),
) -> dict[str, Any]:  # fmt: skip
    """By role and candidate: `free`, `closed` or `busy`; and the rules that the start breaks."""
    context = staff_channel(request, channel)
    workplace(check_permission(request, LOOK), wanted.location)
    if start.tzinfo is None:
        raise InvalidValue(field="start", value=start.isoformat())
    return why_not(visit_wanted(context, wanted), start)


def _mine(request: HttpRequest, visit: UUID, permission: str) -> tuple[User, Location]:
    user = check_permission(request, permission)
    first = Booking.objects.filter(visit=visit).select_related("location").first()
    if first is None:
        raise NotFound()
    if not works_at(user, first.location):
        raise NotYourLocation(field="visit", location=first.location.name)
    if Session.objects.filter(visit=visit).exists():
        raise ClassItself(field="visit")
    return user, first.location


def _terms(channel_id: int, user: User, body: NewBooking) -> Terms:
    return Terms(
        channel_id=channel_id, contact_name=body.name, contact_phone=body.phone, note=body.note, actor_id=user.pk,
        overrides=overrides_in(body.override),
    )  # fmt: skip


def _answer(found: list[Booking]) -> dict[str, Any]:
    return {"items": [_shown(one) for one in bookings_shown([one.pk for one in found])]}


def _shown(one: Booking) -> dict[str, Any]:
    zone = ZoneInfo(one.time_zone)
    return {
        "visit": one.visit,
        "sku": one.service.product.sku,
        "state": one.state,
        "start": one.starts_at.astimezone(zone),
        "end": one.ends_at.astimezone(zone),
        "wall_start": one.wall_start,
        "people": sorted({row.resource.code for row in one.allocations.all()}),
        "party": one.party,
        "name": one.contact_name,
        "phone": one.contact_phone,
        "note": one.note,
        "sequence": one.sequence,
        "order": one.document,
    }
