"""A basket priced with every reason. Figures: docs/algorithms/pricing.md."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel
from comptoir.customers.models import User
from comptoir.pricing.goods import NoPrice
from comptoir.pricing.models import ProductClassTax, TaxClass, TaxRate
from comptoir.pricing.offer.models import ConditionalOffer, Range
from comptoir.pricing.queries import quote
from comptoir.pricing.quote_parts import Quote, QuoteLine
from comptoir.pricing.services import add_price_exception, set_price
from comptoir.pricing.taxes import NoTaxRate
from comptoir.testing.factories import Shop
from tests.core.pricing.rules import at, basket, make_offer, make_range


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def figures(priced: Quote) -> tuple[Money, Money, Money]:
    return priced.net, priced.tax, priced.total


@pytest.fixture
def web(shop: Shop) -> Channel:
    return shop.channel("web")


@pytest.fixture
def shirt(shop: Shop) -> Product:
    return shop.product("shirt", price="49.90", texts={})


@pytest.fixture
def everything(db: None) -> Range:
    return make_range(name="everything")


def test_a_price_contains_the_tax_of_the_country(web: Channel, shirt: Product) -> None:
    assert figures(quote(at(web), basket((shirt, 1)))) == (eur("41.58"), eur("8.32"), eur("49.90"))
    overseas = quote(at(web, country="RE"), basket((shirt, 1)))
    assert figures(overseas) == (eur("45.99"), eur("3.91"), eur("49.90"))


def test_business_channels_see_net_prices_and_tax_on_top(web: Channel, shirt: Product) -> None:
    priced = quote(at(web, net_prices=True), basket((shirt, 3)))
    assert priced.lines[0].unit_price == eur("41.58")
    assert figures(priced) == (eur("124.74"), eur("24.95"), eur("149.69"))
    assert not priced.prices_include_tax


def test_a_product_class_has_its_own_tax(web: Channel, shirt: Product, shop: Shop) -> None:
    reduced = TaxClass.objects.get(code="reduced")
    ProductClassTax.objects.create(product_class=shirt.product_class, tax_class=reduced)
    priced = quote(at(web), basket((shirt, 1)))
    assert (priced.lines[0].tax_class, priced.lines[0].tax_percent) == ("reduced", Decimal("5.5"))
    assert priced.tax == eur("2.60")
    sized = shop.product("sized", sizes=["s"], texts={})
    variants = quote(at(web), basket((shop.variants(sized)[0], 1)))
    assert variants.lines[0].tax_class == "reduced", "a variant is taxed as its product"


def test_a_rate_counts_on_the_days_of_the_shop(web: Channel, shirt: Product) -> None:
    standard = TaxRate.objects.get(country="FR", tax_class__code="standard")
    standard.ends_on = date(2026, 12, 31)
    standard.save()
    TaxRate.objects.create(
        country="FR", tax_class=standard.tax_class, rate=Decimal(21), starts_on=date(2027, 1, 1)
    )
    midnight = datetime(2026, 12, 31, 23, tzinfo=UTC)
    before = quote(at(web, moment=midnight - timedelta(seconds=1)), basket((shirt, 1)))
    after = quote(at(web, moment=midnight), basket((shirt, 1)))
    assert [before.lines[0].tax_percent, after.lines[0].tax_percent] == [20, 21]


def test_a_country_without_a_rate_is_refused_and_not_free_of_tax(web: Channel, shirt: Product) -> None:
    with pytest.raises(NoTaxRate) as refused:
        quote(at(web, country="US"), basket((shirt, 1)))
    assert (refused.value.code, refused.value.field) == ("no_tax_rate", "country")


def test_a_discount_is_spread_by_the_largest_remainder(web: Channel, shop: Shop, everything: Range) -> None:
    wares = [shop.product(price="9.99", texts={}) for _number in range(3)]
    make_offer("Percentage", "10", of=everything, name="Ten per cent")
    priced = quote(at(web), basket(*((ware, 1) for ware in wares)))
    assert [line.discounts[0].amount for line in priced.lines] == [eur("1.00"), eur("1.00"), eur("0.99")]
    assert (priced.discount, priced.total) == (eur("2.99"), eur("26.98"))


def test_three_for_two_gives_the_cheapest_away(web: Channel, shop: Shop, everything: Range) -> None:
    wares = [shop.product(price=price, texts={}) for price in ("30", "20", "10")]
    make_offer("Multibuy", None, of=everything, when=("Count", "3"), name="Three for two")
    priced = quote(at(web), basket(*((ware, 1) for ware in wares)))
    assert [line.total for line in priced.lines] == [eur("30.00"), eur("20.00"), eur("0.00")]
    assert [(one.name, one.amount, one.times) for one in priced.discounts] == [
        ("Three for two", eur("10.00"), 1)
    ]


def test_offers_together_never_take_more_than_a_line_costs(
    web: Channel, shirt: Product, everything: Range
) -> None:
    make_offer("Percentage", "60", of=everything, exclusive=False, priority=2, name="Sixty")
    make_offer("Percentage", "70", of=everything, exclusive=False, priority=1, name="Seventy")
    priced = quote(at(web), basket((shirt, 1)))
    assert [(one.name, one.amount) for one in priced.discounts] == [
        ("Sixty", eur("29.94")),
        ("Seventy", eur("19.96")),
    ]
    assert figures(priced) == (eur("0.00"), eur("0.00"), eur("0.00"))


def test_delivery_benefits_are_carried_through(web: Channel, shirt: Product, everything: Range) -> None:
    make_offer("Shipping absolute", "4.90", of=everything, when=("Value", "40"), name="Free delivery")
    priced = quote(at(web), basket((shirt, 1)))
    assert priced.discount == eur("0")
    (benefit,) = priced.delivery_benefits
    assert (benefit.name, benefit.kind, benefit.value) == (
        "Free delivery",
        "Shipping absolute",
        Decimal("4.90"),
    )


def test_a_quote_explains_itself(web: Channel, shop: Shop, shirt: Product, everything: Range) -> None:
    sock = shop.product("sock", price="5", texts={})
    exception = add_price_exception(variant=shirt, amount=Decimal("44.90"), reason="Web week", channel=web)
    offer = make_offer("Absolute", "4.90", of=make_range(shirt, name="shirts"), name="A present")
    make_offer("Percentage", "5", of=everything, when=("Count", "5"), priority=-1, name="Five")
    make_offer("Percentage", "5", of=everything, when=("Value", "60"), priority=-1, name="Sixty")
    told = quote(at(web), basket((shirt, 1), (sock, 2))).explain()
    assert json.loads(json.dumps(told)) == told
    line = told["lines"][0]
    assert line["price"] | {"sentence": ""} == {
        "amount": {"amount": "44.90", "currency": "EUR"},
        "base": {"amount": "49.90", "currency": "EUR"},
        "rule": "exception",
        "exception_id": exception.pk,
        "limited_by": ["channel"],
        "reason": "Web week",
        "sentence": "",
    }
    assert "Web week" in line["price"]["sentence"]
    assert line["discounts"] == [
        {
            "offer_id": offer.pk,
            "name": "A present",
            "voucher": None,
            "amount": {"amount": "4.90", "currency": "EUR"},
            "quantity": 1,
        }
    ]
    assert line["tax"] == {
        "class": "standard",
        "percent": "20",
        "amount": {"amount": "6.67", "currency": "EUR"},
    }
    # The present took the shirt for itself, so that only the socks still count: 2 of 5 pieces, 10 of 60 euros.
    assert [(one["name"], one["missing"], one["unit"]) for one in told["nearly"]] == [
        ("Five", "3", "pieces"),
        ("Sixty", "50", "EUR"),
    ]


def test_amounts_are_on_whole_coins_of_the_currency(shop: Shop, everything: Range) -> None:
    tokyo = shop.channel("tokyo", plugin="web", currency="JPY")
    shirt = shop.product("shirt", price=None, texts={})
    set_price(variant=shirt, amount=Decimal("1999.5"), currency="JPY")
    TaxRate.objects.create(country="JP", tax_class=TaxClass.objects.get(code="standard"), rate=Decimal(10))
    make_offer("Percentage", "33.33", of=everything)
    priced = quote(at(tokyo, currency="JPY", country="JP"), basket((shirt, 1)))
    assert priced.subtotal == Money(Decimal(2000), "JPY")
    assert priced.discount == Money(Decimal(666), "JPY")
    assert priced.tax == Money(Decimal(121), "JPY")


@pytest.mark.parametrize("quantity", [0, -1, 1.5, True, "2"])
def test_a_bad_quantity_is_refused(web: Channel, shirt: Product, quantity: object) -> None:
    with pytest.raises(InvalidValue) as refused:
        quote(at(web), [QuoteLine("1", shirt.pk, quantity)])  # type: ignore[arg-type]
    assert refused.value.field == "quantity"


def test_a_huge_quantity_is_only_a_number(web: Channel, shirt: Product, everything: Range) -> None:
    make_offer("Multibuy", None, of=everything, when=("Count", "2"))
    priced = quote(at(web), basket((shirt, 10**9)))
    assert priced.total.amount == Decimal("49.90") * (10**9 - 1)


def test_a_key_names_one_line(web: Channel, shirt: Product) -> None:
    line = QuoteLine("1", shirt.pk)
    with pytest.raises(InvalidValue):
        quote(at(web), [line, replace(line, quantity=2)])


def test_a_variant_without_a_price_in_the_currency_is_refused(web: Channel, shirt: Product) -> None:
    with pytest.raises(NoPrice):
        quote(at(web, currency="CHF"), basket((shirt, 1)))


def test_an_empty_basket_costs_nothing(web: Channel) -> None:
    priced = quote(at(web), [])
    assert (priced.lines, priced.total) == ((), eur("0"))


def test_excluding_a_product_excludes_its_variants(web: Channel, shop: Shop) -> None:
    """Oscar's range of everything forgets the variants of an excluded product; see docs/algorithms/pricing.md."""
    sized = shop.product("sized", sizes=["s"], texts={})
    make_offer("Percentage", "50", of=make_range(excluded=[sized]))
    assert quote(at(web), basket((shop.variants(sized)[0], 1))).discount == eur("0")


