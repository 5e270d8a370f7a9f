"""Changing an order while nobody has begun to prepare it: who and where it is for, and more goods. Fewer: ``cancelling``.

Parcels are locked before their order, as everywhere in fulfilment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, NotFound
from comptoir.base.money import Money, written
from comptoir.baskets.models import Basket
from comptoir.baskets.rows import Code
from comptoir.baskets.services import open_basket
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.checkout.cancelling import lock_live
from comptoir.checkout.freezing import FrozenOffers, placed_lines
from comptoir.checkout.handing import open_order_parcels, recipient_of
from comptoir.checkout.refusals import PriceChanged
from comptoir.checkout.services import clean_address
from comptoir.events.services import record_event
from comptoir.fulfilment.carriers import Address
from comptoir.fulfilment.models import DeliveryMethod, Parcel, ParcelLine
from comptoir.fulfilment.parcels import add_parcel, promised_pieces
from comptoir.fulfilment.prices import rates_at
from comptoir.orders.models import Order, OrderLine
from comptoir.orders.placing import PlacedLine
from comptoir.orders.services import (
    CUSTOMER_MAY_CANCEL,
    MoveNotAllowed,
    edit_order,
    lock_order,
    tell_story,
)
from comptoir.payments.built_in import BankTransfer
from comptoir.payments.providers import provider_of
from comptoir.payments.queries import OfferedMethod, offered_methods
from comptoir.payments.services import start_payment
from comptoir.pricing.quote_parts import Quote
from comptoir.pricing.services import use_offers
from comptoir.stock.allocations import allocate_holds
from comptoir.stock.plans import Wanted
from comptoir.stock.rows import in_transaction


class NoWayToPay(ComptoirError):
    """Goods cannot be added to an order, because nobody could take the money for them."""

    code = "no_way_to_pay"
    status = 409
    sentence = _(
        "There is no way to pay {amount} more for this order. Take a second order on the phone instead."
    )
    public_facts = ("amount",)


class OtherZone(ComptoirError):
    """An address is corrected to a place where the delivery costs something else, or does not go."""

    code = "other_delivery_zone"
    status = 409
    sentence = _("The delivery costs something else there. Cancel the order and take a new one.")


def correct_order(
    *,
    order_id: int,
    contact: Mapping[str, str],
    address: Mapping[str, str] | None = None,
    actor_id: int | None = None,
) -> Order:
    """Correct who an order is for and where it goes, on its parcels too, until somebody begins to prepare it.

    Errors: ``NotFound``, ``MoveNotAllowed``, ``InvalidValue``, ``OtherZone``. Nothing changes then.
    """

    def correct() -> Order:
        parcels = lock_live(order_id)
        order = lock_order(order_id)
        refuse_late(order, parcels)
        fields: dict[str, object] = dict(contact)
        if address is not None:
            fields["delivery"] = {**order.delivery, "address": _checked(order, address)}
        order = edit_order(order_id=order_id, actor_id=actor_id, **fields)
        to = recipient_of(order)
        Parcel.objects.filter(pk__in=[one.pk for one in parcels], destination=None).update(recipient=to)
        return order

    return in_transaction(correct)


def ways_to_pay_more(order: Order, amount: Money) -> list[OfferedMethod]:
    """How goods that are added can be paid: where staff take the money. A transfer only while the order waits for one."""
    channel = _channel(order)
    way, location_id = order.delivery.get("way", ""), order.delivery.get("location_id")
    offered = offered_methods(channel, amount=amount, way=way, location_id=location_id)
    return [
        one
        for one in offered
        if provider_of(one.code).captures_by_hand
        and (one.code != BankTransfer.code or order.state == Order.State.UNPAID)
    ]


def add_goods(
    *,
    order_id: int,
    lines: Sequence[tuple[Code, int]],
    total: Money,
    provider: str,
    key: str,
    actor_id: int | None = None,
) -> Order:
    """Put more goods into an order that nobody prepares yet: promised at once, at today's price, paid by one more tender.

    ``total`` is what the customer was told. The same ``key`` adds once. Not inside a transaction.
    Errors: ``NotFound``, ``MoveNotAllowed``, ``NoWayToPay``, ``PriceChanged``, and those of
    ``baskets.open_basket``. Nothing changes then.
    """
    order = Order.objects.select_related("channel", "location").filter(pk=order_id).first()
    if order is None:
        raise NotFound()
    if total.amount and provider not in {one.code for one in ways_to_pay_more(order, total)}:
        raise NoWayToPay(field="provider", amount=written(total))
    in_transaction(lambda: _add(order, lines, total, key, actor_id))
    if total.amount:
        start_payment(
            channel=_channel(order),
            provider=provider,
            reference=order.reference,
            amount=total,
            key=f"added:{key}",
            locale=order.locale,
            way=order.delivery.get("way", ""),
            location_id=order.delivery.get("location_id"),
            order=order,
        )
    order.refresh_from_db()
    return order


def _add(
    order: Order, lines: Sequence[tuple[Code, int]], total: Money, key: str, actor_id: int | None
) -> None:
    parcels = lock_live(order.pk)
    locked = lock_order(order.pk)
    if locked.history.filter(what="added", facts__key=key).exists():
        return
    refuse_late(locked, parcels)
    channel = _channel(order)
    view, _token = open_basket(
        channel=channel, location=order.location, lines=lines, priced_for=order.user_id
    )
    now_costs = view.quote.total
    if now_costs != total:
        raise PriceChanged(field="total", now=written(now_costs), total=now_costs.as_json(), lines=[])
    put_in(
        locked,
        parcels,
        placed_lines(view, order.locale),
        view.quote,
        basket_id=view.basket.id,
        actor_id=actor_id,
        key=key,
    )


def put_in(
    order: Order,
    parcels: list[Parcel],
    lines: Sequence[PlacedLine],
    offers: Quote | FrozenOffers,
    *,
    basket_id: int,
    actor_id: int | None = None,
    **facts: str,
) -> None:
    """Let the goods of a basket become further lines of an order: promised, in its parcels, told in its story.

    The caller has locked parcels and order, and sees to the money. Errors: ``OutOfStock``, ``OfferExhausted``.
    """
    Basket.objects.filter(pk=basket_id).update(status=Basket.SUBMITTED, date_submitted=clock.now())
    total, tax = sum(one.total for one in lines), sum(one.tax for one in lines)
    Order.objects.filter(pk=order.pk).update(total=F("total") + total, tax=F("tax") + tax)
    rows = OrderLine.objects.bulk_create(OrderLine(order=order, **vars(line)) for line in lines)
    use_offers(quote=offers, document=f"{order.number}+{basket_id}", customer_id=order.user_id)  # type: ignore[arg-type]
    told = [{"line": row.pk, "sku": row.sku, "quantity": row.quantity} for row in rows]
    amount = order.money(Decimal(total)).as_json()
    change = tell_story(order, "added", actor_id=actor_id, amount=amount, lines=told, **facts)
    record_event(
        "order_changed", subject_id=order.pk, number=order.number, change="added", state=str(order.state),
        step=change.pk,
    )  # fmt: skip
    _promise(order, parcels, rows)


def _promise(order: Order, parcels: list[Parcel], rows: list[OrderLine]) -> None:
    """Promise goods where the order is prepared if they are there, and put them into its parcels."""
    wanted = [Wanted(row.stock_owner, row.variant_id, row.quantity) for row in rows if row.is_counted]
    if not wanted:
        return
    channel = _channel(order)
    first = list(dict.fromkeys(one.location_id for one in parcels))
    others = [pk for pk in channel.location_ids if pk not in first]
    allocate_holds(requests=wanted, location_ids=[*first, *others], channel=channel, document=order.number)
    if not parcels:
        open_order_parcels(order)  # none yet if the order waits for its money
        return
    mine, at = {row.pk for row in rows}, {one.location_id: one for one in parcels}
    for location_id, pieces in promised_pieces(order).items():
        fresh = {pk: quantity for pk, quantity in pieces.items() if pk in mine}
        if fresh and location_id in at:
            ParcelLine.objects.bulk_create(
                ParcelLine(parcel=at[location_id], order_line_id=pk, quantity=quantity)
                for pk, quantity in fresh.items()
            )
        elif fresh:
            add_parcel(parcels[0], fresh, actor_id=None, location_id=location_id)


def refuse_late(order: Order, parcels: list[Parcel]) -> None:
    if order.state not in CUSTOMER_MAY_CANCEL or any(one.state != Parcel.State.WAITING for one in parcels):
        raise MoveNotAllowed(field="state", state=order.get_state_display())


def _checked(order: Order, address: Mapping[str, str]) -> dict[str, str]:
    """A corrected address, where the delivery costs the same as before. Errors: ``InvalidValue``, ``OtherZone``."""
    cleaned = clean_address("address", address)
    method = (
        DeliveryMethod.objects.prefetch_related("rates__zone").filter(code=order.delivery["method"]).first()
    )
    if method and rates_at(method, _place(cleaned)) != rates_at(method, _place(order.delivery["address"])):
        raise OtherZone(field="address.postcode")
    return cleaned


def _place(address: Mapping[str, str]) -> Address:
    return Address(address["country"], address["postcode"], address["city"])


def _channel(order: Order) -> ChannelContext:
    """The channel of an order, its goods held from the moment they are in a basket. Errors: ``NotFound``."""
    channel = channel_context(order.channel.code)
    if channel is None:
        raise NotFound()
    return replace(channel, holds_from=Channel.HoldsFrom.ADDING)
