"""Which starts are offered: hours, breaks, buffers, several people and things, and why one is not."""

import pytest

from comptoir.testing.once import built_once
from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.queries import free_starts, next_starts, open_days, people_by_start, why_not
from comptoir_booking.refusals import StartNotFree
from comptoir_booking.services import close, save_resource
from comptoir_booking.tests.salon import TUESDAY, Salon, at, on_the_wall, today
from comptoir_booking.wall_time import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@built_once
def salon(shop):
    with today():
        return Salon(shop)


def book(visit, start, **terms):
    return book_visit(visit=visit, start=start, terms=Terms(**terms))


def test_starts_are_offered_where_the_whole_service_fits_before_the_break_and_closing(salon):
    salon.person("anna")
    cut = salon.service(minutes=60, step=30)

    starts = on_the_wall(free_starts(salon.visit(cut), TUESDAY))

    assert starts == [
        "09:00", "09:30", "10:00", "10:30", "11:00", "13:00", "13:30", "14:00", "14:30", "15:00",
        "15:30", "16:00", "16:30", "17:00",
    ]  # fmt: skip


def test_what_is_booked_is_not_offered_and_somebody_else_is(salon):
    anna, bela = salon.person("anna"), salon.person("bela")
    cut = salon.service(minutes=60, step=60)
    book(salon.visit(cut, person=anna), at(10))

    assert "10:00" not in on_the_wall(free_starts(salon.visit(cut, person=anna), TUESDAY))
    assert "10:00" in on_the_wall(free_starts(salon.visit(cut, person=bela), TUESDAY))
    assert dict(people_by_start(salon.visit(cut), TUESDAY))[at(10)] == ["bela"]


def test_a_second_customer_fits_exactly_into_the_time_a_colour_works(salon):
    """Forty minutes of work, thirty of waiting, thirty-five of work: the chair stays taken, the stylist does not."""
    salon.person("anna")
    for code in ("left", "right"):
        salon.chair(code)
    colour = salon.service(
        "colour",
        segments=[("active", 40), ("processing", 30), ("active", 35), ("after", 5)],
        needs={"stylist": {"kind": "staff", "segments": [0, 2]}, "chair": {"kind": "equipment"}},
        step=5,
    )
    fits = salon.service(
        "fringe", 30, needs={"stylist": {"kind": "staff"}, "chair": {"kind": "equipment"}}, step=5
    )
    too_long = salon.service("trim", 35, step=5)
    book(salon.visit(colour), at(9))

    assert on_the_wall(free_starts(salon.visit(fits), TUESDAY))[:2] == ["09:40", "10:45"]
    assert on_the_wall(free_starts(salon.visit(too_long), TUESDAY))[0] == "10:45"
    book(salon.visit(fits), at(9, 40))
    with pytest.raises(StartNotFree):
        book(salon.visit(fits), at(9, 40))


def test_buffers_of_two_bookings_add_up(salon):
    salon.person("anna")
    massage = salon.service(segments=[("before", 10), ("active", 40), ("after", 10)], step=10)
    book(salon.visit(massage), at(10))

    starts = on_the_wall(free_starts(salon.visit(massage), TUESDAY))

    assert starts[:3] == ["11:00", "11:10", "13:10"]  # taken from 9:50 to 10:50; closed at 12
    assert starts[-1] == "17:10"


def test_a_visit_of_two_services_has_to_fit_before_the_break_with_the_same_person(salon):
    anna, bela = salon.person("anna"), salon.person("bela")
    cut, colour = salon.service("cut", 60, step=60), salon.service("colour", 90, skilled=[anna])

    same = on_the_wall(free_starts(salon.visit(cut, colour, people="same"), TUESDAY))
    book(salon.visit(cut, person=anna), at(9))

    assert same == ["09:00", "13:00", "14:00", "15:00"]
    assert on_the_wall(free_starts(salon.visit(cut, colour, people="same"), TUESDAY)) == [
        "13:00",
        "14:00",
        "15:00",
    ]
    assert on_the_wall(free_starts(salon.visit(cut, colour), TUESDAY))[0] == "09:00"
    bookings = book(salon.visit(cut, colour, people="different"), at(9))
    assert [one.allocations.get().resource for one in bookings] == [bela, anna]
    assert [(one.starts_at, one.ends_at) for one in bookings] == [(at(9), at(10)), (at(10), at(11, 30))]


def test_two_who_are_needed_at_once_are_two_people(salon):
    anna = salon.person("anna")
    advice = salon.service("advice", needs={"first": {"kind": "staff"}, "second": {"kind": "staff"}})

    assert free_starts(salon.visit(advice), TUESDAY) == []
    bela = salon.person("bela")
    advice.skilled.set([anna, bela])
    [booking] = book(salon.visit(advice), free_starts(salon.visit(advice), TUESDAY)[0])
    assert set(booking.allocations.values_list("resource", flat=True)) == {anna.pk, bela.pk}


