"""The time on the wall: clocks that are put forward and back, half-hour zones, nights, public holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.hours import Window
from comptoir_booking.masks import bits, depths, disjoint_union, runs, union
from comptoir_booking.models import HoursException
from comptoir_booking.queries import free_starts, open_days
from comptoir_booking.services import close, close_on_public_holidays
from comptoir_booking.tests.salon import EVERY_DAY, PARIS, Salon, at, on_the_wall, today
from comptoir_booking.wall_time import DAY, local_instants

SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


def wall(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute)


def utc(day, hour, minute=0):
    return wall(day, hour, minute).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "instants"),
    [
        ((2, 30), (3, 15), ((1, 0), (1, 15))),
        ((2, 0), (3, 0), None),
        ((2, 10), (2, 50), None),
        ((0, 0), (6, 0), ((-1, 0), (4, 0))),
        ((1, 30), (2, 30), ((0, 30), (1, 0))),
    ],
)
def test_hours_in_the_gap_of_spring(begin, end, instants):
    """At 2:00 the clocks show 3:00."""
    found = local_instants(wall(SPRING, *begin), wall(SPRING, *end), PARIS)

    midnight = utc(SPRING, 0)
    expected = instants and tuple(midnight + timedelta(hours=h, minutes=m) for h, m in instants)
    assert found == expected


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [((0, 0), (6, 0), 7), ((2, 0), (3, 0), 2), ((2, 30), (2, 45), 1.25), ((1, 0), (2, 0), 2)],
)
def test_hours_that_come_twice_in_autumn_start_at_the_first_and_end_at_the_second(begin, end, hours):
    """From 1:00 to 2:00 ends at 2:00, which comes twice too."""
    begins, ends = local_instants(wall(AUTUMN, *begin), wall(AUTUMN, *end), PARIS)

    assert ends - begins == timedelta(hours=hours)


def test_a_date_that_a_country_skipped_has_no_hours():
    """Samoa went from 29 to 31 December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    skipped = date(2011, 12, 30)

    assert local_instants(wall(skipped, 9), wall(skipped, 18), apia) is None
    assert Window(skipped, 1, "Pacific/Apia").day_ticks(skipped) == (288, 288)


@pytest.mark.parametrize(
    ("zone", "day", "lengths"),
    [
        ("Europe/Paris", SPRING, 23),
        ("Europe/Paris", AUTUMN, 25),
        ("Australia/Lord_Howe", date(2027, 4, 4), 24.5),
        ("Asia/Kolkata", SPRING, 24),
        ("Asia/Kathmandu", SPRING, 24),
    ],
)
def test_steps_follow_the_wall_on_each_side_of_a_change(zone, day, lengths):
    window = Window(day, 1, zone)
    begin, end = window.day_ticks(day)

    moments = [
        datetime.fromtimestamp((window.since + step) * 300, UTC).astimezone(ZoneInfo(zone))
        for step in bits(window.starts_every(60))
        if begin <= step < end
    ]

    assert (end - begin) / 12 == lengths
    assert {one.minute for one in moments} == {0}
    assert len(moments) == len({one.astimezone(UTC) for one in moments}) == int(lengths)


stretches = st.lists(st.tuples(st.integers(-5, 70), st.integers(1, 20)), max_size=8)


@given(stretches, st.integers(1, 9), st.integers(1, 3))
def test_masks_say_what_sets_of_steps_say(pairs, steps, depth):
    spans = [(begin, begin + length) for begin, length in pairs]
    taken = [n for begin, end in spans for n in range(max(begin, 0), min(end, 64))]
    mask = union(spans, 64)

    assert set(bits(mask)) == set(taken)
    assert set(bits(depths(spans, 64, depth)[-1])) == {n for n in taken if taken.count(n) >= depth}
    assert set(bits(runs(mask, steps))) == {n for n in taken if {*range(n, n + steps)} <= {*taken}}


@given(st.lists(st.integers(1, 12), max_size=12), st.integers(0, 6))
def test_the_sum_of_ends_less_the_sum_of_begins_is_what_is_taken(lengths, first):
    begins, ends, place = [], [], first - 6
    for length in lengths:
        begins, ends, place = [*begins, place], [*ends, place + length], place + length + (length % 3)

    spans = [(a, b) for a, b in zip(begins, ends, strict=True) if b > 0 and a < 64]

    assert disjoint_union([a for a, _ in spans], [b for _, b in spans], 64) == union(spans, 64)


@pytest.mark.django_db
def test_both_half_past_twos_of_autumn_can_be_booked(shop):
    with today(utc(AUTUMN - DAY, 8)):
        salon = Salon(shop)
        salon.person("anna", weekly=[(6, "00:00", "06:00")])
        cut = salon.service(minutes=30, step=30)
        visit = salon.visit(cut)

        starts = free_starts(visit, AUTUMN)
        twice = [one for one in starts if f"{one:%H:%M}" == "02:30"]
        bookings = [book_visit(visit=visit, start=one, terms=Terms())[0] for one in twice]

        assert len(starts) == 14
        assert [one.isoformat() for one in twice] == [
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T02:30:00+01:00",
        ]
        assert [one.wall_start for one in bookings] == ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"]
        assert len(free_starts(visit, AUTUMN)) == 12


