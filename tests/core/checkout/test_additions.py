"""Goods that staff add to an order that was paid online and goes home: kept, paid by a link, or given up."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client

from comptoir.base import clock
from comptoir.baskets.models import Basket
from comptoir.checkout.finishing import end_unpaid
from comptoir.checkout.models import Checkout
from comptoir.customers.models import User
from comptoir.events.models import Event
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import ParcelKeptBack, start_picking
from comptoir.messaging.models import Message
from comptoir.messaging.sending import send_messages
from comptoir.orders.links import follow_link
from comptoir.orders.models import Order, Paper
from comptoir.payments.audit import differences
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Payment
from comptoir.pricing.models import OfferUse
from comptoir.pricing.services import set_price
from comptoir.stock.audit import differences as stock_differences
from comptoir.stock.models import Hold
from comptoir.testing.calling import CONTACT, Customer
from comptoir.testing.once import built_once
from comptoir.testing.staff import people
from comptoir_testpay.sending import send_due
from tests.core.pricing.rules import make_offer, make_range

__all__ = ["people"]

pytestmark = pytest.mark.django_db
HOME = {
    "key": "domicile",
    "address": {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"},
}
IN_NANTES = {"way": "collection", "name": "Nantes"}
TWO = {"lines": [{"sku": "MARIN-M", "quantity": 2}], "total": {"amount": "99.80", "currency": "EUR"}}
RIGHTS = ("view_order", "change_order", "refund_order", "cancel_order", "view_parcel", "prepare_parcel")


class Buyer(Customer):
    """Has bought a shirt for 49.90, sent home for 5.00, and paid it at the gateway."""

    def __init__(self, till) -> None:
        super().__init__("web", Client())
        till.web.extensions = ["testpay"]
        till.web.save()
        self.shop, path = till.shop, self.begin("MARIN-S")
        self.pay_at_gateway(path, self.choose(path, delivery=HOME, payment="testpay")["total"])
        self.work()
        self.order = Order.objects.get()

    def pay_at_gateway(self, path: str, total: dict, choice: str = "pays") -> dict:
        """Press a button at the gateway's page; the checkout as it was answered before."""
        begun = self.pay(path, total)
        assert self.status == 200, begun
        self.client.post(urlsplit(begun["payment"]["step"]["url"]).path, {"choice": choice})
        return begun

    def work(self) -> None:
        """All that a worker does."""
        for _round in range(3):
            send_due()
            self.shop.settle()
            settle_payments()
            send_messages()

    def addition(self) -> str:
        """The path of the checkout that the link opens."""
        return f"checkouts/{Checkout.objects.get(adds_to=self.order).uuid}"

    def pay_addition(self, choice: str = "pays") -> None:
        path = self.addition()
        self("PATCH", path, {"payment": "testpay"})
        self.pay_at_gateway(path, self.get(path)["total"], choice)
        self.work()

    def stands(self, total: str, pieces: int) -> Order:
        """The order costs this, has so many pieces in parcels, and the books agree."""
        self.order.refresh_from_db()
        parcels = Parcel.objects.filter(order=self.order, state__in=Parcel.OPEN)
        assert self.order.due_total == Decimal(total)
        assert sum(line.quantity for one in parcels for line in one.lines.all()) == pieces
        held = Hold.objects.filter(state="allocated").values_list("quantity", flat=True)
        assert sum(held) == pieces and not Hold.objects.filter(state="held").exists()
        assert differences(grace_minutes=0) == [] and stock_differences() == []
        return self.order


@built_once
def buyer(till) -> Buyer:
    return Buyer(till)


@pytest.fixture
def nina(till, people) -> Customer:
    return Customer("staff", people(*RIGHTS, at=[till.nantes]))


@pytest.fixture
def offered(buyer, nina) -> Buyer:
    """Two more shirts wait for their money."""
    answer = nina.post(f"orders/{buyer.order.number}/goods", TWO)
    assert nina.status == 201, answer
    buyer.work()
    return buyer


def test_goods_are_kept_and_nothing_is_prepared_until_they_are_paid(offered, nina):
    shown = nina.get(f"orders/{offered.order.number}")
    assert shown["addition"]["total"]["amount"] == "99.80" and shown["total"]["amount"] == "54.90"
    assert [(one["sku"], one["quantity"]) for one in shown["addition"]["lines"]] == [("MARIN-M", 2)]
    [hold] = Hold.objects.filter(state="held")
    assert hold.quantity == 2 and hold.expires_at > clock.now() + timedelta(hours=23)
    parcel = Parcel.objects.get()
    with pytest.raises(ParcelKeptBack):
        start_picking(parcel=parcel)
    refused = nina.post(f"fulfilment/parcels/{parcel.number}/pick", {"scanned": "MARIN-S"})
    assert (nina.status, refused["code"]) == (409, "parcel_kept_back")


