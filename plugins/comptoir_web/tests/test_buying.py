"""From the basket to the order, as pages: every refusal beside its field, and what was typed stays."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.baskets.models import Basket
from comptoir.channels.queries import forget_contexts
from comptoir.content.models import ProductContent
from comptoir.customers.models import User
from comptoir.customers.queries import addresses_of
from comptoir.customers.services import save_address
from comptoir.fulfilment.services import set_up_location
from comptoir.orders.links import follow_link
from comptoir.orders.models import Order
from comptoir.orders.services import renew_link
from comptoir.payments.models import Payment
from comptoir.pricing.services import set_price
from comptoir.testing.factories import Shop
from comptoir.testing.once import built_once
from comptoir.testing.selling import Till, nothing_counted

__all__ = ["nothing_counted"]

pytestmark = pytest.mark.django_db
CAMILLE = {"email": "camille@example.org", "name": "Camille Martin", "phone": ""}


class Visitor:
    """A browser without JavaScript on the web shop, in English."""

    def __init__(self, channel: str = "web", locale: str = "en") -> None:
        self.base, self.client = f"/{channel}/{locale}/", Client(enforce_csrf_checks=False)

    def get(self, path: str, **query: str) -> str:
        self.response = self.client.get(self.base + path, query)
        return self.text

    def post(self, path: str, **said: Any) -> str:
        """Send a form, and follow where it leads within the shop."""
        self.response = self.client.post(self.base + path, said, headers={"Origin": "http://testserver"})
        return self._followed()

    def follow(self, address: str) -> str:
        """Open an address, and go where it leads within the shop."""
        self.response = self.client.get(address)
        return self._followed()

    def _followed(self) -> str:
        while self.status == 302 and self.response["Location"].startswith(self.base):
            self.response = self.client.get(self.response["Location"])
        return self.text

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.content.decode()

    def put_in(self, sku: str = "MARIN-S", quantity: object = 1) -> str:
        return self.post("basket/add", sku=sku, quantity=quantity)

    def to_payment(self) -> str:
        self.put_in()
        self.post("checkout/begin")
        self.post("checkout/contact", **CAMILLE)
        return self.post("checkout/delivery", way="collect", shop="retrait:nantes")

    def pay(self, payment: str = "shop") -> str:
        return self.post("checkout/pay", **self.form(payment))

    def form(self, payment: str) -> dict[str, str]:
        """What the page of the checkout would send for a means of payment."""
        page = self.get("checkout", step="payment")
        forms = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', one)) for one in page.split("<form")]
        return next(one for one in forms if one.get("payment") == payment)


@built_once
def till(shop: Shop) -> Till:
    till = Till(shop)
    till.web.extensions = ["testpay"]
    till.web.save()
    forget_contexts()
    return till


@pytest.fixture
def visitor(till: Till) -> Visitor:
    return Visitor()


def test_a_guest_buys_with_collection_and_pays_in_the_shop(visitor):
    assert "Marin" in visitor.put_in()
    assert visitor.get("basket/count") == "1"
    visitor.post("checkout/begin")
    visitor.post("checkout/contact", **CAMILLE)
    page = visitor.post("checkout/delivery", way="collect", shop="retrait:nantes")
    assert "Order, and pay €49.90 in the shop" in page, page
    page = visitor.pay()
    assert visitor.status == 200 and "Thank you, Camille Martin." in page
    order = Order.objects.get()
    assert (order.email, str(order.total)) == ("camille@example.org", "49.900")
    assert visitor.get("basket/count") == ""


def test_it_is_paid_at_the_gateway_after_a_refusal_and_strong_authentication(visitor):
    visitor.to_payment()
    visitor.pay("testpay")
    gateway = urlsplit(visitor.response["Location"]).path
    assert "/testpay/pay/" in gateway
    refused = visitor.client.post(gateway, {"choice": "refuses"})
    assert b"refused" in refused.content
    assert b"code" in visitor.client.post(gateway, {"choice": "challenge"}).content
    there = visitor.client.post(gateway, {"code": "246810"})
    page = visitor.follow(there["Location"])
    assert "Thank you, Camille Martin." in page
    assert Order.objects.get().payment_method == "testpay"


def test_who_comes_back_without_paying_pays_in_another_way(visitor):
    visitor.to_payment()
    visitor.pay("testpay")
    gateway = urlsplit(visitor.response["Location"]).path
    visitor.client.post(gateway, {"choice": "refuses"})
    page = visitor.follow(visitor.client.post(gateway, {"choice": "back"})["Location"])
    assert "Nothing was charged" in page
    assert "Thank you" in visitor.pay("shop")
    assert Order.objects.get().payment_method == "shop"


def test_a_double_click_on_pay_is_one_payment_and_one_order(visitor):
    visitor.to_payment()
    form = visitor.form("testpay")
    places = {visitor.client.post(visitor.base + "checkout/pay", form)["Location"] for _click in range(3)}
    assert len(places) == 1
    assert Payment.objects.count() == 1
    assert Payment.objects.get().fate == Payment.Fate.OPEN


def test_paying_again_after_the_order_leads_to_it(visitor):
    visitor.to_payment()
    form = visitor.form("shop")
    visitor.post("checkout/pay", **form)
    again = visitor.post("checkout/pay", **form)
    number = Order.objects.get().number
    assert f"Order {number}" in again
    assert f"Order {number}" in visitor.follow(visitor.base + "checkout")


def test_a_price_that_changed_while_paying_is_told_and_nothing_is_charged(till, visitor):
    visitor.to_payment()
    form = visitor.form("shop")
    set_price(variant=till.small, amount=Decimal("59.90"))
    page = visitor.post("checkout/pay", **form)
    assert visitor.status == 409
    assert "the total is €59.90 now. Nothing was charged." in page and "€59.90 instead of €49.90" in page
    assert "Order, and pay €59.90 in the shop" in page
    assert not Order.objects.exists()
    assert "Thank you" in visitor.pay()


def test_a_hold_that_ended_is_held_again_or_told(till, visitor):
    visitor.to_payment()
    form = visitor.form("shop")
    with clock.moved_to(clock.now() + timedelta(minutes=40)):
        other = Visitor()
        other.put_in("MARIN-S", 10)
        page = visitor.post("checkout/pay", **form)
        assert visitor.status == 409 and "Sold out: somebody else was quicker." in page, page
        assert "just sold out" in visitor.get("basket") or "Sold out" in visitor.get("basket")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-1", "Type a number from 1 to 999."),
        ("x", "Type a number from 1 to 999."),
        ("1.5", "Type a number from 1 to 999."),
        ("1000000000", "You can order 999 of one article at most."),
        ("11", "Only 10 of them are left."),
    ],
)
def test_an_odd_quantity_is_refused_beside_its_field_and_stays_typed(visitor, typed, sentence):
    visitor.put_in(quantity=2)
    line = re.search(r"basket/lines/(\d+)", visitor.text)[1]
    page = visitor.post(f"basket/lines/{line}", quantity=typed)
    assert visitor.status in (409, 422)
    assert sentence in page and f'value="{typed}"' in page and 'aria-invalid="true"' in page
    assert visitor.get("basket/count") == "2"


def test_no_pieces_take_a_line_out(visitor):
    visitor.put_in(quantity=2)
    line = re.search(r"basket/lines/(\d+)", visitor.text)[1]
    assert "Your basket is empty" in visitor.post(f"basket/lines/{line}", quantity="0")


def test_a_product_that_vanished_says_so_and_stands_in_the_way(till, visitor):
    visitor.put_in()
    for content in ProductContent.objects.filter(product=till.shirt):
        content.unpublish()
    till.shop.settle()
    page = visitor.get("basket")
    assert "marin" in page and "Find something else" in page
    assert "take out or change what cannot be bought" in page
    assert visitor.post("checkout/begin") and visitor.status == 409


def test_a_form_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(visitor):
    visitor.put_in()
    visitor.post("checkout/begin")
    page = visitor.post("checkout/contact", email="camille", name="Camille <b>", phone="")
    assert visitor.status == 422
    assert "Type a whole e-mail address" in page
    assert 'value="camille"' in page and 'value="Camille &lt;b&gt;"' in page
    visitor.post("checkout/contact", **CAMILLE)
    page = visitor.post(
        "checkout/delivery", way="ship", street="", postcode="44000", city="Nantes", country="FR"
    )
    assert "Type the street and the number." in page and 'value="44000"' in page


def test_goods_are_sent_to_an_address(visitor):
    visitor.put_in()
    visitor.post("checkout/begin")
    visitor.post("checkout/contact", **CAMILLE)
    home = {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"}
    page = visitor.post("checkout/delivery", way="ship", **home)
    assert "Pay €54.90" in page
    assert "3 rue Crébillon, 44000 Nantes" in page


def test_a_shop_with_times_asks_for_one_beside_it(till, visitor):
    set_up_location(location=till.nantes, slot_minutes=60, slot_capacity=1)
    visitor.put_in()
    visitor.post("checkout/begin")
    visitor.post("checkout/contact", **CAMILLE)
    page = visitor.post("checkout/delivery", way="collect", shop="retrait:nantes")
    assert visitor.status == 409 and "Choose a time at which you come." in page
    slot = re.search(r'<option value="(\d{4}-[^"]+)"', page)[1]
    page = visitor.post(
        "checkout/delivery", **{"way": "collect", "shop": "retrait:nantes", "slot-retrait:nantes": slot}
    )
    assert "Order, and pay" in page, page


def test_somebody_else_sees_no_order_without_its_link(visitor):
    visitor.to_payment()
    visitor.pay()
    order, other = Order.objects.get(), Visitor()
    assert "camille@example.org" not in other.get(f"orders/{order.number}")
    assert other.post(f"orders/{order.number}/cancel") and other.status == 404
    other.post(f"orders/{order.number}/open", link="https://shop.example/x#wrong")
    assert other.status == 404
    page = other.post(f"orders/{order.number}/open", link=follow_link(order))
    assert "Camille" in other.get(f"orders/{order.number}") or order.number in page
    renew_link(order_id=order.pk)
    assert "Open your order" in other.get(f"orders/{order.number}")


def test_a_customer_cancels_from_the_page_of_the_order(till, visitor):
    visitor.to_payment()
    visitor.pay()
    order = Order.objects.get()
    assert "This order is cancelled." in visitor.post(f"orders/{order.number}/cancel", reason="Too small")
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_a_form_of_another_site_puts_nothing_in(visitor):
    for headers in ({"Origin": "https://evil.example"}, {}):
        answer = visitor.client.post(visitor.base + "basket/add", {"sku": "MARIN-S"}, headers=headers)
        assert answer.status_code == 403
    assert not Basket.objects.exists()


def test_forms_of_one_visitor_need_their_token(till):
    client = Client(enforce_csrf_checks=True)
    client.post("/web/en/basket/add", {"sku": "MARIN-S"}, headers={"Origin": "http://testserver"})
    assert client.post("/web/en/checkout/begin").status_code == 403


def test_cookies_are_signed_closed_to_scripts_and_of_their_channel_only(visitor):
    visitor.client.post(
        visitor.base + "basket/add", {"sku": "MARIN-S"}, headers={"Origin": "http://testserver"}
    )
    cookie = visitor.client.cookies["basket-web"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/web/")
    visitor.client.cookies["basket-web"] = cookie.value[:-3] + "abc"
    assert visitor.get("basket/count") == ""


def test_a_link_back_of_another_browser_shows_nothing_of_the_order(visitor):
    visitor.to_payment()
    visitor.pay("testpay")
    gateway = urlsplit(visitor.response["Location"]).path
    back = visitor.client.post(gateway, {"choice": "pays"})["Location"]
    page = Visitor().follow(back)
    assert "Your order is placed." in page and "Camille" not in page
    assert Order.objects.count() == 1


def test_a_basket_page_costs_few_statements_whatever_is_in_it(till, visitor, django_assert_max_num_queries):
    visitor.put_in("MARIN-S")
    visitor.put_in("MARIN-M")
    with django_assert_max_num_queries(10):
        visitor.get("basket")
    with django_assert_max_num_queries(1):
        visitor.get("basket/count")


HOME = {"street": "3 rue Crébillon", "street2": "", "postcode": "44000", "city": "Nantes", "country": "FR"}


def member(visitor: Visitor) -> User:
    user = User.objects.create_user("camille@example.org", "a-long-password", first_name="Camille")
    visitor.client.force_login(user)
    return user


def test_a_customers_own_addresses_are_offered_and_one_click_is_enough(visitor):
    save_address(user=member(visitor), address=HOME)
    office = save_address(user=User.objects.get(), address={**HOME, "street": "8 quai de la Fosse"})
    visitor.put_in()
    visitor.post("checkout/begin")
    visitor.post("checkout/contact", **CAMILLE)
    page = visitor.get("checkout", step="delivery")
    assert "3 rue Crébillon" in page and "8 quai de la Fosse" in page and "Another address" in page
    page = visitor.post("checkout/delivery", way="ship", own=office.pk, street="", postcode="", city="")
    assert "8 quai de la Fosse, 44000 Nantes" in page and "Pay €54.90" in page
    page = visitor.get("checkout", step="delivery")
    assert re.search(rf'value="{office.pk}" checked', page)


def test_a_new_address_is_kept_for_the_next_order_if_the_customer_says_so(visitor):
    member(visitor)
    for keep, kept in ({}, 0), ({"keep": "on"}, 1), ({"keep": "on"}, 1):
        visitor.put_in()
        visitor.post("checkout/begin")
        visitor.post("checkout/contact", **CAMILLE)
        visitor.post("checkout/delivery", way="ship", own="new", **HOME, **keep)
        assert len(addresses_of(User.objects.get())) == kept


def test_the_address_of_somebody_else_cannot_be_chosen(visitor):
    other = User.objects.create_user("leo@example.org", "a-long-password")
    theirs = save_address(user=other, address=HOME)
    member(visitor)
    visitor.put_in()
    visitor.post("checkout/begin")
    visitor.post("checkout/contact", **CAMILLE)
    page = visitor.post("checkout/delivery", way="ship", own=theirs.pk, street="", postcode="", city="")
    assert visitor.status == 422 and "Type the street and the number." in page and "Crébillon" not in page


def test_the_button_of_a_way_without_a_place_says_what_is_missing(visitor):
    visitor.put_in()
    visitor.post("checkout/begin")
    visitor.post("checkout/contact", **CAMILLE)
    page = visitor.post("checkout/delivery", way="collect", near="44000", choose="collect")
    assert visitor.status == 422 and "Choose a shop." in page and 'value="44000"' in page
    page = visitor.post("checkout/delivery", way="collect", near="44000", choose="ship")
    assert visitor.status == 200 and "Choose a shop." not in page
