"""Appointments in the account of their customer: on all channels, nobody else's, with the links that may still be used."""

import re
from datetime import timedelta

import pytest

from comptoir.base import clock
from comptoir.channels.queries import channel_context
from comptoir.checkout.erasing import erase_customer
from comptoir.customers.models import User
from comptoir.orders.models import Order
from comptoir.testing.calling import Customer
from comptoir_booking.changes import cancel_visit
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import Booking
from comptoir_booking.refusals import AppointmentsOpen
from comptoir_booking.self_service import token_of
from comptoir_booking.tests.salon import SalonWithShop, at, today
from comptoir_booking.tests.test_basket import buy, hold
from comptoir_booking.tests.test_pages import FRIDAY, Visitor, salon_of_nantes, visitor
from comptoir_booking.waiting import join_waiting_list

__all__ = ["visitor"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def salon(shop):
    """Not built once: some have a shop beside their salon."""
    return salon_of_nantes(shop)


@pytest.fixture(autouse=True)
def unhurried(settings):
    """A busy machine is late, and nothing here is about that."""
    settings.COMPTOIR_HOOK_BUDGET_MS = 60_000


@pytest.fixture
def marie(visitor):
    user = User.objects.create_user("marie@example.org", "a-long-password")
    visitor.client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return user


def book(salon, hour, **terms):
    [booked] = book_visit(
        visit=salon.visit(salon.cut, person=salon.staff["anna"]),
        start=at(hour, day=FRIDAY),
        terms=Terms(**terms),
    )
    return booked


def appointments(visitor):
    """The part of the account that lists them."""
    text = visitor.get("account")
    return text[text.index('id="appointments"') : text.index('id="profile"')]


def test_an_account_lists_its_own_appointments_with_what_can_be_done(visitor, salon, marie):
    mine = book(salon, 10, customer_id=marie.pk)
    book(salon, 14)

    said = appointments(visitor)

    path = f"/web/en/booking/visits/{token_of([mine])}"
    assert "Friday 5 March at 10:00" in said and f"Cut · Anna · {salon.place.name}" in said
    assert "14:00" not in said
    for address in (f'"{path}"', f'"{path}/move"', f'"{path}#cancel"', ".ics"):
        assert address in said


def test_what_was_booked_on_another_channel_is_there_too_as_a_line_of_its_order(shop):
    with today():
        salon = SalonWithShop(shop)
        web = Customer("booking")
        basket, _path = web.open("SHAMPOO")
        hold(web, basket["token"])
        buy(web, basket)
        shop.settle()
        shop.channel("web", extensions=["booking"])
        marie = User.objects.create_user("marie@example.org", "a-long-password")
        Order.objects.update(user=marie)
        visitor = Visitor()
        visitor.client.force_login(marie, "django.contrib.auth.backends.ModelBackend")

        assert Booking.objects.get().customer is None
        assert "Tuesday 2 March at 10:00" in appointments(visitor)
        assert salon.place.name in appointments(visitor)
        order = visitor.get(f"orders/{Order.objects.get().number}")
        assert "Tuesday 2 March at 10:00" in order and "Shampoo" in order


def test_what_is_over_or_cancelled_stands_below_and_can_only_be_looked_at(visitor, salon, marie):
    past, cancelled = book(salon, 10, customer_id=marie.pk), book(salon, 14, customer_id=marie.pk)
    cancel_visit(visit=cancelled.visit)

    with clock.moved_to(past.ends_at + timedelta(minutes=1)):
        said = appointments(visitor)
    assert "You have no appointment at the moment." in said
    assert said.index("Earlier") < said.index("14:00") < said.index("10:00")
    assert "Cancelled" in said and "/move" not in said and "#cancel" not in said


def test_the_address_of_a_calendar_is_made_by_a_button_and_renewed_by_another(visitor, salon, marie):
    book(salon, 10, customer_id=marie.pk)
    assert "Make an address for my calendar" in visitor.get("booking/calendar")
    visitor.post("booking/calendar")
    [first] = re.findall(r'value="http[^"]*(/api/[^"]+\.ics)"', visitor.followed())
    assert b"BEGIN:VEVENT" in visitor.client.get(first).content

    visitor.post("booking/calendar")
    [second] = re.findall(r'value="http[^"]*(/api/[^"]+\.ics)"', visitor.followed())
    assert first != second
    assert (visitor.client.get(first).status_code, visitor.client.get(second).status_code) == (404, 200)


def test_who_is_not_logged_in_is_sent_to_the_door(visitor):
    visitor.get("booking/calendar")
    assert visitor.answer["Location"] == "/web/en/account/login/code/?next=%2Fweb%2Fen%2Fbooking%2Fcalendar"


def test_the_copy_of_an_account_has_its_appointments_and_its_place_in_line_and_nobody_elses(
    visitor, salon, marie
):
    book(salon, 10, customer_id=marie.pk, contact_name="Marie", contact_phone="0601020304", note="short")
    book(salon, 14, contact_name="Jeanne")
    channel = channel_context("web")
    join_waiting_list(
        channel=channel, location=salon.place, service_id=salon.cut.pk, first_day=FRIDAY, last_day=FRIDAY,
        name="Marie", email="marie@example.org", customer_id=marie.pk,
    )  # fmt: skip

    visitor.get("account/export")

    booked, waiting = visitor.answer.json()["appointments"]
    assert (booked["what"], booked["starts_at"], booked["time_zone"]) == (
        "cut", "2027-03-05T10:00+01:00", "Europe/Paris",
    )  # fmt: skip
    assert (booked["name"], booked["phone"], booked["note"]) == ("Marie", "0601020304", "short")
    assert (waiting["first_day"], waiting["state"]) == ("2027-03-05", "waiting list: waiting")
    assert "Jeanne" not in visitor.text


def test_an_account_is_erased_when_its_appointments_are_over_and_they_forget_whose_they_were(
    visitor, salon, marie
):
    mine = book(salon, 10, customer_id=marie.pk, contact_name="Marie", contact_email="marie@example.org")
    visitor.post("account/erase", is_sure="on")
    assert (visitor.status, User.objects.count()) == (409, 1)
    assert "You have an appointment to come." in visitor.text

    with clock.moved_to(at(12, day=FRIDAY)):
        visitor.post("account/erase", is_sure="on")

    mine.refresh_from_db()
    assert not User.objects.exists()
    assert (mine.customer, mine.contact_name, mine.contact_email, mine.state) == (None, "", "", "confirmed")


def test_an_order_of_appointments_that_are_over_keeps_no_account(shop):
    with today():
        salon = SalonWithShop(shop)
        web = Customer("booking")
        basket, _path = web.open()
        hold(web, basket["token"])
        buy(web, basket)
        shop.settle()
    marie = User.objects.create_user("marie@example.org", "a-long-password")
    Order.objects.update(user=marie)

    with clock.moved_to(at(9)), pytest.raises(AppointmentsOpen):
        erase_customer(user_id=marie.pk)
    with clock.moved_to(at(12)):
        erase_customer(user_id=marie.pk)

    assert (Order.objects.get().name, Order.objects.get().location) == ("", salon.place)
