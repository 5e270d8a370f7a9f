"""Puts the rows of a file together into products: what all formats share."""

from collections.abc import Iterator

from .cells import Cells
from .rows import ImportedProduct, ImportedVariant, RowProblem

# What the shop can keep, in characters.
LIMITS = {
    "handle": 255,
    "title": 255,
    "vendor": 120,
    "product_class": 128,
    "category": 255,
    "sku": 64,
    "option": 128,
    "option_value": 255,
    "seo_title": 255,
    "seo_description": 500,
    "summary": 500,
}
# Shopify allows 2,048 variants; a product must fit in memory whatever the file says.
MAX_ROWS_OF_PRODUCT = 2_500
MAX_CHARACTERS_OF_PRODUCT = 8 * 1024 * 1024


class Seen:
    """What the file has said so far: all that is remembered from one product to the next."""

    def __init__(self) -> None:
        self.handles: set[str] = set()
        self.accepted_skus: set[str] = set()
        self._first_lines: dict[tuple[str, str], int] = {}

    def refuse_repeat(self, cells: Cells, column: str, code: str, value: str, scope: str = "") -> None:
        """Refuse a cell whose value stands on an earlier row; the first one keeps it."""
        first_line = self._first_lines.setdefault((code + scope, value), cells.line)
        if first_line != cells.line:
            cells.refuse(column, code, value, first_line=first_line)

    def refuse_repeated_variant(
        self, cells: Cells, variant: ImportedVariant, *, sku: str, gtin: str = ""
    ) -> None:
        """Refuse a variant whose SKU or bar code another one has; ``sku`` and ``gtin`` name their columns."""
        if variant.sku:
            self.refuse_repeat(cells, sku, "duplicate_sku", variant.sku)
        if variant.gtin:
            # A 12-digit UPC is the same bar code as the 13-digit EAN with a zero before it.
            self.refuse_repeat(cells, gtin, "duplicate_gtin", variant.gtin.zfill(14))


def groups(rows: Iterator[Cells | RowProblem], key: str) -> Iterator[list[Cells] | RowProblem]:
    """Give the rows that follow each other with the same key, and the problems of rows that have none."""
    group: list[Cells] = []
    characters = 0
    for cells in rows:
        if isinstance(cells, RowProblem):
            yield cells
        elif not cells.text(key):
            if cells.is_readable:
                cells.refuse(key, "missing_value")
            yield from cells.problems
        elif group and cells.text(key) == group[0].text(key):
            characters += cells.characters
            if len(group) < MAX_ROWS_OF_PRODUCT and characters < MAX_CHARACTERS_OF_PRODUCT:
                group.append(cells)
            else:
                group[0].refuse(key, "too_many_rows", cells.text(key))
        else:
            if group:
                yield group
            group, characters = [cells], cells.characters
    if group:
        yield group


def whole_or_problems(rows: list[Cells], product: ImportedProduct) -> Iterator[ImportedProduct | RowProblem]:
    """Give the product if all its rows are good, else everything that is wrong with them."""
    problems = [problem for cells in rows for problem in cells.problems]
    if problems:
        yield from problems
    else:
        yield product


def has_unreadable_start(rows: list[Cells], seen: Seen, key: str) -> bool:
    """Tell whether the product cannot be read: its first row is broken, or it began higher in the file."""
    first = rows[0]
    handle = first.text(key, LIMITS["handle"])
    if handle and handle in seen.handles:
        first.refuse(key, "handle_not_adjacent", handle)
    seen.handles.add(handle)
    return bool(first.problems)


def option_names(rows: list[Cells], name: str, value: str) -> dict[int, str]:
    """Give the names of the options by number, from the first row that has any.

    ``name`` and ``value`` are columns such as "Option{} Name".
    """
    for cells in rows:
        found = {n: cells.text(name.format(n), LIMITS["option"]) for n in _option_numbers(cells, value)}
        if any(found.values()):
            return {n: option for n, option in found.items() if option}
    return {}


def option_values(cells: Cells, names: dict[int, str], name: str, value: str) -> tuple[str, ...]:
    """Give the values of a variant for these options; each must be there, and none besides."""
    for n in _option_numbers(cells, value):
        if n not in names and cells.text(value.format(n)):
            cells.refuse(name.format(n), "option_without_name", cells.text(value.format(n)))
    return tuple(cells.required(value.format(n), LIMITS["option_value"]) for n in names)


def refuse_same_options(variants: list[tuple[Cells, ImportedVariant]], column: str) -> None:
    """Refuse variants of a product that a shopper could not tell apart."""
    first_lines: dict[tuple[str, ...], int] = {}
    for cells, variant in variants:
        first_line = first_lines.setdefault(variant.option_values, cells.line)
        if first_line != cells.line:
            shown = " / ".join(variant.option_values)
            cells.refuse(column, "duplicate_option_values", shown, first_line=first_line)


def tags_from(text: str) -> tuple[str, ...]:
    """Give the tags in a cell, separated by commas."""
    return tuple(tag for tag in map(str.strip, text.split(",")) if tag)


def _option_numbers(cells: Cells, value: str) -> list[int]:
    return [n for n in range(1, 10) if value.format(n) in cells.columns]
