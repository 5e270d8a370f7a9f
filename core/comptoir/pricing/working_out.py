"""Works a quote out of what was read for it; no database, no clock. Source: docs/algorithms/pricing.md."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from comptoir.base.money import Money
from comptoir.pricing.consumption import ZERO, Application, EngineLine, Run
from comptoir.pricing.engine import Candidate, apply_offers, nearly_applied
from comptoir.pricing.goods import PricedGoods
from comptoir.pricing.offers import Usage
from comptoir.pricing.quote_parts import (
    DeliveryBenefit,
    LineDiscount,
    NearlyApplied,
    OfferDiscount,
    Quote,
    QuoteContext,
    QuotedLine,
    QuoteLine,
    TaxTotal,
)
from comptoir.pricing.rounding import rounded, rounded_down, smallest_coin, spread
from comptoir.pricing.taxes import Rate, TaxTable, tax_in, tax_on, without_tax


@dataclass(frozen=True)
class Basis:
    """Everything a quote follows from. ``candidates`` are the offers that count here, in Oscar's order."""

    context: QuoteContext
    lines: Sequence[QuoteLine]
    goods: Mapping[int, PricedGoods]
    taxes: TaxTable
    candidates: Sequence[Candidate] = ()
    usage: Usage = field(default_factory=Usage)
    rules_version: str = ""


@dataclass
class _Given:
    """What an offer takes off a line, summed over its applications."""

    amount: Decimal = ZERO
    pieces: int = 0


#: By place of the line, then by offer and voucher code.
_Ledger = defaultdict[int, dict[tuple[int, str], _Given]]


def work_out(basis: Basis) -> Quote:
    """The quote of a basket; what became of its vouchers is told by who read them.

    Errors: ``NoTaxRate``.
    """
    context = basis.context
    rates = [_rate(basis, line) for line in basis.lines]
    run, done = offers_applied(basis, rates)
    ledger = _settle(run, done, smallest_coin(context.currency))
    names = {_key(candidate): candidate[0].name for candidate in basis.candidates}
    lines = tuple(
        _line(basis, engine_line, rate, ledger[engine_line.place], names)
        for engine_line, rate in zip(run.lines, rates, strict=True)
    )
    return Quote(
        currency=context.currency,
        country=context.country,
        moment=context.moment,
        prices_include_tax=not context.net_prices,
        rules_version=basis.rules_version,
        lines=lines,
        discounts=_discounts(done, lines, context.currency),
        delivery_benefits=tuple(_delivery(one) for one in done if one.offer.benefit.is_for_delivery),
        vouchers=(),
        nearly_applied=_nearly(run, basis, done),
        taxes=_taxes(lines, context.currency),
        subtotal=_sum([line.subtotal for line in lines], context.currency),
        discount=_sum([one.amount for line in lines for one in line.discounts], context.currency),
        net=_sum([line.net for line in lines], context.currency),
        tax=_sum([line.tax for line in lines], context.currency),
        total=_sum([line.total for line in lines], context.currency),
    )


def offers_applied(basis: Basis, rates: Sequence[Rate]) -> tuple[Run, list[Application]]:
    """The lines after the offers of a basket, and each application; ``rates`` are those of the lines."""
    run = _run(basis, rates, smallest_coin(basis.context.currency))
    return run, apply_offers(run, basis.candidates, basis.usage)


def _rate(basis: Basis, line: QuoteLine) -> Rate:
    context = basis.context
    day = context.moment.astimezone(ZoneInfo(context.time_zone)).date()
    product_class = basis.goods[line.variant_id].goods.class_id
    return basis.taxes.rate(country=context.country, product_class=product_class, day=day)


def _run(basis: Basis, rates: Sequence[Rate], step: Decimal) -> Run:
    """The lines with the unit prices that customers see: offers are worked out on those."""
    lines = []
    for place, (line, rate) in enumerate(zip(basis.lines, rates, strict=True)):
        priced = basis.goods[line.variant_id]
        price = _shown(priced.amount, rate, step, basis.context)
        lines.append(EngineLine(place, priced.goods, price, line.quantity))
    return Run(lines, partial(rounded_down, step=step))


def _shown(amount: Decimal, rate: Rate, step: Decimal, context: QuoteContext) -> Decimal:
    gross = rounded(amount, step)
    return without_tax(gross, rate.percent, step) if context.net_prices else gross


