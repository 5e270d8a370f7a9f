"""Orders at the screens of the staff, in a real browser: what a keyboard alone can do."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from comptoir.checkout.models import Checkout
from comptoir.checkout.receiving import receive_money
from comptoir.customers.models import User
from comptoir.orders.models import Order, RefundRequest
from comptoir.testing.calling import Customer
from comptoir.testing.factories import Shop
from comptoir.testing.selling import Till

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TABLET_PX = 820


@pytest.fixture
def till(transactional_db, shop: Shop) -> Till:
    return Till(shop)


def test_an_order_is_taken_on_the_phone_until_there_is_a_link_to_pay_it(till, log_in):
    page = log_in("/admin/drafts/new/", locale="en", width_px=TABLET_PX)
    page.select_option("[name=channel]", "web")
    page.fill("[name=name]", "Camille Martin")
    page.fill("[name=phone]", "0612345678")
    page.fill("[name=goods-0-goods]", "MARIN-S")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.focus("[name=way]")
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    link = page.inner_text(".cpt-link")
    assert "/web/" in link and link.endswith(f"#{Checkout.objects.get().uuid}")


def test_money_is_given_back_with_the_keyboard_alone(till, log_in):
    number = Customer("web", Client()).buy("MARIN-S", "MARIN-M")["order"]["number"]
    order = Order.objects.get(number=number)
    page = log_in(f"/admin/orders/{number}/", locale="en", width_px=TABLET_PX)
    paid = {"amount": order.money(Decimal("99.80")), "received_on": date(2020, 1, 2), "key": "paid"}
    receive_money(payment=order.payments.get(), actor=User.objects.get(), **paid)
    page.reload()
    page.get_by_role("link", name="Give money back").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator("[name^=line-]").first.focus()
    page.keyboard.press("ArrowUp")
    page.focus("[name=reason]")
    page.keyboard.type("a hole")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    # The summary has the focus on what is done next: Enter gives the money back.
    page.wait_for_function("document.activeElement.textContent === 'Give back €49.90'")
    assert not RefundRequest.objects.exists()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert RefundRequest.objects.get().amount == Decimal("49.90")
