"""The diary of a location, ready to be drawn: who is there when, and what is booked with whom.

Five statements, whatever is booked. Places on the page are minutes on the wall since midnight, so that all days of a week
fit one scale; where an hour comes twice at night, what is in it is drawn over each other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery, Sum

from comptoir.base import clock
from comptoir.channels.models import Location
from comptoir.orders.models import Order
from comptoir_booking.board import open_mask
from comptoir_booking.hours import Window
from comptoir_booking.masks import stretch, stretches
from comptoir_booking.models import Allocation, Booking, HoursException, Resource, Session
from comptoir_booking.reading import ResourceFacts, read_team
from comptoir_booking.wall_time import DAY, instant_of

DAY_MINUTES = 24 * 60
BUFFER, ACTIVE, PROCESSING = "buffer", "active", "processing"
Span = tuple[datetime, datetime]


class Stretch(NamedTuple):
    """A part of a day. Units: minutes on the wall since midnight."""

    begin: int
    end: int
    kind: str = ""

    @property
    def minutes(self) -> int:
        return self.end - self.begin


@dataclass(frozen=True)
class Block:
    """A stretch of somebody's time that a booking takes, with its parts; without a booking it is one of another location.

    ``lane`` of ``lanes`` is where it stands beside others at once (several of a pool). ``is_first``: the booking begins
    with it; the others of the same booking go on after something has worked by itself.
    """

    begin: int
    end: int
    booking: Booking | None
    parts: tuple[Stretch, ...]
    is_first: bool = True
    lane: int = 0
    lanes: int = 1

    @property
    def minutes(self) -> int:
        return self.end - self.begin


@dataclass(frozen=True)
class Column:
    """One day of one resource: when it cannot be had, what is booked, and where a customer waits while it is free."""

    resource: ResourceFacts
    day: date
    closed: tuple[Stretch, ...]
    reasons: tuple[tuple[Stretch, HoursException], ...]
    blocks: tuple[Block, ...]
    waits: tuple[Stretch, ...]


@dataclass(frozen=True)
class Diary:
    """What is known of some days at a location. Shapes: by the id of a resource."""

    place: Location
    window: Window
    team: Sequence[ResourceFacts]
    open: Mapping[int, int]
    taken: Mapping[int, Sequence[Allocation]]
    spans: Mapping[int, Sequence[Span]]
    exceptions: Sequence[HoursException]

    def column(self, resource: ResourceFacts, day: date) -> Column:
        """A day of a resource."""
        rows = [one for one in self.taken.get(resource.id, ()) if self._is_on(one, day)]
        return Column(
            resource=resource,
            day=day,
            closed=self._closed(resource, day),
            reasons=tuple(self._reasons(resource, day)),
            blocks=_in_lanes([self._block(one, day) for one in rows]),
            waits=tuple(self._waits(rows, day)),
        )

    def of_kinds(self, *kinds: str) -> list[ResourceFacts]:
        """Those of the team that are of these kinds, by name."""
        return [one for one in self.team if one.kind in kinds]

    def named(self, code: str) -> ResourceFacts | None:
        """Somebody or something by code."""
        return next((one for one in self.team if one.code == code), None)

    def minute(self, moment: datetime, day: date) -> int:
        """Where an instant stands on a day; one of another day is at its begin or end."""
        wall = moment.astimezone(ZoneInfo(self.window.zone_name))
        if wall.date() != day:
            return 0 if wall.date() < day else DAY_MINUTES
        return wall.hour * 60 + wall.minute

    def _is_on(self, row: Allocation, day: date) -> bool:
        return self.minute(row.during.lower, day) < DAY_MINUTES and self.minute(row.during.upper, day) > 0

    def _stretch(self, begin: datetime, end: datetime, day: date, kind: str = "") -> Stretch:
        """Nothing is drawn shorter than it lasts, which it would be where clocks go back."""
        since = self.minute(begin, day)
        until = max(self.minute(end, day), min(since + int((end - begin).total_seconds()) // 60, DAY_MINUTES))
        return Stretch(since, until, kind)

    def _closed(self, resource: ResourceFacts, day: date) -> tuple[Stretch, ...]:
        begin, end = self.window.day_ticks(day)
        mask = stretch(begin, end) & ~self.open[resource.id]
        ticks = ((instant_of(self.window.since + one) for one in pair) for pair in stretches(mask))
        return tuple(self._stretch(since, until, day) for since, until in ticks)

    def _reasons(self, resource: ResourceFacts, day: date) -> Iterable[tuple[Stretch, HoursException]]:
        for one in self.exceptions:
            if one.resource_id in (None, resource.id) and one.first_day <= day <= one.last_day:
                begin, end = ((at.hour * 60 + at.minute) if at else 0 for at in (one.starts, one.ends))
                yield Stretch(begin, end if end > begin else DAY_MINUTES), one

    def _block(self, row: Allocation, day: date) -> Block:
        span = self._stretch(row.during.lower, row.during.upper, day)
        if row.booking.location_id != self.place.pk:
            return Block(*span[:2], None, ())
        return Block(
            *span[:2],
            row.booking,
            tuple(self._stretch(*part, day, kind) for *part, kind in _parts(row, self.spans[row.booking_id])),
            is_first=row.during.lower <= row.booking.starts_at,
        )

    def _waits(self, rows: Sequence[Allocation], day: date) -> Iterable[Stretch]:
        """Between two stretches of one booking its customer waits, and the person is free."""
        ends: dict[int, datetime] = {}
        for row in rows:
            if row.booking_id in ends and row.booking.location_id == self.place.pk:
                yield self._stretch(ends[row.booking_id], row.during.lower, day, PROCESSING)
            ends[row.booking_id] = row.during.upper


def read_diary(place: Location, first_day: date, days: int = 1) -> Diary:
    """What is known of some days at a location; five statements."""
    first, last = first_day - 2 * DAY, first_day + (days + 1) * DAY
    facts, team = read_team(place.pk, first, last)
    window = Window(first_day, days, place.time_zone)
    rows = _allocations(team, window)
    for row in rows:
        row.booking.people = row.people or row.booking.party
    taken: dict[int, list[Allocation]] = defaultdict(list)
    spans: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        taken[row.resource_id].append(row)
        if row.resource.kind == Resource.Kind.STAFF:
            spans[row.booking_id].append((row.during.lower, row.during.upper))
    name_customers([row.booking for row in rows])
    _name_classes([row.booking for row in rows])
    return Diary(
        place=place,
        window=window,
        team=team,
        open={one.id: open_mask(one, facts, window) for one in team},
        taken=taken,
        spans=spans,
        exceptions=_exceptions(place, team, first_day, first_day + (days - 1) * DAY),
    )


def name_customers(bookings: Iterable[Booking]) -> None:
    """Let bookings know how their customers are called and reached: as said to the staff, by the order, or by the account.

    One statement. Sets ``customer_name``, ``customer_phone`` and ``customer_email``.
    """
    rows = list(bookings)
    numbers = {one.document for one in rows if one.document}
    orders = {one.number: one for one in Order.objects.filter(number__in=numbers)} if numbers else {}
    for one in rows:
        order, user = orders.get(one.document), one.customer
        one.customer_name = (
            one.contact_name or (order.name if order else "") or (user.get_full_name() if user else "")
        )
        one.customer_phone = one.contact_phone or (order.phone if order else "")
        one.customer_email = (
            one.contact_email or (order.email if order else "") or (user.email if user else "")
        )


def _name_classes(bookings: Sequence[Booking]) -> None:
    """Let bookings of the shop's own know for which class they keep people and rooms: ``held_class``. One statement."""
    visits = {one.visit for one in bookings}
    sessions = {one.visit: one for one in Session.objects.filter(visit__in=visits)} if visits else {}
    for one in bookings:
        one.held_class = sessions.get(one.visit)


