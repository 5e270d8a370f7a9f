"""Whatever the basket and the offers, money is conserved to the coin. No database: the engine is a pure function."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.base.money import Money
from comptoir.pricing import benefits, conditions
from comptoir.pricing.goods import PricedGoods, PriceRule
from comptoir.pricing.offers import Benefit, Condition, Goods, Offer, OfferRange, Scope
from comptoir.pricing.quote_parts import Quote, QuoteContext, QuoteLine
from comptoir.pricing.rounding import smallest_coin, spread
from comptoir.pricing.taxes import Rate, TaxTable
from comptoir.pricing.vouchers import Place, in_scope
from comptoir.pricing.working_out import Basis, work_out
from tests.core.pricing.rules import MOMENT

EVERYTHING = OfferRange(1, "everything", includes_all=True)
ODD = OfferRange(2, "odd", product_ids=frozenset({1, 3, 5}))
cents = st.integers(0, 20_000).map(lambda number: Decimal(number) / 100)
rates = st.sampled_from([Decimal(rate) for rate in ("0", "2.1", "5.5", "8.5", "10", "20")])


@st.composite
def offers(draw: st.DrawFn, number: int) -> Offer:
    kind = draw(st.sampled_from(sorted(benefits.KINDS)))
    value = draw(st.integers(1, 10_000)) if kind == "Percentage" else draw(st.integers(1, 6_000))
    return Offer(
        id=number,
        name=f"offer {number}",
        kind="Site",
        priority=draw(st.integers(0, 3)),
        is_exclusive=draw(st.booleans()),
        condition=Condition(
            draw(st.sampled_from(sorted(conditions.KINDS))),
            Decimal(draw(st.integers(1, 9))),
            draw(st.sampled_from([EVERYTHING, ODD])),
        ),
        benefit=Benefit(
            kind,
            Decimal(value) / 100,
            draw(st.sampled_from([EVERYTHING, ODD])),
            draw(st.sampled_from([1, 2, 10_000])),
        ),
        max_basket_applications=draw(st.sampled_from([None, 1, 3])),
    )


@st.composite
def bases(draw: st.DrawFn) -> Basis:
    places = range(1, draw(st.integers(1, 6)) + 1)
    percent = draw(rates)
    return Basis(
        context=QuoteContext(
            channel_id=1,
            currency=draw(st.sampled_from(["EUR", "JPY", "TND"])),
            moment=MOMENT,
            net_prices=draw(st.booleans()),
        ),
        lines=[QuoteLine(str(place), place, draw(st.integers(1, 7))) for place in places],
        goods={
            place: PricedGoods(Goods(place, place), f"SKU-{place}", amount, amount, PriceRule())
            for place in places
            for amount in [draw(cents)]
        },
        taxes=TaxTable({("FR", 1): (Rate("standard", percent),)}, {}, 1),
        candidates=[(draw(offers(number)), None) for number in range(1, draw(st.integers(0, 5)) + 1)],
    )


def on_coins(quote: Quote) -> bool:
    step = smallest_coin(quote.currency)
    amounts = [quote.net, quote.tax, quote.total, *(one.amount for one in quote.discounts)]
    amounts += [amount for line in quote.lines for amount in (line.net, line.tax, line.total)]
    return all(amount.amount % step == 0 for amount in amounts)


@settings(max_examples=400, deadline=None)
@given(bases())
def test_money_is_conserved(basis: Basis) -> None:
    quote = work_out(basis)
    zero = Money(Decimal(0), quote.currency)
    assert on_coins(quote)
    assert sum((line.total for line in quote.lines), zero) == quote.total == quote.net + quote.tax
    paid = quote.subtotal - quote.discount
    assert paid == (quote.total if quote.prices_include_tax else quote.net)
    assert sum((one.amount for one in quote.discounts), zero) == quote.discount
    assert sum((one.tax for one in quote.taxes), zero) == quote.tax
    for line in quote.lines:
        given_off = sum((one.amount for one in line.discounts), zero)
        assert zero.amount <= given_off.amount <= line.subtotal.amount
        assert min(line.net.amount, line.tax.amount) >= 0
        assert line.net + line.tax == line.total
        assert all(0 <= one.quantity <= line.quantity for one in line.discounts)


@settings(max_examples=100, deadline=None)
@given(bases())
def test_the_same_basket_has_the_same_quote(basis: Basis) -> None:
    assert work_out(basis) == work_out(basis)


@given(st.integers(0, 100_000), st.lists(st.integers(0, 5_000), min_size=1, max_size=12))
def test_shares_sum_up_and_keep_their_order(total: int, weights: list[int]) -> None:
    amount, step = Decimal(total) / 100, Decimal("0.01")
    shares = spread(amount, [Decimal(weight) for weight in weights], step)
    assert sum(shares) == (amount if any(weights) else 0)
    for weight, share in zip(weights, shares, strict=True):
        exact = amount * weight / sum(weights) if any(weights) else 0
        assert abs(share - exact) < step


ids = st.frozensets(st.integers(1, 4), max_size=3)


@given(ids, ids, st.integers(1, 4), st.none() | st.integers(1, 4))
def test_an_offer_never_leaves_its_scope(
    channels: frozenset[int], locations: frozenset[int], channel: int, location: int | None
) -> None:
    offer = Offer(
        id=1,
        name="scoped",
        kind="Site",
        priority=0,
        is_exclusive=True,
        condition=Condition("Count", Decimal(1), EVERYTHING),
        benefit=Benefit("Percentage", Decimal(10), EVERYTHING, 10_000),
        scope=Scope(channels, locations),
    )
    counts = not in_scope(offer, Place(channel, location, MOMENT, "Europe/Paris"))
    assert counts == ((not channels or channel in channels) and (not locations or location in locations))
