"""How full a diary is, and what in it the rules do not allow any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from comptoir_booking.board import HOURS
from comptoir_booking.diary import Diary
from comptoir_booking.masks import stretch, union
from comptoir_booking.models import GRID_MINUTES, Allocation, Booking, BookingStep
from comptoir_booking.reading import ResourceFacts
from comptoir_booking.wall_time import DAY, TICK_S

State = Booking.State


@dataclass(frozen=True)
class Filled:
    """How much of the time that somebody could be booked in is booked. Units: minutes. Shapes: by day."""

    resource: ResourceFacts
    open: Mapping[date, int]
    booked: Mapping[date, int]

    @property
    def percent(self) -> int | None:
        there = sum(self.open.values())
        return round(100 * sum(self.booked.values()) / there) if there else None


def occupancy(diary: Diary, *kinds: str) -> list[Filled]:
    """How full the days of a diary are, for each of these kinds; what is booked outside of the hours counts as booked."""
    days = [diary.window.first_day + number * DAY for number in range(diary.window.days)]
    return [
        Filled(one, _by_day(diary, days, diary.open[one.id]), _by_day(diary, days, _booked(diary, one)))
        for one in diary.of_kinds(*kinds)
    ]


def bookings_outside(diary: Diary) -> list[tuple[Booking, ResourceFacts]]:
    """What is booked at times that the rules do not allow any more, with whom; each once, in their order.

    Rules never drop a booking: somebody has to look at it. What staff booked outside of the hours on purpose is left out.
    """
    found: dict[int, tuple[Booking, ResourceFacts]] = {}
    for one in diary.team:
        closed = ~diary.open[one.id]
        for row in diary.taken.get(one.id, ()):
            is_here = row.booking.location_id == diary.place.pk and row.booking.state == State.CONFIRMED
            if is_here and stretch(*_ticks(diary, row)) & closed:
                found.setdefault(row.booking_id, (row.booking, one))
    steps = BookingStep.objects.filter(booking__in=found, change__in=("booked", "moved")).order_by("pk")
    last = {step.booking_id: step.facts.get("overrides", []) for step in steps}
    wrong = (pair for pk, pair in found.items() if HOURS not in last.get(pk, []))
    return sorted(wrong, key=lambda pair: (pair[0].starts_at, pair[0].pk))


def _by_day(diary: Diary, days: Sequence[date], mask: int) -> dict[date, int]:
    return {day: (mask & stretch(*diary.window.day_ticks(day))).bit_count() * GRID_MINUTES for day in days}


def _booked(diary: Diary, one: ResourceFacts) -> int:
    rows = (row for row in diary.taken.get(one.id, ()) if row.booking.state != State.HELD)
    return union((_ticks(diary, row) for row in rows), diary.window.length)


def _ticks(diary: Diary, row: Allocation) -> tuple[int, int]:
    """Where an allocation stands in the window of a diary, in steps."""
    begin, end = (int(at.timestamp()) // TICK_S for at in (row.during.lower, row.during.upper))
    return max(begin - diary.window.since, 0), min(end - diary.window.since, diary.window.length)
