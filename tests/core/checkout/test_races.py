"""Placing an order with everybody at once: on committed rows, with threads and processes."""

import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client

from comptoir.base.errors import ComptoirError
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.finishing import finish
from comptoir.checkout.models import Checkout
from comptoir.checkout.queries import checkout_view
from comptoir.checkout.services import prepare
from comptoir.events.models import Event
from comptoir.orders.models import Order, RefundRequest
from comptoir.orders.services import cancel_order, request_refund
from comptoir.payments.audit import differences
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Payment
from comptoir.payments.services import refund_payment, start_payment
from comptoir.stock.audit import differences as stock_differences
from comptoir.stock.models import Hold, Level
from comptoir.testing.calling import Customer
from comptoir.testing.racing import run_together
from comptoir.testing.selling import Till
from comptoir_testpay.models import Deed
from tests.core.checkout.test_journey import pay_at_the_gateway

KILLED = Path(__file__).with_name("killed_while_finishing.py")


@pytest.fixture
def till(open_shop) -> Till:
    return Till(open_shop)


def customer() -> Customer:
    return Customer("web", Client())


def paid(till: Till, *skus: str) -> str:
    """The uuid of a checkout whose money is there, and that nobody has finished yet."""
    web = customer()
    path = web.begin(*skus)
    web.choose(path)
    checkout = Checkout.objects.get(uuid=path.split("/")[1])
    context = till.context()
    total = checkout_view(context, str(checkout.uuid)).total
    prepare(channel=context, uuid=str(checkout.uuid), total=total)
    start_payment(
        channel=context, provider="shop", reference=checkout.reference, amount=total, key="once",
        way="collection", location_id=till.nantes.pk,
    )  # fmt: skip
    return str(checkout.uuid)


def check_books() -> None:
    """Goods, money and orders agree."""
    assert list(stock_differences()) == []
    assert list(differences()) == []
    for order in Order.objects.all():
        assert sum(one.secured for one in order.payments.all()) == order.total
        for line in order.lines.all():
            held = Hold.objects.filter(owner=line.stock_owner, state="allocated", document=order.number)
            assert sum(hold.quantity for hold in held) == line.quantity


def test_the_return_and_the_notice_finish_at_once_and_there_is_one_order(till):
    uuid = paid(till, "MARIN-S")

    finished = run_together([lambda: finish(uuid=uuid) for _ in range(8)], workers=8)

    assert {one.state for one in finished} == {"placed"}
    assert len({one.order_id for one in finished}) == 1
    assert Order.objects.count() == 1
    assert Event.objects.filter(type="order_placed").count() == 1
    check_books()


def test_the_same_key_fifty_times_gives_one_order_and_fifty_equal_answers(till):
    web = customer()
    path = web.begin("MARIN-S")
    total = web.choose(path)["total"]

    def pay():
        one = customer()
        answer = one.pay(path, total, **{"Idempotency-Key": "the-same-key-for-all"})
        return one.status, answer

    answers = run_together([pay for _ in range(50)], workers=16)

    assert {status for status, _answer in answers} == {200}
    assert all(answer == answers[0][1] for _status, answer in answers)
    assert Order.objects.count() == 1
    check_books()


def test_forty_shoppers_buy_the_last_ten(till):
    def buy():
        web = customer()
        basket = web.post("baskets", {"lines": [{"sku": "MARIN-S"}]})
        if web.status == 409:
            return "sold out"
        assert web.status == 201, basket
        checkout = web.post("checkouts", {"basket": basket["token"]})
        path = f"checkouts/{checkout['id']}"
        answer = web.pay(path, web.choose(path)["total"])
        return answer["state"] if web.status == 200 else answer["code"]

    came_of_it = run_together([buy for _ in range(40)], workers=16)

    assert came_of_it.count("placed") == 10, came_of_it
    assert set(came_of_it) <= {"placed", "sold out"}
    assert Level.objects.get(variant=till.small).allocated == 10
    check_books()


def test_goods_that_are_gone_though_the_money_came_give_the_money_back(till):
    uuid = paid(till, "MARIN-S")
    Hold.objects.update(state="released")  # as if time had ended them and others taken the goods
    Level.objects.filter(variant=till.small).update(held=0, on_hand=0)

    outcomes = run_together([lambda: finish(uuid=uuid) for _ in range(4)], workers=4)

    assert any(isinstance(one, ComptoirError) and one.code == "goods_gone" for one in outcomes)
    assert Order.objects.count() == 0
    checkout = Checkout.objects.get(uuid=uuid)
    assert (checkout.state, checkout.problem) == ("ended", "out_of_stock")
    assert Event.objects.filter(type="checkout_failed").count() == 1
    assert Payment.objects.get(reference=checkout.reference).fate == "back"


