"""Classes in the widget, on a page of another site: several dates at once, and the waiting list of a full one."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import Booking, Service, Session, WaitEntry
from comptoir_booking.sessions import book_seats, open_session
from comptoir_booking.tests.salon import Salon
from tests.browser.test_booking import REUNION, day_ahead, elsewhere, salon
from tests.browser.test_shop import look

__all__ = ["elsewhere", "salon"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dates(salon: Salon) -> list[Session]:
    """Three weeks of a class of four; on the second one nothing is left."""
    yoga = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}})
    made = [
        open_session(
            service=yoga, location=salon.place, places=4, person_id=salon.staff["maeva"].pk,
            start=datetime.combine(day_ahead(2 + 7 * week), datetime.min.time(), REUNION).replace(hour=18),
        )
        for week in range(3)
    ]  # fmt: skip
    book_seats(session=made[1], party=4, terms=Terms())
    salon.shop.settle()
    return made


def test_places_in_several_dates_of_a_class_are_taken_in_the_widget(
    dates: list[Session], elsewhere: str, open_page: Any
) -> None:
    page = open_page(elsewhere, locale="en", width_px=320, height_px=640)
    page.get_by_role("button", name="Yoga").click()
    page.get_by_role("group", name="Which dates?").wait_for()
    look(page)
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("alert").inner_text() == "Choose at least one date."
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("How many places in each?").select_option("2")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("4 places").wait_for()
    look(page)
    book_seats(session=dates[2], party=3, terms=Terms())  # somebody is quicker
    page.get_by_role("button", name="Keep these places").click()
    assert "only 1 left" in page.get_by_role("alert").inner_text()
    assert not Booking.objects.filter(state="held").exists()
    page.get_by_label("How many places in each?").select_option("1")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Keep these places").click()
    page.wait_for_url("**/web/en/basket?added=1")
    held = Booking.objects.filter(state="held").order_by("starts_at")
    assert [one.session_id for one in held] == [dates[0].pk, dates[2].pk]


def test_the_waiting_list_of_a_full_class_is_joined_in_the_widget_by_the_keyboard(
    dates: list[Session], elsewhere: str, open_page: Any
) -> None:
    page = open_page(elsewhere, locale="en", width_px=390, height_px=800)
    page.get_by_role("button", name="Yoga").press("Enter")
    page.get_by_role("button", name="Tell me when a place is free").press("Enter")
    page.get_by_label("Your name").wait_for()
    assert (
        page.evaluate("document.querySelector('comptoir-booking').shadowRoot.activeElement.tagName") == "H2"
    )
    look(page)
    for text in ("Camille", "camille@example.org"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="You are on the waiting list").wait_for()
    look(page)
    entry = WaitEntry.objects.get()
    assert (entry.session, entry.name, entry.email) == (dates[1], "Camille", "camille@example.org")
    page.get_by_role("link", name="See your place").click()
    page.get_by_role("button", name="Leave the waiting list").wait_for()


def test_the_same_time_every_week_is_taken_in_the_widget_and_what_is_not_free_is_said(
    salon: Salon, elsewhere: str, open_page: Any
) -> None:
    page = open_page(elsewhere, locale="en", width_px=390, height_px=800)
    page.get_by_role("checkbox", name="Cut").check()
    page.get_by_role("button", name="Choose a time").click()
    page.get_by_label("With whom?").select_option("loic")
    page.locator(f"button[data-day='{day_ahead(3):%Y-%m-%d}']").click()
    time = page.locator(f"[data-start^='{day_ahead(3):%Y-%m-%d}T10:00']")
    start = datetime.fromisoformat(time.get_attribute("data-start") or "")
    visit = salon.visit(Service.objects.get(product__handle="cut"), person=salon.staff["loic"])
    book_visit(visit=visit, start=start + timedelta(weeks=1), terms=Terms())
    time.click()
    page.get_by_text("Come regularly?").click()
    page.get_by_label("How often?").select_option("1")
    page.get_by_label("How many times?").select_option("3")
    look(page)
    page.get_by_role("button", name="Keep this time").click()
    assert "Not free at this time" in page.get_by_role("alert").inner_text()
    look(page)
    assert not Booking.objects.filter(state="held").exists()
    page.get_by_role("button", name="Keep the other dates all the same").click()
    page.wait_for_url("**/web/en/basket?added=1")
    held = Booking.objects.filter(state="held").order_by("starts_at")
    assert [one.starts_at for one in held] == [start, start + timedelta(weeks=2)]
