"""Bad input: a clear error with its code and field, and not one row of the database is another one."""

import json
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.channels.queries import forget_contexts
from comptoir.checkout.models import Checkout
from comptoir.fulfilment.models import Rate, Zone
from comptoir.fulfilment.services import set_up_location
from comptoir.fulfilment.slots import hold_slot
from comptoir.payments.models import Payment
from comptoir.payments.services import AboveCaptured, refund_payment
from comptoir.pricing.services import set_price
from comptoir.testing.calling import Customer
from comptoir_testpay.models import Message
from comptoir_testpay.sending import SIGNATURE, signature
from tests.core.checkout.test_journey import HOME, Story, pay_at_the_gateway
from tests.core.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


def refused(caller, answer, status, code, field) -> None:
    said = caller.status, answer["code"], [one["field"] for one in answer["errors"]]
    assert said == (status, code, [field]), answer
    assert answer["title"] and all(one["message"] for one in answer["errors"])


@pytest.fixture
def gateway(till):
    till.web.extensions = ["testpay"]
    till.web.save()


@pytest.fixture
def story(till, shop, web, gateway) -> Story:
    """An order of two shirts, paid at the gateway."""
    path = web.begin("MARIN-S", "MARIN-M")
    placed = pay_at_the_gateway(web, path, web.choose(path, payment="testpay")["total"])
    told = Story(till, shop, web, placed)
    told.settle()
    return told


# --- at the checkout -------------------------------------------------------------------------------------------------


def test_an_address_in_a_zone_nobody_serves(web):
    paris = Zone.objects.create(code="idf", name="Île-de-France", countries=["FR"], postcodes=["75*"])
    Rate.objects.filter(method__code="domicile").update(zone=paris)
    path = web.begin("MARIN-S")
    with nothing_changes():
        answer = web("PATCH", path, {"delivery": {"key": "domicile", "address": HOME}})
    refused(web, answer, 409, "not_deliverable", "delivery")
    assert answer["codes"] == ["zone_not_served"]


@pytest.fixture
def drive(till):
    """Nantes works by times, one order each; its free ones."""
    set_up_location(location=till.nantes, slot_minutes=60, slot_capacity=1)
    return [one["starts_at"] for one in Customer("web").get("slots?location=nantes")["items"]]


def test_a_slot_that_is_full(web, till, drive):
    hold_slot(location=till.nantes, starts_at=clock.datetime.fromisoformat(drive[1]), owner="somebody")
    path = web.begin("MARIN-S")
    web.choose(path, delivery={"key": "retrait:nantes", "slot": drive[0]})
    with nothing_changes():  # the slot that was chosen before stays
        answer = web("PATCH", path, {"delivery": {"key": "retrait:nantes", "slot": drive[1]}})
    refused(web, answer, 409, "slot_full", "delivery.slot")


def test_a_slot_that_is_past(web, drive):
    path = web.begin("MARIN-S")
    with nothing_changes(), clock.moved_to(clock.datetime.fromisoformat(drive[0]) + timedelta(minutes=1)):
        answer = web("PATCH", path, {"delivery": {"key": "retrait:nantes", "slot": drive[0]}})
    refused(web, answer, 409, "slot_past", "delivery.slot")


def test_a_slot_that_there_is_not(web, drive):
    path = web.begin("MARIN-S")
    odd = (clock.datetime.fromisoformat(drive[1]) + timedelta(minutes=7)).isoformat()
    with nothing_changes():
        answer = web("PATCH", path, {"delivery": {"key": "retrait:nantes", "slot": odd}})
    refused(web, answer, 422, "unknown_slot", "delivery.slot")


@pytest.mark.parametrize("amount", ["0.00", "1.00", "49.89", "-49.90", "1000000.00"])
def test_a_total_that_differs_from_the_quote(web, amount):
    path = web.begin("MARIN-S")
    web.choose(path)
    with nothing_changes():
        answer = web.pay(path, {"amount": amount, "currency": "EUR"})
    refused(web, answer, 409, "price_changed", "total")
    assert answer["total"] == {"amount": "49.90", "currency": "EUR"}


def test_a_total_in_another_currency(web):
    path = web.begin("MARIN-S")
    web.choose(path)
    with nothing_changes():
        answer = web.pay(path, {"amount": "49.90", "currency": "USD"})
    refused(web, answer, 409, "price_changed", "total")


