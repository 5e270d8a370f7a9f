"""Reads the cells of one row as what they mean, and collects what is wrong with them instead of stopping."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain
from typing import Any

from .codes import BadGtin, gtin_from
from .rows import Row, RowProblem, row_problem

MAX_NUMBER = 10**9
PRICE_DIGITS = 10
PRICE_DECIMALS = 2
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?", re.ASCII)
GRAMS_PER_UNIT = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),  # international avoirdupois, exact by definition
    "lb": Decimal("453.59237"),
}
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
DELIMITERS = {";": ";", "\t": "tab", "|": "|"}


class Cells:
    """One row by column name. A cell that is wrong reads as empty, and ``problems`` says why."""

    def __init__(self, row: Row, columns: Mapping[str, int], widths: tuple[int, ...]) -> None:
        self.line = row.line
        self.columns = columns
        self._cells = row.cells
        self.problems = [self._with_column(problem) for problem in row.problems]
        if not self.problems:
            self._check_width(widths)
            self._check_nul()
        self.is_readable = not self.problems
        self.characters = sum(map(len, row.cells))
        self.is_blank = self.is_readable and not any(cell.strip() for cell in row.cells)

    def refuse(self, column: str, code: str, value: str = "", **facts: int | str) -> None:
        """Note that a cell is wrong; the same complaint is noted once."""
        if not any((problem.field, problem.code) == (column, code) for problem in self.problems):
            self.problems.append(row_problem(line=self.line, field=column, code=code, value=value, **facts))

    def raw(self, column: str) -> str:
        """Give a cell to the letter, or '' where the row or the file has no such column."""
        place = self.columns.get(column)
        return self._cells[place] if place is not None and place < len(self._cells) else ""

    def prose(self, column: str, limit: int) -> str:
        """Give a cell to the letter, if it is not too long to keep."""
        if len(self.raw(column)) > limit:
            self.refuse(column, "too_long", self.raw(column), limit=limit)
            return ""
        return self.raw(column)

    def text(self, column: str, limit: int | None = None) -> str:
        """Give a cell without the blanks around it. Units: ``limit`` in characters."""
        text = self.raw(column).strip()
        if limit and len(text) > limit:
            self.refuse(column, "too_long", text, limit=limit)
            return ""
        return text

    def required(self, column: str, limit: int | None = None) -> str:
        """Give a cell that must not be empty."""
        if not self.raw(column).strip():
            self.refuse(column, "missing_value")
        return self.text(column, limit)

    def price(self, column: str) -> Decimal | None:
        """Give an amount as written, never rounded; None where the cell is empty."""
        amount = self._number(column, "not_a_number")
        if amount is None:
            return None
        if amount >= 10**PRICE_DIGITS:
            self.refuse(column, "number_too_large", self.text(column))
            return None
        if amount != amount.quantize(Decimal(1).scaleb(-PRICE_DECIMALS)):
            self.refuse(column, "price_decimals", self.text(column))
            return None
        return amount

    def compare_at(self, column: str) -> Decimal | None:
        """Give the price before a reduction; shops write 0 where there is none."""
        return self.price(column) or None

    def whole(self, column: str) -> int | None:
        """Give a count up to a thousand million; ``5.0``, as spreadsheets write it, is 5."""
        number = self._number(column, "not_an_integer")
        if number is None:
            return None
        if number != number.to_integral_value():
            self.refuse(column, "not_an_integer", self.text(column))
            return None
        if number > MAX_NUMBER:
            self.refuse(column, "number_too_large", self.text(column))
            return None
        return int(number)

    def grams(self, column: str, unit: str = "g") -> int | None:
        """Give a weight in whole grams, rounded to the nearest; None where the cell is empty."""
        number = self._number(column, "not_a_number")
        if number is None or unit not in GRAMS_PER_UNIT:
            return None
        if number * GRAMS_PER_UNIT[unit] > MAX_NUMBER:
            self.refuse(column, "number_too_large", self.text(column))
            return None
        return int((number * GRAMS_PER_UNIT[unit]).quantize(Decimal(1), ROUND_HALF_UP))

    def weight_unit(self, column: str) -> str:
        """Give g, kg, oz or lb, or '' where the cell is empty."""
        unit = self.text(column).lower()
        if unit and unit not in GRAMS_PER_UNIT:
            self.refuse(column, "weight_unit", unit)
        return unit

    def gtin(self, column: str) -> str:
        """Give a bar code number with a good check digit; Shopify writes an apostrophe before it."""
        text = self.text(column).removeprefix("'")
        try:
            return gtin_from(text) if text else ""
        except BadGtin as error:
            self.refuse(column, error.code, text)
            return ""

    def flag(self, column: str, default: bool) -> bool:
        """Give a yes or a no."""
        text = self.text(column).lower()
        if text and text not in BOOLEANS:
            self.refuse(column, "bad_boolean", self.text(column))
        return BOOLEANS.get(text, default)

    def currency(self, column: str, default: str) -> str:
        """Give a currency code, the default where the cell is empty."""
        text = self.text(column) or default
        if not CURRENCY.fullmatch(text):
            self.refuse(column, "bad_currency", text)
        return text

    def url(self, column: str) -> str:
        """Give a web address; a stranger's file must not name files of this machine by another scheme."""
        text = self.text(column)
        if text and not re.match(r"https?://[^\s/]", text, re.IGNORECASE):
            self.refuse(column, "bad_url", text)
        return text

    def path(self, column: str, separator: str, limit: int) -> tuple[tuple[str, ...], ...]:
        """Give the category path in a cell, from the root, as a tuple of none or one."""
        text = self.text(column)
        if not text:
            return ()
        names = tuple(name.strip() for name in text.split(separator))
        if not all(names):
            self.refuse(column, "bad_category", text)
        if any(len(name) > limit for name in names):
            self.refuse(column, "too_long", text, limit=limit)
        return (names,)

    def json(self, column: str, empty: Any, depth: int = 1) -> Any:
        """Give what ``write_shopify`` put into a cell: an object of texts, or a list of texts (of lists)."""
        text = self.text(column)
        if not text:
            return empty
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            content = None
        texts = [*content, *content.values()] if isinstance(content, dict) else content
        if type(content) is not type(empty) or not _is_textual(texts, depth):
            self.refuse(column, "bad_json", text)
            return empty
        return content

    def _number(self, column: str, code: str) -> Decimal | None:
        text = self.text(column)
        if not text:
            return None
        # Decimal() alone would take NaN, Infinity, 1_000 and digits of other scripts.
        if not NUMBER.fullmatch(text):
            self.refuse(column, code, text)
            return None
        number = Decimal(text)
        if number < 0:
            self.refuse(column, "negative_number", text)
            return None
        return number.copy_abs()

    def _with_column(self, problem: RowProblem) -> RowProblem:
        """Name the column a bad byte stands in: it was decoded to a lone surrogate."""
        if problem.code != "encoding":
            return problem
        return replace(
            problem, field=next((name for name in self.columns if _has_bad_byte(self.raw(name))), "")
        )

    def _check_width(self, widths: tuple[int, ...]) -> None:
        found = len(self._cells)
        surplus = self._cells[max(widths) :]
        if found in widths or (surplus and not any(cell.strip() for cell in surplus)):
            return
        next_column = next((name for name, place in self.columns.items() if place == found), "")
        self.refuse(next_column, "cell_count", found=found, expected=" or ".join(map(str, widths)))

    def _check_nul(self) -> None:
        for name in self.columns:
            if "\0" in self.raw(name):
                self.refuse(name, "nul_byte", self.raw(name))


