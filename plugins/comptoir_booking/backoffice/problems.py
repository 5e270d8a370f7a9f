"""What somebody has to look at: appointments outside of the hours, days off and holidays, how full the book is."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.checkout.backoffice.charts import columns, spots
from comptoir_booking.backoffice.screen import BookScreen, services_of, visit_url
from comptoir_booking.diary import day_of, name_customers, read_diary
from comptoir_booking.models import HoursException, OtherCalendar, Resource
from comptoir_booking.occupancy import Filled, bookings_outside, occupancy
from comptoir_booking.services import close_on_public_holidays
from comptoir_booking.wall_time import DAY

#: How far ahead conflicts are looked for.
LOOKS_AHEAD_DAYS = 90
#: The periods of the report: days back from today, or ahead.
PERIODS = {
    "-28": gettext_lazy("Last 28 days"),
    "-7": gettext_lazy("Last 7 days"),
    "14": gettext_lazy("Next 14 days"),
}
USUAL = "-28"


def count_conflicts(place: Location) -> int:
    """How many appointments lie outside of the hours of who is booked."""
    return len(bookings_outside(_ahead(place)))


def conflicts_url(place: Location) -> str:
    return f"{reverse('appointments:hours')}?{urlencode({'at': place.code})}"


def warn_of_conflicts(request: HttpRequest, place: Location) -> None:
    """Point out what lies outside of the hours when these have changed: it stays booked, and somebody has to decide."""
    if number := count_conflicts(place):
        words = ngettext(
            "%(number)s appointment lies outside of the hours now. It stays booked until somebody moves it.",
            "%(number)s appointments lie outside of the hours now. They stay booked until somebody moves them.",
            number,
        )
        button = messages.button(conflicts_url(place), _("Show"))
        messages.warning(request, words % {"number": number}, buttons=[button])


def _ahead(place: Location) -> Any:
    return read_diary(place, day_of(clock.now(), place.time_zone), LOOKS_AHEAD_DAYS)


class HoursScreen(BookScreen):
    """Days off, special openings and holidays of a location, and what is booked although the hours say otherwise."""

    any_permission_required = ["change"]
    page_title = gettext_lazy("Days off and conflicts")
    template_name = "comptoir_booking/backoffice/hours.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.place is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("do") == "holidays":
            self._close_on_holidays()
        elif (number := request.POST.get("remove", "")).isdigit():
            get_object_or_404(self._exceptions(), pk=int(number[:12])).delete()
            messages.success(request, _("The usual hours hold again."))
        return redirect(conflicts_url(self.place))

    def _close_on_holidays(self) -> None:
        try:
            days = [
                day
                for year in (self.today.year, self.today.year + 1)
                for day in close_on_public_holidays(location=self.place, year=year)
            ]
        except ComptoirError as error:
            messages.error(self.request, str(error))
            return
        words = ngettext("%(n)s public holiday was added.", "%(n)s public holidays were added.", len(days))
        messages.success(self.request, words % {"n": len(days)})

    def _exceptions(self) -> Any:
        team = Resource.objects.filter(location=self.place)
        rows = HoursException.objects.filter(location=self.place) | HoursException.objects.filter(
            resource__in=team
        )
        return rows.select_related("resource", "location")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = bookings_outside(_ahead(self.place))
        name_customers(booking for booking, _resource in found)
        calendars = OtherCalendar.objects.filter(resource__location=self.place).select_related("resource")
        facts = {
            "zone": self.place.time_zone,
            "conflicts": [
                (booking, resource.name, services_of([booking]), visit_url(booking.visit))
                for booking, resource in found
            ],
            "exceptions": self._exceptions().filter(last_day__gte=self.today),
            "calendars": calendars,
            "block_url": f"{reverse('appointments:block')}?{urlencode({'at': self.place.code})}",
        }
        return super().get_context_data(**{**facts, **kwargs})


class ReportScreen(BookScreen):
    """How full the book of a location is: by person or room, and by day."""

    any_permission_required = ["view"]
    page_title = gettext_lazy("Occupancy")
    template_name = "comptoir_booking/backoffice/report.html"

    @cached_property
    def period(self) -> str:
        said = self.request.GET.get("days", "")
        return said if said in PERIODS else USUAL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.place is None:
            raise Http404
        days = int(self.period)
        first = self.today + days * DAY if days < 0 else self.today
        diary = read_diary(self.place, first, abs(days))
        kinds = Resource.Kind
        people = occupancy(diary, kinds.STAFF)
        rooms = occupancy(diary, kinds.ROOM, kinds.EQUIPMENT)
        facts = {
            "periods": [(code, label, self._url(code)) for code, label in PERIODS.items()],
            "period": self.period,
            "first": first,
            "last": first + (abs(days) - 1) * DAY,
            "groups": [(label, [_row(one) for one in rows]) for label, rows in (
                (_("People"), people), (_("Rooms and things"), rooms)) if rows],
            "chart": _chart(people) if people else None,
            "table": _table(people),
            "people": people,
        }  # fmt: skip
        return super().get_context_data(**{**facts, **kwargs})

    def _url(self, period: str) -> str:
        return f"?{urlencode({'at': self.place.code, 'days': period})}"


def _row(one: Filled) -> dict[str, Any]:
    there, booked = sum(one.open.values()), sum(one.booked.values())
    return {
        "name": one.resource.name,
        "open": _hours(there),
        "booked": _hours(booked),
        "percent": one.percent,
    }


def _hours(minutes: int) -> str:
    return f"{formats.number_format(Decimal(minutes) / 60, 1)}\u202fh"


def _percent(people: list[Filled], day: date) -> int:
    there = sum(one.open[day] for one in people)
    return round(100 * sum(one.booked[day] for one in people) / there) if there else 0


def _chart(people: list[Filled]) -> Any:
    """All people together, by day; a whole day is a hundred."""
    days = list(people[0].open)
    values = [min(_percent(people, day), 100) for day in days]
    texts = [
        f"{formats.date_format(day, 'D j N')}: {value}\u202f%"
        for day, value in zip(days, values, strict=True)
    ]
    most = max(values)
    top = 100 if most > 50 else 50 if most > 20 else 20 if most > 10 else 10
    return columns(
        values,
        texts,
        top=top,
        amounts=["0", f"{top // 2}\u202f%", f"{top}\u202f%"],
        days=[formats.date_format(day, "j N") for day in spots(days)],
    )


def _table(people: list[Filled]) -> list[tuple[date, list[str]]]:
    days = list(people[0].open) if people else []
    return [
        (day, [f"{_hours(one.booked[day])} / {_hours(one.open[day])}" for one in people])
        for day in reversed(days)
    ]
