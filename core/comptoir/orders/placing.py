"""Writes an order down. Only ``checkout`` calls it, in its one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from comptoir.base import clock
from comptoir.base.statements import Columns, fetch_raw
from comptoir.events.services import record_event
from comptoir.orders.models import Order, OrderLine, StateChange
from comptoir.orders.numbers import new_number

_ORDER, _LINE, _STEP = (
    Columns(Order),
    Columns(OrderLine, but=["order_id"]),
    Columns(StateChange, but=["order_id"]),
)

#: An order, its lines and the first step of its story at once; answers with the id of the order and those of the lines.
PLACE = f"""
WITH placed AS (INSERT INTO order_order ({_ORDER.names}) VALUES ({_ORDER.marks}) RETURNING id),
step AS (INSERT INTO order_statechange (order_id, {_STEP.names}) SELECT id, {_STEP.marks} FROM placed),
line AS (
    INSERT INTO order_line (order_id, {_LINE.names}) SELECT placed.id, line.* FROM placed, unnest({{lines}}) AS line
    RETURNING id
)
SELECT placed.id, ARRAY(SELECT id FROM line ORDER BY id) FROM placed
"""  # noqa: S608


@dataclass(frozen=True)
class PlacedLine:
    """One line of an order to be, with its price as it was quoted; ``due_later`` of it is paid at arrival.

    Units: pieces, per cent, and the order's currency."""

    variant_id: int
    sku: str
    gtin: str
    title: str
    options: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    tax_percent: Decimal
    tax: Decimal
    total: Decimal
    is_counted: bool
    stock_owner: str
    due_later: Decimal = Decimal(0)


@dataclass(frozen=True)
class Contact:
    """Who the order is for, as far as they said. ``phone`` in any form they typed."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Placing:
    """Everything an order is made of, frozen before the money was asked for. ``number`` names it in stock and offers."""

    reference: str
    channel_id: int
    channel_code: str
    locale: str
    currency: str
    lines: Sequence[PlacedLine]
    tax: Decimal
    total: Decimal
    due_later: Decimal = Decimal(0)
    number: str = field(default_factory=new_number)
    basket_id: int | None = None
    location_id: int | None = None
    customer_id: int | None = None
    contact: Contact = Contact()
    delivery: dict[str, Any] = field(default_factory=dict)
    delivery_total: Decimal = Decimal(0)
    delivery_tax: Decimal = Decimal(0)
    billing: dict[str, Any] = field(default_factory=dict)
    quote: dict[str, Any] = field(default_factory=dict)
    prices_include_tax: bool = True
    note: str = ""
    payment_method: str = ""
    is_unpaid: bool = False

    @property
    def due_now(self) -> Decimal:
        """What is paid with the order."""
        return self.total - self.due_later


def place_order(*, placing: Placing, actor_id: int | None = None) -> tuple[Order, list[OrderLine]]:
    """Write an order with its lines, the first step of its story and its event, in the caller's transaction.

    Errors: ``IntegrityError`` when the basket or the checkout has an order already: the caller looked before, so that
    only a race can come to this, and everything is undone.
    """
    now = clock.now()
    order = Order(
        number=placing.number,
        reference=placing.reference,
        basket_id=placing.basket_id,
        channel_id=placing.channel_id,
        location_id=placing.location_id,
        user_id=placing.customer_id,
        state=Order.State.UNPAID if placing.is_unpaid else Order.State.PLACED,
        placed_at=now,
        **vars(placing.contact),
        **{name: getattr(placing, name) for name in _AS_THEY_ARE},
    )
    lines = [OrderLine(order=order, **vars(line)) for line in placing.lines]
    _write(order, lines, StateChange(becomes=order.state, what="placed", actor_id=actor_id, at=now))
    record_event(
        "order_placed",
        subject_id=order.pk,
        number=order.number,
        channel=placing.channel_code,
        total=order.money(order.total).as_json(),
        state=str(order.state),
    )
    return order, lines


def _write(order: Order, lines: Sequence[OrderLine], step: StateChange) -> None:
    """Write the rows, and tell the order and its lines their ids."""
    values = [*_ORDER.values(order), *_STEP.values(step), *_LINE.lists(lines)]
    [(order.pk, ids)] = fetch_raw(PLACE.format(lines=_LINE.arrays), values, keep_plan=True)
    for line, pk in zip(lines, ids, strict=True):
        line.pk, line.order = pk, order
    for row in (order, *lines):
        row._state.adding, row._state.db = False, connection.alias


_AS_THEY_ARE = (
    "locale",
    "currency",
    "prices_include_tax",
    "delivery_total",
    "delivery_tax",
    "tax",
    "total",
    "due_later",
    "delivery",
    "billing",
    "quote",
    "note",
    "payment_method",
)
