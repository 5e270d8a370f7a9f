"""Bookings together with their order: cancelled, missed, refunded as one, by the core's one service; served, it is done.

Locks: parcels, the order, then bookings; placing locks no order. Who cancels in the order first frees the time by event.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from comptoir.base.errors import NotFound
from comptoir.checkout.cancelling import cancel_with_parcels, lock_live
from comptoir.checkout.following import bring_along
from comptoir.orders.models import Order
from comptoir.orders.services import lock_order
from comptoir.stock.rows import in_transaction
from comptoir_booking.changes import cancel_visit
from comptoir_booking.fees import Piece, cancel_percents, kept_of, missed_percents, pieces_of, quantities
from comptoir_booking.marks import mark_visit, unmark_visit
from comptoir_booking.models import Booking
from comptoir_booking.rows import lock_visit

State = Booking.State
Percents = Callable[[Sequence[Booking]], Mapping[int, int | None]]


def order_of(bookings: list[Booking]) -> Order | None:
    """The order in which a visit was bought; ``None`` for who walked in or rang up."""
    number = bookings[0].document
    return Order.objects.select_related("channel").filter(number=number).first() if number else None


def cancel_booked(*, visit: UUID | str, actor_id: int | None = None, keep_fee: bool = False) -> list[Booking]:
    """Staff cancel a visit with its lines in the order; the money goes back, unless what the policy says is kept.

    Again: nothing happens. Errors: ``NotFound``, ``NotPossible`` when it took place.
    """
    return end_visit(
        visit,
        lambda _bookings, _order: cancel_visit(visit=visit, actor_id=actor_id),
        percents=cancel_percents if keep_fee else None,
        reason="appointment_cancelled",
        actor_id=actor_id,
    )


def mark_booked(*, visit: UUID | str, state: str, actor_id: int | None = None) -> list[Booking]:
    """Write down that a customer came, was served, or did not come.

    With the last visit that was served its order is done. Of who did not come the policy's part of what was paid is kept,
    the rest goes back, and nothing more is owed. Errors: ``NotFound``, ``NotPossible``, ``TooEarly``.
    """

    def mark(*_seen: object) -> list[Booking]:
        return mark_visit(visit=visit, state=state, actor_id=actor_id)

    if state == State.MISSED:
        return end_visit(
            visit, mark, percents=missed_percents, reason="appointment_missed", actor_id=actor_id
        )
    return _with_order(visit, mark, actor_id)


def unmark_booked(*, visit: UUID | str, actor_id: int | None = None) -> list[Booking]:
    """Take the last mark back; an order that was done with it waits for its customer again.

    Errors: ``NotFound``, ``NotPossible``, ``MarkStays`` of who did not come: that is settled.
    """
    return _with_order(visit, lambda: unmark_visit(visit=visit, actor_id=actor_id), actor_id)


def _with_order(
    visit: UUID | str, change: Callable[[], list[Booking]], actor_id: int | None
) -> list[Booking]:
    """Change a visit and bring its order along, in one transaction."""

    def change_both() -> list[Booking]:
        order = lock_order_of(visit)
        after = change()
        if order:
            bring_along(order_id=order.pk, actor_id=actor_id)
        return after

    return in_transaction(change_both)


def end_visit(
    visit: UUID | str,
    change: Callable[[list[Booking], Order | None], list[Booking]],
    *,
    percents: Percents | None,
    reason: str,
    actor_id: int | None = None,
) -> list[Booking]:
    """Change a visit that was confirmed, and cancel its pieces in the order, all of it or nothing; once.

    ``percents`` of their prices are kept. Errors: ``NotFound``, those of ``change``.
    """

    def end() -> list[Booking]:
        order = lock_order_of(visit)
        before = lock_visit(visit)
        was_confirmed = [one for one in before if one.state == State.CONFIRMED]
        after = change(before, order)
        if order and was_confirmed:
            pieces = pieces_of(order, was_confirmed)
            _cancel_pieces(
                order, pieces, kept_of(order, pieces, percents(before)) if percents else {}, reason, actor_id
            )
        return after

    return in_transaction(end)


def lock_order_of(visit: UUID | str) -> Order | None:
    """The order of a visit, locked with its parcels; ``None`` without one. Errors: ``NotFound`` for no such visit."""
    seen = list(Booking.objects.filter(visit=visit)[:1])
    if not seen:
        raise NotFound()
    order = order_of(seen)
    if order is None:
        return None
    lock_live(order.pk)
    return lock_order(order.pk)


def _cancel_pieces(
    order: Order, pieces: list[Piece], keep: Mapping[int, Decimal], reason: str, actor_id: int | None
) -> None:
    if pieces:
        cancel_with_parcels(
            order_id=order.pk, lines=quantities(pieces), actor_id=actor_id, reason=reason, keep=keep
        )
