"""The same class every so many weeks: staff put its dates on the calendar, customers take places in several of them."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from comptoir.base.errors import InvalidValue
from comptoir.baskets.rows import Key
from comptoir.baskets.shown import BasketView
from comptoir.channels.models import Location
from comptoir_booking.basket_claims import add_lines, terms_of
from comptoir_booking.models import Booking, Service, Session
from comptoir_booking.refusals import StartNotFree
from comptoir_booking.series import MOST_TIMES, same_time_later
from comptoir_booking.sessions import coming_sessions, hold_seats, open_session

#: Dates of a class that are put on the calendar at once: a year of weeks.
MOST_DATES = 52


def open_sessions(
    *, service: Service, location: Location, start: datetime, places: int, times: int = 1, every_weeks: int = 1,
    person_id: int | None = None, rooms: tuple[int, ...] | None = None, actor_id: int | None = None,
    overrides: frozenset[str] = frozenset(),
) -> tuple[list[Session], list[datetime]]:  # fmt: skip
    """Put a class on the calendar so many times, at the same time on the wall; also returns the dates that are not free.

    Each date is a transaction of its own: sent twice, the second finds nothing free. Errors: ``InvalidValue`` for no dates or
    more than a year of them, those of ``open_session`` but ``StartNotFree``.
    """
    if not 1 <= times <= MOST_DATES or not 1 <= every_weeks * times <= MOST_DATES:
        raise InvalidValue(field="times", value=times)
    opened, missed = [], []
    for moment in same_time_later(start, location.time_zone, every_weeks=every_weeks, times=times):
        try:
            made = open_session(
                service=service, location=location, start=moment, places=places, person_id=person_id, rooms=rooms,
                actor_id=actor_id, overrides=overrides,
            )  # fmt: skip
            opened.append(made)
        except StartNotFree:
            missed.append(moment)
    return opened, missed


def dates_like(session: Session) -> list[Session]:
    """A class with its next dates on the same weekday at the same time, as many as can be taken at once."""
    coming = coming_sessions([session.service], [session.location_id])
    rows = coming.filter(starts_at__gte=session.starts_at)[: MOST_TIMES * 7]
    return [one for one in rows if one.same_time == session.same_time][:MOST_TIMES]


def hold_dates_in_basket(
    *, key: Key, sessions: Collection[Session], party: int
) -> tuple[list[Booking], BasketView]:
    """Hold places in several dates of a class as one line of a basket, all of them or none. Call it in a transaction.

    Each date is a visit of its own, to be moved and cancelled alone. Errors: as ``hold_seats``; ``InvalidValue`` for none, or
    more than twelve, and for different classes.
    """
    classes = {one.service_id for one in sessions}
    if not 1 <= len(sessions) <= MOST_TIMES or len(classes) > 1:
        raise InvalidValue(field="sessions", value=len(sessions))
    terms = replace(terms_of(key), series=uuid4())
    in_order: Sequence[Session] = sorted(sessions, key=lambda one: one.pk)
    bookings = [one for session in in_order for one in hold_seats(session=session, party=party, terms=terms)]
    return bookings, add_lines(key, bookings)