@pytest.mark.parametrize("statement", [2, 4, 6, 8, 10, 12, 14, 16])
def test_a_process_killed_in_the_middle_of_finishing_leaves_all_or_nothing(till, statement):
    uuid = paid(till, "MARIN-S")
    settings = connections["default"].settings_dict
    facts = {key: str(settings[key]) for key in ("NAME", "USER", "HOST", "PORT")}
    environment = {**os.environ, **{f"KILLED_{key}": value for key, value in facts.items()}}

    done = subprocess.run([sys.executable, str(KILLED), uuid, str(statement)], env=environment, check=False)

    assert done.returncode == -signal.SIGKILL, "there are fewer statements by now"
    assert Order.objects.count() == 0
    assert finish(uuid=uuid).state == "placed"
    assert Order.objects.count() == 1
    check_books()


def test_parallel_refunds_never_ask_for_more_than_the_order_cost(till):
    web = customer()
    number = web.buy("MARIN-S")["order"]["number"]
    order = Order.objects.get(number=number)

    def ask(turn: int):
        return request_refund(order_id=order.pk, key=f"turn-{turn}", amount=order.money(Decimal("10.00")))

    came_of_it = run_together([lambda turn=turn: ask(turn) for turn in range(12)], workers=12)

    refused = [one for one in came_of_it if isinstance(one, Exception)]
    assert [one.code for one in refused] == ["refund_too_high"] * 8
    assert sum(one.amount for one in RefundRequest.objects.all()) == Decimal("40")


def test_the_customer_cancels_while_the_shop_cancels_and_the_goods_come_back_once(till):
    order = Order.objects.get(number=customer().buy("MARIN-S")["order"]["number"])

    came_of_it = run_together([lambda: cancel_order(order_id=order.pk) for _ in range(6)], workers=6)

    assert sum(isinstance(one, ComptoirError) and one.code == "order_state" for one in came_of_it) == 5
    assert RefundRequest.objects.count() == 1
    assert Level.objects.get(variant=till.small).allocated == 0
    assert list(stock_differences()) == []


def test_refunds_at_the_till_at_the_screen_and_on_the_web_never_exceed_what_was_captured(till):
    till.web.extensions = ["testpay"]
    till.web.save()
    web = customer()
    path = web.begin("MARIN-S", "MARIN-M")
    placed = pay_at_the_gateway(web, path, web.choose(path, payment="testpay")["total"])
    order = Order.objects.get(number=placed["order"]["number"])
    work(till)
    payment = Payment.objects.get()
    assert payment.captured == Decimal("99.80")
    line = order.lines.first().pk

    def of_the_order(turn):
        return request_refund(order_id=order.pk, key=f"turn-{turn}", amount=order.money(Decimal("10.00")))

    def of_the_payment(turn):
        return refund_payment(payment=payment, amount=order.money(Decimal("10.00")), key=f"turn-{turn}")

    def by_the_customer(_turn):
        return cancel_with_parcels(order_id=order.pk, lines={line: 1}, by_customer=True)

    jobs = [
        lambda turn=turn, kind=kind: kind(turn)
        for turn in range(6)
        for kind in (of_the_order, of_the_payment, by_the_customer)
    ]
    run_together([*jobs, *[lambda: work(till)] * 3], workers=16)
    for _round in range(3):
        work(till)

    payment.refresh_from_db()
    gone = sum(one.amount for one in Deed.objects.filter(kind="refunded"))
    assert 0 < payment.refunded == gone <= payment.captured
    assert payment.refunding == 0
    assert order.lines.get(pk=line).cancelled == 1
    assert list(differences(grace_minutes=-60)) == list(stock_differences()) == []


def work(till: Till) -> None:
    """What the worker does."""
    till.shop.settle()
    settle_payments()


def test_ten_changes_of_the_delivery_at_once_leave_one_hold_a_line(till):
    web = customer()
    path = web.begin("MARIN-S", "MARIN-M")
    web.choose(path)
    home = {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"}
    wishes = [{"key": "domicile", "address": home}, {"key": "retrait:nantes"}]

    def change(turn: int) -> tuple[int, object]:
        one = customer()
        answer = one("PATCH", path, {"delivery": wishes[turn % 2]})
        return one.status, answer

    answers = run_together([lambda turn=turn: change(turn) for turn in range(10)], workers=10)

    assert {status for status, _answer in answers} == {200}, answers
    held = Hold.objects.filter(state="held")
    assert sorted((one.level.variant.sku, one.quantity) for one in held) == [("MARIN-M", 1), ("MARIN-S", 1)]
    assert web.pay(path, web.choose(path)["total"])["state"] == "placed"
    check_books()
