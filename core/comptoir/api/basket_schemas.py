"""The shapes of baskets, for the OpenAPI page. Requests are checked against them; answers are made to fit."""

from typing import Annotated, Any

from ninja import Field, Schema

from comptoir.api.schemas import Money, Picture

Quantity = Annotated[int, Field(strict=True, ge=1, description="pieces", examples=[2])]
Sku = Annotated[str, Field(max_length=64, examples=["MARIN-S"])]
Gtin = Annotated[
    str, Field(max_length=14, description="instead of the SKU, as scanned", examples=["4006381333931"])
]


class NewLine(Schema):
    """A variant by its SKU or its GTIN."""

    sku: Sku = ""
    gtin: Gtin = ""
    quantity: Quantity = 1


class NewBasket(Schema):
    """``location`` is the shop a till stands in."""

    lines: list[NewLine] = Field([], max_length=50)
    location: str = Field("", max_length=40, examples=["nantes"])


class LineChange(Schema):
    quantity: Quantity


class BasketChange(Schema):
    note: str = Field(max_length=500, examples=["Please ring twice."])


class VoucherCode(Schema):
    code: str = Field(max_length=128, examples=["BIENVENUE"])


class HandoverCode(Schema):
    """``location`` is the shop that takes the basket over, for a till."""

    code: str = Field(max_length=40, examples=["7KQM-2XVD"])
    location: str = Field("", max_length=40, examples=["nantes"])


class ChosenOption(Schema):
    code: str = Field(examples=["size"])
    name: str = Field(examples=["Taille"])
    label: str = Field(examples=["S"])


class LineCard(Schema):
    """How the channel shows the variant; null where it does not."""

    handle: str = Field(examples=["marin"])
    slug: str = Field(examples=["mariniere"])
    title: str = Field(examples=["Marinière"])
    options: list[ChosenOption]
    picture: Picture | None


class LineHold(Schema):
    state: str = Field(
        description="held; not_counted (nothing to hold); not_held (held from the checkout on); ended (one click holds it "
        "again); short (only `available` pieces); gone",
        examples=["held"],
    )
    until: str | None = Field(examples=["2026-11-21T12:15:00+00:00"])
    available: int | None = Field(description="pieces that can be had, if not all are held", examples=[None])
    words: list[str] = Field(
        description="what is held beside goods, such as the time of an appointment", examples=[[]]
    )


class LineProblemOut(Schema):
    code: str = Field(examples=["not_on_channel"])
    message: str


class Discount(Schema):
    name: str
    voucher: str | None
    amount: Money


class BasketLine(Schema):
    """``price`` is of one piece; ``price_before`` what it was in the last answer to a change, if it is another now."""

    id: int
    sku: str
    gtin: str | None
    quantity: int
    card: LineCard | None
    price: Money | None
    price_before: Money | None
    subtotal: Money | None
    discounts: list[Discount]
    total: Money | None
    hold: LineHold
    problem: LineProblemOut | None


class BasketVoucher(Schema):
    code: str
    name: str
    used: bool
    reason: str | None = Field(description="why it gives nothing", examples=["voucher_not_met"])
    sentence: str


class Totals(Schema):
    subtotal: Money
    discount: Money
    net: Money
    tax: Money
    total: Money
    prices_include_tax: bool


class Basket(Schema):
    channel: str = Field(examples=["web"])
    location: str | None = Field(description="the shop it belongs to, for a till", examples=[None])
    version: int = Field(description="goes up with every change")
    has_owner: bool = Field(description="belongs to a customer")
    note: str
    currency: str = Field(examples=["EUR"])
    lines: list[BasketLine]
    pieces: int
    held_until: str | None = Field(description="when the first of its holds ends")
    in_checkout: bool
    offers: list[Discount]
    vouchers: list[BasketVoucher]
    totals: Totals


class OpenedBasket(Basket):
    token: str = Field(
        description="opens the basket: keep it secret; it is not shown again",
        examples=["s3cret-Zk0rRkQ2T1hF"],
    )


class PriceAtChannel(Schema):
    channel: str
    price: Money
    total: Money
    rule: str = Field(examples=["exception"])
    sentence: str


class PriceDifference(Schema):
    line: int
    sku: str
    before: PriceAtChannel | None
    now: PriceAtChannel | None = Field(description="null if it is not sold here")
    sentence: str


class TakenBasket(OpenedBasket):
    came_from: str = Field(examples=["app"])
    differences: list[PriceDifference]


class HandoverOffer(Schema):
    code: str = Field(description="for reading aloud", examples=["7KQM-2XVD"])
    qr: str = Field(description="the text of a QR code", examples=["COMPTOIR:7KQM2XVD"])
    ends_at: str


class QuoteAnswer(Schema):
    """The price of a basket; with ``?explain=1`` every reason: price rules, offers, taxes, vouchers, what nearly applied."""

    currency: str
    lines: list[dict[str, Any]]
    offers: list[Discount]
    vouchers: list[BasketVoucher]
    totals: Totals
    explain: dict[str, Any] | None
