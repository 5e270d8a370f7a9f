"""The engine's board: a visit, the days it is asked for, and when each candidate is open, taken and free."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from comptoir.base import clock
from comptoir_booking.engine import Free, Levels, fitting_begins
from comptoir_booking.hours import Window, dated_mask, weekly_mask
from comptoir_booking.layout import Layout, Need, Visit, lay_out
from comptoir_booking.masks import depths, disjoint_union, stretch, union, union_of
from comptoir_booking.models import Resource
from comptoir_booking.reading import Busy, PlaceFacts, ResourceFacts, read_busy, read_version, rules_of
from comptoir_booking.wall_time import DAY, TICK_S, check_day

#: What staff may put aside; never who is taken.
HOURS, NOTICE, STEPS = "hours", "notice", "steps"
OVERRIDES = frozenset({HOURS, NOTICE, STEPS})
#: So many visits are kept as they were laid out; when there are more, all are laid out anew as they are asked for.
MOST_KEPT = 500


class Plan(NamedTuple):
    """A visit as it is laid out by the rules of one version, with those who may be asked."""

    version: UUID | None
    place: PlaceFacts
    resources: Mapping[int, ResourceFacts]
    ways: tuple[Layout, ...]


#: By the visit, and the months of which the days that are otherwise are known.
_kept: dict[tuple[Visit, date, date], Plan] = {}


@dataclass(frozen=True)
class Board:
    """Everything that decides which starts are free. Shapes: masks by the id of a resource.

    ``busy`` and ``free`` have several of each: where the first is taken or free, where two of a pool are, and so on.
    ``overrides`` are the rules that staff put aside, ``but_of`` the bookings that are not counted as taken, ``booked_minutes``
    what everybody was booked in the weeks up to a start, if it is the board of one.
    """

    visit: Visit
    place: PlaceFacts
    resources: Mapping[int, ResourceFacts]
    ways: tuple[Layout, ...]
    window: Window
    open: Mapping[int, int]
    busy: Mapping[int, Levels]
    overrides: frozenset[str] = frozenset()
    but_of: Collection[int] = ()
    booked_minutes: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_for_all(self) -> bool:
        """Whether it is what anybody sees: no rule is put aside, and no booking is looked through."""
        return not self.overrides and not self.but_of

    @property
    def layout(self) -> Layout:
        """Any of the ways: all of them have the same steps, notice, and time to get ready."""
        return self.ways[0]

    @property
    def needs(self) -> list[Need]:
        """What is needed, in all ways."""
        return [need for way in self.ways for need in way.needs]

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one way, or one to do it."""
        return len(self.ways) > 1 or any(len(need.candidates) > 1 for need in self.layout.needs)

    @cached_property
    def free(self) -> dict[int, Levels]:
        return {
            pk: tuple(mask & ~taken for taken in self.busy.get(pk, (0,) * self.resources[pk].capacity))
            for pk, mask in self.open.items()
        }

    @property
    def has_pools(self) -> bool:
        """Whether something of it is shared."""
        return any(one.capacity > 1 for one in self.resources.values())

    @property
    def allowed(self) -> int:
        """The starts that the rules let customers choose, whoever is free: on the wall's steps, not too soon or too far."""
        window, now = self.window, int(clock.now().timestamp())
        mask = window.own_days()
        if STEPS not in self.overrides:
            mask &= window.starts_every(self.layout.step_minutes)
        if NOTICE in self.overrides:
            return mask
        soonest = -(-(now + self.layout.notice_minutes * 60) // TICK_S) - window.since
        latest = (now + self.layout.horizon_days * 86400) // TICK_S + 1 - window.since
        return mask & stretch(max(soonest, 0), max(latest, 0))

    def starts(self) -> int:
        """The starts that are free, as customers see them: when they are to be there."""
        return self._starts(self.free)

    def possible(self) -> int:
        """The starts there would be if nobody had booked anything."""
        return self._starts({pk: (mask,) * self.resources[pk].capacity for pk, mask in self.open.items()})

    def _starts(self, free: Free) -> int:
        return union_of(fitting_begins(way, free) for way in self.ways) << self.layout.lead & self.allowed

    def step_of(self, start: int) -> int:
        """A step since 1970 as one of the window."""
        return start - self.window.since


def read_board(
    visit: Visit, first_day: date, days: int, *,
    but_of: Collection[int] = (), overrides: frozenset[str] = frozenset(), fair_at: datetime | None = None,
) -> Board:  # fmt: skip
    """Read what decides about a visit on some days: one statement, or three if not all is known.

    ``but_of``: bookings that are looked through. ``fair_at``: a start for which it is to be known who is booked least.
    Errors: ``InvalidValue``, ``VisitTooLong``.
    """
    check_day(first_day, "first")
    months = (first_day - 2 * DAY).replace(day=1), _after_month(first_day + (days + 1) * DAY)
    plan = _kept.get((visit, *months)) or _plan(read_version(), visit, *months)
    window, busy = _seen(plan, first_day, days, but_of, fair_at)
    if busy.version != plan.version:
        plan = _plan(busy.version, visit, *months)
        window, busy = _seen(plan, first_day, days, but_of, fair_at)
    everything = stretch(0, window.length)
    opened = {
        pk: everything if HOURS in overrides else open_mask(one, plan.place, window)
        for pk, one in plan.resources.items()
    }
    masks = busy_masks(plan.resources, window, busy.taken)
    return Board(
        visit, plan.place, plan.resources, plan.ways, window, opened, masks, overrides, but_of, busy.minutes
    )


def _seen(
    plan: Plan, first_day: date, days: int, but_of: Collection[int], fair_at: datetime | None
) -> tuple[Window, Busy]:
    """What is taken on some days of those who may be asked; one statement."""
    window = Window(first_day, days, plan.place.zone_name)
    return window, read_busy(plan.resources.keys(), window, but_of=but_of, fair_at=fair_at)


def _plan(version: UUID | None, visit: Visit, first: date, last: date) -> Plan:
    """Lay a visit out by rules as old as this version, or newer, and keep that. Errors: those of ``read_board``."""
    wanted = tuple(visit.service_ids), tuple(visit.room_ids)
    place, everybody = rules_of(version, visit.location_id, *wanted, first, last)
    rows = [one for one in everybody if visit.may_have(one)]
    ways = lay_out(visit, place, rows)
    asked = {pk for way in ways for need in way.needs for pk in need.candidates}
    plan = Plan(version, place, {one.id: one for one in rows if one.id in asked}, ways)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[visit, first, last] = plan
    return plan


def _after_month(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + 31 * DAY).replace(day=1)


def busy_masks(
    resources: Mapping[int, ResourceFacts],
    window: Window,
    taken: Mapping[int, tuple[list[int], list[int]]],
) -> dict[int, Levels]:
    """What is taken of each resource; of a pool, where the last of it is taken, then the last two."""
    length = window.length
    return {
        pk: (disjoint_union(begins, ends, length),)
        if resources[pk].capacity == 1
        else tuple(reversed(depths(zip(begins, ends, strict=True), length, resources[pk].capacity)))
        for pk, (begins, ends) in taken.items()
    }


def open_mask(resource: ResourceFacts, place: PlaceFacts, window: Window) -> int:
    """When a resource can be had at a place: what is said of it beats what is said of the place, and dates beat weeks.

    What another calendar says is taken is like being closed: staff may put it aside, as they may the hours.
    """
    mask = stretch(0, window.length)
    if resource.hours == Resource.Hours.LOCATION:
        mask = weekly_mask(place.weekly, window) | dated_mask(place.dated, window, is_open=True)
    elif resource.hours == Resource.Hours.OWN:
        mask = weekly_mask(resource.weekly, window)
    if resource.hours != Resource.Hours.ALWAYS:
        mask &= ~dated_mask(place.dated, window, is_open=False)
    if resource.dated:
        mask |= dated_mask(resource.dated, window, is_open=True)
        mask &= ~dated_mask(resource.dated, window, is_open=False)
    if resource.away:
        mask &= ~union(((a - window.since, b - window.since) for a, b in resource.away), window.length)
    return mask
