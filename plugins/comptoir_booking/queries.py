"""When a visit can begin: days, starts of a day, the next ones, and why not then. A statement each, three after a change."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.channels.models import Location
from comptoir_booking.board import Board, read_board
from comptoir_booking.engine import assign, is_free, unassigned
from comptoir_booking.layout import Need, Visit
from comptoir_booking.masks import bits, highest_first, holds_all, lowest, stretch
from comptoir_booking.models import Booking
from comptoir_booking.paces import parts_of, seen_minutes
from comptoir_booking.wall_time import DAY, TICK_S, check_day, instant_of, tick_of

#: How far one question may look.
MOST_DAYS = 62
MOST_STARTS = 50
#: Days around a start that is gone in which the nearest others are looked for.
NEAR_DAYS = 7
OPEN, FEW, FULL, CLOSED = "open", "few", "full", "closed"
FREE = "free"


@dataclass(frozen=True)
class OpenDay:
    """A day as a calendar shows it: ``open``, ``few`` (a quarter or less is left), ``full`` or ``closed``."""

    on: date
    state: str
    first: datetime | None
    starts: int


def open_days(visit: Visit, first_day: date, days: int) -> list[OpenDay]:
    """How each day looks for a visit. What lasts over midnight stands on the day it begins.

    Errors: ``InvalidValue`` for more than ``MOST_DAYS``, and as ``lay_out``.
    """
    board = read_board(visit, first_day, _checked_days(days))
    starts, possible = board.starts(), board.possible()
    return [_open_day(board, first_day + n * DAY, starts, possible) for n in range(days)]


def free_starts(visit: Visit, first_day: date, days: int = 1) -> list[datetime]:
    """All starts on some days, in the zone of the location. Errors: as ``open_days``."""
    board = read_board(visit, first_day, _checked_days(days))
    return list(_instants(board, board.starts()))


def people_by_start(visit: Visit, first_day: date, days: int = 1) -> list[tuple[datetime, list[str]]]:
    """All starts, each with the codes of those who could do all of it then: for who wants to choose somebody."""
    board = read_board(visit, first_day, _checked_days(days))
    staff = [[need for need in way.needs if _is_for_staff(board, need)] for way in board.ways]
    return [
        (moment, _able(board, staff, step - board.layout.lead))
        for step, moment in zip(bits(board.starts()), _instants(board, board.starts()), strict=True)
    ]


def next_starts(visit: Visit, since: date, limit: int = 3) -> list[datetime]:
    """The first free starts from a day on, within two months. Errors: as ``open_days``."""
    if not 1 <= limit <= MOST_STARTS:
        raise InvalidValue(field="limit", value=limit)
    board = read_board(visit, since, MOST_DAYS)
    starts = board.starts()
    found: list[datetime] = []
    while starts and len(found) < limit:
        step = lowest(starts)
        assert step is not None
        found.append(_instant(board, step))
        starts &= starts - 1
    return found


def nearest_starts(
    visit: Visit, start: datetime, *, limit: int = 3, seen: Board | None = None
) -> list[datetime]:
    """The free starts nearest to one that is gone, in their order.

    ``seen``: a board that was just read. It is enough if it knows that the start is gone, and so many others on its days;
    bookings that it looks through are looked through.
    """
    if seen and seen.is_for_all:
        near = _nearest(seen, start, limit)
        if len(near) == limit and near[0][0] > 0 and near[-1][0] <= _reach(seen, start):
            return _in_order(seen, near)
    first = max(start.date() - NEAR_DAYS * DAY, clock.now().date() - DAY)
    board = read_board(visit, first, 2 * NEAR_DAYS + 1, but_of=seen.but_of if seen else ())
    return _in_order(board, _nearest(board, start, limit))


def why_not(visit: Visit, start: datetime, *, but_of: Collection[int] = ()) -> dict[str, Any]:
    """Why a start is free or not, in codes: the rules it breaks, and each candidate of each role. For staff.

    A candidate is ``free``, ``closed`` (not there then) or ``busy``, for the minutes that they take. A role without
    candidates says ``nobody``.
    """
    step = tick_of(start)
    if step is None:
        return {"is_free": False, "rules": ["off_grid"], "roles": []}
    board = board_at(visit, start, but_of=but_of)
    place = step - board.window.since
    begin = place - board.layout.lead
    rules = list(_broken_rules(board, start, place))
    found = any(assign(way.needs, board.free, begin) is not None for way in board.ways)
    if not rules and not found and any(not unassigned(way.needs, board.free, begin) for way in board.ways):
        rules = ["same_one_twice"]
    return {"is_free": not rules and found, "rules": rules, "roles": _explained(board, begin)}


def zone_of(visit: Visit) -> str:
    """The time zone of the location of a visit."""
    return Location.objects.values_list("time_zone", flat=True).get(pk=visit.location_id)


def bookings_between(place: Location, begin: datetime, end: datetime) -> QuerySet[Booking]:
    """What is booked or held at a location between two instants, in its order; with whom. Three statements."""
    live = Q(state__in=Booking.LIVE) & ~Q(state=Booking.State.HELD, held_until__lte=clock.now())
    return _with_people(Booking.objects.filter(live, location=place, starts_at__lt=end, starts_at__gte=begin))


def bookings_shown(ids: Collection[int]) -> QuerySet[Booking]:
    """These bookings in their order, with whom. Three statements."""
    return _with_people(Booking.objects.filter(pk__in=ids))


def _with_people(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    return rows.select_related("service__product").prefetch_related("allocations__resource")


def board_at(visit: Visit, start: datetime, **how: Any) -> Board:
    """The board of the day on which a start lies at any place of the world. Errors: as ``read_board``."""
    check_day(start.date(), "start")
    return read_board(visit, start.date() - DAY, 3, fair_at=start, **how)


def _nearest(board: Board, start: datetime, limit: int) -> list[tuple[float, int]]:
    """The free starts of a board that are nearest to one, each with how far it is. Units: steps."""
    wanted, starts = start.timestamp() / TICK_S - board.window.since, board.starts()
    here = max(ceil(wanted), 0)
    before = islice(highest_first(starts & stretch(0, here)), limit)
    after = islice((here + step for step in bits(starts >> here)), limit)
    return sorted((abs(step - wanted), step) for step in chain(before, after))[:limit]


def _reach(board: Board, start: datetime) -> float:
    """How far around a start a board knows everything, in steps."""
    wanted, days = start.timestamp() / TICK_S - board.window.since, board.window.own_days()
    return min(wanted - (days & -days).bit_length() + 1, days.bit_length() - 1 - wanted)


def _in_order(board: Board, near: Iterable[tuple[float, int]]) -> list[datetime]:
    return [_instant(board, step) for step in sorted(step for _far, step in near)]


def _checked_days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidValue(field="days", value=days)
    return days


def _open_day(board: Board, day: date, starts: int, possible: int) -> OpenDay:
    begin, end = board.window.day_ticks(day)
    here = stretch(begin, end)
    free, all_there_are = starts & here, (possible & here).bit_count()
    count, first = free.bit_count(), lowest(free)
    state = (
        CLOSED if not all_there_are else FULL if not count else FEW if count * 4 <= all_there_are else OPEN
    )
    return OpenDay(day, state, None if first is None else _instant(board, first), count)


def _instants(board: Board, starts: int) -> Iterator[datetime]:
    return (_instant(board, step) for step in bits(starts))


def _instant(board: Board, step: int) -> datetime:
    return instant_of(board.window.since + step).astimezone(ZoneInfo(board.place.zone_name))


def _is_for_staff(board: Board, need: Need) -> bool:
    return any(board.resources[pk].kind == "staff" for pk in need.candidates)


def _able(board: Board, staff: list[list[Need]], begin: int) -> list[str]:
    """Who could take every need for a person that they can take at all, and at least one, in a way that has their time."""
    found = []
    for pk, one in board.resources.items():
        mine = [[need for need in way if pk in need.candidates] for way in staff]
        most = max(map(len, mine))
        if most and any(
            len(way) == most and all(is_free(board.free, pk, need, begin) for need in way) for way in mine
        ):
            found.append(one.code)
    return found


def _broken_rules(board: Board, start: datetime, place: int) -> Iterator[str]:
    now = clock.now()
    if start < now:
        yield "past"
    elif start < now + timedelta(minutes=board.layout.notice_minutes):
        yield "too_soon"
    if start > now + timedelta(days=board.layout.horizon_days):
        yield "too_far"
    if not board.window.starts_every(board.layout.step_minutes) >> place & 1:
        yield "off_step"


def _explained(board: Board, begin: int) -> list[dict[str, Any]]:
    """Each role with each of its candidates, in the time that they take."""
    found: dict[tuple[int, str], dict[int, str]] = {}
    for need in board.needs:
        number, role, _span = need.uses[0]
        states = found.setdefault((number, role), {})
        for pk in need.candidates:
            said = _state(board, pk, need, begin)
            states[pk] = FREE if FREE in (said, states.get(pk)) else said
    return [_role(board, number, role, states) for (number, role), states in found.items()]


def _role(board: Board, number: int, role: str, states: Mapping[int, str]) -> dict[str, Any]:
    service = board.place.services[board.visit.wishes[number].service_id]
    candidates = [
        {"resource": board.resources[pk].code, "state": state, "minutes": seen_minutes(parts_of(service, pk))}
        for pk, state in sorted(states.items())
    ]
    return {"service": service.sku, "role": role, "candidates": candidates, "nobody": not candidates}


def _state(board: Board, pk: int, need: Need, begin: int) -> str:
    if not holds_all(board.open[pk], need.spans, begin):
        return "closed"
    return FREE if is_free(board.free, pk, need, begin) else "busy"
