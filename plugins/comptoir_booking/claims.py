"""Takes time for somebody: a visit is held or booked whole, or not at all.

Each try looks without locks and before its transaction, then writes, which locks whom it chose. Who lost them meanwhile
chooses anew, with more care each time (``Care``).
"""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.events.services import record_event
from comptoir.stock.rows import in_transaction
from comptoir_booking.board import NOTICE, Board, busy_masks
from comptoir_booking.choosing import Choice, best_way, choose
from comptoir_booking.conf import conf
from comptoir_booking.engine import Assignment, is_free
from comptoir_booking.layout import Layout, Visit
from comptoir_booking.models import Booking, BookingStep
from comptoir_booking.queries import board_at, nearest_starts
from comptoir_booking.reading import read_busy
from comptoir_booking.refusals import StartNotFree, TooManyHolds
from comptoir_booking.rows import Taking, expire_in_the_way, give_back, held_visits, lock_resources, take
from comptoir_booking.wall_time import instant_of, tick_of


class Care(IntEnum):
    """What a try does so as not to lose again: it looks for holds that have ended, or locks every candidate before it looks."""

    QUICK, CAREFUL, SURE = range(3)


#: Somebody else was quicker, mostly; after that it is worth more to be sure.
TRIES = (Care.QUICK, Care.CAREFUL, Care.CAREFUL, Care.SURE)


@dataclass(frozen=True)
class Terms:
    """For whom a visit is held, and how long. Units: minutes from now; ``max_minutes`` however often it is extended.

    ``reason``: why staff put rules aside. ``series``: what ties recurring visits together; it counts as one hold.
    """

    owner: str = ""
    channel_id: int | None = None
    customer_id: int | None = None
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    locale: str = ""
    note: str = ""
    minutes: int = 15
    max_minutes: int = 45
    actor_id: int | None = None
    overrides: frozenset[str] = field(default_factory=frozenset)
    reason: str = ""
    series: UUID | None = None


class Found(NamedTuple):
    """Who is to do a visit, in which way, and why they."""

    choice: Choice
    way: Layout
    people: Assignment


class _Lost(Exception):
    """Somebody else was quicker with one of those who were chosen."""


class _NotFree(Exception):
    """Nobody can do it then. What else there is is looked for when nothing is locked any more."""

    def __init__(self, board: Board, start: datetime) -> None:
        super().__init__()
        self.board, self.start = board, start


def hold_visit(*, visit: Visit, start: datetime, terms: Terms) -> list[Booking]:
    """Keep the time of everybody a visit needs, until it is confirmed or the hold ends; a booking for each service.

    Errors: ``StartNotFree`` with the nearest alternatives, ``TooManyHolds``, ``InvalidValue``, ``VisitTooLong``. Nothing
    is held then.
    """
    return claim_surely(lambda care: _claim(visit, start, terms, Booking.State.HELD, care))


def book_visit(*, visit: Visit, start: datetime, terms: Terms) -> list[Booking]:
    """Book a visit at once, as staff do for who walks in or rings up.

    ``terms.overrides`` may put hours, notice and steps aside; nobody is ever booked twice. Errors: as ``hold_visit``.
    """
    return claim_surely(lambda care: _claim(visit, start, terms, Booking.State.CONFIRMED, care))


def find_people(board: Board, start: datetime, channel_id: int | None = None) -> Found:
    """Choose somebody for each need; nothing is locked. Errors: ``_NotFree`` if nobody can be found."""
    begin = _offered_begin(board, start)
    choice = None if begin is None else choose(board, begin, channel_id)
    best = best_way(board, choice) if choice else None
    if choice is None or best is None:
        raise _NotFree(board, start)
    return Found(choice, *best)


def lock_people(
    board: Board, start: datetime, found: Found, *,
    also_lock: Collection[int] | None = None, care: Care = Care.QUICK,
) -> tuple[Board, list[Taking]]:  # fmt: skip
    """Lock who was found, where it is needed; returns the one way it is done, and what is to be written.

    Whether they are still free the constraint says, when it is written. Of a pool it could not say it kindly, and the last
    try has to be sure: these lock, and look again. ``also_lock``: who has the visit now, and bookings are locked after them.
    Errors: ``_NotFree`` if nobody can be found any more, ``_Lost`` if somebody was quicker.
    """
    wanted = board.resources.keys() if care is Care.SURE else {pk for _need, pk in found.people}
    looks_again = care is Care.SURE or board.has_pools
    if looks_again or also_lock is not None:
        lock_resources({*wanted, *(also_lock or ())})
    if looks_again:
        now_taken = read_busy(wanted, board.window, but_of=board.but_of).taken
        board = replace(board, busy=busy_masks(board.resources, board.window, now_taken))
        found = _found_again(board, start, found, of_all=care is Care.SURE or not board.has_choice)
    return replace(board, ways=(found.way,)), _takings(board, found)


