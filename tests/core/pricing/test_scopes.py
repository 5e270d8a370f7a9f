"""Offers and vouchers count where and when they are meant to, and nowhere else."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel
from comptoir.customers.models import User
from comptoir.pricing.compiling import current_rules
from comptoir.pricing.models import OfferUse, PricingVersion
from comptoir.pricing.offer.models import ConditionalOffer, Range
from comptoir.pricing.queries import check_voucher, quote
from comptoir.pricing.quote_parts import QuoteContext
from comptoir.pricing.services import OfferExhausted, use_offers
from comptoir.pricing.voucher.models import Voucher
from comptoir.pricing.vouchers import VoucherRefused
from comptoir.testing.factories import Shop
from tests.core.pricing.rules import MOMENT, at, basket, make_offer, make_range, make_voucher, set_scope

DAY = timedelta(days=1)


@pytest.fixture
def web(shop: Shop) -> Channel:
    return shop.channel("web")


@pytest.fixture
def app(shop: Shop) -> Channel:
    return shop.channel("app")


@pytest.fixture
def shirt(shop: Shop) -> Product:
    return shop.product("shirt", price="50", texts={})


@pytest.fixture
def everything(db: None) -> Range:
    return make_range(name="everything")


@pytest.fixture
def ten_off(everything: Range) -> ConditionalOffer:
    return make_offer("Absolute", "10", of=everything, name="Ten off", max_basket_applications=1)


@pytest.fixture
def camille(db: None) -> User:
    return User.objects.create_user("camille@example.org", "a long password")


def off(context: QuoteContext, shirt: Product) -> Decimal:
    return quote(context, basket((shirt, 1))).discount.amount


def test_an_offer_without_a_scope_counts_everywhere(
    web: Channel, app: Channel, shirt: Product, ten_off: object
) -> None:
    assert off(at(web), shirt) == off(at(app), shirt) == 10


def test_an_offer_of_one_channel_does_not_leak(
    web: Channel, app: Channel, shirt: Product, ten_off: object
) -> None:
    set_scope(ten_off, channels=[app])
    assert (off(at(app), shirt), off(at(web), shirt)) == (10, 0)
    assert not quote(at(web), basket((shirt, 1))).nearly_applied


def test_an_offer_of_one_shop_needs_a_basket_of_that_shop(
    shop: Shop, web: Channel, shirt: Product, ten_off: object
) -> None:
    nantes, paris = shop.location("nantes"), shop.location("paris")
    set_scope(ten_off, locations=[nantes])
    found = [off(at(web, location_id=place), shirt) for place in (nantes.pk, paris.pk, None)]
    assert found == [10, 0, 0]


def test_the_days_of_an_offer_are_those_of_the_shop(web: Channel, shirt: Product, ten_off: object) -> None:
    set_scope(ten_off, starts_on=date(2026, 11, 27), ends_on=date(2026, 11, 27))
    evening = datetime(2026, 11, 26, 20, tzinfo=UTC)  # 21:00 in Paris, midnight in Saint-Denis de La Réunion
    assert off(at(web, moment=evening), shirt) == 0
    assert off(at(web, moment=evening, time_zone="Indian/Reunion"), shirt) == 10
    set_scope(ten_off, starts_on=date(2026, 11, 27), ends_on=date(2026, 11, 27), time_zone="Indian/Reunion")
    assert off(at(web, moment=evening), shirt) == 10
    assert off(at(web, moment=evening + DAY), shirt) == 0


def test_suspended_and_finished_offers_do_nothing(
    web: Channel, shirt: Product, ten_off: ConditionalOffer
) -> None:
    ten_off.suspend()
    assert off(at(web), shirt) == 0
    ten_off.unsuspend()
    assert off(at(web), shirt) == 10
    ten_off.end_datetime = MOMENT - timedelta(seconds=1)
    ten_off.save()
    assert off(at(web), shirt) == 0


# Vouchers


@pytest.fixture
def voucher(everything: Range) -> Voucher:
    offer = make_offer(
        "Absolute", "10", of=everything, offer_type=ConditionalOffer.VOUCHER, max_basket_applications=1
    )
    return make_voucher("NOËL10", offer)


def test_a_voucher_counts_for_who_enters_it(web: Channel, shirt: Product, voucher: Voucher) -> None:
    assert off(at(web), shirt) == 0
    priced = quote(at(web, voucher_codes=(" noël 10",)), basket((shirt, 1)))
    assert priced.lines[0].discounts[0].voucher_code == "NOËL10"
    assert [(one.code, one.is_used) for one in priced.vouchers] == [("NOËL10", True)]
    assert check_voucher(at(web), "noël10") == "NOËL10"


def refusal(context: QuoteContext, shirt: Product) -> str:
    """The code in the quote, and the same when the voucher is entered."""
    (told,) = quote(context, basket((shirt, 1))).vouchers
    with pytest.raises(VoucherRefused) as refused:
        check_voucher(context, context.voucher_codes[0])
    assert (refused.value.code, refused.value.field, str(refused.value)) == (
        told.refusal,
        "voucher",
        told.sentence,
    )
    assert context.voucher_codes[0] in told.sentence
    return told.refusal


def test_a_voucher_is_refused_with_its_reason(
    web: Channel, app: Channel, shop: Shop, shirt: Product, voucher: Voucher
) -> None:
    code = ("NOËL10",)
    assert refusal(at(web, voucher_codes=("NOPE",)), shirt) == "voucher_unknown"
    assert (
        refusal(at(web, voucher_codes=code, moment=voucher.start_datetime - DAY), shirt)
        == "voucher_too_early"
    )
    assert (
        refusal(at(web, voucher_codes=code, moment=voucher.end_datetime + DAY), shirt) == "voucher_too_late"
    )
    offer = voucher.offers.get()
    scope = set_scope(offer, channels=[app])
    assert refusal(at(web, voucher_codes=code), shirt) == "voucher_not_for_channel"
    scope.channels.clear()
    scope.locations.set([shop.location("nantes")])
    assert refusal(at(web, voucher_codes=code), shirt) == "voucher_not_for_location"
    scope.delete()
    offer.suspend()
    assert refusal(at(web, voucher_codes=code), shirt) == "voucher_exhausted"


def test_a_voucher_once_per_customer_needs_one(
    web: Channel, shirt: Product, voucher: Voucher, camille: User
) -> None:
    Voucher.objects.filter(pk=voucher.pk).update(usage=Voucher.ONCE_PER_CUSTOMER)
    assert refusal(at(web, voucher_codes=("NOËL10",)), shirt) == "voucher_needs_account"
    assert off(at(web, voucher_codes=("NOËL10",), customer_id=camille.pk), shirt) == 10


def test_a_voucher_waits_for_its_goods(web: Channel, shop: Shop, shirt: Product) -> None:
    socks = make_range(shop.product("sock", price="5", texts={}), name="socks")
    make_voucher("SOCKS", make_offer("Percentage", "50", of=socks, offer_type=ConditionalOffer.VOUCHER))
    (told,) = quote(at(web, voucher_codes=("SOCKS",)), basket((shirt, 1))).vouchers
    assert told.refusal == "voucher_not_met"
    assert check_voucher(at(web), "SOCKS") == "SOCKS", "it may stay with the basket"


# Limits


def test_an_offer_is_not_given_more_often_than_it_may(
    web: Channel, shirt: Product, ten_off: ConditionalOffer
) -> None:
    ConditionalOffer.objects.filter(pk=ten_off.pk).update(max_global_applications=2)
    seen = [quote(at(web), basket((shirt, 1))) for _order in range(3)]
    use_offers(quote=seen[0], document="order 1")
    use_offers(quote=seen[0], document="order 1")
    use_offers(quote=seen[1], document="order 2")
    with pytest.raises(OfferExhausted):
        use_offers(quote=seen[2], document="order 3")
    ten_off.refresh_from_db()
    assert (ten_off.num_applications, ten_off.total_discount, ten_off.num_orders) == (2, 20, 2)
    assert OfferUse.objects.count() == 2
    assert off(at(web), shirt) == 0


def test_a_budget_ends_an_offer(web: Channel, shirt: Product, ten_off: ConditionalOffer) -> None:
    ConditionalOffer.objects.filter(pk=ten_off.pk).update(max_discount=10)
    use_offers(quote=quote(at(web), basket((shirt, 1))), document="order 1")
    assert off(at(web), shirt) == 0


def test_a_customer_has_a_limit_of_their_own(
    web: Channel, shirt: Product, ten_off: ConditionalOffer, camille: User
) -> None:
    ConditionalOffer.objects.filter(pk=ten_off.pk).update(max_user_applications=1)
    known = at(web, customer_id=camille.pk)
    use_offers(quote=quote(known, basket((shirt, 1))), document="order 1", customer_id=camille.pk)
    assert (off(known, shirt), off(at(web), shirt)) == (0, 10)


# Versions


def test_counters_are_no_new_version(web: Channel, shirt: Product, ten_off: ConditionalOffer) -> None:
    before = PricingVersion.objects.get().version
    use_offers(quote=quote(at(web), basket((shirt, 1))), document="order 1")
    ten_off.refresh_from_db()
    ten_off.record_usage({"freq": 1, "discount": Decimal(1)})
    assert PricingVersion.objects.get().version == before


def test_rules_are_compiled_once_a_version(ten_off: ConditionalOffer, django_assert_num_queries) -> None:
    first, _counters = current_rules()
    with django_assert_num_queries(1):
        second, _counters = current_rules()
    assert first is second


def test_every_change_of_a_rule_is_a_new_version(shop: Shop, shirt: Product, app: Channel) -> None:
    shelf, other = shop.category("Shirts"), shop.category("Other")
    some = make_range(shirt, categories=[shelf], name="some")
    offer = make_offer("Percentage", "10", of=some, scope={"channels": [app]})
    partner = make_offer("Percentage", "10", of=some, exclusive=False)
    kind = shirt.product_class
    changes = [
        lambda: ConditionalOffer.objects.filter(pk=offer.pk).update(priority=3),
        lambda: type(offer.benefit).objects.filter(pk=offer.benefit_id).update(value=11),
        lambda: type(offer.condition).objects.filter(pk=offer.condition_id).update(value=2),
        lambda: some.remove_product(shirt),
        some.excluded_products.clear,
        lambda: some.classes.add(kind),
        lambda: some.excluded_categories.add(other),
        lambda: some.included_categories.add(other),
        lambda: shelf.move(other, "first-child"),
        lambda: partner.combinations.add(offer),
        offer.scope.channels.clear,
        offer.scope.delete,
        offer.delete,
    ]
    seen = [PricingVersion.objects.get().version]
    for number, change in enumerate(changes):
        change()
        seen.append(PricingVersion.objects.get().version)
        assert seen[-1] not in seen[:-1], f"change {number} went unnoticed"


def test_what_touches_no_rule_is_no_new_version(shop: Shop, shirt: Product) -> None:
    make_range(shirt)
    before = PricingVersion.objects.get().version
    shop.product("other", texts={}).delete()
    Range.objects.filter(name="nothing").update(description="x")
    assert PricingVersion.objects.get().version == before


def test_an_offer_of_somebodys_own_class_is_left_out(
    web: Channel, shirt: Product, ten_off: ConditionalOffer, caplog: pytest.LogCaptureFixture
) -> None:
    type(ten_off.condition).objects.update(proxy_class="someone.Elses")
    assert off(at(web), shirt) == 0
    assert "Ten off" in caplog.text
