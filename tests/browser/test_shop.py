"""Somebody buys in the web shop: on a phone with scripts, at a desk without them, by keyboard alone."""

from typing import Any

import pytest

from comptoir.channels.queries import forget_contexts
from comptoir.fulfilment.services import set_up_location
from comptoir.orders.models import Order
from comptoir.testing.factories import Shop
from comptoir.testing.selling import Till

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width_px": 320, "height_px": 640}
PRODUCT = "/web/en/products/marin"


@pytest.fixture
def till(transactional_db: None, live_server: Any, settings: Any) -> Till:
    """A web shop that sells shirts, collected at a time in Nantes, paid at the test gateway."""
    settings.COMPTOIR_BASE_URL = live_server.url
    till = Till(Shop())
    set_up_location(location=till.nantes, slot_minutes=60, slot_capacity=2)
    till.web.extensions = ["testpay"]
    till.web.save()
    forget_contexts()
    return till


def look(page: Any) -> None:
    """What every page has to be: without a violation that axe knows of, and never wider than a phone of 320 px."""
    found = axe_playwright.Axe().run(page)
    assert not found.violations_count, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def fill_in_contact(page: Any) -> None:
    page.get_by_label("E-mail").fill("camille@example.org")
    page.get_by_label("First and last name").fill("Camille Martin")
    page.get_by_role("button", name="Go on to delivery").click()


def pay_at_the_gateway(page: Any) -> None:
    """A refusal first, then strong authentication."""
    page.get_by_role("button", name="Pay €49.90", exact=True).click()
    page.get_by_role("button", name="Refuse").click()
    assert "refused" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Ask for a code").click()
    page.get_by_label("Code", exact=True).fill("246810")
    page.get_by_role("button", name="Confirm").click()


def test_a_shirt_is_bought_on_a_phone_and_every_page_can_be_used_by_everybody(till, open_page):
    page = open_page(PRODUCT, locale="en", **PHONE)
    look(page)
    page.locator("input[name=sku][value=MARIN-S]").check()
    page.get_by_role("button", name="Add to basket").click()
    look(page)
    page.get_by_role("button", name="Go to the checkout").click()
    page.get_by_role("button", name="Go on to delivery").click()
    assert page.get_by_text("Type your e-mail address").is_visible()
    look(page)
    fill_in_contact(page)
    page.get_by_text("Delivery to an address").click()
    look(page)
    page.get_by_text("Collection in a shop").click()
    page.get_by_role("radio", name="Nantes").check()
    page.get_by_label("When do you come to Nantes?").select_option(index=1)
    look(page)
    page.get_by_role("button", name="Collect there").click()
    look(page)
    pay_at_the_gateway(page)
    assert page.get_by_role("heading", name="Thank you, Camille Martin.").is_visible()
    look(page)
    assert Order.objects.get().delivery["slot"]
    page.goto("/web/en/checkout")
    assert f"/orders/{Order.objects.get().number}" in page.url
    page.goto("/web/en/account")
    look(page)


def test_it_is_bought_without_scripts_at_a_desk(till, open_page):
    page = open_page(PRODUCT, locale="en", width_px=1280, has_scripts=False)
    page.locator("input[name=sku][value=MARIN-S]").check()
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_role("button", name="Go to the checkout").click()
    fill_in_contact(page)
    page.get_by_text("Collection in a shop").click()
    page.get_by_role("radio", name="Nantes").check()
    page.get_by_role("button", name="Collect there").click()
    assert page.get_by_role("alert").get_by_text("Choose a time at which you come.").is_visible()
    page.get_by_label("When do you come to Nantes?").select_option(index=1)
    page.get_by_role("button", name="Collect there").click()
    pay_at_the_gateway(page)
    assert page.get_by_role("heading", name="Thank you, Camille Martin.").is_visible()
    assert Order.objects.get().state == "placed"


def tab_to(page: Any, words: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _press in range(60):
        page.keyboard.press("Tab")
        called = page.evaluate(
            "(() => { const e = document.activeElement, said = e.labels && e.labels[0] || e;"
            " return [said.innerText, e.getAttribute('aria-label'), e.value].join(' '); })()"
        )
        if words in called:
            return
    raise AssertionError(f"{words!r} cannot be reached with Tab on {page.url}")


def test_it_is_bought_by_keyboard_alone(till, open_page):
    page = open_page(PRODUCT, locale="en", width_px=1280)
    tab_to(page, "MARIN-S")
    page.keyboard.press("Space")
    for words in ("Add to basket", "Go to the checkout"):
        tab_to(page, words)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    tab_to(page, "E-mail")
    page.keyboard.type("camille@example.org")
    tab_to(page, "First and last name")
    page.keyboard.type("Camille Martin")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Delivery to an address")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Nantes")
    page.keyboard.press("Space")
    tab_to(page, "When do you come")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Collect there")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Pay €49.90")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Pay")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("heading", name="Thank you, Camille Martin.").is_visible()
