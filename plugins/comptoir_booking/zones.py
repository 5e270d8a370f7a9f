"""What was agreed is a time on the wall: where clocks are decided about anew, instants follow it, and nobody is told.

Zone data comes with the system or with ``tzdata``; bookings keep the time on the wall and the zone it was meant in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from comptoir.base import clock
from comptoir_booking.models import Allocation, Booking, BookingStep, Session
from comptoir_booking.rows import lock_visit
from comptoir_booking.wall_time import instant_on_wall


@dataclass(frozen=True)
class Shift:
    """An appointment or a class whose agreed time is another instant by now."""

    row: Booking | Session
    by: timedelta


def zone_shifts() -> list[Shift]:
    """Everything to come whose instant does not show the agreed time any more; two statements."""
    bookings = Booking.objects.filter(state__in=Booking.LIVE, starts_at__gt=clock.now())
    sessions = Session.objects.filter(is_cancelled=False, starts_at__gt=clock.now())
    return [*_shifted(sessions), *_shifted(bookings)]


def follow_zones(shifts: Sequence[Shift]) -> list[Shift]:
    """Let the instants follow; returns those that cannot, as somebody else has that time by now: staff move them.

    The last go first where all become later, so that nobody meets who is about to leave.
    """
    left, is_later = [], any(one.by > timedelta(0) for one in shifts)
    for shift in sorted(shifts, key=lambda one: one.row.starts_at, reverse=is_later):
        try:
            with transaction.atomic():
                _follow(shift)
        except IntegrityError:
            left.append(shift)
    return left


def _follow(shift: Shift) -> None:
    row, by = shift.row, shift.by
    if isinstance(row, Booking):
        lock_visit(row.visit)
        for one in Allocation.objects.filter(booking=row, is_active=True):
            one.during = DateTimeTZRange(one.during.lower + by, one.during.upper + by)
            one.save(update_fields=["during"])
        facts = {"was": row.starts_at.isoformat(), "because": "time zone"}
        BookingStep.objects.create(booking=row, change="moved", at=clock.now(), facts=facts)
    row.starts_at, row.ends_at = row.starts_at + by, row.ends_at + by
    row.wall_start = row.starts_at.astimezone(ZoneInfo(row.time_zone)).isoformat(timespec="minutes")
    row.save(update_fields=["starts_at", "ends_at", "wall_start"])


def _shifted(rows: "models.QuerySet[Booking] | models.QuerySet[Session]") -> Iterator[Shift]:
    for row in rows.select_related("location").order_by("starts_at", "pk"):
        zone, wall = ZoneInfo(row.time_zone), datetime.fromisoformat(row.wall_start).replace(tzinfo=None)
        by = instant_on_wall(wall, zone) - row.starts_at
        if by and row.starts_at.astimezone(zone).replace(tzinfo=None) != wall:
            yield Shift(row, by)
