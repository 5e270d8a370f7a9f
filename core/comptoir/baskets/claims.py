"""What plugins keep for the lines of a basket beside goods: the time of an appointment, a seat, a table.

A claim belongs to a basket and a variant, as a line does, so it can be made before its line is there. It lives with its
line: extended, reduced, joined with another basket's and confirmed in the core's own transactions. Baskets without such
lines ask nobody.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from comptoir import hookspecs, plugins
from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money
from comptoir.baskets.rows import BasketRow, LineRow
from comptoir.channels.models import Location

logger = logging.getLogger("comptoir.baskets")


class ClaimGone(ComptoirError):
    """What was claimed for a line, such as a time, is not kept any more; somebody else may have it."""

    code = "claim_gone"
    status = 409
    sentence = _("What you chose is not kept for you any more. Please choose again.")


class ClaimMissing(ComptoirError):
    """A line has more pieces than were claimed for it: a service without a time."""

    code = "claim_missing"
    status = 409
    sentence = _("Choose a time first.")


@dataclass(frozen=True)
class Claimed:
    """What is claimed for a line. Units: pieces; until when it is kept, and until when it can be at most.

    ``words`` say to the customer what it is, such as the day and the hour; what is the same of several pieces once.
    ``location_id``: where the customer comes for it, for the first piece of several; nothing of it is brought anywhere.
    """

    quantity: int = 0
    until: datetime | None = None
    longest_until: datetime | None = None
    words: tuple[str, ...] = ()
    location_id: int | None = None


@dataclass(frozen=True)
class ClaimOrdered:
    """A claim that is an order's: what it is, in words, and the page where its customer changes it; empty if none.

    ``can`` are the words of the link: what can still be done there.
    """

    words: str
    url: str = ""
    can: str = ""


class LineClaims:
    """How a plugin keeps its claims; see the hook ``register_line_claims``.

    Each method is called in a transaction of the core, with the basket locked before all but ``claimed``. Lock rows in an
    order of your own, call nobody outside, and raise only what ``confirm`` says: anything else undoes the change.
    """

    def claimed(self, basket_id: int, variant_ids: Iterable[int]) -> Mapping[int, Claimed]:
        """What is claimed of those variants that need a claim, by variant; nothing for others. One statement."""
        raise NotImplementedError

    def extend(self, basket_id: int, minutes: int) -> None:
        """Keep all claims of a basket so many minutes from now, up to their last moment."""
        raise NotImplementedError

    def reduce(self, basket_id: int, quantities: Mapping[int, int]) -> None:
        """Give back what is claimed beyond so many pieces of these variants. None: the line is gone."""
        raise NotImplementedError

    def move(self, basket_id: int, to_basket_id: int) -> None:
        """Let the claims of a basket be another's: the two have become one."""
        raise NotImplementedError

    def confirm(self, basket_id: int, quantities: Mapping[int, int], document: str) -> None:
        """Make the claims of a basket an order's, whose number is ``document``, in the transaction that places it.

        Errors: ``ClaimGone`` if there are fewer than so many pieces; the money goes back then.
        """
        raise NotImplementedError

    def due_later(self, basket_id: int, totals: Mapping[int, Money]) -> Mapping[int, Money]:
        """What of the price of lines is paid when the customer comes, by variant; nothing said is paid with the order.

        Called at the checkout. ``totals`` are those of the lines, with tax.
        """
        return {}

    def kept(self, document: str, quantities: Mapping[int, int]) -> Mapping[int, Decimal]:
        """What the shop keeps of the price of pieces that a customer cancels, by variant; nothing said is nothing.

        Called when customers cancel an order themselves, with its row locked; not when staff do. Units: with tax, for all
        of these pieces. Errors: a ``ComptoirError`` of your own if customers may not cancel them.
        """
        return {}

    def ordered(self, document: str, locale: str) -> Mapping[int, Sequence[ClaimOrdered]]:
        """What an order's claims have become, by variant, for the customer who follows it; nothing for other orders."""
        return {}

    def came(self, document: str, variant_ids: Iterable[int]) -> Mapping[int, int]:
        """How many pieces of an order its customer has had, by variant: none of them yet is 0, and the order waits.

        Called with the row of the order locked, whenever it is asked how far it is; tell ``checkout.following`` when it
        changes. A variant of which nothing is said is not waited for.
        """
        return {}

    def at(self, locations: QuerySet[Location]) -> QuerySet[Any] | None:
        """The claims at some locations of the order ``OuterRef("number")``: their staff see it; ``None`` if claims are nowhere.

        Called whenever staff look at orders that are not all theirs; only asked whether it has rows.
        """
        return None


