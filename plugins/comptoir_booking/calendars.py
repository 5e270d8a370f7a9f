"""Appointments as iCalendar (RFC 5545): attached to messages, to be downloaded, and as feeds by secret links.

A booking is one entry, with the same UID for life and a ``SEQUENCE`` that goes up with each move; what was cancelled says
so. Times stand in the zone of the location with its rules, so that a telephone shows the right hour whatever law changes.
"""

import base64
import binascii
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from icalendar import Calendar, Event, vText

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.conf import conf
from comptoir.customers.models import User
from comptoir_booking.models import Booking, CalendarLink, Resource
from comptoir_booking.own_visits import bookings_of_customer

MEDIA_TYPE = "text/calendar; charset=utf-8"
#: How far back a feed reaches.
PAST_DAYS = 60
State = Booking.State
KEPT = (State.CONFIRMED, State.ARRIVED, State.DONE, State.MISSED, State.CANCELLED)
HASH_BYTES = 24


def calendar_of(bookings: Iterable[Booking], *, name: str = "", is_for_staff: bool = False) -> bytes:
    """These bookings as a calendar. For staff an entry is named after its customer, for customers after the shop."""
    calendar = Calendar()
    calendar.add("PRODID", "-//Comptoir//Appointments//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    if name:
        calendar.add("X-WR-CALNAME", name)
    for one in _once(bookings):
        calendar.add_component(_entry(one, is_for_staff))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def calendar_of_visit(visit: object) -> bytes:
    """A visit as a file to add to a calendar; once it is cancelled, the file says that."""
    return calendar_of(_with_all(Booking.objects.filter(visit=visit, state__in=KEPT)))


def calendar_address(*, channel_code: str, resource: Resource | None = None, user: User | None = None) -> str:
    """The secret address at which a calendar program reads the appointments of one of the team, or of a customer."""
    link, _made = CalendarLink.objects.get_or_create(resource=resource, user=user)
    return f"{conf.BASE_URL}/api/v1/{channel_code}/calendars/{_token(link)}.ics"


def has_calendar_address(*, resource: Resource | None = None, user: User | None = None) -> bool:
    """Whether somebody asked for an address before."""
    return CalendarLink.objects.filter(resource=resource, user=user).exists()


def renew_calendar_address(*, resource: Resource | None = None, user: User | None = None) -> None:
    """Make the address useless for whoever has it; there is another from now on."""
    CalendarLink.objects.filter(resource=resource, user=user).update(nonce=uuid4())


def calendar_by_token(token: str) -> bytes:
    """The calendar that a secret address opens. Errors: ``NotFound``, the same for all wrong ones."""
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        raise NotFound() from None
    number = int.from_bytes(packed[:6], "big")
    link = CalendarLink.objects.select_related("resource", "user").filter(pk=number).first()
    if link is None or not constant_time_compare(token, _token(link)):
        raise NotFound()
    if link.resource:
        rows = Booking.objects.filter(pk__in=link.resource.allocations.values("booking"))
        return calendar_of(_with_all(_lately(rows)), name=link.resource.name, is_for_staff=True)
    return calendar_of(_with_all(_lately(bookings_of_customer(link.user_id))), name=conf.SHOP_NAME)


def _once(bookings: Iterable[Booking]) -> Iterable[Booking]:
    """Of those that several come to together, each with a booking (or a place of a class), the first that takes place."""
    found: dict[tuple[object, ...], Booking] = {}
    for one in bookings:
        key = (one.visit, one.line, one.service_id, one.starts_at)
        if key not in found or found[key].state == State.CANCELLED != one.state:
            found[key] = one
    return found.values()


def _entry(booking: Booking, is_for_staff: bool) -> Event:
    zone = ZoneInfo(booking.time_zone)
    place, title = booking.location, booking.service.product.get_title()
    who = booking.contact_name.split(" ")[0] if is_for_staff else conf.SHOP_NAME
    entry = Event()
    uid = booking.visit if booking.session_id else booking.uuid
    entry.add("UID", f"{uid}@{urlsplit(conf.BASE_URL).hostname or 'localhost'}")
    entry.add("SEQUENCE", booking.sequence)
    entry.add("DTSTAMP", booking.changed_at or booking.made_at)
    entry.add("DTSTART", booking.starts_at.astimezone(zone))
    entry.add("DTEND", booking.ends_at.astimezone(zone))
    entry.add("SUMMARY", f"{title} – {who}" if who else title)
    entry.add("STATUS", "CANCELLED" if booking.state == State.CANCELLED else "CONFIRMED")
    entry.add("TRANSP", "TRANSPARENT" if booking.state == State.CANCELLED else "OPAQUE")
    address = ", ".join(filter(None, (place.name, place.street, f"{place.postcode} {place.city}".strip())))
    entry.add("LOCATION", vText(address))
    return entry


def _lately(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    since = clock.now() - timedelta(days=PAST_DAYS)
    return rows.filter(state__in=KEPT, starts_at__gte=since).order_by("starts_at", "pk")


def _with_all(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    return rows.select_related("service__product__parent", "location").annotate(changed_at=Max("steps__at"))


def _token(link: CalendarLink) -> str:
    """The id, so that the link is found by its key, and 192 bits of a keyed hash."""
    digest = salted_hmac("comptoir_booking.calendar", f"{link.pk}:{link.nonce}", algorithm="sha256").digest()
    return base64.urlsafe_b64encode(link.pk.to_bytes(6, "big") + digest[:HASH_BYTES]).decode()
