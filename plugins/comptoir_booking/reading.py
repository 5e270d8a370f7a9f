"""What the engine has to know of services, places and people: one statement, whatever the days and the people.

That is what is taken, and the version of all the rest: the rules, which are read once for each version. It is one row that
triggers of the database change in the transaction of any change, as that of prices is (see ``pricing.compiling``).
"""

from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.base.statements import fetch_raw
from comptoir_booking.hours import Dated, Weekly, Window
from comptoir_booking.models import Policy, Resource
from comptoir_booking.wall_time import instant_of

_MINUTES = "(extract(epoch FROM {0}) / 60)::int"
_WEEKLY = f"weekday, {_MINUTES.format('{0}')}, {_MINUTES.format('{1}')}"
_DATED = f"""json_build_array(first_day, last_day, {_MINUTES.format("starts")}, {_MINUTES.format("ends")}, is_open)"""

#: Everybody and everything that can be had at a location: what some services may need, or all there is.
TEAM = f"""
SELECT json_build_array(resource.id, resource.code, resource.name, resource.kind, resource.hours, resource.capacity, resource.seats,
    (SELECT coalesce(json_agg(json_build_array({_WEEKLY.format("starts", "ends")}, valid_from, valid_until, every_weeks)), '[]')
     FROM booking_weeklyhours WHERE resource_id = resource.id AND location_id = place.id),
    (SELECT coalesce(json_agg({_DATED}), '[]') FROM booking_hoursexception
     WHERE resource_id = resource.id AND last_day >= %(first)s::date AND first_day <= %(last)s::date
     AND (NOT is_open OR resource.location_id = place.id)),
    ARRAY(SELECT service_id FROM booking_service_skilled skilled WHERE skilled.resource_id = resource.id),
    ARRAY(SELECT resourcegroup_id FROM booking_resourcegroup_members member WHERE member.resource_id = resource.id),
    (SELECT coalesce(json_agg(json_build_array(floor(extract(epoch FROM lower(during)) / 300)::int,
        ceil(extract(epoch FROM upper(during)) / 300)::int)), '[]')
     FROM booking_busytime
     WHERE resource_id = resource.id AND during && tstzrange(%(first)s::date - 1, %(last)s::date + 2))) AS said
FROM booking_resource resource
WHERE resource.is_active
AND (resource.location_id = place.id OR resource.hours = 'own' AND EXISTS (
    SELECT 1 FROM booking_weeklyhours WHERE resource_id = resource.id AND location_id = place.id))
AND (%(services)s::bigint[] IS NULL OR resource.id = ANY(%(rooms)s::bigint[]) OR EXISTS (
    SELECT 1 FROM booking_requirement wanted WHERE wanted.service_id = ANY(%(services)s::bigint[]) AND (
    wanted.resource_id = resource.id
    OR wanted.group_id IN (SELECT resourcegroup_id FROM booking_resourcegroup_members WHERE resource_id = resource.id)
    OR wanted.kind = resource.kind AND (resource.kind <> 'staff' OR EXISTS (SELECT 1 FROM booking_service_skilled skilled
        WHERE skilled.resource_id = resource.id AND skilled.service_id = wanted.service_id)))))
ORDER BY resource.id
"""  # noqa: S608

RULES = f"""
SELECT place.time_zone::varchar,
    (SELECT coalesce(json_agg(json_build_array({_WEEKLY.format("opens", "closes")}, NULL, NULL, 1)), '[]')
     FROM channels_openinghours WHERE location_id = place.id),
    (SELECT coalesce(json_agg(said), '[]') FROM (
        SELECT json_build_array("on", "on", NULL, NULL, false) AS said FROM channels_dayoff
        WHERE location_id = place.id AND "on" BETWEEN %(first)s::date AND %(last)s::date
        UNION ALL SELECT {_DATED} FROM booking_hoursexception
        WHERE location_id = place.id AND last_day >= %(first)s::date AND first_day <= %(last)s::date) both_kinds),
    (SELECT coalesce(json_agg(said), '[]') FROM (
        SELECT service.id, service.product_id, service.step_minutes, product.sku,
            (SELECT row_to_json(policy) FROM booking_policy policy WHERE policy.id = service.policy_id) AS policy,
            (SELECT coalesce(json_agg(json_build_array(kind, minutes, position) ORDER BY position), '[]')
             FROM booking_segment WHERE service_id = service.id) AS segments,
            (SELECT coalesce(json_agg(json_build_array(role, kind, group_id, resource_id, segments, by_party) ORDER BY id), '[]')
             FROM booking_requirement WHERE service_id = service.id) AS requirements,
            (SELECT coalesce(json_agg(json_build_array(resource_id, minutes, percent)), '[]')
             FROM booking_pace WHERE service_id = service.id) AS paces
        FROM booking_service service JOIN catalogue_product product ON product.id = service.product_id
        WHERE service.id = ANY(%(services)s::bigint[]) AND service.is_active) said),
    (SELECT coalesce(json_agg(said), '[]') FROM ({TEAM}) team)
FROM channels_location place WHERE place.id = %(place)s::bigint AND place.is_active
"""  # noqa: S608

