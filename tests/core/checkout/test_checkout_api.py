"""From an empty basket to an order, over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptoir.orders.models import Order
from comptoir.stock.models import Hold

pytestmark = pytest.mark.django_db


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
def test_a_whole_purchase_costs_at_most_ninety_five_statements(web, till):
    """From an empty basket to a placed order: five calls, each with its key. The first of all warms what is kept."""
    web.buy("MARIN-S")
    with CaptureQueriesContext(connection) as statements:
        basket = web.post("baskets", {"lines": [{"sku": "MARIN-M"}]})
        checkout = web.post("checkouts", {"basket": basket["token"]})
        path = f"checkouts/{checkout['id']}"
        parts = [len(statements)]
        total = web.choose(path)["total"]
        parts.append(len(statements))
        assert web.pay(path, total)["state"] == "placed"
    said = "\n".join(str(one["sql"])[:150] for one in statements.captured_queries)
    count = sum(one["sql"] not in ("BEGIN", "COMMIT") for one in statements.captured_queries)
    assert count <= 95, f"{parts} {count}\n{said}"
