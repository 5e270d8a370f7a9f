"""Applies compiled offers to a basket in memory, with the results of Oscar 4.2's ``Applicator``.

Every order of lines, tie and rounding is Oscar's: ``tests/core/pricing/test_oracle.py`` compares the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from comptoir.pricing.benefits import apply_benefit
from comptoir.pricing.conditions import VALUE, is_satisfied, reached
from comptoir.pricing.consumption import Application, Run
from comptoir.pricing.offers import AppliedVoucher, Offer, Usage

#: An offer and the voucher that brought it, if any.
Candidate = tuple[Offer, AppliedVoucher | None]


@dataclass(frozen=True)
class Missing:
    """An offer that a few more pieces, or a little more money, would have brought.

    Units: ``wanted`` and ``missing`` in pieces (Count), distinct goods (Coverage) or currency units (Value).
    """

    offer: Offer
    wanted: Decimal
    missing: Decimal

    @property
    def is_money(self) -> bool:
        return self.offer.condition.kind == VALUE


def apply_offers(run: Run, candidates: Iterable[Candidate], usage: Usage) -> list[Application]:
    """Apply each offer as often as it goes, the highest priority first. Source: oscar/apps/offer/applicator.py.

    ``candidates`` come in Oscar's order: offers of vouchers, then those for everybody. Equal priorities keep it.
    An offer that would give something off pieces which others have taken, without taking any itself, is not given
    (``run.idle``): nothing would change, and Oscar gives it again and again, ten thousand times.
    """
    done = []
    for offer, voucher in sorted(candidates, key=_priority, reverse=True):
        for _turn in range(offer.limit(usage)):
            if not is_satisfied(offer, run):
                break
            before = run.taken_by(offer)
            discount, shares = apply_benefit(offer, run)
            application = Application(offer, voucher, discount, tuple(shares))
            if not application.counts:
                break
            if not offer.benefit.is_for_delivery and run.taken_by(offer) == before:
                run.idle.append(offer)
                break
            done.append(application)
            if offer.benefit.is_for_delivery:
                break
    return done


def nearly_applied(run: Run, candidates: Iterable[Candidate], done: Iterable[Application]) -> list[Missing]:
    """The offers whose condition is met in part, and what is missing. Source: Oscar's basket page, upsell messages."""
    applied = {application.offer.id for application in done}
    found = []
    for offer, _voucher in sorted(candidates, key=_priority, reverse=True):
        if offer.id not in applied:
            so_far = reached(offer, run)
            if 0 < so_far < offer.condition.value:
                found.append(Missing(offer, offer.condition.value, offer.condition.value - so_far))
    return found


def _priority(candidate: Candidate) -> int:
    return candidate[0].priority
