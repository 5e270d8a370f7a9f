"""Many at once, and processes that die, with real threads and processes on PostgreSQL."""

import multiprocessing
import random
import signal
import threading
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections, transaction

from comptoir.base import clock
from comptoir.events.services import deliver_events
from comptoir.orders.services import request_refund
from comptoir.payments import commands, tasks
from comptoir.payments.audit import differences
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Notice, Payment
from comptoir.payments.notices import receive_notice
from comptoir.payments.services import AboveCaptured, capture_payment, refund_payment
from comptoir.payments.tenders import NotPaid, capture_for_order, give_back, keep_for_order
from comptoir.testing.racing import STRESS, run_together
from tests.core.payments.bank import PASSWORD
from tests.core.payments.conftest import eur

pytestmark = pytest.mark.timeout(120 * STRESS)
processes = multiprocessing.get_context("fork")


def in_a_process(job) -> int:
    """Run something in a process of its own; its exit code, negative for the signal that killed it."""
    connections.close_all()
    process = processes.Process(target=job)
    process.start()
    process.join()
    return process.exitcode


def settle_later():
    with clock.moved_to(clock.now() + timedelta(minutes=30)):
        while settle_payments():
            pass


def captured(till, amount="100.00"):
    payment = till.pay(amount)
    capture_payment(payment=payment, key="capture")
    return payment


def test_money_goes_back_when_its_event_was_delivered_and_not_at_the_next_look(open_till, bank, monkeypatch):
    monkeypatch.setattr(tasks, "POLL_S", 600.0)
    stop = threading.Event()
    order = open_till.order(open_till.pay("50.00").reference)
    with transaction.atomic():
        keep_for_order(order=order, amount=eur("50.00"))
        capture_for_order(order_id=order.pk)

    def wait_for(kind, amount):
        until = time.monotonic() + 30
        while bank.total(kind) != amount and time.monotonic() < until:
            time.sleep(0.05)

    def refund():
        try:
            wait_for("captured", 50)
            request_refund(order_id=order.pk, key="back", amount=eur("12.50"))
            while deliver_events():
                pass
            wait_for("refunded", Decimal("12.50"))
        finally:
            stop.set()
            tasks.hurry()

    assert run_together([lambda: tasks.settle_forever(stop), refund], workers=2) == [None, None]
    assert bank.total("refunded") == Decimal("12.50")


def test_parallel_refunds_in_shop_and_web_never_exceed_what_was_captured(open_till, bank):
    payment = captured(open_till, "100.00")

    def refund(number):
        return lambda: refund_payment(payment=payment, amount=eur("7.00"), key=f"refund-{number}")

    results = run_together([refund(number) for number in range(40)], workers=20)

    assert sum(isinstance(one, AboveCaptured) for one in results) == 40 - 14
    payment.refresh_from_db()
    assert (payment.refunded, payment.refunding, bank.total("refunded")) == (98, 0, 98)
    assert [one.code for one in differences(grace_minutes=-60)] == ["payment_without_order"]


def test_one_key_sent_fifty_times_at_once_starts_one_payment(open_till, bank):
    results = run_together(
        [lambda: open_till.pay("50.00", reference="checkout:1", key="once") for _ in range(50)], workers=25
    )

    assert {one.pk for one in results} == {Payment.objects.get().pk}
    assert bank.total("authorised") == Decimal("50")
    settle_later()
    assert Payment.objects.get().authorised == Decimal("50")


def test_of_fifty_calls_at_once_one_asks_and_all_have_its_answer(open_till, bank, monkeypatch):
    monkeypatch.setattr(commands, "ANSWER_S", 60)
    bank.moods = ["redirects"]

    results = run_together(
        [lambda: open_till.pay("50.00", reference="checkout:1", key="once") for _ in range(50)], workers=25
    )

    assert bank.calls == 1
    assert {(one.state, one.step["url"]) for one in results} == {
        ("waiting", "https://bank.example/pay?call=1")
    }


def test_who_waits_for_somebody_who_died_while_asking_asks_himself(open_till, bank, monkeypatch):
    monkeypatch.setattr(commands, "ANSWER_S", 0.5)
    bank.moods = ["killed_before"]
    assert in_a_process(lambda: open_till.pay(reference="checkout:1", key="once")) == -signal.SIGKILL
    bank.moods = ["redirects"]

    payment = open_till.pay(reference="checkout:1", key="once")

    assert (payment.state, payment.step["url"]) == ("waiting", "https://bank.example/pay?call=1")


