"""From an empty basket to an order, over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptoir.orders.models import Order
from comptoir.stock.models import Hold
from comptoir.testing.selling import Till
from tests.core.checkout.test_journey import pay_at_the_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(shop) -> Till:
    """Not built once: these tests commit."""
    return Till(shop)


def test_a_shirt_is_bought_and_collected_in_the_shop(web, till):
    path = web.begin("MARIN-S")
    checkout = web.choose(path)
    assert checkout["total"] == {"amount": "49.90", "currency": "EUR"}

    paid = web.pay(path, checkout["total"])

    assert (web.status, paid["state"]) == (200, "placed"), paid
    order = Order.objects.get(number=paid["order"]["number"])
    assert (order.state, str(order.total), order.location.code) == ("placed", "49.900", "nantes")
    [line] = order.lines.all()
    assert (line.sku, line.title, line.options, line.quantity) == ("MARIN-S", "Marin", "S", 1)
    [hold] = Hold.objects.filter(owner=line.stock_owner, state="allocated")
    assert (hold.quantity, hold.document) == (1, order.number)
    [payment] = order.payments.all()
    assert (payment.fate, str(payment.authorised)) == ("order", "49.900")


@pytest.mark.django_db(transaction=True)
def test_a_whole_purchase_costs_at_most_fifty_eight_statements(web, till):
    """From an empty basket to a placed order: four calls, each with its key. The first purchase warms what is kept."""
    web.buy("MARIN-S")
    with CaptureQueriesContext(connection) as said:
        assert web.buy("MARIN-M")["state"] == "placed"
    told = [str(one["sql"]) for one in said.captured_queries]
    asked = [one for one in told if one not in ("BEGIN", "COMMIT")]
    assert len(asked) <= 58, "\n".join(one[:150] for one in asked)


@pytest.mark.django_db(transaction=True)
def test_a_whole_purchase_paid_at_a_provider_costs_at_most_sixty_eight_statements(web, till):
    """As above, and the customer pays elsewhere: the provider's notice comes, and then the customer comes back.

    What the test gateway writes into its own books is not the shop's.
    """
    till.web.extensions = ["testpay"]
    till.web.save()

    def buy(sku):
        path = web.begin(sku)
        return pay_at_the_gateway(web, path, web.choose(path, payment="testpay")["total"])

    buy("MARIN-S")
    with CaptureQueriesContext(connection) as said:
        assert buy("MARIN-M")["state"] == "placed"
    told = [str(one["sql"]) for one in said.captured_queries]
    asked = [one for one in told if one not in ("BEGIN", "COMMIT") and "comptoir_testpay_" not in one]
    assert len(asked) <= 68, "\n".join(one[:150] for one in asked)
