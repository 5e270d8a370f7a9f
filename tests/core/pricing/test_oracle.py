"""Our offer engine against Oscar's own, on random offers and random baskets. COMPTOIR_STRESS=1 makes it a thousand."""

import os
from datetime import timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from oscar.apps.offer.applicator import Applicator
from oscar.apps.partner.prices import TaxInclusiveFixedPrice

from comptoir.base import clock
from comptoir.baskets.models import Basket
from comptoir.baskets.models import Line as BasketLine
from comptoir.catalogue.models import Product
from comptoir.pricing.engine import nearly_applied
from comptoir.pricing.models import Price
from comptoir.pricing.offer.models import ConditionalOffer, Range
from comptoir.pricing.quote import read_basis
from comptoir.pricing.quote_parts import QuoteContext, QuoteLine
from comptoir.pricing.taxes import Rate
from comptoir.pricing.voucher.models import Voucher
from comptoir.pricing.working_out import offers_applied
from comptoir.stock.models import StockRecord
from comptoir.testing.factories import Shop
from tests.core.pricing.rules import make_offer, make_range, make_voucher

BASKETS = 1000 if os.environ.get("COMPTOIR_STRESS") else 200
A_BATCH = 50


PRICES = ["4.99", "9.90", "9.90", "9.90", "12.35", "19.95", "33.33", "49.90", "0.00", "7.77"]


class Wares:
    """A small catalogue with every way in which a product can be in a range."""

    def __init__(self, shop: Shop) -> None:
        clothes = shop.category("Clothes")
        shirts = shop.category("Shirts", parent=clothes)
        sale = shop.category("Sale")
        shelves = [
            [clothes],
            [shirts],
            [sale],
            [shirts, sale],
            [clothes],
            [],
            [shirts],
            [sale],
            [],
            [clothes],
        ]
        self.products = [
            shop.product(f"ware-{number}", price=price, categories=on, texts={})
            for number, (price, on) in enumerate(zip(PRICES, shelves, strict=True))
        ]
        parent = shop.product("sized", price="24.50", sizes=["s", "m"], categories=[shirts], texts={})
        self.sizes = shop.variants(parent)
        Product.objects.filter(pk=self.products[7].pk).update(is_discountable=False)
        self.variants = list(Product.objects.filter(pk__in=[one.pk for one in [*self.products, *self.sizes]]))
        one, two, three, *_rest = self.products
        self.ranges = [
            make_range(name="everything"),
            make_range(name="everything but", excluded=[one, self.sizes[0]]),
            make_range(name="everything but sale", excluded_categories=[sale]),
            make_range(one, two, three, parent, name="named"),
            make_range(self.sizes[1], two, excluded=[three], name="one size"),
            make_range(categories=[clothes], name="clothes"),
            make_range(categories=[shirts], excluded=[self.products[6]], name="shirts but one"),
            make_range(categories=[sale], excluded=[parent], name="sale"),
            make_range(classes=[one.product_class], excluded=[parent], name="a class"),
        ]
        self.prices = dict(Price.objects.values_list("variant_id", "amount"))


