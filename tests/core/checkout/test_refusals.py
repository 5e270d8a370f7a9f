"""What a checkout refuses: a code, a field, and nothing changed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from comptoir.base import clock
from comptoir.checkout.finishing import cancel_unpaid, end_unpaid
from comptoir.checkout.models import Checkout
from comptoir.fulfilment.models import Rate, Zone
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.pricing.services import set_price
from comptoir.stock.models import Hold
from comptoir.testing.calling import CONTACT

pytestmark = pytest.mark.django_db

TOTAL = {"amount": "49.90", "currency": "EUR"}
ADDRESS = {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"}


def refused(web, answer, status, code, field):
    """The code and the field of the refusal; no order and no payment came of it."""
    assert (web.status, answer["code"], [one["field"] for one in answer["errors"]]) == (
        status,
        code,
        [field],
    ), answer
    assert not Order.objects.exists()
    assert not Payment.objects.exists()


def test_everything_that_is_missing_is_said_at_once(web):
    path = web.begin("MARIN-S")
    answer = web.pay(path, TOTAL)
    refused(web, answer, 409, "delivery_missing", "delivery")
    assert [one["code"] for one in answer["reasons"]] == ["delivery_missing", "payment_missing"]


def test_another_total_than_the_quote_is_refused(web):
    path = web.begin("MARIN-S")
    web.choose(path)
    answer = web.pay(path, {"amount": "1.00", "currency": "EUR"})
    refused(web, answer, 409, "price_changed", "total")
    assert answer["total"] == TOTAL


def test_a_price_that_changed_before_paying_is_said_line_by_line(web, till):
    path = web.begin("MARIN-S")
    web.choose(path)
    set_price(variant=till.small, amount=Decimal("59.90"))

    answer = web.pay(path, TOTAL)

    refused(web, answer, 409, "price_changed", "total")
    [line] = answer["lines"]
    assert (line["sku"], line["before"]["amount"], line["now"]["amount"]) == ("MARIN-S", "49.90", "59.90")
    assert Checkout.objects.get().state == "open"


def test_a_total_that_is_no_sum_of_money(web):
    path = web.begin("MARIN-S")
    for amount in ("many", "NaN", "1e400", "49.901"):
        refused(web, web.pay(path, {"amount": amount, "currency": "EUR"}), 422, "invalid_value", "total")


def test_an_address_in_a_zone_that_nobody_serves(web):
    Rate.objects.filter(method__code="domicile").update(
        zone=Zone.objects.create(code="idf", name="Île-de-France", countries=["FR"], postcodes=["75*"])
    )
    path = web.begin("MARIN-S")
    answer = web("PATCH", path, {"delivery": {"key": "domicile", "address": ADDRESS}})
    refused(web, answer, 409, "not_deliverable", "delivery")


def test_a_delivery_that_there_is_not(web):
    path = web.begin("MARIN-S")
    refused(web, web("PATCH", path, {"delivery": {"key": "by-balloon"}}), 422, "unknown_delivery", "delivery")


def test_an_address_without_a_street(web):
    path = web.begin("MARIN-S")
    address = {**ADDRESS, "street": " "}
    answer = web("PATCH", path, {"delivery": {"key": "domicile", "address": address}})
    refused(web, answer, 422, "invalid_value", "delivery.address.street")


def test_an_e_mail_address_that_is_none(web):
    path = web.begin("MARIN-S")
    answer = web("PATCH", path, {"contact": {"name": "Camille", "email": "camille"}})
    refused(web, answer, 422, "invalid_value", "contact.email")


def test_a_means_of_payment_that_is_not_offered_for_this_delivery(web):
    path = web.begin("MARIN-S")
    said = {"contact": CONTACT, "delivery": {"key": "domicile", "address": ADDRESS}, "payment": "shop"}
    checkout = web("PATCH", path, said)
    assert web.status == 200, checkout
    assert checkout["total"]["amount"] == "54.90"
    refused(web, web.pay(path, checkout["total"]), 409, "payment_method_unknown", "payment")


def test_a_checkout_of_another_channel_and_one_that_is_not_there_look_the_same(web):
    path = web.begin("MARIN-S")
    web.channel = "app"
    assert (web.get(path)["code"], web.status) == ("not_found", 404)
    assert web.get("checkouts/00000000-0000-4000-8000-000000000000")["code"] == "not_found"


def test_a_placed_checkout_cannot_be_changed(web):
    path = web.begin("MARIN-S")
    web.pay(path, web.choose(path)["total"])
    answer = web("PATCH", path, {"payment": "transfer"})
    assert (web.status, answer["code"]) == (409, "checkout_over")


def test_paying_again_after_the_order_gives_the_same_order(web):
    path = web.begin("MARIN-S")
    first = web.pay(path, web.choose(path)["total"])
    again = web.pay(path, TOTAL)
    assert (web.status, again["order"]) == (200, first["order"])
    assert Order.objects.count() == 1


def test_a_checkout_ends_by_itself_and_frees_its_goods(web, till):
    path = web.begin("MARIN-S")
    web.choose(path)
    with clock.moved_to(clock.now() + timedelta(hours=3)):
        assert end_unpaid() == 1
        assert end_unpaid() == 0
    assert not Hold.objects.filter(state="held").exists()
    assert Checkout.objects.get().state == "ended"


def test_who_comes_back_to_a_checkout_that_ended_unpaid_is_shown_it(web, till):
    """No total was ever agreed on."""
    path = web.begin("MARIN-S")
    web.choose(path)
    with clock.moved_to(clock.now() + timedelta(hours=3)):
        end_unpaid()
    for shown in (web("GET", path), web("POST", f"{path}/finish")):
        assert (web.status, shown["state"], shown["order"]) == (200, "ended", None)
        assert shown["total"] == {"amount": "0.00", "currency": "EUR"}


def test_goods_that_cost_nothing_are_ordered_without_a_payment(web, till):
    set_price(variant=till.small, amount=Decimal(0))
    path = web.begin("MARIN-S")
    total = web.choose(path)["total"]
    placed = web.pay(path, total)
    assert (web.status, placed["state"], placed["total"]) == (200, "placed", total)
    assert Order.objects.get().number == placed["order"]["number"]
    assert not Payment.objects.exists()
    assert web("GET", path)["total"]["amount"] == "0.00"


def test_an_order_that_waits_for_its_transfer_is_cancelled_in_the_end(web, settings, shop):
    settings.COMPTOIR_BANK_IBAN = "FR7630006000011234567890189"
    placed = web.buy("MARIN-S", payment="transfer")
    order = Order.objects.get(number=placed["order"]["number"])
    assert (order.state, placed["payment"]["step"]["kind"]) == ("unpaid", "instructions")
    with clock.moved_to(clock.now() + timedelta(days=8)):
        assert cancel_unpaid() == 1
        shop.settle()
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert not Hold.objects.filter(state__in=["held", "allocated"]).exists()


def test_a_basket_that_went_to_another_channel_is_not_paid_on_the_old_one(web):
    basket, basket_path = web.open("MARIN-S")
    path = f"checkouts/{web.post('checkouts', {'basket': basket['token']})['id']}"
    web.choose(path)
    code = web.post(f"{basket_path}/handover")["code"]
    web.channel = "app"
    taken = web.post("baskets/handover", {"code": code})
    fresh = web.post("checkouts", {"basket": taken["token"]})
    assert web.status == 201

    web.channel = "web"
    answer = web.pay(path, TOTAL)
    assert (web.status, answer["code"]) == (409, "checkout_over")
    assert [one.state for one in Checkout.objects.order_by("pk")] == ["ended", "open"]
    assert str(Checkout.objects.get(state="open").uuid) == fresh["id"]
