"""An order follows its parcels and its visits: in preparation, ready, completed; what no parcel brings is paid back.

Everything is worked out from both as they are, under the lock of the order: an event that comes twice, or late, changes
nothing (docs/algorithms/checkout.md, rule 9).
"""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from comptoir.baskets.claims import pieces_that_came
from comptoir.fulfilment.models import Parcel, ParcelLine, ParcelStep
from comptoir.orders.models import Order
from comptoir.orders.services import CANCELLABLE, cancel_order, lock_order, move_order

State, Step = Order.State, Parcel.State

#: With the customer, or with the carrier who goes there.
GONE = (Step.HANDED_OVER, Step.DELIVERED, Step.COLLECTED)
#: Parcels that bring their pieces, or have brought them.
LIVE = (*Parcel.OPEN, *GONE)


def bring_along(*, order_id: int, actor_id: int | None = None) -> Order:
    """Bring an order to the state that its parcels and visits are in; one without either stays as it is.

    Ready is an order of which all that is left waits for its customer, done one of which nothing is left. Who still owes
    a transfer stays there. ``actor_id`` is who did something just now; else it was whoever moved a parcel last.
    """
    with transaction.atomic():
        order = lock_order(order_id)
        states = list(Parcel.objects.filter(order=order, state__in=LIVE).values_list("state", flat=True))
        visits = visits_to_come(order)
        to = _state_by(states, visits, is_lacking=bool(lacking(order)))
        if to is None or not _may_follow(order, to, visits):
            return order
        actor_id = actor_id or _who_moved_last(order)
        return move_order(order_id=order_id, to=to, actor_id=actor_id, reason=_why(order, to, states))


def visits_to_come(order: Order) -> int | None:
    """Pieces, such as appointments, that the customer still comes for; ``None`` if the order never had any."""
    lines = list(order.lines.filter(is_counted=False, variant__isnull=False))
    came = pieces_that_came(order.number, [line.variant_id for line in lines])
    left = [line.open_quantity - came[line.variant_id] for line in lines if line.variant_id in came]
    return sum(max(one, 0) for one in left) if left else None


def _may_follow(order: Order, to: str, visits: int | None) -> bool:
    """Only a visit that did not take place after all brings back what was done."""
    if order.state == State.UNPAID or (order.state == State.DONE and not visits):
        return False
    return to == order.state or to in Order.MOVES[State(order.state)]


def _why(order: Order, to: str, states: list[str]) -> str:
    if order.state == State.DONE:
        return "taken_back"
    if to == State.DONE:
        return "" if states else "came"
    return "part_handed_over" if any(one in GONE for one in states) else ""


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


def _state_by(states: list[str], visits: int | None, *, is_lacking: bool) -> str | None:
    """The state of an order by those of its live parcels and its visits to come; ``None`` leaves it as it is."""
    left = [one for one in states if one not in GONE]
    if not left and (is_lacking or (not states and visits is None)):
        return None
    if not left and visits:
        return State.READY if states else State.PLACED
    if not left:
        return State.DONE
    if all(one == Step.READY for one in left):
        return State.READY
    return State.PLACED if all(one == Step.WAITING for one in states) else State.PREPARING
