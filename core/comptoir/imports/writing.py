"""Writes products as a Shopify product CSV that reads back to the same products.

Cells are written to the letter, also those a spreadsheet would take for a formula (beginning with = + - @):
putting an apostrophe before them, as some exports do, would change SKUs, titles and telephone numbers at the
next import. Whoever opens the file in a spreadsheet should import it as text.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import zip_longest
from typing import Any, TextIO

from .formats import shopify
from .grouping import tags_from
from .rows import ImportedImage, ImportedProduct, ImportedVariant

OPTIONS_OF_SHOPIFY = 3

# Shopify's own columns in Shopify's order.
SHOPIFY_COLUMNS = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Option3 Name",
    "Option3 Value",
    "Variant SKU",
    "Variant Grams",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Fulfillment Service",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Requires Shipping",
    "Variant Taxable",
    "Variant Barcode",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Gift Card",
    "SEO Title",
    "SEO Description",
    "Google Shopping / Google Product Category",
    "Google Shopping / Gender",
    "Google Shopping / Age Group",
    "Google Shopping / MPN",
    "Google Shopping / AdWords Grouping",
    "Google Shopping / AdWords Labels",
    "Google Shopping / Condition",
    "Google Shopping / Custom Product",
    "Google Shopping / Custom Label 0",
    "Google Shopping / Custom Label 1",
    "Google Shopping / Custom Label 2",
    "Google Shopping / Custom Label 3",
    "Google Shopping / Custom Label 4",
    "Variant Image",
    "Variant Weight Unit",
    "Variant Tax Code",
)


def write_shopify(products: Iterable[ImportedProduct], stream: TextIO) -> int:
    """Write products as Shopify's CSV and say how many; ``stream`` is opened with ``newline=""`` and UTF-8.

    Errors: ``ValueError`` for a product without a variant, which the format cannot say; those before it
    are written.
    """
    writer = csv.DictWriter(stream, (*SHOPIFY_COLUMNS, *shopify.EXTRA_COLUMNS), lineterminator="\r\n")
    writer.writeheader()
    written = 0
    for product in products:
        writer.writerows(_rows(product))
        written += 1
    return written


def _rows(product: ImportedProduct) -> Iterator[dict[str, str]]:
    if not product.variants:
        raise ValueError(f"The product {product.handle!r} has no variant.")
    for number, (variant, image) in enumerate(zip_longest(product.variants, product.images)):
        yield (
            {"Handle": product.handle}
            | (_product_cells(product) if number == 0 else {})
            | (_variant_cells(variant) if variant else {})
            | (_image_cells(image) if image else {})
        )


def _product_cells(product: ImportedProduct) -> dict[str, str]:
    tags = ", ".join(product.tags)
    names = product.options[:OPTIONS_OF_SHOPIFY] or ("Title",)
    return {
        "Title": product.title,
        "Body (HTML)": product.description_html,
        "Vendor": product.vendor,
        "Type": product.product_class,
        "Tags": tags,
        "Published": _boolean(product.is_public),
        "Gift Card": "false",
        "SEO Title": product.seo_title,
        "SEO Description": product.seo_description,
        shopify.SUMMARY: product.summary,
        shopify.CATEGORIES: _json(product.categories),
        shopify.ATTRIBUTES: _json(dict(product.attributes)),
        shopify.TAGS: "" if tags_from(tags) == product.tags else _json(product.tags),
        shopify.MORE_OPTIONS: _json(product.options[OPTIONS_OF_SHOPIFY:]),
        **{shopify.OPTION_NAME.format(n): name for n, name in enumerate(names, start=1)},
    }


def _variant_cells(variant: ImportedVariant) -> dict[str, str]:
    values = variant.option_values[:OPTIONS_OF_SHOPIFY] or ("Default Title",)
    return {
        "Variant SKU": variant.sku,
        "Variant Grams": _number(variant.weight_g),
        "Variant Inventory Tracker": "" if variant.quantity is None else "shopify",
        "Variant Inventory Qty": _number(variant.quantity),
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        "Variant Price": _number(variant.price),
        "Variant Compare At Price": _number(variant.compare_at),
        "Variant Requires Shipping": "true",
        "Variant Taxable": "true",
        "Variant Barcode": variant.gtin,
        "Variant Image": variant.image_url,
        "Variant Weight Unit": "" if variant.weight_g is None else "g",
        shopify.MORE_OPTION_VALUES: _json(variant.option_values[OPTIONS_OF_SHOPIFY:]),
        shopify.CURRENCY: variant.currency or "",
        **{shopify.OPTION_VALUE.format(n): value for n, value in enumerate(values, start=1)},
    }


def _image_cells(image: ImportedImage) -> dict[str, str]:
    return {"Image Src": image.url, "Image Position": str(image.position), "Image Alt Text": image.alt}


def _number(number: Decimal | int | None) -> str:
    return "" if number is None else format(number, "f" if isinstance(number, Decimal) else "d")


def _boolean(flag: bool) -> str:
    return "true" if flag else "false"


def _json(content: Any) -> str:
    """A list or an object in a cell, empty where it is empty."""
    return json.dumps(content, ensure_ascii=False) if content else ""
