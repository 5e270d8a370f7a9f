"""What the appointment book keeps about somebody with an account, and what it forgets when they want it to."""

from collections.abc import Mapping, Sequence
from typing import Any

from comptoir.base import clock
from comptoir.customers.records import PersonalRecords
from comptoir_booking.models import Booking, WaitEntry
from comptoir_booking.own_visits import bookings_of_customer
from comptoir_booking.refusals import AppointmentsOpen

State = Booking.State
#: What a booking and a place on the waiting list say of a person.
BOOKED = ("contact_name", "contact_phone", "contact_email", "note")


class AppointmentRecords(PersonalRecords):
    """Appointments and places on the waiting list."""

    code = "appointments"

    def kept(self, user_id: int) -> Sequence[Mapping[str, Any]]:
        rows = bookings_of_customer(user_id).select_related("service__product", "location")
        waiting = WaitEntry.objects.filter(customer=user_id).select_related("service__product", "location")
        return [*map(_booked, rows.order_by("starts_at", "pk")), *map(_waited, waiting)]

    def forget(self, user_id: int) -> None:
        """When somebody came stays, as the book of the shop; who it was does not. Errors: ``AppointmentsOpen``."""
        mine = bookings_of_customer(user_id)
        if mine.filter(state__in=(State.CONFIRMED, State.ARRIVED), ends_at__gt=clock.now()).exists():
            raise AppointmentsOpen()
        Booking.objects.filter(pk__in=list(mine.values_list("pk", flat=True))).update(
            customer=None, **dict.fromkeys(BOOKED, "")
        )
        WaitEntry.objects.filter(customer=user_id).delete()


def _booked(one: Booking) -> dict[str, Any]:
    return {
        "what": one.service.product.get_title(),
        "where": one.location.name,
        "starts_at": one.wall_start,
        "time_zone": one.time_zone,
        "people": one.party,
        "state": one.state,
        "order": one.document or None,
        **{name.removeprefix("contact_"): getattr(one, name) for name in BOOKED},
    }


def _waited(one: WaitEntry) -> dict[str, Any]:
    return {
        "what": one.service.product.get_title(),
        "where": one.location.name,
        "first_day": one.first_day,
        "last_day": one.last_day,
        "state": f"waiting list: {one.state}",
        **{name: getattr(one, name) for name in ("name", "phone", "email")},
    }
