"""When somebody or something can be had, as masks: weekly hours, dates that are otherwise, every start on the wall."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from comptoir_booking.masks import every, stretch, union
from comptoir_booking.models import GRID_MINUTES
from comptoir_booking.wall_time import DAY, local_ticks, midnight_tick, offset_ticks

DAY_MINUTES = 24 * 60


class Weekly(NamedTuple):
    """One stretch of a weekday. Units: minutes since midnight on the wall; an end before the start is the next day's."""

    weekday: int
    starts: int
    ends: int
    valid_from: date | None
    valid_until: date | None
    every_weeks: int


class Dated(NamedTuple):
    """Days that are open or closed otherwise, the whole of each or between two times of it."""

    first_day: date
    last_day: date
    starts: int | None
    ends: int | None
    is_open: bool


@dataclass(frozen=True)
class Window:
    """Some days at a place, with one more before and after: what is booked may reach over midnight."""

    first_day: date
    days: int
    zone_name: str

    @cached_property
    def since(self) -> int:
        return midnight_tick(self.first_day - DAY, self.zone_name)

    @cached_property
    def until(self) -> int:
        return midnight_tick(self.first_day + (self.days + 1) * DAY, self.zone_name)

    @property
    def length(self) -> int:
        return self.until - self.since

    @property
    def last_day(self) -> date:
        return self.first_day + (self.days - 1) * DAY

    def day_ticks(self, day: date) -> tuple[int, int]:
        """Where a day begins and ends, in steps since the begin of the window; 23 to 25 hours."""
        begin, end = midnight_tick(day, self.zone_name), midnight_tick(day + DAY, self.zone_name)
        return begin - self.since, end - self.since

    def own_days(self) -> int:
        """The days themselves, without those before and after."""
        return stretch(self.day_ticks(self.first_day)[0], self.day_ticks(self.last_day)[1])

    def starts_every(self, minutes: int) -> int:
        """The steps at which the wall shows a multiple of so many minutes since midnight."""
        return _starts_every(self, minutes // GRID_MINUTES)


@lru_cache(2048)
def weekly_mask(rules: tuple[Weekly, ...], window: Window) -> int:
    """The steps that weekly hours have open. They are the same for all who have the same hours."""
    return union(_weekly_ticks(rules, window), window.length)


def dated_mask(exceptions: tuple[Dated, ...], window: Window, *, is_open: bool) -> int:
    """The steps that are said to be open, or closed, on certain dates."""
    wanted = [one for one in exceptions if one.is_open == is_open]
    return union(_dated_ticks(tuple(wanted), window), window.length) if wanted else 0


def _weekly_ticks(rules: tuple[Weekly, ...], window: Window) -> list[tuple[int, int]]:
    found = []
    for number in range(-2, window.days + 1):
        day = window.first_day + number * DAY
        for rule in rules:
            if rule.weekday == day.weekday() and _is_valid(rule, day):
                found.append(_ticks(day, rule.starts, rule.ends, window, outward=False))
    return found


def _is_valid(rule: Weekly, day: date) -> bool:
    if (rule.valid_from and day < rule.valid_from) or (rule.valid_until and day > rule.valid_until):
        return False
    if rule.every_weeks == 1 or rule.valid_from is None:
        return True
    first_monday = rule.valid_from - rule.valid_from.weekday() * DAY
    return (day - first_monday).days // 7 % rule.every_weeks == 0


def _dated_ticks(exceptions: tuple[Dated, ...], window: Window) -> list[tuple[int, int]]:
    found = []
    for one in exceptions:
        day, last = max(one.first_day, window.first_day - 2 * DAY), min(one.last_day, window.last_day + DAY)
        while day <= last:
            starts, ends = one.starts or 0, DAY_MINUTES if one.ends is None else one.ends
            found.append(_ticks(day, starts, ends, window, outward=not one.is_open))
            day += DAY
    return found


def _ticks(day: date, starts: int, ends: int, window: Window, *, outward: bool) -> tuple[int, int]:
    """A stretch of one day in steps since the begin of the window."""
    begin = datetime.combine(day, time())
    until = begin + timedelta(minutes=ends if ends > starts else ends + DAY_MINUTES)
    ticks = local_ticks(begin + timedelta(minutes=starts), until, ZoneInfo(window.zone_name), outward=outward)
    return ticks[0] - window.since, ticks[1] - window.since


@lru_cache(256)
def _starts_every(window: Window, step: int) -> int:
    """Where clocks change, the pattern goes on from what the wall shows then."""
    zone, mask, begin = ZoneInfo(window.zone_name), 0, window.since
    while begin < window.until:
        offset = offset_ticks(begin, zone)
        end = _next_change(begin, window.until, offset, zone)
        mask |= every(step, begin + offset, end - begin) << (begin - window.since)
        begin = end
    return mask


def _next_change(begin: int, until: int, offset: int, zone: ZoneInfo) -> int:
    """The first step with another offset, or the end. A zone keeps an offset for a day at least."""
    day = 24 * 60 // GRID_MINUTES
    end = begin
    while end < until and offset_ticks(end, zone) == offset:
        begin, end = end, end + day
    if end >= until and offset_ticks(until, zone) == offset:
        return until
    end = min(end, until)
    while end - begin > 1:
        middle = (begin + end) // 2
        if offset_ticks(middle, zone) == offset:
            begin = middle
        else:
            end = middle
    return end