def test_variants_of_a_product_that_is_not_discounted_are_not(
    web: Channel, shop: Shop, everything: Range
) -> None:
    sized = shop.product("sized", sizes=["s"], texts={})
    Product.objects.filter(pk=sized.pk).update(is_discountable=False)
    make_offer("Percentage", "50", of=everything)
    assert quote(at(web), basket((shop.variants(sized)[0], 1))).discount == eur("0")


def test_granted_offers_count_for_who_has_them(web: Channel, shirt: Product, everything: Range) -> None:
    student = make_offer("Percentage", "10", of=everything, offer_type=ConditionalOffer.USER)
    assert quote(at(web), basket((shirt, 1))).discount == eur("0")
    assert quote(at(web, granted_offer_ids=(student.pk,)), basket((shirt, 1))).discount == eur("4.99")


def test_the_number_of_statements_does_not_grow(
    web: Channel, shop: Shop, django_assert_max_num_queries
) -> None:
    wares = [shop.product(price="10", texts={}) for _number in range(20)]
    ranges = [make_range(*wares[:number]) for number in range(1, 6)]
    for number in range(50):
        make_offer("Percentage", "1", of=ranges[number % 5], exclusive=False, max_user_applications=1)
    customer = User.objects.create_user("camille@example.org", "a long password")
    context = at(web, customer_id=customer.pk, voucher_codes=("NONE",))
    quote(context, basket((wares[0], 1)))
    with django_assert_max_num_queries(4):
        priced = quote(context, basket(*((ware, 2) for ware in wares)))
    assert len(priced.discounts) == 50
