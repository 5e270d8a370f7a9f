"""Many at once, with real threads and processes on PostgreSQL. ``COMPTOIR_STRESS=1`` runs them at full length."""

import multiprocessing
import os
import random
import signal
import time
from contextlib import suppress

import pytest
from django.db import connection, connections, transaction

from comptoir.base import clock
from comptoir.channels.queries import channel_context
from comptoir.testing.racing import STRESS, committed_shop, racing, run_together
from comptoir_booking.changes import cancel_visit, confirm_holds, move_visit, release_holds
from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.class_changes import change_session
from comptoir_booking.models import Allocation, Booking, Resource, Session, WaitEntry
from comptoir_booking.refusals import (
    BookingMoved,
    HoldGone,
    PlacesTaken,
    SessionFull,
    StartNotFree,
)
from comptoir_booking.rows import EXPIRE
from comptoir_booking.sessions import book_seats, hold_seats, move_seats, open_session
from comptoir_booking.tests.salon import TODAY, TUESDAY, Salon, at
from comptoir_booking.waiting import join_waiting_list, offer_free_times
from comptoir_booking.wall_time import DAY

pytestmark = pytest.mark.timeout(120 * STRESS)

#: Copies of a hold that ended long ago and that nobody has cleared away.
EXPIRED_HOLDS = """
INSERT INTO booking_booking
SELECT (jsonb_populate_record(booking, jsonb_build_object(
    'id', nextval(pg_get_serial_sequence('booking_booking', 'id')), 'uuid', gen_random_uuid(), 'visit', gen_random_uuid(),
    'owner', 'basket:' || n, 'held_until', starts_at - interval '90 days', 'longest_until', starts_at - interval '90 days'))).*
FROM booking_booking booking, generate_series(1, %s::int) n WHERE booking.id = %s::bigint
"""

OVERLAPS = """
SELECT count(*) FROM booking_allocation one JOIN booking_allocation other
ON one.resource_id = other.resource_id AND one.id < other.id AND one.during && other.during
WHERE one.is_active AND other.is_active
"""


@pytest.fixture
def salon(cluster, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), committed_shop(cluster) as shop, clock.moved_to(TODAY):
        yield Salon(shop)


def at_the_time(step):
    """The step at the moment of the test, in whatever thread it runs."""
    moment = clock.now()

    def run():
        with clock.moved_to(moment):
            return step()

    return run


def holder(visit, start, owner=""):
    return at_the_time(lambda: hold_visit(visit=visit, start=start, terms=Terms(owner=owner)))


def outcomes(results):
    held = [one for one in results if isinstance(one, list)]
    refused = [one for one in results if isinstance(one, StartNotFree)]
    assert len(held) + len(refused) == len(results), {repr(one) for one in results}
    return len(held), len(refused)


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def nothing_overlaps():
    assert sql(OVERLAPS) == 0
    sql("SELECT 1 FROM pg_stat_force_next_flush()")
    assert sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0


def test_thirty_two_want_one_start_of_one_person(salon):
    salon.person("anna")
    visit = salon.visit(salon.service())

    results = run_together([holder(visit, at(10)) for _ in range(32)], workers=16)

    assert outcomes(results) == (1, 31)
    nothing_overlaps()


def test_starts_that_overlap_without_being_equal_exclude_each_other(salon):
    salon.person("anna")
    visit = salon.visit(salon.service(minutes=45))
    starts = [at(10), at(10, 15), at(10, 30)]

    results = run_together([holder(visit, starts[n % 3]) for n in range(30)], workers=15)

    assert outcomes(results) == (1, 29)
    nothing_overlaps()


def test_any_of_three_people_is_given_to_three_of_thirty_two(salon):
    for name in ("anna", "bela", "cleo"):
        salon.person(name)
    visit = salon.visit(salon.service())

    results = run_together([holder(visit, at(10)) for _ in range(32)], workers=16)

    assert outcomes(results) == (3, 29)
    assert set(Allocation.objects.values_list("resource__code", flat=True)) == {"anna", "bela", "cleo"}
    nothing_overlaps()


