"""The one place where the time on a wall becomes an instant, and instants become steps of the grid.

Where clocks are put forward, a time that does not exist counts as the first instant after the gap, so that hours that
lie in the gap altogether are none. Where an hour comes twice, hours start at its first and end at its second coming:
whoever works from 0:00 to 6:00 works seven hours that night. Lengths are always added in real time, never on the wall.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from comptoir.base.errors import InvalidValue

#: A step of the grid. All offsets from UTC that are in use are multiples of it.
TICK_S = 300
DAY = timedelta(days=1)
#: Days on which anything can be: near the ends of the calendar there is no day before, or none after.
FIRST_DAY, LAST_DAY = date(1971, 1, 1), date(8999, 12, 31)


def local_instants(starts: datetime, ends: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """The stretch between two times on the wall, in UTC; ``None`` if nothing of it exists.

    Example: 2:30 to 3:15 on 28 March 2027 in Paris is 1:00 to 1:15 UTC; 2:00 to 3:00 is nothing.
    """
    begin, end = _instant(starts, zone, is_end=False), _instant(ends, zone, is_end=True)
    return (begin, end) if begin < end else None


def check_day(day: date, field: str) -> None:
    """Whether it is a day of this calendar that can be reckoned with. Errors: ``InvalidValue``."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidValue(field=field, value=day.isoformat())


def instant_at(day: date, at: time, zone_name: str) -> datetime:
    """The instant that somebody means who says a day and a time, in the zone of the place.

    In a gap it is the first instant after it; of an hour that comes twice it is the first.
    """
    zone = ZoneInfo(zone_name)
    return _instant(datetime.combine(day, at), zone, is_end=False).astimezone(zone)


def local_ticks(
    starts: datetime, ends: datetime, zone: ZoneInfo, *, outward: bool = False
) -> tuple[int, int]:
    """The same in steps of the grid since 1970, rounded inward (hours) or outward (what is closed); equal if none."""
    found = local_instants(starts, ends, zone)
    if found is None:
        return 0, 0
    begin, end = (int(one.timestamp()) for one in found)
    if outward:
        return begin // TICK_S, -(-end // TICK_S)
    return -(-begin // TICK_S), max(-(-begin // TICK_S), end // TICK_S)


def instant_on_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a time on the wall: after a gap the first there is, of one that comes twice the first."""
    return _instant(wall, zone, is_end=False)


@lru_cache(4096)
def midnight_tick(day: date, zone_name: str) -> int:
    """The step at which a day begins at a place."""
    begin = _instant(datetime.combine(day, time()), ZoneInfo(zone_name), is_end=False)
    return int(begin.timestamp()) // TICK_S


def begin_of(day: date, zone_name: str) -> datetime:
    """The instant at which a day begins at a place, in UTC."""
    return instant_of(midnight_tick(day, zone_name))


def tick_of(moment: datetime) -> int | None:
    """The step of an instant; ``None`` if it is not on the grid."""
    step, rest = divmod(moment.timestamp(), TICK_S)
    return None if rest else int(step)


def instant_of(tick: int) -> datetime:
    """The instant of a step, in UTC."""
    return datetime.fromtimestamp(tick * TICK_S, UTC)


def offset_ticks(tick: int, zone: ZoneInfo) -> int:
    """How many steps the wall is ahead of UTC at a step."""
    return int(instant_of(tick).astimezone(zone).utcoffset() / timedelta(seconds=TICK_S))  # type: ignore[operator]


def _instant(wall: datetime, zone: ZoneInfo, *, is_end: bool) -> datetime:
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second if is_end else first
    return _after_gap(second, first, zone)


def _after_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between two at which the clocks are put forward."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
