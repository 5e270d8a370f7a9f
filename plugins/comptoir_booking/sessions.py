"""Classes: times that are set, with so many places. The last place goes to one: a guarded counter, and a constraint.

Locks: who takes places locks the class; who moves or gives them back locks their bookings first, then the classes by id. So
who has a class locked waits for no booking: those of holds that have ended are skipped if somebody has them.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from comptoir.base import clock
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.baskets.rows import Key
from comptoir.baskets.shown import BasketView
from comptoir.channels.models import Location
from comptoir.stock.rows import in_transaction
from comptoir_booking.basket_claims import add_lines, terms_of
from comptoir_booking.changes import cancel_visit, check_movable, release_bookings
from comptoir_booking.claims import Terms, add_steps, book_visit, check_number_of_holds, new_booking
from comptoir_booking.layout import Visit, Wish
from comptoir_booking.models import Allocation, Booking, Policy, Resource, Service, Session
from comptoir_booking.ordered import cancel_booked
from comptoir_booking.queries import MOST_DAYS
from comptoir_booking.refusals import RoomTooSmall, SessionFull
from comptoir_booking.rows import give_seats_back, lock_visit
from comptoir_booking.self_service import booking_for
from comptoir_booking.wall_time import DAY, instant_of, midnight_tick

State = Booking.State
#: Nobody books for more at once; a company calls.
MOST_PLACES = 20
MOST_IN_A_SESSION = 500


def open_session(
    *, service: Service, location: Location, start: datetime, places: int,
    person_id: int | None = None, rooms: tuple[int, ...] | None = None, actor_id: int | None = None,
    overrides: frozenset[str] = frozenset(),
) -> Session:  # fmt: skip
    """Put a class on the calendar: who gives it, and the room, are taken once, as for any visit.

    ``rooms``: those that staff chose, none of them if it is empty; ``None``: the first that is free of those the class says,
    and large enough. Errors: ``InvalidValue`` for no places or more than 500; ``RoomTooSmall``; those of ``book_visit``.
    Nothing is taken then.
    """
    check_places(places)
    check_rooms(rooms or (), places)

    def write() -> Session:
        terms = Terms(owner="session", actor_id=actor_id, overrides=overrides)
        visit = Visit(location.pk, (Wish(service.pk, person_id, rooms=rooms, seats=places),))
        [booked] = book_visit(visit=visit, start=start, terms=terms)
        when = {
            name: getattr(booked, name)
            for name in ("starts_at", "ends_at", "wall_start", "time_zone", "visit")
        }
        Service.objects.filter(pk=service.pk).update(in_sessions=True)
        return Session.objects.create(service=service, location=location, places=places, **when)

    return in_transaction(write)


def check_places(places: int) -> None:
    """Whether a class can have so many places. Errors: ``InvalidValue``."""
    if not 1 <= places <= MOST_IN_A_SESSION:
        raise InvalidValue(field="places", value=places)


def check_rooms(rooms: Collection[int], places: int) -> None:
    """Whether each of these rooms is large enough. Errors: ``RoomTooSmall``."""
    small = Resource.objects.filter(pk__in=rooms, kind=Resource.Kind.ROOM, seats__lt=places).first()
    if small:
        raise RoomTooSmall(field="places", room=small.name, seats=small.seats)


def free_sessions(service_id: int, location: Location, first_day: date, days: int) -> QuerySet[Session]:
    """The classes of some days that can still be booked, with ``left``: the places nobody has, or held too long.

    One statement. Errors: ``InvalidValue`` for more than two months at once.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InvalidValue(field="days", value=days)
    begin, end = (
        instant_of(midnight_tick(day, location.time_zone)) for day in (first_day, first_day + days * DAY)
    )
    rows = Session.objects.filter(service=service_id, location=location, is_cancelled=False)
    return with_places_left(rows.filter(starts_at__gte=max(begin, _soonest(service_id)), starts_at__lt=end))


