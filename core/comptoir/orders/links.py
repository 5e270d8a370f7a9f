"""The safe link of a guest: follows one order without a log-in, and can be made useless."""

import base64

from django.utils.crypto import constant_time_compare, salted_hmac

from comptoir.base.errors import NotFound
from comptoir.conf import conf
from comptoir.orders.models import Order
from comptoir.orders.numbers import normal_number


def follow_token(order: Order) -> str:
    """The secret of an order's link: 192 bits of a keyed hash, so that each later e-mail can have it again."""
    digest = salted_hmac(
        "comptoir.orders.follow", f"{order.number} {order.link_version}", algorithm="sha256"
    ).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def follow_link(order: Order) -> str:
    """The address that is sent to the customer. The secret stands after ``#``: no server log and no referrer sees it."""
    return f"{conf.BASE_URL}/{order.channel.code}/{order.locale}/orders/{order.number}#{follow_token(order)}"


def order_by_link(number: str, token: str) -> Order:
    """The order that a link opens. Errors: ``NotFound``, the same for an unknown number and a wrong token."""
    order = Order.objects.filter(number=normal_number(number) or "-").select_related("channel").first()
    if order is None or not constant_time_compare(token, follow_token(order)):
        raise NotFound()
    return order
