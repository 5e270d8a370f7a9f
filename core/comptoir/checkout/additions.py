"""Goods that are added to an order whose money came online: kept for the customer, who pays the difference by a link.

An addition is a checkout that brings its goods to an order instead of placing one; so whatever happens to its money is
answered as for every checkout. Until it is paid, or over, nobody begins with the order's parcels
(docs/algorithms/checkout.md, rule 10).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue, NotFound
from comptoir.base.money import Money, written
from comptoir.baskets.holding import let_go
from comptoir.baskets.models import Basket
from comptoir.baskets.rows import Code, basket_by_id
from comptoir.baskets.services import open_basket
from comptoir.channels.queries import channel_context
from comptoir.checkout.cancelling import lock_live
from comptoir.checkout.drafts import LONGEST_HOURS, patient_channel, payment_link
from comptoir.checkout.editing import NoWayToPay, put_in, refuse_late
from comptoir.checkout.freezing import FrozenOffers, freeze
from comptoir.checkout.models import Checkout
from comptoir.checkout.refusals import PriceChanged
from comptoir.checkout.services import end_checkout, lock_checkout, online_methods
from comptoir.events.services import record_event
from comptoir.fulfilment.parcels import keep_back, let_begin
from comptoir.orders.models import Order
from comptoir.orders.placing import Placing
from comptoir.orders.services import lock_order, tell_story
from comptoir.payments.models import Payment
from comptoir.payments.tenders import keep_for_order
from comptoir.stock.rows import in_transaction

#: What staff choose to have the customer pay by a link.
BY_LINK = "link"


class AdditionWaits(ComptoirError):
    """More goods were added to an order before, and the customer has still to pay them."""

    code = "addition_waits"
    status = 409
    sentence = _("Goods that were added before are not paid yet. Give those up first.")


@dataclass(frozen=True)
class Addition:
    """Goods that wait for their customer's money: what they are, what they cost, until when they are kept."""

    checkout: Checkout
    lines: list[dict[str, Any]]
    total: Money
    link: str


def addition_of(order: Order) -> Addition | None:
    """The goods that an order waits for, if there are any; one statement."""
    found = order.additions.select_related("channel").filter(state__in=Checkout.LIVE).first()
    return of_checkout(found, order.currency) if found else None


def of_checkout(checkout: Checkout, currency: str) -> Addition:
    """What the customer of a live addition sees of it."""
    lines = [
        {
            "sku": one["sku"],
            "title": one["title"],
            "options": one["options"],
            "quantity": one["quantity"],
            "total": Money(Decimal(one["total"]), currency),
        }
        for one in checkout.frozen["placing"]["lines"]
    ]
    return Addition(checkout, lines, Money(checkout.total or Decimal(0), currency), payment_link(checkout))


def may_pay_by_link(order: Order, amount: Money) -> bool:
    """Whether goods that are added can be paid by a link: the order is paid, and its channel takes money online."""
    channel = channel_context(order.channel.code) if order.channel.is_public else None
    if channel is None or order.state != Order.State.PLACED or not amount.amount:
        return False
    return bool(online_methods(channel, amount, order.delivery))


def offer_goods(
    *,
    order_id: int,
    lines: Sequence[tuple[Code, int]],
    total: Money,
    key: str,
    hours: int = 24,
    actor_id: int | None = None,
) -> Checkout:
    """Keep more goods for an order until its customer has paid them by the link that is sent once, or the time is over.

    ``total`` is what the customer was told, and what they pay. The same ``key`` offers once. Units: ``hours`` from now.
    Errors: ``NotFound``, ``MoveNotAllowed``, ``AdditionWaits``, ``NoWayToPay``, ``PriceChanged``, ``InvalidValue``, and
    those of ``baskets.open_basket``. Nothing is kept then.
    """
    if not 1 <= hours <= LONGEST_HOURS:
        raise InvalidValue(field="hours", value=hours)

    def offer() -> Checkout:
        parcels, order = lock_live(order_id), lock_order(order_id)
        if before := order.history.filter(what="offered", facts__key=key).first():
            return Checkout.objects.select_related("channel").get(pk=before.facts["checkout"])
        refuse_late(order, parcels)
        if order.additions.filter(state__in=Checkout.LIVE).exists():
            raise AdditionWaits()
        if not may_pay_by_link(order, total):
            raise NoWayToPay(field="provider", amount=written(total))
        checkout = _keep_goods(order, lines, total, hours)
        keep_back(order_id=order.pk, until=checkout.ends_at)
        tell_story(order, "offered", actor_id=actor_id, key=key, checkout=checkout.pk, amount=total.as_json())
        record_event(
            "draft_offered", subject_id=checkout.pk, channel=checkout.channel.code, order=order.number
        )
        return checkout

    return in_transaction(offer)


