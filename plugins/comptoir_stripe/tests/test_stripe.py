"""Stripe: payment intents from their beginning to a refund, over HTTP with the official SDK, and its signed webhooks."""

import json
import logging
import shutil
import socket
import subprocess
import time
from datetime import timedelta
from decimal import Decimal

import pytest
import stripe
from django.test import Client

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.channels.queries import channel_context
from comptoir.payments.checking import settle_payments
from comptoir.payments.commands import PaymentRefused
from comptoir.payments.models import Notice
from comptoir.payments.providers import Asked
from comptoir.payments.queries import offered_methods
from comptoir.payments.services import capture_payment, refund_payment, start_payment, void_payment
from comptoir_stripe.amounts import from_coins, to_coins
from comptoir_stripe.provider import Stripe
from comptoir_stripe.tests.stripe_server import StripeServer

SECRET, WEBHOOK = "sk_test_onlyhere", "whsec_only_here"


def eur(amount):
    return Money(Decimal(amount), "EUR")


@pytest.fixture
def account(monkeypatch, settings):
    """A shop's account at Stripe; ``STRIPE_…`` stand in the environment."""
    monkeypatch.setenv("STRIPE_SECRET_KEY", SECRET)
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", "pk_test_only_here")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", WEBHOOK)
    with StripeServer() as server:
        settings.COMPTOIR_STRIPE_API = server.url
        yield server


@pytest.fixture
def begin(shop, account):
    shop.channel("web", extensions=["stripe"])

    def start(amount="49.90", key="once"):
        return start_payment(
            channel=channel_context("web"),
            provider="stripe",
            reference="checkout:1",
            amount=eur(amount),
            key=key,
        )

    return start


@pytest.fixture
def paid(begin, account):
    """An intent whose customer has paid, and the webhook has told."""
    payment = begin()
    tell(
        account.event(
            "evt_paid",
            "payment_intent.amount_capturable_updated",
            account.customer_pays(payment.provider_reference),
        )
    )
    payment.refresh_from_db()
    return payment


def tell(body, *, secret=WEBHOOK, at=None):
    signed = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    answer = Client().post(
        "/api/v1/web/payments/notices/stripe",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signed},
    )
    said = json.loads(answer.content)
    return answer.status_code, said.get("code") or said["state"]


def test_a_payment_begins_with_what_the_shops_page_needs(begin, account):
    payment = begin()

    assert payment.step["kind"] == "script"
    assert payment.step["fields"] == {
        "client_secret": "pi_1_secret_1",
        "publishable_key": "pk_test_only_here",
    }
    assert account.intents["pi_1"]["capture_method"] == "manual"
    assert (account.intents["pi_1"]["amount"], payment.state) == (4990, "waiting")


def test_a_webhook_tells_that_the_customer_has_paid(paid):
    assert (paid.state, paid.authorised) == ("authorised", Decimal("49.9"))


def test_a_payment_is_captured_and_refunded_in_part_with_a_key_each(paid, account):
    capture_payment(payment=paid, key="capture")
    refund_payment(payment=paid, amount=eur("9.90"), key="refund-1")
    refund_payment(payment=paid, amount=eur("10.00"), key="refund-2")

    paid.refresh_from_db()
    assert (paid.captured, paid.refunded, paid.state) == (Decimal("49.9"), Decimal("19.9"), "part_refunded")
    assert len({call.split()[1] for call in account.calls}) == len(account.calls) == 4


def test_what_is_not_captured_is_let_go_as_stripe_does(paid):
    capture_payment(payment=paid, amount=eur("30.00"), key="capture")

    paid.refresh_from_db()
    assert (paid.captured, paid.voided, paid.capturable) == (Decimal("30"), Decimal("19.9"), Decimal("0"))


def test_a_payment_is_canceled(paid, account):
    void_payment(payment=paid, key="void")

    paid.refresh_from_db()
    assert (paid.state, paid.voided, account.intents["pi_1"]["status"]) == (
        "voided",
        Decimal("49.9"),
        "canceled",
    )


@pytest.mark.parametrize("action", ["start", "capture", "refund"])
def test_an_answer_that_gets_lost_is_asked_for_again_with_the_same_key(begin, account, action):
    account.break_off = int(action == "start")
    payment = begin()
    if action != "start":
        account.customer_pays(payment.provider_reference)
        tell(account.event("evt", "payment_intent.amount_capturable_updated", account.intents["pi_1"]))
        account.break_off = int(action == "capture")
        capture_payment(payment=payment, key="capture")
    if action == "refund":
        account.break_off = 1
        refund_payment(payment=payment, amount=eur("9.90"), key="refund")

    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        settle_payments()

    payment.refresh_from_db()
    assert len(account.intents) == 1
    assert len(account.refunds) == int(action == "refund")
    assert payment.provider_reference == "pi_1"
    assert (payment.captured, payment.refunded) == {
        "start": (0, 0), "capture": (Decimal("49.9"), 0), "refund": (Decimal("49.9"), Decimal("9.9")),
    }[action]  # fmt: skip
    assert not payment.commands.filter(state="asked").exists()


