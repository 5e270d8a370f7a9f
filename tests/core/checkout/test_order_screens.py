"""What staff do with an order at their screens: refunds, money that came, corrections, more goods, paper."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import localtime

from comptoir.base import clock
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.receiving import receive_money
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.options import promise_told
from comptoir.fulfilment.parcels import start_picking
from comptoir.orders.models import Order, RefundRequest, StateChange
from comptoir.payments import audit
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Payment, PaymentEntry
from comptoir.stock.models import Hold
from comptoir.testing.calling import CONTACT
from comptoir.testing.staff import people

__all__ = ["people"]

pytestmark = pytest.mark.django_db
RIGHTS = ("view_order", "change_order", "refund_order", "cancel_order", "capture_payment", "view_parcel")
HOME = {
    "key": "domicile",
    "address": {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"},
}


@pytest.fixture
def nina(till, people):
    return people(*RIGHTS, at=[till.nantes])


@pytest.fixture
def order(web, till) -> Order:
    """Two shirts for 49.90 each, to be collected and paid in Nantes."""
    return Order.objects.get(number=web.buy("MARIN-S", "MARIN-M")["order"]["number"])


@pytest.fixture
def transfer(web, till, settings) -> Order:
    """One shirt sent home for 5 euros, to be paid by transfer."""
    settings.COMPTOIR_BANK_IBAN = "FR7630006000011234567890189"
    placed = web.buy("MARIN-S", delivery=HOME, payment="transfer")
    return Order.objects.get(number=placed["order"]["number"])


@pytest.fixture
def settle(shop):
    """Lets the events be heard, and the money go back that was asked for."""

    def settled() -> None:
        shop.settle()
        settle_payments()
        shop.settle()

    return settled


def received(client, order: Order, amount: str, *, key: str = "one", **more: str):
    tender = order.payments.order_by("pk").last()
    said = {"amount": amount, "received_on": "2020-01-02", "key": key, **more}
    return client.post(f"/admin/orders/{order.number}/received/{tender.uuid}/", said)


def refund(client, order: Order, said: dict, *, step: str = "", seen: str = ""):
    return client.post(
        f"/admin/orders/{order.number}/refund/",
        {"key": "one", "reason": "a hole", **said, "step": step, "seen": seen},
    )


def test_a_transfer_is_confirmed_in_two_parts_and_the_order_is_prepared(transfer, nina, settle):
    settle()
    assert transfer.number in nina.get("/admin/transfers/").content.decode()
    page = nina.get(f"/admin/orders/{transfer.number}/").content.decode()
    assert "Confirm money received" in page and "Bank transfer" in page

    assert received(nina, transfer, "40,00").status_code == 302
    settle()
    transfer.refresh_from_db()
    assert transfer.state == Order.State.UNPAID
    assert "€14.90" in nina.get("/admin/transfers/").content.decode()

    received(nina, transfer, "14.90", key="two")
    received(nina, transfer, "14.90", key="two")
    settle()
    transfer.refresh_from_db()
    assert transfer.state == Order.State.PLACED
    assert Parcel.objects.filter(order=transfer).count() == 1
    told = [
        (one.amount, one.actor.first_name, one.reason) for one in PaymentEntry.objects.filter(kind="captured")
    ]
    assert told == [(Decimal("40.00"), "Nina", "2020-01-02"), (Decimal("14.90"), "Nina", "2020-01-02")]
    steps = transfer.history.filter(what="money")
    assert [(one.actor.first_name, one.facts["amount"]["amount"]) for one in steps] == [
        ("Nina", "40.00"), ("Nina", "14.90"),
    ]  # fmt: skip
    assert transfer.number not in nina.get("/admin/transfers/results/").content.decode()


def test_a_transfer_is_found_by_what_the_customer_wrote_on_it(transfer, nina):
    tender = transfer.payments.get()
    reference = str(tender.uuid).replace("-", "")[:10].upper()
    for said in (reference, "camille", transfer.number):
        assert reference in nina.get(f"/admin/transfers/results/?q={said}").content.decode(), said
    assert reference not in nina.get("/admin/transfers/results/?q=nobody").content.decode()


@pytest.mark.parametrize(
    ("amount", "received_on", "said"),
    [
        ("60.00", "2020-01-02", "At most 54.90 can be taken."),
        ("0", "2020-01-02", "greater than or equal to 0.01"),
        ("10.005", "2020-01-02", "has no coins that small"),
        ("10.00", "2999-01-01", "2999-01-01 cannot be used here."),
    ],
)
def test_what_cannot_have_come_is_refused_beside_its_field(transfer, nina, amount, received_on, said):
    answer = received(nina, transfer, amount, received_on=received_on)
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page
    assert f'value="{amount}"' in page and f'value="{received_on}"' in page
    assert not PaymentEntry.objects.filter(kind="captured").exists()
    assert not transfer.history.filter(what="money").exists()


def test_money_is_confirmed_and_given_back_only_by_who_may_and_works_there(transfer, order, till, people):
    clerk = people("view_order", at=[till.nantes], name="clerk")
    away = people(*RIGHTS, at=[till.lyon], name="away")
    tender = order.payments.get()
    for path in ("refund/", "edit/", "add/", f"received/{tender.uuid}/"):
        address = f"/admin/orders/{order.number}/{path}"
        assert clerk.get(address).status_code == clerk.post(address, {}).status_code == 302, path
        assert away.get(address).status_code == away.post(address, {}).status_code == 404, path
    assert clerk.get("/admin/transfers/").status_code == 302
    assert transfer.number not in away.get("/admin/transfers/").content.decode()
    assert not RefundRequest.objects.exists()
    page = clerk.get(f"/admin/orders/{order.number}/").content.decode()
    assert "/refund/" not in page and "Confirm money received" not in page and "/add/" not in page


def test_a_refund_shows_its_summary_before_anything_goes_back(order, nina, settle):
    received(nina, order, "99.80")
    settle()
    line = order.lines.first()
    said = {f"line-{line.pk}": 1}
    page = refund(nina, order, said).content.decode()
    assert "€49.90" in page and "Pay in the shop: <strong>€49.90</strong>" in page
    assert not RefundRequest.objects.exists()

    answer = refund(nina, order, said, step="confirm", seen="49.90")
    assert answer.status_code == 302, answer.content.decode()
    refund(nina, order, said, step="confirm", seen="49.90")
    settle()
    request = RefundRequest.objects.get()
    assert (request.amount, request.actor.first_name, request.lines) == (
        Decimal("49.90"), "Nina", [{"line": line.pk, "quantity": 1, "amount": "49.90"}],
    )  # fmt: skip
    assert Payment.objects.get().refunded == Decimal("49.90")
    assert not audit.differences(grace_minutes=0)
    page = nina.get(f"/admin/orders/{order.number}/refund/").content.decode()
    assert "Can still be given back" in page and f"line-{line.pk}" not in page


def test_the_delivery_goes_back_once(transfer, nina, settle):
    received(nina, transfer, "54.90")
    settle()
    refund(nina, transfer, {"with_delivery": "on"}, step="confirm", seen="5.00")
    settle()
    assert Payment.objects.get().refunded == Decimal("5.00")
    assert "with_delivery" not in nina.get(f"/admin/orders/{transfer.number}/refund/").content.decode()
    answer = refund(nina, transfer, {"with_delivery": "on", "key": "two"}, step="confirm", seen="5.00")
    assert answer.status_code == 422
    assert RefundRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Say for what money goes back"),
        ({"amount": "100"}, "At most 99.80 EUR can be given back."),
        ({"amount": "1.001"}, "has no coins that small"),
        ({"amount": "10", "reason": ""}, "This field is required."),
    ],
)
def test_a_refund_that_cannot_be_keeps_what_was_typed(order, nina, said, sentence):
    received(nina, order, "99.80")
    answer = refund(nina, order, said, step="confirm", seen=said.get("amount", ""))
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page
    assert (said.get("reason", "a hole") in page and f'value="{said.get("amount", "")}"' in page) or not said
    assert not RefundRequest.objects.exists()


def test_a_summary_that_nobody_saw_gives_nothing_back(order, nina):
    received(nina, order, "99.80")
    answer = refund(nina, order, {"amount": "30"}, step="confirm", seen="20")
    assert answer.status_code == 200 and "€30.00" in answer.content.decode()
    assert not RefundRequest.objects.exists()


def test_a_name_and_an_address_are_corrected_on_the_parcel_too(transfer, nina, settle):
    received(nina, transfer, "54.90")
    settle()
    said = {
        "contact-name": "Camille Morel", "contact-phone": "0611111111", "contact-email": "",
        "address-street": "5 rue Crébillon", "address-postcode": "44000", "address-city": "Nantes", "address-country": "FR",
    }  # fmt: skip
    assert nina.post(f"/admin/orders/{transfer.number}/edit/", said).status_code == 302
    transfer.refresh_from_db()
    assert (transfer.name, transfer.phone, transfer.email) == ("Camille Morel", "0611111111", "")
    recipient = Parcel.objects.get().recipient
    assert (recipient["name"], recipient["street"]) == ("Camille Morel", "5 rue Crébillon")
    assert transfer.history.get(what="edited").actor.first_name == "Nina"


def test_an_order_that_is_being_prepared_is_not_changed(order, nina):
    start_picking(parcel=Parcel.objects.get(order=order))
    said = {"contact-name": "Camille Morel", "contact-phone": "0611111111"}
    answer = nina.post(f"/admin/orders/{order.number}/edit/", said)
    assert answer.status_code == 422 and "this is not possible any more" in answer.content.decode()
    assert "Camille Morel" in answer.content.decode()
    order.refresh_from_db()
    assert order.name == CONTACT["name"]


def added(client, order: Order, *, seen: str = "", provider: str = "shop", **said):
    step = "confirm" if seen else ""
    body = {"goods": "MARIN-S", "quantity": 2, "key": "one", "step": step, "seen": seen, "provider": provider}
    return client.post(f"/admin/orders/{order.number}/add/", {**body, **said})


def test_goods_are_added_at_the_price_that_was_shown_and_paid_by_one_more_tender(order, nina, settle):
    page = added(nina, order).content.decode()
    assert "€99.80" in page and "Pay in the shop" in page and "€199.60" in page
    assert order.lines.count() == 2

    for _ in range(2):
        answer = added(nina, order, seen="99.80")
        assert answer.status_code == 302, answer.content.decode()
    settle()
    order.refresh_from_db()
    assert (order.total, order.lines.count()) == (Decimal("199.60"), 3)
    fresh = order.lines.order_by("pk").last()
    assert (
        sum(
            Hold.objects.filter(owner=fresh.stock_owner, state="allocated").values_list("quantity", flat=True)
        )
        == 2
    )
    parcel = Parcel.objects.get(order=order)
    assert parcel.lines.get(order_line=fresh).quantity == 2
    assert [one.amount for one in order.payments.order_by("pk")] == [Decimal("99.80"), Decimal("99.80")]
    assert order.history.get(what="added").actor.first_name == "Nina"
    assert not audit.differences(grace_minutes=0)
    # And the whole goes back as any order does.
    nina.post(
        f"/admin/orders/{order.number}/",
        {"verb": "cancel", f"line-{fresh.pk}": 2, "reason": "changed her mind"},
    )
    settle()
    order.refresh_from_db()
    assert order.due_total == Decimal("99.80")
    assert not Hold.objects.filter(owner=fresh.stock_owner, state="allocated").exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"goods": "NOTHING"}, "Nothing is sold under this SKU"),
        ({"goods": "MARIN"}, "This product has several variants."),
        ({"quantity": 50, "seen": "2495.00"}, "left"),
        ({"seen": "99.80", "provider": "testpay"}, "There is no way to pay €99.80 more"),
    ],
)
def test_goods_that_cannot_be_added_change_nothing(order, nina, said, sentence):
    answer = added(nina, order, **said)
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page, page
    order.refresh_from_db()
    assert (order.total, order.lines.count(), Payment.objects.count()) == (Decimal("99.80"), 2, 1)
    assert Hold.objects.filter(state="held").count() == 0


def test_goods_that_come_after_the_invoice_have_one_of_their_own(order, nina, settle):
    nina.post(f"/admin/orders/{order.number}/", {"verb": "invoice"})
    assert added(nina, order, seen="99.80").status_code == 302
    today = localtime(clock.now()).date()
    for payment in order.payments.all():
        receive_money(payment=payment, amount=payment.money, received_on=today, key="one", actor=nina.user)
    settle()
    settle()
    first, second = order.papers.order_by("pk")
    assert (first.total, second.total) == (Decimal("99.80"), Decimal("99.80"))
    assert [one["sku"] for one in first.content["lines"]] == ["MARIN-S", "MARIN-M"]
    assert [(one["sku"], one["quantity"]) for one in second.content["lines"]] == [("MARIN-S", 2)]
    assert second.sequence == first.sequence + 1


def test_a_promise_reads_as_of_the_day_it_is_read(order, nina):
    said = order.delivery
    on = date.fromisoformat(said["promise"]["from_on"])
    for days, words in ((0, "today"), (-1, "tomorrow"), (3, f"{on:%A} {on.day} {on:%B}")):
        with clock.moved_to(datetime.combine(on, time(9), UTC) + timedelta(days=days)):
            assert promise_told(said).startswith(words)
    assert promise_told(said) in nina.get(f"/admin/orders/{order.number}/").content.decode()


def test_why_the_shop_did_something_is_told_in_words(order, nina):
    cancel_with_parcels(order_id=order.pk, reason="not_collected")
    page = nina.get(f"/admin/orders/{order.number}/").content.decode()
    assert "nobody collected it" in page and "not_collected" not in page
    assert StateChange(reason="appointment_cancelled").why == "appointment cancelled"
    assert StateChange(reason="She called_us").why == "She called_us"


def test_an_order_is_printed_on_a_page_of_its_own(order, nina):
    page = nina.get(f"/admin/orders/{order.number}/print/").content.decode()
    assert order.number in page and "€99.80" in page and "w-panel" not in page


def test_the_same_confirmation_counts_once(order, nina):
    tender = order.payments.get()

    for _ in range(2):
        receive_money(
            payment=tender,
            amount=order.money(Decimal("10.00")),
            received_on=date(2020, 1, 2),
            key="k",
            actor=nina.user,
        )
    tender.refresh_from_db()
    assert tender.captured == Decimal("10.00")
    assert order.history.filter(what="money").count() == 1
