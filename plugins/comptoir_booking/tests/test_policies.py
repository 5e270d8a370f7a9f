"""Policies in the back office: their times are read and written as people say them."""

import re

import pytest

from comptoir_booking.backoffice.spans import IN_DAYS, parts_of, span_text
from comptoir_booking.models import Policy

pytestmark = pytest.mark.django_db

NEW = "/admin/booking_policies/new/"
SAID = {
    "name": "Colours", "notice_minutes_0": "3", "notice_minutes_1": "60", "horizon_days_0": "8", "horizon_days_1": "7",
    "cancel_minutes_0": "2", "cancel_minutes_1": "1440", "move_minutes_0": "90", "move_minutes_1": "1",
    "most_moves": "3", "prepay": "full", "deposit_percent": "0", "deposit_amount": "0", "no_show_percent": "100",
}  # fmt: skip


@pytest.fixture
def nina(people):
    return people(*(f"{verb}_policy" for verb in ("view", "add", "change")))


def typed(page, name):
    """The number and the unit as they stand in the form."""
    number = re.search(rf'name="{name}_0"[^>]*?value="([^"]*)"|value="([^"]*)"[^>]*?name="{name}_0"', page)
    unit = re.search(rf'<select name="{name}_1".*?</select>', page, re.S).group()
    return number.group(1) or number.group(2), re.search(r'value="(\d+)" selected', unit).group(1)


@pytest.mark.parametrize(
    ("minutes", "parts", "text"),
    [
        (0, (0, 1), "0 minutes"), (1, (1, 1), "1 minute"), (60, (1, 60), "1 hour"), (90, (90, 1), "90 minutes"),
        (1440, (1, 1440), "1 day"), (2160, (36, 60), "36 hours"), (10080, (7, 1440), "7 days"),
    ],
)  # fmt: skip
def test_minutes_are_told_in_the_largest_unit_of_which_they_are_whole(people, minutes, parts, text):
    assert (parts_of(minutes), span_text(minutes)) == (parts, text)


def test_days_are_told_in_weeks_where_they_are_whole():
    assert [parts_of(days, IN_DAYS) for days in (60, 56)] == [(60, 1), (8, 7)]


def test_times_of_a_policy_are_written_with_their_units_and_read_again_the_same(nina):
    assert nina.post(NEW, SAID).status_code == 302

    policy = Policy.objects.get()
    assert (policy.notice_minutes, policy.horizon_days) == (180, 56)
    assert (policy.cancel_minutes, policy.move_minutes) == (2880, 90)
    page = nina.get(f"/admin/booking_policies/edit/{policy.pk}/").content.decode()
    assert [typed(page, name) for name in ("notice_minutes", "horizon_days", "cancel_minutes")] == [
        ("3", "60"), ("8", "7"), ("2", "1440")
    ]  # fmt: skip
    assert "2 days before" in nina.get("/admin/booking_policies/").content.decode()


@pytest.mark.parametrize("number", ["-1", "soon", "", "99999999999"])
def test_what_is_no_time_is_refused_beside_its_field_and_what_was_typed_stays(nina, number):
    answer = nina.post(NEW, {**SAID, "cancel_minutes_0": number})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("w-field--error") == 1
    assert typed(page, "move_minutes") == ("90", "1")
    assert not number or typed(page, "cancel_minutes") == (number, "1440")
    assert not Policy.objects.exists()


def test_more_days_ahead_than_the_book_has_are_refused(nina):
    assert "400" in nina.post(NEW, {**SAID, "horizon_days_0": "58"}).content.decode()
    assert not Policy.objects.exists()


def test_a_policy_by_which_nothing_could_be_booked_is_refused(nina):
    two_weeks, a_week = {"notice_minutes_0": "14", "notice_minutes_1": "1440"}, {"horizon_days_0": "1"}
    assert "Nothing could be booked" in nina.post(NEW, {**SAID, **two_weeks, **a_week}).content.decode()
    assert not Policy.objects.exists()


def test_both_parts_of_a_time_have_a_name(nina):
    page = nina.get(NEW).content.decode()
    assert 'for="id_cancel_minutes_0"' in page
    assert page.count('aria-label="Unit"') == 4
