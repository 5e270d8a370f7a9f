"""The CSV of django-oscar's sandbox: no header, one row a product of nine cells, or five without stock.

Source: ``oscar.apps.partner.importers.CatalogueImporter`` (other widths are skipped; "NULL" is empty).
"""

from collections.abc import Iterator

from ..cells import Cells, positional
from ..codes import derived_sku, slug
from ..grouping import LIMITS, Seen, whole_or_problems
from ..rows import ImportedProduct, ImportedVariant, Row, RowProblem

TITLE = "Oscar sandbox CSV"
NULL = "NULL"

COLUMNS = {
    "class": "product_class",
    "category": "categories",
    "upc": "variant.gtin",
    "title": "title",
    "description": "description_html",
    "partner": "vendor",
    "sku": "variant.sku",
    "price": "variant.price",
    "stock": "variant.quantity",
}
REQUIRED = ("class", "category", "upc", "title", "description")


def read(rows: Iterator[Row], currency: str) -> Iterator[ImportedProduct | RowProblem]:
    """Read an Oscar file; ``currency`` is that of its prices. The bar code, else the SKU, is the handle."""
    seen = Seen()
    for cells in positional(rows, tuple(COLUMNS), widths=(len(REQUIRED), len(COLUMNS))):
        if isinstance(cells, RowProblem):
            yield cells
        elif not cells.is_readable:
            yield from cells.problems
        else:
            yield from whole_or_problems([cells], _product(cells, currency, seen))


def _product(cells: Cells, currency: str, seen: Seen) -> ImportedProduct:
    variant = _variant(cells, currency)
    seen.refuse_repeated_variant(cells, variant, sku="sku", gtin="upc")
    description = cells.raw("description")
    return ImportedProduct(
        handle=_handle(cells),
        title=cells.required("title", LIMITS["title"]),
        description_html="" if description == NULL else description,
        vendor=cells.text("partner", LIMITS["vendor"]),
        product_class=cells.text("class", LIMITS["product_class"]),
        categories=cells.path("category", ">", LIMITS["category"]),
        variants=(variant,),
        line=cells.line,
    )


def _variant(cells: Cells, currency: str) -> ImportedVariant:
    price = cells.price("price")
    return ImportedVariant(
        sku=cells.text("sku", LIMITS["sku"]) or derived_sku(_handle(cells)),
        gtin=cells.gtin("upc"),
        price=price,
        currency=None if price is None else currency,
        quantity=cells.whole("stock"),
        line=cells.line,
    )


def _handle(cells: Cells) -> str:
    """Two books may share a title, never a bar code; and a corrected title must not make a second book."""
    return cells.gtin("upc") or slug(cells.text("sku")) or slug(cells.text("title"))