def _found_again(board: Board, start: datetime, found: Found, *, of_all: bool) -> Found:
    """The same people if they are still free, or the best of all, now that they are locked. Errors: as ``lock_people``."""
    if not of_all:
        if not all(is_free(board.free, pk, need, found.choice.begin) for need, pk in found.people):
            raise _Lost
        return found
    best = best_way(board, found.choice)
    if best is None:
        raise _NotFree(board, start)
    return Found(found.choice, *best)


def claim_surely(claim: Callable[[Care], list[Booking]]) -> list[Booking]:
    """Run a step that may lose against others, at last with every candidate locked.

    Errors: those of the step; ``StartNotFree`` with the nearest alternatives.
    """
    try:
        for care in TRIES[:-1]:
            with suppress(_Lost):
                return claim(care)
        return claim(TRIES[-1])
    except _NotFree as refused:
        near = nearest_starts(refused.board.visit, refused.start, seen=refused.board)
        # What moves has its own time free, but that is no alternative.
        own = Booking.objects.filter(pk__in=refused.board.but_of).values_list("starts_at", flat=True)[:1]
        alternatives = [one.isoformat(timespec="minutes") for one in near if one not in own]
        raise StartNotFree(field="start", alternatives=alternatives) from None


def _claim(visit: Visit, start: datetime, terms: Terms, state: str, care: Care) -> list[Booking]:
    board = board_at(visit, start, overrides=terms.overrides)
    found = find_people(board, start, terms.channel_id)

    def write() -> list[Booking]:
        way, takings = lock_people(board, start, found, care=care)
        bookings = fresh_bookings(way, start, terms, state)
        write_takings(board, start, bookings, takings, care)
        if state != Booking.State.HELD:
            facts = {"overrides": sorted(terms.overrides), "reason": terms.reason}
            add_steps(bookings, "booked", actor_id=terms.actor_id, **facts)
        return bookings

    return in_transaction(write)


def write_takings(
    board: Board, start: datetime, bookings: Sequence[Booking], takings: list[Taking], care: Care
) -> None:
    """Take the time for bookings, from holds that have ended too.

    Ended holds are rarely in the way, so they are looked for after a refusal; of a pool the refusal would be an error.
    Errors: ``_Lost``, to be tried again if there was a choice; else ``_NotFree``.
    """
    if board.has_pools:
        expire_in_the_way(takings)
    if take(bookings, takings):
        return
    if (care or not board.has_choice) and expire_in_the_way(takings):
        give_back(bookings)
        if take(bookings, takings):
            return
    raise _NotFree(board, start) if care is Care.SURE or not board.has_choice else _Lost


def fresh_bookings(board: Board, start: datetime, terms: Terms, state: str) -> list[Booking]:
    """The rows of a visit that begins then, not written yet."""
    visit, services = uuid4(), board.place.services
    return [
        new_booking(
            terms, state, visit=visit, service_id=wish.service_id, line=wish.line, location_id=board.place.id,
            policy=dict(services[wish.service_id].policy), party=wish.party // wish.pieces, **when,
        )
        for wish, when in zip(board.visit.pieces, seen_times(board, start), strict=True)
    ]  # fmt: skip


def new_booking(terms: Terms, state: str, **what: Any) -> Booking:
    """A row for whom the terms say, not written yet; ``what`` is booked, where and when."""
    now = clock.now()
    longest = now + timedelta(minutes=terms.max_minutes)
    is_held = state == Booking.State.HELD
    return Booking(
        channel_id=terms.channel_id,
        state=state,
        owner=terms.owner,
        customer_id=terms.customer_id,
        contact_name=terms.contact_name,
        contact_phone=terms.contact_phone,
        contact_email=terms.contact_email,
        locale=terms.locale,
        note=terms.note,
        series=terms.series,
        held_until=min(now + timedelta(minutes=terms.minutes), longest) if is_held else None,
        longest_until=longest if is_held else None,
        made_at=now,
        **what,
    )


def seen_times(board: Board, start: datetime) -> list[dict[str, object]]:
    """When each piece of a visit is, as the customer sees it; what was agreed is the time on the wall."""
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
        for wish, (starts, ends) in zip(board.visit.wishes, board.layout.seen, strict=True)
        for _piece in range(wish.pieces)
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


def check_number_of_holds(owner: str, series: UUID | None = None) -> None:
    """Whoever holds many times keeps others from them."""
    if owner and held_visits(owner, series) >= conf.HOLDS_MAX:
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


def _takings(board: Board, found: Found) -> list[Taking]:
    """What is taken of whom, for the first piece of each service; of a pool each piece has its own."""
    since, given = board.window.since + found.choice.begin, [pk for _need, pk in found.people]
    wishes = board.visit.wishes
    firsts = [0, *accumulate(wish.pieces for wish in wishes)]
    return [
        Taking(
            firsts[number] + nth % wishes[number].pieces,
            pk,
            role,
            instant_of(since + a),
            instant_of(since + b),
            found.choice.reason(need, pk, given.count(pk)),
        )
        for need, pk in found.people
        for number, role, (a, b) in need.uses
        for nth in range(need.quantity if board.resources[pk].capacity > 1 else 1)
    ]
