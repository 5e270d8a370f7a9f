"""The statements that take and give back time, and the order of locks.

The order: resources by advisory locks in the order of their ids, all in one statement; then bookings by id. Whoever only
locks bookings (to confirm, to give back) is in no deadlock with them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F

from comptoir.base import clock
from comptoir_booking.models import Allocation, Booking, Session

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
DELETE FROM booking_allocation WHERE booking_id IN (SELECT id FROM gone)
"""

#: A deferrable constraint could not be met by ON CONFLICT, and plain inserts that wait for each other are deadlocks.
TAKE = """
INSERT INTO booking_allocation (booking_id, resource_id, role, during, is_active, is_exclusive, held_until, reason)
SELECT booking, resource, role, tstzrange(begins, ends), true, true, %s::timestamptz, reason
FROM unnest(%s::bigint[], %s::bigint[], %s::varchar[], %s::timestamptz[], %s::timestamptz[], %s::varchar[])
    AS wanted(booking, resource, role, begins, ends, reason)
ON CONFLICT DO NOTHING
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
    with connection.cursor() as cursor:
        cursor.execute(LOCKS, [sorted(set(ids))])


def expire_in_the_way(takings: Sequence[Taking]) -> None:
    """End holds whose time is over, with the whole visit they belong to, where somebody wants their time."""
    columns = [[getattr(one, name) for one in takings] for name in ("resource_id", "begins", "ends")]
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, [now, *columns, now])


def take(bookings: Sequence[Booking], takings: Sequence[Taking], held_until: datetime | None) -> bool:
    """Write allocations; whether all of them could be. The caller undoes the transaction if not."""
    columns = [[bookings[one.number].pk for one in takings]]
    columns += [[getattr(one, name) for one in takings] for name in Taking._fields[1:]]
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [held_until, *columns])
        return cursor.rowcount == len(takings)


def lock_visit(visit: UUID | str) -> list[Booking]:
    """The bookings of a visit as they are now, locked, in the order they are done."""
    rows = Booking.objects.filter(visit=visit).order_by("pk").select_for_update(no_key=True)
    return sorted(rows, key=lambda one: (one.starts_at, one.pk))


def lock_owned(owners: Collection[str]) -> list[Booking]:
    """The bookings of these owners as they are now, locked."""
    rows = Booking.objects.filter(owner__in=owners).exclude(owner="")
    return list(rows.order_by("pk").select_for_update(no_key=True))


def give_seats_back(bookings: Collection[Booking]) -> None:
    """Let the places in classes that these bookings had be free at once."""
    for pk, seats in sorted(Counter(one.session_id for one in bookings if one.session_id).items()):
        Session.objects.filter(pk=pk).update(taken=F("taken") - seats)


def give_back(bookings: Collection[Booking]) -> None:
    """Let what these bookings take be free at once, without a trace."""
    Allocation.objects.filter(booking__in=bookings).delete()