#: It changes with every row that ``RULES`` reads, in the same transaction.
VERSION = "SELECT (SELECT version FROM booking_rulesversion)"

#: By resource with ``=``: as a condition on the index, ``= ANY`` of many would be a mere filter of a GiST index.
#: Nothing lasts longer than a day (a constraint sees to it), so the lower end alone narrows it down.
BUSY = """
SELECT wanted.id,
    string_agg(int4send((extract(epoch FROM lower(taken.during)) / 300)::int), ''),
    string_agg(int4send((extract(epoch FROM upper(taken.during)) / 300)::int), ''),
    (SELECT (sum(extract(epoch FROM upper(during) - lower(during))) / 60)::int FROM booking_allocation counted
     WHERE counted.resource_id = wanted.id AND is_active AND is_exclusive
     AND lower(during) >= %(fair_since)s::timestamptz AND lower(during) < %(fair_until)s::timestamptz
     AND (held_until IS NULL OR held_until > %(now)s::timestamptz)),
    (SELECT version FROM booking_rulesversion)
FROM unnest(%(wanted)s::bigint[]) wanted(id) LEFT JOIN LATERAL (
    SELECT during FROM booking_allocation allocation
    WHERE allocation.resource_id = wanted.id AND allocation.is_active
    AND lower(during) >= %(since)s::timestamptz - interval '1 day' AND lower(during) < %(until)s::timestamptz
    AND upper(during) > %(since)s::timestamptz
    AND (allocation.held_until IS NULL OR allocation.held_until > %(now)s::timestamptz)
    AND allocation.booking_id <> ALL(%(but_of)s::bigint[])
) taken ON true GROUP BY wanted.id
"""

#: Who was booked least in so many days up to a start, and on that day, is asked first.
FAIR_DAYS = 28

#: Kind, minutes and position of a part of a service.
Part = tuple[str, int, int]


@dataclass(frozen=True)
class Required:
    """A role of a service; see ``models.Requirement``."""

    role: str
    kind: str
    group_id: int | None
    resource_id: int | None
    segments: tuple[int, ...]
    by_party: bool = False


