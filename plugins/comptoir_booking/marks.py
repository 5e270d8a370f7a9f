"""What staff write down of a visit: that somebody came, was served, or did not come; and taking that back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.base import clock
from comptoir.stock.rows import in_transaction
from comptoir_booking.changes import check_state, still_there
from comptoir_booking.claims import add_steps
from comptoir_booking.diary import day_of
from comptoir_booking.models import Booking
from comptoir_booking.refusals import MarkStays, TooEarly
from comptoir_booking.rows import lock_visit
from comptoir_booking.wall_time import begin_of
from comptoir_booking.wording import days_text, when_text

State = Booking.State
#: The state before each mark.
BEFORE = {State.ARRIVED: State.CONFIRMED, State.MISSED: State.CONFIRMED, State.DONE: State.ARRIVED}


def mark_visit(*, visit: UUID | str, state: str, actor_id: int | None = None) -> list[Booking]:
    """Write down that a customer came, was served, or did not come.

    Errors: ``NotFound``, ``NotPossible``; ``TooEarly`` before ``markable_from``.
    """

    def mark() -> list[Booking]:
        bookings = still_there(lock_visit(visit))
        if all(one.state == state for one in bookings):
            return bookings
        check_state(bookings, BEFORE[State(state)])
        _check_time(bookings, state)
        Booking.objects.filter(pk__in=[one.pk for one in bookings]).update(state=state)
        add_steps(bookings, state, actor_id=actor_id)
        return lock_visit(visit)

    return in_transaction(mark)


def unmark_visit(*, visit: UUID | str, actor_id: int | None = None) -> list[Booking]:
    """Take the last mark back: who was said to have come, or not, is booked again; who was served has arrived.

    Errors: ``NotFound``; ``NotPossible`` where there is no mark, ``MarkStays`` once the order was settled with it.
    """

    def unmark() -> list[Booking]:
        bookings = still_there(lock_visit(visit))
        check_state(bookings, *BEFORE)
        marked = State(bookings[0].state)
        if marked == State.MISSED and bookings[0].document:
            raise MarkStays()
        Booking.objects.filter(pk__in=[one.pk for one in bookings]).update(state=BEFORE[marked])
        add_steps(bookings, "unmarked", actor_id=actor_id, was_state=marked)
        return lock_visit(visit)

    return in_transaction(unmark)


def markable_from(bookings: Sequence[Booking], mark: str) -> datetime:
    """From when on a visit can be marked: as not come from its start, else from the beginning of its day.

    Who comes early is let in, and may be served before the time that was agreed. The day is that on the wall of the location.
    """
    first = bookings[0]
    if mark == State.MISSED:
        return first.starts_at
    return begin_of(day_of(first.starts_at, first.time_zone), first.time_zone)


def too_early_until(bookings: Sequence[Booking], mark: str) -> str:
    """From when on a visit can be marked, in words; empty if it can be now."""
    since, zone = markable_from(bookings, mark), bookings[0].time_zone
    if clock.now() >= since:
        return ""
    day = day_of(since, zone)
    return when_text(since, zone) if mark == State.MISSED else days_text(day, day)


def _check_time(bookings: Sequence[Booking], mark: str) -> None:
    if when := too_early_until(bookings, mark):
        since = markable_from(bookings, mark).astimezone(ZoneInfo(bookings[0].time_zone))
        raise TooEarly(field="mark", since=since.isoformat(), when=when)
