"""Promises against cases worked out by hand (``promise_cases.txt``), over clock changes, holidays and cut-offs."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.fulfilment.promises import (
    NeverOpen,
    Place,
    Transit,
    Work,
    open_times,
    promise_collection,
    promise_delivery,
    promise_transfer,
)
from comptoir.fulfilment.public_holidays import easter, public_holidays, region_of

PARIS, REUNION = "Europe/Paris", "Indian/Reunion"
WEEK, WORKDAYS, EVERY_DAY = range(6), range(5), range(7)


def hours(days, *stretches):
    """``hours(range(5), "09:00-12:00")``"""
    walls = [tuple(time.fromisoformat(wall) for wall in stretch.split("-")) for stretch in stretches]
    return tuple((day, opens, closes) for day in days for opens, closes in walls)


NANTES = Place(PARIS, hours(WEEK, "10:00-19:00"), region="FR")
DEPOT, DEPOT_WORK = Place(PARIS, hours(WORKDAYS, "08:00-18:00"), region="FR"), Work(120, time(14))
AUGUST = frozenset(date(2026, 8, day) for day in range(10, 15))

COLLECTIONS = {
    "N": (NANTES, Work(60)),
    "L": (Place(PARIS, hours(range(1, 6), "09:00-12:30", "14:00-18:30"), region="FR"), Work(60)),
    "C": (NANTES, Work(60, time(16))),
    "R": (Place(REUNION, hours(WEEK, "09:00-18:00"), region="RE"), Work(30)),
    "Y": (Place(PARIS, hours(EVERY_DAY, "00:30-05:00"), region="FR", opens_on_holidays=True), Work(30)),
    "W": (Place(PARIS, NANTES.hours, AUGUST, region="FR"), Work(60)),
    "B": (Place(PARIS, hours(EVERY_DAY, "08:00-20:00"), region="FR", opens_on_holidays=True), Work(15)),
    "A": (Place(PARIS, NANTES.hours, region="FR-6AE"), Work(60)),
}
DELIVERIES = {
    "D": (DEPOT, DEPOT_WORK, Transit(1, 2, pickup=time(17)), "FR"),
    "P": (NANTES, Work(60), Transit(1, 1, pickup=time(17)), "FR"),
    "S": (DEPOT, Work(0, time(12)), Transit(1, 1, frozenset(WEEK)), "FR"),
    "E": (NANTES, Work(60, time(13)), Transit(0, 0, frozenset(WEEK), time(16)), "FR"),
    "O": (DEPOT, DEPOT_WORK, Transit(3, 5, pickup=time(17)), "RE"),
    "G": (Place(REUNION, hours(WORKDAYS, "08:00-17:00"), region="RE"), Work(60), Transit(2, 3), "RE"),
}

TABLE = Path(__file__).with_name("promise_cases.txt").read_text("utf-8").splitlines()
CASES = [tuple(cell.strip() for cell in row.split("|")) for row in TABLE if row and not row.startswith("#")]


def moment(text, place):
    """A time on the wall of a place, or with its offset."""
    said = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return said if said.tzinfo else said.replace(tzinfo=place.tz)


@pytest.mark.parametrize(("who", "placed", "promised"), CASES, ids=[" ".join(case[:2]) for case in CASES])
def test_a_promise_is_as_worked_out_by_hand(who, placed, promised):
    if who in DELIVERIES:
        place, work, transit, region = DELIVERIES[who]
        promise = promise_delivery(place, moment(placed, place), work, transit, region=region)
        assert f"{promise.from_on}..{promise.until_on}" == promised
        return
    if who == "T":
        promise = promise_transfer(DEPOT, moment(placed, DEPOT), DEPOT_WORK, Transit(1, 2), NANTES, Work(60))
        place = NANTES
    else:
        place, work = COLLECTIONS[who]
        promise = promise_collection(place, moment(placed, place), work)
    assert promise.from_at.astimezone(UTC) == moment(promised, place).astimezone(UTC)
    assert promise.from_on == promise.until_on == promise.from_at.astimezone(place.tz).date()


def test_there_are_two_hundred_cases():
    assert len(CASES) >= 200
    assert len({case[:2] for case in CASES}) == len(CASES)


def test_a_shop_without_hours_promises_nothing():
    with pytest.raises(NeverOpen):
        promise_collection(Place(PARIS, ()), datetime(2026, 3, 3, 9, tzinfo=UTC), Work(60))
    with pytest.raises(NeverOpen):
        promise_delivery(
            DEPOT, datetime(2026, 3, 3, 9, tzinfo=UTC), DEPOT_WORK, Transit(weekdays=frozenset()), region="FR"
        )


def test_a_stretch_over_the_night_of_the_clock_change_is_an_hour_shorter_or_longer():
    night, _work = COLLECTIONS["Y"]

    def lasts(day):
        ((opens, closes),) = night.stretches_on(day)
        return closes - opens

    assert lasts(date(2026, 3, 28)) == timedelta(hours=4, minutes=30)
    assert lasts(date(2026, 3, 29)) == timedelta(hours=3, minutes=30)
    assert lasts(date(2026, 10, 25)) == timedelta(hours=5, minutes=30)


def test_the_public_holidays_are_those_of_the_law():
    assert easter(2026) == date(2026, 4, 5)
    assert easter(2027) == date(2027, 3, 28)
    assert sorted(public_holidays("FR", 2026)) == [
        date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25),
        date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11), date(2026, 12, 25),
    ]  # fmt: skip
    assert public_holidays("RE", 2026) - public_holidays("FR", 2026) == {date(2026, 12, 20)}
    assert public_holidays("DE", 2026) == frozenset()


@pytest.mark.parametrize(
    ("country", "postcode", "region"),
    [
        ("FR", "44000", "FR"),
        ("FR", "97400", "RE"),
        ("RE", "97400", "RE"),
        ("FR", "67000", "FR-6AE"),
        ("BE", "1000", "BE"),
    ],
)
def test_the_region_of_an_address_follows_from_country_and_postcode(country, postcode, region):
    assert region_of(country, postcode) == region


@given(
    st.sampled_from(sorted(COLLECTIONS)),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.integers(0, 3000),
)
def test_who_comes_later_is_never_promised_earlier_and_the_shop_is_always_open(who, placed, seconds):
    place, work = COLLECTIONS[who]
    first = promise_collection(place, placed, work).from_at
    assert first <= promise_collection(place, placed + timedelta(seconds=seconds), work).from_at
    assert first >= placed + timedelta(minutes=work.minutes)
    assert next(open_times(place, first))[0] == first
