"""Appointments in words: when, where, with whom."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import formats
from django.utils.translation import gettext as _

from comptoir_booking.models import Allocation, Booking, Resource


def with_names(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings with their location and, as ``person_name``, with somebody of the team; no statement more."""
    staff = Allocation.objects.filter(booking=OuterRef("pk"), resource__kind=Resource.Kind.STAFF)
    name = Subquery(staff.order_by("pk").values("resource__name")[:1])
    return bookings.select_related("location").annotate(person_name=name)


def booking_text(booking: Booking) -> str:
    """When it is, with whom and where; of a booking read by ``with_names``."""
    said = {
        "when": when_text(booking.starts_at, booking.time_zone),
        "person": booking.person_name,  # type: ignore[attr-defined]
        "place": booking.location.name,
    }
    return (_("%(when)s with %(person)s, %(place)s") if said["person"] else _("%(when)s, %(place)s")) % said


def names_of(bookings: Sequence[Booking]) -> str:
    """Who of the team does it, each once, in the order of the visit."""
    staff = Allocation.objects.filter(
        booking__in=[one.pk for one in bookings], resource__kind=Resource.Kind.STAFF
    )
    return ", ".join(dict.fromkeys(staff.order_by("pk").values_list("resource__name", flat=True)))


def when_text(moment: datetime, zone: str) -> str:
    """A moment on the wall of a place, as people say it."""
    local = moment.astimezone(ZoneInfo(zone))
    said = {"day": formats.date_format(local, "l j F"), "time": formats.time_format(local, "H:i")}
    return _("%(day)s at %(time)s") % said
