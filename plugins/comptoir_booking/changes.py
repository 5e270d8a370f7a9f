"""What becomes of bookings: held longer, confirmed, given back, cancelled, moved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Greatest, Least

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.stock.rows import in_transaction
from comptoir_booking.claims import (
    Care,
    add_steps,
    claim_surely,
    find_people,
    lock_people,
    seen_times,
    write_takings,
)
from comptoir_booking.fees import cancel_percents
from comptoir_booking.layout import Visit, Wish
from comptoir_booking.models import Allocation, Booking
from comptoir_booking.queries import board_at
from comptoir_booking.refusals import BookingMoved, HoldGone, NotPossible, SeatsStay, TooLate
from comptoir_booking.rows import give_back, give_seats_back, lock_held, lock_owned, lock_visit, release

State = Booking.State
GONE = (State.RELEASED, State.EXPIRED, State.CANCELLED)


def extend_holds(*, owners: Collection[str], minutes: int = 15) -> datetime | None:
    """Let holds end so many minutes from now, but not after their last moment; returns the first end.

    One that has ended lives on if nobody took its time meanwhile.
    """
    until = clock.now() + timedelta(minutes=minutes)

    def extend() -> datetime | None:
        held = [one for one in lock_owned(owners) if one.state == State.HELD]
        ids = [one.pk for one in held]
        later = Greatest(F("held_until"), Least(F("longest_until"), until))
        Booking.objects.filter(pk__in=ids).update(held_until=later)
        ends = dict(Booking.objects.filter(pk__in=ids).values_list("pk", "held_until"))
        for moment in set(ends.values()):
            of_moment = [pk for pk, end in ends.items() if end == moment]
            Allocation.objects.filter(booking__in=of_moment).update(held_until=moment)
        return min(ends.values(), default=None)

    return in_transaction(extend)


def release_holds(*, owners: Collection[str]) -> int:
    """Give back at once what these owners hold; returns how many bookings. What is confirmed stays."""

    def let_go() -> int:
        held = lock_held(owners)
        release(held, State.RELEASED)
        return len(held)

    return in_transaction(let_go)


def release_bookings(held: Sequence[Booking], *, to: str = State.RELEASED) -> None:
    """Give back bookings that are held and locked."""
    release([one.pk for one in held], to)


def confirm_holds(
    *, owners: Collection[str], document: str = "", actor_id: int | None = None
) -> list[Booking]:
    """Make bookings of everything these owners hold; late is not too late if nobody took the time. Safe to repeat.

    Errors: ``HoldGone`` if any of it is gone; nothing is confirmed then.
    """

    def confirm() -> list[Booking]:
        mine = [one for one in lock_owned(owners) if one.state not in (State.RELEASED, State.CANCELLED)]
        if not mine or {one.owner for one in mine} != set(owners):
            raise HoldGone()
        if any(one.state == State.EXPIRED for one in mine):
            raise HoldGone()
        held = [one for one in mine if one.state == State.HELD]
        confirm_bookings(held, document=document, actor_id=actor_id)
        return mine

    return in_transaction(confirm)


def cancel_visit(
    *, visit: UUID | str, actor_id: int | None = None, by_customer: bool = False
) -> list[Booking]:
    """Let the time of a visit be free again; its row stays. Again: nothing happens.

    Errors: ``NotFound``; ``TooLate`` for a customer after the end of the policy; ``NotPossible`` when it took place.
    """

    def cancel() -> list[Booking]:
        bookings = still_there(lock_visit(visit))
        if all(one.state == State.CANCELLED for one in bookings):
            return bookings
        check_state(bookings, State.HELD, State.CONFIRMED)
        if by_customer and None in cancel_percents(bookings).values():
            raise TooLate()
        _cancel(bookings, actor_id=actor_id, by_customer=by_customer)
        return lock_visit(visit)

    return in_transaction(cancel)


def cancel_bookings(ids: Collection[int]) -> None:
    """Cancel single bookings whose order says so; the others of their visits stay. What took place stays, too."""

    def cancel() -> None:
        rows = Booking.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
        _cancel([one for one in rows if one.state == State.CONFIRMED], actor_id=None, by_customer=False)

    in_transaction(cancel)


def _cancel(bookings: Sequence[Booking], *, actor_id: int | None, by_customer: bool) -> None:
    ids = [one.pk for one in bookings]
    Booking.objects.filter(pk__in=ids).update(
        state=State.CANCELLED, sequence=F("sequence") + 1, held_until=None
    )
    Allocation.objects.filter(booking__in=ids).update(is_active=False)
    give_seats_back(one.session_id for one in bookings)
    add_steps(bookings, "cancelled", actor_id=actor_id, by_customer=by_customer)


def move_visit(
    *, visit: UUID | str, start: datetime, sequence: int | None = None, person_id: int | None = None,
    actor_id: int | None = None, by_customer: bool = False, overrides: frozenset[str] = frozenset(), reason: str = "",
    rooms: tuple[int, ...] | None = None,
) -> list[Booking]:  # fmt: skip
    """Let a visit begin at another time, all of it or nothing; with the same people if nobody else is named.

    ``sequence`` is that of the first booking as the caller saw it. Its own time does not stand in its way. ``rooms``: those
    that staff chose for it.
    Errors: ``NotFound``, ``BookingMoved``, ``TooLate``, ``NotPossible``, ``StartNotFree``; the visit stays as it was.
    """
    how = {"actor_id": actor_id, "by_customer": by_customer, "overrides": overrides, "reason": reason}
    whom = (person_id, rooms)
    return claim_surely(lambda care: in_transaction(lambda: _move(visit, start, sequence, whom, care, **how)))


def confirm_bookings(held: Sequence[Booking], *, document: str, actor_id: int | None = None) -> None:
    """Confirm bookings that are held and locked."""
    ids = [one.pk for one in held]
    Booking.objects.filter(pk__in=ids).update(
        state=State.CONFIRMED, document=document, held_until=None, longest_until=None
    )
    Allocation.objects.filter(booking__in=ids).update(held_until=None)
    add_steps(held, "confirmed", actor_id=actor_id)
    for one in held:
        one.state, one.document, one.held_until = State.CONFIRMED, document, None


def _move(
    uuid: UUID | str, start: datetime, sequence: int | None, whom: tuple[int | None, tuple[int, ...] | None], care: Care, *,
    actor_id: int | None, by_customer: bool, overrides: frozenset[str], reason: str,
) -> list[Booking]:  # fmt: skip
    seen = still_there(list(Booking.objects.filter(visit=uuid).order_by("starts_at", "pk")))
    taken = list(Allocation.objects.filter(booking__in=seen, is_active=True).select_related("resource"))
    check_movable(seen, sequence, by_customer)
    if seen[0].session_id:
        raise SeatsStay()
    own = [one.pk for one in seen]
    board = board_at(visit_again(seen, taken, *whom), start, but_of=own, overrides=overrides)
    found, theirs = find_people(board, start), [one.resource_id for one in taken]
    way, takings = lock_people(board, start, found, also_lock=theirs, care=care)
    bookings = still_there(lock_visit(uuid))
    if [(one.pk, one.sequence) for one in bookings] != [(one.pk, one.sequence) for one in seen]:
        raise BookingMoved()
    check_movable(bookings, sequence, by_customer)
    was = bookings[0].wall_start
    give_back(bookings)
    write_takings(board, start, bookings, takings, care)
    for booking, when in zip(bookings, seen_times(way, start), strict=True):
        moves = booking.moves + by_customer
        Booking.objects.filter(pk=booking.pk).update(sequence=F("sequence") + 1, moves=moves, **when)
    facts = {"was": was, "by_customer": by_customer, "overrides": sorted(overrides), "reason": reason}
    add_steps(bookings, "moved", actor_id=actor_id, **facts)
    return lock_visit(uuid)


def visit_again(
    bookings: Sequence[Booking], taken: Sequence[Allocation], person_id: int | None = None,
    rooms: tuple[int, ...] | None = None,
) -> Visit:  # fmt: skip
    """The visit as it was booked: the same services for as many, the same people where somebody was booked."""
    people = {
        one.booking_id: one.resource_id for one in taken if one.resource.kind == one.resource.Kind.STAFF
    }
    pieces = groupby(bookings, key=lambda one: (one.starts_at, one.line, one.service_id))
    wishes = (_wish_again(list(rows), people, person_id) for _key, rows in pieces)
    return Visit(bookings[0].location_id, tuple(replace(one, rooms=rooms) for one in wishes))


def _wish_again(pieces: list[Booking], people: Mapping[int, int], person_id: int | None) -> Wish:
    first, party = pieces[0], sum(one.party for one in pieces)
    return Wish(first.service_id, person_id or people.get(first.pk), first.line, party, len(pieces))


def still_there(bookings: list[Booking]) -> list[Booking]:
    """The bookings of a visit without those that were given back or cancelled, as long as there are others."""
    if not bookings:
        raise NotFound()
    return [one for one in bookings if one.state not in GONE] or bookings


def check_movable(bookings: Sequence[Booking], sequence: int | None, by_customer: bool) -> None:
    """Whether a visit may be moved by whoever asks. Errors: ``NotFound``, ``BookingMoved``, ``NotPossible``, ``TooLate``."""
    still_there(list(bookings))
    if sequence is not None and bookings[0].sequence != sequence:
        raise BookingMoved()
    check_state(bookings, State.HELD, State.CONFIRMED)
    if by_customer:
        minutes = max(one.policy["move_minutes"] for one in bookings)
        is_late = clock.now() > bookings[0].starts_at - timedelta(minutes=minutes)
        if is_late or bookings[0].moves >= bookings[0].policy["most_moves"]:
            raise TooLate()


def check_state(bookings: Sequence[Booking], *allowed: str) -> None:
    """Whether all of a visit is in one of these states. Errors: ``NotPossible``."""
    for one in bookings:
        if one.state not in allowed:
            raise NotPossible(state=one.get_state_display())
