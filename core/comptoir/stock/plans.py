"""Spreads what is wanted over shelves: pure arithmetic, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from comptoir.stock.shelves import Shelf


class Wanted(NamedTuple):
    """Pieces of a variant for an owner, such as a basket line; a bundle wants several variants for one owner."""

    owner: str
    variant_id: int
    quantity: int


@dataclass(frozen=True)
class Part:
    """What one owner gets from one level."""

    owner: str
    shelf: Shelf
    quantity: int


@dataclass
class Plan:
    """Who gets what from where, and who gets too little: the wish with the pieces there were for it."""

    parts: list[Part] = field(default_factory=list)
    short: list[tuple[Wanted, int]] = field(default_factory=list)

    def by_level(self) -> dict[int, list[Part]]:
        """The parts from each level (two lines, or a bundle, may want the same), in the order of the levels."""
        grouped: dict[int, list[Part]] = {}
        for part in sorted(self.parts, key=lambda one: one.shelf.level_id):
            grouped.setdefault(part.shelf.level_id, []).append(part)
        return grouped

    @property
    def is_from_one_level(self) -> bool:
        return len({part.shelf.level_id for part in self.parts}) == 1


def plan_demand(
    wanted: Sequence[Wanted], shelves: Mapping[int, Sequence[Shelf]], pieces: Mapping[int, int]
) -> Plan:
    """Give each wish one shelf that has enough, the first in order; else spread it over several.

    Shapes: ``shelves`` by variant in order of preference, ``pieces`` are the free ones by level.
    """
    plan, left = Plan(), dict(pieces)
    for wish in wanted:
        rows = shelves[wish.variant_id]
        enough = [shelf for shelf in rows if left[shelf.level_id] >= wish.quantity]
        missing = wish.quantity
        for shelf in enough[:1] or rows:
            taken = min(missing, left[shelf.level_id])
            if taken > 0:
                plan.parts.append(Part(wish.owner, shelf, taken))
                left[shelf.level_id] -= taken
                missing -= taken
        if missing:
            plan.short.append((wish, wish.quantity - missing))
    return plan
