"""What happens to an order after it was placed. Each verb locks the order first and leaves a line in its story."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from oscar.apps.order.models import OrderNote

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue, NotFound
from comptoir.base.money import Money
from comptoir.events.services import record_event
from comptoir.orders.models import Order, OrderLine, RefundRequest, StateChange
from comptoir.orders.refunds import (
    TooManyPieces,
    asked_back,
    later_share,
    line_among,
    refund_worth,
    refunded_line,
    refuse_above,
    share,
)
from comptoir.stock.allocations import cancel_allocations
from comptoir.stock.pieces import whole_pieces
from comptoir.stock.plans import Wanted

State = Order.State

#: Goods that are on their way or in somebody's hands come back as a return, not by cancelling.
CANCELLABLE = (State.UNPAID, State.PLACED, State.PREPARING, State.READY)
#: What customers may still do by themselves: nobody works on it yet.
CUSTOMER_MAY_CANCEL = (State.UNPAID, State.PLACED)
EDITABLE = {"name", "email", "phone", "note", "delivery", "billing"}


class MoveNotAllowed(ComptoirError):
    """An order does not go from one state to this one, or somebody else was quicker."""

    code = "order_state"
    status = 409
    sentence = _("This order is “{state}”: this is not possible any more.")
    public_facts = ("state",)


@transaction.atomic
def move_order(*, order_id: int, to: str, actor_id: int | None = None, reason: str = "") -> Order:
    """Bring an order from its state to the next; to the state it has already is no news.

    Errors: ``NotFound``, ``MoveNotAllowed``.
    """
    order = lock_order(order_id)
    if order.state == to:
        return order
    if to not in Order.MOVES[State(order.state)]:
        raise MoveNotAllowed(field="state", state=order.get_state_display())
    was = order.state
    _set_state(order, to)
    tell_story(order, "moved", was=was, becomes=to, actor_id=actor_id, reason=reason)
    record_event("order_changed", subject_id=order.pk, number=order.number, change="state", state=str(to))
    return order


@transaction.atomic
def cancel_order(
    *,
    order_id: int,
    lines: Mapping[int, int] | None = None,
    actor_id: int | None = None,
    reason: str = "",
    by_customer: bool = False,
    goods_are_back: bool = False,
    keep: Mapping[int, Decimal] | None = None,
) -> RefundRequest | None:
    """Cancel pieces of lines, or all that is left: the goods go back, and the money is asked to.

    Shapes: ``lines`` are pieces by the id of a line, ``keep`` sums by the same ids: what the shop keeps of their price all
    the same. With the last piece the order is cancelled, and its delivery costs nothing either. Returns what is to be
    refunded, of what was paid; payments look at that. ``goods_are_back``: who calls has put them back already, as
    ``checkout.cancelling`` does for an order that has parcels.
    Errors: ``NotFound``, ``MoveNotAllowed``, ``TooManyPieces``, ``InvalidValue``. Nothing changes then.
    """
    order = lock_order(order_id)
    rows = list(order.lines.order_by("pk"))
    asked = {row.pk for row in rows if row.open_quantity} if lines is None else lines.keys()
    if order.state not in _cancellable(rows, asked, by_customer=by_customer):
        raise MoveNotAllowed(field="state", state=order.get_state_display())
    pieces = _pieces(rows, lines)
    is_whole = all(row.open_quantity == pieces.get(row.pk, 0) for row in rows)
    parts = [_part(order, row, pieces[row.pk], (keep or {}).get(row.pk)) for row in rows if row.pk in pieces]
    amount = sum((part[1] for part in parts), Decimal(0)) + (order.delivery_total if is_whole else 0)
    later = {row.pk: later_share(order, row, pieces[row.pk]) for row, _amount in parts}
    for row, _amount in parts:
        OrderLine.objects.filter(pk=row.pk).update(
            cancelled=F("cancelled") + pieces[row.pk], due_later=F("due_later") - later[row.pk]
        )
    was = order.state
    Order.objects.filter(pk=order.pk).update(
        cancelled_total=F("cancelled_total") + amount, due_later=F("due_later") - sum(later.values())
    )
    if is_whole:
        _set_state(order, State.CANCELLED)
    told = [{"line": row.pk, "sku": row.sku, "quantity": pieces[row.pk]} for row, _amount in parts]
    change = tell_story(
        order, "cancelled", was=was, becomes=order.state, actor_id=actor_id, reason=reason, lines=told
    )
    record_event(
        "order_cancelled",
        subject_id=order.pk,
        change=change.pk,
        number=order.number,
        is_whole=is_whole,
        amount=order.money(amount).as_json(),
        lines=told,
        reason=reason,
    )
    request = None
    # What was given back before, as a gesture, is not given twice.
    if back := min(amount, order.total - asked_back(order)):
        shown = [refunded_line(order, row.pk, pieces[row.pk], part) for row, part in parts]
        request = _ask_refund(order, f"cancel:{change.pk}", back, reason, shown, actor_id)
    if not goods_are_back:
        _give_back(rows, pieces)
    return request


@transaction.atomic
def request_refund(
    *,
    order_id: int,
    key: str,
    lines: Mapping[int, int] | None = None,
    with_delivery: bool = False,
    amount: Money | None = None,
    actor_id: int | None = None,
    reason: str = "",
) -> RefundRequest:
    """Ask for money back, for pieces that were not as promised or as a gesture; goods and states stay as they are.

    The same ``key`` asks once. With ``lines`` the amount follows from their prices, unless one is given; the delivery
    is given back once. Errors: ``NotFound``, ``InvalidValue``, ``TooManyPieces``, ``RefundTooHigh``. Nothing changes then.
    """
    order = lock_order(order_id)
    if before := RefundRequest.objects.filter(key=key).first():
        return before
    worth = refund_worth(order, lines or {}, with_delivery=with_delivery)
    wanted = _checked_amount(order, amount) if amount else worth.amount
    if wanted <= 0:
        raise InvalidValue(field="amount", value=wanted)
    refuse_above(order, wanted)
    request = _ask_refund(order, key, wanted, reason, worth.shown, actor_id)
    tell_story(order, "refund", actor_id=actor_id, reason=reason, amount=order.money(wanted).as_json())
    return request


@transaction.atomic
def edit_order(*, order_id: int, actor_id: int | None = None, **fields: Any) -> Order:
    """Correct who and where an order is for, as long as nobody works on it. Fewer pieces: ``cancel_order``.

    Errors: ``NotFound``, ``MoveNotAllowed``, ``InvalidValue`` for what cannot be edited.
    """
    order = lock_order(order_id)
    if order.state not in CUSTOMER_MAY_CANCEL:
        raise MoveNotAllowed(field="state", state=order.get_state_display())
    if wrong := sorted(fields.keys() - EDITABLE):
        raise InvalidValue(field=wrong[0], value=wrong[0])
    for name, value in fields.items():
        setattr(order, name, value)
    order.clean_fields(exclude={one.name for one in Order._meta.fields} - fields.keys())
    order.save(update_fields=[*fields])
    # The story names what was changed and not the values: it outlives the customer's data.
    tell_story(order, "edited", actor_id=actor_id, fields=sorted(fields))
    record_event(
        "order_changed", subject_id=order.pk, number=order.number, change="edited", state=order.state
    )
    return order


@transaction.atomic
def note_order(*, order_id: int, message: str, actor_id: int | None = None) -> OrderNote:
    """Leave a note for colleagues; customers do not see it. Errors: ``NotFound``, ``InvalidValue``."""
    if not message.strip() or len(message) > 2000 or "\0" in message:
        raise InvalidValue(field="message", value=message[:40].replace("\0", ""))
    order = lock_order(order_id)
    return OrderNote.objects.create(order=order, user_id=actor_id, message=message.strip())


@transaction.atomic
def renew_link(*, order_id: int, actor_id: int | None = None) -> Order:
    """Make the link of an order useless, such as when it was sent to a wrong address; it has another from now on."""
    order = lock_order(order_id)
    order.link_version += 1
    order.save(update_fields=["link_version"])
    tell_story(order, "link", actor_id=actor_id)
    return order


def lock_order(order_id: int) -> Order:
    """The order, nobody else changing it meanwhile. Errors: ``NotFound``."""
    order = Order.objects.select_for_update(no_key=True, of=("self",)).filter(pk=order_id).first()
    if order is None:
        raise NotFound()
    return order


def tell_story(
    order: Order,
    what: str,
    *,
    was: str = "",
    becomes: str = "",
    actor_id: int | None = None,
    reason: str = "",
    **facts: Any,
) -> StateChange:
    """Write a step into the story of an order, in the caller's transaction."""
    return StateChange.objects.create(
        order=order,
        was=was,
        becomes=becomes,
        what=what,
        actor_id=actor_id,
        reason=reason[:240],
        facts=facts,
        at=clock.now(),
    )


