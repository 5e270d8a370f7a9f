"""The statements that take and give back time, and the order of locks.

The order: resources by advisory locks in the order of their ids, all in one statement; then bookings by id. Whoever only
locks bookings (to confirm, to give back) is in no deadlock with them. Who takes time of a resource shares it with others and
locks the hours it takes, as times that overlap have an hour in common; who looks again, or moves a visit, has it alone.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from django.db import DEFAULT_DB_ALIAS
from django.db.models import F

from comptoir.base import clock
from comptoir.base.statements import fetch_raw
from comptoir_booking.conf import conf
from comptoir_booking.models import Allocation, Booking, Session
from comptoir_booking.refusals import TooManyHolds

#: The first half of the advisory locks of resources; the guard of pools in the database takes the same.
LOCK = 7406

LOCKS = f"SELECT pg_advisory_xact_lock({LOCK}, id) FROM unnest(%s::int[]) id"  # noqa: S608

#: The row of the booking decides between who confirms late and who takes the time over: both lock it first.
EXPIRE = """
WITH late AS (
    SELECT id FROM booking_booking WHERE state = 'held' AND held_until <= %s::timestamptz AND visit IN (
        SELECT booking.visit FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) wanted(id, begins, ends)
        JOIN booking_allocation allocation ON allocation.resource_id = wanted.id AND allocation.is_active
            AND lower(during) >= wanted.begins - interval '1 day' AND lower(during) < wanted.ends
            AND upper(during) > wanted.begins AND allocation.held_until <= %s::timestamptz
        JOIN booking_booking booking ON booking.id = allocation.booking_id)
    ORDER BY id FOR NO KEY UPDATE
), gone AS (
    UPDATE booking_booking SET state = 'expired' WHERE id IN (SELECT id FROM late) RETURNING id
)
DELETE FROM booking_allocation WHERE booking_id IN (SELECT id FROM gone) RETURNING id
"""

#: Locks first: plain inserts that wait for each other are deadlocks. What was committed before them is seen, as ON CONFLICT
#: sees it whatever the snapshot of the statement (a deferrable constraint could not be met by it).
_TAKE = f"""
wanted AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s::json)
    AS (booking uuid, resource bigint, role varchar, begins timestamptz, ends timestamptz, reason varchar)
), locked AS MATERIALIZED (
    SELECT CASE
        WHEN hour > 0 THEN pg_advisory_xact_lock(({LOCK}::bigint << 44) + (id::bigint << 20) + hour)
        WHEN is_pool THEN pg_advisory_xact_lock({LOCK}, id)
        ELSE pg_advisory_xact_lock_shared({LOCK}, id) END
    FROM (
        SELECT DISTINCT resource::int AS id, capacity > 1 AS is_pool, hour
        FROM wanted JOIN booking_resource ON booking_resource.id = resource,
        LATERAL (SELECT 0 AS hour UNION ALL SELECT generate_series(
            floor(extract(epoch FROM begins) / 3600)::int, ceil(extract(epoch FROM ends) / 3600)::int - 1)
            WHERE capacity = 1) hours
        ORDER BY id, hour) in_order
), taken AS (
    INSERT INTO booking_allocation (booking_id, resource_id, role, during, is_active, is_exclusive, held_until, reason)
    SELECT booking.id, resource, role, tstzrange(begins, ends), true, true, booking.held_until, reason
    FROM wanted JOIN {{bookings}} AS booking ON booking.uuid = wanted.booking
    WHERE (SELECT count(*) FROM locked) > 0
    ON CONFLICT DO NOTHING RETURNING booking_id
)
"""  # noqa: S608
TAKE = f"WITH {_TAKE.format(bookings='booking_booking')} SELECT NULL, NULL, count(*) FROM taken"  # noqa: S608

HELD_VISITS = """
SELECT count(DISTINCT coalesce(series, visit)) FROM booking_booking
WHERE owner = %s::varchar AND owner <> '' AND state = 'held' AND held_until > %s::timestamptz
    AND (series IS NULL OR series IS DISTINCT FROM %s::uuid)
