"""The one place where money is rounded. Source: docs/algorithms/pricing.md, "Rounding"."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from comptoir.base.money import minor_digits


def smallest_coin(currency: str) -> Decimal:
    """The step amounts are rounded to: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-minor_digits(currency))


def rounded(amount: Decimal, step: Decimal) -> Decimal:
    """Half up, away from zero: for prices and taxes, once per line."""
    return amount.quantize(step, ROUND_HALF_UP)


def rounded_down(amount: Decimal, step: Decimal) -> Decimal:
    """Down, as Oscar's benefits do: a discount never promises a part of a coin."""
    return amount.quantize(step, ROUND_DOWN)


def spread(total: Decimal, weights: Sequence[Decimal], step: Decimal) -> list[Decimal]:
    """Share an amount out in whole coins, by weight; the coins left over go to the largest remainders.

    Ties go to the earlier share, so that the same basket always gives the same lines. The shares sum up to ``total``.
    """
    whole = sum(weights)
    if not whole:
        return [Decimal(0)] * len(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [rounded_down(share, step) for share in exact]
    left = int((total - sum(shares)) / step)
    by_remainder = sorted(range(len(weights)), key=lambda place: shares[place] - exact[place])
    for place in by_remainder[:left]:
        shares[place] += step
    return shares
