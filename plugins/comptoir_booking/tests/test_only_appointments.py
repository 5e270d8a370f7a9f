"""A basket of appointments and nothing else: no delivery is asked for, and its order belongs to where they take place."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comptoir.channels.queries import forget_contexts
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.messaging.sending import send_messages
from comptoir.orders.models import Order, Paper
from comptoir.orders.queries import orders_for
from comptoir.payments.models import Payment
from comptoir.payments.services import capture_payment
from comptoir.testing.calling import CONTACT
from comptoir.testing.once import built_once
from comptoir.testing.staff import people
from comptoir_booking.models import Booking
from comptoir_booking.tests.salon import Salon, SalonWithShop, at, today
from comptoir_booking.tests.test_basket import hold, line_of
from comptoir_booking.tests.test_pages import Visitor

__all__ = ["people"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@built_once
def salon(shop):
    """Salons in Nantes and Lyon, which also sell and send shampoo; booked on the web and by API."""
    with today():
        salon = SalonWithShop(shop)
        salon.place.street, salon.place.postcode, salon.place.city = "1 rue des Lilas", "44000", "Nantes"
        salon.place.save()
        salon.lyon = Salon(shop, code="lyon", city="Lyon")
        salon.cut.skilled.add(salon.lyon.person("carla"))
        shop.channel("web", extensions=["booking"])
        shop.settle()
        forget_contexts()
        return salon


def begin(web, *hours, **more):
    """A checkout with a cut at each of these hours."""
    basket, path = web.open()
    for hour in hours:
        hold(web, basket["token"], hour, **more)
    checkout = web.post("checkouts", {"basket": basket["token"]})
    assert web.status == 201, checkout
    return f"checkouts/{checkout['id']}", checkout, path


def buy_cut(web, *hours, **more):
    path, _checkout, _basket = begin(web, *hours or (10,), **more)
    ready = web("PATCH", path, {"contact": CONTACT, "payment": "shop"})
    assert web.status == 200, ready
    paid = web.post(f"{path}/pay", {"total": ready["total"]})
    assert (web.status, paid["state"]) == (200, "placed"), paid
    return Order.objects.get()


def test_a_cut_alone_is_paid_without_a_word_about_delivery(salon, web):
    path, begun, _basket = begin(web, 10)
    assert (begun["delivery"]["way"], begun["delivery"]["name"]) == ("visit", "In the shop")
    assert begun["total"]["amount"] == "49.90"

    ready = web("PATCH", path, {"contact": CONTACT, "payment": "shop"})
    paid = web.post(f"{path}/pay", {"total": ready["total"]})

    order = Order.objects.get()
    assert (web.status, paid["order"]["number"]) == (200, order.number)
    assert (order.state, order.location) == ("placed", salon.place)
    assert (order.total, order.delivery_total) == (Decimal("49.90"), Decimal(0))
    assert Booking.objects.get().document == order.number


def test_a_delivery_that_is_said_for_a_cut_costs_nothing_and_is_left_aside(salon, web):
    path, _checkout, _basket = begin(web, 10)

    changed = web("PATCH", path, {"delivery": {"key": "retrait:nantes"}})

    assert (web.status, changed["delivery"]["way"]) == (200, "visit")


def test_goods_that_come_beside_a_cut_are_asked_for_and_not_any_more_when_they_go(salon, web):
    path, begun, basket = begin(web, 10)
    shampoo = line_of(web.post(f"{basket}/lines", {"sku": "SHAMPOO"}), "SHAMPOO")

    assert web.get(path)["delivery"] is None
    ready = web("PATCH", path, {"contact": CONTACT, "payment": "shop"})
    refused = web.post(f"{path}/pay", {"total": ready["total"]})
    assert (web.status, [one["field"] for one in refused["reasons"]]) == (409, ["delivery", "payment"])
    chosen = web("PATCH", path, {"delivery": {"key": "retrait:nantes"}})
    assert chosen["delivery"]["way"] == "collection"

    web("DELETE", f"{basket}/lines/{shampoo['id']}")
    assert web.get(path)["delivery"]["way"] == "visit"
    web.post(f"{path}/pay", {"total": begun["total"]})
    assert (web.status, Order.objects.get().location) == (200, salon.place)


def test_the_order_belongs_to_the_shop_of_its_first_appointment_and_only_its_staff_sees_it(
    salon, web, people
):
    order = buy_cut(web, 10, location="lyon")
    lyon = people("view_order", "cancel_order", at=[salon.lyon.place], name="lea")
    nantes = people("view_order", at=[salon.place], name="nina")

    assert order.location == salon.lyon.place
    assert (list(orders_for(lyon.user)), list(orders_for(nantes.user))) == ([order], [])
    address = reverse("orders:order", args=[order.number])
    screen = lyon.get(address).content.decode()
    assert nantes.get(address).status_code in (302, 403, 404)
    assert "Tuesday 2 March at 10:00" in screen and "Lyon" in screen
    assert "Delivery" not in screen


def test_staff_of_both_salons_of_an_order_see_it_and_of_a_third_they_do_not(salon, web, people):
    basket, _path = web.open()
    hold(web, basket["token"], 10, location="lyon")
    hold(web, basket["token"], 14, location="nantes")
    path = f"checkouts/{web.post('checkouts', {'basket': basket['token']})['id']}"
    ready = web("PATCH", path, {"contact": CONTACT, "payment": "shop"})
    web.post(f"{path}/pay", {"total": ready["total"]})
    order = Order.objects.get()
    paris = Salon(salon.shop, code="paris").place
    staff = {
        place.code: people("view_order", at=[place], name=place.code)
        for place in (salon.lyon.place, salon.place, paris)
    }

    assert order.location == salon.lyon.place
    assert {code: list(orders_for(one.user)) for code, one in staff.items()} == {
        "lyon": [order], "nantes": [order], "paris": [],
    }  # fmt: skip
    address = reverse("orders:order", args=[order.number])
    assert "Tuesday 2 March at 14:00" in staff["nantes"].get(address).content.decode()
    assert staff["paris"].get(address).status_code in (302, 403, 404)


def test_its_invoice_is_numbered_under_that_shop(salon, web):
    order = buy_cut(web)
    capture_payment(payment=Payment.objects.get(), key="the-till-took-it")
    salon.shop.settle()

    paper = Paper.objects.get(order=order)
    assert (paper.kind, paper.shop, paper.number) == ("invoice", "nantes", "F-NANTES-2027-000001")


def test_cancelled_it_is_paid_back_and_the_time_is_free(salon, web):
    order = buy_cut(web)
    capture_payment(payment=Payment.objects.get(), key="the-till-took-it")
    salon.shop.settle()

    cancel_with_parcels(order_id=order.pk, by_customer=True)
    salon.shop.settle()

    order.refresh_from_db()
    assert (order.state, order.refund_requests.get().amount) == ("cancelled", Decimal("49.90"))
    assert Booking.objects.get().state == "cancelled"


def test_its_message_says_when_and_where_and_nothing_of_a_delivery(salon, web, mailoutbox):
    buy_cut(web, 10, 14)
    salon.shop.settle()
    while send_messages():
        pass

    [told] = [one for one in mailoutbox if "order" in one.subject.lower()]
    assert told.body.index("2 × Cut") < told.body.index("Tuesday 2 March at 10:00 with")
    assert "Tuesday 2 March at 14:00 with" in told.body
    assert "Where:\nNantes\n1 rue des Lilas\n44000 Nantes" in told.body
    for said in (told.body, told.alternatives[0][0]):
        assert "Delivery" not in said and "leaves" not in said and "ready for collection" not in said


def test_delivery_options_of_a_service_are_none(salon, web):
    assert web.get("delivery-options?line=CUT")["items"] == []
    assert [one["key"] for one in web.get("delivery-options?line=CUT&line=SHAMPOO")["items"]] != []


def test_paying_for_a_cut_costs_at_most_fifty_statements(salon, web):
    """Fewer than a shirt (tests/core/checkout): nothing is routed, held in stock, or put into parcels."""
    buy_cut(web, 9)
    basket, _path = web.open()
    hold(web, basket["token"], 10)
    with CaptureQueriesContext(connection) as said:
        path = f"checkouts/{web.post('checkouts', {'basket': basket['token']})['id']}"
        ready = web("PATCH", path, {"contact": CONTACT, "payment": "shop"})
        web.post(f"{path}/pay", {"total": ready["total"]})
    assert web.status == 200
    told = [str(one["sql"]) for one in said.captured_queries]
    asked = [one for one in told if one not in ("BEGIN", "COMMIT") and "SAVEPOINT" not in one]
    assert len(asked) <= 50, "\n".join(one[:150] for one in asked)


def test_on_the_pages_it_is_two_steps_and_the_order_says_where(salon):
    visitor = Visitor()
    visitor.post("booking/hold", location="nantes", service="CUT", person="bela", start=at(10).isoformat())
    visitor.post("booking/hold", location="nantes", service="CUT", person="bela", start=at(14).isoformat())
    text = visitor.followed()
    assert "Delivery" not in text and "2 services" in text
    assert "<li>Tuesday 2 March at 10:00 with Bela, Nantes</li>" in text

    visitor.post("checkout/begin")
    text = visitor.followed()
    assert "Delivery" not in text and "Go on to payment" in text
    visitor.post("checkout/contact", name="Camille", email="camille@example.org")
    assert visitor.answer["Location"].endswith("checkout#payment")
    text = visitor.get("checkout")
    assert "Delivery" not in text and "Order, and pay €99.80 in the shop" in text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
    visitor.post("checkout/pay", **fields)
    text = visitor.followed()

    assert "Your order is confirmed." in text and "1 rue des Lilas" in text
    assert "Delivery" not in text and "In preparation" not in text
    assert Order.objects.get().location == salon.place
