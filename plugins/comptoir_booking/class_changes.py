"""Changes of a class that is on the calendar: when it is, how many places it has, who gives it, in which room.

Locks: who gives it and the rooms, then the booking that takes their time, then the places by id, then the class: as
``sessions`` has it. Who takes a place meanwhile has the class first, so that it is looked again for places, and all is done
again if there are more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, JSONField, Value
from django.db.models.expressions import CombinedExpression

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.stock.rows import Outrun, in_transaction
from comptoir_booking.board import NOTICE, STEPS
from comptoir_booking.changes import move_visit
from comptoir_booking.claims import add_steps
from comptoir_booking.models import Allocation, Booking, Resource, Session
from comptoir_booking.refusals import (
    BookingMoved,
    ClassBegun,
    NotPossible,
    PlacesTaken,
    StartNotFree,
    StartOver,
    TeamNotFree,
)
from comptoir_booking.rows import lock_visit
from comptoir_booking.sessions import check_places, check_rooms, end_late_holds
from comptoir_booking.wall_time import tick_of
from comptoir_booking.wording import names_of

State = Booking.State
#: Those who come to a class, and are told what becomes of it. Who only holds a place sees it in the basket.
COMING = (State.CONFIRMED, State.ARRIVED)
#: When a class is: its places have it of the booking that takes the time of who gives it.
WHEN = ("starts_at", "ends_at", "wall_start", "time_zone")
#: Who did not move it themselves may cancel it, or take another date, free of charge until it begins.
OPENED_TERMS = {"cancel_minutes": 0, "move_minutes": 0}


@dataclass(frozen=True)
class _Change:
    """What a class is to be; ``None``: as it is."""

    start: datetime | None = None
    places: int | None = None
    person_id: int | None = None
    rooms: tuple[int, ...] | None = None
    sequence: int | None = None
    actor_id: int | None = None
    overrides: frozenset[str] = frozenset()
    reason: str = ""


def change_session(
    *, session: Session, start: datetime | None = None, places: int | None = None, person_id: int | None = None,
    rooms: tuple[int, ...] | None = None, sequence: int | None = None, actor_id: int | None = None,
    overrides: frozenset[str] = frozenset(), reason: str = "",
) -> Session:  # fmt: skip
    """Let a class be at another time with everybody's places, have another number of them, another teacher or room (or none).

    What is not named stays; all of it is changed or nothing. Who has a place is told of another time or teacher, and may
    cancel free of charge if it was moved. Who waits is offered what places there are more. ``sequence`` is that of the
    class as the caller saw it. Errors: ``InvalidValue``, ``StartOver``, ``ClassBegun``, ``NotPossible`` when it is over or
    cancelled, ``PlacesTaken``, ``RoomTooSmall``, ``TeamNotFree``; ``BookingMoved`` when somebody else changed it at the same time.
    """
    change = _Change(start, places, person_id, rooms, sequence, actor_id, overrides, reason)
    return in_transaction(lambda: _changed(session, change))[0]


def whom_to_tell(*, session: Session, **wanted: Any) -> list[Booking]:
    """The first booking of each visit whose customer a change would be told to; nothing is changed.

    Shapes: ``wanted`` has what ``change_session`` takes. Errors: as there, so that nobody is asked about what is not possible.
    """
    with transaction.atomic():
        _row, told = in_transaction(lambda: _changed(session, _Change(**wanted)))
        transaction.set_rollback(True)
    return told


def rooms_of(session: Session) -> list[Resource]:
    """The rooms that a class takes."""
    taken = Allocation.objects.filter(booking__visit=session.visit, is_active=True)
    return list(
        Resource.objects.filter(kind=Resource.Kind.ROOM, pk__in=taken.values("resource")).order_by("pk")
    )


def _changed(session: Session, change: _Change) -> tuple[Session, list[Booking]]:
    seen = Booking.objects.get(visit=session.visit)
    if change.sequence is not None and seen.sequence != change.sequence:
        raise BookingMoved()
    moves = change.start is not None and change.start != seen.starts_at
    if change.start is not None and moves:
        _check_start(seen, change.start)
    touches_team = moves or change.person_id is not None or change.rooms is not None
    was_given = names_of([seen])
    if touches_team:
        _change_team(session, seen, change, "start" if moves else "person" if change.person_id else "room")
    [own] = lock_visit(session.visit)
    if change.sequence is not None and own.sequence != change.sequence + touches_team:
        raise BookingMoved()
    places = _lock_places(session) if touches_team else []
    row = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    if row.is_cancelled or row.ends_at <= clock.now():
        raise NotPossible(state=(State.CANCELLED if row.is_cancelled else State.DONE).label)
    told = _bring_along(row, own, places, was_given, change) if touches_team else []
    _change_places(row, row.places if change.places is None else change.places)
    return row, told


def _check_start(own: Booking, start: datetime) -> None:
    """Whether a class may go to a time, whoever is free then."""
    if start.tzinfo is None or tick_of(start) is None:
        raise InvalidValue(field="start", value=start.isoformat())
    if start <= clock.now():
        raise StartOver(field="start")
    if own.starts_at <= clock.now():
        raise ClassBegun(field="start")


def _change_places(row: Session, places: int) -> None:
    """The class is locked, and so is what it takes."""
    check_places(places)
    check_rooms([one.pk for one in rooms_of(row)], places)
    if row.taken > places:
        end_late_holds(row)
    if not Session.objects.filter(pk=row.pk, taken__lte=places).update(places=places):
        row.refresh_from_db()
        raise PlacesTaken(field="places", taken=row.taken)
    row.refresh_from_db()


def _change_team(session: Session, seen: Booking, change: _Change, field: str) -> None:
    """Take the time of who gives it and of its room, as they are or others, where it is or elsewhere."""
    kept = tuple(one.pk for one in rooms_of(session)) if change.rooms is None else change.rooms
    try:
        move_visit(
            visit=session.visit, start=change.start or seen.starts_at, sequence=seen.sequence,
            person_id=change.person_id, rooms=kept, actor_id=change.actor_id,
            overrides=change.overrides | {NOTICE, STEPS}, reason=change.reason,
        )  # fmt: skip
    except StartNotFree as error:
        raise TeamNotFree(field=field, alternatives=error.facts["alternatives"]) from error


def _lock_places(session: Session) -> list[Booking]:
    """Everybody's places, and that of the class after them: nobody takes one any more. Errors: ``Outrun`` if somebody did."""
    live = session.bookings.filter(state__in=Booking.LIVE).order_by("pk")
    places = list(live.select_for_update(no_key=True))
    Session.objects.select_for_update(no_key=True).get(pk=session.pk)
    if live.exclude(pk__in=[one.pk for one in places]).exists():
        raise Outrun
    return places


def _bring_along(
    row: Session, own: Booking, places: Sequence[Booking], was_given: str, change: _Change
) -> list[Booking]:
    """Let the class and its places be when who gives it is there, and tell who comes; returns whom, each visit once."""
    is_moved = own.starts_at != row.starts_at
    if is_moved or own.ends_at != row.ends_at:
        when = {name: getattr(own, name) for name in WHEN}
        opened = CombinedExpression(F("policy"), "||", Value(OPENED_TERMS, JSONField()))
        Booking.objects.filter(pk__in=[one.pk for one in places]).update(
            **when, **({"policy": opened} if is_moved else {}), sequence=F("sequence") + 1
        )
        Session.objects.filter(pk=row.pk).update(**when)
    given = names_of([own])
    is_given_anew = bool(given) and given != was_given
    if not is_moved and not is_given_anew:
        return []
    coming = [one for one in places if one.state in COMING]
    add_steps(
        coming, "moved" if is_moved else "person", actor_id=change.actor_id, by_shop=True,
        was=row.wall_start if is_moved else "", was_given=was_given if is_given_anew else "",
    )  # fmt: skip
    return list({one.visit: one for one in reversed(coming)}.values())[::-1]