def test_a_price_that_changed_before_the_button_was_pressed(web, till):
    path = web.begin("MARIN-S")
    total = web.choose(path)["total"]
    set_price(variant=till.small, amount=Decimal("59.90"))
    with nothing_changes():
        answer = web.pay(path, total)
    refused(web, answer, 409, "price_changed", "total")
    [line] = answer["lines"]
    assert (line["sku"], line["before"]["amount"], line["now"]["amount"]) == ("MARIN-S", "49.90", "59.90")


def test_a_price_that_changed_while_paying_is_not_the_customers(web, till, shop, gateway):
    path = web.begin("MARIN-S")
    begun = web.pay(path, web.choose(path, payment="testpay")["total"])
    set_price(variant=till.small, amount=Decimal("59.90"))
    press(web, begun)
    story = Story(till, shop, web, web.post(f"{path}/finish"))
    assert (story.order.total, story.seen()["money"]["captured"]["amount"]) == (Decimal("49.90"), "49.90")


@pytest.mark.parametrize("now", ["59.90", "39.90"])
def test_who_presses_again_at_the_price_of_now_pays_that_and_the_payment_of_before_goes_back(
    web, till, shop, gateway, now
):
    path = web.begin("MARIN-S")
    before = web.pay(path, web.choose(path, payment="testpay")["total"])
    set_price(variant=till.small, amount=Decimal(now))
    with nothing_changes():
        refused(web, web.pay(path, before["total"]), 409, "price_changed", "total")
    again = web.pay(path, {"amount": now, "currency": "EUR"})
    press(web, before)  # the page of before is still open in another window
    press(web, again)
    story = Story(till, shop, web, web.post(f"{path}/finish"))
    assert (str(story.order.total), story.seen()["money"]["captured"]["amount"]) == (f"{now}0", now)
    payments = Payment.objects.order_by("pk").values_list("fate", "authorised", "captured", "voided")
    paid, given = Decimal(now), Decimal("49.90")
    assert list(payments) == [("back", given, 0, given), ("order", paid, paid, 0)]


def press(web, begun: dict) -> None:
    """Pay on the page of the gateway."""
    page = urlsplit(begun["payment"]["step"]["url"]).path
    assert web.client.post(page, {"choice": "pays"}).status_code == 302


# --- a shop that closed ----------------------------------------------------------------------------------------------


def test_a_shop_that_closed_is_not_chosen(web, till):
    path = web.begin("MARIN-S")
    close(till.nantes)
    with nothing_changes():
        answer = web("PATCH", path, {"delivery": {"key": "retrait:nantes"}})
    assert (web.status, answer["errors"][0]["field"]) == (422, "delivery"), answer
    assert answer["code"] == "unknown_delivery"


def test_a_shop_that_closed_after_it_was_chosen_is_said_before_the_money_is_asked_for(web, till):
    path = web.begin("MARIN-S")
    total = web.choose(path)["total"]
    close(till.nantes)
    with nothing_changes():
        answer = web.pay(path, total)
    assert (web.status, answer["errors"][0]["field"]) == (422, "delivery"), answer
    assert answer["code"] == "unknown_delivery"
    assert Checkout.objects.get().state == "open"


def test_a_channel_that_closed_sells_nothing_more(web, till):
    path = web.begin("MARIN-S")
    total = web.choose(path)["total"]
    till.web.is_active = False
    till.web.save()
    forget_contexts()
    with nothing_changes():
        answer = web.pay(path, total)
    assert (web.status, answer["code"]) == (404, "not_found")


def close(location) -> None:
    location.is_active = False
    location.save()
    forget_contexts()


# --- notices ---------------------------------------------------------------------------------------------------------


def notice(body: dict, said: str | None = None):
    content = json.dumps(body).encode()
    client = Client()
    answer = client.post(
        "/api/v1/web/payments/notices/testpay",
        content,
        content_type="application/json",
        headers={SIGNATURE: signature(content) if said is None else said},
    )
    return answer.status_code, json.loads(answer.content)


def paid_fact(amount: str = "49.90") -> dict:
    return {
        "kind": "authorised",
        "amount": amount,
        "currency": "EUR",
        "reference": "made-up",
        "key": "",
        "reason": "",
    }


@pytest.fixture
def waiting(web, gateway) -> Payment:
    """A payment at the gateway that nobody has made yet."""
    path = web.begin("MARIN-S")
    web.pay(path, web.choose(path, payment="testpay")["total"])
    return Payment.objects.get()


