"""Addresses of the booking pages, below ``/<channel>/<locale>/booking/``."""

from django.urls import URLPattern, path

from comptoir_booking.pages import flow

urlpatterns: list[URLPattern] = [
    path("", flow.home, name="home"),
    path("times", flow.times, name="times"),
    path("hold", flow.hold, name="hold"),
]