def random_offer(dice: Random, ranges: list[Range], number: int, **fields: Any) -> ConditionalOffer:
    benefit = dice.choice(
        ["Percentage"] * 3
        + ["Absolute"] * 2
        + [
            "Fixed",
            "Multibuy",
            "Multibuy",
            "Fixed price",
            "Fixed price",
            "Shipping percentage",
            "Shipping absolute",
        ]
    )
    value = {
        "Percentage": dice.choice(["10", "33.33", "50", "7.5", "100"]),
        "Absolute": dice.choice(["5", "10", "0.01", "17.77", "500"]),
        "Fixed": dice.choice(["1", "3.33", "10"]),
        "Multibuy": None,
        "Fixed price": dice.choice(["10", "15.5", "29.99"]),
    }.get(benefit, "5")
    kind = dice.choice(["Count", "Count", "Coverage", "Value"])
    wanted = dice.choice(["5", "20", "49.90", "100"] if kind == "Value" else ["1", "2", "2", "3", "4"])
    of = dice.choice(ranges)
    now = clock.now()
    return make_offer(
        benefit,
        value,
        of=of,
        when=(kind, wanted),
        when_of=dice.choice([of, of, dice.choice(ranges)]),
        max_affected=dice.choice([None, None, 1, 2, 5])
        if benefit in {"Percentage", "Absolute", "Fixed"}
        else None,
        name=f"offer {number}",
        priority=dice.choice([0, 0, 0, 1, 5]),
        exclusive=dice.random() < 0.5,
        max_basket_applications=dice.choice([None, None, 1, 2]),
        max_global_applications=dice.choice([None, None, None, 7]),
        max_user_applications=dice.choice([None, None, 2]),
        max_discount=dice.choice([None, None, Decimal(100)]),
        num_applications=dice.choice([0, 5, 6, 7]),
        total_discount=dice.choice([Decimal(0), Decimal("99.99"), Decimal(100)]),
        start_datetime=dice.choice([None, None, now - timedelta(days=1), now + timedelta(days=1)]),
        end_datetime=dice.choice([None, None, now + timedelta(days=1), now - timedelta(hours=1)]),
        **fields,
    )


def random_rules(dice: Random, wares: Wares) -> list[Voucher]:
    """Fresh offers, some in combination, some of vouchers; returns the vouchers."""
    ConditionalOffer.objects.all().delete()
    Voucher.objects.all().delete()
    offers = [
        random_offer(
            dice,
            wares.ranges,
            number,
            offer_type=dice.choice([ConditionalOffer.SITE] * 3 + [ConditionalOffer.VOUCHER]),
        )
        for number in range(dice.randint(1, 6))
    ]
    free = [offer for offer in offers if not offer.exclusive]
    if len(free) > 1 and dice.random() < 0.4:
        first, *others = dice.sample(free, len(free))
        first.combinations.set(dice.sample(others, dice.randint(1, len(others))))
    of_vouchers = [offer for offer in offers if offer.offer_type == ConditionalOffer.VOUCHER]
    return [
        make_voucher(
            f"CODE{number}",
            *of_vouchers[number::2],
            start_datetime=clock.now() - timedelta(days=1),
            end_datetime=clock.now() + timedelta(days=1),
        )
        for number in range(2)
        if of_vouchers[number::2]
    ]


class SamePrices:
    """An Oscar strategy that asks the prices of our quote."""

    def __init__(self, prices: dict[int, Decimal]) -> None:
        self.prices = prices

    def fetch_for_line(self, line: BasketLine, stockrecord: StockRecord | None = None) -> Any:
        price = TaxInclusiveFixedPrice("EUR", self.prices[line.product_id], Decimal(0))
        return SimpleNamespace(price=price, availability=None, stockrecord=stockrecord)


def oscars_basket(wanted: list[tuple[Product, int]], wares: Any, vouchers: list[Voucher]) -> Basket:
    """Oscar's own basket and lines; kept in memory, as Oscar keeps them while offers are applied."""
    basket = Basket(pk=1, owner=None)
    basket.strategy = SamePrices(wares.prices)
    basket._lines = [
        BasketLine(
            pk=place,
            basket=basket,
            product=Product.objects.get(pk=product.pk),
            stockrecord=StockRecord(pk=place, product=product),
            quantity=quantity,
            price_currency="EUR",
        )
        for place, (product, quantity) in enumerate(wanted, start=1)
    ]
    newest_first = list(Voucher.objects.filter(pk__in=[one.pk for one in vouchers]))
    basket._prefetched_objects_cache = {"vouchers": newest_first}
    return basket


