"""An order follows its parcels: in preparation, ready, handed over; and what no parcel brings any more is paid back.

Everything is worked out from the parcels as they are, under the lock of the order: an event that comes twice, or late,
changes nothing (docs/algorithms/checkout.md, rule 9).
"""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from comptoir.fulfilment.models import Parcel, ParcelLine, ParcelStep
from comptoir.orders.models import Order
from comptoir.orders.services import CANCELLABLE, cancel_order, lock_order, move_order

State, Step = Order.State, Parcel.State

#: With the customer, or with the carrier who goes there.
GONE = (Step.HANDED_OVER, Step.DELIVERED, Step.COLLECTED)
#: Parcels that bring their pieces, or have brought them.
LIVE = (*Parcel.OPEN, *GONE)


def follow_parcels(*, order_id: int) -> Order:
    """Bring an order to the state that its parcels are in; an order without parcels stays as it is.

    Ready is an order of which all that is left waits for its customer, handed over one of which nothing is left.
    """
    with transaction.atomic():
        order = lock_order(order_id)
        states = list(Parcel.objects.filter(order=order, state__in=LIVE).values_list("state", flat=True))
        to = _state_by(states, is_lacking=bool(lacking(order)))
        if to is None or to == order.state or to not in Order.MOVES[State(order.state)]:
            return order
        is_part = to != State.DONE and any(one in GONE for one in states)
        reason = "part_handed_over" if is_part else ""
        return move_order(order_id=order_id, to=to, actor_id=_who_moved_last(order), reason=reason)


def _who_moved_last(order: Order) -> int | None:
    """Whoever did the last thing to a parcel of the order; None if it was a customer, a carrier or the shop by itself."""
    steps = ParcelStep.objects.filter(parcel__order=order).order_by("-pk")
    return steps.values_list("actor_id", flat=True).first()


def cancel_what_is_lacking(*, order_id: int, reason: str) -> None:
    """Cancel the pieces that no parcel brings any more, so that their money goes back; the goods are free already."""
    with transaction.atomic():
        order = lock_order(order_id)
        missing = lacking(order)
        if missing and order.state in CANCELLABLE:
            cancel_order(order_id=order_id, lines=missing, reason=reason, goods_are_back=True)


def lacking(order: Order) -> dict[int, int]:
    """Pieces by the id of their line that are to come and are in no parcel; none for an order without parcels."""
    if not Parcel.objects.filter(order=order).exists():
        return {}
    brought = pieces_in(order, LIVE)
    counted = order.lines.filter(is_counted=True)
    missing = {line.pk: line.open_quantity - brought[line.pk] for line in counted}
    return {pk: quantity for pk, quantity in missing.items() if quantity > 0}


def pieces_in(order: Order, states: Iterable[str]) -> Counter[int]:
    """Pieces by the id of their line in the parcels that are in some states."""
    rows = ParcelLine.objects.filter(parcel__order=order, parcel__state__in=states)
    pieces: Counter[int] = Counter()
    for pk, quantity in rows.values_list("order_line_id", "quantity"):
        pieces[pk] += quantity
    return pieces


def _state_by(states: list[str], *, is_lacking: bool) -> str | None:
    """The state of an order by those of its live parcels; ``None`` leaves it as it is."""
    if not states:
        return None
    left = [one for one in states if one not in GONE]
    if not left:
        return None if is_lacking else State.DONE
    if all(one == Step.READY for one in left):
        return State.READY
    return State.PLACED if all(one == Step.WAITING for one in states) else State.PREPARING
