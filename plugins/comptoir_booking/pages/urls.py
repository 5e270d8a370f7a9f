"""Addresses of the booking pages, below ``/<channel>/<locale>/booking/``."""

from django.urls import URLPattern, path

from comptoir_booking.pages import flow, visits

urlpatterns: list[URLPattern] = [
    path("", flow.home, name="home"),
    path("times", flow.times, name="times"),
    path("hold", flow.hold, name="hold"),
    path("visits/<str:token>", visits.visit, name="visit"),
    path("visits/<str:token>/move", visits.move, name="visit_move"),
    path("visits/<str:token>/cancel", visits.cancel, name="visit_cancel"),
]
