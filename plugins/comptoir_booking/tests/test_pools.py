"""Pools of equal things: taken as deep as they are, compared with a count minute by minute."""

import random
from datetime import timedelta

import pytest

from comptoir.base.errors import InvalidValue
from comptoir.testing.once import built_once
from comptoir_booking.claims import Terms, hold_visit
from comptoir_booking.models import Allocation, Booking
from comptoir_booking.queries import MOST_DAYS, free_starts, open_days
from comptoir_booking.refusals import StartNotFree
from comptoir_booking.services import close, save_resource
from comptoir_booking.tests.salon import EVERY_DAY, TUESDAY, Salon, at, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

CAPACITY = 4


@built_once
def salon(shop):
    with today():
        return Salon(shop)


@pytest.fixture
def rides(salon):
    """Bicycles for 30, 60 and 90 minutes."""
    save_resource(
        code="bikes", location=salon.place, kind="pool", capacity=CAPACITY,
        weekly=[(day, "09:00", "18:00") for day in EVERY_DAY],
    )  # fmt: skip
    needs = {"bike": {"kind": "pool"}}
    return {n: salon.visit(salon.service(f"ride-{n}", n, needs=needs)) for n in (30, 60, 90)}


def is_full_by_counting(start, minutes):
    """Whether somewhere in these minutes all of them are taken: looked at one minute after the other."""
    spans = [one.during for one in Allocation.objects.filter(is_active=True)]
    moments = [start + timedelta(minutes=n) for n in range(minutes)]
    return any(sum(span.lower <= one < span.upper for span in spans) >= CAPACITY for one in moments)


@pytest.mark.parametrize("seed", range(3))
def test_a_pool_takes_what_a_count_by_minutes_lets_it_take_and_nothing_else(rides, seed):
    drawn = random.Random(seed)
    answers = []
    for _ in range(40):
        minutes, start = drawn.choice(list(rides)), at(9 + drawn.randrange(3), 15 * drawn.randrange(4))
        is_full = is_full_by_counting(start, minutes)
        assert (start in free_starts(rides[minutes], TUESDAY)) is not is_full
        try:
            hold_visit(visit=rides[minutes], start=start, terms=Terms())
            answers.append(is_full is False)
        except StartNotFree:
            answers.append(is_full is True)

    assert all(answers)
    assert len(answers) > Booking.objects.count() > CAPACITY


def test_what_fits_beside_each_other_is_not_refused_for_the_place_it_stands_in(rides):
    """Two lanes would refuse the last one: three bicycles are taken until ten, two others from ten."""
    for start, minutes in ((at(9), 60), (at(9), 60), (at(9), 60), (at(10), 60), (at(10), 60)):
        hold_visit(visit=rides[minutes], start=start, terms=Terms())

    assert hold_visit(visit=rides[90], start=at(9, 15), terms=Terms())
    with pytest.raises(StartNotFree):
        hold_visit(visit=rides[30], start=at(9, 30), terms=Terms())


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [0, -30, 7, 24 * 60 + 5])
def test_a_service_that_takes_no_time_or_too_much_is_refused(salon, minutes):
    salon.person("anna")

    with pytest.raises(InvalidValue) as refused:
        salon.service("nothing", minutes)

    assert refused.value.field == "segments"


def test_days_that_end_before_they_begin_and_ten_thousand_of_them_are_refused(salon):
    anna = salon.person("anna")
    visit = salon.visit(salon.service())

    with pytest.raises(InvalidValue) as refused:
        close(owner=anna, first_day=TUESDAY, last_day=TUESDAY - timedelta(days=1))
    assert refused.value.field == "last_day"
    for days in (0, -1, MOST_DAYS + 1, 10_000):
        with pytest.raises(InvalidValue) as refused:
            open_days(visit, TUESDAY, days)
        assert refused.value.field == "days"
