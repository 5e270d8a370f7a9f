"""What of an order can still be given back, and what pieces of it are worth: to the coin, and never twice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.base.money import Money
from comptoir.orders.models import Order, OrderLine
from comptoir.stock.pieces import whole_pieces


class TooManyPieces(ComptoirError):
    """More pieces of a line than there are left to cancel or to refund."""

    code = "too_many_pieces"
    status = 409
    sentence = _("Only {left} pieces of {sku} are left.")
    public_facts = ("left", "sku")


class RefundTooHigh(ComptoirError):
    """More money than the order cost, with what was asked for before."""

    code = "refund_too_high"
    status = 409
    sentence = _("At most {most} {currency} can be given back.")
    public_facts = ("most", "currency")


@dataclass(frozen=True)
class Worth:
    """What would be given back, and for what: as a ``RefundRequest`` keeps it."""

    amount: Decimal
    shown: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class RefundLeft:
    """What was not asked back yet: pieces by the id of their line, the delivery, and the sum of all."""

    pieces: dict[int, int]
    delivery: Decimal
    total: Decimal


def refund_left(order: Order) -> RefundLeft:
    """What can still be given back of an order; three statements."""
    refunded = refunded_pieces(order)
    return RefundLeft(
        pieces={line.pk: line.quantity - refunded.get(line.pk, 0) for line in order.lines.order_by("pk")},
        delivery=Decimal(0) if _delivery_is_back(order) else order.delivery_total,
        total=order.total - asked_back(order),
    )


def kept_of_cancelled(order: Order) -> Decimal:
    """What the shop keeps of pieces that were cancelled, as a policy said; two statements at most."""
    back = order.delivery_total if order.state == Order.State.CANCELLED else Decimal(0)
    for row in order.lines.all():
        back += share(row.total, row.quantity, 0, row.cancelled, order.currency)
    return back - order.cancelled_total


def refund_worth(order: Order, lines: Mapping[int, int], *, with_delivery: bool = False) -> Worth:
    """What pieces of lines were paid with, and the delivery if that is to go back too; all shares add up to the coin.

    Errors: ``InvalidValue`` for a line of another order, ``TooManyPieces``, ``RefundTooHigh`` for the delivery twice.
    """
    rows = {row.pk: row for row in order.lines.all()}
    refunded, shown, total = refunded_pieces(order), [], Decimal(0)
    for pk, quantity in lines.items():
        row, before = line_among(rows, pk), refunded.get(pk, 0)
        if whole_pieces(quantity) > row.quantity - before:
            raise TooManyPieces(field="quantity", left=row.quantity - before, sku=row.sku)
        part = share(row.total, row.quantity, before, quantity, order.currency)
        part -= later_share(order, row, min(quantity, row.open_quantity))  # nobody paid that yet
        shown.append(refunded_line(order, pk, quantity, part))
        total += part
    if with_delivery and order.delivery_total:
        if _delivery_is_back(order):
            raise RefundTooHigh(field="with_delivery", most=0, currency=order.currency)
        shown.append({"delivery": True, "amount": order.money(order.delivery_total).as_json()["amount"]})
        total += order.delivery_total
    return Worth(total, shown)


def refuse_above(order: Order, amount: Decimal) -> None:
    """Errors: ``RefundTooHigh`` for more than the order cost, with what was asked for before."""
    left = order.total - asked_back(order)
    if amount > left:
        raise RefundTooHigh(field="amount", most=order.money(left).rounded().amount, currency=order.currency)


def asked_back(order: Order) -> Decimal:
    """What was asked back of an order so far."""
    return order.refund_requests.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"]


def refunded_pieces(order: Order) -> dict[int, int]:
    """For how many pieces of each line money was asked back already, cancelled ones among them."""
    pieces: dict[int, int] = {}
    for request in order.refund_requests.all():
        for one in request.lines:
            if "line" in one:
                pieces[one["line"]] = pieces.get(one["line"], 0) + one["quantity"]
    return pieces


def _delivery_is_back(order: Order) -> bool:
    """Whether the delivery was given back, with the whole order or by itself."""
    is_asked = any(one.get("delivery") for request in order.refund_requests.all() for one in request.lines)
    return is_asked or order.state == Order.State.CANCELLED


def share(total: Decimal, quantity: int, before: int, more: int, currency: str) -> Decimal:
    """What ``more`` pieces of a line cost after ``before`` were taken off; all shares add up to ``total``, to the coin."""

    def upto(pieces: int) -> Decimal:
        return Money(total * pieces / quantity, currency).rounded().amount

    return upto(before + more) - upto(before)


def later_share(order: Order, row: OrderLine, quantity: int) -> Decimal:
    """What of these pieces, of those that are left of a line, would be paid at arrival only."""
    return (
        share(row.due_later, row.open_quantity, 0, quantity, order.currency) if row.due_later else Decimal(0)
    )


def refunded_line(order: Order, pk: int, quantity: int, amount: Decimal) -> dict[str, Any]:
    """How a refund request names the pieces it is for."""
    return {"line": pk, "quantity": quantity, "amount": order.money(amount).as_json()["amount"]}


def line_among(rows: Mapping[int, OrderLine], pk: int) -> OrderLine:
    """A line by its id. Errors: ``InvalidValue`` for one of another order."""
    if pk not in rows:
        raise InvalidValue(field="line", value=pk)
    return rows[pk]
