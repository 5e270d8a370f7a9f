"""Cancelling an order or a part of it, with its parcels: both in one transaction, or neither.

Parcels are locked before their order, as everywhere in fulfilment. What a carrier or a customer has is not cancelled.
"""

from collections.abc import Mapping
from decimal import Decimal

from comptoir.baskets.claims import kept_of_claims
from comptoir.checkout.following import GONE, LIVE, bring_along, lacking, pieces_in
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.refusals import NothingToReject, cancel_parcel, cancel_pieces
from comptoir.fulfilment.slots import release_slot
from comptoir.orders.models import Order, OrderLine, RefundRequest
from comptoir.orders.services import MoveNotAllowed, cancel_order, lock_order
from comptoir.stock.rows import in_transaction

Step = Parcel.State


def cancel_with_parcels(
    *,
    order_id: int,
    lines: Mapping[int, int] | None = None,
    actor_id: int | None = None,
    reason: str = "",
    by_customer: bool = False,
    keep: Mapping[int, Decimal] | None = None,
) -> RefundRequest | None:
    """Cancel pieces of lines, or all that nobody has fetched yet: the goods are for sale again, the money goes back.

    Shapes: ``lines`` are pieces by the id of a line, ``keep`` what the shop keeps of them. Customers may do it until
    somebody begins to prepare; what is kept of a service then is what its plugin says, if ``keep`` does not.
    Errors: those of ``orders.cancel_order``; ``ParcelMoved`` for what travels between shops, ``NothingToReject`` for
    pieces that are packed together with others or handed over. Nothing changes then.
    """

    def cancel() -> RefundRequest | None:
        parcels = lock_live(order_id)
        is_begun = any(one.state != Step.WAITING for one in parcels)
        if by_customer and is_begun and _has_goods(order_id, lines):
            order = Order.objects.get(pk=order_id)
            raise MoveNotAllowed(field="state", state=order.get_state_display())
        wanted = _besides_gone(order_id, parcels) if lines is None else lines
        kept = keep if keep is not None or not by_customer else _kept(lock_order(order_id), wanted)
        request = cancel_order(
            order_id=order_id,
            lines=wanted,
            actor_id=actor_id,
            reason=reason,
            by_customer=by_customer,
            goods_are_back=bool(parcels),
            keep=kept,
        )
        _empty(parcels, wanted, actor_id)
        _tidy_up(order_id, actor_id)
        return request

    return in_transaction(cancel)


def lock_live(order_id: int) -> list[Parcel]:
    """The parcels of an order that bring something, locked before their order is."""
    rows = Parcel.objects.filter(order=order_id, state__in=LIVE).order_by("pk")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def _has_goods(order_id: int, lines: Mapping[int, int] | None) -> bool:
    goods = OrderLine.objects.filter(order=order_id, is_counted=True)
    return (goods if lines is None else goods.filter(pk__in=lines)).exists()


def _kept(order: Order, lines: Mapping[int, int] | None) -> dict[int, Decimal]:
    """What the shop keeps of services that a customer cancels, by the id of the line. Errors: those of the plugins."""
    rows = {one.variant_id: one for one in order.lines.filter(is_counted=False) if one.open_quantity}
    pieces = {pk: one.open_quantity if lines is None else lines.get(one.pk, 0) for pk, one in rows.items()}
    wanted = {pk: quantity for pk, quantity in pieces.items() if pk and quantity}
    return {rows[pk].pk: amount for pk, amount in kept_of_claims(order.number, wanted).items() if amount}


def _besides_gone(order_id: int, parcels: list[Parcel]) -> dict[int, int] | None:
    """All that is left of an order of which a part is handed over; ``None`` if nothing is."""
    if not any(one.state in GONE for one in parcels):
        return None
    order = Order.objects.get(pk=order_id)
    gone = pieces_in(order, GONE)
    left = {line.pk: line.open_quantity - gone[line.pk] for line in order.lines.all()}
    return {pk: quantity for pk, quantity in left.items() if quantity > 0}


def _empty(parcels: list[Parcel], lines: Mapping[int, int] | None, actor_id: int | None) -> None:
    """Take cancelled pieces out of the parcels: first where nobody has begun, then whole parcels."""
    if lines is None:
        for parcel in parcels:
            cancel_parcel(parcel=parcel, actor_id=actor_id)
        return
    if not parcels:
        return
    left = {pk: quantity - _from_waiting(parcels, pk, quantity, actor_id) for pk, quantity in lines.items()}
    for parcel in parcels:
        inside = dict(parcel.lines.values_list("order_line_id", "quantity"))
        is_begun = parcel.state in (Step.PICKING, Step.PACKED, Step.READY)
        if is_begun and all(left.get(pk, 0) >= quantity for pk, quantity in inside.items()):
            cancel_parcel(parcel=parcel, actor_id=actor_id)
            left = {pk: quantity - inside.get(pk, 0) for pk, quantity in left.items()}
    _refuse_what_stays(parcels[0].order_id, left)


def _from_waiting(parcels: list[Parcel], line_id: int, quantity: int, actor_id: int | None) -> int:
    waiting = [one for one in parcels if one.state == Step.WAITING]
    rows = [row for one in waiting for row in one.lines.filter(order_line=line_id)]
    taken = min(quantity, sum(row.quantity for row in rows))
    if taken:
        line = OrderLine.objects.get(pk=line_id)
        cancel_pieces(order_line=line, quantity=taken, actor_id=actor_id)
    return taken


def _refuse_what_stays(order_id: int, left: Mapping[int, int]) -> None:
    """Pieces that are cancelled and still in a parcel are refused; those that stock does not count are in none.

    Errors: ``NothingToReject``.
    """
    order = Order.objects.get(pk=order_id)
    inside = pieces_in(order, LIVE)
    for line in order.lines.filter(pk__in=left, is_counted=True):
        if inside[line.pk] > line.open_quantity:
            raise NothingToReject(field="quantity", left=0)


def _tidy_up(order_id: int, actor_id: int | None) -> None:
    """The time of collection is free for somebody else; or the customer has had what is left of the order already."""
    order = Order.objects.get(pk=order_id)
    if order.state == Order.State.CANCELLED:
        release_slot(owner=order.reference)
    elif not lacking(order):
        bring_along(order_id=order_id, actor_id=actor_id)