def with_claims(basket: BasketRow) -> tuple[BasketRow, set[int]]:
    """The basket with what is claimed counted as held, and the variants of which too little is.

    Errors: ``PluginFailed`` if a plugin cannot say.
    """
    wanted = {line.variant_id for line in basket.lines if not line.is_counted}
    if not wanted:
        return basket, set()
    found: dict[int, Claimed] = {}
    for name, claims in _all().items():
        try:
            with transaction.atomic():
                found.update(claims.claimed(basket.id, wanted))
        except Exception as error:
            logger.exception("plugin %s cannot say what is claimed", name)
            raise plugins.PluginFailed(name, "register_line_claims", repr(error)) from error
    short = {
        line.variant_id
        for line in basket.lines
        if line.variant_id in found and found[line.variant_id].quantity < line.quantity
    }
    return basket.with_lines(_with_claim(line, found.get(line.variant_id)) for line in basket.lines), short


def need_claims(variant_ids: Iterable[int]) -> bool:
    """Whether none of these can be sold without a claim, so that customers come for them and nothing is delivered."""
    wanted = set(variant_ids)
    return bool(wanted) and wanted == {pk for claims in _all().values() for pk in claims.claimed(0, wanted)}


def extend_claims(basket_id: int, minutes: int) -> None:
    """Keep what is claimed for a basket longer."""
    for claims in _all().values():
        claims.extend(basket_id, minutes)


def reduce_claims(basket_id: int, quantities: Mapping[int, int]) -> None:
    """Give back what is claimed for lines beyond these pieces."""
    if quantities:
        for claims in _all().values():
            claims.reduce(basket_id, quantities)


def move_claims(basket_id: int, to_basket_id: int) -> None:
    """Let what is claimed for a basket be another's."""
    for claims in _all().values():
        claims.move(basket_id, to_basket_id)


def confirm_claims(basket_id: int, quantities: Mapping[int, int], document: str) -> None:
    """Make what is claimed an order's. Errors: ``ClaimGone``."""
    if quantities:
        for claims in _all().values():
            claims.confirm(basket_id, quantities, document)


def due_later_of_claims(basket_id: int, totals: Mapping[int, Money]) -> dict[int, Money]:
    """What of the price of lines is paid at arrival, by variant; never more than the line costs."""
    later: dict[int, Money] = {}
    if totals:
        for claims in _all().values():
            later.update(claims.due_later(basket_id, totals))
    return {pk: min(sum_, totals[pk]) for pk, sum_ in later.items() if sum_.amount > 0}


def kept_of_claims(document: str, quantities: Mapping[int, int]) -> dict[int, Decimal]:
    """What the shop keeps when a customer cancels, by variant. Errors: those of the plugins."""
    kept: dict[int, Decimal] = {}
    if quantities:
        for claims in _all().values():
            kept.update(claims.kept(document, quantities))
    return kept


def claims_of_order(document: str, locale: str) -> dict[int, Sequence[ClaimOrdered]]:
    """What the claims of an order have become, by variant."""
    found: dict[int, Sequence[ClaimOrdered]] = {}
    for claims in _all().values():
        found.update(claims.ordered(document, locale))
    return found


def pieces_that_came(document: str, variant_ids: Iterable[int]) -> dict[int, int]:
    """How many pieces of an order's claims its customer has had, by variant; nothing where no plugin knows of it."""
    came: dict[int, int] = {}
    if wanted := set(variant_ids):
        for claims in _all().values():
            came.update(claims.came(document, wanted))
    return came


def has_claims_at(locations: QuerySet[Location]) -> Q:
    """Whether an order has claims at one of these locations, for a filter of orders."""
    found = [claims.at(locations) for claims in _all().values()]
    return Q(*(Exists(rows) for rows in found if rows is not None), _connector=Q.OR)


def _with_claim(line: LineRow, claim: Claimed | None) -> LineRow:
    if claim is None:
        return line
    return replace(
        line,
        held=claim.quantity,
        held_until=claim.until,
        longest_until=claim.longest_until,
        words=claim.words,
        location_id=claim.location_id,
    )


def _all() -> Mapping[str, LineClaims]:
    return plugins.collect(hookspecs.register_line_claims)