def coming_sessions(services: Sequence[Service], location_ids: Collection[int]) -> QuerySet[Session]:
    """The next classes that can be booked at these locations, with ``left`` as ``free_sessions`` has it; one statement."""
    now, in_time = clock.now(), Q(pk__in=[])
    for one in services:
        policy = one.policy or Policy()
        soonest = now + timedelta(minutes=policy.notice_minutes)
        in_time |= Q(
            service=one.pk, starts_at__gte=soonest, starts_at__lt=now + timedelta(days=policy.horizon_days)
        )
    rows = Session.objects.filter(in_time, location__in=location_ids, is_cancelled=False)
    return with_places_left(rows.select_related("location"))


def with_places_left(rows: QuerySet[Session]) -> QuerySet[Session]:
    """Classes with ``left``, the places nobody has or held too long, and ``sequence``, which goes up when they change."""
    late = Q(bookings__state=State.HELD, bookings__held_until__lte=clock.now())
    own = Booking.objects.filter(visit=OuterRef("visit")).values("sequence")[:1]
    rows = rows.annotate(
        left=F("places") - F("taken") + Count("bookings", filter=late), sequence=Subquery(own)
    )
    return rows.order_by("starts_at", "pk")  # Django drops a model's own order where rows are counted


def session_by(uuid: UUID | str, location_ids: Sequence[int]) -> Session:
    """A class at one of these locations. Errors: ``NotFound``."""
    return sessions_by([uuid], location_ids)[0]


def sessions_by(uuids: Iterable[UUID | str], location_ids: Sequence[int]) -> list[Session]:
    """Dates of classes at these locations, each once. Errors: ``NotFound`` if one of them is not there."""
    wanted = set(map(str, uuids))
    rows = Session.objects.select_related("service__product", "service__policy", "location")
    found = list(rows.filter(uuid__in=wanted, location__in=location_ids))
    if len(found) < len(wanted):
        raise NotFound()
    return found


def taken_by(sessions: Iterable[Session]) -> dict[UUID, dict[str, list[str]]]:
    """Who gives classes, and where: names by the visit that takes their time, then by kind of resource, staff first; one query."""
    rows = Allocation.objects.filter(booking__visit__in=[one.visit for one in sessions], is_active=True)
    rows = rows.order_by("-resource__kind", "pk")  # staff, rooms, pools, equipment
    found: dict[UUID, dict[str, list[str]]] = {}
    for visit, kind, name in rows.values_list("booking__visit", "resource__kind", "resource__name"):
        names = found.setdefault(visit, {}).setdefault(kind, [])
        if name not in names:
            names.append(name)
    return found


def hold_seats(*, session: Session, party: int, terms: Terms) -> list[Booking]:
    """Hold so many places of a class, all of them or none: a booking for each, tied together as one visit.

    Errors: ``InvalidValue`` for nobody, or more than 20; ``SessionFull`` with what is left; ``TooManyHolds``.
    """
    return _take_seats(session, party, terms, State.HELD)


def book_seats(*, session: Session, party: int, terms: Terms) -> list[Booking]:
    """Book places at once, as staff do: until the class is over. Errors: as ``hold_seats``."""
    return _take_seats(session, party, terms, State.CONFIRMED)


def hold_seats_in_basket(*, key: Key, session: Session, party: int) -> tuple[list[Booking], BasketView]:
    """Hold places for a basket and put them into it as one line: both or neither. Call it in a transaction."""
    bookings = hold_seats(session=session, party=party, terms=terms_of(key))
    return bookings, add_lines(key, bookings)


def move_seats(
    *, visit: UUID | str, session: Session, sequence: int | None = None,
    actor_id: int | None = None, by_customer: bool = False,
) -> list[Booking]:  # fmt: skip
    """Let the places of a visit be in another date of their class, all of them or none; what was paid stays as it is.

    Errors: ``NotFound``, ``BookingMoved``, ``TooLate``, ``NotPossible``, ``SessionFull``; ``InvalidValue`` for another class.
    """

    def move() -> list[Booking]:
        bookings = lock_visit(visit)
        check_movable(bookings, sequence, by_customer)
        first = bookings[0]
        if not first.session_id or first.service_id != session.service_id:
            raise InvalidValue(field="session", value=str(session.uuid))
        if first.session_id == session.pk:
            return bookings
        to = _change_seats(bookings, session)  # as it is now: staff may have moved it
        when = {"starts_at": to.starts_at, "ends_at": to.ends_at, "wall_start": to.wall_start}
        Booking.objects.filter(pk__in=[one.pk for one in bookings]).update(
            session=to, location=to.location_id, time_zone=to.time_zone, **when,
            sequence=F("sequence") + 1, moves=F("moves") + int(by_customer),
        )  # fmt: skip
        add_steps(bookings, "moved", actor_id=actor_id, was=first.wall_start, by_customer=by_customer)
        return lock_visit(visit)

    return in_transaction(move)


