"""Takes time for somebody: a visit is held or booked whole, or not at all.

Each try looks without locks, locks whom it chose, looks at them again and writes. Who lost them meanwhile chooses anew;
the last try locks every candidate first, so that its answer is sure.
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.events.services import record_event
from comptoir.stock.rows import in_transaction
from comptoir_booking.board import NOTICE, Board, busy_masks
from comptoir_booking.conf import conf
from comptoir_booking.engine import Assignment, Rank, assign
from comptoir_booking.layout import Need, Visit
from comptoir_booking.masks import holds_all, stretch
from comptoir_booking.models import Booking, BookingStep
from comptoir_booking.queries import board_at, nearest_starts
from comptoir_booking.refusals import StartNotFree, TooManyHolds
from comptoir_booking.rows import Taking, expire_in_the_way, lock_resources, take
from comptoir_booking.wall_time import instant_of, tick_of

#: Tries that lock only whom they chose.
QUICK_TRIES = 3
CHOSEN, ONLY, SAME, LEAST = "chosen", "only", "same", "least_booked"


@dataclass(frozen=True)
class Terms:
    """For whom a visit is held, and how long. Units: minutes from now; ``max_minutes`` however often it is extended."""

    owner: str = ""
    channel_id: int | None = None
    customer_id: int | None = None
    contact_name: str = ""
    contact_phone: str = ""
    note: str = ""
    minutes: int = 15
    max_minutes: int = 45
    actor_id: int | None = None
    overrides: frozenset[str] = field(default_factory=frozenset)


class _Lost(Exception):
    """Somebody else was quicker with one of those who were chosen."""


def hold_visit(*, visit: Visit, start: datetime, terms: Terms) -> list[Booking]:
    """Keep the time of everybody a visit needs, until it is confirmed or the hold ends; a booking for each service.

    Errors: ``StartNotFree`` with the nearest alternatives, ``TooManyHolds``, ``InvalidValue``, ``VisitTooLong``. Nothing
    is held then.
    """
    _check_number_of_holds(terms.owner)
    return claim_surely(lambda lock_all: _claim(visit, start, terms, Booking.State.HELD, lock_all))


def book_visit(*, visit: Visit, start: datetime, terms: Terms) -> list[Booking]:
    """Book a visit at once, as staff do for who walks in or rings up.

    ``terms.overrides`` may put hours, notice and steps aside; nobody is ever booked twice. Errors: as ``hold_visit``.
    """
    return claim_surely(lambda lock_all: _claim(visit, start, terms, Booking.State.CONFIRMED, lock_all))


def find_people(
    board: Board, start: datetime, *,
    also_lock: Collection[int] = (), but_of: Collection[int] = (), lock_all: bool = False,
) -> list[Taking]:  # fmt: skip
    """Choose somebody for each need, lock them and look again; returns what is to be written.

    Errors: ``StartNotFree`` if nobody can be found, ``_Lost`` if somebody was quicker.
    """
    begin = _offered_begin(board, start)
    needs = board.layout.needs
    found = None if begin is None else assign(needs, board.free, begin, _rank(board, begin))
    if begin is None or found is None:
        raise _refusal(board.visit, start)
    wanted = board.resources.keys() if lock_all else {pk for _need, pk in found}
    lock_resources({*wanted, *also_lock})
    again = replace(
        board, busy=busy_masks({pk: board.resources[pk] for pk in wanted}, board.window, but_of=but_of)
    )
    if lock_all:
        found = assign(needs, again.free, begin, _rank(again, begin))
        if found is None:
            raise _refusal(board.visit, start)
    elif not all(holds_all(again.free[pk], need.spans, begin) for need, pk in found):
        raise _Lost
    return _takings(again, found, begin)


def claim_surely(claim: Callable[[bool], list[Booking]]) -> list[Booking]:
    """Run a step that may lose against others, at last with every candidate locked. Errors: those of the step."""
    for _try in range(QUICK_TRIES):
        with suppress(_Lost):
            return in_transaction(lambda: claim(False))
    return in_transaction(lambda: claim(True))


def _claim(visit: Visit, start: datetime, terms: Terms, state: str, lock_all: bool) -> list[Booking]:
    board = board_at(visit, start, overrides=terms.overrides)
    takings = find_people(board, start, lock_all=lock_all)
    bookings = Booking.objects.bulk_create(fresh_bookings(board, start, terms, state))
    write_takings(bookings, takings)
    if state != Booking.State.HELD:
        add_steps(bookings, "booked", actor_id=terms.actor_id, overrides=sorted(terms.overrides))
    return bookings


def write_takings(bookings: Sequence[Booking], takings: list[Taking]) -> None:
    """Take the time for bookings, from holds that have ended too. Errors: ``_Lost``, to be tried again."""
    expire_in_the_way(takings)
    if not take(bookings, takings, bookings[0].held_until):
        raise _Lost


def fresh_bookings(board: Board, start: datetime, terms: Terms, state: str) -> list[Booking]:
    """The rows of a visit that begins then, not written yet."""
    now = clock.now()
    longest = now + timedelta(minutes=terms.max_minutes)
    is_held = state == Booking.State.HELD
    visit, times = uuid4(), seen_times(board, start)
    return [
        Booking(
            visit=visit,
            service_id=wish.service_id,
            location_id=board.place.id,
            channel_id=terms.channel_id,
            state=state,
            owner=terms.owner,
            customer_id=terms.customer_id,
            contact_name=terms.contact_name,
            contact_phone=terms.contact_phone,
            note=terms.note,
            policy=dict(board.place.services[wish.service_id].policy),
            held_until=min(now + timedelta(minutes=terms.minutes), longest) if is_held else None,
            longest_until=longest if is_held else None,
            made_at=now,
            **when,
        )
        for wish, when in zip(board.visit.wishes, times, strict=True)
    ]


def seen_times(board: Board, start: datetime) -> list[dict[str, object]]:
    """When each service of a visit is, as the customer sees it; what was agreed is the time on the wall."""
    zone, begin = ZoneInfo(board.place.zone_name), tick_of(start)
    assert begin is not None
    begin -= board.layout.lead
    return [
        {
            "starts_at": instant_of(begin + starts),
            "ends_at": instant_of(begin + ends),
            "wall_start": instant_of(begin + starts).astimezone(zone).isoformat(timespec="minutes"),
            "time_zone": board.place.zone_name,
        }
        for starts, ends in board.layout.seen
    ]


def add_steps(
    bookings: Sequence[Booking], change: str, *, actor_id: int | None = None, **facts: object
) -> None:
    """Write into the story of bookings what happened to them, and tell of it, once a visit."""
    now = clock.now()
    BookingStep.objects.bulk_create(
        BookingStep(booking=one, change=change, at=now, actor_id=actor_id, facts=facts) for one in bookings
    )
    for first in {one.visit: one for one in reversed(bookings)}.values():
        record_event(
            "booking_changed",
            subject_id=first.pk,
            visit=str(first.visit),
            change=change,
            sequence=first.sequence,
        )


def _check_number_of_holds(owner: str) -> None:
    """Whoever holds many times keeps others from them."""
    if not owner:
        return
    held = Booking.objects.filter(owner=owner, state=Booking.State.HELD, held_until__gt=clock.now())
    if held.values("visit").distinct().count() >= conf.HOLDS_MAX:
        raise TooManyHolds(field="owner")


def _offered_begin(board: Board, start: datetime) -> int | None:
    """The step at which a visit would begin, if the rules allow that start."""
    if start.tzinfo is None:
        raise InvalidValue(field="start", value=start.isoformat())
    step = tick_of(start)
    place = -1 if step is None else step - board.window.since
    # What staff put aside for a customer at the desk may have begun a little while ago, but not yesterday.
    if place < 0 or not board.allowed >> place & 1 or (NOTICE in board.overrides and _is_long_ago(start)):
        return None
    return place - board.layout.lead


def _is_long_ago(start: datetime) -> bool:
    return start < clock.now() - timedelta(hours=12)


def _refusal(visit: Visit, start: datetime) -> StartNotFree:
    near = [one.isoformat(timespec="minutes") for one in nearest_starts(visit, start)]
    return StartNotFree(field="start", alternatives=near)


def _rank(board: Board, begin: int) -> Rank:
    """Who is asked first: somebody of the visit already, then who is booked least that day; the day decides a tie."""
    day = stretch(*board.window.day_ticks(instant_of(begin + board.window.since).astimezone(
        ZoneInfo(board.place.zone_name)).date()))  # fmt: skip

    def rank(_need: Need, pk: int, used: set[int]) -> tuple[float, ...]:
        taken = (board.busy.get(pk, 0) & day).bit_count()
        return (pk not in used, taken, (pk * 2654435761 + begin) % 4093)

    return rank


def _takings(board: Board, found: Assignment, begin: int) -> list[Taking]:
    since, given = board.window.since + begin, [pk for _need, pk in found]
    return [
        Taking(number, pk, role, instant_of(since + a), instant_of(since + b), _reason(need, given.count(pk)))
        for need, pk in found
        for number, role, (a, b) in need.uses
    ]


def _reason(need: Need, times: int) -> str:
    if need.is_chosen:
        return CHOSEN
    if len(need.candidates) == 1:
        return ONLY
    return SAME if times > 1 else LEAST