def test_who_wants_another_hour_of_somebody_does_not_wait(salon):
    salon.person("anna")
    visit = salon.visit(salon.service(minutes=60))

    with transaction.atomic():
        hold_visit(visit=visit, start=at(9), terms=Terms())
        results = run_together([holder(visit, at(10))], workers=1)

    assert outcomes(results) == (1, 0)
    nothing_overlaps()


def test_stylist_and_chair_taken_in_opposite_order_do_not_wait_for_each_other(salon):
    for name in ("anna", "bela"):
        salon.person(name)
    for name in ("left", "right"):
        salon.chair(name)
    needs = {"stylist": {"kind": "staff"}, "chair": {"kind": "equipment"}}
    there = salon.visit(salon.service("there", 30, needs=needs))
    back = salon.visit(salon.service("back", 30, needs=dict(reversed(needs.items()))))

    def come_and_go(number):
        [booking] = hold_visit(
            visit=random.choice((there, back)), start=at(9, number % 4 * 15), terms=Terms()
        )
        assert booking.allocations.count() == 2
        cancel_visit(visit=booking.visit)

    jobs = [at_the_time(lambda n=n: come_and_go(n)) for n in range(120 * STRESS)]
    results = run_together(jobs, workers=12)

    assert {one for one in results if not isinstance(one, StartNotFree)} <= {None}
    nothing_overlaps()


def test_a_late_payment_and_two_who_want_the_time_have_one_winner(salon):
    salon.person("anna")
    visit = salon.visit(salon.service())
    with racing(3) as race:
        for number in range(20 * STRESS):
            [held] = hold_visit(visit=visit, start=at(10), terms=Terms(owner=f"payer:{number}"))
            with clock.moved_to(held.held_until):
                paid, *others = race([
                    at_the_time(lambda n=number: confirm_holds(owners=[f"payer:{n}"])),
                    holder(visit, at(10)),
                    holder(visit, at(10, 15)),
                ])  # fmt: skip
            winners = [one for one in (paid, *others) if isinstance(one, list)]
            assert len(winners) == 1, (paid, others)
            assert isinstance(paid, list | HoldGone)
            cancel_visit(visit=winners[0][0].visit)
    nothing_overlaps()


def test_a_pool_of_four_is_never_used_by_five(salon):
    Resource.objects.create(
        code="bikes", name="Bikes", kind="pool", capacity=4, hours="always", location=salon.place
    )
    needs = {"bike": {"kind": "pool"}}
    rides = [salon.visit(salon.service(f"ride-{n}", n, needs=needs)) for n in (30, 60, 90)]

    jobs = [
        holder(random.choice(rides), at(10 + random.randrange(2), 15 * random.randrange(4)))
        for _ in range(60 * STRESS)
    ]
    results = run_together(jobs, workers=12)

    held, _refused = outcomes(results)
    spans = [one.during for one in Allocation.objects.filter(is_active=True)]
    assert len(spans) == held
    assert max(sum(other.lower <= one.lower < other.upper for other in spans) for one in spans) == 4


def test_two_who_move_to_the_same_time_have_one_winner_and_one_as_before(salon):
    salon.person("anna")
    visit = salon.visit(salon.service(minutes=60))
    first, second = (book_visit(visit=visit, start=at(hour), terms=Terms())[0] for hour in (9, 11))

    def mover(booking):
        return at_the_time(lambda: move_visit(visit=booking.visit, start=at(14)))

    results = run_together([mover(first), mover(second)], workers=2)

    assert outcomes(results) == (1, 1)
    hours = sorted(one.starts_at.hour for one in Booking.objects.all())
    assert hours in ([8, 13], [10, 13])  # 9:00 and 11:00 in Paris are 8:00 and 10:00 UTC
    nothing_overlaps()


def test_a_process_killed_in_the_middle_of_a_move_leaves_the_old_time_or_the_new(salon):
    salon.person("anna")
    visit = salon.visit(salon.service(minutes=60))
    [booking] = book_visit(visit=visit, start=at(9), terms=Terms())
    connections.close_all()
    context = multiprocessing.get_context("fork")

    for _round in range(4 * STRESS):
        worker = context.Process(target=move_forever, args=(booking.visit,))
        worker.start()
        until_it_moves(booking)
        time.sleep(random.uniform(0, 0.5))
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
        booking.refresh_from_db()
        [row] = Allocation.objects.filter(is_active=True)
        assert (row.during.lower, row.during.upper) == (booking.starts_at, booking.ends_at)
        connections.close_all()

    assert booking.sequence == booking.steps.filter(change="moved").count() > 0


