"""The lines of a basket while offers are applied: which pieces of them which offer has taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from comptoir.pricing.offers import AppliedVoucher, Goods, Offer, OfferRange

ZERO = Decimal(0)


@dataclass
class EngineLine:
    """One line, with what each offer has taken of it. Source: oscar/apps/basket/utils.py, ``LineOfferConsumer``."""

    place: int
    goods: Goods
    price: Decimal
    quantity: int
    taken: dict[int, tuple[Offer, Decimal | int]] = field(default_factory=dict)
    #: Whether all who took of it go with everybody, which is quick to answer for.
    is_easy: bool = True

    def taken_by(self, offer: Offer) -> int:
        """Pieces an offer has taken; a part of a piece (a condition of 1.5) does not count, as in Oscar."""
        entry = self.taken.get(offer.id)
        return int(entry[1]) if entry else 0

    def available(self, offer: Offer) -> int:
        """Pieces an offer may still take, given what the others have."""
        if self.is_easy and offer.goes_with_all:
            return self.quantity - self.taken_by(offer)
        own, free = 0, self.quantity
        for other, amount in self.taken.values():
            took = int(amount)
            if other.id == offer.id:
                own = took
            elif took:
                if offer.is_exclusive is not other.is_exclusive or _may_not_combine(offer, other):
                    return 0
                if offer.is_exclusive and other.priority >= offer.priority:
                    free -= took
                    if not free:
                        return 0
        return free - own

    def reachable(self, offer: Offer) -> int:
        """Pieces an offer has taken or may still take."""
        return self.available(offer) + self.taken_by(offer)

    def take(self, quantity: Decimal | int, offer: Offer) -> Decimal | int:
        """Let an offer take pieces, at most what is available to it; returns how many."""
        took = min(self.available(offer), quantity)
        before = self.taken.get(offer.id)
        self.taken[offer.id] = (offer, took + before[1] if before else took)
        self.is_easy = self.is_easy and offer.goes_with_all
        return took


@dataclass(frozen=True)
class Share:
    """What one application of an offer takes off one line, not yet rounded, and from how many pieces."""

    line: EngineLine
    amount: Decimal
    quantity: int


@dataclass(frozen=True)
class Application:
    """One application of an offer: its discount on the basket, and the lines it comes from."""

    offer: Offer
    voucher: AppliedVoucher | None
    discount: Decimal = ZERO
    shares: tuple[Share, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it gave anything; Oscar tries no further time after one that did not."""
        return self.discount > 0 or self.offer.benefit.is_for_delivery


class Run:
    """One basket under offers. ``round_down`` is the rounding of discounts in its currency."""

    def __init__(self, lines: Sequence[EngineLine], round_down: Callable[[Decimal], Decimal]) -> None:
        self.lines = lines
        self.round_down = round_down
        self.idle: list[Offer] = []
        self._members: dict[int, list[EngineLine]] = {}
        self._cheapest: dict[int, list[EngineLine]] = {}

    def members(self, of: OfferRange) -> list[EngineLine]:
        """The lines whose goods are in a range and may be discounted, in the order of the basket."""
        if of.id not in self._members:
            self._members[of.id] = [
                line for line in self.lines if line.goods.is_discountable and of.contains(line.goods)
            ]
        return self._members[of.id]

    def taken_by(self, offer: Offer) -> Decimal | int:
        """All that an offer has taken so far, with parts of pieces."""
        return sum(line.taken[offer.id][1] for line in self.lines if offer.id in line.taken)

    def cheapest(self, of: OfferRange) -> list[EngineLine]:
        """The lines of a range that cost something, cheapest first; equal prices keep the order of the basket."""
        if of.id not in self._cheapest:
            self._cheapest[of.id] = sorted((line for line in self.members(of) if line.price), key=_price)
        return self._cheapest[of.id]

    def dearest(self, of: OfferRange) -> list[EngineLine]:
        """As ``cheapest``, the other way round; equal prices still keep the order of the basket."""
        return sorted((line for line in self.members(of) if line.price), key=_price, reverse=True)


def _price(line: EngineLine) -> Decimal:
    return line.price


def _may_not_combine(offer: Offer, other: Offer) -> bool:
    """Offers that name partners go with those only."""
    return (offer.has_combinations or other.has_combinations) and offer.id not in other.combines_with