def headed(rows: Iterator[Row], required: tuple[str, ...]) -> Iterator[Cells | RowProblem]:
    """Read the rows of a file whose first row names its columns; nothing is read if the header is no good."""
    header = next(rows, None) or Row(1, [], (row_problem(line=1, field="", code="empty_file"),))
    names = [name.strip() for name in header.cells]
    if problems := header.problems or tuple(_header_problems(names, required)):
        yield from problems
        return
    columns = {name: place for place, name in enumerate(names) if name}
    yield from _without_blanks(Cells(row, columns, (len(names),)) for row in rows)


def positional(
    rows: Iterator[Row], names: tuple[str, ...], widths: tuple[int, ...]
) -> Iterator[Cells | RowProblem]:
    """Read the rows of a file without a header, its columns named by their place."""
    first = next(rows, None) or Row(1, [], (row_problem(line=1, field="", code="empty_file"),))
    if delimiter := _other_delimiter(first.cells, min(widths)):
        yield row_problem(line=1, field="", code="wrong_delimiter", value=delimiter)
        return
    columns = {name: place for place, name in enumerate(names)}
    yield from _without_blanks(Cells(row, columns, widths) for row in chain([first], rows))


def _without_blanks(rows: Iterator[Cells]) -> Iterator[Cells]:
    return (row for row in rows if not row.is_blank)


def _header_problems(names: list[str], required: tuple[str, ...]) -> Iterator[RowProblem]:
    if delimiter := _other_delimiter(names, len(required)):
        yield row_problem(line=1, field="", code="wrong_delimiter", value=delimiter)
        return
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield row_problem(line=1, field=name, code="duplicate_column")
    for name in required:
        if name not in names:
            yield row_problem(line=1, field=name, code="missing_column")


def _other_delimiter(cells: list[str], expected: int) -> str:
    """Say what separates the cells if it is not the comma, else ''."""
    if len(cells) >= expected:
        return ""
    counts = {name: ",".join(cells).count(character) + 1 for character, name in DELIMITERS.items()}
    name = max(counts, key=lambda name: counts[name])
    return name if counts[name] >= expected else ""


def _has_bad_byte(cell: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in cell)


def _is_textual(content: Any, depth: int) -> bool:
    """Texts only, that a database can hold: JSON can say NUL and half of a character by escapes."""
    if isinstance(content, list):
        return depth > 0 and all(_is_textual(part, depth - 1) for part in content)
    return isinstance(content, str) and not re.search("[\0\ud800-\udfff]", content)
