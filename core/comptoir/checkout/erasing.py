"""The right to be forgotten: everything about a customer goes, and of their orders stays what the law wants kept.

Source: GDPR, art. 17 (1) and (3)(b); Code de commerce, art. L123-22 (ten years for what accounts are made from). Invoices
stay as they are; orders lose their names, addresses and words. ``docs/algorithms/checkout.md``, rule 11.
"""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError, NotFound
from comptoir.baskets.holding import let_go
from comptoir.baskets.models import Basket
from comptoir.baskets.rows import basket_by_id
from comptoir.checkout.delivery import VISIT
from comptoir.checkout.models import Checkout
from comptoir.checkout.services import end_checkout
from comptoir.customers.models import User
from comptoir.customers.records import forget_records
from comptoir.fulfilment.models import Parcel
from comptoir.orders.models import Order
from comptoir.reviews.services import forget_reviews

OVER = (Order.State.DONE, Order.State.CANCELLED)


class OrdersOpen(ComptoirError):
    """Somebody wants to be forgotten whose goods are still on their way."""

    code = "orders_open"
    status = 409
    sentence = _("An order is still on its way. You can erase your account when it is finished or cancelled.")


class StaffStays(ComptoirError):
    """An account of the staff is ended by the house, not by its owner."""

    code = "staff_stays"
    status = 409
    sentence = _("This account belongs to the staff: an administrator can end it.")


@transaction.atomic
def erase_customer(*, user_id: int) -> None:
    """Erase an account with everything that only it needs; orders stay, without a name.

    Errors: ``NotFound``, ``StaffStays``, ``OrdersOpen``, those of plugins that keep something of theirs. Nothing is erased then.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    if user.is_staff:
        raise StaffStays()
    orders = Order.objects.filter(user=user).select_for_update(of=("self",)).order_by("pk")
    if any(map(_is_under_way, orders)):
        raise OrdersOpen()
    _give_up_baskets(user)
    forget_records(user.pk)
    for order in orders:
        _forget_name(order)
    forget_reviews(user=user)
    user.delete()


def _is_under_way(order: Order) -> bool:
    """Of an order whose customer comes, only the plugin that keeps its claims knows whether they were there yet."""
    is_visit = order.state == Order.State.PLACED and order.delivery.get("way") == VISIT
    if is_visit or order.state == Order.State.READY:
        return Parcel.objects.filter(order=order, state__in=Parcel.OPEN).exists()
    return order.state not in OVER


def _give_up_baskets(user: User) -> None:
    """What is held for them is for sale again, and what they pay meanwhile goes back."""
    for pk in (
        Basket.objects.filter(owner=user, status=Basket.OPEN).order_by("pk").values_list("pk", flat=True)
    ):
        basket = basket_by_id(pk, lock=True)
        for checkout in Checkout.objects.filter(basket=pk, state__in=Checkout.LIVE):
            end_checkout(checkout, problem="erased")
        let_go(basket, basket.lines)


def _forget_name(order: Order) -> None:
    """Take the person out of an order; sums, taxes and the country of delivery stay."""
    delivery = {
        name: value for name, value in order.delivery.items() if name not in ("address", "point", "wish")
    }
    country = (order.delivery.get("address") or {}).get("country")
    order.delivery = {**delivery, "address": {"country": country} if country else {}}
    order.name = order.email = order.phone = order.note = ""
    order.billing, order.user, order.link_version = {}, None, order.link_version + 1
    order.save(
        update_fields=["delivery", "name", "email", "phone", "note", "billing", "user", "link_version"]
    )
    Parcel.objects.filter(order=order).update(recipient={}, here_note="")
    Checkout.objects.filter(Q(order=order) | Q(adds_to=order)).update(
        name="", email="", phone="", billing={}, delivery={}, frozen={}
    )
