"""Somebody who never saw the web shop buys in it: phone and desk, with and without scripts, by keyboard alone, in both themes."""

import re
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from wagtail.models import Locale, Page

from comptoir.catalogue.services import set_categories
from comptoir.channels.queries import forget_contexts
from comptoir.content.models import HomePage
from comptoir.customers.models import User
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import start_picking
from comptoir.fulfilment.services import set_up_location
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.testing.factories import Shop
from comptoir.testing.selling import Till

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width_px": 320, "height_px": 640}
PRODUCT = "/web/en/products/marin"
#: Words that do not fit into what holds them and cannot be scrolled to.
CUT_OFF = """[...document.querySelectorAll("main :is(h1, h2, h3, p, a, button, label, dd, dt, li)")].filter((it) => {
  const style = getComputedStyle(it);
  return it.checkVisibility() && style.overflowX === "hidden" && !it.closest(".sr") && it.scrollWidth > it.clientWidth + 1;
}).map((it) => it.outerHTML.slice(0, 120))"""
#: Whatever moves although the visitor wants no motion.
MOVING = """document.getAnimations().filter((it) => (it.effect.getTiming().duration || 0) > 1).map(String)"""


@pytest.fixture
def till(transactional_db: None, live_server: Any, settings: Any) -> Till:
    """A web shop that sells shirts, collected at a time in Nantes, paid at the test gateway."""
    settings.COMPTOIR_BASE_URL = live_server.url
    till = Till(Shop())
    shelf = till.shop.category("Tops", slug="tops")
    set_categories(product=till.shirt, categories=[shelf])
    till.shop.product("caban", sizes=["M"], price="180.00", categories=[shelf], stock={till.nantes: 2})
    Page.get_first_root_node().add_child(
        instance=HomePage(title="Welcome", slug="welcome", locale=Locale.objects.get(language_code="en"))
    )
    till.shop.settle()
    set_up_location(location=till.nantes, slot_minutes=60, slot_capacity=2)
    till.web.extensions = ["testpay"]
    till.web.save()
    forget_contexts()
    return till


#: What axe judges that is another at night: all else of a page was looked at by day.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}


