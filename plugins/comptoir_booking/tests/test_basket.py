"""An appointment in a basket: one line beside the goods, one order, one fate."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.channels.queries import channel_context
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.finishing import finish
from comptoir.checkout.models import Checkout
from comptoir.checkout.refusals import GoodsGone
from comptoir.checkout.services import prepare
from comptoir.customers.models import User
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.payments.services import start_payment
from comptoir.testing.calling import CONTACT, Customer
from comptoir_booking.claims import Terms, hold_visit
from comptoir_booking.models import Booking
from comptoir_booking.queries import free_starts
from comptoir_booking.tests.salon import TODAY, TUESDAY, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def hold(web, token, hour=10, *, is_refused=False, **more):
    start = at(hour).isoformat()
    said = {"location": "nantes", "services": ["CUT"], "start": start, "basket": token, **more}
    made = web.post("holds", said)
    assert is_refused == (web.status != 201), made
    return made


def line_of(basket, sku):
    return next(line for line in basket["lines"] if line["sku"] == sku)


def states():
    return sorted(Booking.objects.values_list("state", flat=True))


def check_out(web, basket, payment="shop"):
    """The checkout up to the moment before paying, to be collected there."""
    checkout = web.post("checkouts", {"basket": basket["token"]})
    assert web.status == 201, checkout
    said = {"contact": CONTACT, "delivery": {"key": "retrait:nantes"}, "payment": payment}
    ready = web("PATCH", f"checkouts/{checkout['id']}", said)
    assert web.status == 200, ready
    return f"checkouts/{checkout['id']}", ready["total"]


def buy(web, basket):
    path, total = check_out(web, basket)
    return web.post(f"{path}/pay", {"total": total})


def at_the_provider(salon, web, basket):
    """A checkout whose customer went to pay: its id, and what happens when they have paid."""
    checkout, total = check_out(web, basket)
    context, uuid = channel_context("booking"), checkout.partition("/")[2]
    amount = Money(Decimal(total["amount"]), "EUR")
    prepare(channel=context, uuid=uuid, total=amount)

    def pay():
        start_payment(
            channel=context, provider="shop", reference=f"checkout:{uuid}", amount=amount,
            key="a-key-of-this-test", locale="fr", return_url="", way="collection", location_id=salon.place.pk,
        )  # fmt: skip

    return uuid, pay


def later(minutes):
    return clock.moved_to(TODAY + timedelta(minutes=minutes))


def is_free(salon, hour):
    return at(hour) in free_starts(salon.visit(salon.cut, person=salon.staff["anna"]), TUESDAY)


def test_a_cut_and_a_shampoo_are_one_order(salon, web):
    basket, path = web.open("SHAMPOO")
    hold(web, basket["token"])
    assert web.status == 201
    view = web.get(path)
    buy(web, basket)

    assert (line_of(view, "CUT")["hold"]["state"], view["totals"]["total"]["amount"]) == ("held", "61.90")
    assert web.status == 200
    order, booking = Order.objects.get(), Booking.objects.get()
    assert {line.sku: line.quantity for line in order.lines.all()} == {"CUT": 1, "SHAMPOO": 1}
    assert (booking.state, booking.document, booking.held_until) == ("confirmed", order.number, None)
    assert order.total == Decimal("61.90")


def test_a_service_without_a_time_is_not_sold(salon, web):
    basket, path = web.open("SHAMPOO")

    refused = web.post(f"{path}/lines", {"sku": "CUT"})
    assert (web.status, refused["code"]) == (409, "claim_missing")
    hold(web, basket["token"])
    refused = web("PATCH", f"{path}/lines/{line_of(web.get(path), 'CUT')['id']}", {"quantity": 2})
    assert (web.status, refused["code"]) == (409, "claim_missing")
    assert states() == ["held"]


def test_a_time_that_is_gone_puts_nothing_into_the_basket(salon, web):
    basket, path = web.open("SHAMPOO")
    hold_visit(visit=salon.visit(salon.cut, person=salon.staff["anna"]), start=at(10), terms=Terms())

    refused = hold(web, basket["token"], person="anna", is_refused=True)

    assert (web.status, refused["code"], len(refused["alternatives"])) == (409, "start_not_free", 3)
    assert [line["sku"] for line in web.get(path)["lines"]] == ["SHAMPOO"]
    assert states() == ["held"]
    assert hold(web, "not-a-basket-of-mine", is_refused=True)["code"] == "not_found"


def test_two_of_the_same_service_are_a_line_of_two_and_the_last_goes_first(salon, web):
    basket, path = web.open("SHAMPOO")
    hold(web, basket["token"], 10)
    hold(web, basket["token"], 14)

    line = line_of(web.get(path), "CUT")
    assert line["quantity"] == 2
    web("PATCH", f"{path}/lines/{line['id']}", {"quantity": 1})

    assert web.status == 200
    assert dict(Booking.objects.values_list("starts_at", "state")) == {at(10): "held", at(14): "released"}


def test_the_time_is_free_when_the_line_goes_and_when_the_basket_does(salon, web):
    basket, path = web.open("SHAMPOO")
    hold(web, basket["token"], 10, person="anna")
    assert not is_free(salon, 10)
    web("DELETE", f"{path}/lines/{line_of(web.get(path), 'CUT')['id']}")
    assert is_free(salon, 10)

    hold(web, basket["token"], 11, person="anna")
    assert not is_free(salon, 11)
    web("DELETE", path)
    assert is_free(salon, 11)
    assert states() == ["released", "released"]


def test_the_time_is_held_as_long_as_the_basket_is_used(salon, web):
    basket, path = web.open("SHAMPOO")
    hold(web, basket["token"])

    with later(10):
        web.post(f"{path}/lines", {"sku": "SHAMPOO"})
    assert Booking.objects.get().held_until == TODAY + timedelta(minutes=25)
    with later(26):
        assert line_of(web.get(path), "CUT")["hold"]["state"] == "ended"
        web.post(f"{path}/hold")
        assert line_of(web.get(path), "CUT")["hold"]["state"] == "held"


def test_a_time_somebody_else_took_keeps_the_order_from_being_placed(salon, web):
    basket, path = web.open("SHAMPOO")
    hold(web, basket["token"], person="anna")
    checkout, total = check_out(web, basket)
    with later(121):
        hold_visit(visit=salon.visit(salon.cut, person=salon.staff["anna"]), start=at(10), terms=Terms())
        refused = web.post(f"{checkout}/pay", {"total": total})

    assert web.status == 409
    assert refused["code"] == "claim_missing"
    assert not Order.objects.exists()
    assert line_of(web.get(path), "CUT")["problem"]["code"] == "claim_missing"


def test_money_that_comes_after_somebody_took_the_time_goes_back_once(salon, web):
    """The customer is on the page of the provider while the hold ends and another takes the time."""
    basket, _path = web.open("SHAMPOO")
    hold(web, basket["token"], person="anna")
    uuid, pay = at_the_provider(salon, web, basket)
    with later(121):
        hold_visit(visit=salon.visit(salon.cut, person=salon.staff["anna"]), start=at(10), terms=Terms())
    pay()

    with pytest.raises(GoodsGone):
        finish(uuid=uuid)

    assert not Order.objects.exists()
    assert Checkout.objects.get().state == "ended"
    assert {one.fate for one in Payment.objects.all()} == {Payment.Fate.BACK}
    assert states() == ["expired", "held"]
    assert finish(uuid=uuid).state == "ended"


def test_a_payment_that_is_told_twice_confirms_the_time_once(salon, web):
    """The provider's notice comes before the browser is back, and again after it."""
    basket, _path = web.open("SHAMPOO")
    hold(web, basket["token"], person="anna")
    uuid, pay = at_the_provider(salon, web, basket)
    pay()

    ended = {finish(uuid=uuid).state for _notice in range(3)}

    [booking] = Booking.objects.all()
    assert (ended, booking.state, booking.document) == ({"placed"}, "confirmed", Order.objects.get().number)
    assert booking.steps.filter(change="confirmed").count() == 1