@dataclass(frozen=True)
class ServiceFacts:
    """A service as the engine sees it. ``paces``: by the id of who takes another time, minutes or per cent."""

    id: int
    product_id: int
    sku: str
    step_minutes: int
    policy: Mapping[str, Any]
    segments: tuple[Part, ...]
    requirements: tuple[Required, ...]
    paces: Mapping[int, tuple[int | None, int | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class ResourceFacts:
    """A resource as the engine sees it at one location. ``away``: steps since 1970 that other calendars say are taken."""

    id: int
    code: str
    name: str
    kind: str
    hours: str
    capacity: int
    seats: int | None
    weekly: tuple[Weekly, ...]
    dated: tuple[Dated, ...]
    skills: frozenset[int]
    groups: frozenset[int]
    away: tuple[tuple[int, int], ...] = ()

    def can_be(self, required: Required, service_id: int) -> bool:
        """Whether it is one of those that a role may be given to."""
        if required.resource_id or required.group_id:
            return self.id == required.resource_id or required.group_id in self.groups
        return self.kind == required.kind and (self.kind != Resource.Kind.STAFF or service_id in self.skills)

    def is_enough_for(self, party: int) -> bool:
        """Whether so many people have room in it; of a pool, whether there are so many."""
        if self.kind == Resource.Kind.POOL:
            return self.capacity >= party
        return self.seats is None or self.seats >= party


@dataclass(frozen=True)
class PlaceFacts:
    """A location with its hours and the services that were asked for, by id."""

    id: int
    zone_name: str
    weekly: tuple[Weekly, ...]
    dated: tuple[Dated, ...]
    services: Mapping[int, ServiceFacts]


class Busy(NamedTuple):
    """What is taken of resources, by their ids, and the version of the rules at that moment.

    Shapes: the begins and the ends of stretches, in steps of the grid since the begin of the window. Units: minutes booked in
    the four weeks up to the day of a start.
    """

    taken: Mapping[int, tuple[list[int], list[int]]]
    minutes: Mapping[int, int]
    version: UUID | None


def read_version() -> UUID | None:
    """The version of the rules at this moment; ``None`` while there are none. One statement."""
    return fetch_raw(VERSION, [], keep_plan=True)[0][0]


@lru_cache(64)
def rules_of(
    _version: UUID | None,
    location_id: int,
    service_ids: tuple[int, ...],
    rooms: tuple[int, ...],
    first: date,
    last: date,
) -> tuple[PlaceFacts, tuple[ResourceFacts, ...]]:
    """A location with these services, and everybody and everything that they may need, in the order of their ids.

    ``rooms`` are there, too: staff chose them. As old as this version that was just read, or newer; one statement, and none
    if it is known. What is otherwise than weekly is known from the first to the last day. Errors: ``InvalidValue`` for a
    location that is closed down, and for a service that is not offered.
    """
    place, resources = _read(location_id, service_ids, first, last, rooms)
    for service_id in service_ids:
        if service_id not in place.services or not place.services[service_id].segments:
            raise InvalidValue(field="services", value=service_id)
    return place, resources


def read_team(location_id: int, first: date, last: date) -> tuple[PlaceFacts, Sequence[ResourceFacts]]:
    """A location with everybody and everything that can be had there, whatever for, by name; one statement."""
    place, team = _read(location_id, None, first, last)
    return place, sorted(team, key=lambda one: (one.name.casefold(), one.id))


def read_busy(
    resource_ids: Collection[int],
    window: Window,
    *,
    but_of: Collection[int] = (),
    fair_at: datetime | None = None,
) -> Busy:
    """What is taken of each resource in a window, and by which version of the rules things are; one statement.

    ``but_of``: bookings that are not counted. ``fair_at``: the start for which it is said, too, who is booked how much.
    """
    since, until = instant_of(window.since), instant_of(window.until)
    values = {
        "wanted": sorted(resource_ids), "since": since, "until": until, "but_of": list(but_of), "now": clock.now(),
        "fair_since": fair_at and fair_at - timedelta(days=FAIR_DAYS), "fair_until": fair_at and fair_at + timedelta(days=1),
    }  # fmt: skip
    rows = fetch_raw(BUSY, values, keep_plan=True)
    taken = {
        pk: (_steps(begins, window), _steps(ends, window)) for pk, begins, ends, *_rest in rows if begins
    }
    minutes = {pk: minutes for pk, _begins, _ends, minutes, _version in rows if minutes}
    return Busy(taken, minutes, rows[0][4] if rows else None)


def _read(
    location_id: int,
    service_ids: Collection[int] | None,
    first: date,
    last: date,
    rooms: Collection[int] = (),
) -> tuple[PlaceFacts, tuple[ResourceFacts, ...]]:
    services = None if service_ids is None else list(service_ids)
    values = {"place": location_id, "services": services, "rooms": list(rooms), "first": first, "last": last}
    rows = fetch_raw(RULES, values, keep_plan=True)
    if not rows:
        raise InvalidValue(field="location", value=location_id)
    zone_name, weekly, dated, offered, team = rows[0]
    found = {said["id"]: _service(said) for said in offered}
    place = PlaceFacts(location_id, zone_name, _weekly(weekly), _dated(dated), found)
    return place, tuple(map(_resource, team))


def _resource(row: Sequence[Any]) -> ResourceFacts:
    weekly, dated, skills, groups, away = row[7:]
    return ResourceFacts(
        *row[:7],
        _weekly(weekly),
        _dated(dated),
        frozenset(skills),
        frozenset(groups),
        tuple(map(tuple, away)),
    )


def _steps(packed: bytes, window: Window) -> list[int]:
    steps = array("i", bytes(packed))
    steps.byteswap()
    since = window.since
    return [step - since for step in steps]


def _weekly(rows: list[list[Any]]) -> tuple[Weekly, ...]:
    return tuple(Weekly(*row[:3], *map(_day, row[3:5]), row[5]) for row in rows)


def _dated(rows: list[list[Any]]) -> tuple[Dated, ...]:
    return tuple(Dated(date.fromisoformat(row[0]), date.fromisoformat(row[1]), *row[2:]) for row in rows)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _service(said: dict[str, Any]) -> ServiceFacts:
    return ServiceFacts(
        id=said["id"],
        product_id=said["product_id"],
        sku=said["sku"],
        step_minutes=said["step_minutes"],
        policy=said["policy"] or Policy().terms,
        segments=tuple(tuple(row) for row in said["segments"]),
        requirements=tuple(Required(*row[:4], tuple(row[4]), row[5]) for row in said["requirements"]),
        paces={resource_id: (minutes, percent) for resource_id, minutes, percent in said["paces"]},
    )
