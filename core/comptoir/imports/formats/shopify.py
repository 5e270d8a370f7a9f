"""Shopify's product CSV: a row a variant, the product on the first, more pictures on rows of their own.

Source: help.shopify.com, "Using CSV files to import and export products". The columns in
``EXTRA_COLUMNS`` are ours: they hold what Shopify's own have no place for, so that our export
reads back to the same products.
"""

import re
from collections.abc import Iterator

from ..cells import Cells, headed
from ..codes import derived_sku
from ..grouping import (
    LIMITS,
    Seen,
    groups,
    has_unreadable_start,
    option_names,
    option_values,
    refuse_same_options,
    tags_from,
    whole_or_problems,
)
from ..rows import ImportedImage, ImportedProduct, ImportedVariant, Row, RowProblem

TITLE = "Shopify product CSV"
SUMMARY = "Summary (product.metafields.comptoir.summary)"
CATEGORIES = "Categories (product.metafields.comptoir.categories)"
ATTRIBUTES = "Attributes (product.metafields.comptoir.attributes)"
TAGS = "Tags (product.metafields.comptoir.tags)"
MORE_OPTIONS = "More Options (product.metafields.comptoir.options)"
MORE_OPTION_VALUES = "Variant More Options (comptoir)"
CURRENCY = "Variant Currency (comptoir)"
EXTRA_COLUMNS = (SUMMARY, CATEGORIES, ATTRIBUTES, TAGS, MORE_OPTIONS, MORE_OPTION_VALUES, CURRENCY)
METAFIELD = re.compile(r".*\(product\.metafields\.([^.]+)\.([^.]+)\)")
OPTION_NAME, OPTION_VALUE = "Option{} Name", "Option{} Value"
# A further row is a variant if one of these is filled; otherwise it only brings a picture.
VARIANT_MARKS = (
    "Variant SKU",
    "Variant Price",
    "Variant Barcode",
    *(OPTION_VALUE.format(n) for n in (1, 2, 3)),
)

COLUMNS = {
    "Handle": "handle",
    "Title": "title",
    "Body (HTML)": "description_html",
    "Vendor": "vendor",
    "Product Category": "categories",
    "Type": "product_class",
    "Tags": "tags",
    "Published": "is_public",
    "Status": "is_public",
    OPTION_NAME: "options",
    OPTION_VALUE: "variant.option_values",
    "Variant SKU": "variant.sku",
    "Variant Grams": "variant.weight_g",
    "Variant Inventory Qty": "variant.quantity",
    "Variant Price": "variant.price",
    "Variant Compare At Price": "variant.compare_at",
    "Variant Barcode": "variant.gtin",
    "Variant Image": "variant.image_url",
    "Image Src": "image.url",
    "Image Position": "image.position",
    "Image Alt Text": "image.alt",
    "SEO Title": "seo_title",
    "SEO Description": "seo_description",
    "* (product.metafields.*)": "attributes",
    SUMMARY: "summary",
    CATEGORIES: "categories",
    ATTRIBUTES: "attributes",
    TAGS: "tags",
    MORE_OPTIONS: "options",
    MORE_OPTION_VALUES: "variant.option_values",
    CURRENCY: "variant.currency",
}
REQUIRED = ("Handle", "Title", "Variant Price")


def read(rows: Iterator[Row], currency: str) -> Iterator[ImportedProduct | RowProblem]:
    """Read a Shopify file; ``currency`` is the shop's, since Shopify's prices do not name theirs."""
    seen = Seen()
    for group in groups(headed(rows, REQUIRED), key="Handle"):
        if isinstance(group, RowProblem):
            yield group
        elif has_unreadable_start(group, seen, "Handle"):
            yield from (problem for cells in group for problem in cells.problems)
        else:
            product = _product([cells for cells in group if cells.is_readable], currency, seen)
            yield from whole_or_problems(group, product)


