"""The formats a catalogue can be imported from, by the name given to ``--format``."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ..rows import ImportedPrice, ImportedProduct, Row, RowProblem
from . import oscar, shopify, spree


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A kind of file: its columns as shown to the person importing it, and what reads its rows.

    ``columns`` maps a column of the file to the neutral field it becomes; ``*`` and ``{}`` (a number) stand
    for any.
    """

    name: str
    title: str
    columns: Mapping[str, str]
    required: tuple[str, ...]
    read: Callable[[Iterator[Row], str], Iterator[ImportedProduct | ImportedPrice | RowProblem]]


FORMATS = {
    name: Format(
        name=name, title=module.TITLE, columns=module.COLUMNS, required=module.REQUIRED, read=module.read
    )
    for name, module in (("shopify", shopify), ("spree", spree), ("oscar", oscar))
}
