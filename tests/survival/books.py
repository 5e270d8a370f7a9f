"""What has to be true of goods, money and orders once everybody has gone home, whatever was killed meanwhile."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Sum

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.checkout.finishing import end_unpaid
from comptoir.checkout.models import Checkout
from comptoir.events.models import Delivery, Event
from comptoir.orders.models import Order, OrderLine
from comptoir.payments.audit import differences as payment_differences
from comptoir.payments.checking import settle_payments
from comptoir.payments.models import Command, Payment
from comptoir.stock.audit import differences as stock_differences
from comptoir.stock.models import Hold
from comptoir.testing.factories import Shop
from comptoir_testpay.models import Deed
from comptoir_testpay.sending import send_due


def come_to_an_end(shop: Shop, *, minutes: int = 10) -> None:
    """What the worker would have done by then: notices, questions to the gateway, events, until nothing is left."""
    with clock.moved_to(clock.now() + timedelta(minutes=minutes)):
        for _round in range(5):
            send_due()
            shop.settle()
            while settle_payments():
                shop.settle()
    with clock.moved_to(clock.now() + timedelta(hours=3)):
        end_unpaid()
        settle_payments()
        shop.settle()


def check_books() -> None:
    """Audits are clean, no order without its money, no money without an order, and nothing left undone."""
    assert stock_differences() == []
    with clock.moved_to(clock.now() + timedelta(hours=3)):
        assert payment_differences(grace_minutes=0) == []
    assert not Command.objects.filter(state="asked").exists()
    assert not Delivery.objects.exists()
    assert not Checkout.objects.filter(state__in=Checkout.LIVE).exists()
    for order in Order.objects.prefetch_related("payments__entries", "lines"):
        check_order(order)
    for payment in Payment.objects.exclude(fate="order"):
        assert (payment.order_id, payment.secured) == (None, 0), payment
    check_gateway()


def check_order(order: Order) -> None:
    """Its money is there, its goods are promised or gone, and it was told once."""
    payments = list(order.payments.all())
    assert sum(one.secured for one in payments) == order.total - order.cancelled_total, order
    assert all(one.entries.all() for one in payments) and payments, order
    assert Event.objects.filter(type="order_placed", subject_id=order.pk).count() == 1
    for line in order.lines.all():
        ours = Hold.objects.filter(owner=line.stock_owner, state__in=["allocated", "consumed"])
        assert ours.aggregate(sum=Sum("quantity", default=0))["sum"] == line.open_quantity, order


def check_gateway() -> None:
    """The books of the gateway, which is another company, say the same as ours."""
    for kind in ("authorised", "captured", "refunded", "voided"):
        theirs = Deed.objects.filter(kind=kind).aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]
        ours = Payment.objects.filter(provider="testpay").aggregate(sum=Sum(kind, default=Decimal(0)))["sum"]
        assert (kind, ours) == (kind, theirs)


def sold(product: Product) -> int:
    """Pieces of a product in orders."""
    return OrderLine.objects.filter(variant=product).aggregate(sum=Sum("quantity", default=0))["sum"]
