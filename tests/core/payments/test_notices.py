"""Notices of providers: before, after, twice, never, forged and replayed; over the address that they call."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Notice, Payment
from comptoir.payments.notices import forget_bodies
from comptoir.payments.providers import Fact
from comptoir.payments.services import capture_payment, refund_payment
from comptoir.payments.tenders import give_back
from tests.core.payments.bank import PASSWORD
from tests.core.payments.conftest import eur

ADDRESS = "/api/v1/web/payments/notices/bank"


def send(body, *, password=PASSWORD, address=ADDRESS):
    """As the bank does: a POST without any key of ours."""
    answer = Client().post(address, body, content_type="application/json", headers={"X-Password": password})
    return answer.status_code, json.loads(answer.content)


@pytest.fixture
def waiting(till, bank):
    """A payment whose customer has just paid on the bank's page; the shop does not know yet."""
    bank.moods = ["redirects", "pays"]
    payment = till.pay("50.00")
    bank.deed(str(payment.uuid), "authorised", Decimal("50.00"), "the customer")
    return payment


def test_a_notice_makes_a_payment_authorised(waiting, bank, told):
    assert send(bank.notice(waiting)) == (200, {"state": "handled"})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.authorised) == ("authorised", Decimal("50"))
    assert told() == [("payment_authorised", "50.00")]


def test_a_notice_that_comes_twice_counts_once(waiting, bank, told):
    assert [send(bank.notice(waiting))[0] for _ in range(2)] == [200, 200]

    assert (Notice.objects.count(), waiting.entries.count()) == (1, 1)
    assert told() == [("payment_authorised", "50.00")]


def test_the_same_news_in_two_messages_counts_once(waiting, bank):
    send(bank.notice(waiting, "msg-1"))
    send(bank.notice(waiting, "msg-2"))

    assert (Notice.objects.count(), waiting.entries.count()) == (2, 1)


def test_a_notice_after_the_customer_came_back_changes_nothing(waiting, bank):
    with clock.moved_to(clock.now() + timedelta(minutes=2)):
        settle_payments()

    assert send(bank.notice(waiting)) == (200, {"state": "handled"})
    assert waiting.entries.count() == 1


def test_a_notice_that_comes_before_the_answer_to_the_start_counts_once(till, bank, monkeypatch):
    """The bank is quick: its notice is handled while the shop still waits for the answer to its own call."""
    start, said = bank.start, []

    def slow(asked):
        answer = start(asked)
        said.append(send(bank.notice(Payment.objects.get())))
        return answer

    monkeypatch.setattr(bank, "start", slow)

    payment = till.pay("50.00")

    assert said == [(200, {"state": "handled"})]
    assert (payment.state, payment.entries.count()) == ("authorised", 1)


def test_a_notice_of_a_refund_that_we_asked_for_settles_it_once(till, bank):
    payment = till.pay("50.00")
    capture_payment(payment=payment, key="capture")
    bank.moods = ["deaf"]
    command = refund_payment(payment=payment, amount=eur("20.00"), key="refund", reason="a stain")

    send(bank.notice(payment))

    payment.refresh_from_db()
    command.refresh_from_db()
    assert (payment.refunded, payment.refunding, command.state) == (Decimal("20"), Decimal("0"), "done")
    assert payment.entries.get(kind="refunded").reason == "a stain"


def test_news_in_the_wrong_order_are_asked_for_again(waiting, bank):
    """The refund is told before the capture: nothing is written that cannot be, and the bank is asked for everything."""
    uuid = str(waiting.uuid)
    bank.deed(uuid, "captured", Decimal("50.00"), "by itself")
    bank.deed(uuid, "refunded", Decimal("10.00"), "in its own back office")
    refund = [fact for fact in bank.facts(uuid) if fact.kind == "refunded"]

    assert send(bank.notice(waiting, facts=refund))[0] == 200
    waiting.refresh_from_db()
    assert (waiting.refunded, waiting.problem) == (Decimal("0"), "amounts_contradict")
    settle_payments()

    waiting.refresh_from_db()
    assert (waiting.captured, waiting.refunded, waiting.problem) == (Decimal("50"), Decimal("10"), "")


def test_a_notice_after_the_checkout_was_given_up_sends_the_money_back(waiting, bank):
    """The holds have ended, no order came of it, and then the bank says that the customer has paid."""
    give_back(reference=waiting.reference)

    assert send(bank.notice(waiting))[0] == 200
    settle_payments()

    waiting.refresh_from_db()
    assert (waiting.fate, waiting.authorised, waiting.voided) == ("back", Decimal("50"), Decimal("50"))
    assert bank.total("voided") == Decimal("50")


# --- refused ---------------------------------------------------------------------------------------------------------


def refused(answer, status, code):
    got, body = answer
    assert (got, body["code"]) == (status, code)
    assert Notice.objects.filter(state="handled").count() == 0


def test_a_forged_notice_is_refused_and_changes_nothing(waiting, bank):
    refused(send(bank.notice(waiting), password="guessed"), 400, "notice_forged")

    assert not waiting.entries.exists()
    assert Notice.objects.count() == 0


def test_a_number_that_comes_again_with_other_news_is_refused(waiting, bank):
    send(bank.notice(waiting, "msg-1"))
    more = [Fact("captured", eur("50.00"), "777")]

    status, body = send(bank.notice(waiting, "msg-1", facts=more))

    assert (status, body["code"]) == (409, "notice_replayed")
    waiting.refresh_from_db()
    assert waiting.captured == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"nonsense", 400, "notice_unreadable"), (b"x" * 300_000, 413, "notice_too_large")],
)
def test_a_body_that_no_provider_writes_is_refused(till, body, status, code):
    refused(send(body), status, code)


@pytest.mark.parametrize(
    "address", ["/api/v1/web/payments/notices/nobody", "/api/v1/elsewhere/payments/notices/bank"]
)
def test_an_address_that_is_none_is_not_found(waiting, bank, address):
    refused(send(bank.notice(waiting), address=address), 404, "not_found")


def test_a_provider_is_heard_only_where_its_plugin_is_on(waiting, bank, shop):
    shop.channel("app")

    refused(send(bank.notice(waiting), address="/api/v1/app/payments/notices/bank"), 404, "not_found")


def test_a_channel_that_is_not_public_hears_its_provider_without_a_key(bank, shop):
    shop.channel("till", plugin="store", extensions=["bank"], is_public=False)

    body = {"id": "m", "payment": "00000000-0000-4000-8000-000000000000", "facts": []}

    assert send(json.dumps(body), address="/api/v1/till/payments/notices/bank") == (200, {"state": "waiting"})


def test_a_notice_about_nothing_we_know_waits_a_day_and_is_then_of_no_use(till, bank):
    body = {"id": "m", "payment": "00000000-0000-4000-8000-000000000000", "facts": []}
    send(json.dumps(body))

    settle_payments()
    assert Notice.objects.get().state == "waiting"
    with clock.moved_to(clock.now() + timedelta(days=2)):
        settle_payments()

    assert Notice.objects.get().state == "ignored"


def test_the_text_of_a_notice_is_forgotten_after_a_month(waiting, bank):
    send(bank.notice(waiting))
    assert bytes(Notice.objects.get().body) == bank.notice(waiting)

    with clock.moved_to(clock.now() + timedelta(days=31)):
        forget_bodies()

    assert bytes(Notice.objects.get().body) == b""
