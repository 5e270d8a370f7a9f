"""A basket as it is shown: each line with its price, whether its goods are held, and what stands against it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money
from comptoir.baskets.checks import CannotBeChecked, CheckedLine, LineProblem, Problems, line_problems
from comptoir.baskets.claims import ClaimMissing, with_claims
from comptoir.baskets.rows import BasketRow, LineRow
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext
from comptoir.plugins import PluginFailed
from comptoir.pricing.queries import NoPrice, context_at, quote
from comptoir.pricing.quote_parts import Quote, QuotedLine, QuoteLine
from comptoir.stock.queries import free_by_location


@dataclass(frozen=True)
class Keeping:
    """Whether the goods of a line are kept for it.

    ``state``: ``held`` until a moment; ``not_counted``: nothing to hold (a service); ``not_held``: the channel holds
    from the checkout on; ``ended``: not held any more but there, one click holds them again; ``short``: only
    ``available`` pieces can be had; ``gone``: none. Units: pieces, held ones included.
    """

    state: str
    until: datetime | None = None
    available: int | None = None


@dataclass(frozen=True)
class ShownLine:
    """A line with its price; ``price`` is ``None`` if the channel does not sell it, and ``problem`` says why."""

    row: LineRow
    price: QuotedLine | None
    keeping: Keeping
    problem: LineProblem | None

    @property
    def price_before(self) -> Money | None:
        """The unit price in the last answer to a change, if it is another now."""
        seen = self.row.price_seen
        return seen if seen and self.price and seen != self.price.unit_price else None


@dataclass(frozen=True)
class BasketView:
    """A basket as a channel shows it at this moment."""

    basket: BasketRow
    channel: ChannelContext
    quote: Quote
    lines: tuple[ShownLine, ...]

    @property
    def held_until(self) -> datetime | None:
        """When the first of its holds ends."""
        return min((line.keeping.until for line in self.lines if line.keeping.until), default=None)


@dataclass(frozen=True)
class Priced:
    """The lines of a basket as they are, or as they would be after a change: their problems, and the price of the rest."""

    basket: BasketRow
    channel: ChannelContext
    problems: Problems
    quote: Quote

    def seen(self, line: LineRow) -> LineRow:
        """The line with the price it has now as the one that was seen."""
        priced = self.quote.line_by_key.get(str(line.variant_id))
        return replace(line, price_seen=priced.unit_price) if priced else line


def price_basket(basket: BasketRow, channel: ChannelContext) -> Priced:
    """Check and price what is in a basket; what the channel does not sell has a problem and no price."""
    problems = line_problems(channel, map(_checked, basket.lines))
    basket = _claimed(basket, problems)
    while True:
        unsold = {pk for pk, problem in problems.items() if not problem.is_sellable}
        try:
            return Priced(basket, channel, problems, _quoted(basket, channel, unsold))
        except NoPrice as error:
            line = next(line for line in basket.lines if line.sku == error.sku)  # type: ignore[attr-defined]
            problems[line.variant_id] = LineProblem(line.variant_id, NoPrice.code, str(error))


def _claimed(basket: BasketRow, problems: Problems) -> BasketRow:
    """The basket with what plugins keep for its lines; those they keep too little for get a problem."""
    try:
        basket, short = with_claims(basket)
        refusal: type[ComptoirError] = ClaimMissing
    except PluginFailed:
        short, refusal = {line.variant_id for line in basket.lines if not line.is_counted}, CannotBeChecked
    for variant_id in short:
        problem = LineProblem(variant_id, refusal.code, str(refusal.sentence), is_sellable=True)
        problems.setdefault(variant_id, problem)
    return basket


def show_basket(priced: Priced) -> BasketView:
    """The view of a priced basket; one statement, and only if something is not held that could be."""
    basket, channel = priced.basket, priced.channel
    loose = {line.variant_id for line in basket.lines if line.missing and _is_sold(priced, line)}
    free = free_by_location(loose, channel.location_ids, channel) if loose else {}
    by_key = priced.quote.line_by_key
    lines = tuple(
        ShownLine(
            line,
            by_key.get(str(line.variant_id)),
            _keeping(line, free, is_held_on_adding=holds_now(basket, channel)),
            priced.problems.get(line.variant_id),
        )
        for line in basket.lines
    )
    return BasketView(basket, channel, priced.quote, lines)


def holds_now(basket: BasketRow, channel: ChannelContext) -> bool:
    """Whether what is in the basket is held by now: from adding on, or from the checkout on, as the channel says."""
    return channel.holds_from == Channel.HoldsFrom.ADDING or basket.checkout_began_at is not None


def _quoted(basket: BasketRow, channel: ChannelContext, unsold: set[int]) -> Quote:
    context = context_at(
        channel, basket.location, voucher_codes=basket.voucher_codes, customer_id=basket.owner_id
    )
    wanted = [line for line in basket.lines if line.variant_id not in unsold]
    return quote(
        context, [QuoteLine(str(line.variant_id), line.variant_id, line.quantity) for line in wanted]
    )


def _keeping(line: LineRow, free: Mapping[int, Mapping[int, int]], *, is_held_on_adding: bool) -> Keeping:
    if not line.is_counted:
        return _claim_keeping(line)
    if not line.missing:
        return Keeping("held", line.held_until)
    if line.variant_id not in free:
        return Keeping("not_held", line.held_until)
    available = line.held + sum(free[line.variant_id].values())
    if available >= line.quantity:
        return Keeping("ended" if is_held_on_adding else "not_held", line.held_until, line.quantity)
    return Keeping("short" if available else "gone", line.held_until, available)


def _claim_keeping(line: LineRow) -> Keeping:
    """A claim that time has ended lives on if it is held again before somebody else takes it."""
    if line.held_until is None:
        return Keeping("not_counted")
    return Keeping("held" if line.held_until > clock.now() else "ended", line.held_until, line.held)


def _is_sold(priced: Priced, line: LineRow) -> bool:
    problem = priced.problems.get(line.variant_id)
    return problem is None or problem.is_sellable


def _checked(line: LineRow) -> CheckedLine:
    return CheckedLine(line.variant_id, line.product_id, line.sku, line.quantity)
