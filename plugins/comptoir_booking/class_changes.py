"""Changes of a class that is on the calendar: how many places it has, who gives it, in which room.

Locks: who gives it and the rooms, then the booking that takes their time, then the class; as ``sessions`` has it.
"""

from collections.abc import Sequence

from django.db.models import F

from comptoir.base import clock
from comptoir.stock.rows import in_transaction
from comptoir_booking.board import NOTICE, STEPS
from comptoir_booking.changes import move_visit
from comptoir_booking.models import Allocation, Booking, Resource, Session
from comptoir_booking.refusals import NotPossible, PlacesTaken, StartNotFree, TeamNotFree
from comptoir_booking.rows import lock_visit
from comptoir_booking.sessions import check_places, check_rooms, end_late_holds


def change_session(
    *, session: Session, places: int | None = None, person_id: int | None = None,
    rooms: tuple[int, ...] | None = None, actor_id: int | None = None, overrides: frozenset[str] = frozenset(),
) -> Session:  # fmt: skip
    """Let a class have another number of places, be given by somebody else, or be in another room (or none: empty).

    What is not named stays; all of it is changed or nothing. Who waits is offered what places there are more. Errors:
    ``InvalidValue``, ``NotPossible`` when it is over or cancelled, ``PlacesTaken``, ``RoomTooSmall``, ``TeamNotFree``;
    ``BookingMoved`` when somebody else changed who gives it at the same time.
    """

    def change() -> Session:
        if person_id is not None or rooms is not None:
            _change_team(session, person_id, rooms, actor_id, overrides)
        lock_visit(session.visit)
        row = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
        if row.is_cancelled or row.ends_at <= clock.now():
            raise NotPossible(
                state=Booking.State.CANCELLED.label if row.is_cancelled else Booking.State.DONE.label
            )
        _change_places(row, row.places if places is None else places)
        return row

    return in_transaction(change)


def rooms_of(session: Session) -> list[Resource]:
    """The rooms that a class takes."""
    taken = Allocation.objects.filter(booking__visit=session.visit, is_active=True)
    return list(
        Resource.objects.filter(kind=Resource.Kind.ROOM, pk__in=taken.values("resource")).order_by("pk")
    )


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


def _change_team(
    session: Session, person_id: int | None, rooms: tuple[int, ...] | None, actor_id: int | None,
    overrides: frozenset[str],
) -> None:  # fmt: skip
    """The class stays when it is; where somebody takes another time for it, it ends with them."""
    kept = tuple(one.pk for one in rooms_of(session)) if rooms is None else rooms
    try:
        moved: Sequence[Booking] = move_visit(
            visit=session.visit, start=session.starts_at, person_id=person_id, rooms=kept,
            actor_id=actor_id, overrides=overrides | {NOTICE, STEPS},
        )  # fmt: skip
    except StartNotFree as error:
        raise TeamNotFree(field="room" if person_id is None else "person") from error
    ends_at = moved[0].ends_at
    if ends_at != session.ends_at:
        session.bookings.filter(state__in=Booking.LIVE).update(ends_at=ends_at, sequence=F("sequence") + 1)
        Session.objects.filter(pk=session.pk).update(ends_at=ends_at)