def test_a_forged_notice(waiting):
    body = {"id": "m-1", "payment": str(waiting.uuid), "facts": [paid_fact()]}
    for said in ("", "1.2", signature(b"something else"), "x" * 5000):
        with nothing_changes():
            status, answer = notice(body, said)
        assert (status, answer["code"], answer["errors"][0]["field"]) == (400, "notice_forged", "signature")


def test_an_old_notice_that_somebody_sends_again(waiting):
    body = {"id": "m-1", "payment": str(waiting.uuid), "facts": [paid_fact()]}
    with clock.moved_to(clock.now() - timedelta(minutes=6)):
        old = signature(json.dumps(body).encode())
    with nothing_changes():
        status, answer = notice(body, old)
    assert (status, answer["code"], answer["errors"][0]["field"]) == (400, "notice_stale", "signature")


def test_a_notice_with_the_number_of_another(story):
    sent, payment = Message.objects.get(), Payment.objects.get()
    body = {"id": str(sent.pk), "payment": str(payment.uuid), "facts": [paid_fact("99.80")]}
    with nothing_changes():
        status, answer = notice(body)
    assert (status, answer["code"], answer["errors"][0]["field"]) == (409, "notice_replayed", "id")


def test_a_notice_that_no_gateway_would_write(waiting):
    for body in ({}, {"id": "m-1"}, {"id": "m-1", "payment": str(waiting.uuid), "facts": [{"kind": "gift"}]}):
        with nothing_changes():
            status, answer = notice(body)
        assert (status, answer["code"], answer["errors"][0]["field"]) == (400, "notice_unreadable", "body")


def test_the_same_notice_again_is_taken_and_changes_nothing(story):
    sent = json.loads(Message.objects.get().body)
    with nothing_changes():
        status, answer = notice(sent)
    assert (status, answer["state"]) == (200, "handled")


# --- after the order -------------------------------------------------------------------------------------------------


def test_a_refund_above_what_was_paid(story):
    for amount in ("99.81", "1000.00"):
        with nothing_changes():
            money = {"amount": amount, "currency": "EUR"}
            answer = story.staff.post(
                f"orders/{story.number}/refunds", {"amount": money, "reason": "gesture"}
            )
        refused(story.staff, answer, 409, "refund_too_high", "amount")
    with nothing_changes(), pytest.raises(AboveCaptured) as error:
        payment = Payment.objects.get()
        refund_payment(payment=payment, amount=story.order.money(Decimal("99.81")), key="by hand")
    assert (error.value.code, error.value.field) == ("refund_above_captured", "amount")


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.001"])
def test_a_refund_that_is_no_sum(story, amount):
    with nothing_changes():
        money = {"amount": amount, "currency": "EUR"}
        answer = story.staff.post(f"orders/{story.number}/refunds", {"amount": money})
    refused(story.staff, answer, 422, "invalid_value", "amount")


def test_a_refund_of_more_pieces_than_were_bought(story):
    line = story.order.lines.first().pk
    with nothing_changes():
        said = {"lines": [{"line": line, "quantity": 2}]}
        answer = story.staff.post(f"orders/{story.number}/refunds", said)
    refused(story.staff, answer, 409, "too_many_pieces", "quantity")


def test_the_code_of_another_order(till, shop, story):
    other = Story.__new__(Story)
    other.shop, other.web, other.staff = shop, Customer("web"), story.staff
    placed = other.web.buy("MARIN-S")
    other.number, other.token = placed["order"]["number"], placed["order"]["token"]
    story.make_ready("MARIN-S", "MARIN-M")
    other.make_ready("MARIN-S")
    code, parcel = other.seen()["parcels"][0]["code"], story.seen()["parcels"][0]["number"]
    with nothing_changes("fulfilment_parcel"):  # where the wrong tries are counted
        answer = story.staff.post(f"fulfilment/parcels/{parcel}/collect", {"code": code})
    refused(story.staff, answer, 422, "wrong_collection_code", "code")
    assert (story.parcel().state, other.parcel().state) == ("ready", "ready")
    assert (story.parcel().code_tries, other.parcel().code_tries) == (1, 0)


def test_the_link_of_another_order_opens_nothing(story, web):
    other = Customer("web").buy("MARIN-S")["order"]
    for method, path in (("GET", ""), ("POST", "/cancel")):
        with nothing_changes():
            said = {} if method == "POST" else None
            token = {"X-Order-Token": other["token"]}
            answer = web(method, f"orders/{story.number}{path}", said, **token)
        assert (web.status, answer["code"]) == (404, "not_found")
