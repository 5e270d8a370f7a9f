"""What goes into a quote and what comes out. All amounts are exact and on whole coins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.pricing.explaining import explain
from comptoir.pricing.goods import PriceRule


@dataclass(frozen=True)
class QuoteContext:
    """Where, when and for whom goods are priced.

    ``location_id`` is the shop a basket belongs to (a till), not where goods are fetched from. ``time_zone`` is that of
    the location, else of the channel. ``customer_id`` is the id of the user. ``net_prices``: business customers see
    prices without tax. ``granted_offer_ids`` are user and session offers that something else decided to give.
    """

    channel_id: int
    currency: str = "EUR"
    country: str = "FR"
    time_zone: str = "Europe/Paris"
    location_id: int | None = None
    moment: datetime = field(default_factory=clock.now)
    voucher_codes: tuple[str, ...] = ()
    customer_id: int | None = None
    net_prices: bool = False
    granted_offer_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class QuoteLine:
    """What is to be priced. ``key`` names the line to the caller; units: ``quantity`` in pieces, at least 1."""

    key: str
    variant_id: int
    quantity: int = 1


@dataclass(frozen=True)
class LineDiscount:
    """What an offer takes off a line. Units: ``quantity`` in pieces it was applied to."""

    offer_id: int
    name: str
    voucher_code: str
    amount: Money
    quantity: int


@dataclass(frozen=True)
class QuotedLine:
    """One priced line. Unit prices, subtotal and discounts have tax or not, as the quote; ``total`` always has it.

    ``base_price`` is the price for all channels, ``None`` where only an exception is sold; ``rule`` says which holds.
    """

    key: str
    variant_id: int
    sku: str
    quantity: int
    unit_price: Money
    base_price: Money | None
    rule: PriceRule
    subtotal: Money
    discounts: tuple[LineDiscount, ...]
    tax_class: str
    tax_percent: Decimal
    net: Money
    tax: Money
    total: Money


@dataclass(frozen=True)
class OfferDiscount:
    """What an offer takes off the whole basket, and how many times it was applied."""

    offer_id: int
    name: str
    voucher_code: str
    amount: Money
    times: int


@dataclass(frozen=True)
class DeliveryBenefit:
    """What an offer does to the delivery; fulfilment applies it. Units: ``value`` in per cent or money, by ``kind``."""

    offer_id: int
    name: str
    voucher_code: str
    kind: str
    value: Decimal


@dataclass(frozen=True)
class QuotedVoucher:
    """A voucher the customer entered: used, or the code of the reason why not."""

    code: str
    name: str
    refusal: str = ""
    sentence: str = ""

    @property
    def is_used(self) -> bool:
        return not self.refusal


@dataclass(frozen=True)
class NearlyApplied:
    """An offer that more goods of a range would bring. Units: ``missing`` in pieces, or in money if ``is_money``."""

    offer_id: int
    name: str
    range_name: str
    wanted: Decimal
    missing: Decimal
    is_money: bool


@dataclass(frozen=True)
class TaxTotal:
    """The tax at one rate over all lines."""

    percent: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True)
class Quote:
    """A priced basket with every reason. ``subtotal - discount`` is ``total``, less the tax where prices are net."""

    currency: str
    country: str
    moment: datetime
    prices_include_tax: bool
    rules_version: str
    lines: tuple[QuotedLine, ...]
    discounts: tuple[OfferDiscount, ...]
    delivery_benefits: tuple[DeliveryBenefit, ...]
    vouchers: tuple[QuotedVoucher, ...]
    nearly_applied: tuple[NearlyApplied, ...]
    taxes: tuple[TaxTotal, ...]
    subtotal: Money
    discount: Money
    net: Money
    tax: Money
    total: Money

    @property
    def line_by_key(self) -> Mapping[str, QuotedLine]:
        return {line.key: line for line in self.lines}

    def explain(self) -> dict[str, Any]:
        """Why the quote is what it is, ready for JSON."""
        return explain(self)
