"""Hooks of the appointment book."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern
from ninja import Router

from comptoir.baskets.claims import LineClaims
from comptoir.channels.queries import ChannelContext
from comptoir.customers.account import AccountPart
from comptoir.events.models import Event
from comptoir.messaging.kinds import Kind
from comptoir.plugins import Preview, hookimpl
from comptoir.publishing.items import Item, Problem
from comptoir_booking import api, calendar_api, group_api, staff_api, telling_waiting
from comptoir_booking.basket_claims import TimeClaims, cancel_ordered
from comptoir_booking.bookable import booking_fields
from comptoir_booking.google_feed import write_feed_of_the_day
from comptoir_booking.other_calendars import read_due_calendars
from comptoir_booking.own_visits import appointments_part
from comptoir_booking.pages.urls import urlpatterns
from comptoir_booking.readiness import booking_problems
from comptoir_booking.records import AppointmentRecords
from comptoir_booking.telling import KINDS, tell_changes
from comptoir_booking.waiting import offer_free_times

CLAIMS = TimeClaims()


@hookimpl
def register_routers() -> list[tuple[str, Router]]:
    return [
        ("services", api.services),
        ("appointments", api.appointments),
        ("holds", api.holds),
        ("sessions", group_api.sessions),
        ("series", group_api.series),
        ("waiting", group_api.waiting),
        ("bookings", staff_api.router),
        ("calendars", calendar_api.router),
    ]


@hookimpl
def register_extension_pages() -> list[URLPattern]:
    return urlpatterns


@hookimpl
def register_line_claims() -> LineClaims:
    return CLAIMS


@hookimpl
def on_order_cancelled(events: list[Event]) -> None:
    for number in dict.fromkeys(event.payload["number"] for event in events):
        cancel_ordered(number=number)


@hookimpl
def register_message_kinds() -> list[Kind]:
    return [*KINDS, *telling_waiting.KINDS]


@hookimpl
def register_rounds() -> list[Callable[[], object]]:
    return [offer_free_times, read_due_calendars, write_feed_of_the_day]


@hookimpl
def on_booking_changed(events: list[Event]) -> None:
    tell_changes((event.subject_id, event.payload["change"]) for event in events)


@hookimpl
def on_booking_offered(events: list[Event]) -> None:
    telling_waiting.tell_offers(event.payload["visit"] for event in events)


@hookimpl
def register_preview() -> Preview:
    return Preview(template="comptoir_booking/preview.html", width_px=420)


@hookimpl
def add_document_fields(item: Item) -> dict[str, Any]:
    return booking_fields(item)


@hookimpl
def register_personal_records() -> AppointmentRecords:
    return AppointmentRecords()


@hookimpl
def add_account_part(channel: ChannelContext, customer_id: int, locale: str) -> AccountPart:
    return appointments_part(channel, customer_id, locale)


@hookimpl
def check_readiness(item: Item) -> list[Problem]:
    return booking_problems(item)
