"""What staff see first when they log in: how their day at the salon begins."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from wagtail.admin.ui.components import Component

from comptoir.base import clock
from comptoir.channels.models import Location
from comptoir.customers.models import User
from comptoir.customers.queries import workplaces
from comptoir_booking.backoffice.screen import with_team
from comptoir_booking.diary import day_of, name_customers
from comptoir_booking.models import Booking
from comptoir_booking.queries import bookings_between
from comptoir_booking.wall_time import DAY, begin_of

State = Booking.State
#: How many appointments of a location are named.
MOST_NAMED = 5


class TodayPanel(Component):
    """The appointments of today that are still to come, at each of one's own locations."""

    name = "appointments-today"
    template_name = "comptoir_booking/backoffice/today.html"
    order = 50

    def __init__(self, user: User) -> None:
        self.days = list(_days(user))

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"days": self.days}


def _days(user: User) -> Iterator[dict[str, Any]]:
    for place in with_team(list(workplaces(user))):
        visits = _expected(place)
        yield {"place": place, "visits": visits[:MOST_NAMED], "number": len(visits)}


def _expected(place: Location) -> list[Booking]:
    """Who is still to come today, each visit once, with the names of the customers."""
    today = day_of(clock.now(), place.time_zone)
    begin, end = (begin_of(day, place.time_zone) for day in (today, today + DAY))
    rows = bookings_between(place, begin, end).filter(state=State.CONFIRMED).exclude(owner="session")
    visits: dict[UUID, Booking] = {}
    for one in rows.select_related("customer", "service__product__parent"):
        visits.setdefault(one.visit, one)
    name_customers(visits.values())
    return list(visits.values())
