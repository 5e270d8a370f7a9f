"""What reads checkouts."""

from contextlib import suppress

from django.db.models import F, Q, QuerySet

from comptoir.base.errors import NotFound
from comptoir.baskets.rows import basket_by_id
from comptoir.baskets.shown import price_basket, show_basket
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext
from comptoir.checkout.fitting import fit_delivery
from comptoir.checkout.models import Checkout
from comptoir.checkout.services import CheckoutView
from comptoir.customers.models import User
from comptoir.customers.queries import workplaces
from comptoir.orders.queries import orders_for
from comptoir.payments.built_in import BankTransfer
from comptoir.payments.models import Payment
from comptoir.payments.queries import payments_of


def checkout_view(channel: ChannelContext, uuid: str) -> CheckoutView:
    """A checkout as it is now; priced anew as long as something can change. Errors: ``NotFound``."""
    rows = Checkout.objects.select_related("channel", "order__channel", "adds_to__channel")
    checkout = rows.filter(uuid=uuid, channel=channel.id).first()
    if checkout is None:
        raise NotFound()
    return view_of(channel, checkout)


def view_of(channel: ChannelContext, checkout: Checkout) -> CheckoutView:
    """The view of a checkout that was read or changed just now."""
    if checkout.state != Checkout.State.OPEN:
        return CheckoutView(checkout, channel, None)
    return _with_basket(channel, checkout)


def _with_basket(channel: ChannelContext, checkout: Checkout) -> CheckoutView:
    view = show_basket(price_basket(basket_by_id(checkout.basket_id), channel))
    fit_delivery(checkout, view)  # the basket may be another since; nothing is written
    return CheckoutView(checkout, channel, view)


def live_view(channel: ChannelContext, uuid: str) -> CheckoutView:
    """A checkout as its customer goes on with it: with its basket as it is now, also while the money is asked for.

    Without a basket if it is over. Errors: ``NotFound``.
    """
    view = checkout_view(channel, uuid)
    if view.checkout.state != Checkout.State.PAYING:
        return view
    with suppress(NotFound):  # the basket was closed or handed over meanwhile
        return _with_basket(channel, view.checkout)
    return view


def current_payment(checkout: Checkout) -> Payment | None:
    """The payment the customer is at, with what they do next; the last one that was begun."""
    if checkout.state not in (Checkout.State.PAYING, Checkout.State.PLACED):
        return None
    payments = payments_of(checkout.reference)
    return payments[-1] if payments else None


def channels_for(user: User) -> QuerySet[Channel]:
    """The channels on which somebody of the staff may take orders: those that sell goods of one's own shops.

    Only public ones: the customer pays by a link.
    """
    places = workplaces(user)
    if not places.exists():
        return Channel.objects.none()
    return (
        Channel.objects.active()
        .filter(is_public=True)
        .filter(Q(locations=None) | Q(locations__in=places))
        .distinct()
    )


def drafts_for(user: User) -> QuerySet[Checkout]:
    """Orders taken on the phone, on the channels of one's own shops, the latest first."""
    rows = Checkout.objects.filter(staff__isnull=False, channel__in=channels_for(user))
    return rows.select_related("channel", "staff", "order")


def draft_of(user: User, uuid: str) -> Checkout:
    """One of them. Errors: ``NotFound``."""
    draft = drafts_for(user).filter(uuid=uuid).first()
    if draft is None:
        raise NotFound()
    return draft


def awaited_transfers(user: User) -> QuerySet[Payment]:
    """What customers promised to transfer for orders that somebody may see, and has not come in full; the oldest first."""
    rows = Payment.objects.filter(provider=BankTransfer.code, order__in=orders_for(user))
    awaited = rows.filter(authorised__gt=F("captured") + F("voided"))
    return awaited.select_related("order", "channel").order_by("started_at", "pk")
