"""Recurring visits: the same time on the wall, every so many weeks; what is not free is said, and the rest is taken."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from comptoir.base.errors import InvalidValue
from comptoir.baskets.rows import Key
from comptoir.stock.rows import in_transaction
from comptoir_booking.basket_claims import add_lines, terms_of
from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.layout import Visit
from comptoir_booking.models import Booking
from comptoir_booking.queries import board_at, nearest_starts, zone_of
from comptoir_booking.refusals import SeriesNotFree, StartNotFree
from comptoir_booking.rows import lock_resources
from comptoir_booking.wall_time import check_day, instant_on_wall

MOST_TIMES, MOST_WEEKS = 12, 8


@dataclass(frozen=True)
class Missed:
    """A start of a series that is not free, with the nearest others."""

    start: datetime
    alternatives: list[str]


@dataclass(frozen=True)
class Possible:
    """A start that somebody would like; ``near`` are the nearest others if it is not free."""

    start: datetime
    is_free: bool
    near: Sequence[datetime]


@dataclass
class Series:
    """What became of a series: its bookings, and the starts that were not free."""

    uuid: UUID
    bookings: list[Booking] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)


class _Incomplete(Exception):
    """Not all of a series that was wanted whole is free."""


def series_starts(start: datetime, zone_name: str, *, every_weeks: int, times: int) -> list[datetime]:
    """The starts of a series: the same time on the wall, also where clocks change in between.

    *Example*: 9:00 in Paris on 21 and 28 March 2027 are 8:00 and 7:00 UTC. In a gap: the first instant after it.
    Errors: ``InvalidValue`` for fewer than two times, more than twelve, or more than eight weeks in between.
    """
    if not 1 <= every_weeks <= MOST_WEEKS:
        raise InvalidValue(field="every_weeks", value=every_weeks)
    if not 2 <= times <= MOST_TIMES:
        raise InvalidValue(field="times", value=times)
    if start.tzinfo is None:
        raise InvalidValue(field="start", value=start.isoformat())
    return same_time_later(start, zone_name, every_weeks=every_weeks, times=times)


def same_time_later(start: datetime, zone_name: str, *, every_weeks: int, times: int) -> list[datetime]:
    """A start and those after it, at the same time on the wall."""
    check_day(start.date(), "start")
    zone = ZoneInfo(zone_name)
    wall = start.astimezone(zone).replace(tzinfo=None, fold=0)
    later = [instant_on_wall(wall + timedelta(weeks=n * every_weeks), zone) for n in range(1, times)]
    return [start, *later]


def book_series(
    *, visit: Visit, start: datetime, terms: Terms, every_weeks: int, times: int, only_whole: bool = False
) -> Series:
    """Book a visit again and again, as staff do. What is not free is left out, unless it is wanted whole or not at all.

    Errors: those of ``series_starts``; ``VisitTooLong``, ``InvalidValue``. ``missed`` says what was not free.
    """
    starts = series_starts(start, zone_of(visit), every_weeks=every_weeks, times=times)
    return _take(book_visit, visit, starts, terms, only_whole=only_whole)


def hold_series_in_basket(
    *, key: Key, visit: Visit, start: datetime, every_weeks: int, times: int, only_whole: bool = False
) -> Series:
    """Hold a series for a basket and put its visits into it, a line for each service. Call it in a transaction.

    Errors: as ``book_series``, ``TooManyHolds``, those of ``baskets.add_line``.
    """
    starts = series_starts(start, zone_of(visit), every_weeks=every_weeks, times=times)
    series = _take(hold_visit, visit, starts, terms_of(key), only_whole=only_whole)
    if series.bookings:
        add_lines(key, series.bookings)
    return series


def hold_starts_in_basket(*, key: Key, visit: Visit, starts: Sequence[datetime]) -> Series:
    """Hold a visit at each of these starts for a basket, all of them or none. Call it in a transaction.

    Errors: ``SeriesNotFree`` if one of them is not free; ``InvalidValue`` for none, or more than twelve; as ``hold_visit``.
    """
    if not 1 <= len(starts) <= MOST_TIMES:
        raise InvalidValue(field="start", value=len(starts))
    series = _take(hold_visit, visit, sorted(starts), terms_of(key), only_whole=True)
    if series.missed:
        raise SeriesNotFree(field="start")
    add_lines(key, series.bookings)
    return series


def possible_starts(visit: Visit, starts: Iterable[datetime]) -> list[Possible]:
    """Whether a visit can begin at each of these, and what is near those that are gone; a statement for each, or three."""
    return [_possible(visit, start) for start in starts]


def _possible(visit: Visit, start: datetime) -> Possible:
    near = nearest_starts(visit, start)
    is_free = start in near
    return Possible(start, is_free, () if is_free else tuple(near))


def _take(
    take: Callable[..., list[Booking]],
    visit: Visit,
    starts: Sequence[datetime],
    terms: Terms,
    *,
    only_whole: bool,
) -> Series:
    series = Series(uuid4())

    def take_all() -> None:
        series.bookings, series.missed = [], []
        lock_resources(
            board_at(visit, starts[0]).resources
        )  # once and in order; the visits then find them locked
        for one in starts:
            try:
                series.bookings += take(visit=visit, start=one, terms=replace(terms, series=series.uuid))
            except StartNotFree as error:
                series.missed.append(Missed(one, error.facts["alternatives"]))
        if series.missed and only_whole:
            raise _Incomplete

    try:
        in_transaction(take_all)
    except _Incomplete:
        series.bookings = []
    return series