def test_paid_by_the_link_they_are_lines_of_the_order_its_parcel_and_its_papers(offered):
    offered.pay_addition()
    order = offered.stands("154.70", 3)
    assert [one.secured for one in order.payments.order_by("pk")] == [Decimal("54.90"), Decimal("99.80")]
    assert order.payments.get(amount="99.80").captured == Decimal("99.80")
    assert [one.total for one in Paper.objects.order_by("pk")] == [Decimal("54.90"), Decimal("99.80")]
    assert [one["sku"] for one in Paper.objects.last().content["lines"]] == ["MARIN-M"]
    start_picking(parcel=Parcel.objects.get())
    answer = offered.get(offered.addition())
    assert (answer["state"], answer["order"]["number"]) == ("placed", order.number)


def test_the_link_is_mailed_once_and_says_what_and_how_much(buyer, nina):
    mail.outbox.clear()
    headers = {"Idempotency-Key": "one-and-the-same-key"}
    for _ in range(3):
        nina.post(f"orders/{buyer.order.number}/goods", TWO, **headers)
    buyer.work()
    [letter] = [one for one in mail.outbox if "checkout?link#" in one.body]
    link = nina.get(f"orders/{buyer.order.number}")["addition"]["link"]
    assert letter.to == [CONTACT["email"]]
    for text in (letter.body, letter.alternatives[0].content):
        assert link in text and "€99.80" in text and buyer.order.number in text
    assert not Message.objects.filter(medium="sms").exists()
    assert CONTACT["email"] not in str(Event.objects.get(type="draft_offered").payload)


def test_who_left_only_a_number_gets_the_link_by_sms(buyer, nina):
    Order.objects.filter(pk=buyer.order.pk).update(email="", phone="0612345678")
    nina.post(f"orders/{buyer.order.number}/goods", TWO)
    buyer.work()
    [sms] = Message.objects.filter(kind__startswith="addition")
    assert (sms.kind, sms.medium, sms.state) == ("addition_sms", "sms", "sent")


def test_never_paid_they_end_by_themselves_and_the_order_stands_as_before(offered):
    mail.outbox.clear()
    with clock.moved_to(clock.now() + timedelta(hours=24, minutes=1)):
        assert end_unpaid() == 1
        offered.work()
    offered.stands("54.90", 1)
    start_picking(parcel=Parcel.objects.get())
    assert [one.subject for one in mail.outbox] == [f"Your order {offered.order.number} stays as it was"]
    answer = offered.pay(offered.addition(), TWO["total"])
    assert (offered.status, answer["code"]) == (409, "checkout_over")


def test_money_that_comes_after_their_time_goes_back(offered):
    path = offered.addition()
    offered("PATCH", path, {"payment": "testpay"})
    begun = offered.pay(path, TWO["total"])
    with clock.moved_to(clock.now() + timedelta(hours=24, minutes=1)):
        end_unpaid()
        offered.client.post(urlsplit(begun["payment"]["step"]["url"]).path, {"choice": "pays"})
        offered.work()
        offered.stands("54.90", 1)
    late = Payment.objects.get(amount="99.80")
    assert (late.fate, late.secured, late.order) == ("back", 0, None)


@pytest.mark.parametrize("choice", ["twice", "lost", "late"])
def test_a_notice_that_comes_twice_late_or_never_adds_them_once(offered, choice):
    offered.pay_addition(choice)
    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        offered.work()
    assert offered.stands("154.70", 3).lines.count() == 2


def test_paid_twice_the_second_payment_goes_back(offered):
    path = offered.addition()
    offered("PATCH", path, {"payment": "testpay"})
    pages = [urlsplit(offered.pay(path, TWO["total"])["payment"]["step"]["url"]).path for _ in range(2)]
    assert len(set(pages)) == 2
    for page in pages:
        offered.client.post(page, {"choice": "pays"})
    offered.work()
    order = offered.stands("154.70", 3)
    fates = sorted(Payment.objects.filter(amount="99.80").values_list("fate", flat=True))
    assert fates == ["back", "order"] and sum(one.secured for one in order.payments.all()) == order.due_total


def test_cancelled_meanwhile_the_goods_are_free_and_the_link_does_nothing(offered, nina):
    nina.post(f"orders/{offered.order.number}/cancel", {"reason": "changed her mind"})
    offered.work()
    offered.stands("0", 0)
    answer = offered.pay(offered.addition(), TWO["total"])
    assert (offered.status, answer["code"]) == (409, "checkout_over")
    assert sum(one.secured for one in Payment.objects.all()) == 0


