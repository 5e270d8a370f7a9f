"""Price per litre or kilogram, for goods whose contents are told by measure.

Source: directive 98/6/EC, articles 2(b) and 3: the unit price stands beside the selling price, for one kilogram or one
litre. It is worked out from the net contents (an option or attribute such as "250 ml"), never from a variant's weight:
that is the weight of the parcel, and a coat has no price per kilogram.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from comptoir.publishing.items import AttributeItem, ProductItem, VariantItem
from comptoir.publishing.texts import money_text

MEASURE = re.compile(r"^\s*(\d{1,6}(?:[.,]\d{1,3})?)\s*(ml|cl|dl|l|mg|g|kg)\s*$", re.IGNORECASE)
#: How much one of a measure is of the unit that prices are told for.
UNITS = {
    "ml": ("l", Decimal("0.001")), "cl": ("l", Decimal("0.01")), "dl": ("l", Decimal("0.1")), "l": ("l", Decimal(1)),
    "mg": ("kg", Decimal("0.000001")), "g": ("kg", Decimal("0.001")), "kg": ("kg", Decimal(1)),
}  # fmt: skip


def unit_price_text(item: ProductItem, variant: VariantItem, locale: str) -> str:
    """Such as ``76,00 €/l``; nothing for goods that are not sold by measure."""
    contents = next(_contents(item, variant), None)
    if contents is None or variant.price is None:
        return ""
    quantity, unit = contents
    return f"{money_text(variant.price * (1 / quantity), locale)}/{unit}"


def _contents(item: ProductItem, variant: VariantItem) -> Iterator[tuple[Decimal, str]]:
    attributes: tuple[AttributeItem, ...] = (*variant.attributes, *item.attributes)
    for value in (value for attribute in attributes for value in attribute.values):
        if (match := MEASURE.match(value.label)) and (number := Decimal(match[1].replace(",", "."))):
            unit, factor = UNITS[match[2].lower()]
            yield number * factor, unit
