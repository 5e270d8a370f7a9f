"""Orders taken on the phone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.checkout.models import Checkout
from comptoir.events.models import Event
from comptoir.orders.models import Order
from comptoir.stock.models import Hold
from comptoir.testing.calling import CONTACT, Customer
from comptoir.testing.staff import people
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


PHONE = {
    "channel": "web", "name": "Camille Martin", "phone": "0612345678", "email": "", "locale": "fr", "hours": 24,
    "goods-TOTAL_FORMS": 1, "goods-INITIAL_FORMS": 0, "goods-0-goods": "marin-s", "goods-0-quantity": 2,
}  # fmt: skip
HOME = {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"}


@pytest.fixture
def clerk(till, people):
    return people("view_order", "draft_order", at=[till.nantes], name="clerk")


def test_a_phone_order_is_taken_delivered_sent_and_cancelled_at_the_screen(till, clerk, shop):
    answer = clerk.post("/admin/drafts/new/", PHONE)
    assert answer.status_code == 302, answer.content.decode()
    address, draft = answer["Location"], Checkout.objects.get()
    assert sum(Hold.objects.filter(state="held").values_list("quantity", flat=True)) == 2
    page = clerk.get(address).content.decode()
    assert "Camille Martin" in page and "€99.80" in page and "Retrait en magasin · Nantes" in page

    said = {"verb": "deliver", "way": "domicile", **HOME}
    assert clerk.post(address, said).status_code == 302
    page = clerk.get(address).content.decode()
    assert "€104.80" in page and "3 rue Crébillon" in page and str(draft.uuid) in page

    for _ in range(2):
        clerk.post(address, {"verb": "send"})
    shop.settle()
    assert Event.objects.filter(type="draft_offered").count() == 1
    assert "Sent by SMS" in clerk.get(address).content.decode()

    assert clerk.post(address, {"verb": "cancel"})["Location"] == "/admin/drafts/"
    assert not Hold.objects.filter(state="held").exists()
    draft.refresh_from_db()
    assert (draft.state, draft.problem) == ("ended", "cancelled")
    assert "cancelled" in clerk.get("/admin/drafts/").content.decode()
    customer = Customer("web", Client())
    customer("PATCH", f"checkouts/{draft.uuid}", {"payment": "shop"})
    assert customer.status == 409
    clerk.post(address, {"verb": "cancel"})
    draft.refresh_from_db()
    assert draft.problem == "cancelled"


def goods(*rows):
    """What the screen sends for these (SKU, pieces)."""
    said = {"verb": "change", "goods-TOTAL_FORMS": len(rows), "goods-INITIAL_FORMS": 1}
    for number, (sku, quantity) in enumerate(rows):
        said |= {f"goods-{number}-goods": sku, f"goods-{number}-quantity": quantity}
    return said


def held():
    rows = Hold.objects.filter(state="held").values_list("level__variant__sku", "quantity")
    return sorted((sku, quantity) for sku, quantity in rows)


def test_the_goods_of_a_phone_order_are_changed_and_their_holds_follow(till, clerk):
    address = clerk.post("/admin/drafts/new/", PHONE)["Location"]
    clerk.post(address, {"verb": "deliver", "way": "domicile", **HOME})
    assert 'value="MARIN-S"' in clerk.get(address).content.decode()

    assert clerk.post(address, goods(("MARIN-S", 1), ("MARIN-M", 3))).status_code == 302
    assert held() == [("MARIN-M", 3), ("MARIN-S", 1)]
    assert min(hold.expires_at for hold in Hold.objects.filter(state="held")) > clock.now() + timedelta(
        hours=23
    )
    assert "€204.60" in clerk.get(address).content.decode()  # four of 49.90, and 5.00 for the delivery

    clerk.post(address, goods(("MARIN-M", 2)))
    assert held() == [("MARIN-M", 2)]
    assert Checkout.objects.get().delivery["basket_version"] == Checkout.objects.get().basket.version


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("MARIN-S", 1), ("MARIN-M", 90)], "left"),
        ([("nothing", 1)], "Nothing is sold under this SKU"),
        ([("", 1)], "This field is required."),
    ],
)
def test_goods_that_cannot_be_had_leave_a_phone_order_as_it_was(till, clerk, rows, sentence):
    address = clerk.post("/admin/drafts/new/", PHONE)["Location"]
    answer = clerk.post(address, goods(*rows))
    assert answer.status_code == 422 and sentence in answer.content.decode(), answer.content.decode()
    assert held() == [("MARIN-S", 2)]


def test_the_goods_of_a_phone_order_that_is_being_paid_stay(till, clerk):
    address, draft = clerk.post("/admin/drafts/new/", PHONE)["Location"], Checkout.objects.get()
    Checkout.objects.filter(pk=draft.pk).update(state=Checkout.State.PAYING, total=Decimal("99.80"))
    answer = clerk.post(address, goods(("MARIN-S", 1)))
    assert answer.status_code == 422
    assert held() == [("MARIN-S", 2)]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"phone": ""}, "Leave an e-mail address or a phone number."),
        ({"goods-0-goods": "nothing"}, "Nothing is sold under this SKU"),
        ({"goods-0-quantity": 90}, "left"),
        ({"hours": 9999}, "less than or equal to 336"),
        ({"channel": "nowhere"}, "not one of the available choices"),
        ({"goods-0-goods": "", "goods-0-quantity": 1}, "Say what is ordered."),
    ],
)
def test_a_phone_order_that_cannot_be_keeps_what_was_typed(till, clerk, said, sentence):
    answer = clerk.post("/admin/drafts/new/", {**PHONE, **said})
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page, page
    assert 'value="Camille Martin"' in page
    assert not Hold.objects.exists() and not Checkout.objects.exists()


def test_a_delivery_without_an_address_is_refused_beside_its_fields(till, clerk):
    address = clerk.post("/admin/drafts/new/", PHONE)["Location"]
    answer = clerk.post(
        address, {"verb": "deliver", "way": "domicile", **HOME, "street": "", "postcode": "", "country": ""}
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and page.count("This field is required.") == 3, page
    assert 'value="Nantes"' in page and not Checkout.objects.get().delivery


def test_phone_orders_are_those_of_ones_shops_and_for_who_may(till, clerk, people):
    address = clerk.post("/admin/drafts/new/", PHONE)["Location"]
    away = people("view_order", "draft_order", at=[till.lyon], name="away")
    seller = people("view_order", at=[till.nantes], name="seller")
    assert away.get(address).status_code == 404 and away.post(address, {"verb": "cancel"}).status_code == 404
    assert "Camille" not in away.get("/admin/drafts/").content.decode()
    assert away.post("/admin/drafts/new/", PHONE).status_code == 422
    for path in ("/admin/drafts/", "/admin/drafts/new/", address):
        assert seller.get(path).status_code == 302
    assert Checkout.objects.get().state == "open"
