"""Ranges, offers, vouchers, a basket to try and taxes in the back office."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from comptoir.base import clock
from comptoir.customers.models import User
from comptoir.pricing.models import OfferUse, PricingVersion, ProductClassTax, TaxClass, TaxRate
from comptoir.pricing.offer.models import Benefit, Condition, ConditionalOffer, Range
from comptoir.pricing.queries import quote
from comptoir.pricing.services import use_offers
from comptoir.pricing.voucher.models import Voucher, VoucherSet
from tests.core.pricing.rules import at, basket, make_offer, make_range, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, shop):
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def web(shop):
    return shop.channel("web")


@pytest.fixture
def shirt(shop):
    return shop.product("shirt", texts={})


def text(response) -> str:
    return " ".join(response.content.decode().split())


def errors(response) -> dict:
    assert response.status_code == 200
    return response.context["form"].errors


# --- ranges ----------------------------------------------------------------------------------------------------------


def test_a_range_is_made_of_a_pasted_list_and_categories(staff, shop, shirt):
    shelf = shop.category("Mailles")
    coat = shop.product("coat", sizes=["s", "m"], texts={})
    sent = {"name": "Winter", "products": "SHIRT\n coat \n\nSHIRT", "categories": [shelf.pk]}

    response = staff.post(reverse("ranges:add"), sent)

    assert response.status_code == 302, response.context["form"].errors
    row = Range.objects.get()
    assert set(row.included_products.all()) == {shirt, coat}
    assert list(row.included_categories.all()) == [shelf]
    page = staff.get(reverse("ranges:edit", args=[row.pk]))
    assert page.context["form"]["products"].value() == "SHIRT\ncoat"


def test_a_range_with_unknown_goods_or_nothing_is_refused(staff, shop, shirt):
    bad = staff.post(reverse("ranges:add"), {"name": "Winter", "products": "SHIRT\nNO-SUCH"})
    assert "NO-SUCH" in errors(bad)["products"][0]
    assert "products" in errors(staff.post(reverse("ranges:add"), {"name": "Winter"}))
    make_range(name="Winter")
    taken = staff.post(reverse("ranges:add"), {"name": "Winter", "includes_all_products": "on"})
    assert "name" in errors(taken)
    assert Range.objects.count() == 1


def test_a_range_that_an_offer_is_about_stays(staff, shop):
    offer = make_offer("Percentage", "10", of=make_range(name="Winter"), name="Winter sale")
    row = offer.condition.range

    answer = staff.post(reverse("ranges:delete", args=[row.pk]), follow=True)

    assert "“Winter” stays: the offer “Winter sale” is about it." in text(answer)
    assert Range.objects.filter(pk=row.pk).exists()
    assert ConditionalOffer.objects.filter(pk=offer.pk).exists()


# --- offers ----------------------------------------------------------------------------------------------------------


def said(goods, **fields) -> dict:
    """What the browser sends for “three for two”, or with other fields."""
    return {
        "name": "Three for two", "offer_type": "Site", "range": goods.pk, "condition_type": "Count",
        "condition_value": "3", "benefit_type": "Multibuy", "priority": "0", **fields,
    }  # fmt: skip


def test_an_offer_is_made_in_one_form(staff, shop, web, shirt):
    socks, nantes = make_range(shirt, name="Socks"), shop.location("nantes")

    response = staff.post(
        reverse("offers:add"),
        said(socks, channels=[web.pk], locations=[nantes.pk], starts_on="2040-01-01", ends_on="2040-01-31",
             priority="7", exclusive="on", max_global_applications="100"),
    )  # fmt: skip

    assert response.status_code == 302, response.context["form"].errors
    offer = ConditionalOffer.objects.get()
    assert (offer.condition.type, offer.condition.value, offer.condition.range) == ("Count", 3, socks)
    assert (offer.benefit.type, offer.benefit.value, offer.benefit.range) == ("Multibuy", None, socks)
    assert (offer.priority, offer.exclusive, offer.max_global_applications) == (7, True, 100)
    assert list(offer.scope.channels.all()) == [web]
    assert list(offer.scope.locations.all()) == [nantes]
    assert (offer.scope.starts_on, offer.scope.ends_on) == (date(2040, 1, 1), date(2040, 1, 31))
    page = text(staff.get(reverse("offers:index")))
    assert "3 pieces of “Socks”: the cheapest piece for free" in page


KINDS = [
    ("Percentage", "20", "Count"), ("Fixed", "5", "Coverage"), ("Absolute", "5", "Value"), ("Multibuy", "", "Count"),
    ("Fixed price", "25", "Count"), ("Shipping percentage", "50", "Value"), ("Shipping absolute", "4.90", "Count"),
    ("Shipping fixed price", "0", "Value"),
]  # fmt: skip


@pytest.mark.parametrize(("benefit", "value", "condition"), KINDS)
def test_every_kind_of_offer_can_be_made_and_is_given(staff, shop, web, shirt, benefit, value, condition):
    sent = said(make_range(), benefit_type=benefit, benefit_value=value, condition_type=condition,
                condition_value="1")  # fmt: skip

    response = staff.post(reverse("offers:add"), sent)

    assert response.status_code == 302, response.context["form"].errors
    priced = quote(at(web), basket((shirt, 1)))
    assert len(priced.discounts) + len(priced.delivery_benefits) == 1


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("name", {"name": ""}),
        ("range", {"range": "999999"}),
        ("condition_value", {"condition_value": "0"}),
        ("condition_value", {"condition_value": "2.5"}),
        ("condition_value", {"condition_value": "-1"}),
        ("condition_type", {"condition_type": "Moon"}),
        ("condition_type", {"condition_type": "Value", "benefit_type": "Fixed price", "benefit_value": "9"}),
        ("benefit_type", {"benefit_type": "Moon"}),
        ("benefit_value", {"benefit_type": "Percentage"}),
        ("benefit_value", {"benefit_type": "Percentage", "benefit_value": "0"}),
        ("benefit_value", {"benefit_type": "Percentage", "benefit_value": "101"}),
        ("benefit_value", {"benefit_type": "Shipping percentage", "benefit_value": "101"}),
        ("benefit_value", {"benefit_value": "5"}),
        ("max_affected_items", {"max_affected_items": "2"}),
        ("ends_on", {"starts_on": "2040-02-01", "ends_on": "2040-01-01"}),
        ("max_global_applications", {"max_global_applications": "0"}),
        ("time_zone", {"time_zone": "Mars/Base"}),
        ("priority", {"priority": "high"}),
    ],
)
def test_a_bad_offer_is_refused_beside_its_field(staff, shop, field, change):
    goods = make_range()
    assert field in errors(staff.post(reverse("offers:add"), said(goods, **change)))
    assert not ConditionalOffer.objects.exists()
    assert not Condition.objects.exists()
    assert not Benefit.objects.exists()


def test_an_exclusive_offer_names_no_partners(staff, shop):
    partner = make_offer("Percentage", "10", of=make_range(), exclusive=False)
    sent = said(make_range(), exclusive="on", combinations=[partner.pk])
    assert "combinations" in errors(staff.post(reverse("offers:add"), sent))


def test_a_changed_offer_keeps_what_orders_have_counted_meanwhile(staff, shop, web, shirt):
    offer = make_offer("Percentage", "10", of=make_range(), name="Ten", max_global_applications=5)
    form = staff.get(reverse("offers:edit", args=[offer.pk])).context["form"]
    use_offers(quote=quote(at(web), basket((shirt, 1))), document="order-1")
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", [])}
    sent |= {"benefit_value": "15", "channels": [], "locations": [], "combinations": []}
    del sent["is_suspended"]

    response = staff.post(reverse("offers:edit", args=[offer.pk]), sent)

    assert response.status_code == 302, response.context["form"].errors
    offer.refresh_from_db()
    assert (offer.benefit.value, offer.num_applications) == (15, 1)


def test_a_shared_condition_is_copied_when_one_offer_changes_it(staff, shop):
    first = make_offer("Percentage", "10", of=make_range(), name="First", when=("Count", "2"))
    second = ConditionalOffer.objects.create(name="Second", condition=first.condition, benefit=first.benefit)

    response = staff.post(
        reverse("offers:edit", args=[second.pk]),
        said(first.condition.range, name="Second", condition_value="4"),
    )

    assert response.status_code == 302, response.context["form"].errors
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.condition.value, second.condition.value) == (2, 4)
    assert (first.benefit.type, second.benefit.type) == ("Percentage", "Multibuy")


def test_an_offer_that_was_given_is_suspended_and_not_deleted(staff, shop, web, shirt):
    offer = make_offer("Percentage", "10", of=make_range(), name="Ten")
    use_offers(quote=quote(at(web), basket((shirt, 1))), document="order-1")
    url = reverse("offers:delete", args=[offer.pk])

    assert "“Ten” was given on orders" in text(staff.post(url, follow=True))
    sent = said(offer.condition.range, name="Ten", is_suspended="on")
    staff.post(reverse("offers:edit", args=[offer.pk]), sent)

    offer.refresh_from_db()
    assert offer.is_suspended
    assert OfferUse.objects.count() == 1
    assert not quote(at(web), basket((shirt, 3))).discounts


def test_an_offer_nobody_needs_is_deleted_with_its_parts(staff, shop):
    offer = make_offer("Percentage", "10", of=make_range(), offer_type="Voucher")
    voucher = make_voucher("WELCOME", offer)
    url = reverse("offers:delete", args=[offer.pk])

    assert "the voucher “WELCOME” gives it" in text(staff.post(url, follow=True))
    voucher.delete()
    staff.post(url)

    assert not ConditionalOffer.objects.exists()
    assert not Condition.objects.exists()
    assert not Benefit.objects.exists()


@pytest.mark.parametrize("name", ["offers:index", "ranges:index", "vouchers:index", "voucher_sets:index"])
def test_a_list_costs_the_same_for_1_row_and_for_20(staff, shop, web, name, django_assert_max_num_queries):
    def make(number: int) -> None:
        goods = make_range(name=f"Goods {number}")
        offer = make_offer("Percentage", "10", of=goods, offer_type="Voucher", scope={"channels": [web]})
        make_voucher(f"CODE{number}", offer)
        moment = clock.now()
        VoucherSet.objects.create(
            name=f"Set {number}", count=0, description="", start_datetime=moment, end_datetime=moment
        )

    def count() -> int:
        with django_assert_max_num_queries(60) as asked:
            staff.get(reverse(name))
        return len(asked)

    make(0)
    staff.get(reverse(name))
    one = count()
    for number in range(1, 20):
        make(number)
    assert count() == one


# --- vouchers --------------------------------------------------------------------------------------------------------


@pytest.fixture
def ten_off(shop):
    return make_offer("Percentage", "10", of=make_range(), name="Ten off", offer_type="Voucher")


def voucher(offer, **fields) -> dict:
    return {
        "name": "Welcome", "code": "wel come", "usage": "Multi-use", "offers": [offer.pk],
        "starts_at": "2026-01-01 00:00", "ends_at": "2040-01-01 00:00", **fields,
    }  # fmt: skip


def test_a_voucher_is_made_and_works(staff, shop, web, shirt, ten_off):
    response = staff.post(reverse("vouchers:add"), voucher(ten_off))

    assert response.status_code == 302, response.context["form"].errors
    row = Voucher.objects.get()
    assert row.code == "WELCOME"
    assert row.start_datetime == datetime(2025, 12, 31, 23, tzinfo=UTC)
    priced = quote(at(web, voucher_codes=("welcome",)), basket((shirt, 1)))
    assert priced.total.amount == Decimal("44.91")
    page = text(staff.get(reverse("vouchers:index")))
    assert "Ten off" in page


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("code", {"code": "taken"}),
        ("code", {"code": ""}),
        ("name", {"name": "Taken"}),
        ("offers", {"offers": []}),
        ("usage", {"usage": "Often"}),
        ("ends_at", {"ends_at": "2020-01-01 00:00"}),
        ("starts_at", {"starts_at": ""}),
    ],
)
def test_a_bad_voucher_is_refused_beside_its_field(staff, shop, ten_off, field, change):
    make_voucher("TAKEN", ten_off)
    assert field in errors(staff.post(reverse("vouchers:add"), voucher(ten_off, **change)))
    assert Voucher.objects.count() == 1


def test_a_voucher_gives_only_offers_made_for_vouchers(staff, shop):
    for_all = make_offer("Percentage", "10", of=make_range())
    assert "offers" in errors(staff.post(reverse("vouchers:add"), voucher(for_all)))


def test_a_used_voucher_stays(staff, shop, ten_off):
    row = make_voucher("WELCOME", ten_off, num_orders=1)
    url = reverse("vouchers:delete", args=[row.pk])
    assert "was used on orders" in text(staff.post(url, follow=True))
    Voucher.objects.update(num_orders=0)
    staff.post(url)
    assert not Voucher.objects.exists()


def many(offer, **fields) -> dict:
    set_of = {"name": "Spring", "count": "25", "code_length": "12", "usage": "Single use"}
    return voucher(offer, **{**set_of, **fields})


def test_a_set_of_vouchers_has_codes_of_their_own_and_a_file(staff, shop, web, shirt, ten_off):
    response = staff.post(reverse("voucher_sets:add"), many(ten_off))

    assert response.status_code == 302, response.context["form"].errors
    row = VoucherSet.objects.get()
    codes = list(row.vouchers.order_by("pk").values_list("code", flat=True))
    assert len(set(codes)) == 25
    assert all(len(code) == 14 and code == code.upper() for code in codes)
    assert quote(at(web, voucher_codes=(codes[3],)), basket((shirt, 1))).total.amount == Decimal("44.91")

    file = staff.get(reverse("voucher_sets:codes", args=[row.pk]))
    assert "attachment" in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"]
    lines = list(csv.reader(b"".join(file.streaming_content).decode().splitlines()))
    assert [line[0] for line in lines[1:]] == codes


def test_a_set_is_changed_as_one(staff, shop, ten_off):
    staff.post(reverse("voucher_sets:add"), many(ten_off))
    row = VoucherSet.objects.get()
    other = make_offer("Percentage", "20", of=make_range(), offer_type="Voucher")
    codes = set(row.vouchers.values_list("code", flat=True))

    response = staff.post(
        reverse("voucher_sets:edit", args=[row.pk]), many(other, count="3", ends_at="2041-01-01 00:00")
    )

    assert response.status_code == 302, response.context["form"].errors
    assert set(row.vouchers.values_list("code", flat=True)) == codes
    assert {one.end_datetime.year for one in row.vouchers.all()} == {2040}
    assert set(row.vouchers.values_list("offers", flat=True)) == {other.pk}


@pytest.mark.parametrize(
    ("field", "value"), [("count", "0"), ("count", "10001"), ("code_length", "4"), ("name", "")]
)
def test_a_bad_set_is_refused_beside_its_field(staff, shop, ten_off, field, value):
    assert field in errors(staff.post(reverse("voucher_sets:add"), many(ten_off) | {field: value}))
    assert not Voucher.objects.exists()


def test_a_set_with_a_used_voucher_stays(staff, shop, ten_off):
    staff.post(reverse("voucher_sets:add"), many(ten_off))
    row = VoucherSet.objects.get()
    Voucher.objects.filter(pk=row.vouchers.first().pk).update(num_orders=1)
    assert "was used on orders" in text(
        staff.post(reverse("voucher_sets:delete", args=[row.pk]), follow=True)
    )
    assert row.vouchers.count() == 25


# --- a basket to try -------------------------------------------------------------------------------------------------


def tried(channel, *goods: tuple[str, int], **fields) -> dict:
    sent = {"channel": channel.pk, "goods-TOTAL_FORMS": len(goods), "goods-INITIAL_FORMS": "0", **fields}
    for number, (sku, quantity) in enumerate(goods):
        sent |= {f"goods-{number}-goods": sku, f"goods-{number}-quantity": quantity}
    return sent


def test_a_basket_is_tried_before_its_offer_starts(staff, shop, web, shirt):
    scope = {"starts_on": date(2040, 1, 2)}
    make_offer(
        "Multibuy", None, of=make_range(name="Shirts"), when=("Count", "3"), name="3 for 2", scope=scope
    )
    url = reverse("prices:try")

    today = staff.post(url, tried(web, ("SHIRT", 3))).context["answer"]
    then = staff.post(url, tried(web, ("SHIRT", 3), moment="2040-01-02 00:00")).context["answer"]
    nearly = staff.post(url, tried(web, ("SHIRT", 2), moment="2040-01-02 00:00"))

    assert (today["total"], today["discounts"]) == ("149.70 EUR", [])
    assert (then["total"], then["discounts"][0]["name"]) == ("99.80 EUR", "3 for 2")
    assert "1 more piece from “Shirts” brings “3 for 2”." in text(nearly)


def test_a_suspended_offer_can_be_tried_and_stays_suspended(staff, shop, web, shirt):
    offer = make_offer("Percentage", "10", of=make_range(), name="Ten", status="Suspended")
    version = PricingVersion.objects.get().version

    sent = tried(web, ("SHIRT", 1), suspended=offer.pk)
    answer = staff.post(reverse("prices:try"), sent).context["answer"]

    assert answer["total"] == "44.91 EUR"
    offer.refresh_from_db()
    assert offer.is_suspended
    assert PricingVersion.objects.get().version == version
    assert quote(at(web), basket((shirt, 1))).total.amount == Decimal("49.90")


def test_a_tried_basket_says_why_a_voucher_does_not_count(staff, shop, web, shirt, ten_off):
    make_voucher("WELCOME", ten_off, end_datetime=clock.now() - timedelta(days=1))
    page = text(staff.post(reverse("prices:try"), tried(web, ("SHIRT", 1), vouchers="welcome, nothing")))
    assert "The voucher “WELCOME” is no longer valid." in page
    assert "There is no voucher “NOTHING”." in page


def test_a_tried_basket_shows_net_prices_of_a_business_channel(staff, shop, shirt):
    pro = shop.channel("pro", plugin="web", net_prices=True)
    answer = staff.post(reverse("prices:try"), tried(pro, ("SHIRT", 3))).context["answer"]
    assert (answer["lines"][0]["unit"], answer["total"]) == ("41.58 EUR", "149.69 EUR")
    assert not answer["prices_include_tax"]


@pytest.mark.parametrize("goods", [[], [("NOTHING", 1)], [("SHIRT", 0)], [("SHIRT", 100_000)], [("coat", 1)]])
def test_a_bad_basket_is_refused(staff, shop, web, shirt, goods):
    shop.product("coat", sizes=["s", "m"], texts={})
    response = staff.post(reverse("prices:try"), tried(web, *goods))
    assert response.status_code == 200
    assert response.context["answer"] is None
    assert response.context["rows"].total_error_count() > 0


def test_goods_without_a_price_are_told_and_not_an_error(staff, shop, web):
    shop.product("gift", price=None, texts={})
    assert "GIFT has no price in EUR." in text(staff.post(reverse("prices:try"), tried(web, ("GIFT", 1))))


# --- taxes -----------------------------------------------------------------------------------------------------------


def test_the_page_of_taxes_has_french_vat_and_explains_net_channels(staff, shop, shirt):
    shop.channel("pro", plugin="web", name="Professionals", net_prices=True)
    page = text(staff.get(reverse("prices:taxes")))
    for percent in ("20 %", "10 %", "5.5 %", "2.1 %", "8.5 %"):
        assert percent in page
    assert "Professionals" in page
    assert "Vêtements" in page
    assert "No rate counts today" not in page


def test_a_country_without_a_rate_is_told(staff, shop):
    shop.channel("web", country="BE")
    assert "No rate counts today" in text(staff.get(reverse("prices:taxes")))


def test_a_rate_changes_from_a_day_on(staff, shop):
    standard = TaxClass.objects.get(code="standard")
    rate = TaxRate.objects.get(country="FR", tax_class=standard)
    old = {"country": "FR", "tax_class": standard.pk, "rate": "20", "ends_on": "2039-12-31"}

    early = staff.post(
        reverse("tax_rates:add"), old | {"rate": "21", "ends_on": "", "starts_on": "2040-01-01"}
    )
    assert "Another rate of this tax class counts in that time." in text(early)
    staff.post(reverse("tax_rates:edit", args=[rate.pk]), old)
    staff.post(reverse("tax_rates:add"), old | {"rate": "21", "ends_on": "", "starts_on": "2040-01-01"})

    rates = TaxRate.objects.filter(country="FR", tax_class=standard)
    assert sorted(rates.values_list("rate", flat=True)) == [20, 21]
    assert "from 01/01/2040" in text(staff.get(reverse("prices:taxes")))


def test_a_product_class_gets_its_tax_class(staff, shop, shirt):
    reduced = TaxClass.objects.get(code="reduced")
    sent = {"product_class": shirt.product_class_id, "tax_class": reduced.pk}
    staff.post(reverse("class_taxes:add"), sent)
    assert ProductClassTax.objects.get().tax_class == reduced
    answer = staff.post(reverse("tax_classes:delete", args=[reduced.pk]), follow=True)
    assert "goods are taxed by it" in text(answer)
    assert TaxClass.objects.filter(pk=reduced.pk).exists()


def test_the_default_tax_class_stays(staff, shop):
    standard = TaxClass.objects.get(code="standard")
    staff.post(reverse("tax_classes:delete", args=[standard.pk]))
    assert TaxClass.objects.filter(pk=standard.pk).exists()