def test_the_last_places_of_a_class_go_to_as_many_as_there_are(salon):
    salon.person("anna")
    service = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}})
    yoga = open_session(service=service, location=salon.place, start=at(10), places=10)

    def seats(party):
        return at_the_time(lambda: hold_seats(session=yoga, party=party, terms=Terms()))

    results = run_together([seats(1 + number % 3) for number in range(40)], workers=16)

    held = sum(len(one) for one in results if isinstance(one, list))
    yoga.refresh_from_db()
    assert {type(one) for one in results} == {list, SessionFull}
    assert held == yoga.taken == Booking.objects.filter(session=yoga).count() <= 10
    assert yoga.places - yoga.taken < 3


def test_places_that_come_and_go_are_counted_right(salon):
    salon.person("anna")
    service = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}})
    yoga = open_session(service=service, location=salon.place, start=at(10), places=5)

    def come_and_go(number):
        with suppress(SessionFull):
            [seat] = hold_seats(
                session=yoga, party=1, terms=Terms(owner=f"basket:{number}", minutes=number % 2)
            )
            if number % 3:
                release_holds(owners=[seat.owner])

    results = run_together([at_the_time(lambda n=n: come_and_go(n)) for n in range(60 * STRESS)], workers=12)

    yoga.refresh_from_db()
    assert set(results) == {None}
    assert yoga.taken == Booking.objects.filter(session=yoga, state="held").count() <= 5


def test_a_class_whose_places_change_while_they_are_booked_never_has_more_taken_than_there_are(salon):
    salon.person("anna")
    salon.person("bela")
    service = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}})
    yoga = open_session(service=service, location=salon.place, start=at(10), places=6)
    people = [one.pk for one in salon.staff.values()]

    def guest(number):
        with suppress(SessionFull):
            seats = book_seats(session=yoga, party=1 + number % 3, terms=Terms())
            assert is_within()
            if number % 4:
                cancel_visit(visit=seats[0].visit)

    def changer(number):
        for turn in range(4 * STRESS):
            with suppress(PlacesTaken, BookingMoved):  # two changed who gives it at once
                who = people[turn % 2] if number % 4 == 1 else None
                change_session(session=yoga, places=2 + (number * 5 + turn * 3) % 9, person_id=who)
            assert is_within()

    def is_within():
        seen = Session.objects.get(pk=yoga.pk)
        return seen.taken <= seen.places

    steps = [at_the_time(lambda n=n: (changer if n % 2 else guest)(n)) for n in range(24)]
    assert [one for one in run_together(steps) if isinstance(one, Exception)] == []

    yoga.refresh_from_db()
    assert yoga.taken == Booking.objects.filter(session=yoga, state="confirmed").count() <= yoga.places
    nothing_overlaps()


def test_places_that_move_to_and_fro_while_others_come_and_go_are_counted_right(salon):
    """Who moves locks bookings and then both classes, who takes places one class: in no order do they wait for each other."""
    salon.person("anna")
    service = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}})
    dates = [
        open_session(service=service, location=salon.place, start=at(hour), places=6) for hour in (10, 14)
    ]
    visits = [book_seats(session=dates[n % 2], party=1 + n % 2, terms=Terms())[0].visit for n in range(5)]

    def mover(number):
        with suppress(SessionFull, BookingMoved):
            for turn in range(4 * STRESS):
                move_seats(visit=visits[number % 5], session=dates[(number + turn) % 2])

    def guest(number):
        with suppress(SessionFull):
            [seat] = book_seats(session=dates[number % 2], party=1, terms=Terms())
            cancel_visit(visit=seat.visit)

    steps = [at_the_time(lambda n=n: (mover if n % 2 else guest)(n)) for n in range(12)]
    assert [one for one in run_together(steps) if isinstance(one, Exception)] == []

    for date in dates:
        date.refresh_from_db()
        assert date.taken == Booking.objects.filter(session=date, state="confirmed").count() <= 6


