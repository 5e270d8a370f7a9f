"""What a delivery costs: zones, bands of weight and value, free from a value, and what offers take off it."""

import re
from collections.abc import Iterable
from decimal import Decimal

from comptoir.base.money import Money
from comptoir.fulfilment.carriers import Address
from comptoir.fulfilment.models import DeliveryMethod, Rate, Zone
from comptoir.pricing.quote_parts import DeliveryBenefit


def is_in_zone(zone: Zone, address: Address) -> bool:
    """Whether an address lies in a zone."""
    if address.country not in zone.countries:
        return False
    postcode = re.sub(r"[\s-]", "", address.postcode).upper()
    if any(_matches(pattern, postcode) for pattern in zone.except_postcodes):
        return False
    return not zone.postcodes or any(_matches(pattern, postcode) for pattern in zone.postcodes)


def rates_at(method: DeliveryMethod, address: Address | None) -> list[Rate]:
    """The rates of a method that hold at an address, in their order; those for everywhere hold without one too."""
    return [
        rate
        for rate in method.rates.all()
        if rate.zone is None or (address is not None and is_in_zone(rate.zone, address))
    ]


def price_of(rates: Iterable[Rate], *, weight_g: int, value: Decimal) -> Decimal | None:
    """The price of the first rate whose bands hold both; ``None`` if none does."""
    for rate in rates:
        heavy = rate.to_weight_g is not None and weight_g >= rate.to_weight_g
        dear = rate.to_value is not None and value >= rate.to_value
        if rate.from_weight_g <= weight_g and rate.from_value <= value and not heavy and not dear:
            return rate.price
    return None


def after_benefits(full: Money, benefits: Iterable[DeliveryBenefit]) -> Money:
    """The price after the offers of the basket, one after the other, never below nothing.

    Source: oscar/apps/offer/benefits.py of Oscar 4.2: per cent off, an amount off, or a fixed price if that is less.
    """
    amount = full.amount
    for benefit in benefits:
        if benefit.kind == "Shipping percentage":
            amount -= amount * min(benefit.value, Decimal(100)) / 100
        elif benefit.kind == "Shipping absolute":
            amount -= min(amount, benefit.value)
        elif benefit.kind == "Shipping fixed price":
            amount = min(amount, benefit.value)
    return Money(max(amount, Decimal(0)), full.currency).rounded()


def _matches(pattern: str, postcode: str) -> bool:
    pattern = pattern.replace(" ", "").upper()
    if span := re.fullmatch(r"(\d+)-(\d+)", pattern):
        first, last = span.groups()
        return postcode.isdigit() and len(postcode) == len(first) and first <= postcode <= last
    pattern = pattern.replace("-", "")
    return postcode.startswith(pattern[:-1]) if pattern.endswith("*") else postcode == pattern
