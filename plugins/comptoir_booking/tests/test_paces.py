"""One takes longer than another: what is offered, kept and shown is the time of who does it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comptoir.testing.once import built_once
from comptoir_booking.changes import move_visit
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.engine import assign, fitting_begins
from comptoir_booking.layout import Layout, Need
from comptoir_booking.models import Booking
from comptoir_booking.paces import paced
from comptoir_booking.queries import free_starts, people_by_start, why_not
from comptoir_booking.refusals import StartNotFree
from comptoir_booking.services import set_pace
from comptoir_booking.tests.salon import TUESDAY, Salon, at, on_the_wall, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

#: One stretch of work, 9 to 12.
MORNING = [(1, "09:00", "12:00")]


@built_once
def salon(shop):
    with today():
        salon = Salon(shop)
        salon.person("anna", weekly=MORNING)
        salon.person("bela", weekly=MORNING)
        return salon


@pytest.fixture
def cut(salon):
    """An hour, of which Bela makes an hour and a half."""
    service = salon.service(minutes=60, step=30)
    set_pace(service=service, person=salon.staff["bela"], percent=150)
    return service


def minutes_of(booking):
    return (booking.ends_at - booking.starts_at) // timedelta(minutes=1)


@pytest.mark.parametrize(
    ("parts", "minutes", "percent", "expected"),
    [
        ([("active", 40), ("processing", 30), ("active", 20)], None, 125, [50, 30, 25]),
        ([("before", 10), ("active", 45), ("after", 5)], None, 150, [10, 70, 5]),
        ([("active", 45)], 60, None, [60]),
        ([("active", 40), ("active", 20)], 30, None, [20, 10]),
        ([("active", 5), ("active", 5), ("active", 50)], None, 25, [5, 5, 5]),
    ],
)
def test_only_being_served_takes_another_time_in_steps_of_five_minutes(parts, minutes, percent, expected):
    rows = tuple((kind, length, number) for number, (kind, length) in enumerate(parts))
    assert [length for _kind, length, _number in paced(rows, minutes, percent)] == expected


def test_each_is_offered_as_long_as_they_take(salon, cut):
    anna, bela = salon.staff["anna"], salon.staff["bela"]
    assert on_the_wall(free_starts(salon.visit(cut, person=anna), TUESDAY)) == [
        "09:00", "09:30", "10:00", "10:30", "11:00",
    ]  # fmt: skip
    assert on_the_wall(free_starts(salon.visit(cut, person=bela), TUESDAY)) == [
        "09:00",
        "09:30",
        "10:00",
        "10:30",
    ]
    shown = people_by_start(salon.visit(cut), TUESDAY)
    assert [(f"{start:%H:%M}", who) for start, who in shown][-2:] == [
        ("10:30", ["anna", "bela"]), ("11:00", ["anna"]),
    ]  # fmt: skip


def test_the_end_is_that_of_who_does_it_and_their_time_is_taken(salon, cut):
    bela = salon.staff["bela"]
    [booked] = book_visit(visit=salon.visit(cut, person=bela), start=at(9), terms=Terms())
    assert minutes_of(booked) == 90
    assert booked.allocations.get().during.upper == at(10, 30)
    assert on_the_wall(free_starts(salon.visit(cut, person=bela), TUESDAY)) == ["10:30"]

    [second] = book_visit(visit=salon.visit(cut), start=at(11), terms=Terms())
    assert (minutes_of(second), second.allocations.get().resource.code) == (60, "anna")
    with pytest.raises(StartNotFree):
        book_visit(visit=salon.visit(cut), start=at(11), terms=Terms())


def test_who_does_it_keeps_their_time_when_it_is_moved(salon, cut):
    bela = salon.staff["bela"]
    [booked] = book_visit(visit=salon.visit(cut, person=bela), start=at(9), terms=Terms())
    [moved] = move_visit(visit=booked.visit, start=at(10, 30))
    assert (moved.starts_at, moved.ends_at) == (at(10, 30), at(12))
    with pytest.raises(StartNotFree):
        move_visit(visit=booked.visit, start=at(11))
    [with_anna] = move_visit(visit=booked.visit, start=at(11), person_id=salon.staff["anna"].pk)
    assert with_anna.ends_at == at(12)


def test_what_follows_begins_when_the_one_before_is_done(salon, cut):
    dry = salon.service("dry", minutes=30, step=30)
    bela = salon.staff["bela"]
    first, second = book_visit(visit=salon.visit(cut, dry, person=bela), start=at(9), terms=Terms())
    assert (first.ends_at, second.starts_at, second.ends_at) == (at(10, 30), at(10, 30), at(11))
    assert on_the_wall(free_starts(salon.visit(cut, dry, people="same"), TUESDAY)) == [
        "09:00", "09:30", "10:00", "10:30",
    ]  # fmt: skip


def test_explaining_says_how_long_each_takes(salon, cut):
    said = why_not(salon.visit(cut), at(11))
    assert said["is_free"]
    assert said["roles"][0]["candidates"] == [
        {"resource": "anna", "state": "free", "minutes": 60},
        {"resource": "bela", "state": "closed", "minutes": 90},
    ]


@pytest.mark.parametrize(
    "wrong", [{}, {"minutes": 60, "percent": 150}, {"minutes": 42}, {"minutes": 0}, {"percent": 10}, {"percent": 9000}]
)  # fmt: skip
def test_a_time_that_makes_no_sense_is_refused(salon, cut, wrong):
    before = list(cut.paces.values_list("minutes", "percent"))
    with pytest.raises(ValidationError):
        set_pace(service=cut, person=salon.staff["bela"], **wrong)
    assert list(cut.paces.values_list("minutes", "percent")) == before


def test_two_friends_at_once_are_done_by_two(salon, cut):
    visit = salon.visit(cut, together=[[cut]])
    assert on_the_wall(free_starts(visit, TUESDAY)) == ["09:00", "09:30", "10:00", "10:30"]
    booked = book_visit(visit=visit, start=at(9), terms=Terms())
    people = {one.allocations.get().resource.code: minutes_of(one) for one in booked}
    assert people == {"anna": 60, "bela": 90}
    assert {one.starts_at for one in booked} == {at(9)}
    assert len({one.visit for one in booked}) == 1
    with pytest.raises(StartNotFree):
        book_visit(visit=visit, start=at(10), terms=Terms())
    assert Booking.objects.count() == 2


def test_side_by_side_all_start_at_once_whatever_has_to_be_got_ready(salon):
    colour = salon.service("colour", segments=[("before", 15), ("active", 30), ("after", 10)])
    nails = salon.service("nails", minutes=60)
    first, second = book_visit(visit=salon.visit(colour, together=[[nails]]), start=at(9, 15), terms=Terms())
    assert (first.starts_at, second.starts_at) == (at(9, 15), at(9, 15))
    spans = {one.during.lower: one.during.upper for row in (first, second) for one in row.allocations.all()}
    assert spans == {at(9): at(9, 55), at(9, 15): at(10, 15)}
    assert at(9) not in free_starts(salon.visit(colour, together=[[nails]]), TUESDAY)


def test_side_by_side_stays_side_by_side_when_it_is_moved(salon):
    cut, dry, nails = (salon.service(name, minutes=30, step=30) for name in ("cut", "dry", "nails"))
    visit = salon.visit(cut, dry, together=[[nails]], people="same")
    booked = book_visit(visit=visit, start=at(9), terms=Terms())
    moved = move_visit(visit=booked[0].visit, start=at(11))
    assert sorted((one.service_id, one.starts_at) for one in moved) == [
        (cut.pk, at(11)), (dry.pk, at(11, 30)), (nails.pk, at(11)),
    ]  # fmt: skip
    with pytest.raises(StartNotFree):
        move_visit(visit=booked[0].visit, start=at(11, 30))


NEEDS = st.lists(
    st.tuples(st.sets(st.integers(1, 4), min_size=1), st.integers(0, 3), st.integers(1, 3), st.booleans()),
    min_size=2,
    max_size=4,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault
@given(needs=NEEDS, free=st.lists(st.integers(0, 2**12 - 1), min_size=4, max_size=4))
def test_where_several_fit_is_counted_as_it_is_when_each_begin_is_tried(needs, free):
    made = [
        Need(((number, "who", (begin, begin + steps)),), tuple(sorted(people)), apart=apart)
        for number, (people, begin, steps, apart) in enumerate(needs)
    ]
    layout = Layout(tuple(made), (), 0, 6, 15, 0, 400)
    levels = {pk: (mask,) for pk, mask in enumerate(free, 1)}
    tried = sum(1 << begin for begin in range(12) if assign(made, levels, begin))
    assert fitting_begins(layout, levels) == tried


def test_one_person_cannot_be_in_two_places(salon, cut):
    anna = salon.staff["anna"]
    assert free_starts(salon.visit(cut, person=anna, together=[[cut]]), TUESDAY) == []
    with pytest.raises(StartNotFree) as refused:
        book_visit(visit=salon.visit(cut, person=anna, together=[[cut]]), start=at(9), terms=Terms())
    assert refused.value.facts["alternatives"] == []


def test_explaining_two_at_once_names_the_one_that_both_want(salon):
    cut = salon.service("cut", minutes=60, skilled=[salon.staff["anna"]])
    said = why_not(salon.visit(cut, together=[[cut]]), at(9))
    assert (said["is_free"], said["rules"]) == (False, ["same_one_twice"])
