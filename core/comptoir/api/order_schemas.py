"""The shapes of orders, for the OpenAPI page."""

from typing import Annotated, Any

from ninja import Field, Schema

from comptoir.api.basket_schemas import NewLine
from comptoir.api.checkout_schemas import ContactIn
from comptoir.api.schemas import Money

Pieces = Annotated[int, Field(strict=True, ge=1, le=100_000, description="pieces", examples=[1])]


class LinePieces(Schema):
    line: int = Field(examples=[17])
    quantity: Pieces


class CancelIn(Schema):
    """Without lines: all that is left."""

    lines: list[LinePieces] | None = Field(None, min_length=1, max_length=200)
    reason: str = Field("", max_length=240, examples=["Wrong size"])


class RefundIn(Schema):
    """For pieces at their price, or an amount, or both: an amount for these pieces."""

    lines: list[LinePieces] = Field([], max_length=200)
    amount: Money | None = None
    reason: str = Field("", max_length=240, examples=["A seam was open"])


class NoteIn(Schema):
    message: str = Field(min_length=1, max_length=2000)


class OrderLineOut(Schema):
    id: int
    sku: str
    title: str
    options: str
    quantity: int
    cancelled: int
    unit_price: Money
    discount: Money
    tax: Money
    total: Money


class OrderMoneyOut(Schema):
    captured: Money
    refunded: Money
    due: Money = Field(description="what is still to be paid")
    due_later: Money = Field(description="what of it is paid when the customer comes")


class ParcelOut(Schema):
    """Where a part of the order is. ``code`` is what the customer shows to collect it, once it is ready."""

    number: str = Field(examples=["K7QM-3XTD-9RBW-1"])
    state: str = Field(
        description="waiting, picking, packed, sent, handed_over, delivered, ready, collected, expired, rejected or"
        " cancelled",
        examples=["ready"],
    )
    location: str | None = Field(description="the shop where it is collected", examples=["nantes"])
    code: str | None = Field(examples=["7GH-2QM"])
    kept_until: str | None
    carrier: str
    tracking: str
    lines: list[LinePieces]


class AddedLineOut(Schema):
    sku: str = Field(examples=["MARIN-S"])
    title: str
    options: str
    quantity: int
    total: Money


class AdditionOut(Schema):
    """Goods that are kept for an order until its customer has paid them by the link; nothing is prepared until then."""

    lines: list[AddedLineOut]
    total: Money
    checkout: str = Field(description="the id of the checkout that is paid")
    link: str = Field(description="where the customer pays; it was sent to them once")
    ends_at: str = Field(description="then they are given up, and the order stands as before")


class OrderOut(Schema):
    number: str = Field(examples=["K7QM-3XTD-9RBW"])
    name: str = Field(description="who it is for", examples=["Camille Martin"])
    state: str = Field(description="unpaid, placed, preparing, ready, done or cancelled", examples=["placed"])
    placed_at: str
    channel: str
    location: str | None
    contact: dict[str, str]
    delivery: dict[str, Any]
    lines: list[OrderLineOut]
    delivery_price: Money
    tax: Money
    total: Money
    cancelled: Money
    payment_method: str
    money: OrderMoneyOut
    may_cancel: bool
    papers: list[str] = Field(
        description="numbers of invoices, receipts and credit notes", examples=[["F-NANTES-2026-000001"]]
    )
    parcels: list[ParcelOut]
    addition: AdditionOut | None = Field(None, description="goods that were added and are not paid yet")


class OrderRow(Schema):
    number: str
    state: str
    placed_at: str
    channel: str
    location: str | None
    name: str
    total: Money


class OrderPage(Schema):
    items: list[OrderRow]
    next: str | None


class StaffOrder(OrderOut):
    history: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    refunds: list[dict[str, Any]]


class BalanceIn(Schema):
    """All that is left to pay at arrival, unless an ``amount`` is named."""

    amount: Money | None = None
    provider: str = Field("shop", max_length=40)


class AddGoodsIn(Schema):
    """``total`` is what the customer was told; ``payment`` is ``link``, or what staff take, such as ``shop``."""

    lines: list[NewLine] = Field(min_length=1, max_length=50)
    total: Money
    payment: str = Field("link", max_length=40, examples=["link"])
    hours: int = Field(24, description="how long the goods wait for who pays by a link", examples=[24])


class RefundOut(Schema):
    id: int
    amount: Money
    order: str


class DraftIn(Schema):
    channel: str = Field(max_length=40, examples=["web"])
    lines: list[NewLine] = Field(min_length=1, max_length=50)
    contact: ContactIn = ContactIn()
    locale: str = Field("", max_length=10, examples=["fr"])
    hours: int = Field(24, description="how long the goods are kept", examples=[24])


class DraftOut(Schema):
    id: str
    link: str
    total: Money
    ends_at: str
