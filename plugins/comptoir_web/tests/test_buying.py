"""From the basket to the order, as pages: every refusal beside its field, and what was typed stays."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from comptoir.channels.queries import forget_contexts
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.testing.factories import Shop
from tests.core.checkout.conftest import Till

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


@pytest.fixture
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
