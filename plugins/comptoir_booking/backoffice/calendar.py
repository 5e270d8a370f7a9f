"""The calendar: a day of all people, or of all rooms and things, and a week of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from comptoir.base import clock
from comptoir_booking.backoffice.screen import ICONS, BookScreen, State, class_url, name_of, visit_url
from comptoir_booking.diary import Block, Column, Diary, Stretch, monday_of, read_diary, shown_hours
from comptoir_booking.models import Booking, HoursException, Resource
from comptoir_booking.reading import ResourceFacts
from comptoir_booking.wall_time import DAY

Kind = Resource.Kind
BY_PERSON, BY_ROOM = "person", "room"
VIEWS = {BY_PERSON: (Kind.STAFF,), BY_ROOM: (Kind.ROOM, Kind.EQUIPMENT, Kind.POOL)}
#: One place to click each half hour; the script looks more closely where it was clicked.
CELL_MINUTES = 30
#: What the list of signs explains.
SHOWN_STATES = (State.CONFIRMED, State.ARRIVED, State.DONE, State.MISSED, State.HELD)


@dataclass(frozen=True)
class Card:
    """A block as it stands on the page."""

    block: Block
    url: str
    state: str
    state_name: str
    icon: str
    name: str
    service: str
    times: str
    can_move: bool

    @property
    def size(self) -> str:
        """How much fits: one line, two, or all of it."""
        return "short" if self.block.minutes < 30 else "tight" if self.block.minutes < 45 else ""


@dataclass(frozen=True)
class Sheet:
    """A column as it stands on the page: who or which day, what is booked, where one can click to book."""

    column: Column
    title: str
    url: str
    cards: Sequence[Card]
    closed: Sequence[Stretch]
    reasons: Sequence[tuple[Stretch, HoursException]]
    cells: Sequence[tuple[int, int, str, str]]
    now: int | None


class CalendarScreen(BookScreen):
    """What all calendars share: the days read, the hours drawn."""

    template_name = "comptoir_booking/backoffice/calendar.html"
    days = 1
    view_name = ""

    @cached_property
    def first_day(self) -> date:
        return self.day

    @cached_property
    def diary(self) -> Diary:
        assert self.place is not None
        return read_diary(self.place, self.first_day, self.days)

    def columns(self) -> list[tuple[Column, str, str]]:
        """Each column with its title and where the title leads."""
        raise NotImplementedError

    def trail(self) -> list[dict[str, Any]]:
        return []

    def url_of(self, view: str, on: date, **more: str) -> str:
        """The same calendar of another day, or another calendar of the same day."""
        name = "week" if view == "week" else "index"
        said = {"at": self.place.code if self.place else "", "on": str(on), **more}
        if name == "index":
            said["by"] = view
        return f"{reverse(f'appointments:{name}')}?{urlencode(said)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.place is None:
            return super().get_context_data(**kwargs)
        columns = self.columns()
        begin, end = shown_hours(column for column, _title, _url in columns)
        sheets = [self._sheet(column, title, url, begin, end) for column, title, url in columns]
        facts = {
            "sheets": sheets,
            "begin": begin,
            "minutes": end - begin,
            "hours": [(minute, f"{minute // 60:02}:00") for minute in range(begin, end, 60)],
            "states": [(one.value, one.label, ICONS[one]) for one in SHOWN_STATES],
            "day": self.day,
            "today": self.today,
            "week_of_today": monday_of(self.today),
            "view_name": self.view_name,
            "people": self.diary.of_kinds(*VIEWS[BY_PERSON]),
            "new_url": self._new_url(),
            "block_url": f"{reverse('appointments:block')}?{urlencode({'at': self.place.code, 'on': str(self.day)})}",
        }
        return super().get_context_data(**{**facts, **kwargs})

    def _new_url(self, **more: str) -> str:
        said = {"at": self.place.code if self.place else "", "on": str(self.day), **more}
        return f"{reverse('appointments:new')}?{urlencode(said)}"

    def _sheet(self, column: Column, title: str, url: str, begin: int, end: int) -> Sheet:
        is_today = column.day == self.today
        now = self.diary.minute(clock.now(), column.day) if is_today else None
        return Sheet(
            column=column,
            title=title,
            url=url,
            cards=[self._card(one) for one in column.blocks],
            closed=list(_within(column.closed, begin, end)),
            reasons=[(part, one) for said, one in column.reasons for part in _within([said], begin, end)],
            cells=self._cells(column, title, begin, end) if self.may("add_booking") else (),
            now=now if now is not None and begin <= now <= end else None,
        )

    def _cells(self, column: Column, title: str, begin: int, end: int) -> list[tuple[int, int, str, str]]:
        """Where one can click to book: minute, length, address, and what it says."""
        who = {"person": column.resource.code} if column.resource.kind == Kind.STAFF else {}
        found = []
        for minute in range(begin, end, CELL_MINUTES):
            time = f"{minute // 60:02}:{minute % 60:02}"
            url = self._new_url(on=str(column.day), time=time, **who)
            words = _("Book: %(who)s, %(time)s") % {"who": title, "time": time}
            found.append((minute, min(CELL_MINUTES, end - minute), url, words))
        return found

    def _card(self, block: Block) -> Card:
        booking = block.booking
        if booking is None:
            return Card(block, "", "elsewhere", _("booked"), "site", _("At another location"), "", "", False)
        day = self.diary.window.zone_name
        return Card(
            block=block,
            url=class_url(booking.held_class) if booking.held_class else visit_url(booking.visit),
            state=booking.state,
            state_name=booking.get_state_display(),
            icon=ICONS[State(booking.state)],
            name=_name(booking),
            service=booking.service.product.get_title(),
            times=_times(booking, day),
            can_move=booking.state == State.CONFIRMED
            and block.is_first
            and not booking.held_class
            and self.may("change_booking"),
        )


class DayScreen(CalendarScreen):
    """One day of a location, a column for each person or for each room and thing."""

    @cached_property
    def view_name(self) -> str:
        said = self.request.GET.get("by", BY_PERSON)
        return said if said in VIEWS else BY_PERSON

    def columns(self) -> list[tuple[Column, str, str]]:
        """Who is not there that day, and has nothing booked, would only take room."""
        found = [self.diary.column(one, self.day) for one in self.diary.of_kinds(*VIEWS[self.view_name])]
        there = [one for one in found if one.blocks or sum(part.minutes for part in one.closed) < 24 * 60]
        return [
            (one, one.resource.name, self.url_of("week", self.day, of=one.resource.code))
            for one in there or found
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "heading": formats.date_format(
                self.day, "l j F" if self.day.year == self.today.year else "l j F Y"
            ),
            "before_url": self.url_of(self.view_name, self.day - DAY),
            "after_url": self.url_of(self.view_name, self.day + DAY),
            "today_url": self.url_of(self.view_name, self.today),
            "person_url": self.url_of(BY_PERSON, self.day),
            "room_url": self.url_of(BY_ROOM, self.day),
            "week_url": self.url_of("week", self.day),
        }
        return super().get_context_data(**{**facts, **kwargs})


class WeekScreen(CalendarScreen):
    """A week of one person, room or thing, a column for each day."""

    page_title = gettext_lazy("Appointments of a week")
    days = 7
    view_name = "week"

    @cached_property
    def first_day(self) -> date:
        return monday_of(self.day)

    @cached_property
    def of(self) -> ResourceFacts | None:
        """Who was asked for, else who logged in, else the first of the team."""
        code = self.request.GET.get("of", "")
        if not code:
            own = Resource.objects.filter(user=self.request.user).values_list("code", flat=True)
            code = own.first() or ""
        team = self.diary.of_kinds(*VIEWS[BY_PERSON]) or list(self.diary.team)
        return self.diary.named(code) or next(iter(team), None)

    def columns(self) -> list[tuple[Column, str, str]]:
        if self.of is None:
            return []
        days = [self.first_day + number * DAY for number in range(self.days)]
        return [
            (self.diary.column(self.of, day), formats.date_format(day, "D j"), self.url_of(BY_PERSON, day))
            for day in days
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.place is None:
            return super().get_context_data(**kwargs)
        last = self.first_day + (self.days - 1) * DAY
        first = formats.date_format(self.first_day, "j" if self.first_day.month == last.month else "j F")
        of = self.of.code if self.of else ""
        facts = {
            "heading": f"{first} – {formats.date_format(last, 'j F Y')}",
            "of": self.of,
            "team": self.diary.team,
            "before_url": self.url_of("week", self.day - 7 * DAY, of=of),
            "after_url": self.url_of("week", self.day + 7 * DAY, of=of),
            "today_url": self.url_of("week", self.today, of=of),
            "person_url": self.url_of(BY_PERSON, self.day),
            "room_url": self.url_of(BY_ROOM, self.day),
            "week_url": self.url_of("week", self.day, of=of),
        }
        return super().get_context_data(**{**facts, **kwargs})


def _name(booking: Booking) -> str:
    if booking.held_class:
        taken = booking.held_class.taken
        words = ngettext(
            "Class, %(taken)s of %(places)s places", "Class, %(taken)s of %(places)s places", taken
        )
        return words % {"taken": taken, "places": booking.held_class.places}
    name = _("In a basket") if booking.state == State.HELD else name_of(booking)
    return name if booking.people == 1 else _("%(name)s, %(n)s people") % {"name": name, "n": booking.people}


def _times(booking: Booking, zone_name: str) -> str:
    zone = ZoneInfo(zone_name)
    return f"{booking.starts_at.astimezone(zone):%H:%M}–{booking.ends_at.astimezone(zone):%H:%M}"


def _within(parts: Sequence[Stretch], begin: int, end: int) -> list[Stretch]:
    """What of some stretches lies in the hours that are drawn."""
    cut = (Stretch(max(one.begin, begin), min(one.end, end), one.kind) for one in parts)
    return [one for one in cut if one.begin < one.end]
