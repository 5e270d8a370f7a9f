"""When the customer gets the goods: pure reckoning over opening hours, in the zone of the shop. No database.

Every stretch of time is half-open: at the cut-off it is too late, at closing time the shop is closed.
Source: docs/algorithms/fulfilment.md, rules 1 to 4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError
from comptoir.fulfilment.public_holidays import public_holidays

#: How far ahead an open day is looked for; who is closed for longer promises nothing.
LOOK_AHEAD_DAYS = 120
#: Moments that customers read are whole quarters of an hour.
QUARTER = timedelta(minutes=15)
WORKING_DAYS = frozenset(range(5))

Stretch = tuple[datetime, datetime]


class NeverOpen(ComptoirError):
    """A location or a carrier does not work in the months to come."""

    code = "never_open"
    status = 409
    sentence = _("Nobody works there in the months to come.")


@dataclass(frozen=True)
class Place:
    """When people are at a location: ``hours`` as (weekday with Monday as 0, opens, closes) in its wall time."""

    zone: str
    hours: tuple[tuple[int, time, time], ...]
    days_off: frozenset[date] = frozenset()
    region: str = ""
    opens_on_holidays: bool = False

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def stretches_on(self, day: date) -> list[Stretch]:
        """The open stretches of a day, in UTC and in order; none on a day off or a public holiday."""
        if day in self.days_off or (not self.opens_on_holidays and self.is_holiday(day)):
            return []
        hours = sorted((opens, closes) for weekday, opens, closes in self.hours if weekday == day.weekday())
        return [(self._opens(day, opens), self._closes(day, closes)) for opens, closes in hours]

    def is_holiday(self, day: date) -> bool:
        return day in public_holidays(self.region, day.year)

    def midnight_after(self, moment: datetime) -> datetime:
        """When the next day of the wall calendar begins."""
        day = moment.astimezone(self.tz).date() + timedelta(days=1)
        return self._opens(day, time(0))

    def _opens(self, day: date, wall: time) -> datetime:
        """The first time that the clock on the wall shows it; a time the clock skips is as long after the jump."""
        return datetime.combine(day, wall, self.tz).astimezone(UTC)

    def _closes(self, day: date, wall: time) -> datetime:
        """The last time that the clock shows it."""
        return max(datetime.combine(day, wall.replace(fold=fold), self.tz).astimezone(UTC) for fold in (0, 1))


@dataclass(frozen=True)
class Transit:
    """How a carrier works. Units: working days from the day it takes the parcel; ``pickup`` in the shop's wall time."""

    days_min: int = 1
    days_max: int = 2
    weekdays: frozenset[int] = WORKING_DAYS
    pickup: time | None = None


@dataclass(frozen=True)
class Work:
    """What a shop needs before goods leave its hands. Units: ``minutes`` while it is open; ``cut_off`` in wall time."""

    minutes: int = 60
    cut_off: time | None = None


@dataclass(frozen=True)
class Promise:
    """What the customer is told: days in ``zone``, and for a collection the moment from which it can be had."""

    zone: str
    from_on: date
    until_on: date
    from_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is shown and frozen in an order."""
        return {
            "zone": self.zone,
            "from_on": self.from_on.isoformat(),
            "until_on": self.until_on.isoformat(),
            "from_at": self.from_at.astimezone(ZoneInfo(self.zone)).isoformat() if self.from_at else None,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Promise":
        """As an order keeps it."""
        from_on, until_on = (date.fromisoformat(said[name]) for name in ("from_on", "until_on"))
        from_at = datetime.fromisoformat(said["from_at"]) if said.get("from_at") else None
        return cls(said["zone"], from_on, until_on, from_at)

    @property
    def sort_key(self) -> tuple[date, datetime]:
        """The earlier it is kept at the latest, the better."""
        return self.until_on, self.from_at or datetime.combine(self.until_on, time(23, 59), UTC)


def open_times(place: Place, since: datetime) -> Iterator[Stretch]:
    """What is left of the open stretches from a moment on, in UTC."""
    first = since.astimezone(place.tz).date()
    for number in range(LOOK_AHEAD_DAYS):
        for opens, closes in place.stretches_on(first + timedelta(days=number)):
            if closes > since:
                yield max(opens, since), closes


def ready_at(place: Place, since: datetime, work: Work) -> datetime:
    """When an order of this moment is prepared. People prepare only while the shop is open.

    Errors: ``NeverOpen``.
    """
    left = timedelta(minutes=work.minutes)
    for opens, closes in open_times(place, _counted_from(place, since, work)):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise NeverOpen


def promise_collection(place: Place, since: datetime, work: Work) -> Promise:
    """From when an order of this moment can be fetched: prepared, on a whole quarter, with the shop open.

    Errors: ``NeverOpen``.
    """
    ready = _quarter_up(ready_at(place, since, work))
    for opens, _closes in open_times(place, ready):
        day = opens.astimezone(place.tz).date()
        return Promise(place.zone, day, day, opens)
    raise NeverOpen


def promise_delivery(
    place: Place, since: datetime, work: Work, transit: Transit, *, region: str, zone: str = ""
) -> Promise:
    """Between which days an order of this moment comes to an address in a region; ``zone`` is that of the address.

    Errors: ``NeverOpen``.
    """
    day = handed_over_on(place, since, work, transit)
    days = (_carried(day, count, transit, region) for count in (transit.days_min, transit.days_max))
    return Promise(zone or place.zone, *days)


def promise_transfer(
    source: Place, since: datetime, work: Work, transit: Transit, destination: Place, unpacking: Work
) -> Promise:
    """From when goods that are sent from another place can be fetched in a shop: there before it opens, then unpacked.

    Errors: ``NeverOpen``.
    """
    sent_on = handed_over_on(source, since, work, transit)
    day = _carried(sent_on, transit.days_max, transit, destination.region)
    return promise_collection(destination, destination._opens(day, time(0)), Work(unpacking.minutes))


def handed_over_on(place: Place, since: datetime, work: Work, transit: Transit) -> date:
    """The day on which the carrier takes the parcel: it works, the shop is open, and the goods are ready before.

    Errors: ``NeverOpen``.
    """
    ready = ready_at(place, since, work).astimezone(place.tz)
    for number in range(LOOK_AHEAD_DAYS):
        day = ready.date() + timedelta(days=number)
        in_time = number > 0 or transit.pickup is None or ready.time() < transit.pickup
        works = day.weekday() in transit.weekdays and not place.is_holiday(day)
        if in_time and works and place.stretches_on(day):
            return day
    raise NeverOpen


def _carried(sent_on: date, days: int, transit: Transit, region: str) -> date:
    """The day so many working days later; none later is the same day, if the carrier works there on it."""
    ahead = (sent_on + timedelta(days=number) for number in range(LOOK_AHEAD_DAYS))
    working = (
        day
        for day in ahead
        if day.weekday() in transit.weekdays and day not in public_holidays(region, day.year)
    )
    for day in working:
        left = days - (day > sent_on)
        if left <= 0 and (day > sent_on or days == 0):
            return day
        days = left
    raise NeverOpen


def _counted_from(place: Place, since: datetime, work: Work) -> datetime:
    """When the shop begins with it: at once, or on the next day if it came at the cut-off or later."""
    wall = since.astimezone(place.tz).time()
    return place.midnight_after(since) if work.cut_off and wall >= work.cut_off else since


def _quarter_up(moment: datetime) -> datetime:
    """The next whole quarter of an hour, or this one. Zones differ by whole quarters, so that UTC will do."""
    beyond = timedelta(minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (QUARTER - beyond if beyond else timedelta())
