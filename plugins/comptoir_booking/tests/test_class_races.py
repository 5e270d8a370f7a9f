"""Classes that move while others move and places come and go, with real threads on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connections, transaction
from django.db.models import Q

from comptoir.testing.racing import STRESS, run_together
from comptoir_booking.changes import cancel_visit
from comptoir_booking.claims import Terms
from comptoir_booking.class_changes import change_session
from comptoir_booking.models import Allocation, Booking, Session
from comptoir_booking.refusals import BookingMoved, SessionFull, TeamNotFree
from comptoir_booking.sessions import book_seats, move_seats, open_session
from comptoir_booking.tests.salon import at
from comptoir_booking.tests.test_races import at_the_time, nothing_overlaps, salon, sql, until

__all__ = ["salon"]
pytestmark = pytest.mark.timeout(120 * STRESS)


@pytest.fixture
def opened(salon):
    """Puts classes of six that Anna gives on the calendar, at these hours."""
    salon.person("anna")
    service = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}})
    return lambda *hours: [
        open_session(service=service, location=salon.place, start=at(hour), places=6) for hour in hours
    ]


def test_two_classes_that_move_onto_one_teacher_have_one_winner_and_one_as_before(opened):
    dates = opened(9, 11)
    for one in dates:
        book_seats(session=one, party=3, terms=Terms())

    def mover(session):
        return at_the_time(lambda: change_session(session=session, start=at(14)))

    results = run_together([mover(one) for one in dates] * 4, workers=8)

    assert {type(one) for one in results} <= {Session, TeamNotFree, BookingMoved}
    assert sorted(map(when_all_of_it_is, dates)) in ([at(9), at(14)], [at(11), at(14)])
    nothing_overlaps()


def test_a_class_that_moves_while_places_of_it_come_and_go_takes_everybody_along(opened):
    """Who moves it locks the places and then the class, who takes one the class: in no order do they wait for each other."""
    yoga, other = opened(9, 17)

    def mover(number):
        for turn in range(4 * STRESS):
            with suppress(BookingMoved, TeamNotFree):
                change_session(session=yoga, start=at((11, 14, 15)[(number + turn) % 3]))

    def guest(number):
        for _turn in range(3 * STRESS):
            with suppress(SessionFull):
                [seat] = book_seats(session=(yoga, other)[number % 2], party=1, terms=Terms())
                if number % 3:
                    move_seats(visit=seat.visit, session=(other, yoga)[number % 2])
                if number % 4:
                    cancel_visit(visit=seat.visit)

    steps = [at_the_time(lambda n=n: (guest if n % 4 else mover)(n)) for n in range(16)]
    assert [one for one in run_together(steps) if isinstance(one, Exception)] == []

    for one in (yoga, other):
        when_all_of_it_is(one)
        assert one.taken == Booking.objects.filter(session=one, state="confirmed").count() <= 6
    nothing_overlaps()


def test_who_takes_a_place_at_the_moment_a_class_moves_goes_with_it(opened):
    [yoga] = opened(10)
    book_seats(session=yoga, party=1, terms=Terms())
    move = at_the_time(lambda: (change_session(session=yoga, start=at(14)), connections.close_all()))

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            book_seats(session=yoga, party=2, terms=Terms())
            moved = threads.submit(move)
            until(lambda: sql("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        moved.result()

    assert (when_all_of_it_is(yoga), yoga.taken) == (at(14), 3)
    nothing_overlaps()


def when_all_of_it_is(session):
    """When a class is, by itself, by who gives it, and by everybody who has a place of it."""
    session.refresh_from_db()
    mine = Q(visit=session.visit) | Q(session=session)
    live = Booking.objects.filter(mine, state__in=Booking.LIVE)
    assert set(live.values_list("starts_at", flat=True)) == {session.starts_at}
    [taken] = Allocation.objects.filter(booking__visit=session.visit, is_active=True)
    assert (taken.during.lower, taken.during.upper) == (session.starts_at, session.ends_at)
    return session.starts_at