def test_a_payment_after_the_end_of_the_hold_confirms_the_time_if_nobody_took_it(salon, web):
    basket, _path = web.open("SHAMPOO")
    hold(web, basket["token"], person="anna")
    uuid, pay = at_the_provider(salon, web, basket)
    with later(121):
        assert is_free(salon, 10)
        pay()
        finish(uuid=uuid)

    assert (states(), Order.objects.count()) == (["confirmed"], 1)


def test_a_late_payment_takes_the_time_if_nobody_else_did(salon, web):
    basket, _path = web.open("SHAMPOO")
    hold(web, basket["token"])
    checkout, total = check_out(web, basket)
    with later(119):
        paid = web.post(f"{checkout}/pay", {"total": total})

    assert web.status == 200, paid
    assert states() == ["confirmed"]


def test_a_basket_that_goes_to_another_channel_takes_its_time_along(salon, web):
    salon.shop.channel("web")
    salon.shop.settle()
    basket, path = web.open("SHAMPOO")
    hold(web, basket["token"])
    code = web.post(f"{path}/handover")["code"]
    shop = Customer("web")
    taken = shop.post("baskets/handover", {"code": code})

    buy(shop, taken)

    assert shop.status == 200
    assert (states(), Order.objects.get().channel.code) == (["confirmed"], "web")


def test_a_guest_who_logs_in_keeps_the_time_beside_what_was_left_behind(salon, web):
    client = Client()
    user = User.objects.create_user("camille@example.org", "a-long-password")
    client.force_login(user)
    mine = Customer("booking", client)
    _first, first_path = mine.open("SHAMPOO")
    mine.post(f"{first_path}/claim")
    basket, path = mine.open("SHAMPOO")
    hold(mine, basket["token"])

    joined = mine.post(f"{path}/claim")

    assert mine.status == 200, joined
    assert {line["sku"]: line["quantity"] for line in joined["lines"]} == {"SHAMPOO": 2, "CUT": 1}
    assert line_of(joined, "CUT")["hold"]["state"] == "held"


def test_a_line_of_an_order_that_is_cancelled_frees_its_time(salon, web):
    basket, _path = web.open("SHAMPOO")
    hold(web, basket["token"], person="anna")
    buy(web, basket)
    salon.shop.settle()
    order = Order.objects.get()

    cancel_with_parcels(order_id=order.pk, lines={order.lines.get(sku="CUT").pk: 1})
    salon.shop.settle()

    assert states() == ["cancelled"]
    assert is_free(salon, 10)
    assert Order.objects.get().state != "cancelled"


def test_a_basket_of_goods_asks_no_plugin_for_claims(salon, web, plug):
    def fails():
        raise RuntimeError("asked")

    plug("claims", register_line_claims=fails)
    basket, path = web.open("SHAMPOO")

    assert web.get(path)["totals"]["total"]["amount"] == "12.00"
    buy(web, basket)
    assert web.status == 200