def _allocations(team: Sequence[ResourceFacts], window: Window) -> list[Allocation]:
    day, last = (instant_of(window.since) + DAY / 2, instant_of(window.until) - DAY / 2)
    lives = Q(held_until=None) | Q(held_until__gt=clock.now())
    rows = Allocation.objects.filter(
        lives, resource__in=[one.id for one in team], is_active=True, during__overlap=(day, last)
    )
    related = ("resource", "booking__service__product__parent", "booking__customer")
    return sorted(
        rows.select_related(*related).annotate(people=_people()), key=lambda one: (one.during.lower, one.pk)
    )


def _people() -> Subquery:
    """How many come for what takes a stretch of time: who pays for themselves has a booking of their own."""
    same = {name: OuterRef(f"booking__{name}") for name in ("visit", "service", "line")}
    mine = Booking.objects.filter(**same, state__in=Booking.LIVE, session=None).order_by()
    return Subquery(mine.values("visit").annotate(people=Sum("party")).values("people"))


def _exceptions(
    place: Location, team: Sequence[ResourceFacts], first: date, last: date
) -> list[HoursException]:
    whose = Q(location=place) | Q(resource__in=[one.id for one in team])
    rows = HoursException.objects.filter(whose, is_open=False, first_day__lte=last, last_day__gte=first)
    return list(rows.select_related("location"))


def _parts(row: Allocation, spans: Sequence[Span]) -> Iterable[tuple[datetime, datetime, str]]:
    """An allocation cut where getting ready ends, clearing away begins, and where nobody is with the customer."""
    begin, end, seen = row.during.lower, row.during.upper, row.booking
    cuts = {begin, end, seen.starts_at, seen.ends_at, *(one for span in spans for one in span)}
    inside = sorted(one for one in cuts if begin <= one <= end)
    for since, until in pairwise(inside):
        if until <= seen.starts_at or since >= seen.ends_at:
            yield since, until, BUFFER
        elif spans and not any(a <= since and until <= b for a, b in spans):
            yield since, until, PROCESSING
        else:
            yield since, until, ACTIVE


def _in_lanes(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Blocks that overlap stand side by side: several of a pool, or an hour that comes twice."""
    ends: list[int] = []
    places = []
    for block in blocks:
        lane = next((number for number, end in enumerate(ends) if end <= block.begin), len(ends))
        ends[lane : lane + 1] = [block.end]
        places.append(lane)
    return tuple(
        replace(block, lane=lane, lanes=len(ends)) for block, lane in zip(blocks, places, strict=True)
    )


def shown_hours(columns: Iterable[Column]) -> tuple[int, int]:
    """The hours worth drawing: from the first that somebody is there, or booked, to the last. Units: minutes."""
    begins, ends = [], []
    for column in columns:
        blocks = [(one.begin, one.end) for one in column.blocks]
        spans = [*_between(column.closed), *blocks]
        begins += [begin for begin, _end in spans]
        ends += [end for _begin, end in spans]
    first, last = min(begins, default=9 * 60), max(ends, default=18 * 60)
    return first // 60 * 60, min(-(-last // 60) * 60, DAY_MINUTES)


def _between(closed: Sequence[Stretch]) -> list[tuple[int, int]]:
    """When it is open; what is always open says nothing about the hours of the day."""
    if not closed:
        return []
    edges = [0, *(edge for one in closed for edge in one[:2]), DAY_MINUTES]
    return [pair for pair in zip(edges[::2], edges[1::2], strict=True) if pair[0] < pair[1]]


def day_of(moment: datetime, zone_name: str) -> date:
    """The day on the wall of a place."""
    return moment.astimezone(ZoneInfo(zone_name)).date()


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
