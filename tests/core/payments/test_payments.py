"""One payment from its beginning to its end, and everything a provider may do in between."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, transaction

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir.payments.audit import differences
from comptoir.payments.checking import check_payment, settle_payments
from comptoir.payments.commands import PaymentRefused
from comptoir.payments.models import Command, Payment, PaymentEntry
from comptoir.payments.providers import ProviderUnknown
from comptoir.payments.queries import offered_methods
from comptoir.payments.services import (
    AboveAuthorised,
    AboveCaptured,
    CurrencyDiffers,
    ask_refund,
    capture_payment,
    refund_payment,
    void_payment,
)
from comptoir.stock.movements import KeyReused
from tests.core.payments.conftest import eur

State = Payment.State


def figures(payment):
    payment.refresh_from_db()
    return tuple(
        str(Money(getattr(payment, name), "EUR").rounded().amount)
        for name in ("authorised", "captured", "refunded", "voided")
    )


def later(minutes):
    return clock.moved_to(clock.now() + timedelta(minutes=minutes))


def nothing_differs():
    return differences(grace_minutes=-60) == []


# --- the straight way ------------------------------------------------------------------------------------------------


def test_a_payment_is_authorised_captured_and_refunded_in_part(till, told):
    payment = till.pay("50.00")
    assert (payment.state, figures(payment)) == (State.AUTHORISED, ("50.00", "0.00", "0.00", "0.00"))

    capture_payment(payment=payment, key="capture")
    refund_payment(payment=payment, amount=eur("12.50"), key="refund", reason="a stain")

    assert figures(payment) == ("50.00", "50.00", "12.50", "0.00")
    assert payment.state == State.PART_REFUNDED
    assert [(one.kind, one.amount, one.reason) for one in payment.entries.all()] == [
        ("authorised", Decimal("50.000"), ""),
        ("captured", Decimal("50.000"), ""),
        ("refunded", Decimal("12.500"), "a stain"),
    ]
    assert told() == [
        ("payment_authorised", "50.00"),
        ("payment_captured", "50.00"),
        ("payment_refunded", "12.50"),
    ]


def test_a_customer_is_sent_to_the_page_of_the_provider(till, bank):
    bank.moods = ["redirects"]

    payment = till.pay("50.00")

    assert payment.state == State.WAITING
    assert payment.step["kind"] == "redirect"
    assert payment.step["url"] == "https://bank.example/pay?call=1"
    assert figures(payment) == ("0.00", "0.00", "0.00", "0.00")


def test_what_was_authorised_can_be_let_go(till):
    payment = till.pay("50.00")

    void_payment(payment=payment, key="void")

    assert (figures(payment), payment.state) == (("50.00", "0.00", "0.00", "50.00"), State.VOIDED)


def test_a_refused_card_is_a_refusal_with_its_reason_and_is_told(till, bank, told):
    bank.moods = ["refuses"]

    with pytest.raises(PaymentRefused) as refusal:
        till.pay("50.00", reference="checkout:refused")

    assert (refusal.value.code, refusal.value.facts["reason"]) == ("payment_refused", "no_funds")
    payment = Payment.objects.get(reference="checkout:refused")
    assert (payment.state, figures(payment)[0]) == (State.FAILED, "0.00")
    assert told() == [("payment_failed", "50.00")]


def test_a_refused_refund_frees_what_was_put_aside(till, bank):
    payment = till.pay("50.00")
    capture_payment(payment=payment, key="capture")
    bank.moods = ["refuses"]
    with pytest.raises(PaymentRefused):
        refund_payment(payment=payment, amount=eur("40.00"), key="refund")

    bank.moods = ["pays"]
    refund_payment(payment=payment, amount=eur("40.00"), key="another")

    assert figures(payment) == ("50.00", "50.00", "40.00", "0.00")


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "error"),
    [("50.01", AboveCaptured), ("-1", InvalidValue), ("0", InvalidValue), ("1.005", InvalidValue)],
)
def test_a_refund_that_cannot_be_is_refused_and_changes_nothing(till, amount, error):
    payment = till.pay("50.00")
    capture_payment(payment=payment, key="capture")

    with pytest.raises(error) as refusal:
        refund_payment(payment=payment, amount=eur(amount), key="refund")

    assert refusal.value.field == "amount"
    assert figures(payment) == ("50.00", "50.00", "0.00", "0.00")
    assert not payment.commands.filter(action="refund").exists()


def test_a_refund_has_the_currency_of_its_payment(till):
    payment = till.pay("50.00")
    capture_payment(payment=payment, key="capture")

    with pytest.raises(CurrencyDiffers):
        refund_payment(payment=payment, amount=Money(Decimal("10.00"), "USD"), key="refund")


def test_no_more_is_taken_than_was_authorised(till):
    payment = till.pay("50.00")
    capture_payment(payment=payment, amount=eur("30.00"), key="one")

    with pytest.raises(AboveAuthorised) as refusal:
        capture_payment(payment=payment, amount=eur("20.01"), key="two")

    assert str(refusal.value) == "At most 20.00 can be taken."


def test_a_provider_that_is_not_on_here_is_refused(till):
    with pytest.raises(ProviderUnknown):
        till.pay("50.00", provider="nobody")


@pytest.mark.parametrize("amount", ["0", "-5", "10.005"])
def test_an_odd_amount_is_refused_before_anybody_is_asked(till, bank, amount):
    with pytest.raises(InvalidValue):
        till.pay(amount)

    assert (bank.calls, Payment.objects.count()) == (0, 0)


# --- twice -----------------------------------------------------------------------------------------------------------


def test_the_same_key_starts_one_payment(till, bank):
    first = till.pay("50.00", reference="checkout:1", key="once")
    again = till.pay("50.00", reference="checkout:1", key="once")

    assert again == first
    assert (bank.calls, bank.total("authorised")) == (1, Decimal("50"))


def test_the_same_key_for_another_amount_is_refused(till):
    till.pay("50.00", reference="checkout:1", key="once")

    with pytest.raises(KeyReused):
        till.pay("60.00", reference="checkout:1", key="once")


def test_the_same_refund_twice_gives_once(till, bank):
    payment = till.pay("50.00")
    capture_payment(payment=payment, key="capture")

    for _ in range(3):
        refund_payment(payment=payment, amount=eur("20.00"), key="refund")

    assert (figures(payment)[2], bank.total("refunded")) == ("20.00", Decimal("20"))
    with pytest.raises(KeyReused):
        refund_payment(payment=payment, amount=eur("21.00"), key="refund")


# --- no answer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mood", ["silent", "deaf"])
def test_a_start_without_an_answer_is_asked_again_with_the_same_key(till, bank, mood):
    """``silent``: nothing happened there; ``deaf``: the money was authorised, and the answer was lost."""
    bank.moods = [mood, "pays"]
    payment = till.pay("50.00")
    assert (payment.state, figures(payment)[0]) == (State.STARTED, "0.00")

    with later(5):
        settle_payments()

    assert (figures(payment)[0], payment.state) == ("50.00", State.AUTHORISED)
    assert bank.total("authorised") == Decimal("50")
    assert nothing_differs() or [one.code for one in differences(grace_minutes=-60)] == [
        "payment_without_order"
    ]


@pytest.mark.parametrize("mood", ["silent", "deaf"])
def test_a_refund_without_an_answer_is_put_aside_until_there_is_one(till, bank, mood):
    payment = till.pay("50.00")
    capture_payment(payment=payment, key="capture")
    bank.moods = [mood, "pays"]

    command = refund_payment(payment=payment, amount=eur("30.00"), key="refund")

    assert command.state == Command.State.ASKED
    assert figures(payment)[2] == "0.00"
    with pytest.raises(AboveCaptured):
        ask_refund(payment=payment, amount=eur("30.00"), key="another")
    with later(5):
        settle_payments()
    assert figures(payment)[2] == "30.00"
    assert bank.total("refunded") == Decimal("30")
    assert payment.refunding == 0


def test_the_shopper_who_tries_again_goes_on_with_the_same_payment(till, bank):
    bank.moods = ["deaf", "pays"]
    till.pay("50.00", reference="checkout:1", key="once")

    payment = till.pay("50.00", reference="checkout:1", key="once")

    assert (payment.state, bank.total("authorised")) == (State.AUTHORISED, Decimal("50"))


def test_a_provider_with_a_bug_is_as_one_without_an_answer(till, bank, monkeypatch):
    monkeypatch.setattr(bank, "start", lambda asked: 1 / 0)

    assert till.pay("50.00").state == State.STARTED


# --- a customer who takes long ---------------------------------------------------------------------------------------


def test_a_lost_notice_is_found_by_asking_the_provider(till, bank):
    bank.moods = ["redirects", "pays"]
    payment = till.pay("50.00")
    bank.deed(str(payment.uuid), "authorised", Decimal("50.00"), "the customer")

    settle_payments()
    assert figures(payment)[0] == "0.00"
    with later(2):
        settle_payments()

    assert figures(payment)[0] == "50.00"


def test_a_customer_who_comes_back_is_known_at_once(till, bank):
    bank.moods = ["redirects", "pays"]
    payment = till.pay("50.00")
    bank.deed(str(payment.uuid), "authorised", Decimal("50.00"), "the customer")

    assert check_payment(payment).state == State.AUTHORISED


def test_a_payment_that_nobody_makes_is_given_up_after_a_day(till, bank):
    bank.moods = ["redirects"]
    payment = till.pay("50.00")

    with later(25 * 60):
        settle_payments()

    payment.refresh_from_db()
    assert (payment.state, payment.check_at) == (State.VOIDED, None)


def test_a_provider_that_contradicts_itself_is_not_believed_and_the_audit_says_so(till, bank):
    bank.moods = ["redirects", "pays"]
    payment = till.pay("50.00")
    bank.deed(str(payment.uuid), "authorised", Decimal("60.00"), "the customer")

    check_payment(payment)

    assert figures(payment)[0] == "0.00"
    assert [one.code for one in differences()] == ["provider_contradicts"]


# --- built in --------------------------------------------------------------------------------------------------------


def test_register_payment_providers_adds_means_of_payment_where_the_plugin_is_on(till, settings):
    settings.COMPTOIR_BANK_IBAN = "FR7612345678901234567890123"

    delivery = offered_methods(till.context, amount=eur("50.00"), way="delivery")
    collection = offered_methods(till.context, amount=eur("50.00"), way="collection")

    assert [one.code for one in delivery] == ["bank", "transfer"]
    assert [one.code for one in collection] == ["bank", "shop", "transfer"]


def test_a_bank_transfer_says_where_to_send_the_money_and_counts_when_staff_say_so(till, settings):
    settings.COMPTOIR_BANK_IBAN = "FR7612345678901234567890123"
    payment = till.pay("50.00", provider="transfer")

    assert payment.step["fields"]["IBAN"] == "FR7612345678901234567890123"
    assert payment.step["fields"]["Amount"] == "€50.00"
    assert figures(payment)[:2] == ("50.00", "0.00")
    capture_payment(payment=payment, amount=eur("20.00"), key="statement-1", reason="a first part")
    capture_payment(payment=payment, amount=eur("30.00"), key="statement-2")

    assert (figures(payment)[1], payment.state) == ("50.00", State.PAID)


def test_paying_in_the_shop_is_offered_where_the_customer_comes_to_it(till):
    with pytest.raises(ProviderUnknown):
        till.pay("50.00", provider="shop", way="delivery")

    payment = till.pay("50.00", provider="shop", way="collection")

    assert (payment.state, payment.step["kind"]) == (State.AUTHORISED, "instructions")


# --- the database ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["update", "delete"])
def test_the_database_lets_nobody_change_an_entry(till, way):
    entry = till.pay("50.00").entries.get()

    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        rows = PaymentEntry.objects.filter(pk=entry.pk)
        rows.update(amount=1) if way == "update" else rows._raw_delete("default")


@pytest.mark.parametrize(
    "changes",
    [{"refunded": 1}, {"captured": 51}, {"authorised": 51}, {"captured": 30, "voided": 30}, {"voided": -1}],
)
def test_the_database_refuses_figures_that_cannot_be(till, changes):
    payment = till.pay("50.00")

    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**changes)


# --- hooks -----------------------------------------------------------------------------------------------------------


def test_on_payment_authorised_tells_what_a_customer_has_promised(till, told):
    till.pay("50.00")

    assert told() == [("payment_authorised", "50.00")]


def test_on_payment_captured_tells_each_part_that_came_in(till, told):
    payment = till.pay("50.00")
    capture_payment(payment=payment, amount=eur("20.00"), key="one")
    capture_payment(payment=payment, amount=eur("30.00"), key="two")

    assert told()[1:] == [("payment_captured", "20.00"), ("payment_captured", "30.00")]


def test_on_payment_refunded_tells_what_went_back(till, told):
    payment = till.pay("50.00")
    capture_payment(payment=payment, key="capture")
    refund_payment(payment=payment, amount=eur("12.50"), key="refund")

    assert told()[-1] == ("payment_refunded", "12.50")


def test_on_payment_failed_tells_what_was_refused(till, bank, told):
    payment = till.pay("50.00")
    bank.moods = ["refuses"]
    with pytest.raises(PaymentRefused):
        capture_payment(payment=payment, key="capture")

    assert told()[-1] == ("payment_failed", "50.00")


def test_the_audit_is_a_command_that_ends_with_one_if_anything_differs(till, capsys):
    call_command("payment_audit")
    till.pay("50.00")

    with pytest.raises(CommandError, match="1 differences"):
        call_command("payment_audit", "--grace-minutes", "-1")

    assert "50.000 EUR belong to no order [payment_without_order]" in capsys.readouterr().out
