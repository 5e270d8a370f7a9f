"""Whose money it is: an order's or the customer's, once and never both; and what an order may keep."""

from decimal import Decimal

import pytest

from comptoir.base import clock
from comptoir.events.models import Delivery
from comptoir.orders.models import Order, RefundRequest
from comptoir.orders.services import request_refund
from comptoir.payments.audit import differences
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Payment
from comptoir.payments.queries import order_money, secured
from comptoir.payments.services import capture_payment
from comptoir.payments.tenders import NotPaid, capture_for_order, give_back, keep_for_order, settle_order
from tests.core.payments.conftest import eur


def codes():
    return [one.code for one in differences(grace_minutes=-60)]


def ask_back(order, amount, reason="a stain"):
    return RefundRequest.objects.create(
        order=order,
        key=f"{order.pk}-{amount}-{reason}",
        amount=Decimal(amount),
        reason=reason,
        requested_at=clock.now(),
    )


@pytest.fixture
def sold(till):
    """An order of 50.00, paid in two tenders of 20.00 and 30.00, and captured."""
    for number, amount in enumerate(("20.00", "30.00")):
        till.pay(amount, reference="checkout:1", key=f"key-{number}")
    order = till.order("checkout:1", "50.00")
    keep_for_order(order=order, amount=eur("50.00"))
    capture_for_order(order_id=order.pk)
    settle_payments()
    return order


def tenders(order):
    return [(str(one.captured), str(one.refunded)) for one in Payment.objects.of_order(order)]


def test_an_order_keeps_the_payments_of_its_checkout_and_they_are_captured(sold):
    assert tenders(sold) == [("20.000", "0.000"), ("30.000", "0.000")]
    assert order_money(sold).due.as_json() == {"amount": "0.00", "currency": "EUR"}
    assert codes() == []


def test_an_order_without_enough_money_is_refused_and_nothing_is_kept(till):
    payment = till.pay("20.00", reference="checkout:1")
    order = till.order("checkout:1", "50.00")

    with pytest.raises(NotPaid) as refusal:
        keep_for_order(order=order, amount=eur("50.00"))

    assert str(refusal.value) == "30.00 are still to be paid."
    payment.refresh_from_db()
    assert (payment.order, payment.fate) == (None, "open")


def test_who_pays_twice_gets_the_second_payment_back(till, bank):
    first, second = (till.pay("50.00", reference="checkout:1", key=f"key-{n}") for n in range(2))
    order = till.order("checkout:1", "50.00")

    keep_for_order(order=order, amount=eur("50.00"))
    settle_payments()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.fate, first.order_id, first.voided) == ("order", order.pk, 0)
    assert (second.fate, second.order_id, second.voided) == ("back", None, Decimal("50"))
    assert codes() == []


def test_money_without_an_order_goes_back_whether_it_was_taken_or_only_promised(till, bank):
    promised = till.pay("50.00", reference="checkout:1")
    taken = till.pay("30.00", reference="checkout:1", key="other")
    capture_payment(payment=taken, key="capture")
    assert secured("checkout:1", "EUR") == eur("80.00")

    assert give_back(reference="checkout:1") == 2
    settle_payments()

    promised.refresh_from_db()
    taken.refresh_from_db()
    assert (promised.voided, taken.refunded) == (Decimal("50"), Decimal("30"))
    assert secured("checkout:1", "EUR") == eur("0.00")
    assert codes() == []


def test_money_of_an_order_does_not_go_back_because_somebody_gives_the_checkout_up(sold):
    assert give_back(reference="checkout:1") == 0


def test_what_goes_back_is_no_longer_there_for_an_order(till):
    till.pay("50.00", reference="checkout:1")
    give_back(reference="checkout:1")

    with pytest.raises(NotPaid):
        keep_for_order(order=till.order("checkout:1"), amount=eur("50.00"))


def test_a_refund_goes_to_the_tenders_that_paid_the_oldest_first(sold):
    settle_order(order_id=sold.pk, request_id=ask_back(sold, "35.00").pk)
    settle_payments()

    assert tenders(sold) == [("20.000", "20.000"), ("30.000", "15.000")]
    assert codes() == []


def test_settling_an_order_again_asks_for_nothing_more(sold, bank):
    request = ask_back(sold, "35.00")
    for _ in range(3):
        settle_order(order_id=sold.pk, request_id=request.pk)
        settle_payments()

    assert bank.total("refunded") == Decimal("35")


