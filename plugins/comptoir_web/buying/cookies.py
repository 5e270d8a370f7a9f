"""What this browser keeps: its basket, its checkout, the orders it may follow. Signed, for this channel only.

All are needed for what the customer asked for, so none waits for a consent (CNIL, guidelines on cookies, art. 5).
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpResponse

from comptoir.base.errors import NotFound
from comptoir.baskets.merging import merge_baskets
from comptoir.baskets.queries import basket_view
from comptoir.baskets.rows import Key
from comptoir.baskets.shown import BasketView
from comptoir.orders.links import follow_token, order_by_link
from comptoir.orders.models import Order
from comptoir.orders.queries import order_of_customer
from comptoir_web.shop import Shop

DAY_S = 24 * 60 * 60
#: More orders than this are followed from one browser by their links again.
MOST_ORDERS = 12


@dataclass(frozen=True)
class Kept:
    """One cookie of a channel. Units: ``days`` it is kept. ``is_open``: scripts of the shop may read it."""

    name: str
    days: int
    is_open: bool = False

    def read(self, shop: Shop) -> str:
        """The value, or empty if there is none, it is too old, or somebody else wrote it."""
        try:
            return shop.request.get_signed_cookie(
                self._name(shop), default="", salt=self.name, max_age=self.days * DAY_S
            )
        except signing.BadSignature:
            return ""

    def write(self, shop: Shop, response: HttpResponse, value: str) -> None:
        response.set_signed_cookie(
            self._name(shop),
            value,
            salt=self.name,
            max_age=self.days * DAY_S,
            path=f"/{shop.channel.code}/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=not self.is_open,
            samesite="Lax",
        )

    def forget(self, shop: Shop, response: HttpResponse) -> None:
        response.delete_cookie(self._name(shop), path=f"/{shop.channel.code}/", samesite="Lax")

    def _name(self, shop: Shop) -> str:
        return f"{self.name}-{shop.channel.code}"


BASKET = Kept("basket", 30)
CHECKOUT = Kept("checkout", 14)
ORDERS = Kept("orders", 30)


def basket_key(shop: Shop) -> Key:
    """What opens the basket of this browser; whoever has logged in has one of their own, and the guest's goes into it.

    A key that opens nothing if there is none yet.
    """
    token, user = BASKET.read(shop), shop.request.user
    if not user.is_authenticated:
        return Key(shop.channel, token)
    if token:
        with suppress(NotFound), transaction.atomic():  # joined before, bought, or given up
            merge_baskets(channel=shop.channel, token=token, user=user)
    return Key(shop.channel, owner_id=user.pk)


def own_basket(shop: Shop) -> BasketView | None:
    """The basket of this browser with its prices, if there is one."""
    try:
        return basket_view(basket_key(shop))
    except NotFound:
        return None


def remember_order(shop: Shop, response: HttpResponse, order: Order) -> None:
    """Let this browser follow an order from now on, until its link is renewed."""
    mine = f"{order.number}:{follow_token(order)}"
    known = [one for one in ORDERS.read(shop).split() if one != mine]
    ORDERS.write(shop, response, " ".join([mine, *known][:MOST_ORDERS]))


def own_orders(shop: Shop) -> Iterator[Order]:
    """The orders that were placed or opened by their links in this browser, the latest first."""
    for number, token in _tokens(shop).items():
        with suppress(NotFound):
            yield order_of_link(shop, number, token)


def own_order(shop: Shop, number: str) -> Order:
    """An order this browser may see: placed or opened by its link here, or of the customer who is logged in.

    Errors: ``NotFound``, the same for one that is somebody else's.
    """
    tokens = _tokens(shop)
    if number in tokens:
        with suppress(NotFound):
            return order_of_link(shop, number, tokens[number])
    if shop.request.user.is_authenticated:
        return order_of_customer(number, shop.request.user.pk)
    raise NotFound()


def _tokens(shop: Shop) -> dict[str, str]:
    return dict(one.split(":") for one in ORDERS.read(shop).split())


def order_of_link(shop: Shop, number: str, token: str) -> Order:
    """The order that a link of this channel opens. Errors: ``NotFound``."""
    order = order_by_link(number, token)
    if order.channel_id != shop.channel.id:
        raise NotFound()
    return order
