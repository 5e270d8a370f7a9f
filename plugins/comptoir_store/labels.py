"""What stands on the shelf and on the till: a short text, the price as people write it, a barcode for each variant."""

from typing import Any

from comptoir.publishing.items import Item, PageItem, ProductItem, VariantItem
from comptoir.publishing.texts import money_text, shortened
from comptoir_store.barcodes import barcode
from comptoir_store.units import unit_price_text

#: Width of a shelf label, and of a line of a till receipt.
SHELF_CHARACTERS = 40
SCREEN_CHARACTERS = 140


def store_fields(item: Item, locale: str) -> dict[str, Any]:
    """The shop floor's part of a document: labels of a product, or a page as a screen in the shop shows it."""
    if isinstance(item, PageItem):
        return {"screen_text": shortened(item.intro or item.title, SCREEN_CHARACTERS)}
    return {
        "shelf_text": shortened(item.title, SHELF_CHARACTERS),
        "is_counted": item.is_counted,
        "labels": [label(item, variant, locale) for variant in item.variants],
    }


def label(item: ProductItem, variant: VariantItem, locale: str) -> dict[str, Any]:
    """The label of one variant. Stock is not on it: the API's ``availability`` has this shop's pieces by SKU."""
    symbol = barcode(gtin=variant.gtin, sku=variant.sku)
    price, before = variant.price, variant.compare_at
    return {
        "sku": variant.sku,
        "options_text": " / ".join(value.label for value in variant.options.values()),
        "price_text": money_text(price, locale) if price else "",
        "before_text": money_text(before, locale)
        if price and before and before.amount > price.amount
        else "",
        "unit_price_text": unit_price_text(item, variant, locale),
        "barcode": symbol.as_json() if symbol else None,
    }