def test_an_order_cancelled_before_its_money_was_taken_lets_it_go(till, bank):
    till.pay("50.00", reference="checkout:1")
    order = till.order("checkout:1")
    keep_for_order(order=order, amount=eur("50.00"))

    settle_order(order_id=order.pk, request_id=ask_back(order, "50.00").pk)
    settle_payments()

    assert (bank.total("voided"), bank.total("captured")) == (Decimal("50"), Decimal("0"))
    assert capture_for_order(order_id=order.pk) == []


def test_a_part_cancelled_before_the_money_was_taken_is_not_taken(till, bank):
    till.pay("50.00", reference="checkout:1")
    order = till.order("checkout:1")
    keep_for_order(order=order, amount=eur("50.00"))
    settle_order(order_id=order.pk, request_id=ask_back(order, "20.00").pk)

    capture_for_order(order_id=order.pk)
    settle_payments()
    settle_order(order_id=order.pk)
    settle_payments()

    assert tenders(order) == [("30.000", "0.000")]
    assert (bank.total("voided"), bank.total("refunded")) == (Decimal("20"), Decimal("0"))


def test_the_till_is_not_captured_by_itself(till):
    payment = till.pay("50.00", provider="shop", way="collection", reference="checkout:1")
    order = till.order("checkout:1")
    keep_for_order(order=order, amount=eur("50.00"))

    assert capture_for_order(order_id=order.pk) == []
    assert order_money(order).due == eur("50.00")
    capture_payment(payment=payment, key="till-2-0815", reason="cash")

    assert order_money(order).due == eur("0.00")


def test_an_order_by_bank_transfer_is_prepared_when_the_money_is_there(till, settings):
    settings.COMPTOIR_BANK_IBAN = "FR7612345678901234567890123"
    payment = till.pay("50.00", provider="transfer", reference="checkout:1")
    order = till.order("checkout:1")
    keep_for_order(order=order, amount=eur("50.00"))
    assert not order_money(order).may_be_prepared

    capture_payment(payment=payment, key="statement")

    assert order_money(order).may_be_prepared


# --- heard of orders -------------------------------------------------------------------------------------------------


def test_a_placed_order_is_captured_and_a_refund_it_asks_for_is_made(till, bank, shop):
    from django.db import transaction

    from comptoir.events.services import record_event

    till.pay("50.00", reference="checkout:1")
    order = till.order("checkout:1")
    with transaction.atomic():
        keep_for_order(order=order, amount=eur("50.00"))
        record_event("order_placed", subject_id=order.pk)
    shop.settle()
    settle_payments()
    assert tenders(order) == [("50.000", "0.000")]

    request = ask_back(order, "20.00")
    with transaction.atomic():
        record_event("order_refund_requested", subject_id=order.pk, request=request.pk)
    shop.settle()
    settle_payments()

    assert tenders(order) == [("50.000", "20.000")]


# --- the audit -------------------------------------------------------------------------------------------------------


def test_the_audit_finds_money_without_an_order_and_an_order_without_money(till):
    payment = till.pay("50.00")
    order = till.order("checkout:nobody")

    found = {one.code: one.subject for one in differences(grace_minutes=-60)}

    assert found == {"payment_without_order": str(payment.uuid), "order_without_payment": order.number}
    assert differences() == []


def test_the_audit_finds_figures_that_do_not_add_up(sold):
    Payment.objects.filter(order=sold, amount=20).update(refunded=5)

    [found] = differences(grace_minutes=-60)

    assert (found.code, found.sentence) == (
        "counter_differs",
        "the payment says 5.000 refunded, what it counts adds up to 0",
    )


def test_a_refund_whose_event_was_not_heard_yet_is_under_way(sold):
    request_refund(order_id=sold.pk, key="back", amount=eur("10.00"))
    Order.objects.filter(pk=sold.pk).update(cancelled_total=Decimal("10.00"))

    assert differences(grace_minutes=-60) == []

    Delivery.objects.filter(subscriber="comptoir.payments").update(parked_at=clock.now())
    assert {one.code for one in differences(grace_minutes=-60)} == {"order_paid_too_much"}


def test_the_audit_finds_an_order_that_keeps_too_much(sold, shop):
    sold.cancelled_total = Decimal("10.00")
    sold.save()
    shop.settle()

    [found] = differences(grace_minutes=-60)

    assert (found.code, found.subject) == ("order_paid_too_much", sold.number)
