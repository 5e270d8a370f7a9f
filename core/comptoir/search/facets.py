"""Puts counted facets in an order people expect: sizes from small to large, all else by how many there are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from comptoir.search.entries import CATEGORY, FacetValue
from comptoir.search.questions import Filters

LETTERS = ("xxxs", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "2xl", "3xl", "4xl", "5xl")
WORN = {word: place for place, word in enumerate(LETTERS)}
#: Where words stand that are no size.
NO_SIZE = (2, 0.0)
VALUES_MAX = 100


@dataclass(frozen=True)
class ShownValue:
    """A value, how many products have it, and whether it is chosen."""

    value: str
    label: str
    swatch: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class ShownFacet:
    """What results can be limited by. The facet of categories has the code ``category`` and no name of its own."""

    code: str
    name: str
    values: list[ShownValue]


def shown_facets(counted: Iterable[tuple[FacetValue, int]], filters: Filters) -> list[ShownFacet]:
    """Facets with their values in order; those that more products have come first, categories before all."""
    chosen = filters.by_code
    groups: dict[str, list[tuple[FacetValue, int]]] = {}
    for one, count in counted:
        groups.setdefault(one.code, []).append((one, count))
    shown = []
    for code, values in sorted(groups.items(), key=lambda pair: _place(*pair)):
        rows = [
            ShownValue(one.value, one.label, one.swatch, count, one.value in chosen.get(code, ()))
            for one, count in values
        ]
        shown.append(ShownFacet(code, values[0][0].name, _in_order(rows)))
    return shown


def _place(code: str, values: list[tuple[FacetValue, int]]) -> tuple[bool, int, str]:
    return code != CATEGORY, -sum(count for _one, count in values), code


def _in_order(rows: list[ShownValue]) -> list[ShownValue]:
    sizes = {row.value: size for row in rows if (size := _size(row.label))}
    if len(sizes) > len(rows) / 2:  # the others are words among sizes, such as “one size”
        return sorted(rows, key=lambda row: (sizes.get(row.value, NO_SIZE), row.label))[:VALUES_MAX]
    return sorted(rows, key=lambda row: (not row.is_chosen, -row.count, row.label))[:VALUES_MAX]


def _size(label: str) -> tuple[int, float] | None:
    """Where a size stands among sizes; ``None`` if it is none."""
    if (place := WORN.get(label.lower())) is not None:
        return 0, place
    number = re.match(r"\d+(?:[.,]\d+)?", label)
    return (1, float(number[0].replace(",", "."))) if number else None