def _set_state(order: Order, to: str) -> None:
    moved = Order.objects.filter(pk=order.pk, state=order.state).update(state=to)
    if not moved:
        raise MoveNotAllowed(field="state", state=order.get_state_display())
    order.state = to


def _pieces(rows: list[OrderLine], lines: Mapping[int, int] | None) -> dict[int, int]:
    if lines is None:
        return {row.pk: row.open_quantity for row in rows if row.open_quantity}
    by_id = {row.pk: row for row in rows}
    for pk, quantity in lines.items():
        row = line_among(by_id, pk)
        if whole_pieces(quantity) > row.open_quantity:
            raise TooManyPieces(field="quantity", left=row.open_quantity, sku=row.sku)
    if not lines:
        raise InvalidValue(field="lines", value="[]")
    return dict(lines)


def _cancellable(rows: list[OrderLine], asked: Collection[int], *, by_customer: bool) -> Collection[str]:
    """The states in which pieces of lines, by their ids, may be cancelled; what is no goods waits for no parcel."""
    if asked and not any(row.is_counted for row in rows if row.pk in asked):
        return (*CANCELLABLE, State.DONE)
    return CUSTOMER_MAY_CANCEL if by_customer else CANCELLABLE


def _part(
    order: Order, row: OrderLine, quantity: int, kept: Decimal | None = None
) -> tuple[OrderLine, Decimal]:
    """What pieces of a line give back. Errors: ``InvalidValue`` if more is kept of them than was paid."""
    worth = share(row.total, row.quantity, row.cancelled, quantity, order.currency)
    if kept and not 0 < kept <= worth - later_share(order, row, quantity):
        raise InvalidValue(field="keep", value=kept)
    return row, worth - (kept or 0)


def _checked_amount(order: Order, amount: Money) -> Decimal:
    if amount.currency != order.currency or amount != amount.rounded():
        raise InvalidValue(field="amount", value=f"{amount.amount} {amount.currency}")
    return amount.amount


def _ask_refund(
    order: Order, key: str, amount: Decimal, reason: str, lines: list[dict[str, Any]], actor_id: int | None
) -> RefundRequest:
    request = RefundRequest.objects.create(
        order=order,
        key=key,
        amount=amount,
        reason=reason[:240],
        lines=lines,
        actor_id=actor_id,
        requested_at=clock.now(),
    )
    record_event(
        "order_refund_requested",
        subject_id=order.pk,
        number=order.number,
        request=request.pk,
        amount=order.money(amount).as_json(),
    )
    return request


def _give_back(rows: list[OrderLine], pieces: Mapping[int, int]) -> None:
    """Goods go back to the shelf last: that is the row others wait for."""
    wanted = [
        Wanted(row.stock_owner, row.variant_id, pieces[row.pk])
        for row in rows
        if row.pk in pieces and row.is_counted and row.variant_id
    ]
    if wanted:
        cancel_allocations(requests=wanted)