def test_one_free_time_is_offered_to_one_of_those_who_wait_though_many_workers_look(salon):
    salon.person("anna")
    cut = salon.service(minutes=180, step=60)
    visit = salon.visit(cut)
    for hour in (9, 14):
        book_visit(visit=visit, start=at(hour), terms=Terms())
    [free] = book_visit(visit=visit, start=at(9, day=TUESDAY + DAY), terms=Terms())
    context = channel_context(salon.shop.channel("booking").code)
    for number in range(5):
        join_waiting_list(
            channel=context, location=salon.place, service_id=cut.pk, first_day=TUESDAY,
            last_day=TUESDAY, name=f"Camille {number}", email="camille@example.org",
        )  # fmt: skip
    cancel_visit(visit=free.visit)
    cancel_visit(visit=Booking.objects.get(starts_at=at(9)).visit)

    results = run_together([at_the_time(offer_free_times) for _ in range(8)], workers=8)

    assert sum(results) == 1
    assert WaitEntry.objects.get(state="offered").name == "Camille 0"
    nothing_overlaps()


def test_contended_attempts_on_three_resources_of_two_kinds_never_overlap(salon):
    """A hundred thousand of them in the long run."""
    for name in ("anna", "bela"):
        salon.person(name)
    salon.chair("chair")
    needs = {"stylist": {"kind": "staff"}, "chair": {"kind": "equipment"}}
    visit = salon.visit(salon.service("cut", 30, needs=needs, step=15))
    starts = [at(hour, minute) for hour in (9, 10, 11, 14) for minute in (0, 15, 30, 45)]

    def attempt(number):
        with suppress(StartNotFree):
            [held] = hold_visit(
                visit=visit, start=random.choice(starts), terms=Terms(owner=f"basket:{number}")
            )
            if random.random() < 0.9:
                release_holds(owners=[held.owner])

    for _round in range(STRESS):
        jobs = [at_the_time(lambda n=n: attempt(n)) for n in range(100_000 // STRESS if STRESS > 1 else 120)]
        assert set(run_together(jobs, workers=16)) == {None}
        nothing_overlaps()


def test_expired_holds_without_number_do_not_slow_a_hold_down(salon):
    """A million in the long run. What counts is what PostgreSQL reads, as times lie on a busy machine."""
    salon.person("anna")
    visit = salon.visit(salon.service(minutes=30, step=15))
    [held] = hold_visit(visit=visit, start=at(10), terms=Terms())
    before = sql("SELECT count(*) FROM booking_booking")
    with connection.cursor() as cursor:
        cursor.execute(EXPIRED_HOLDS, [1_000_000 if STRESS > 1 else 2_000, held.pk])
        cursor.execute("ANALYZE booking_booking")
        cursor.execute("EXPLAIN " + EXPIRE, [TODAY, [1], [TODAY], [TODAY], TODAY])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    [other] = hold_visit(visit=visit, start=at(14), terms=Terms())

    assert before == 1
    assert other.allocations.count() == 1
    assert "Seq Scan on booking_allocation" not in plan
    nothing_overlaps()


def test_two_visits_change_places_by_way_of_a_third_time(salon):
    """One after the other: the constraint is immediate, so one of them waits elsewhere meanwhile."""
    salon.person("anna")
    visit = salon.visit(salon.service(minutes=60))
    first, second = (book_visit(visit=visit, start=at(hour), terms=Terms())[0] for hour in (9, 10))

    with pytest.raises(StartNotFree):
        move_visit(visit=first.visit, start=at(10))
    move_visit(visit=first.visit, start=at(16))
    move_visit(visit=second.visit, start=at(9))
    move_visit(visit=first.visit, start=at(10))

    assert dict(Booking.objects.values_list("pk", "starts_at")) == {first.pk: at(10), second.pk: at(9)}
    nothing_overlaps()


def until_it_moves(booking):
    """However slow the machine is, what is killed has begun."""
    before = booking.sequence
    until(lambda: Booking.objects.get(pk=booking.pk).sequence != before)


def until(it_is_so):
    """Wait for it, however slow the machine is; the limit of the test ends what never comes."""
    while not it_is_so():
        time.sleep(0.01)


def move_forever(visit):
    """A process that moves a visit to and fro until it is killed."""
    for number in range(10**9):
        move_visit(visit=visit, start=at((14, 9, 15, 10)[number % 4]))