"""

_FIELDS = [one for one in Booking._meta.concrete_fields if not one.primary_key]
_COLUMNS = ", ".join(f'"{one.column}"' for one in _FIELDS)
#: Fresh bookings and what they take, at once; nothing of it if there would be too many holds of their owner.
BOOK = f"""
WITH fresh AS (
    INSERT INTO booking_booking ({_COLUMNS})
    SELECT {_COLUMNS} FROM json_populate_recordset(NULL::booking_booking, %s::json)
    WHERE %s::int IS NULL OR ({HELD_VISITS}) < %s::int
    RETURNING id, uuid, held_until
), {_TAKE.format(bookings="fresh")}
SELECT id, uuid, (SELECT count(*) FROM taken) FROM fresh
"""  # noqa: S608

#: A statement of its own, so that the next one sees what others did until then.
HELD_BY = """
SELECT id FROM booking_booking WHERE owner = ANY(%s::varchar[]) AND owner <> '' AND state = 'held' ORDER BY id FOR NO KEY UPDATE
"""

RELEASE = """
WITH gone AS (
    UPDATE booking_booking SET state = %s::varchar WHERE id = ANY(%s::bigint[]) RETURNING session_id
), freed AS (
    DELETE FROM booking_allocation WHERE booking_id = ANY(%s::bigint[])
)
SELECT session_id FROM gone WHERE session_id IS NOT NULL
"""


class Taking(NamedTuple):
    """A stretch of a resource for the booking at a place of the visit."""

    number: int
    resource_id: int
    role: str
    begins: datetime
    ends: datetime
    reason: str


def lock_resources(ids: Iterable[int]) -> None:
    """Let nobody else take time of these until the transaction, or its savepoint, ends."""
    fetch_raw(LOCKS, [sorted(set(ids))], keep_plan=True)


def expire_in_the_way(takings: Sequence[Taking]) -> bool:
    """End holds whose time is over, with the whole visit they belong to, where somebody wants their time; whether any did."""
    columns = [[getattr(one, name) for one in takings] for name in ("resource_id", "begins", "ends")]
    now = clock.now()
    return bool(fetch_raw(EXPIRE, [now, *columns, now], keep_plan=True))


def take(bookings: Sequence[Booking], takings: Sequence[Taking]) -> bool:
    """Write allocations, and the bookings with them if they are fresh; whether all of them could be.

    The caller undoes the transaction if not. Errors: ``TooManyHolds`` if their owner holds as many as allowed.
    """
    wanted = _as_json(
        {"booking": bookings[one.number].uuid, "resource": one.resource_id, "role": one.role,
         "begins": one.begins, "ends": one.ends, "reason": one.reason}
        for one in takings
    )  # fmt: skip
    if bookings[0].pk:
        rows = fetch_raw(TAKE, [wanted], keep_plan=True)
    else:
        most = conf.HOLDS_MAX if bookings[0].owner and bookings[0].state == Booking.State.HELD else None
        held = [bookings[0].owner, clock.now(), bookings[0].series]
        rows = fetch_raw(BOOK, [_as_json(map(_row, bookings)), most, *held, most, wanted], keep_plan=True)
        if not rows:
            raise TooManyHolds(field="owner")
        _are_written(bookings, {uuid: pk for pk, uuid, _taken in rows})
    return bool(rows[0][2] == len(takings))


def held_visits(owner: str, but_of: UUID | None) -> int:
    """How many visits somebody holds at the moment, those of a series counted as one; ``but_of`` is left out."""
    return int(fetch_raw(HELD_VISITS, [owner, clock.now(), but_of], keep_plan=True)[0][0])


def lock_visit(visit: UUID | str) -> list[Booking]:
    """The bookings of a visit as they are now, locked, in the order they are done."""
    rows = Booking.objects.filter(visit=visit).order_by("pk").select_for_update(no_key=True)
    return sorted(rows, key=lambda one: (one.starts_at, one.pk))


def lock_owned(owners: Collection[str]) -> list[Booking]:
    """The bookings of these owners as they are now, locked."""
    rows = Booking.objects.filter(owner__in=owners).exclude(owner="")
    return list(rows.order_by("pk").select_for_update(no_key=True))


def lock_held(owners: Collection[str]) -> list[int]:
    """The ids of what these owners hold, locked."""
    return [pk for (pk,) in fetch_raw(HELD_BY, [list(owners)], keep_plan=True)]


def release(ids: Sequence[int], state: str) -> None:
    """Let bookings that are held and locked be over, and what they take be free at once."""
    if ids:
        seats = fetch_raw(RELEASE, [state, list(ids), list(ids)], keep_plan=True)
        give_seats_back(session_id for (session_id,) in seats)


def give_seats_back(session_ids: Iterable[int | None]) -> None:
    """Let places in these classes be free at once, as many as each is named; of bookings without a class there are none."""
    for pk, seats in sorted(Counter(filter(None, session_ids)).items()):
        Session.objects.filter(pk=pk).update(taken=F("taken") - seats)


def give_back(bookings: Collection[Booking]) -> None:
    """Let what these bookings take be free at once, without a trace."""
    Allocation.objects.filter(booking__in=bookings).delete()


def _as_json(rows: Iterable[dict[str, object]]) -> str:
    return orjson.dumps(list(rows)).decode()


def _row(booking: Booking) -> dict[str, object]:
    """A booking by its columns; the database gives it its key."""
    return {one.column: getattr(booking, one.attname) for one in _FIELDS}


def _are_written(bookings: Iterable[Booking], ids: Mapping[UUID, int]) -> None:
    for one in bookings:
        one.pk, one._state.adding, one._state.db = ids[one.uuid], False, DEFAULT_DB_ALIAS
