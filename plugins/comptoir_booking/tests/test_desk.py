"""The day of who looks after the appointments of one salon: what greets them, what the card of a client knows."""

from datetime import timedelta

import pytest
from django.urls import reverse

from comptoir_booking.models import Booking
from comptoir_booking.tests.salon import TUESDAY, Salon, SalonWithShop, at, today
from comptoir_booking.tests.test_after_the_visit import buy, visit
from comptoir_booking.tests.test_calendar import book

DESK = ("view_booking", "add_booking", "change_booking")


@pytest.fixture
def salon(shop):
    with today():
        yield SalonWithShop(shop)


def lyon(shop):
    """Another salon, with somebody booked on Tuesday."""
    there = Salon(shop, code="lyon")
    there.person("carla")
    there.cut = there.service("cut-in-lyon")
    return there, book(there, at(9), there.cut, contact_phone="0612345678")


def test_who_logs_in_sees_who_is_still_to_come_today_at_the_own_salon(salon, web, people):
    buy(web, 10, 14)
    lyon(salon.shop)
    nina = people(*DESK, at=[salon.place])

    with today(at(8)):
        page = nina.get(reverse("wagtailadmin_home")).content.decode()
        assert "2 appointments are still to come." in page
        assert "10:00 · Camille Martin" in page and "Carla" not in page
        nina.post(reverse("appointments:visit", args=[visit(10)]), {"do": "arrived"})
        assert "1 appointment is still to come." in nina.get(reverse("wagtailadmin_home")).content.decode()
    with today(at(8) + timedelta(days=1)):
        assert "Nobody is expected any more today." in nina.get(reverse("wagtailadmin_home")).content.decode()


def test_nobody_else_is_greeted_with_appointments(salon, web, people):
    buy(web, 10)
    for client in (people("view_order", at=[salon.place]), people(*DESK, at=[], name="luc")):
        assert "still to come" not in client.get(reverse("wagtailadmin_home")).content.decode()


def test_a_card_knows_what_was_booked_online_and_what_is_still_to_be_paid(salon, web, people, settings):
    settings.COMPTOIR_BANK_IBAN = "FR7630006000011234567890189"
    salon.policy.prepay, salon.policy.deposit_percent = "deposit", 30
    salon.policy.save()
    order = buy(web, 10, payment="transfer")
    nina = people(*DESK, "view_order", at=[salon.place])
    phoned = book(salon, at(14), salon.cut, contact_email=order.email)

    online, later = (reverse("appointments:visit", args=[one]) for one in (visit(10), phoned.visit))
    assert online in nina.get(later).content.decode()
    page = nina.get(online).content.decode()
    assert later in page and reverse("orders:order", args=[order.number]) in page
    assert "to be paid at arrival" in page


def test_a_card_shows_no_orders_to_who_may_not_see_them(salon, web, people):
    order = buy(web, 10)
    page = people(*DESK, at=[salon.place]).get(reverse("appointments:visit", args=[visit(10)]))
    assert order.number not in page.content.decode()


def test_blocking_time_tells_at_once_whom_it_concerns(salon, web, people):
    buy(web, 10)
    nina = people(*DESK, at=[salon.place])
    said = {
        "at": salon.place.code,
        "who": "",
        "first_day": str(TUESDAY),
        "starts": "09:00",
        "ends": "12:00",
        "reason": "Ill",
    }

    page = nina.post(reverse("appointments:block"), said, follow=True).content.decode()

    assert "1 appointment lies outside of the hours now." in page
    assert Booking.objects.get().state == "confirmed"


def test_visits_of_another_salon_are_not_there_whatever_is_asked(salon, web, people):
    buy(web, 10)
    there, booking = lyon(salon.shop)
    nina = people(*DESK, at=[salon.place])
    urls = [reverse(f"appointments:{name}", args=[booking.visit]) for name in ("visit", "move")]

    for url in urls:
        assert nina.get(url).status_code == nina.post(url, {"do": "cancel"}).status_code == 404
    for name in ("index", "week", "new", "block", "hours", "report", "classes"):
        assert nina.get(reverse(f"appointments:{name}"), {"at": there.place.code}).status_code == 404, name
    assert (
        nina.get(reverse("appointments:new"), {"q": "Marie Rivière"}).content.decode().count("bk-clients")
        == 0
    )
    assert Booking.objects.get(pk=booking.pk).state == "confirmed"
