"""Orders taken on the phone."""

from datetime import timedelta

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.checkout.models import Checkout
from comptoir.events.models import Event
from comptoir.orders.models import Order
from comptoir.stock.models import Hold
from tests.core.checkout.conftest import CONTACT, Customer
from tests.core.stock.conftest import people
from tests.testdummy import plugin as dummy_plugin

__all__ = ["people"]

pytestmark = pytest.mark.django_db
DRAFT = {
    "channel": "web",
    "lines": [{"sku": "MARIN-S", "quantity": 2}],
    "contact": {**CONTACT, "phone": "0612345678"},
}


@pytest.fixture
def nina(till, people) -> Customer:
    return Customer("staff", people("draft_order", at=[till.nantes]))


def test_a_draft_keeps_its_goods_for_a_day_and_is_paid_by_its_link(till, nina):
    draft = nina.post("orders/drafts", DRAFT)
    assert (nina.status, draft["total"]["amount"]) == (201, "99.80"), draft
    [hold] = Hold.objects.filter(state="held")
    assert hold.expires_at > clock.now() + timedelta(hours=23)

    customer = Customer("web", Client())
    path = f"checkouts/{draft['link'].partition('#')[2]}"
    assert customer.get(path)["contact"]["name"] == "Camille Martin"
    said = {"delivery": {"key": "retrait:nantes"}, "payment": "shop"}
    placed = customer.pay(path, customer("PATCH", path, said)["total"])
    assert placed["state"] == "placed", placed
    assert Order.objects.get().history.get().actor.first_name == "Nina"


def test_on_draft_offered(till, nina, shop, plug):
    dummy_plugin.seen.clear()
    plug("dummy", dummy_plugin)
    draft = nina.post("orders/drafts", DRAFT)
    for _ in range(3):
        nina.post(f"orders/drafts/{draft['id']}/link")
        assert nina.status == 204
    shop.settle()
    assert dummy_plugin.seen.count(("draft_offered", Checkout.objects.get().pk)) == 1
    assert "0612345678" not in str(Event.objects.get(type="draft_offered").payload)


def test_a_draft_needs_the_right_a_workplace_and_sensible_hours(till, nina, people):
    clerk = Customer("staff", people("view_order", at=[till.nantes], name="clerk"))
    assert (clerk.post("orders/drafts", DRAFT)["code"], clerk.status) == ("not_allowed", 403)
    answer = nina.post("orders/drafts", {**DRAFT, "hours": 10_000})
    assert (nina.status, answer["errors"][0]["field"]) == (422, "hours")
    assert not Hold.objects.exists()


def test_a_draft_without_a_phone_number_sends_nothing(till, nina):
    draft = nina.post("orders/drafts", {**DRAFT, "contact": {"name": "Camille"}})
    answer = nina.post(f"orders/drafts/{draft['id']}/link")
    assert (nina.status, answer["code"]) == (409, "phone_missing")
    assert not Event.objects.filter(type="draft_offered").exists()