def test_an_answer_that_comes_again_sends_the_customer_nowhere_else(open_till, bank, monkeypatch):
    """Whoever waited too long asks as well: two answers, one page."""
    monkeypatch.setattr(commands, "ANSWER_S", 0)
    bank.moods = ["redirects"]

    results = run_together(
        [lambda: open_till.pay("50.00", reference="checkout:1", key="once") for _ in range(20)], workers=10
    )

    assert len({one.step["url"] for one in results}) == 1


def test_one_refund_sent_fifty_times_at_once_gives_once(open_till, bank):
    payment = captured(open_till)

    run_together(
        [lambda: refund_payment(payment=payment, amount=eur("10.00"), key="once") for _ in range(50)],
        workers=25,
    )

    settle_later()
    payment.refresh_from_db()
    assert (payment.refunded, payment.refunding, bank.total("refunded")) == (10, 0, 10)


def test_a_notice_that_comes_twenty_times_at_once_is_handled_once(open_till, bank):
    bank.moods = ["redirects", "pays"]
    payment = open_till.pay("50.00")
    bank.deed(str(payment.uuid), "authorised", Decimal("50.00"), "the customer")
    context, body = open_till.context, bank.notice(payment)

    results = run_together(
        [
            lambda: receive_notice(
                channel=context, provider="bank", headers={"X-Password": PASSWORD}, body=body
            )
            for _ in range(20)
        ],
        workers=20,
    )

    assert {one.pk for one in results} == {Notice.objects.get().pk}
    assert payment.entries.count() == 1


def test_money_is_an_orders_or_goes_back_never_both_and_never_neither(open_till, bank):
    for number in range(10 * STRESS):
        reference = f"checkout:race-{number}"
        payment = open_till.pay("50.00", reference=reference)
        order = open_till.order(reference)

        def keep(order=order):
            with transaction.atomic():
                return keep_for_order(order=order, amount=eur("50.00"))

        kept, given = run_together(
            [keep, lambda reference=reference: give_back(reference=reference)], workers=2
        )

        payment.refresh_from_db()
        if isinstance(kept, NotPaid):
            assert (given, payment.fate, payment.order_id) == (1, "back", None)
        else:
            assert (given, payment.fate, payment.order_id) == (0, "order", order.pk)
    settle_later()
    gone = sum(one.amount for one in Payment.objects.filter(fate="back"))
    assert bank.total("voided") == gone


@pytest.mark.parametrize("mood", ["killed_before", "killed_after"])
@pytest.mark.parametrize("action", ["start", "capture", "refund"])
def test_a_process_that_dies_around_a_call_loses_nothing(open_till, bank, action, mood):
    """Killed just before the bank acts, or just after it, before the shop could write down what it did."""
    payment = None if action == "start" else open_till.pay("50.00", reference="checkout:dies", key="once")
    if action == "refund":
        capture_payment(payment=payment, key="capture")
    jobs = {
        "start": lambda: open_till.pay("50.00", reference="checkout:dies", key="once"),
        "capture": lambda: capture_payment(payment=payment, key="later"),
        "refund": lambda: refund_payment(payment=payment, amount=eur("20.00"), key="later"),
    }
    bank.moods = [mood]

    assert in_a_process(jobs[action]) == -signal.SIGKILL
    bank.moods = []
    settle_later()

    payment = Payment.objects.get()
    assert payment.authorised == bank.total("authorised") == Decimal("50")
    assert payment.captured == bank.total("captured") == (0 if action == "start" else 50)
    assert payment.refunded == bank.total("refunded") == (20 if action == "refund" else 0)
    assert (payment.capturing, payment.refunding) == (0, 0)
    assert [one.code for one in differences(grace_minutes=-60)] == ["payment_without_order"]


def test_workers_that_are_killed_at_random_lose_and_double_nothing(open_till, bank):
    payments = [captured(open_till, "50.00") for _ in range(8)]
    bank.moods = ["silent"]
    for payment in payments:
        refund_payment(payment=payment, amount=eur("20.00"), key="refund")
    bank.moods = []
    dice = random.Random(17)

    def work():
        bank.moods = [dice.choice(["pays", "killed_before", "killed_after", "deaf"]) for _ in range(20)]
        settle_later()

    died = 0
    for round_number in range(12 * STRESS):
        dice.seed(round_number)
        with clock.moved_to(clock.now() + timedelta(hours=2 * round_number)):
            died += in_a_process(work) == -signal.SIGKILL
    with clock.moved_to(clock.now() + timedelta(days=30)):
        settle_later()

    assert died > 0
    assert bank.total("refunded") == 8 * 20
    assert [str(one.refunded) for one in Payment.objects.all()] == ["20.000"] * 8
    assert {one.code for one in differences(grace_minutes=-60 * 24 * 60)} == {"payment_without_order"}
