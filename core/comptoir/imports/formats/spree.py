"""Spree's product import: a row for the product, one for each variant, and rows that only bring a price.

Source: the sample data of spree/spree. A product row has a name; the price of a product with variants is
written 0 and means nothing; prices in further currencies may stand far below the product, as rows of SKU,
price and currency.
"""

from collections.abc import Iterator
from decimal import Decimal

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
from ..rows import ImportedImage, ImportedPrice, ImportedProduct, ImportedVariant, Row, RowProblem

TITLE = "Spree product CSV"
OPTION_NAME, OPTION_VALUE = "option{}_name", "option{}_value"
CATEGORY, IMAGE, CUSTOM_FIELD = "category{}", "image{}_src", "custom_field."
STATUSES = ("", "active", "draft", "archived")
# A row that fills no other column than these is a further price of a variant.
PRICE_ROW_COLUMNS = ("slug", "sku", "price", "compare_at_price", "currency", "inventory_backorderable")

COLUMNS = {
    "slug": "handle",
    "name": "title",
    "description": "description_html",
    "product_type": "product_class",
    CATEGORY: "categories",
    "tags": "tags",
    "status": "is_public",
    "meta_title": "seo_title",
    "meta_description": "seo_description",
    OPTION_NAME: "options",
    OPTION_VALUE: "variant.option_values",
    "sku": "variant.sku",
    "price": "variant.price",
    "compare_at_price": "variant.compare_at",
    "currency": "variant.currency",
    "weight": "variant.weight_g",
    "weight_unit": "variant.weight_g",
    "inventory_count": "variant.quantity",
    IMAGE: "image.url",
    "custom_field.*": "attributes",
}
REQUIRED = ("slug", "sku", "name", "price")


def read(rows: Iterator[Row], currency: str) -> Iterator[ImportedProduct | ImportedPrice | RowProblem]:
    """Read a Spree file; ``currency`` is for rows that name none. A further price comes after its product."""
    seen = Seen()
    for group in groups(headed(rows, REQUIRED), key="slug"):
        if isinstance(group, RowProblem):
            yield group
            continue
        prices: list[Cells] = []
        described: list[Cells] = []
        for cells in group:
            (prices if _is_price_row(cells) else described).append(cells)
        if described:
            yield from _product_or_problems(described, currency, seen)
        for cells in prices:
            yield from _price_or_problems(cells, currency, seen)


def _product_or_problems(
    rows: list[Cells], currency: str, seen: Seen
) -> Iterator[ImportedProduct | RowProblem]:
    if has_unreadable_start(rows, seen, "slug"):
        yield from (problem for cells in rows for problem in cells.problems)
        return
    product = _product([cells for cells in rows if cells.is_readable], currency, seen)
    for answer in whole_or_problems(rows, product):
        if isinstance(answer, ImportedProduct):
            seen.accepted_skus.update(variant.sku for variant in answer.variants)
        yield answer


def _product(rows: list[Cells], currency: str, seen: Seen) -> ImportedProduct:
    first = rows[0]
    names = option_names(rows, OPTION_NAME, OPTION_VALUE)
    variants = _variants(rows[1:] or rows, names, currency, seen)
    return ImportedProduct(
        handle=first.text("slug"),
        title=first.required("name", LIMITS["title"]),
        description_html=first.raw("description"),
        product_class=first.text("product_type", LIMITS["product_class"]),
        categories=_categories(first),
        tags=tags_from(first.text("tags")),
        is_public=_is_public(first),
        seo_title=first.prose("meta_title", LIMITS["seo_title"]),
        seo_description=first.prose("meta_description", LIMITS["seo_description"]),
        options=tuple(names.values()),
        attributes=_attributes(first),
        variants=variants,
        images=_images(rows),
        line=first.line,
    )


def _variants(
    rows: list[Cells], names: dict[int, str], currency: str, seen: Seen
) -> tuple[ImportedVariant, ...]:
    variants = []
    for cells in rows:
        variant = _variant(cells, names, currency)
        seen.refuse_repeated_variant(cells, variant, sku="sku")
        if variant.currency:
            seen.refuse_repeat(cells, "sku", "duplicate_price", variant.sku, scope=variant.currency)
        variants.append((cells, variant))
    refuse_same_options(variants, OPTION_VALUE.format(1))
    return tuple(variant for _, variant in variants)


def _variant(cells: Cells, names: dict[int, str], currency: str) -> ImportedVariant:
    values = option_values(cells, names, OPTION_NAME, OPTION_VALUE)
    price, compare_at = cells.price("price"), cells.compare_at("compare_at_price")
    return ImportedVariant(
        sku=cells.text("sku", LIMITS["sku"]) or derived_sku(cells.text("slug"), values),
        option_values=values,
        price=price,
        currency=None if price is compare_at is None else cells.currency("currency", currency),
        compare_at=compare_at,
        weight_g=_weight_g(cells),
        quantity=cells.whole("inventory_count"),
        image_url=cells.url(IMAGE.format(1)),
        line=cells.line,
    )


def _price_or_problems(cells: Cells, currency: str, seen: Seen) -> Iterator[ImportedPrice | RowProblem]:
    price = ImportedPrice(
        sku=cells.text("sku"),
        price=cells.price("price") or Decimal(0),
        currency=cells.currency("currency", currency),
        compare_at=cells.compare_at("compare_at_price"),
        line=cells.line,
    )
    if price.sku not in seen.accepted_skus:
        cells.refuse("sku", "unknown_sku", price.sku)
    seen.refuse_repeat(cells, "sku", "duplicate_price", price.sku, scope=price.currency)
    if cells.problems:
        yield from cells.problems
    else:
        yield price


def _images(rows: list[Cells]) -> tuple[ImportedImage, ...]:
    """The pictures of the product and then of its variants, each address once."""
    columns = _numbered(rows[0], IMAGE)
    urls = dict.fromkeys(url for cells in rows for column in columns if (url := cells.url(column)))
    return tuple(ImportedImage(url=url, position=position) for position, url in enumerate(urls, start=1))


def _is_price_row(cells: Cells) -> bool:
    others = (cells.raw(column) for column in cells.columns if column not in PRICE_ROW_COLUMNS)
    return (
        cells.is_readable
        and bool(cells.text("sku") and cells.text("price"))
        and not any(map(str.strip, others))
    )


def _is_public(cells: Cells) -> bool:
    status = cells.text("status").lower()
    if status not in STATUSES:
        cells.refuse("status", "unknown_status", status)
    return status in ("", "active")


def _categories(cells: Cells) -> tuple[tuple[str, ...], ...]:
    columns = _numbered(cells, CATEGORY)
    return tuple(path for column in columns for path in cells.path(column, "->", LIMITS["category"]))


def _attributes(cells: Cells) -> dict[str, str]:
    """The custom fields that are filled; those of Spree's own namespace, "custom", by their last name."""
    columns = (column for column in cells.columns if column.startswith(CUSTOM_FIELD) and cells.raw(column))
    return {
        column.removeprefix(CUSTOM_FIELD).removeprefix("custom."): cells.raw(column) for column in columns
    }


def _weight_g(cells: Cells) -> int | None:
    unit = cells.weight_unit("weight_unit")
    if cells.text("weight") and not cells.text("weight_unit"):
        cells.refuse("weight_unit", "missing_value")
    return cells.grams("weight", unit)


def _numbered(cells: Cells, column: str) -> list[str]:
    return [column.format(n) for n in range(1, 10) if column.format(n) in cells.columns]
