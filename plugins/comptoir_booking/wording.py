"""Appointments in words: when, where, with whom."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.base import clock
from comptoir_booking.models import Allocation, Booking, Resource, Session, WaitEntry


def with_names(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings with their location and, as ``person_name``, with somebody of the team; no statement more.

    Who gives a class is taken once, by a booking of the shop's own.
    """
    staff = Allocation.objects.filter(resource__kind=Resource.Kind.STAFF).order_by("pk")
    own = staff.filter(booking=OuterRef("pk")).values("resource__name")[:1]
    of_class = staff.filter(booking__visit=OuterRef("session__visit")).values("resource__name")[:1]
    return bookings.select_related("location").annotate(
        person_name=Coalesce(Subquery(own), Subquery(of_class))
    )


def booking_text(booking: Booking) -> str:
    """When it is, with whom and where, and for how many; of a booking read by ``with_names``."""
    said = {
        "when": when_text(booking.starts_at, booking.time_zone),
        "person": booking.person_name,  # type: ignore[attr-defined]
        "place": booking.location.name,
    }
    text = (_("%(when)s with %(person)s, %(place)s") if said["person"] else _("%(when)s, %(place)s")) % said
    return text if booking.party == 1 else _("%(text)s, %(n)s people") % {"text": text, "n": booking.party}


def names_of(bookings: Sequence[Booking]) -> str:
    """Who of the team does it, each once, in the order of the visit."""
    ids = [one.pk for one in bookings]
    classes = Session.objects.filter(bookings__in=ids).values("visit")
    mine = Q(booking__in=ids) | Q(booking__visit__in=classes)
    staff = Allocation.objects.filter(mine, resource__kind=Resource.Kind.STAFF)
    return ", ".join(dict.fromkeys(staff.order_by("pk").values_list("resource__name", flat=True)))


def services_text(bookings: Sequence[Booking], titles: Mapping[int, str]) -> str:
    """What is booked: the services of a visit, or so many places of a class. ``titles`` are by the id of the service."""
    said = [titles.get(one.service_id) or one.service.product.get_title() for one in bookings]
    if not bookings[0].session_id:
        return ", ".join(said)
    number = sum(one.state != Booking.State.CANCELLED for one in bookings) or len(bookings)
    places = ngettext("%(title)s, %(n)s place", "%(title)s, %(n)s places", number)
    return places % {"title": said[0], "n": number}


def when_text(moment: datetime, zone: str) -> str:
    """A moment on the wall of a place, as people say it; with its year if that is over."""
    local, now = moment.astimezone(ZoneInfo(zone)), clock.now()
    with_year = " Y" if moment < now and local.year != now.year else ""
    said = {"day": formats.date_format(local, "l j F" + with_year), "time": formats.time_format(local, "H:i")}
    return _("%(day)s at %(time)s") % said


def wait_text(entry: WaitEntry) -> str:
    """For which days, or which class, somebody waits."""
    if entry.session:
        return when_text(entry.session.starts_at, entry.session.time_zone)
    return days_text(entry.first_day, entry.last_day)


def days_text(first: date, last: date) -> str:
    """A day, or from one to another."""
    if first == last:
        return formats.date_format(first, "l j F")
    said = {"first": formats.date_format(first, "j F"), "last": formats.date_format(last, "j F")}
    return _("from %(first)s to %(last)s") % said