def withdraw_goods(*, order_id: int, actor_id: int | None = None, reason: str = "withdrawn") -> bool:
    """Give up what an order waits for, if it does: its goods are free, its link does nothing, money under way goes back.

    The order stands as before; says whether there was anything. Errors: ``NotFound``.
    """

    def withdraw() -> bool:
        order = Order.objects.filter(pk=order_id).first()
        if order is None:
            raise NotFound()
        found = order.additions.filter(state__in=Checkout.LIVE).first()
        locked = lock_checkout(str(found.uuid)) if found else None
        if locked is None or not locked[0].is_live:
            return False
        end_addition(locked[0], problem=reason, actor_id=actor_id)
        return True

    return in_transaction(withdraw)


def end_addition(checkout: Checkout, *, problem: str, actor_id: int | None = None) -> None:
    """End an addition whose basket is locked: money goes back, goods are free, and the order is prepared as it was."""
    assert checkout.adds_to is not None
    end_checkout(checkout, problem=problem)
    let_begin(order_id=checkout.adds_to_id)
    basket = basket_by_id(checkout.basket_id, lock=True)
    Basket.objects.filter(pk=basket.id).update(status=Basket.CLOSED, token_hash=None)
    tell_story(checkout.adds_to, "withdrawn", actor_id=actor_id, reason=problem)
    let_go(basket, basket.lines)


def bring_goods(
    checkout: Checkout, placing: Placing, offers: FrozenOffers, tenders: Sequence[Payment]
) -> None:
    """Let goods whose money is there become lines of their order; in the transaction that finishes their checkout.

    Errors: ``MoveNotAllowed`` if the order was cancelled or somebody prepares it; ``OutOfStock``, ``OfferExhausted``.
    """
    parcels, order = lock_live(checkout.adds_to_id), lock_order(checkout.adds_to_id)
    refuse_late(order, parcels)
    keep_for_order(order=order, amount=order.money(placing.due_now), tenders=list(tenders))
    let_begin(order_id=order.pk)
    put_in(order, parcels, placing.lines, offers, basket_id=checkout.basket_id)


def _keep_goods(order: Order, lines: Sequence[tuple[Code, int]], total: Money, hours: int) -> Checkout:
    """A basket of the goods, held for so long, and the checkout that brings them: frozen, and waiting for its money."""
    channel = channel_context(order.channel.code)
    if channel is None:
        raise NotFound()
    patient, now = patient_channel(channel, hours * 60), clock.now()
    view, _token = open_basket(
        channel=patient, location=order.location, lines=lines, priced_for=order.user_id
    )
    costs = view.quote.total
    if costs != total:
        raise PriceChanged(field="total", now=written(costs), total=costs.as_json(), lines=[])
    checkout = Checkout(
        basket_id=view.basket.id,
        channel=order.channel,
        state=Checkout.State.PAYING,
        locale=order.locale,
        name=order.name,
        email=order.email_to,
        phone=order.phone,
        billing=order.billing,
        delivery=_delivery(order.delivery),
        total=total.amount,
        basket_version=view.basket.version,
        adds_to=order,
        link_sent_at=now,
        began_at=now,
        ends_at=now + timedelta(hours=hours),
    )
    checkout.frozen = freeze(checkout, view)
    checkout.save()
    return checkout


def _delivery(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """They travel with the order, and whoever has the link to pay does not read where it goes."""
    return {name: chosen[name] for name in ("way", "location_id", "name") if name in chosen}