def test_a_refund_that_stripe_forgot_the_key_of_is_not_made_twice(paid, account):
    capture_payment(payment=paid, key="capture")
    account.break_off = 1
    refund_payment(payment=paid, amount=eur("9.90"), key="refund")
    account.kept.clear()

    with clock.moved_to(clock.now() + timedelta(days=2)):
        settle_payments()

    paid.refresh_from_db()
    assert (len(account.refunds), paid.refunded) == (1, Decimal("9.9"))


def test_a_lost_webhook_is_made_up_for_by_asking(begin, account):
    payment = begin()
    account.customer_pays(payment.provider_reference)

    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        settle_payments()

    payment.refresh_from_db()
    assert payment.state == "authorised"


def test_a_refusal_of_stripe_is_a_refusal_with_its_code(paid, account):
    account.intents["pi_1"].update(status="canceled")

    with pytest.raises(PaymentRefused) as refusal:
        capture_payment(payment=paid, key="capture")

    assert refusal.value.facts["reason"] == "payment_intent_unexpected_state"


def test_a_refund_made_at_stripe_is_told_by_its_webhook(paid, account):
    capture_payment(payment=paid, key="capture")
    refund = {
        "id": "re_by_hand", "object": "refund", "status": "succeeded", "amount": 500, "currency": "eur",
        "payment_intent": "pi_1", "metadata": {},
    }  # fmt: skip

    assert [tell(account.event("evt_2", "refund.created", refund)) for _ in range(2)] == [
        (200, "handled")
    ] * 2
    tell(account.event("evt_3", "refund.updated", refund))

    paid.refresh_from_db()
    assert paid.refunded == Decimal("5")
    tell(account.event("evt_4", "refund.failed", {**refund, "status": "failed"}))
    paid.refresh_from_db()
    assert paid.problem == "refund_failed"


def test_a_declined_card_is_told_and_may_be_tried_again(begin, account):
    payment = begin()
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "charge": "ch_no"}
    tell(
        account.event(
            "evt_1", "payment_intent.payment_failed", {**account.intents["pi_1"], "last_payment_error": error}
        )
    )

    payment.refresh_from_db()
    assert (payment.state, payment.entries.get().reason) == ("failed", "insufficient_funds")
    tell(account.event("evt_2", "payment_intent.amount_capturable_updated", account.customer_pays("pi_1")))
    payment.refresh_from_db()
    assert payment.state == "authorised"


def test_forged_old_and_foreign_webhooks_change_nothing(begin, account):
    payment = begin()
    body = account.event("evt", "payment_intent.amount_capturable_updated", account.customer_pays("pi_1"))

    assert tell(body, secret="whsec_guessed") == (400, "notice_forged")
    assert tell(body, at=int(time.time()) - 3600) == (400, "notice_stale")
    assert tell(account.event("evt", "customer.created", {"id": "cus_1"})) == (200, "ignored")
    assert tell("[]") == (400, "notice_unreadable")
    assert (Notice.objects.count(), payment.entries.count()) == (0, 0)


def test_stripe_is_offered_only_with_its_keys(begin, monkeypatch):
    def codes():
        return [one.code for one in offered_methods(channel_context("web"), amount=eur("10.00"))]

    assert "stripe" in codes()
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET")
    assert "stripe" not in codes()


def test_no_secret_is_logged(begin, account, caplog):
    caplog.set_level(logging.DEBUG)
    account.break_off = 1

    begin()

    assert SECRET not in caplog.text
    assert WEBHOOK not in caplog.text
    assert "secret_1" not in caplog.text


@pytest.mark.parametrize(
    ("amount", "currency", "coins"), [("12.50", "EUR", 1250), ("500", "JPY", 500), ("1.250", "TND", 1250)]
)
def test_amounts_are_counted_in_the_smallest_coin(amount, currency, coins):
    money = Money(Decimal(amount), currency)

    assert to_coins(money) == coins
    assert from_coins(coins, currency.lower()) == money


# --- Stripe's own server for tests -----------------------------------------------------------------------------------


@pytest.fixture
def mock(account, settings):
    """``stripe-mock``, which checks every request against Stripe's description of its API. It has no memory."""
    program = shutil.which("stripe-mock")
    if not program:
        pytest.skip("stripe-mock is not on the PATH")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([program, "-http-addr", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL)
    settings.COMPTOIR_STRIPE_API = f"http://127.0.0.1:{port}"
    for _ in range(100):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield server
    server.terminate()
    server.wait()


def test_stripes_own_mock_accepts_everything_we_send(mock):
    asked = Asked(
        payment="1", reference="pi_123", amount=eur("12.50"), key="a-key", channel="web", locale="fr",
        return_url="", notice_url="",
    )  # fmt: skip
    provider = Stripe()

    assert provider.start(asked).step.fields["client_secret"]
    assert provider.capture(asked).reference
    assert provider.refund(asked).facts[0].kind == "refunded"
    assert provider.void(asked).is_over
    assert provider.fetch(asked).reference
