"""Addresses of the booking pages, below ``/<channel>/<locale>/booking/``."""

from django.urls import URLPattern, path

from comptoir_booking.pages import calendar, class_dates, classes, flow, series, visits, waiting

urlpatterns: list[URLPattern] = [
    path("", flow.home, name="home"),
    path("times", flow.times, name="times"),
    path("hold", flow.hold, name="hold"),
    path("classes", classes.classes, name="classes"),
    path("classes/<uuid:session>", classes.hold_places, name="hold_places"),
    path("classes/<uuid:session>/dates", class_dates.dates, name="class_dates"),
    path("classes/<uuid:session>/wait", waiting.wait_for_class, name="class_wait"),
    path("series", series.series, name="series"),
    path("wait", waiting.wait, name="wait"),
    path("waiting/<str:token>", waiting.waiting, name="waiting"),
    path("waiting/<str:token>/accept", waiting.accept, name="accept"),
    path("waiting/<str:token>/leave", waiting.leave, name="leave"),
    path("calendar", calendar.own_calendar, name="calendar"),
    path("visits/<str:token>", visits.visit, name="visit"),
    path("visits/<str:token>/move", visits.move, name="visit_move"),
    path("visits/<str:token>/cancel", visits.cancel, name="visit_cancel"),
]