def test_cancelled_while_the_customer_pays_all_of_the_money_goes_back(offered, nina):
    path = offered.addition()
    offered("PATCH", path, {"payment": "testpay"})
    page = urlsplit(offered.pay(path, TWO["total"])["payment"]["step"]["url"]).path
    nina.post(f"orders/{offered.order.number}/cancel", {})
    offered.client.post(page, {"choice": "pays"})
    answer = offered.post(f"{path}/finish")
    assert (offered.status, answer["code"]) == (409, "goods_gone")
    offered.work()
    offered.stands("0", 0)
    assert sum(one.secured for one in Payment.objects.all()) == 0


def test_staff_give_them_up_and_add_fewer(offered, nina):
    answer = nina.post(f"orders/{offered.order.number}/goods/withdraw")
    assert (nina.status, answer["addition"]) == (200, None)
    offered.work()
    offered.stands("54.90", 1)
    one = {"lines": [{"sku": "MARIN-M", "quantity": 1}], "total": {"amount": "49.90", "currency": "EUR"}}
    assert nina.post(f"orders/{offered.order.number}/goods", one)["addition"]["total"]["amount"] == "49.90"
    story = [step.what for step in offered.order.history.all()]
    assert story == ["placed", "offered", "withdrawn", "offered"]


def test_reduced_again_after_they_were_paid_the_money_goes_to_the_tenders_that_paid(offered, nina):
    offered.pay_addition()
    added = offered.order.lines.get(sku="MARIN-M")
    nina.post(f"orders/{offered.order.number}/cancel", {"lines": [{"line": added.pk, "quantity": 2}]})
    offered.work()
    offered.stands("54.90", 1)
    first, second = offered.order.payments.order_by("pk")
    assert (first.refunded, second.refunded) == (Decimal("54.90"), Decimal("44.90"))
    assert sum(one.total for one in Paper.objects.all()) == Decimal("54.90")


def test_all_of_it_goes_back_to_both_tenders(offered, nina):
    offered.pay_addition()
    nina.post(f"orders/{offered.order.number}/cancel", {})
    offered.work()
    offered.stands("0", 0)
    assert [one.refunded for one in offered.order.payments.order_by("pk")] == [
        Decimal("54.90"),
        Decimal("99.80"),
    ]
    note = Paper.objects.filter(kind="credit_note").first()
    assert note.content["of"].count("F-") == 2


@pytest.mark.parametrize(
    ("said", "code", "status"),
    [
        ({"total": {"amount": "90.00", "currency": "EUR"}}, "price_changed", 409),
        ({"lines": [{"sku": "MARIN-M", "quantity": 50}], "total": {"amount": "2495.00", "currency": "EUR"}}, "out_of_stock", 409),
        ({"lines": [{"sku": "nothing", "quantity": 1}]}, "unknown_code", 422),
        ({"hours": 9999}, "invalid_value", 422),
        ({"payment": "shop"}, "no_way_to_pay", 409),
    ],
)  # fmt: skip
def test_what_cannot_be_added_changes_nothing(buyer, nina, said, code, status):
    answer = nina.post(f"orders/{buyer.order.number}/goods", {**TWO, **said})
    assert (nina.status, answer["code"]) == (status, code), answer
    buyer.stands("54.90", 1)
    assert not Checkout.objects.filter(adds_to=buyer.order).exists()


def test_no_second_ones_before_the_first_are_paid_and_none_once_somebody_prepares(offered, nina, till):
    answer = nina.post(f"orders/{offered.order.number}/goods", TWO)
    assert (nina.status, answer["code"]) == (409, "addition_waits")
    nina.post(f"orders/{offered.order.number}/goods/withdraw")
    start_picking(parcel=Parcel.objects.get())
    answer = nina.post(f"orders/{offered.order.number}/goods", TWO)
    assert (nina.status, answer["code"]) == (409, "order_state")


def test_only_who_may_change_orders_and_works_there_adds_goods(buyer, till, people):
    looker = Customer("staff", people("view_order", at=[till.nantes], name="looker"))
    away = Customer("staff", people(*RIGHTS, at=[till.lyon], name="away"))
    for who, status in ((looker, 403), (away, 404), (Customer("staff", Client()), 401)):
        who.post(f"orders/{buyer.order.number}/goods", TWO)
        assert who.status == status
        who.post(f"orders/{buyer.order.number}/goods/withdraw")
        assert who.status == status


def test_the_link_changes_nothing_but_how_they_are_paid(offered):
    path = offered.addition()
    shown = offered.get(path)
    assert [one["code"] for one in shown["payment_methods"]] == ["testpay"]
    assert "3 rue Crébillon" not in str(shown)
    for change in ({"contact": {"email": "else@example.org"}}, {"delivery": {"key": "retrait:nantes"}}):
        answer = offered("PATCH", path, change)
        assert (offered.status, answer["code"]) == (409, "goods_only")
    offered("PATCH", path, {"payment": "shop"})
    answer = offered.pay(path, TWO["total"])
    assert (offered.status, answer["code"]) == (409, "payment_method_unknown")
    offered("PATCH", path, {"payment": "testpay"})
    answer = offered.pay(path, {"amount": "1.00", "currency": "EUR"})
    assert (offered.status, answer["code"]) == (409, "price_changed")


