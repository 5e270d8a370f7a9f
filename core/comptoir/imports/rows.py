"""The neutral form of a catalogue file: what every format is read into, and what is wrong with a row.

Names (handle, title, vendor, type, SKU, options, tags, categories) come without blanks around them; free text
(description, summary, SEO texts, image texts, attribute values) is kept to the letter. A product has at least
one variant; with no options it has exactly one. ``line`` says where a row starts in the file and is not
compared: the same product read from another file is equal.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

CLIPPED_LENGTH = 80


def _(sentence: str) -> str:
    """Mark a sentence for the translators; the reader translates it, for this file does not know Django."""
    return sentence


MESSAGES = {
    "attribute_clash": _("“{value}” and another column are one property once their names are simplified."),
    "attribute_value": _("“{value}” cannot be a value of the property {field}."),
    "bad_boolean": _("“{value}” in {field} is neither true nor false."),
    "bad_category": _("“{value}” in {field} is not a category path: a level is empty."),
    "bad_currency": _("“{value}” in {field} is not a currency code of three capital letters, such as EUR."),
    "bad_handle": _("“{value}” is not a handle: use letters, digits, hyphens and underscores."),
    "bad_json": _("“{value}” in {field} cannot be read. Was the cell edited by hand?"),
    "bad_url": _("“{value}” in {field} is not a web address beginning with http:// or https://."),
    "cell_count": _(
        "This row has {found} cells where {expected} are expected. Is a quote or a comma missing?"
    ),
    "duplicate_column": _("The column {field} is there more than once."),
    "duplicate_gtin": _("The bar code “{value}” is already used on line {first_line}."),
    "duplicate_option_values": _("The variant on line {first_line} has the same options: “{value}”."),
    "duplicate_price": _("A price of “{value}” in this currency was already given on line {first_line}."),
    "duplicate_sku": _("The SKU “{value}” is already used on line {first_line}."),
    "empty_file": _("The file is empty."),
    "encoding": _(
        "Byte {byte} of the file, on line {line}, is not {encoding} text. "
        "If the file was saved by Excel, read it with the encoding cp1252."
    ),
    "gtin_check_digit": _("The last digit of the bar code “{value}” does not match the others."),
    "gtin_taken": _("The bar code “{value}” belongs to another product of the shop."),
    "gtin_format": _(
        "“{value}” is not a bar code number: it needs 8, 12, 13 or 14 digits, or 10 for an ISBN."
    ),
    "handle_not_adjacent": _("The rows of “{value}” are not together in the file. Sort the file by {field}."),
    "line_too_long": _("This row is too long: over {limit} bytes, or a cell over {cell_limit}."),
    "malformed_row": _("This row is not written as CSV: check its quotes and line ends."),
    "missing_column": _("The column {field} is missing."),
    "missing_value": _("{field} is empty."),
    "negative_number": _("“{value}” in {field} is below zero."),
    "not_a_number": _("“{value}” in {field} is not a number written like 1234.50."),
    "not_an_integer": _("“{value}” in {field} is not a whole number."),
    "nul_byte": _("{field} contains an unprintable character (NUL). Is this a text file?"),
    "number_too_large": _("“{value}” in {field} is too large."),
    "option_without_name": _("“{value}” is the value of an option that has no name: {field} is empty."),
    "price_missing": _("There is an earlier price but no price: {field} is empty."),
    "price_decimals": _("“{value}” in {field} has more than two decimals."),
    "quantity_promised": _(
        "{value} pieces would be fewer than the {promised} that are promised to customers there."
    ),
    "sku_taken": _("The SKU “{value}” belongs to another product of the shop."),
    "structure_changed": _(
        "In the shop “{value}” is sold in another way: with options there and without in the file, or the "
        "reverse. Change one of the two."
    ),
    "too_long": _("{field} is longer than {limit} characters."),
    "too_many_rows": _("The product “{value}” has too many rows or too much text to be read."),
    "unclosed_quote": _("A quote opened in this row is never closed."),
    "unknown_encoding": _("“{value}” is not the name of an encoding that can be read here."),
    "unknown_sku": _("No variant with the SKU “{value}” was accepted before this line."),
    "unknown_status": _("“{value}” in {field} is not active, draft or archived."),
    "weight_unit": _("“{value}” in {field} is not a unit of weight: use g, kg, oz or lb."),
    "wrong_delimiter": _("The cells of this file are separated by “{value}”. Save it with commas."),
}


class Row(NamedTuple):
    """One row as it stands in the file: the line it starts on, its cells, and what made it unreadable."""

    line: int
    cells: list[str]
    problems: tuple["RowProblem", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One thing wrong in the file: which line, which column, and a sentence for the person who made it.

    ``MESSAGES[code]`` formatted with ``line``, ``field``, ``value`` and ``facts`` gives ``message`` again, in
    any language. ``value`` is cut to 80 characters and holds printable characters only.
    """

    line: int
    field: str
    code: str
    message: str
    value: str = ""
    facts: Mapping[str, int | str] = dataclasses.field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedImage:
    """A picture of a product, by its web address."""

    url: str
    alt: str = ""
    position: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedVariant:
    """What is sold and counted. ``currency`` is None only when there is no price at all.

    Units: ``weight_g`` in grams, ``quantity`` in pieces (None: the file does not say). ``gtin`` and
    ``image_url`` are '' where there is none.
    """

    sku: str
    gtin: str = ""
    option_values: tuple[str, ...] = ()
    price: Decimal | None = None
    currency: str | None = None
    compare_at: Decimal | None = None
    weight_g: int | None = None
    quantity: int | None = None
    image_url: str = ""
    line: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedProduct:
    """A product with all its variants and pictures, whatever file it came from.

    ``product_class`` is the name of its type, ``categories`` are paths from the root, such as
    ``("Books", "Fiction")``.
    """

    handle: str
    title: str
    description_html: str = ""
    summary: str = ""
    vendor: str = ""
    product_class: str = ""
    categories: tuple[tuple[str, ...], ...] = ()
    tags: tuple[str, ...] = ()
    is_public: bool = True
    seo_title: str = ""
    seo_description: str = ""
    options: tuple[str, ...] = ()
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)
    variants: tuple[ImportedVariant, ...] = ()
    images: tuple[ImportedImage, ...] = ()
    line: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPrice:
    """The price of a variant read earlier, in one more currency; Spree lists these below the products."""

    sku: str
    price: Decimal
    currency: str
    compare_at: Decimal | None = None
    line: int = dataclasses.field(default=0, compare=False)


def row_problem(*, line: int, field: str, code: str, value: str = "", **facts: int | str) -> RowProblem:
    """Say what is wrong in one cell, with its sentence built from ``MESSAGES``."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value[:CLIPPED_LENGTH])
    message = MESSAGES[code].format(line=line, field=field, value=shown, **facts)
    return RowProblem(line=line, field=field, code=code, message=message, value=shown, facts=facts)
