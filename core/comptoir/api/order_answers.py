"""Orders as JSON; what a customer may see, and what the staff sees besides."""

from typing import Any

from comptoir.checkout.additions import Addition, addition_of
from comptoir.fulfilment.codes import collection_code
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.queries import parcels_of
from comptoir.orders.models import Order, OrderLine
from comptoir.orders.queries import history_of
from comptoir.orders.services import CUSTOMER_MAY_CANCEL
from comptoir.payments.queries import order_money


def order_json(order: Order) -> dict[str, Any]:
    """An order for its customer: six statements."""
    money = order_money(order)
    shown = ("method", "name", "way", "address", "point", "slot", "promise", "promised")
    return {
        **row_json(order),
        "contact": {"name": order.name, "email": order.email, "phone": order.phone},
        "delivery": {name: order.delivery.get(name) for name in shown},
        "lines": [_line(order, line) for line in order.lines.order_by("pk")],
        "delivery_price": order.money(order.delivery_total).as_json(),
        "tax": order.money(order.tax).as_json(),
        "cancelled": order.money(order.cancelled_total).as_json(),
        "payment_method": order.payment_method,
        "money": {
            **{name: getattr(money, name).as_json() for name in ("captured", "refunded", "due")},
            "due_later": order.money(order.due_later).as_json(),
        },
        "may_cancel": order.state in CUSTOMER_MAY_CANCEL,
        "papers": list(order.papers.order_by("pk").values_list("number", flat=True)),
        "parcels": [_parcel(one) for one in parcels_of(order)],
        "addition": _addition(addition_of(order)),
    }


def _addition(waiting: Addition | None) -> dict[str, Any] | None:
    if waiting is None:
        return None
    return {
        "lines": [{**one, "total": one["total"].as_json()} for one in waiting.lines],
        "total": waiting.total.as_json(),
        "checkout": str(waiting.checkout.uuid),
        "link": waiting.link,
        "ends_at": waiting.checkout.ends_at.isoformat(),
    }


def row_json(order: Order) -> dict[str, Any]:
    """An order in a list."""
    return {
        "number": order.number,
        "state": order.state,
        "placed_at": order.placed_at.isoformat(),
        "channel": order.channel.code,
        "location": order.location.code if order.location else None,
        "name": order.name,
        "total": order.money(order.total).as_json(),
    }


def staff_json(order: Order) -> dict[str, Any]:
    """An order for the staff: with its story, the notes of colleagues, and what was asked back; without its codes."""
    shown = order_json(order)
    return {
        **shown,
        "parcels": [{**one, "code": None} for one in shown["parcels"]],
        "history": [
            {
                "at": one.at.isoformat(), "what": one.what, "was": one.was or None, "becomes": one.becomes or None,
                "reason": one.reason, "by": one.actor.get_full_name() if one.actor else None, "facts": one.facts,
            }
            for one in history_of(order)
        ],
        "notes": [
            {
                "at": note.date_created.isoformat(), "message": note.message,
                "by": note.user.get_full_name() if note.user else None,
            }
            for note in order.notes.select_related("user").order_by("pk")
        ],
        "refunds": [
            {
                "id": one.pk, "amount": order.money(one.amount).as_json(), "reason": one.reason, "lines": one.lines,
                "requested_at": one.requested_at.isoformat(),
            }
            for one in order.refund_requests.order_by("pk")
        ],
    }  # fmt: skip


def _parcel(parcel: Parcel) -> dict[str, Any]:
    """A parcel for its customer. Its code is shown while the parcel waits for them, and to nobody else."""
    is_ready = parcel.state == Parcel.State.READY
    return {
        "number": parcel.number,
        "state": parcel.state,
        "location": parcel.destination.code if parcel.destination else None,
        "code": collection_code(parcel) if is_ready else None,
        "kept_until": parcel.expires_at.isoformat() if is_ready and parcel.expires_at else None,
        "carrier": parcel.carrier,
        "tracking": parcel.tracking,
        "lines": [
            {"line": one.order_line_id, "quantity": one.quantity}
            for one in parcel.lines.all()
            if one.quantity
        ],
    }


def _line(order: Order, line: OrderLine) -> dict[str, Any]:
    sums = ("unit_price", "discount", "tax", "total")
    return {
        **{name: getattr(line, name) for name in ("id", "sku", "title", "options", "quantity", "cancelled")},
        **{name: order.money(getattr(line, name)).as_json() for name in sums},
    }
