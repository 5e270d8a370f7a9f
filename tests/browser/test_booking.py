"""Somebody books: two services and a shirt, moved, cancelled, paid back; without scripts; from another site's page."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from comptoir.baskets.models import Basket
from comptoir.channels.models import Channel
from comptoir.channels.queries import forget_contexts
from comptoir.orders.models import Order
from comptoir.payments.checking import settle_payments
from comptoir.payments.queries import order_money
from comptoir.testing.factories import Shop
from comptoir.testing.selling import Till
from comptoir_booking.models import Booking
from comptoir_booking.sessions import open_session
from comptoir_booking.tests.salon import Salon
from tests.browser.test_shop import fill_in_contact, look

pytestmark = pytest.mark.django_db(transaction=True)
REUNION = ZoneInfo("Indian/Reunion")
ALL_DAY = [(weekday, "08:00", "20:00") for weekday in range(7)]


@pytest.fixture
def salon(transactional_db: None, live_server: Any, settings: Any) -> Salon:
    """A salon on the island beside the shop in Nantes: 30 per cent are paid before, and given back until a day before."""
    settings.COMPTOIR_BASE_URL = live_server.url
    till = Till(Shop())
    salon = Salon(till.shop, zone="Indian/Reunion", code="saint-denis", city="Saint-Denis")
    terms = {"prepay": "deposit", "deposit_percent": 30, "cancel_minutes": 1440, "move_minutes": 1440}
    for name, value in terms.items():
        setattr(salon.policy, name, value)
    salon.policy.save()
    for person in ("maeva", "loic"):
        salon.person(person, weekly=ALL_DAY)
    salon.service("cut", 60, step=60)
    salon.service("colour", 120, step=60)
    till.shop.settle()
    till.web.locations.add(salon.place)
    till.web.extensions = ["testpay", "booking"]
    till.web.save()
    forget_contexts()
    return salon


def day_ahead(days: int) -> date:
    return datetime.now(REUNION).date() + timedelta(days=days)


def choose(page: Any, *services: str, person: str = "") -> None:
    """Take services and a person on the page where booking begins."""
    for one in services:
        page.get_by_role("checkbox", name=one).check()
    page.get_by_role("button", name="Choose a time").click()
    if person:
        page.get_by_role("link", name=person, exact=True).click()


def choose_day(page: Any, ahead: int) -> None:
    """As a link of the calendar does, whatever month it is in."""
    address = page.url.split("#")[0]
    page.goto(f"{address}{'&' if '?' in address else '?'}day={day_ahead(ahead)}")


def settle(salon: Salon) -> None:
    """What the worker does: tell of what happened, and let the bank take and give back money."""
    for _ in range(2):
        salon.shop.settle()
        settle_payments()
    salon.shop.settle()


def add_a_shirt_and_pay(page: Any, price: str) -> None:
    """From the basket of the shop: a shirt beside the appointment, its collection, the card at the test gateway."""
    page.goto("/web/en/products/marin")
    page.locator("input[name=sku][value=MARIN-S]").check()
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_role("button", name="Go to the checkout").click()
    fill_in_contact(page)
    page.get_by_text("Collection in a shop").click()
    page.get_by_role("radio", name="Nantes").check()
    page.get_by_role("button", name="Collect there").click()
    page.get_by_role("button", name=f"Pay {price}", exact=True).click()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.get_by_role("heading", name="Thank you, Camille Martin.").wait_for()
    page.get_by_text("To pay when you come").wait_for()
    page.get_by_text("Paid with the order").wait_for()


def move_and_cancel(page: Any, refund: str) -> None:
    """On the page of the visit: another day, then not at all; what goes back is said before."""
    page.get_by_role("link", name="Choose another time").click()
    choose_day(page, 6)
    look(page)
    page.locator("button.start[value*='T15:00']").last.click()
    page.get_by_text("Your appointment has been moved.").wait_for()
    moved = Booking.objects.order_by("starts_at").first()
    assert moved.starts_at.astimezone(REUNION) == datetime(*day_ahead(6).timetuple()[:3], 15, tzinfo=REUNION)
    page.get_by_text("Cancel the appointment").click()
    page.get_by_role("button", name=f"Cancel and get {refund} back").click()
    page.get_by_text("Your appointment is cancelled.").wait_for()


def paid_back_for_two_services(salon: Salon) -> None:
    """The deposit of both went back to the card, to the cent; the shirt is still bought."""
    settle(salon)
    order = Order.objects.get()
    money = order_money(order)
    assert (money.captured.amount, money.refunded.amount) == (Decimal("79.84"), Decimal("29.94"))
    assert (order.cancelled_total, order.due_later, money.due.amount) == (Decimal("99.80"), 0, 0)
    assert {one.state for one in Booking.objects.all()} == {"cancelled"}
    assert order.state != "cancelled"


def test_two_services_and_a_shirt_are_booked_paid_in_part_moved_cancelled_and_paid_back(salon, open_page):
    page = open_page("/web/en/booking/", locale="en", width_px=320, height_px=640)
    look(page)
    choose(page, "Colour", "Cut", person="Maeva")
    look(page)
    choose_day(page, 5)
    page.locator("button.start[value*='T10:00']").last.click()
    page.get_by_text("at 10:00 with Maeva").wait_for()
    look(page)
    add_a_shirt_and_pay(page, "€79.84")
    look(page)
    settle(salon)
    page.get_by_role("link", name="See, move or cancel it").first.click()
    look(page)
    move_and_cancel(page, "€29.94")
    look(page)
    paid_back_for_two_services(salon)


def test_a_cut_alone_is_booked_and_paid_without_scripts_and_without_a_delivery(salon, open_page):
    page = open_page("/web/en/booking/", locale="en", width_px=1280, has_scripts=False)
    page.get_by_role("button", name="Choose a time").click()
    page.get_by_role("alert").get_by_text("Choose at least one service.").wait_for()
    choose(page, "Cut")
    page.locator("button.start").first.click()
    page.get_by_text("Saint-Denis").first.wait_for()
    assert Booking.objects.get().state == "held"
    page.set_viewport_size({"width": 390, "height": 800})
    page.get_by_role("button", name="Go to the checkout").click()
    fill_in_contact(page, going_on_to="payment")
    assert not page.get_by_text("Delivery").count()
    page.get_by_role("button", name="Pay €14.97", exact=True).click()
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url("**/orders/**")
    assert page.get_by_text("Your order is confirmed.").is_visible()
    assert not page.get_by_text("Delivery").count()
    assert Order.objects.get().location == salon.place


def test_classes_series_and_the_waiting_list_can_be_used_by_everybody_on_a_small_telephone(salon, open_page):
    coach = salon.person("ines", weekly=ALL_DAY)
    yoga = salon.service("yoga", 60, skilled=[coach])
    start = datetime.combine(day_ahead(3), time(10), REUNION)
    for week in range(2):
        open_session(service=yoga, location=salon.place, start=start + timedelta(weeks=week), places=4)
    salon.shop.settle()
    forget_contexts()
    page = open_page("/web/en/booking/", locale="en", width_px=320, height_px=640, has_scripts=False)
    page.get_by_role("link", name="Classes and workshops").click()
    page.get_by_label("How many places").first.select_option("2")
    page.get_by_role("button", name="Book").first.click()
    page.get_by_text("with Ines").wait_for()
    assert Booking.objects.filter(session__service=yoga, state="held").count() == 2

    page = open_page("/web/en/booking/classes", locale="en", width_px=320, height_px=640)
    look(page)
    page.goto("/web/en/booking/times?location=saint-denis&service=CUT&every=1&times=3")
    look(page)
    page.locator("button.start").first.click()
    page.get_by_text("3 of 3 dates are free.").wait_for()
    look(page)
    page.goto("/web/en/booking/wait?location=saint-denis&service=CUT&person=loic")
    look(page)
    page.get_by_label("Your name").fill("Camille")
    page.get_by_label("E-mail").fill("camille@example.org")
    page.get_by_role("button", name="Put me on the list").click()
    page.get_by_role("heading", name="You are on the waiting list").wait_for()
    look(page)


@pytest.fixture
def elsewhere(salon: Salon, live_server: Any, tmp_path: Path) -> Iterator[str]:
    """A page of somebody else, on another port, that the channel knows."""
    script = f"{live_server.url}/static/comptoir_booking/widget.js"
    html = (
        '<!doctype html><html lang="en"><title>Blog</title><main><h1>Blog</h1><comptoir-booking></comptoir-booking>'
        f'</main><script src="{script}"></script></html>'
    )
    (tmp_path / "index.html").write_text(html, "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    web = Channel.objects.get(code="web")
    web.origins = [address]
    web.save()
    forget_contexts()
    yield address
    server.shutdown()


def test_the_widget_books_from_a_page_of_another_site(salon, elsewhere, open_page):
    page = open_page(elsewhere, locale="en", width_px=320, height_px=640)
    page.get_by_role("checkbox", name="Cut").check()
    look(page)
    page.get_by_role("button", name="Choose a time").click()
    page.get_by_label("With whom?").select_option("loic")
    page.locator("[data-start]").first.wait_for()
    look(page)
    page.locator("[data-start]").last.click()
    page.get_by_label("Anything we should know? (optional)").fill("A scar behind the left ear")
    look(page)
    page.get_by_role("button", name="Keep this time and go to the basket").click()
    page.wait_for_url("**/web/en/basket?added=1")
    page.get_by_text("with Loic").wait_for()
    assert (Booking.objects.get().state, Basket.objects.get().note) == ("held", "A scar behind the left ear")


def test_two_who_come_together_are_looked_after_at_once(salon, elsewhere, open_page):
    page = open_page(elsewhere, locale="en", width_px=390, height_px=800)
    page.get_by_role("checkbox", name="Cut").check()
    page.get_by_text("Does somebody come along").click()
    page.get_by_role("group", name="Does somebody come along").get_by_role("checkbox", name="Cut").check()
    look(page)
    page.get_by_role("button", name="Choose a time").click()
    page.get_by_label("With whom? Cut").first.select_option("loic")
    page.locator("[data-start]").first.wait_for()
    look(page)
    page.locator("[data-start]").last.click()
    page.get_by_role("button", name="Keep this time and go to the basket").click()
    page.wait_for_url("**/web/en/basket?added=1")
    assert page.get_by_text("with Loic").is_visible() and page.get_by_text("with Maeva").is_visible()
    assert {one.line for one in Booking.objects.filter(state="held")} == {0, 1}


def test_what_began_in_the_widget_is_paid_moved_cancelled_and_paid_back(
    salon, elsewhere, live_server, open_page
):
    page = open_page(elsewhere, locale="en", width_px=1280, height_px=900)
    page.get_by_role("checkbox", name="Cut").check()
    page.get_by_role("checkbox", name="Colour").check()
    page.get_by_role("button", name="Choose a time").click()
    page.get_by_label("With whom?").select_option("maeva")
    day = f"{day_ahead(5):%Y-%m-%d}"
    # The page says nothing of its encoding, and the words of the widget are right all the same.
    page.get_by_text(re.compile(r"3\sh · €99\.80")).wait_for()
    below, above = page.locator(f"button[data-day='{day}']"), page.locator(".days > small")
    assert below.bounding_box()["x"] == above.nth(day_ahead(5).weekday()).bounding_box()["x"]
    below.click()
    page.locator(f"[data-start^='{day}T10:00']").click()
    page.get_by_role("button", name="Keep this time and go to the basket").click()
    page.wait_for_url("**/web/en/basket?added=1")
    page.get_by_text("with Maeva").first.wait_for()
    assert Booking.objects.filter(state="held").count() == 2

    add_a_shirt_and_pay(page, "€79.84")
    settle(salon)
    page.get_by_role("link", name="See, move or cancel it").first.click()
    move_and_cancel(page, "€29.94")
    paid_back_for_two_services(salon)
