"""The life of a booking: held, extended, confirmed, moved, cancelled, kept; and who is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.testing.once import built_once
from comptoir_booking.changes import (
    cancel_visit,
    confirm_holds,
    extend_holds,
    move_visit,
    release_holds,
)
from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.marks import mark_visit, unmark_visit
from comptoir_booking.models import Allocation, Booking, Policy
from comptoir_booking.queries import free_starts
from comptoir_booking.refusals import (
    BookingMoved,
    HoldGone,
    NotPossible,
    StartNotFree,
    TooLate,
    TooManyHolds,
    VisitTooLong,
)
from comptoir_booking.tests.salon import TODAY, TUESDAY, Salon, at, today
from comptoir_booking.wall_time import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@built_once
def salon(shop):
    with today():
        salon = Salon(shop)
        salon.person("anna")
        salon.cut = salon.service(minutes=60, step=60)
        return salon


def hold(salon, start, owner="basket-line:1", **terms):
    return hold_visit(visit=salon.visit(salon.cut), start=start, terms=Terms(owner=owner, **terms))


def minutes_later(minutes):
    return clock.moved_to(TODAY + timedelta(minutes=minutes))


def state(booking):
    booking.refresh_from_db()
    return booking.state


def test_a_hold_takes_the_time_and_ends_by_itself(salon):
    [held] = hold(salon, at(10), minutes=15)

    assert at(10) not in free_starts(salon.visit(salon.cut), TUESDAY)
    with minutes_later(15):
        assert at(10) in free_starts(salon.visit(salon.cut), TUESDAY)
        [other] = hold(salon, at(10), "basket-line:2")
    assert (state(held), state(other)) == ("expired", "held")
    assert not held.allocations.exists()


def test_a_late_payment_wins_if_nobody_took_the_time(salon):
    [held] = hold(salon, at(10), minutes=15)

    with minutes_later(60):
        confirm_holds(owners=["basket-line:1"], document="A1")
        confirm_holds(owners=["basket-line:1"], document="A1")
        with pytest.raises(StartNotFree):
            hold(salon, at(10), "basket-line:2")

    assert (state(held), held.document) == ("confirmed", "A1")
    assert held.steps.count() == 1


def test_a_late_payment_loses_if_somebody_took_the_time(salon):
    [held] = hold(salon, at(10), minutes=15)
    with minutes_later(15):
        hold(salon, at(10), "basket-line:2")
        with pytest.raises(HoldGone):
            confirm_holds(owners=["basket-line:1"])
    assert state(held) == "expired"


def test_a_hold_is_extended_up_to_its_last_moment(salon):
    hold(salon, at(10), minutes=15, max_minutes=45)

    with minutes_later(10):
        assert extend_holds(owners=["basket-line:1"], minutes=15) == TODAY + timedelta(minutes=25)
    with minutes_later(40):
        assert extend_holds(owners=["basket-line:1"], minutes=15) == TODAY + timedelta(minutes=45)
    assert Allocation.objects.get().held_until == TODAY + timedelta(minutes=45)


def test_a_released_hold_is_free_at_once_and_a_confirmed_one_stays(salon):
    hold(salon, at(10))
    hold(salon, at(13), "basket-line:2")
    confirm_holds(owners=["basket-line:2"])

    assert release_holds(owners=["basket-line:1", "basket-line:2"]) == 1

    starts = free_starts(salon.visit(salon.cut), TUESDAY)
    assert (at(10) in starts, at(13) in starts) == (True, False)


def test_one_basket_holds_four_visits_at_most(salon):
    for hour in (9, 10, 11, 13):
        hold(salon, at(hour))
    with pytest.raises(TooManyHolds):
        hold(salon, at(14))
    hold(salon, at(14), "basket-line:2")


def test_a_booking_moves_to_a_time_that_overlaps_its_own(salon):
    salon.cut = salon.service(minutes=60, step=15)
    [booking] = book_visit(visit=salon.visit(salon.cut), start=at(10), terms=Terms())

    [moved] = move_visit(visit=booking.visit, start=at(10, 15), sequence=0)

    assert (moved.starts_at, moved.sequence, moved.wall_start) == (at(10, 15), 1, "2027-03-02T10:15+01:00")
    assert moved.allocations.get().during.lower == at(10, 15)
    assert moved.steps.get(change="moved").facts["was"] == "2027-03-02T10:00+01:00"


def test_a_move_to_a_taken_time_leaves_everything_as_it_was(salon):
    visit = salon.visit(salon.cut)
    [mine], [_other] = (book_visit(visit=visit, start=at(hour), terms=Terms()) for hour in (9, 10))

    with pytest.raises(StartNotFree):
        move_visit(visit=mine.visit, start=at(10))

    mine.refresh_from_db()
    assert (mine.starts_at, mine.sequence) == (at(9), 0)
    assert mine.allocations.get().during.lower == at(9)


def test_a_move_of_a_booking_that_was_changed_meanwhile_is_refused(salon):
    [booking] = book_visit(visit=salon.visit(salon.cut), start=at(9), terms=Terms())
    move_visit(visit=booking.visit, start=at(10), sequence=0)

    with pytest.raises(BookingMoved):
        move_visit(visit=booking.visit, start=at(11), sequence=0)


def test_customers_cancel_and_move_up_to_the_second_of_the_policy(salon):
    Policy.objects.update(cancel_minutes=24 * 60, move_minutes=60, most_moves=1)
    [booking] = book_visit(visit=salon.visit(salon.cut), start=at(17), terms=Terms())
    Policy.objects.update(cancel_minutes=0)  # what was agreed stays

    last = at(17) - timedelta(hours=24)
    with clock.moved_to(last + timedelta(seconds=1)), pytest.raises(TooLate):
        cancel_visit(visit=booking.visit, by_customer=True)
    move_visit(visit=booking.visit, start=at(16), by_customer=True)
    with pytest.raises(TooLate):
        move_visit(visit=booking.visit, start=at(17), by_customer=True)
    move_visit(visit=booking.visit, start=at(17))
    with clock.moved_to(last):
        cancel_visit(visit=booking.visit, by_customer=True)

    assert state(booking) == "cancelled"
    assert at(17) in free_starts(salon.visit(salon.cut), TUESDAY)
    assert booking.allocations.get().is_active is False


def test_who_came_cannot_be_cancelled_and_who_did_not_is_written_down(salon):
    [first], [second] = (
        book_visit(visit=salon.visit(salon.cut), start=at(hour), terms=Terms()) for hour in (9, 10)
    )
    with today(at(10)):
        mark_visit(visit=first.visit, state="arrived")
        mark_visit(visit=second.visit, state="missed")

        with pytest.raises(NotPossible):
            cancel_visit(visit=first.visit)
        with pytest.raises(NotPossible):
            mark_visit(visit=second.visit, state="done")
        mark_visit(visit=first.visit, state="done")
    assert (state(first), state(second)) == ("done", "missed")


def test_a_mark_is_taken_back_and_the_story_says_so(salon):
    [booking] = book_visit(visit=salon.visit(salon.cut), start=at(9), terms=Terms())
    with today(at(9)):
        for mark in ("arrived", "done"):
            mark_visit(visit=booking.visit, state=mark)

    assert [one.state for one in unmark_visit(visit=booking.visit)] == ["arrived"]
    assert [one.state for one in unmark_visit(visit=booking.visit)] == ["confirmed"]
    with pytest.raises(NotPossible):
        unmark_visit(visit=booking.visit)
    with today(at(9)):
        mark_visit(visit=booking.visit, state="missed")
    assert [one.state for one in unmark_visit(visit=booking.visit)] == ["confirmed"]

    told = [
        (step.change, step.facts.get("was_state"))
        for step in booking.steps.all()
        if step.change == "unmarked"
    ]
    assert told == [("unmarked", "done"), ("unmarked", "arrived"), ("unmarked", "missed")]
    cancel_visit(visit=booking.visit)
    assert at(9) in free_starts(salon.visit(salon.cut), TUESDAY)


def test_the_database_refuses_what_the_services_would_not_write(salon):
    [booking] = book_visit(visit=salon.visit(salon.cut), start=at(10), terms=Terms())
    row = booking.allocations.get()
    too_long = at(12, day=TUESDAY + 2 * DAY)
    for begins, ends in (
        (at(10, 30), at(11, 30)),
        (at(12), at(12)),
        (at(12, 1), at(12, 30)),
        (at(12), too_long),
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO booking_allocation (booking_id, resource_id, role, during, is_active, is_exclusive, reason)"
                " VALUES (%s, %s, 'x', tstzrange(%s, %s), true, false, '')",
                [booking.pk, row.resource_id, begins, ends],
            )


@pytest.mark.parametrize(
    "segments", [[("active", 0)], [("active", 7)], [("after", 5)], [("after", 5), ("active", 5)]]
)
def test_a_service_that_cannot_be_is_refused(salon, segments):
    with pytest.raises(InvalidValue):
        salon.service("odd", segments=segments)
    assert not Booking.objects.exists()


def test_starts_that_cannot_be_are_refused(salon):
    for start in (at(10, 7), at(6), TODAY - timedelta(hours=1), TODAY + timedelta(days=4000)):
        with pytest.raises(StartNotFree):
            hold(salon, start)
    with pytest.raises(InvalidValue):
        hold(salon, at(10).replace(tzinfo=None))
    long = salon.service("long", 20 * 60)
    with pytest.raises(VisitTooLong):
        hold_visit(visit=salon.visit(long, long), start=at(10), terms=Terms())
    assert not Booking.objects.exists()


def test_rules_that_change_meanwhile_do_not_touch_what_is_held(salon):
    [held] = hold(salon, at(10))
    salon.service("cut", 90)
    salon.staff["anna"].weekly_hours.all().delete()

    confirm_holds(owners=["basket-line:1"])

    assert (held.ends_at, state(held)) == (at(11), "confirmed")


def test_the_work_is_shared_and_the_reason_is_kept(salon):
    salon.person("bela")
    salon.cut.skilled.set(salon.staff.values())
    for hour in (9, 10, 11, 13):
        book_visit(visit=salon.visit(salon.cut), start=at(hour), terms=Terms())

    rows = Allocation.objects.values_list("resource__code", "reason")

    assert sorted(rows) == [("anna", "least_booked")] * 2 + [("bela", "least_booked")] * 2
