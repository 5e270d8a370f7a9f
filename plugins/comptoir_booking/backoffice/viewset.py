"""Puts the appointment book into the menu."""

from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from comptoir.base.backoffice import may
from comptoir_booking.backoffice.calendar import DayScreen, WeekScreen
from comptoir_booking.backoffice.class_change import ChangeClassScreen
from comptoir_booking.backoffice.classes import ClassesScreen, NewClassScreen
from comptoir_booking.backoffice.one_class import ClassScreen
from comptoir_booking.backoffice.one_visit import MoveScreen, VisitScreen
from comptoir_booking.backoffice.problems import HoursScreen, ReportScreen
from comptoir_booking.backoffice.taking import BlockScreen, NewVisitScreen
from comptoir_booking.models import Booking


class AppointmentsMenuItem(MenuItem):
    """Shown to who may look at bookings."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request, "view", Booking) or may(request, "change", Booking)


class AppointmentsViewSet(ViewSet):
    """The days of one's own locations."""

    name = "appointments"
    icon = "calendar-alt"
    menu_label = gettext_lazy("Appointments")
    menu_order = 140
    add_to_admin_menu = True
    menu_item_class = AppointmentsMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", DayScreen.as_view(), name="index"),
            path("week/", WeekScreen.as_view(), name="week"),
            path("new/", NewVisitScreen.as_view(), name="new"),
            path("block/", BlockScreen.as_view(), name="block"),
            path("hours/", HoursScreen.as_view(), name="hours"),
            path("report/", ReportScreen.as_view(), name="report"),
            path("classes/", ClassesScreen.as_view(), name="classes"),
            path("classes/new/", NewClassScreen.as_view(), name="new_class"),
            path("classes/<uuid:session>/", ClassScreen.as_view(), name="class"),
            path("classes/<uuid:session>/change/", ChangeClassScreen.as_view(), name="change_class"),
            path("<uuid:visit>/", VisitScreen.as_view(), name="visit"),
            path("<uuid:visit>/move/", MoveScreen.as_view(), name="move"),
        ]
