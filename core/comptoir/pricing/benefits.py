"""What an offer takes off which lines. Source: oscar/apps/offer/benefits.py of Oscar 4.2, whose results ours equal."""

from collections.abc import Callable
from decimal import Decimal
from typing import cast

from comptoir.pricing import conditions
from comptoir.pricing.consumption import ZERO, EngineLine, Run, Share
from comptoir.pricing.offers import Offer, OfferRange

#: A discount and the shares of the lines in it.
Result = tuple[Decimal, list[Share]]
NOTHING: Result = (ZERO, [])


def apply_benefit(offer: Offer, run: Run) -> Result:
    """Apply an offer once, whose condition is met: the discount, and what comes off which line."""
    return _BENEFITS[offer.benefit.kind](offer, run)


def _take(offer: Offer, line: EngineLine, amount: Decimal, quantity: int) -> Share:
    line.take(quantity, offer)
    return Share(line, amount, quantity)


def _percentage(offer: Offer, run: Run) -> Result:
    """Per cent of the price of every piece that is available, cheapest lines first; the sum is rounded down."""
    part = min(offer.benefit.value, Decimal(100)) / 100
    affected, most, shares = 0, offer.benefit.max_affected_items, []
    for line in run.cheapest(_range_of(offer)):
        affected += line.taken_by(offer)
        quantity = min(line.available(offer), most - affected)
        if affected >= most or quantity <= 0:
            break
        shares.append(_take(offer, line, part * line.price * quantity, quantity))
        affected += quantity
    return run.round_down(sum((share.amount for share in shares), ZERO)), shares


def _reach(offer: Offer, run: Run) -> list[tuple[EngineLine, int]]:
    """The cheapest lines and how many pieces of each, up to the most the benefit may touch."""
    affected, found = 0, []
    for line in run.cheapest(_range_of(offer)):
        if affected >= offer.benefit.max_affected_items:
            break
        quantity = min(line.available(offer), offer.benefit.max_affected_items - affected)
        found.append((line, quantity))
        affected += quantity
    return found


def _absolute(offer: Offer, run: Run) -> Result:
    """One amount off all the goods together, shared out by their value."""
    reach = _reach(offer, run)
    worth = sum((line.price * quantity for line, quantity in reach), ZERO)
    discount = min(offer.benefit.value, worth)
    if not discount:
        return NOTHING
    # Oscar divides first here and last in the fixed price: the 28th digit decides where a share is rounded down.
    exact = [line.price * quantity / worth * discount for line, quantity in reach]
    return discount, _shared_out(offer, run, reach, discount, exact)


def _fixed_unit(offer: Offer, run: Run) -> Result:
    """The same amount off each piece, at most its price."""
    shares = [
        _take(offer, line, min(line.price, offer.benefit.value) * quantity, quantity)
        for line, quantity in _reach(offer, run)
    ]
    return sum((share.amount for share in shares), ZERO), shares


def _fixed_price(offer: Offer, run: Run) -> Result:
    """The goods of the condition together for one price; the benefit's own range and limit are ignored, as in Oscar."""
    if offer.condition.kind == conditions.VALUE:
        return NOTHING
    bundle, pieces = [], 0
    for line in run.cheapest(offer.condition.range):
        left = int(offer.condition.value) - pieces
        quantity = 1 if offer.condition.kind == conditions.COVERAGE else min(line.available(offer), left)
        bundle.append((line, quantity))
        pieces += quantity
        if pieces >= int(offer.condition.value):
            break
    worth = sum((line.price * quantity for line, quantity in bundle), ZERO)
    discount = max(worth - offer.benefit.value, ZERO)
    if not discount:
        return NOTHING
    exact = [discount * (line.price * quantity) / worth for line, quantity in bundle]
    return discount, _shared_out(offer, run, bundle, discount, exact)


def _shared_out(
    offer: Offer, run: Run, pairs: list[tuple[EngineLine, int]], discount: Decimal, exact: list[Decimal]
) -> list[Share]:
    """A discount in shares that are rounded down; the last line takes what is left."""
    amounts = [run.round_down(share) for share in exact[:-1]]
    amounts.append(discount - sum(amounts, ZERO))
    return [_take(offer, line, amount, pieces) for (line, pieces), amount in zip(pairs, amounts, strict=True)]


def _multibuy(offer: Offer, run: Run) -> Result:
    """The cheapest piece is free; the dearest pieces that met the condition are used up."""
    lines = run.cheapest(_range_of(offer))
    if not lines or lines[0].taken_by(offer):
        return NOTHING
    share = _take(offer, lines[0], lines[0].price, 1)
    conditions.use_up(offer, run, [(share.line, 1)])
    return share.amount, [share]


def _delivery(offer: Offer, run: Run) -> Result:
    """Nothing off the goods; what met the condition is used up, and fulfilment applies the rest."""
    conditions.use_up(offer, run, [])
    return NOTHING


def _range_of(offer: Offer) -> OfferRange:
    """The goods a benefit is for; ``compiling`` leaves out offers that need a range and have none."""
    return cast(OfferRange, offer.benefit.range)


_BENEFITS: dict[str, Callable[[Offer, Run], Result]] = {
    "Percentage": _percentage,
    "Absolute": _absolute,
    "Fixed": _fixed_unit,
    "Fixed price": _fixed_price,
    "Multibuy": _multibuy,
    "Shipping percentage": _delivery,
    "Shipping absolute": _delivery,
    "Shipping fixed price": _delivery,
}
KINDS = frozenset(_BENEFITS)
NEEDS_RANGE = frozenset({"Percentage", "Absolute", "Fixed", "Multibuy"})
NEEDS_VALUE = frozenset(KINDS - {"Multibuy"})