def look(page: Any, options: dict[str, Any] | None = None) -> None:
    """What every page has to be: without a violation that axe knows of, and never wider than a phone of 320 px."""
    page.wait_for_load_state()
    found = axe_playwright.Axe().run(page, options=options or {"resultTypes": ["violations"]})
    assert not found.violations_count, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def look_large(page: Any) -> None:
    """Nothing is cut off or leaves the page, on a phone or at a desk, with text as it is and at 200 % (WCAG 2.2, 1.4.4)."""
    before = page.viewport_size
    large = page.add_style_tag(content=":root { font-size: 200% !important; }")
    for media in ("all", "not all"):
        large.evaluate("(tag, media) => { tag.media = media; }", media)
        for width_px in (320, 390, 1280):
            page.set_viewport_size({"width": width_px, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width_px, f"{page.url} is {wide} px wide on {width_px} px, 200 %: {media}"
            assert page.evaluate(CUT_OFF) == [], f"{page.url} on {width_px} px, 200 %: {media}"
    page.set_viewport_size(before)


def look_closely(page: Any) -> None:
    """By day and by night, small and large, and with nothing that moves."""
    for scheme, options in (("light", None), ("dark", COLOURS)):
        page.emulate_media(reduced_motion="reduce", color_scheme=scheme)
        look(page, options)
    look_large(page)
    assert page.evaluate(MOVING) == []


def find_a_shirt(page: Any, *, is_narrow: bool, has_scripts: bool) -> None:
    """From the home page to the shirt: the menu, the category, the filter for the size."""
    if is_narrow:
        page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Tops").click()
    page.get_by_text("2 products", exact=True).wait_for()
    if (summary := page.locator("[data-filter-details] > summary")).is_visible():
        summary.click()
    page.locator("input[name=f][value^='size:']").first.check()
    if not has_scripts:
        page.get_by_role("button", name="Show results").click()
    page.get_by_text("One product", exact=True).wait_for()
    page.get_by_role("link", name="Marin").first.click()


def to_basket(page: Any) -> None:
    page.locator("input[name=sku][value=MARIN-S]").check()
    page.get_by_role("button", name="Add to basket").click()


def to_checkout(page: Any) -> None:
    to_basket(page)
    page.get_by_role("button", name="Go to the checkout").click()


def collect_in_nantes(page: Any) -> None:
    page.get_by_text("Collection in a shop").click()
    page.get_by_role("radio", name="Nantes").check()
    page.get_by_label("When do you come to Nantes?").select_option(index=1)
    page.get_by_role("button", name="Collect there").click()


def fill_in_contact(page: Any, going_on_to: str = "delivery") -> None:
    page.get_by_label("E-mail").fill("camille@example.org")
    page.get_by_label("First and last name").fill("Camille Martin")
    page.get_by_role("button", name=f"Go on to {going_on_to}").click()


def pay_at_the_gateway(page: Any) -> None:
    """A refusal first, then strong authentication."""
    page.get_by_role("button", name="Pay €49.90", exact=True).click()
    page.get_by_role("button", name="Refuse").click()
    assert "refused" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Ask for a code").click()
    page.get_by_label("Code", exact=True).fill("246810")
    page.get_by_role("button", name="Confirm").click()


def test_what_is_wrong_is_said_on_a_phone_and_who_has_paid_is_led_to_the_order(till, open_page):
    page = open_page(PRODUCT, locale="en", **PHONE)
    to_checkout(page)
    page.get_by_role("button", name="Go on to delivery").click()
    page.get_by_text("Type your e-mail address").wait_for()
    look(page)
    fill_in_contact(page)
    page.get_by_text("Delivery to an address").click()
    page.get_by_role("button", name="Deliver there").click()
    page.get_by_text("Type the town.").wait_for()
    look(page)
    collect_in_nantes(page)
    pay_at_the_gateway(page)
    page.get_by_role("heading", name="Thank you, Camille Martin.").wait_for()
    page.goto("/web/en/checkout")
    assert f"/orders/{Order.objects.get().number}" in page.url


@pytest.mark.parametrize(
    ("width_px", "has_scripts"), [(390, True), (390, False), (1280, True), (1280, False)]
)
def test_somebody_finds_a_shirt_buys_it_and_follows_the_order(till, open_page, width_px, has_scripts):
    page = open_page("/web/en/", locale="en", width_px=width_px, has_scripts=has_scripts)
    find_a_shirt(page, is_narrow=width_px < 960, has_scripts=has_scripts)
    to_checkout(page)
    fill_in_contact(page)
    collect_in_nantes(page)
    pay_at_the_gateway(page)
    page.get_by_role("heading", name="Thank you, Camille Martin.").wait_for()
    order = Order.objects.get()
    assert (order.state, order.total, bool(order.delivery["slot"])) == ("placed", Decimal("49.90"), True)
    page.goto(f"/web/en/orders/{order.number}")
    now = page.locator("[aria-current=step]")
    assert now.inner_text() == "Order placed"
    till.shop.settle()
    start_picking(parcel=Parcel.objects.get(order=order))
    till.shop.settle()
    page.reload()
    assert now.inner_text() == "In preparation"


def test_a_time_that_is_missing_is_asked_for_without_scripts(till, open_page):
    page = open_page(PRODUCT, locale="en", width_px=1280, has_scripts=False)
    to_checkout(page)
    fill_in_contact(page)
    page.get_by_text("Collection in a shop").click()
    page.get_by_role("radio", name="Nantes").check()
    page.get_by_role("button", name="Collect there").click()
    page.get_by_role("alert").get_by_text("Choose a time at which you come.").wait_for()


@pytest.mark.parametrize("theme", ["default", "atelier"])
def test_every_page_of_a_theme_can_be_used_by_everybody(till, open_page, theme):
    """No violation by day or by night, nothing cut off or wider than a phone at 200 %, no motion for who wants none."""
    till.web.theme = theme
    till.web.save()
    forget_contexts()
    page = open_page("/web/en/", locale="en", width_px=390)
    for path in ("", "categories/tops", "search?q=marin", "search?q=nothing", "products/marin", "products/marin/reviews",
                 "products/marin/review", "shops", "shops/nantes", "contact", "legal", "privacy", "basket", "checkout",
                 "account/login/code/", "account/login/", "account/signup/", "orders", "nowhere"):  # fmt: skip
        page.goto(f"/web/en/{path}")
        look_closely(page)
    page.get_by_role("searchbox", name="Search the shop").first.fill("mar")
    page.locator(".suggestions a").first.wait_for()
    look_closely(page)
    page.goto(PRODUCT)
    to_basket(page)
    look_closely(page)
    page.get_by_role("button", name="Go to the checkout").click()
    look_closely(page)
    fill_in_contact(page)
    page.get_by_text("Delivery to an address").click()
    look_closely(page)
    collect_in_nantes(page)
    look_closely(page)
    page.get_by_role("button", name="Order, and pay").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    Order.objects.update(state=Order.State.DONE)
    page.reload()
    look_closely(page)
    page.get_by_role("link", name="Write a review").click()
    page.get_by_role("button", name="Send the review").click()
    page.get_by_text("Choose one to five stars.").wait_for()
    look_closely(page)


def test_a_double_click_on_pay_is_one_order_and_going_back_leads_to_it(till, open_page):
    page = open_page(PRODUCT, locale="en", width_px=390)
    to_checkout(page)
    fill_in_contact(page)
    collect_in_nantes(page)
    page.get_by_role("button", name="Order, and pay").dblclick()
    page.get_by_role("heading", name="Thank you").wait_for()
    order = Order.objects.get()
    assert Payment.objects.count() == 1
    page.go_back()
    page.wait_for_url(f"**/orders/{order.number}**")


def test_a_passkey_opens_the_account(till, open_page, settings):
    """The device is the browser's own virtual one (WebAuthn, section 11)."""
    user = User.objects.create_user("camille@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    page = open_page("/web/en/account/login/code/", locale="en", width_px=390)
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    kind |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    page.get_by_label("Email").fill(user.email)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(
        re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", mail.outbox[-1].body, re.MULTILINE)[1]
    )
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("link", name="Add a passkey").click()
    look(page)
    page.get_by_label("What do you call this device?").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/account")
    look(page)
    page.get_by_text("My phone").first.wait_for()
    page.get_by_role("button", name="Log out").click()
    page.goto("/web/en/account")
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/account")
    page.get_by_text(user.email).first.wait_for()


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
    page.get_by_role("heading", name="Thank you, Camille Martin.").wait_for()
