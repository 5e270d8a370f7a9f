"""When it can be: a month of days, the starts of one of them by part of the day, the next free ones."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from comptoir.base import clock
from comptoir_booking.layout import Visit
from comptoir_booking.queries import CLOSED, FEW, FULL, OPEN, open_days

#: Before today; nothing is known of it any more.
PAST = "past"
#: What a day says of itself to whoever does not see its colour.
STATES = {
    OPEN: pgettext_lazy("day", "free"),
    FEW: gettext_lazy("only a few times left"),
    FULL: pgettext_lazy("day", "full"),
    CLOSED: pgettext_lazy("day", "closed"),
    PAST: pgettext_lazy("day", "over"),
}
#: Hours of the wall before which a part of the day ends.
PARTS = (
    (12, gettext_lazy("Morning")), (18, gettext_lazy("Afternoon")), (24, gettext_lazy("Evening")),
)  # fmt: skip
#: Months ahead that a calendar turns to at most; policies close it earlier.
MOST_MONTHS = 13


@dataclass(frozen=True)
class DayShown:
    """A day of the calendar. Links are those that are free, and full ones for which one can wait."""

    on: date
    state: str
    is_chosen: bool

    @property
    def is_free(self) -> bool:
        return self.state in (OPEN, FEW)

    @property
    def is_full(self) -> bool:
        """Open, but nothing is left: somebody may wait for it."""
        return self.state == FULL

    @property
    def words(self) -> str:
        return _("%(day)s: %(state)s") % {
            "day": formats.date_format(self.on, "l j F"),
            "state": STATES[self.state],
        }


@dataclass(frozen=True)
class MonthShown:
    """A month, week by week from Monday on, with the months beside it as far as one can turn to them."""

    first: date
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[DayShown | None]]
    before: date | None
    after: date | None

    @property
    def is_empty(self) -> bool:
        return not any(day and day.is_free for week in self.weeks for day in week)


def month_shown(visit: Visit, zone: str, month: date, chosen: date | None) -> MonthShown:
    """How the days of a month look for a visit."""
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    length = calendar.monthrange(month.year, month.month)[1]
    last = month.replace(day=length)
    begin = max(month, today)
    found = open_days(visit, begin, (last - begin).days + 1) if begin <= last else []
    states = {day.on: day.state for day in found}
    weeks = [
        [DayShown(day, states.get(day, PAST), day == chosen) if day.month == month.month else None for day in week]
        for week in calendar.Calendar().monthdatescalendar(month.year, month.month)
    ]  # fmt: skip
    before, after = (month - timedelta(days=1)).replace(day=1), last + timedelta(days=1)
    this_month = today.replace(day=1)
    return MonthShown(
        first=month,
        weekdays=[formats.date_format(date(2024, 1, day), "D") for day in range(1, 8)],
        weeks=weeks,
        before=before if before >= this_month else None,
        after=after if (after.year - today.year) * 12 + after.month - today.month < MOST_MONTHS else None,
    )


def by_part(starts: Iterable[datetime]) -> list[tuple[str, list[datetime]]]:
    """Starts of a day, in its morning, its afternoon and its evening; parts without any are left out."""
    left, parts = list(starts), []
    for hour, name in PARTS:
        mine = [one for one in left if one.hour < hour]
        left = left[len(mine) :]
        if mine:
            parts.append((str(name), mine))
    return parts


def day_said(text: str) -> date | None:
    """A day, or the first day of a month, as it stands in an address; nothing for nonsense."""
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == len("2026-11") else text)
    except ValueError:
        return None