def test_a_pool_gives_as_many_as_it_has(salon):
    save_resource(code="bikes", location=salon.place, kind="pool", hours="always", capacity=2)
    salon.person("anna")
    ride = salon.service("ride", 60, needs={"bike": {"kind": "pool"}}, step=30)
    for _ in range(2):
        book(salon.visit(ride), at(10))

    starts = on_the_wall(free_starts(salon.visit(ride), TUESDAY))
    assert "09:00" in starts and "11:00" in starts
    assert not {"09:30", "10:00", "10:30"} & set(starts)
    with pytest.raises(StartNotFree):
        book(salon.visit(ride), at(10, 30))


def test_days_are_open_few_full_or_closed(salon):
    salon.person("anna")
    cut = salon.service(minutes=60, step=60)
    visit = salon.visit(cut)
    for hour in (9, 10, 11, 13, 14, 15, 16):
        book(visit, at(hour))
    for hour in (9, 10, 11, 13, 14, 15, 16, 17):
        book(visit, at(hour, day=TUESDAY + DAY))
    close(owner=salon.staff["anna"], first_day=TUESDAY + 2 * DAY)

    days = open_days(visit, TUESDAY - DAY, 5)

    assert [(one.state, one.starts) for one in days] == [
        ("closed", 0), ("few", 1), ("full", 0), ("closed", 0), ("open", 8),
    ]  # fmt: skip
    assert days[1].first == at(17)
    assert next_starts(visit, TUESDAY, limit=2) == [at(17), at(9, day=TUESDAY + 3 * DAY)]


def test_a_closed_half_day_keeps_its_bookings_and_offers_no_more(salon):
    salon.person("anna")
    cut = salon.service(minutes=60, step=60)
    [booking] = book(salon.visit(cut), at(14))

    close(owner=salon.place, first_day=TUESDAY, starts="13:00", ends="23:00")

    booking.refresh_from_db()
    assert booking.state == "confirmed"
    assert on_the_wall(free_starts(salon.visit(cut), TUESDAY)) == ["09:00", "10:00", "11:00"]


def test_staff_put_hours_aside_and_never_a_booking(salon):
    salon.person("anna")
    cut = salon.service(minutes=60)
    aside = frozenset({"hours", "notice", "steps"})
    book(salon.visit(cut), at(20, 5), overrides=aside)

    with pytest.raises(StartNotFree):
        book(salon.visit(cut), at(20, 35), overrides=aside)
    with pytest.raises(StartNotFree):
        book(salon.visit(cut), at(21, 5))


def test_an_answer_says_why_a_start_is_not_offered(salon):
    anna = salon.person("anna")
    salon.person("bela", weekly=[(2, "09:00", "18:00")])
    cut = salon.service(minutes=60)
    book(salon.visit(cut, person=anna), at(10))

    said = why_not(salon.visit(cut), at(10, 5))

    assert said["is_free"] is False
    assert said["rules"] == ["off_step"]
    assert said["roles"] == [
        {
            "service": "CUT",
            "role": "stylist",
            "nobody": False,
            "candidates": [
                {"resource": "anna", "state": "busy", "minutes": 60},
                {"resource": "bela", "state": "closed", "minutes": 60},
            ],
        }
    ]
    assert why_not(salon.visit(cut), at(9, day=TUESDAY - DAY))["rules"] == []
    assert why_not(salon.visit(cut), at(7, day=TUESDAY - DAY))["rules"] == ["past"]
    assert why_not(salon.visit(cut), at(11))["is_free"] is True


def test_who_comes_too_late_gets_the_three_nearest_starts(salon):
    salon.person("anna")
    cut = salon.service(minutes=60, step=60)
    book(salon.visit(cut), at(10))

    with pytest.raises(StartNotFree) as refused:
        hold_visit(visit=salon.visit(cut), start=at(10), terms=Terms())

    assert refused.value.alternatives == [
        "2027-03-02T09:00+01:00", "2027-03-02T11:00+01:00", "2027-03-02T13:00+01:00",
    ]  # fmt: skip


def test_three_statements_whatever_the_days_and_the_people(salon, django_assert_num_queries):
    for number in range(12):
        salon.person(f"person-{number}")
    cut = salon.service()
    for number in range(12):
        book(salon.visit(cut, person=salon.staff[f"person-{number}"]), at(10))

    with django_assert_num_queries(3):
        open_days(salon.visit(cut), TUESDAY, 60)
