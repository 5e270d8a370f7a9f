"""Customers of a shop that writes to them: each fixture leads to one message that waits."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.finishing import cancel_unpaid
from comptoir.fulfilment.codes import collection_code
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import (
    collect_parcel,
    expire_uncollected,
    hand_over,
    make_ready,
    pack_parcel,
    pick_pieces,
)
from comptoir.messaging.sending import send_messages
from comptoir.messaging.transports import NotReached, Transport
from comptoir.orders.models import Order
from comptoir.payments.checking import settle_payments
from comptoir.payments.services import refund_payment
from comptoir.payments.tenders import capture_for_order, keep_for_order
from comptoir.testing.calling import Customer
from comptoir.testing.racing import open_shop
from comptoir.testing.selling import Till
from comptoir.testing.staff import people
from tests.core.checkout.conftest import web
from tests.core.fulfilment.conftest import TUESDAY, Retailer
from tests.core.payments.conftest import Till as Payments
from tests.core.payments.conftest import bank, eur

__all__ = ["Customer", "bank", "open_shop", "people", "web"]

EMAIL = "camille@example.org"


@pytest.fixture(autouse=True)
def a_named_shop(settings):
    settings.COMPTOIR_SHOP_NAME = "Maison Aubelaine"
    settings.COMPTOIR_SMS_TRANSPORT = "console"


@pytest.fixture
def till(shop) -> Till:
    """Not built once: some of these tests have a retailer instead."""
    return Till(shop)


@pytest.fixture
def now():
    with clock.moved_to(TUESDAY):
        yield TUESDAY


@pytest.fixture
def retailer(shop, now) -> Retailer:
    return Retailer(shop)


@pytest.fixture
def ready(retailer: Retailer) -> Callable[..., Parcel]:
    """A parcel that waits in Nantes for its customer."""

    def parcel(locale: str = "en", **fields: Any) -> Parcel:
        shirt = retailer.variant(nantes=1)
        [opened] = retailer.collection((shirt, 1), at=[retailer.nantes])
        return make_ready(parcel=_packed(opened, locale, fields))

    return parcel


@pytest.fixture
def collected(ready) -> Callable[..., Parcel]:
    def parcel(locale: str = "en", **fields: Any) -> Parcel:
        row = ready(locale, **fields)
        return collect_parcel(parcel=row, code=collection_code(row))

    return parcel


@pytest.fixture
def shipped(retailer: Retailer) -> Callable[..., Parcel]:
    """A parcel that a carrier took."""

    def parcel(locale: str = "en", **fields: Any) -> Parcel:
        shirt = retailer.variant(nantes=1)
        promise = {"zone": "Europe/Paris", "from_on": "2026-03-05", "until_on": "2026-03-06", "from_at": None}
        address = {"name": "Anne Le Goff", "street": "3 rue Crébillon", "postcode": "75011", "city": "Paris"}
        [opened] = retailer.parcels((shirt, 1), at=[retailer.nantes], promise=promise, recipient=address)
        return hand_over(parcel=_packed(opened, locale, fields), tracking="6A1234")

    return parcel


@pytest.fixture
def refunded(shop, bank) -> Callable[..., Order]:
    """12.50 of an order went back to the card."""
    payments = Payments(bank, shop.channel("web", extensions=["bank"]))

    def order(locale: str = "en", **fields: Any) -> Order:
        payment = payments.pay("50.00", reference="checkout:1")
        row = payments.order("checkout:1", "50.00")
        Order.objects.filter(pk=row.pk).update(**{"email": EMAIL, "locale": locale, **fields})
        keep_for_order(order=row, amount=eur("50.00"))
        capture_for_order(order_id=row.pk)
        settle_payments()
        payment.refresh_from_db()
        refund_payment(payment=payment, amount=eur("12.50"), key="back")
        return row

    return order


@pytest.fixture
def placed(till, web) -> Callable[..., Order]:
    """An order to be collected in Nantes and paid there."""

    def order(locale: str = "en", **fields: Any) -> Order:
        web.headers["Accept-Language"] = locale
        web.buy("MARIN-S", **fields)
        return Order.objects.get()

    return order


@pytest.fixture
def cancelled(placed) -> Callable[..., Order]:
    """An order that its customer did not want any more."""

    def order(locale: str = "en", **fields: Any) -> Order:
        row = placed(locale, **fields)
        cancel_with_parcels(order_id=row.pk, reason="Wrong size", by_customer=True)
        return row

    return order


@pytest.fixture
def unpaid(placed, post, settings) -> Callable[..., Order]:
    """An order whose transfer never came."""

    def order(locale: str = "en", **fields: Any) -> Order:
        settings.COMPTOIR_BANK_IBAN = "FR7630006000011234567890189"
        row = placed(locale, payment="transfer", **fields)
        with clock.moved_to(clock.now() + timedelta(days=8)):
            assert cancel_unpaid() == 1
            post()
        return row

    return order


@pytest.fixture
def expired(ready, post) -> Callable[..., Parcel]:
    """A parcel that nobody fetched."""

    def parcel(locale: str = "en", **fields: Any) -> Parcel:
        row = ready(locale, **fields)
        with clock.moved_to(row.expires_at):
            assert expire_uncollected() == 1
            post()
        return row

    return parcel


@pytest.fixture
def post(shop, mailoutbox) -> Callable[[], list[Any]]:
    """Everything that is due is delivered and sent; the e-mails that have gone out."""

    def deliver() -> list[Any]:
        shop.settle()
        while send_messages():
            pass
        return mailoutbox

    return deliver


class Moody(Transport):
    """An e-mail service with moods: ``sends``, ``fails`` or whatever error it is given; the last mood stays."""

    code, medium = "moody", "email"

    def __init__(self, *moods: Any) -> None:
        self.moods, self.sent = list(moods), []

    def send(self, letter: Any) -> None:
        mood = self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]
        if mood == "fails":
            raise NotReached
        if mood != "sends":
            raise mood
        self.sent.append(letter)


@pytest.fixture
def moody(plug, settings) -> Callable[..., Moody]:
    def make(*moods: Any) -> Moody:
        service = Moody(*moods)
        plug("moody", register_message_transports=lambda: [service])
        settings.COMPTOIR_EMAIL_TRANSPORT = "moody"
        return service

    return make


def _packed(parcel: Parcel, locale: str, fields: dict[str, Any]) -> Parcel:
    Order.objects.filter(pk=parcel.order_id).update(
        **{"email": EMAIL, "locale": locale, "total": Decimal("49.90"), **fields}
    )
    for line in parcel.lines.select_related("order_line"):
        pick_pieces(parcel=parcel, scanned=line.order_line.sku, quantity=line.quantity)
    pack_parcel(parcel=parcel)
    parcel.refresh_from_db()
    return parcel