def _settle(run: Run, done: Sequence[Application], step: Decimal) -> _Ledger:
    """Each discount on whole coins, and never more off a line than it costs: what is over is not given."""
    ledger: _Ledger = defaultdict(dict)
    left = {line.place: line.price * line.quantity for line in run.lines}
    for one in done:
        amounts = spread(one.discount, [share.amount for share in one.shares], step)
        for share, amount in zip(one.shares, amounts, strict=True):
            place = share.line.place
            given = ledger[place].setdefault(_key((one.offer, one.voucher)), _Given())
            given.amount += min(amount, left[place])
            given.pieces = min(given.pieces + share.quantity, share.line.quantity)
            left[place] -= min(amount, left[place])
    return ledger


def _key(candidate: Candidate) -> tuple[int, str]:
    offer, voucher = candidate
    return offer.id, voucher.code if voucher else ""


def _line(
    basis: Basis,
    line: EngineLine,
    rate: Rate,
    given: Mapping[tuple[int, str], _Given],
    names: Mapping[tuple[int, str], str],
) -> QuotedLine:
    wanted, context = basis.lines[line.place], basis.context
    priced, step = basis.goods[wanted.variant_id], smallest_coin(context.currency)
    money = partial(Money, currency=context.currency)
    subtotal = line.price * line.quantity
    left = subtotal - sum((one.amount for one in given.values()), ZERO)
    tax = (tax_on if context.net_prices else tax_in)(left, rate.percent, step)
    net = left if context.net_prices else left - tax
    base = None if priced.base_amount is None else _shown(priced.base_amount, rate, step, context)
    return QuotedLine(
        key=wanted.key,
        variant_id=wanted.variant_id,
        sku=priced.sku,
        quantity=wanted.quantity,
        unit_price=money(line.price),
        base_price=None if base is None else money(base),
        rule=priced.rule,
        subtotal=money(subtotal),
        discounts=tuple(
            LineDiscount(key[0], names[key], key[1], money(one.amount), one.pieces)
            for key, one in given.items()
            if one.amount
        ),
        tax_class=rate.class_code,
        tax_percent=rate.percent,
        net=money(net),
        tax=money(tax),
        total=money(net + tax),
    )


def _discounts(
    done: Sequence[Application], lines: Sequence[QuotedLine], currency: str
) -> tuple[OfferDiscount, ...]:
    """What each offer takes off the basket, in the order in which the offers were applied."""
    times = Counter(_key((one.offer, one.voucher)) for one in done)
    names = {one.offer.id: one.offer.name for one in done}
    amounts: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        for discount in line.discounts:
            amounts[discount.offer_id, discount.voucher_code] += discount.amount.amount
    return tuple(
        OfferDiscount(key[0], names[key[0]], key[1], Money(amounts[key], currency), count)
        for key, count in times.items()
        if amounts[key]
    )


def _delivery(one: Application) -> DeliveryBenefit:
    code = one.voucher.code if one.voucher else ""
    return DeliveryBenefit(
        one.offer.id, one.offer.name, code, one.offer.benefit.kind, one.offer.benefit.value
    )


def _nearly(run: Run, basis: Basis, done: Sequence[Application]) -> tuple[NearlyApplied, ...]:
    """Each offer once, and only those that may still be given."""
    possible = {one[0].id: one for one in basis.candidates if one[0].limit(basis.usage)}
    return tuple(
        NearlyApplied(
            offer_id=one.offer.id,
            name=one.offer.name,
            range_name=one.offer.condition.range.name,
            wanted=one.wanted,
            missing=one.missing,
            is_money=one.is_money,
        )
        for one in nearly_applied(run, possible.values(), done)
    )


def _taxes(lines: Sequence[QuotedLine], currency: str) -> tuple[TaxTotal, ...]:
    """The lines' taxes added up by rate, the highest first; nothing is rounded again."""
    by_rate: defaultdict[Decimal, list[QuotedLine]] = defaultdict(list)
    for line in lines:
        by_rate[line.tax_percent].append(line)
    return tuple(
        TaxTotal(
            percent,
            _sum([line.net for line in by_rate[percent]], currency),
            _sum([line.tax for line in by_rate[percent]], currency),
        )
        for percent in sorted(by_rate, reverse=True)
    )


def _sum(amounts: Sequence[Money], currency: str) -> Money:
    return sum(amounts, Money(ZERO, currency))
