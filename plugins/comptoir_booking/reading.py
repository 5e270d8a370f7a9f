"""What the engine has to know of services, places and people: three statements, whatever the days and the people."""

from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.base.statements import fetch_raw
from comptoir_booking.hours import Dated, Weekly, Window
from comptoir_booking.models import Policy, Resource
from comptoir_booking.wall_time import instant_of

_MINUTES = "(extract(epoch FROM {0}) / 60)::int"
_WEEKLY = f"weekday, {_MINUTES.format('{0}')}, {_MINUTES.format('{1}')}"
_DATED = f"""json_build_array(first_day, last_day, {_MINUTES.format("starts")}, {_MINUTES.format("ends")}, is_open)"""

PLACE = f"""
SELECT place.time_zone::varchar,
    (SELECT coalesce(json_agg(json_build_array({_WEEKLY.format("opens", "closes")}, NULL, NULL, 1)), '[]')
     FROM channels_openinghours WHERE location_id = place.id),
    (SELECT coalesce(json_agg(said), '[]') FROM (
        SELECT json_build_array("on", "on", NULL, NULL, false) AS said FROM channels_dayoff
        WHERE location_id = place.id AND "on" BETWEEN %s::date AND %s::date
        UNION ALL SELECT {_DATED} FROM booking_hoursexception
        WHERE location_id = place.id AND last_day >= %s::date AND first_day <= %s::date) both_kinds),
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
        WHERE service.id = ANY(%s::bigint[]) AND service.is_active) said)
FROM channels_location place WHERE place.id = %s::bigint AND place.is_active
"""  # noqa: S608

#: Everybody and everything that can be had at a location.
TEAM = f"""
SELECT resource.id, resource.code::varchar, resource.name::varchar, resource.kind::varchar, resource.hours::varchar,
    resource.capacity, resource.seats,
    (SELECT coalesce(json_agg(json_build_array({_WEEKLY.format("starts", "ends")}, valid_from, valid_until, every_weeks)), '[]')
     FROM booking_weeklyhours WHERE resource_id = resource.id AND location_id = %s::bigint),
    (SELECT coalesce(json_agg({_DATED}), '[]') FROM booking_hoursexception
     WHERE resource_id = resource.id AND last_day >= %s::date AND first_day <= %s::date
     AND (NOT is_open OR resource.location_id = %s::bigint)),
    ARRAY(SELECT service_id FROM booking_service_skilled skilled WHERE skilled.resource_id = resource.id),
    ARRAY(SELECT resourcegroup_id FROM booking_resourcegroup_members member WHERE member.resource_id = resource.id),
    (SELECT coalesce(json_agg(json_build_array(floor(extract(epoch FROM lower(during)) / 300)::int,
        ceil(extract(epoch FROM upper(during)) / 300)::int)), '[]')
     FROM booking_busytime WHERE resource_id = resource.id AND during && tstzrange(%s::date - 1, %s::date + 2))
FROM booking_resource resource
WHERE resource.is_active
AND (resource.location_id = %s::bigint OR resource.hours = 'own' AND EXISTS (
    SELECT 1 FROM booking_weeklyhours WHERE resource_id = resource.id AND location_id = %s::bigint))
"""  # noqa: S608

RESOURCES = f"""{TEAM}
AND EXISTS (SELECT 1 FROM booking_requirement wanted WHERE wanted.service_id = ANY(%s::bigint[]) AND (
    wanted.resource_id = resource.id
    OR wanted.group_id IN (SELECT resourcegroup_id FROM booking_resourcegroup_members WHERE resource_id = resource.id)
    OR wanted.kind = resource.kind AND (resource.kind <> 'staff' OR EXISTS (SELECT 1 FROM booking_service_skilled skilled
        WHERE skilled.resource_id = resource.id AND skilled.service_id = wanted.service_id))))
AND (resource.kind <> 'staff' OR %s::bigint[] IS NULL OR resource.id = ANY(%s::bigint[]))
ORDER BY resource.id
"""  # noqa: S608

#: By resource with ``=``: as a condition on the index, ``= ANY`` of many would be a mere filter of a GiST index.
#: Nothing lasts longer than a day (a constraint sees to it), so the lower end alone narrows it down.
BUSY = """
SELECT wanted.id,
    string_agg(int4send((extract(epoch FROM lower(taken.during)) / 300)::int), ''),
    string_agg(int4send((extract(epoch FROM upper(taken.during)) / 300)::int), '')
FROM unnest(%s::bigint[]) wanted(id), LATERAL (
    SELECT during FROM booking_allocation allocation
    WHERE allocation.resource_id = wanted.id AND allocation.is_active
    AND lower(during) >= %s::timestamptz - interval '1 day' AND lower(during) < %s::timestamptz
    AND upper(during) > %s::timestamptz
    AND (allocation.held_until IS NULL OR allocation.held_until > %s::timestamptz)
    AND allocation.booking_id <> ALL(%s::bigint[])
) taken GROUP BY wanted.id
"""

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


def read_place(location_id: int, service_ids: Collection[int], first: date, last: date) -> PlaceFacts:
    """A location with these services, and what is otherwise than weekly on these days; one statement.

    Errors: ``InvalidValue`` for a location that is closed down, and for a service that is not offered.
    """
    values = [first, last, first, last, list(service_ids), location_id]
    rows = fetch_raw(PLACE, values, keep_plan=True)
    if not rows:
        raise InvalidValue(field="location", value=location_id)
    zone_name, weekly, dated, services = rows[0]
    found = {said["id"]: _service(said) for said in services}
    for service_id in service_ids:
        if service_id not in found or not found[service_id].segments:
            raise InvalidValue(field="services", value=service_id)
    return PlaceFacts(location_id, zone_name, _weekly(weekly), _dated(dated), found)


def read_resources(
    location_id: int,
    service_ids: Collection[int],
    first: date,
    last: date,
    people: Collection[int] | None = None,
) -> list[ResourceFacts]:
    """Everybody and everything that these services may need at a location, in the order of their ids; one statement.

    ``people``: nobody else of the team is wanted.
    """
    chosen = None if people is None else sorted(people)
    values = [*_team_values(location_id, first, last), list(service_ids), chosen, chosen]
    return [_resource(row) for row in fetch_raw(RESOURCES, values, keep_plan=True)]


def read_team(location_id: int, first: date, last: date) -> list[ResourceFacts]:
    """Everybody and everything that can be had at a location, whatever for, by name; one statement."""
    rows = fetch_raw(TEAM, _team_values(location_id, first, last), keep_plan=True)
    return sorted(map(_resource, rows), key=lambda one: (one.name.casefold(), one.id))


def read_busy(
    resource_ids: Collection[int], window: Window, *, but_of: Collection[int] = ()
) -> dict[int, tuple[list[int], list[int]]]:
    """What is taken of each resource in a window, as the begins and the ends of stretches; one statement.

    Units: steps of the grid since the begin of the window. ``but_of``: bookings that are not counted.
    """
    since, until = instant_of(window.since), instant_of(window.until)
    values = [sorted(resource_ids), since, until, since, clock.now(), list(but_of)]
    rows = fetch_raw(BUSY, values, keep_plan=True)
    return {row[0]: (_steps(row[1], window), _steps(row[2], window)) for row in rows}


def _team_values(location_id: int, first: date, last: date) -> list[Any]:
    return [location_id, first, last, location_id, first, last, location_id, location_id]


def _resource(row: tuple[Any, ...]) -> ResourceFacts:
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
