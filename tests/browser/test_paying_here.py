"""Paying by a script of the provider inside a page of the shop: Stripe's, played by a script and a server of our own."""

from typing import Any

import pytest

from comptoir.channels.queries import forget_contexts
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.testing.factories import Shop
from comptoir.testing.selling import Till
from comptoir_stripe.tests.stripe_server import StripeServer

pytestmark = pytest.mark.django_db(transaction=True)

#: What Stripe's script does as far as our page asks for it: draws, says that it is ready, refuses once, then sends back.
STRIPES_SCRIPT = """
window.Stripe = (key) => {
  let asked = 0;
  return {
    elements: ({ clientSecret }) => ({
      clientSecret,
      create: () => ({
        on(event, told) { if (event === "ready") this.ready = told; },
        mount(place) {
          place.innerHTML = `<label>Card number <input autocomplete="cc-number"></label><small>${key}</small>`;
          this.ready();
        },
      }),
    }),
    confirmPayment: async ({ elements, confirmParams }) => {
      asked += 1;
      if (asked === 1) return { error: { message: "Your card was declined." } };
      await window.customerPays(elements.clientSecret.split("_secret_")[0]);
      location.assign(confirmParams.return_url);
      return new Promise(() => {});
    },
  };
};
"""


@pytest.fixture
def account(transactional_db: None, live_server: Any, settings: Any, monkeypatch: Any) -> Any:
    """A web shop that takes cards by Stripe."""
    for name, value in (("SECRET", "sk_test_x"), ("PUBLISHABLE", "pk_test_here"), ("WEBHOOK", "whsec_x")):
        monkeypatch.setenv(f"STRIPE_{name}_{'SECRET' if name == 'WEBHOOK' else 'KEY'}", value)
    settings.COMPTOIR_BASE_URL = live_server.url
    till = Till(Shop())
    till.web.extensions = ["stripe"]
    till.web.save()
    forget_contexts()
    with StripeServer() as server:
        settings.COMPTOIR_STRIPE_API = server.url
        yield server


def to_payment(page: Any) -> None:
    page.locator("input[name=sku][value=MARIN-S]").check()
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_role("button", name="Go to the checkout").click()
    page.get_by_label("E-mail").fill("camille@example.org")
    page.get_by_label("First and last name").fill("Camille Martin")
    page.get_by_role("button", name="Go on to delivery").click()
    page.get_by_text("Collection in a shop").click()
    page.get_by_role("radio", name="Nantes").check()
    page.get_by_role("button", name="Collect there").click()
    page.get_by_role("button", name="Pay €49.90", exact=True).click()


def test_a_card_is_refused_and_then_taken_in_the_page_of_the_shop(account, open_page):
    page = open_page("/web/en/products/marin", locale="en", width_px=390)
    page.expose_function("customerPays", lambda intent: bool(account.customer_pays(intent)))
    script = {"body": STRIPES_SCRIPT, "content_type": "text/javascript"}
    page.context.route("https://js.stripe.com/**", lambda route: route.fulfill(**script))
    to_payment(page)
    page.wait_for_url("**/web/en/checkout/here")
    page.get_by_text("pk_test_here").wait_for()
    assert "sk_test" not in page.content()
    page.get_by_role("button", name="Pay €49.90").click()
    page.get_by_role("alert").get_by_text("Your card was declined.").wait_for()
    page.get_by_role("button", name="Pay €49.90").click()
    page.get_by_role("heading", name="Thank you, Camille Martin.").wait_for()
    assert Order.objects.get().payment_method == "stripe"
    assert Payment.objects.get().provider_reference in account.intents


def test_only_that_page_may_load_stripes_script_and_a_script_that_is_not_there_is_said(account, open_page):
    page = open_page("/web/en/products/marin", locale="en", width_px=1280)
    page.context.route("https://js.stripe.com/**", lambda route: route.abort())
    heard: dict[str, str] = {}
    page.on("response", lambda one: heard.update({one.url: one.headers.get("content-security-policy", "")}))
    to_payment(page)
    page.get_by_role("alert").get_by_text("The form of the bank did not open.").wait_for()
    with_stripe = {address.rpartition("/")[2] for address, policy in heard.items() if "stripe.com" in policy}
    assert with_stripe == {"here"}
    page.get_by_role("link", name="Pay in another way").click()
    page.get_by_role("button", name="Order, and pay €49.90 in the shop").wait_for()


def test_without_scripts_the_page_says_what_to_do(account, open_page):
    page = open_page("/web/en/products/marin", locale="en", has_scripts=False)
    to_payment(page)
    page.get_by_text("This means of payment needs JavaScript in your browser.").wait_for()
    page.get_by_role("link", name="Pay in another way").click()
    page.get_by_role("button", name="Order, and pay €49.90 in the shop").click()
    page.get_by_role("heading", name="Thank you, Camille Martin.").wait_for()
