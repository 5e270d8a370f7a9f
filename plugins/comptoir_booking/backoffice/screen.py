"""What the screens of the appointment book share: one's own locations, their day, how a booking is told."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import formats
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.customers.queries import workplaces
from comptoir_booking.board import NOTICE, STEPS
from comptoir_booking.diary import day_of, name_customers
from comptoir_booking.models import Booking, Resource, Session
from comptoir_booking.refusals import StartNotFree, TeamNotFree

State = Booking.State
#: A state is told by words and by a sign, never by colour alone.
ICONS = {
    State.HELD: "time", State.CONFIRMED: "calendar-alt", State.ARRIVED: "user", State.DONE: "check",
    State.MISSED: "cross", State.CANCELLED: "cross", State.RELEASED: "cross", State.EXPIRED: "cross",
}  # fmt: skip
#: Rules for who books from home; at the desk and on the telephone they do not count.
AT_THE_DESK = frozenset({NOTICE, STEPS})


class BookScreen(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """A screen below “Appointments”: of one's own workplaces only."""

    model = Booking
    any_permission_required = ["view", "add", "change"]
    header_icon = "calendar-alt"
    page_title = gettext_lazy("Appointments")

    @cached_property
    def places(self) -> list[Location]:
        return list(workplaces(self.request.user))

    @cached_property
    def place(self) -> Location | None:
        """The location that was asked for, else the one looked at last, else the first that has anybody to book."""
        asked = self.request.GET.get("at") or self.request.POST.get("at")
        code = asked or self.request.session.get("appointments_at", "")
        found = next((one for one in self.places if one.code == code), None)
        if asked and found is None:
            raise Http404
        if asked and found:
            self.request.session["appointments_at"] = found.code
        return found or next(iter(with_team(self.places)), None) or next(iter(self.places), None)

    @cached_property
    def today(self) -> date:
        return day_of(clock.now(), self.place.time_zone if self.place else "UTC")

    @cached_property
    def day(self) -> date:
        return day_said(self.request.GET.get("on", "")) or self.today

    def may(self, action: str) -> bool:
        return self.request.user.has_perm(f"booking.{action}")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, *self.trail(), {"url": "", "label": self.get_page_title()}]

    def trail(self) -> list[dict[str, Any]]:
        """What stands above this screen."""
        return [{"url": self.day_url(), "label": _("Appointments")}]

    def day_url(self, on: date | None = None, **more: str) -> str:
        """The calendar of a day of the location."""
        said = {"at": self.place.code, "on": str(on or self.day), **more} if self.place else {}
        return f"{reverse('appointments:index')}?{urlencode(said)}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "places": self.places,
            "place": self.place,
            "icons": ICONS,
            "may_add": self.may("add_booking"),
            "may_change": self.may("change_booking"),
        }
        return super().get_context_data(**{**facts, **kwargs})


class VisitScreenBase(BookScreen):
    """A screen about one visit at one of one's own locations; for others it is not there, whatever is asked.

    What takes the time of who gives a class is no visit: its class has a screen.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.bookings[0].location not in self.places:
            raise Http404
        if held := Session.objects.filter(visit=self.kwargs["visit"]).first():
            return redirect(class_url(held))
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def bookings(self) -> list[Booking]:
        """The bookings of the visit, in their order."""
        rows = Booking.objects.filter(visit=self.kwargs["visit"]).order_by("starts_at", "pk")
        related = rows.select_related(
            "location", "service__product__parent", "customer", "channel", "session"
        )
        found = list(related.prefetch_related("allocations__resource"))
        if not found:
            raise Http404
        name_customers(found)
        return found

    @cached_property
    def place(self) -> Location:
        return self.bookings[0].location

    @cached_property
    def day(self) -> date:
        return day_of(self.bookings[0].starts_at, self.place.time_zone)

    @property
    def visit_url(self) -> str:
        return visit_url(self.bookings[0].visit)

    def trail(self) -> list[dict[str, Any]]:
        return [
            *super().trail(),
            {"url": self.day_url(), "label": formats.date_format(self.day, "DATE_FORMAT")},
        ]

    def get_page_title(self) -> str:
        return name_of(self.bookings[0])


def name_of(booking: Booking) -> str:
    """Who comes; a name that nobody said is told as that."""
    return booking.customer_name or _("No name")


def visit_url(visit: UUID) -> str:
    return reverse("appointments:visit", args=[visit])


def class_url(session: Session) -> str:
    return reverse("appointments:class", args=[session.uuid])


def change_class_url(session: Session) -> str:
    return reverse("appointments:change_class", args=[session.uuid])


def classes_url(place: Location) -> str:
    return f"{reverse('appointments:classes')}?at={place.code}"


def services_of(bookings: Iterable[Booking]) -> str:
    """What is done, in words."""
    return ", ".join(one.service.product.get_title() for one in bookings)


def people_of(bookings: Iterable[Booking]) -> list[str]:
    """With whom and where, each once."""
    return list(dict.fromkeys(row.resource.name for one in bookings for row in one.allocations.all()))


def refused(error: ComptoirError, zone_name: str) -> list[tuple[str, str]]:
    """The nearest other times of a refusal, as buttons: what they send, and what stands on them."""
    if not isinstance(error, StartNotFree | TeamNotFree):
        return []
    moments = [
        datetime.fromisoformat(one).astimezone(ZoneInfo(zone_name)) for one in error.facts["alternatives"]
    ]
    return [(f"{one:%Y-%m-%dT%H:%M}", formats.date_format(one, "D j N H:i")) for one in moments]


def day_said(text: str) -> date | None:
    """A day as it stands in an address; ``None`` if it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def with_team(places: list[Location]) -> list[Location]:
    """The locations that have anybody, or anything, to book."""
    booked = set(Resource.objects.filter(is_active=True).values_list("location", flat=True))
    return [one for one in places if one.pk in booked]