def _product(rows: list[Cells], currency: str, seen: Seen) -> ImportedProduct:
    first = rows[0]
    names = {} if _is_standalone(first) else option_names(rows[:1], OPTION_NAME, OPTION_VALUE)
    more = tuple(first.json(MORE_OPTIONS, []))
    return ImportedProduct(
        handle=first.text("Handle"),
        title=first.required("Title", LIMITS["title"]),
        description_html=first.raw("Body (HTML)"),
        summary=first.prose(SUMMARY, LIMITS["summary"]),
        vendor=first.text("Vendor", LIMITS["vendor"]),
        product_class=first.text("Type", LIMITS["product_class"]),
        categories=_categories(first),
        tags=tuple(first.json(TAGS, [])) or tags_from(first.text("Tags")),
        is_public=_is_public(first),
        seo_title=first.prose("SEO Title", LIMITS["seo_title"]),
        seo_description=first.prose("SEO Description", LIMITS["seo_description"]),
        options=(*names.values(), *more),
        attributes=_attributes(first),
        variants=_variants(rows, names, len(more), currency, seen),
        images=_images(rows),
        line=first.line,
    )


def _variants(
    rows: list[Cells], names: dict[int, str], more: int, currency: str, seen: Seen
) -> tuple[ImportedVariant, ...]:
    variants = []
    for cells in rows:
        if cells is rows[0] or any(cells.text(mark) for mark in VARIANT_MARKS) or not cells.text("Image Src"):
            variant = _variant(cells, names, more, currency)
            seen.refuse_repeated_variant(cells, variant, sku="Variant SKU", gtin="Variant Barcode")
            variants.append((cells, variant))
    refuse_same_options(variants, OPTION_VALUE.format(1))
    return tuple(variant for _, variant in variants)


def _variant(cells: Cells, names: dict[int, str], more: int, currency: str) -> ImportedVariant:
    values = (
        () if _is_standalone(cells) and not names else option_values(cells, names, OPTION_NAME, OPTION_VALUE)
    )
    further = cells.json(MORE_OPTION_VALUES, [])
    if len(further) != more:
        cells.refuse(MORE_OPTION_VALUES, "missing_value")
    values += tuple(further)
    price, compare_at = cells.price("Variant Price"), cells.compare_at("Variant Compare At Price")
    cells.weight_unit("Variant Weight Unit")  # only how Shopify shows the weight: "Variant Grams" is in grams
    return ImportedVariant(
        sku=cells.text("Variant SKU", LIMITS["sku"]) or derived_sku(cells.text("Handle"), values),
        gtin=cells.gtin("Variant Barcode"),
        option_values=values,
        price=price,
        currency=None if price is compare_at is None else cells.currency(CURRENCY, currency),
        compare_at=compare_at,
        weight_g=cells.grams("Variant Grams"),
        quantity=cells.whole("Variant Inventory Qty"),
        image_url=cells.url("Variant Image"),
        line=cells.line,
    )


def _images(rows: list[Cells]) -> tuple[ImportedImage, ...]:
    images: list[ImportedImage] = []
    for cells in rows:
        if url := cells.url("Image Src"):
            position = cells.whole("Image Position")
            position = len(images) + 1 if position is None else position
            images.append(ImportedImage(url=url, alt=cells.raw("Image Alt Text"), position=position))
    return tuple(images)


def _is_standalone(cells: Cells) -> bool:
    """Shopify writes a product without options as one option "Title" of value "Default Title"."""
    name, value = cells.text(OPTION_NAME.format(1)), cells.text(OPTION_VALUE.format(1))
    return value == "Default Title" and name in ("", "Title")


def _is_public(cells: Cells) -> bool:
    status = cells.text("Status").lower()
    if status not in ("", "active", "draft", "archived", "unlisted"):
        cells.refuse("Status", "unknown_status", status)
    return cells.flag("Published", default=True) and status in ("", "active")


def _categories(cells: Cells) -> tuple[tuple[str, ...], ...]:
    paths = cells.json(CATEGORIES, [], depth=2)
    if not all(isinstance(path, list) and path for path in paths):
        cells.refuse(CATEGORIES, "bad_json", cells.text(CATEGORIES))
        return ()
    if any(len(name) > LIMITS["category"] for path in paths for name in path):
        cells.refuse(CATEGORIES, "too_long", cells.text(CATEGORIES), limit=LIMITS["category"])
    return tuple(tuple(path) for path in paths) or cells.path("Product Category", ">", LIMITS["category"])


def _attributes(cells: Cells) -> dict[str, str]:
    metafields = {
        (found[2] if found[1] == "custom" else f"{found[1]}.{found[2]}"): cells.raw(column)
        for column in cells.columns
        if cells.raw(column) and column not in EXTRA_COLUMNS and (found := METAFIELD.fullmatch(column))
    }
    return {**metafields, **cells.json(ATTRIBUTES, {})}