@pytest.mark.django_db
def test_a_month_with_a_change_of_the_clocks_keeps_the_hours_on_the_wall(shop):
    with today(utc(SPRING - 20 * DAY, 8)):
        salon = Salon(shop)
        salon.person("anna", weekly=[(day, "09:00", "10:00") for day in EVERY_DAY])
        visit = salon.visit(salon.service(minutes=60))

        starts = free_starts(visit, SPRING - 14 * DAY, 30)

    assert set(on_the_wall(starts)) == {"09:00"}
    assert len(starts) == 30
    assert {one.astimezone(UTC).hour for one in starts} == {8, 7}


@pytest.mark.django_db
def test_a_customer_on_reunion_books_the_hour_of_paris(shop):
    with today(utc(SPRING, 0)):
        salon = Salon(shop)
        salon.person("anna", weekly=[(day, "09:00", "18:00") for day in EVERY_DAY])
        visit = salon.visit(salon.service(minutes=60))

        start = datetime(2027, 3, 29, 11, 0, tzinfo=ZoneInfo("Indian/Reunion"))
        [booking] = book_visit(visit=visit, start=start, terms=Terms())

    assert booking.wall_start == "2027-03-29T09:00+02:00"
    assert booking.time_zone == "Europe/Paris"


@pytest.mark.django_db
def test_a_night_over_the_end_of_a_month_stands_on_the_day_it_begins(shop):
    with today(utc(date(2027, 4, 29), 8)):
        salon = Salon(shop)
        salon.person("nina", weekly=[(4, "22:00", "02:00")])
        visit = salon.visit(salon.service(minutes=240))

        days = open_days(visit, date(2027, 4, 29), 4)

    assert [(one.on.isoformat(), one.starts) for one in days] == [
        ("2027-04-29", 0), ("2027-04-30", 1), ("2027-05-01", 0), ("2027-05-02", 0),
    ]  # fmt: skip
    assert days[1].first == at(22, day=date(2027, 4, 30))


@pytest.mark.django_db
def test_half_past_is_on_the_hour_of_half_hour_zones(shop):
    kolkata = ZoneInfo("Asia/Kolkata")
    with today(utc(SPRING, 0)):
        salon = Salon(shop, zone="Asia/Kolkata", code="kolkata", country="IN")
        salon.person("anna", weekly=[(0, "09:00", "12:00")])
        visit = salon.visit(salon.service(minutes=60, step=60))

        starts = free_starts(visit, date(2027, 3, 29))

    assert on_the_wall(starts, kolkata) == ["09:00", "10:00", "11:00"]


@pytest.mark.django_db
def test_weeks_in_turn_are_counted_from_their_first_day(shop):
    with today(utc(SPRING, 0)):
        salon = Salon(shop)
        anna = salon.person("anna", weekly=[(0, "09:00", "10:00")])
        anna.weekly_hours.update(every_weeks=2, valid_from=date(2027, 3, 31), valid_until=date(2027, 5, 1))
        visit = salon.visit(salon.service(minutes=60))

        open_ones = [one.on for one in open_days(visit, date(2027, 3, 29), 42) if one.starts]

    assert open_ones == [date(2027, 4, 12), date(2027, 4, 26)]


@pytest.mark.django_db
def test_a_holiday_has_its_name_in_the_language_of_who_reads_it_and_what_was_typed_stays(shop):
    salon = Salon(shop, country="FR", postcode="97400")
    close_on_public_holidays(location=salon.place, year=2026)
    typed = close(owner=salon.place, first_day=date(2026, 12, 24), reason="Inventaire")
    abolition = HoursException.objects.get(location=salon.place, first_day=date(2026, 12, 20))

    said = {}
    for language in ("fr", "en", "de"):
        with translation.override(language):
            said[language] = (abolition.why, typed.why)

    assert said["fr"] == ("Abolition de l’esclavage", "Inventaire")
    assert said["en"] == ("Abolition of Slavery", "Inventaire")
    assert said["de"] == said["fr"]


@pytest.mark.django_db
def test_alsace_rests_on_boxing_day_and_paris_does_not_and_who_wants_to_works(shop):
    boxing_day = date(2026, 12, 26)
    with today(utc(date(2026, 12, 1), 8)):
        salons = {}
        for code, postcode in (("colmar", "68000"), ("paris", "75001")):
            salons[code] = salon = Salon(shop, code=code, postcode=postcode)
            close_on_public_holidays(location=salon.place, year=2026)
            salon.person(code + "-anna", weekly=[(day, "09:00", "12:00") for day in EVERY_DAY])
            salon.visit_of_all = salon.visit(salon.service(code, 60, step=60))

        def starts(code):
            return len(free_starts(salons[code].visit_of_all, boxing_day))

        assert (starts("colmar"), starts("paris")) == (0, 3)
        close(
            owner=salons["colmar"].staff["colmar-anna"],
            first_day=boxing_day,
            is_open=True,
            starts="10:00",
            ends="12:00",
        )
        assert starts("colmar") == 2
        assert close_on_public_holidays(location=salons["colmar"].place, year=2026) == []
