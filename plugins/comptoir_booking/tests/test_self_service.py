"""What customers do by the link of their visit, and what becomes of their money."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.core.payments.bank import Bank

from comptoir.base import clock
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.receiving import take_balance
from comptoir.customers.models import User
from comptoir.orders.models import Order
from comptoir.payments.audit import differences
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Payment
from comptoir.payments.queries import order_money
from comptoir_booking.marks import unmark_visit
from comptoir_booking.models import Booking
from comptoir_booking.ordered import cancel_booked, mark_booked
from comptoir_booking.refusals import MarkStays, TooLate
from comptoir_booking.self_service import booking_for, fees_of_cancel, renew_link, token_of
from comptoir_booking.tests.salon import SalonWithShop, at, today
from comptoir_booking.tests.test_basket import check_out, hold, is_free, states

#: The policy of most tests: 30 per cent with the order, free until a day before, half of the price later.
DAY_BEFORE = {
    "prepay": "deposit",
    "deposit_percent": 30,
    "cancel_minutes": 24 * 60,
    "late_cancel_percent": 50,
}


@pytest.fixture
def salon(shop, plug, tmp_path):
    with today():
        bank = Bank(tmp_path / "books")
        plug("bank", register_payment_providers=lambda: [bank])
        salon = SalonWithShop(shop, extensions=["bank"])
        salon.bank = bank
        salon.owner = User.objects.create_user("owner@example.org", "a-long-password")
        yield salon


def by_policy(salon, **terms):
    for name, value in terms.items():
        setattr(salon.policy, name, value)
    salon.policy.save()


def settle(salon):
    """Events are delivered, the bank is asked, and events tell of that."""
    for _ in range(2):
        salon.shop.settle()
        settle_payments()
    salon.shop.settle()


def buy(salon, web, *, hour=10, goods=("SHAMPOO",), times=1):
    """A cut of 49.90 and a shampoo of 12.00, paid by card as far as the policy says."""
    basket, _path = web.open(*goods)
    for number in range(times):
        hold(web, basket["token"], hour + number, person="anna")
    path, total = check_out(web, basket, payment="bank")
    paid = web.post(f"{path}/pay", {"total": total})
    assert web.status == 200, paid
    settle(salon)
    return Order.objects.get()


def money(order):
    order.refresh_from_db()
    said = order_money(order)
    return tuple(str(getattr(said, name).rounded().amount) for name in ("captured", "refunded", "due"))


def order_state(order):
    order.refresh_from_db()
    return order.state


def call_terms(token):
    return fees_of_cancel(booking_for(token))


def visit_of(hour=10):
    return list(Booking.objects.filter(starts_at=at(hour)))


def call(client, verb, path, body=None, **headers):
    return getattr(client, verb)(
        f"/api/v1/booking/bookings/self/{path}", body or {}, content_type="application/json", **headers
    )


def test_a_deposit_is_paid_with_the_order_and_goods_in_full(salon, web):
    by_policy(salon, **DAY_BEFORE)

    order = buy(salon, web)

    # 30 per cent of 49.90 are 14.97; 34.93 of it later.
    assert (order.total, order.due_later, order.state) == (Decimal("61.90"), Decimal("34.93"), "placed")
    assert money(order) == ("26.97", "0.00", "34.93")
    assert {line.sku: line.due_later for line in order.lines.all()} == {
        "CUT": Decimal("34.93"), "SHAMPOO": Decimal(0),
    }  # fmt: skip
    assert differences(grace_minutes=0) == []
    assert states() == ["confirmed"]


def test_who_cancels_in_time_gets_the_deposit_back_and_keeps_the_goods(salon, web, client):
    by_policy(salon, **{**DAY_BEFORE, "cancel_minutes": 60})
    order = buy(salon, web)
    token = token_of(visit_of())

    seen = call(client, "get", token).json()
    done = call(client, "post", f"{token}/cancel", {"fee": seen["cancel"]["fee"]})
    call(client, "post", f"{token}/cancel")
    settle(salon)

    assert seen["cancel"]["refund"] == {"amount": "14.97", "currency": "EUR"}
    assert (done.status_code, done.json()["bookings"][0]["state"]) == (200, "cancelled")
    assert money(order) == ("26.97", "14.97", "0.00")
    assert (order.due_later, order.state, is_free(salon, 10)) == (0, "placed", True)
    assert salon.bank.total("refunded") == Decimal("14.97")
    assert differences(grace_minutes=0) == []


def test_who_cancels_late_loses_what_the_policy_says_and_never_more_than_was_paid(salon, web, client):
    """On Monday at eight, for Tuesday at ten, with a limit of 27 hours: half of 49.90 is more than the deposit of 14.97."""
    by_policy(salon, **{**DAY_BEFORE, "cancel_minutes": 27 * 60})
    order = buy(salon, web)
    token = token_of(visit_of())

    seen = call(client, "get", token).json()["cancel"]
    refused = call(client, "post", f"{token}/cancel", {"fee": {"amount": "0.00", "currency": "EUR"}})
    call(client, "post", f"{token}/cancel", {"fee": seen["fee"]})
    settle(salon)

    assert [seen[name]["amount"] for name in ("paid", "fee", "refund")] == ["14.97", "14.97", "0.00"]
    assert (refused.status_code, refused.json()["code"]) == (409, "booking_fee_changed")
    assert money(order) == ("26.97", "0.00", "0.00")
    assert salon.bank.total("refunded") == 0
    assert states() == ["cancelled"]
    assert differences(grace_minutes=0) == []


def test_half_of_what_was_paid_in_full_is_kept_when_it_is_cancelled_late(salon, web, client):
    by_policy(salon, **{**DAY_BEFORE, "prepay": "full", "cancel_minutes": 27 * 60})
    order = buy(salon, web, goods=())

    call(client, "post", f"{token_of(visit_of())}/cancel")
    settle(salon)

    assert money(order) == ("49.90", "24.95", "0.00")
    assert (order.state, order.due_total) == ("cancelled", Decimal("24.95"))
    assert differences(grace_minutes=0) == []


def test_the_limit_of_cancelling_counts_to_the_second(salon, web):
    by_policy(salon, cancel_minutes=120)
    buy(salon, web)
    token = token_of(visit_of())
    limit = at(8)

    with clock.moved_to(limit):
        assert booking_for(token)[0].state == "confirmed"
        from_now = call_terms(token)
    with clock.moved_to(limit + timedelta(seconds=1)):
        a_second_later = call_terms(token)

    assert (from_now.is_possible, a_second_later.is_possible) == (True, False)
    assert a_second_later.why_not == TooLate.code


def test_a_customer_moves_with_what_was_seen_and_a_second_tab_is_told(salon, web, client):
    order = buy(salon, web)
    token = token_of(visit_of())
    sequence = call(client, "get", token).json()["sequence"]

    moved = call(client, "post", f"{token}/move", {"start": at(15).isoformat()}, HTTP_IF_MATCH=str(sequence))
    again = call(client, "post", f"{token}/move", {"start": at(16).isoformat()}, HTTP_IF_MATCH=str(sequence))

    assert (moved.status_code, moved.json()["bookings"][0]["start"]) == (200, "2027-03-02T15:00:00+01:00")
    assert (again.status_code, again.json()["code"]) == (412, "booking_moved")
    assert (is_free(salon, 10), is_free(salon, 15)) == (True, False)
    assert money(order)[1] == "0.00"


def test_a_move_to_a_taken_time_names_others_and_changes_nothing(salon, web, client):
    buy(salon, web)
    token = token_of(visit_of())
    other, _path = web.open("SHAMPOO")
    hold(web, other["token"], 15, person="anna")

    refused = call(client, "post", f"{token}/move", {"start": at(15).isoformat()})

    assert (refused.status_code, len(refused.json()["alternatives"])) == (409, 3)
    assert states() == ["confirmed", "held"]


def test_a_wrong_token_finds_nothing_whatever_is_wrong_about_it(salon, web, client):
    buy(salon, web)
    token = token_of(visit_of())
    wrong = [token[:-4] + "AAAA", token[:10], "é" * 20, "x", token + "%00", "A" * 46]

    codes = {call(client, verb, one + tail).status_code for one in wrong for verb, tail in (
        ("get", ""), ("post", "/move?"), ("post", "/cancel"))}  # fmt: skip
    renew_link(visit_of()[0].visit)

    assert codes <= {404, 422}
    assert call(client, "get", token).status_code == 404
    assert call(client, "get", token_of(visit_of())).status_code == 200
    assert states() == ["confirmed"]


def test_guessing_tokens_is_limited(salon, web, client, settings):
    settings.COMPTOIR_RATE_ORDERS = "3/min"

    answers = [call(client, "get", "A" * 46, REMOTE_ADDR="203.0.113.7").status_code for _ in range(5)]

    assert answers == [404, 404, 404, 429, 429]


def test_of_two_appointments_of_one_line_the_one_that_was_meant_is_cancelled(salon, web, client):
    by_policy(salon, **{**DAY_BEFORE, "cancel_minutes": 60})
    order = buy(salon, web, times=2)

    call(client, "post", f"{token_of(visit_of(10))}/cancel")
    settle(salon)
    settle(salon)

    assert dict(Booking.objects.values_list("starts_at", "state")) == {
        at(10): "cancelled",
        at(11): "confirmed",
    }
    # 99.80 and 12.00; 29.94 were the deposits of both, 14.97 go back.
    assert money(order) == ("41.94", "14.97", "34.93")
    assert order.lines.get(sku="CUT").open_quantity == 1
    assert differences(grace_minutes=0) == []


def test_who_cancels_the_whole_order_loses_what_the_policy_says_too(salon, web):
    by_policy(salon, **{**DAY_BEFORE, "cancel_minutes": 27 * 60})
    order = buy(salon, web)

    cancel_with_parcels(order_id=order.pk, by_customer=True)
    settle(salon)

    assert (states(), order_state(order)) == (["cancelled"], "cancelled")
    assert money(order) == ("26.97", "12.00", "0.00")


def test_customers_do_not_cancel_an_order_past_the_limit_of_its_appointment(salon, web):
    by_policy(salon, cancel_minutes=27 * 60)
    order = buy(salon, web)

    with pytest.raises(TooLate):
        cancel_with_parcels(order_id=order.pk, by_customer=True)

    assert (states(), order_state(order), money(order)[1]) == (["confirmed"], "placed", "0.00")


def test_staff_cancel_and_everything_goes_back_unless_they_keep_the_fee(salon, web):
    by_policy(salon, **{**DAY_BEFORE, "cancel_minutes": 27 * 60})
    order = buy(salon, web, times=2)

    cancel_booked(visit=visit_of(10)[0].visit, keep_fee=True)
    cancel_booked(visit=visit_of(11)[0].visit)
    settle(salon)

    assert money(order) == ("41.94", "14.97", "0.00")
    assert states() == ["cancelled", "cancelled"]


def test_who_does_not_come_loses_the_deposit_and_owes_nothing_more(salon, web):
    by_policy(salon, **DAY_BEFORE)
    order = buy(salon, web, goods=())

    [visit] = {one.visit for one in visit_of()}
    with clock.moved_to(visit_of()[0].starts_at):
        for _twice in range(2):
            mark_booked(visit=visit, state="missed")
    settle(salon)

    with pytest.raises(MarkStays):
        unmark_visit(visit=visit_of()[0].visit)
    assert states() == ["missed"]
    assert money(order) == ("14.97", "0.00", "0.00")
    assert differences(grace_minutes=0) == []


def test_the_rest_is_taken_at_arrival_once_and_then_the_invoice_is_written(salon, web):
    by_policy(salon, **DAY_BEFORE)
    order = buy(salon, web, goods=())

    for _ in range(2):
        take_balance(order_id=order.pk, key="the-desk-1", actor=salon.owner)
    settle(salon)

    assert money(order) == ("49.90", "0.00", "0.00")
    assert Payment.objects.filter(order=order, provider="shop", captured=Decimal("34.93")).count() == 1
    assert [one.total for one in order.papers.all()] == [Decimal("49.90")]
    assert differences(grace_minutes=0) == []


def test_nothing_is_paid_with_the_order_where_the_policy_says_so(salon, web):
    by_policy(salon, prepay="nothing")

    order = buy(salon, web, goods=())

    assert (money(order), order.due_later, order.state) == (
        ("0.00", "0.00", "49.90"),
        Decimal("49.90"),
        "placed",
    )
    assert not Payment.objects.exists()
    assert differences(grace_minutes=0) == []
    assert states() == ["confirmed"]


def test_a_deposit_cannot_be_promised_to_be_paid_at_the_counter(salon, web):
    by_policy(salon, **DAY_BEFORE)
    basket, _path = web.open("SHAMPOO")
    hold(web, basket["token"])
    path, total = check_out(web, basket)

    refused = web.post(f"{path}/pay", {"total": total})
    shown = web.get(path)

    assert (refused["status"], refused["code"]) == (409, "payment_method_unknown")
    assert (shown["due_now"]["amount"], shown["due_later"]["amount"]) == ("26.97", "34.93")
    assert [one["code"] for one in shown["payment_methods"]] == ["bank"]
    assert not Order.objects.exists()


def test_an_appointment_can_be_cancelled_after_its_goods_were_handed_over(salon, web, client):
    by_policy(salon, **{**DAY_BEFORE, "cancel_minutes": 60})
    order = buy(salon, web)
    Order.objects.filter(pk=order.pk).update(state="done")

    call(client, "post", f"{token_of(visit_of())}/cancel")
    settle(salon)

    assert money(order) == ("26.97", "14.97", "0.00")
    assert order_state(order) == "done"