def move_seats_by_customer(*, token: str, session: Session, sequence: int | None = None) -> list[Booking]:
    """Move places by the link of a visit, as its policy allows. Errors: as ``move_seats``."""
    return move_seats(visit=booking_for(token)[0].visit, session=session, sequence=sequence, by_customer=True)


def _change_seats(bookings: Sequence[Booking], to: Session) -> Session:
    """Both classes are locked after the bookings, in the order of their ids, as when places are given back; returns ``to``."""
    ids = [bookings[0].session_id, to.pk]
    rows = {
        one.pk: one
        for one in Session.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    }
    _take_places(rows[to.pk], len(bookings), _soonest(to.service_id))
    give_seats_back(one.session_id for one in bookings)
    return rows[to.pk]


def cancel_session(*, session: Session, actor_id: int | None = None) -> int:
    """Let a class not take place: everybody's place is cancelled, and all of their money goes back; returns how many.

    Visits are cancelled one after the other, so that one that fails holds up no other: call it again.
    """
    Session.objects.filter(pk=session.pk).update(is_cancelled=True)
    cancel_visit(visit=session.visit, actor_id=actor_id)
    live = session.bookings.filter(state__in=[State.HELD, State.CONFIRMED])
    visits = list(live.order_by("visit").values_list("visit", flat=True).distinct())
    for visit in visits:
        cancel_booked(visit=visit, actor_id=actor_id)
    return len(visits)


def _take_seats(session: Session, party: int, terms: Terms, state: str) -> list[Booking]:
    if not 1 <= party <= MOST_PLACES:
        raise InvalidValue(field="party", value=party)
    check_number_of_holds(terms.owner, terms.series)

    def take() -> list[Booking]:
        row = Session.objects.select_for_update(no_key=True).get(pk=session.pk)
        late = clock.now() - (row.ends_at - row.starts_at)
        _take_places(row, party, late if terms.actor_id else _soonest(row.service_id))
        return _write(row, party, terms, state)

    return in_transaction(take)


def _take_places(row: Session, party: int, soonest: datetime) -> None:
    """Count places of a class that is locked as taken. Errors: ``SessionFull`` with what is left."""
    if row.is_cancelled or row.starts_at < soonest:
        raise SessionFull(field="session", left=0, session=str(row.uuid))
    if row.places - row.taken < party:
        end_late_holds(row)
    free = Session.objects.filter(pk=row.pk, taken__lte=F("places") - party)
    if not free.update(taken=F("taken") + party):
        row.refresh_from_db()
        raise SessionFull(field="party", left=row.places - row.taken, session=str(row.uuid))


def _write(row: Session, party: int, terms: Terms, state: str) -> list[Booking]:
    what = {
        name: getattr(row, name)
        for name in ("service_id", "location_id", "starts_at", "ends_at", "wall_start")
    }
    policy, visit = (row.service.policy or Policy()).terms, uuid4()
    bookings = Booking.objects.bulk_create(
        new_booking(terms, state, visit=visit, session=row, policy=policy, time_zone=row.time_zone, **what)
        for _ in range(party)
    )
    if state != State.HELD:
        add_steps(bookings, "booked", actor_id=terms.actor_id)
    return bookings


def end_late_holds(session: Session) -> None:
    """Whose hold is over loses the place to who wants it; who is paying just now is not waited for."""
    late = session.bookings.filter(state=State.HELD, held_until__lte=clock.now()).order_by("pk")
    release_bookings(list(late.select_for_update(skip_locked=True, no_key=True)), to=State.EXPIRED)


def _soonest(service_id: int) -> datetime:
    policy = (
        Policy.objects.filter(pk__in=Service.objects.filter(pk=service_id).values("policy")).first()
        or Policy()
    )
    return clock.now() + timedelta(minutes=policy.notice_minutes)