def by_oscar(basket: Basket) -> dict[str, Any]:
    Applicator().apply(basket, AnonymousUser())
    given = basket.offer_applications.applications
    off: dict[tuple[int, int], Decimal] = {}
    for line in basket.all_lines():
        for one in line.discounts.all():
            if one.amount and one.offer.pk in given:
                key = (line.pk, one.offer.pk)
                off[key] = off.get(key, Decimal(0)) + one.amount
    offers = Applicator().get_offers(basket, AnonymousUser())
    return {
        "off": off,
        "applications": {pk: (one["discount"], one["freq"]) for pk, one in given.items()},
        "nearly": {
            offer.pk
            for offer in offers
            if offer.pk not in given
            and offer.get_max_applications()
            and offer.is_condition_partially_satisfied(basket)
        },
        "taken": {
            (line.pk, offer.pk): line.discounts.num_consumed(offer)
            for line in basket.all_lines()
            for offer in line.discounts.consumers
        },
    }


def by_us(wanted: list[tuple[Product, int]], vouchers: list[Voucher]) -> dict[str, Any]:
    context = QuoteContext(channel_id=0, voucher_codes=tuple(one.code for one in vouchers))
    lines = [
        QuoteLine(str(place), product.pk, quantity) for place, (product, quantity) in enumerate(wanted, 1)
    ]
    basis, _entered = read_basis(context, lines)
    run, done = offers_applied(basis, [Rate("standard", Decimal(20))] * len(lines))
    off: dict[tuple[int, int], Decimal] = {}
    applications: dict[int, tuple[Decimal, int]] = {}
    for one in done:
        before = applications.get(one.offer.id, (Decimal(0), 0))
        applications[one.offer.id] = (before[0] + one.discount, before[1] + 1)
        for share in one.shares:
            if share.amount:
                key = (share.line.place + 1, one.offer.id)
                off[key] = off.get(key, Decimal(0)) + share.amount
    nearly = nearly_applied(run, [one for one in basis.candidates if one[0].limit(basis.usage)], done)
    return {
        "idle": run.idle,
        "off": off,
        "applications": applications,
        "nearly": {one.offer.id for one in nearly},
        "taken": {
            (line.place + 1, offer.id): line.taken_by(offer)
            for line in run.lines
            for offer, _amount in line.taken.values()
            if line.taken_by(offer)
        },
    }


@pytest.mark.parametrize("batch", range(BASKETS // A_BATCH))
def test_discounts_equal_those_of_oscars_own_engine(shop: Shop, batch: int) -> None:
    wares, dice = Wares(shop), Random(batch)
    given = 0
    for number in range(A_BATCH):
        vouchers = random_rules(dice, wares)
        wanted = [(dice.choice(wares.variants), dice.randint(1, 5)) for _line in range(dice.randint(1, 6))]
        found = by_us(wanted, vouchers)
        if found.pop("idle"):
            continue
        expected = by_oscar(oscars_basket(wanted, wares, vouchers))
        assert found == expected, f"batch {batch}, basket {number}"
        given += bool(expected["applications"])
    assert given > A_BATCH // 3, "most baskets have to get something, or nothing was compared"


def test_an_offer_does_not_give_away_what_others_have_taken(shop: Shop) -> None:
    """Oscar gives the cheapest article ten thousand times here; a limit of three keeps it short."""
    dear, cheap = shop.product(price="30", texts={}), shop.product(price="10", texts={})
    everything, only_cheap = make_range(), make_range(cheap)
    make_offer("Fixed", "1", of=only_cheap, priority=1)
    make_offer("Multibuy", None, of=only_cheap, when_of=everything, max_basket_applications=3)
    wanted = [(dear, 1), (cheap, 1)]
    found = by_us(wanted, [])
    assert (len(found["applications"]), len(found["idle"])) == (1, 1)
    wares = SimpleNamespace(prices={dear.pk: Decimal(30), cheap.pk: Decimal(10)})
    given = by_oscar(oscars_basket(wanted, wares, []))["applications"]
    assert sorted(given.values()) == [(Decimal(1), 1), (Decimal(30), 3)]
