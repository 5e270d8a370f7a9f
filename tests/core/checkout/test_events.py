"""What plugins hear of checkouts and orders, and that a broken one harms nobody."""

from datetime import timedelta

import pytest

from comptoir.base import clock
from comptoir.checkout.finishing import end_unpaid
from comptoir.checkout.models import Checkout
from comptoir.events.models import Delivery, Event
from comptoir.orders.models import Order
from comptoir.orders.services import cancel_order, edit_order, move_order
from comptoir.stock.models import Hold
from comptoir.testing.calling import Customer
from tests.testdummy import plugin as dummy_plugin

pytestmark = pytest.mark.django_db


@pytest.fixture
def dummy(plug):
    """The dummy plugin, on and with nothing seen yet."""
    dummy_plugin.seen.clear()
    plug("dummy", dummy_plugin)
    return dummy_plugin


def bought() -> Order:
    placed = Customer("web").buy("MARIN-S")
    return Order.objects.get(number=placed["order"]["number"])


def test_on_order_placed(till, shop, dummy):
    order = bought()
    shop.settle()
    assert dummy.seen.count(("order_placed", order.pk)) == 1


def test_on_order_cancelled(till, shop, dummy):
    order = bought()
    cancel_order(order_id=order.pk)
    shop.settle()
    assert dummy.seen.count(("order_cancelled", order.pk)) == 1


def test_on_order_refund_requested(till, shop, dummy):
    order = bought()
    cancel_order(order_id=order.pk)
    shop.settle()
    assert dummy.seen.count(("order_refund_requested", order.pk)) == 1


def test_on_order_changed(till, shop, dummy):
    order = bought()
    edit_order(order_id=order.pk, name="Camille Durand")
    move_order(order_id=order.pk, to="preparing")
    shop.settle()
    assert dummy.seen.count(("order_changed", order.pk)) == 2


def test_on_checkout_failed(till, shop, dummy, settings):
    web = Customer("web")
    path = web.begin("MARIN-S")
    web.choose(path)
    Checkout.objects.update(state="paying")
    with clock.moved_to(clock.now() + timedelta(hours=3)):
        end_unpaid()
        shop.settle()
    assert [kind for kind, _pk in dummy.seen].count("checkout_failed") == 1


def test_a_plugin_that_raises_on_order_placed_loses_no_order_and_delays_nobody(till, shop, plug):
    heard = []

    def broken(events):
        raise RuntimeError("no ink")

    plug("broken", on_order_placed=broken)
    plug("sound", on_order_placed=lambda events: [heard.append(one) for one in events])
    order = bought()
    shop.settle()

    order.refresh_from_db()
    assert order.state == "placed"
    assert Hold.objects.filter(state="allocated", document=order.number).exists()
    assert [event.subject_id for event in heard] == [order.pk]
    waiting = Delivery.objects.get(event=Event.objects.get(type="order_placed"), subscriber="broken")
    assert (waiting.attempts, waiting.parked_at) == (1, None)


def test_a_plugin_that_raises_on_order_placed_is_told_again_until_it_understands(till, shop, plug):
    understood, trouble = [], [RuntimeError("no ink")]

    def slow_to_learn(events):
        if trouble:
            raise trouble[0]
        understood.extend(event.pk for event in events)

    plug("slow", on_order_placed=slow_to_learn)
    bought()
    event = Event.objects.get(type="order_placed")
    waiting = Delivery.objects.filter(event=event, subscriber="slow")
    for seconds, attempts in ((0, 1), (5, 2), (15, 3)):
        with clock.moved_to(clock.now() + timedelta(seconds=seconds)):
            shop.settle()
        assert (waiting.get().attempts, understood) == (attempts, [])
    trouble.clear()
    with clock.moved_to(clock.now() + timedelta(seconds=60)):
        shop.settle()
        shop.settle()
    assert (understood, waiting.exists()) == ([event.pk], False)