def test_a_price_that_changes_while_they_wait_is_not_the_customers_affair(offered, till):
    set_price(variant=till.medium, amount=Decimal("79.90"))
    offered.pay_addition()
    offered.stands("154.70", 3)


@pytest.fixture
def welcomed(buyer) -> Buyer:
    """The order is Camille's, who has had the 10 euros that each customer gets once."""
    camille = User.objects.create_user(CONTACT["email"], "a long password")
    offer = make_offer("Absolute", "10", of=make_range(), max_user_applications=1)
    used = {"times": 1, "discount": 10, "used_at": clock.now()}
    OfferUse.objects.create(offer=offer, document="order before", customer_id=camille.pk, **used)
    Order.objects.filter(pk=buyer.order.pk).update(user=camille)
    return buyer


@pytest.mark.parametrize("provider", ["link", "shop"])
def test_what_the_screen_says_is_what_they_cost_also_to_who_has_used_an_offer_up(welcomed, nina, provider):
    Order.objects.filter(pk=welcomed.order.pk).update(delivery=IN_NANTES)
    address = f"/admin/orders/{welcomed.order.number}/"
    body = {"key": "one", "goods": "MARIN-M", "quantity": 2}
    assert "€99.80" in nina.client.post(f"{address}add/", body).content.decode()
    said = {**body, "step": "confirm", "seen": "99.80", "provider": provider}
    answer = nina.client.post(f"{address}add/", said)
    assert answer.status_code == 302, answer.content.decode()
    if provider == "link":
        welcomed.work()
        welcomed.pay_addition()
    welcomed.order.refresh_from_db()
    assert welcomed.order.due_total == Decimal("154.70")
    assert not Basket.objects.filter(owner__isnull=False).exists()  # it never stood among Camille's own


def test_at_the_screen_they_are_offered_shown_and_given_up(buyer, nina):
    client, address = nina.client, f"/admin/orders/{buyer.order.number}/"
    body = {"key": "one", "goods": "MARIN-M", "quantity": 2}
    page = client.post(f"{address}add/", body).content.decode()
    assert "By a link that the customer gets now" in page and CONTACT["email"] in page
    said = {**body, "step": "confirm", "seen": "99.80", "provider": "link"}
    for _ in range(2):
        assert client.post(f"{address}add/", said).status_code == 302
    assert Checkout.objects.filter(adds_to=buyer.order).count() == 1
    page = client.get(address).content.decode()
    assert "€99.80 to be paid by the customer until" in page and "checkout?link#" in page
    parcel = Parcel.objects.get()
    assert "waits for a payment" in client.get("/admin/preparation/").content.decode()
    assert "Do not begin" in client.get(f"/admin/preparation/{parcel.number}/").content.decode()
    assert client.post(address, {"verb": "withdraw"}).status_code == 302
    assert "checkout?link#" not in client.get(address).content.decode()
    buyer.work()
    buyer.stands("54.90", 1)


def test_the_page_of_the_link_shows_them_and_takes_the_money(offered, nina):
    browser, number = Client(), offered.order.number
    followed = browser.post(
        f"/web/en/orders/{number}/open", {"link": follow_link(offered.order)}, follow=True
    ).content.decode()
    assert "Articles to add to your order" in followed and "Pay €99.80" in followed

    link = nina.get(f"orders/{number}")["addition"]["link"]
    assert "data-open-by-hash" in browser.get("/web/en/checkout?link").content.decode()
    page = browser.post("/web/en/checkout/open", {"link": link}, follow=True).content.decode()
    assert "Articles for your order" in page and "€99.80" in page and number in page
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    answer = browser.post("/web/en/checkout/pay", {"total": "99.80", "payment": "testpay", "key": key})
    assert answer.status_code == 302, answer.content.decode()
    browser.post(urlsplit(answer["Location"]).path, {"choice": "pays"})
    offered.work()
    landed = browser.get("/web/en/checkout", follow=True).content.decode()
    assert "€154.70" in landed and "Articles to add" not in landed
    offered.stands("154.70", 3)


def test_the_page_of_goods_that_are_over_says_that_the_order_stands(offered, nina):
    link, browser = nina.get(f"orders/{offered.order.number}")["addition"]["link"], Client()
    nina.post(f"orders/{offered.order.number}/goods/withdraw")
    page = browser.post("/web/en/checkout/open", {"link": link}, follow=True).content.decode()
    assert "Nothing was added to your order" in page and "Nothing was charged." in page
