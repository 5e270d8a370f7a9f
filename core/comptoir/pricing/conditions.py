"""When an offer's condition is met, what is missing, and which pieces it uses up.

Source: oscar/apps/offer/conditions.py of Oscar 4.2, whose results ours equal.
"""

from decimal import ROUND_UP, Decimal

from comptoir.pricing.consumption import ZERO, EngineLine, Run
from comptoir.pricing.offers import Condition, Offer

COUNT, COVERAGE, VALUE = "Count", "Coverage", "Value"
KINDS = frozenset({COUNT, COVERAGE, VALUE})


def is_satisfied(offer: Offer, run: Run) -> bool:
    """Whether what is still available in the basket meets the condition."""
    wanted, found = offer.condition.value, ZERO
    seen: set[int] = set()
    for line in run.members(offer.condition.range):
        found += _worth(offer.condition, line, line.available(offer), seen)
        if found >= wanted:
            return True
    return False


def reached(offer: Offer, run: Run) -> Decimal | int:
    """How far the basket is on the way: pieces, distinct goods, or an amount of money."""
    seen: set[int] = set()
    return sum(
        (
            _worth(offer.condition, line, line.reachable(offer), seen)
            for line in run.members(offer.condition.range)
        ),
        ZERO,
    )


def use_up(offer: Offer, run: Run, used: list[tuple[EngineLine, int]]) -> None:
    """Take the pieces that met the condition, beyond those the benefit has taken already (``used``)."""
    _USE_UP[offer.condition.kind](offer, run, used)


def _worth(condition: Condition, line: EngineLine, pieces: int, seen: set[int]) -> Decimal | int:
    """What some pieces of a line count for a condition; ``seen`` are the variants a coverage has counted."""
    if condition.kind == COUNT:
        return pieces
    if condition.kind == VALUE:
        return line.price * pieces if pieces > 0 else 0
    if pieces <= 0 or line.goods.variant_id in seen:
        return 0
    seen.add(line.goods.variant_id)
    return 1


def _use_up_count(offer: Offer, run: Run, used: list[tuple[EngineLine, int]]) -> None:
    missing = max(ZERO, offer.condition.value - sum(quantity for _line, quantity in used))
    for line in run.dearest(offer.condition.range):
        if not missing:
            return
        missing -= line.take(missing, offer)


def _use_up_coverage(offer: Offer, run: Run, used: list[tuple[EngineLine, int]]) -> None:
    """One piece of each further variant, in the order of the basket."""
    covered = {line.goods.variant_id for line, _quantity in used}
    missing = max(ZERO, offer.condition.value - len(used))
    for line in run.members(offer.condition.range):
        if not missing:
            return
        if line.goods.variant_id in covered or line.available(offer) <= 0:
            continue
        line.take(1, offer)
        covered.add(line.goods.variant_id)
        missing -= 1


def _use_up_value(offer: Offer, run: Run, used: list[tuple[EngineLine, int]]) -> None:
    missing = max(ZERO, offer.condition.value - sum(line.price * quantity for line, quantity in used))
    for line in run.dearest(offer.condition.range):
        if missing <= 0:
            return
        pieces: Decimal | int = min(
            line.available(offer), (missing / line.price).quantize(Decimal(1), ROUND_UP)
        )
        line.take(pieces, offer)
        missing -= line.price * pieces


_USE_UP = {COUNT: _use_up_count, COVERAGE: _use_up_coverage, VALUE: _use_up_value}
