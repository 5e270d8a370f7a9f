"""When staff can write down that somebody came, was served, or did not come: not before it can be known."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import translation

from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.marks import mark_visit, markable_from
from comptoir_booking.models import Booking
from comptoir_booking.refusals import TooEarly
from comptoir_booking.tests.salon import EVERY_DAY, Salon, at, today

pytestmark = pytest.mark.django_db

RIGHTS = ("view_booking", "add_booking", "change_booking")


@pytest.fixture
def salon(shop):
    shop.channel("booking")
    with today(), translation.override("en"):
        yield staffed(Salon(shop))


def staffed(salon):
    hours = (("00:00", "12:00"), ("13:00", "20:00"))
    salon.person("anna", weekly=[(day, *span) for day in EVERY_DAY for span in hours])
    salon.cut = salon.service(minutes=60, step=60)
    return salon


def book(salon, start):
    return book_visit(visit=salon.visit(salon.cut), start=start, terms=Terms())[0]


def test_who_comes_early_is_let_in_and_served_on_the_day_of_the_visit_and_not_before(salon):
    booking = book(salon, at(10))

    with today(datetime(2027, 3, 1, 22, 59, 59, tzinfo=UTC)), pytest.raises(TooEarly) as refusal:
        mark_visit(visit=booking.visit, state="arrived")
    assert (refusal.value.since, refusal.value.field) == ("2027-03-02T00:00:00+01:00", "mark")
    assert str(refusal.value) == "This can be written down from Tuesday 2 March on."
    assert [step.change for step in booking.steps.all()] == ["booked"]

    with today(datetime(2027, 3, 1, 23, 0, tzinfo=UTC)):
        for mark in ("arrived", "done"):
            mark_visit(visit=booking.visit, state=mark)
    assert Booking.objects.get().state == "done"


def test_nobody_is_missed_before_the_visit_begins(salon):
    booking = book(salon, at(10))

    with today(at(9, 59)), pytest.raises(TooEarly) as refusal:
        mark_visit(visit=booking.visit, state="missed")
    assert refusal.value.since == "2027-03-02T10:00:00+01:00"
    assert str(refusal.value) == "This can be written down from Tuesday 2 March at 10:00 on."

    with today(at(10)):
        mark_visit(visit=booking.visit, state="missed")
    assert Booking.objects.get().state == "missed"


def test_the_day_is_that_of_the_island_whatever_day_it_is_in_utc(shop):
    """In Saint-Denis, four hours ahead, the second of March begins while it is still the first in UTC."""
    with today():
        booking = book(staffed(Salon(shop, zone="Indian/Reunion")), datetime(2027, 3, 2, 1, 0, tzinfo=UTC))

    assert markable_from([booking], "arrived") == datetime(2027, 3, 1, 20, 0, tzinfo=UTC)
    with today(datetime(2027, 3, 1, 19, 59, tzinfo=UTC)), pytest.raises(TooEarly):
        mark_visit(visit=booking.visit, state="arrived")
    with today(datetime(2027, 3, 1, 20, 0, tzinfo=UTC)):
        assert mark_visit(visit=booking.visit, state="arrived")[0].state == "arrived"


def test_a_day_without_midnight_begins_with_its_first_instant(shop):
    """In Beirut the clocks go from 0:00 to 1:00 on 28 March 2027."""
    with today():
        booking = book(staffed(Salon(shop, zone="Asia/Beirut")), datetime(2027, 3, 28, 8, 0, tzinfo=UTC))
    assert markable_from([booking], "arrived") == datetime(2027, 3, 27, 22, 0, tzinfo=UTC)


def test_the_screen_offers_no_mark_before_its_time_and_says_from_when(salon, people):
    nina, booking = people(*RIGHTS, at=[salon.place]), book(salon, at(10))
    url = reverse("appointments:visit", args=[booking.visit])

    page = nina.get(url).content.decode()
    assert 'value="arrived"' not in page and 'value="missed"' not in page
    assert "“Has arrived” from Tuesday 2 March." in page
    assert "“Did not come” from Tuesday 2 March at 10:00." in page
    refused = nina.post(url, {"do": "arrived"}, follow=True).content.decode()
    assert "This can be written down from Tuesday 2 March on." in refused
    assert Booking.objects.get().state == "confirmed"

    with today(at(8)):
        page = nina.get(url).content.decode()
        assert 'value="arrived"' in page and 'value="missed"' not in page
    with today(at(10)):
        page = nina.get(url).content.decode()
        assert 'value="missed"' in page and "from Tuesday" not in page


def test_the_api_refuses_a_mark_before_its_time_with_its_code_and_the_moment(salon, people):
    nina, booking = people(*RIGHTS, at=[salon.place]), book(salon, at(10))
    url = f"/api/v1/booking/bookings/{booking.visit}/missed"

    answer = nina.post(url, content_type="application/json")

    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    said = answer.json()
    assert (said["code"], said["since"]) == ("mark_too_early", "2027-03-02T10:00:00+01:00")
    assert said["errors"][0]["field"] == "mark"
    assert Booking.objects.get().state == "confirmed"
