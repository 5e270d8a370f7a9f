"""What customers can choose, what it costs, when it comes, and why not."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.channels.queries import forget_contexts
from comptoir.fulfilment.carriers import (
    Address,
    Carrier,
    RelayPointsUnavailable,
    UnknownRelayPoint,
    chosen_point,
    relay_points,
)
from comptoir.fulfilment.methods import Method, Option, UnknownMethod, Way
from comptoir.fulfilment.models import Zone
from comptoir.fulfilment.options import delivery_options, promise_sentence
from comptoir.fulfilment.prices import after_benefits, is_in_zone
from comptoir.fulfilment.services import save_method, set_up_location
from comptoir.pricing.quote_parts import DeliveryBenefit
from tests.core.fulfilment.conftest import PARIS

pytestmark = pytest.mark.django_db


def by_key(options):
    return {option.key: option for option in options}


def test_a_basket_has_every_way_with_price_promise_and_place(retailer):
    shirt = retailer.variant(nantes=1, depot=5)
    found = by_key(delivery_options(retailer.asked((shirt, 1), address=PARIS)))

    home = found["colis"]
    assert home.name == "To your door"
    assert home.price == Money(Decimal("4.90"), "EUR")
    assert home.route.location_ids == (retailer.depot.pk,)  # as early as Nantes, and nearer to Paris
    assert (home.promise.from_on, home.promise.until_on) == (date(2026, 3, 4), date(2026, 3, 5))
    nantes = found["retrait:nantes"]
    assert nantes.price == Money(Decimal(0), "EUR")
    assert promise_sentence(nantes.promise) == "today from 11:00"
    lyon = found["retrait:lyon"]
    assert lyon.route.location_ids == (retailer.depot.pk,)
    assert promise_sentence(lyon.promise) == "Thursday 5 March from 11:00"
    assert found["relais"].price == Money(Decimal("3.50"), "EUR")


def test_the_till_carries_out_what_lies_in_its_shop_and_nothing_else(retailer):
    here, elsewhere = retailer.variant(nantes=1), retailer.variant(lyon=1)
    found = by_key(delivery_options(retailer.asked((here, 1), channel="store")))
    assert found["emporte:nantes"].is_available
    assert promise_sentence(found["emporte:nantes"].promise) == "today from 10:00"

    found = by_key(delivery_options(retailer.asked((elsewhere, 1), channel="store")))
    assert [reason.code for reason in found["emporte:nantes"].reasons] == ["out_of_stock"]
    assert "emporte" not in by_key(delivery_options(retailer.asked((here, 1))))


def test_a_till_of_a_channel_with_several_shops_carries_out_where_it_stands(retailer):
    retailer.shop.channel(
        "tills", plugin="store", locations=[retailer.nantes, retailer.lyon], is_public=False
    )
    retailer.shop.channel("kiosk", plugin="web", locations=[retailer.nantes, retailer.lyon])
    forget_contexts()
    here = retailer.variant(nantes=1)

    def offered(channel, place=None):
        asked = retailer.asked((here, 1), channel=channel, location_id=place and place.pk)
        return {key for key, one in by_key(delivery_options(asked)).items() if one.is_available}

    assert "emporte:nantes" in offered("tills", retailer.nantes)
    assert "emporte:nantes" not in offered("tills")
    assert "emporte:nantes" not in offered("kiosk", retailer.nantes)


@pytest.mark.parametrize(
    ("address", "weight", "reason"),
    [
        (None, 1, "address_needed"),
        (Address("FR", "97400"), 1, "zone_not_served"),
        (Address("DE", "10115"), 1, "zone_not_served"),
        (Address("FR", "75011"), 200, "no_rate"),
        (Address("FR", "75011"), 90, "out_of_stock"),
    ],
)
def test_a_delivery_that_cannot_be_had_says_why(retailer, address, weight, reason):
    shirt = retailer.variant(nantes=5)
    option = by_key(delivery_options(retailer.asked((shirt, weight), address=address)))["colis"]
    assert [one.code for one in option.reasons] == [reason]
    assert option.reasons[0].sentence
    assert not option.is_available


def test_a_price_has_bands_and_ends_at_a_value(retailer):
    shirt = retailer.variant(depot=50)

    def price(pieces, **fields):
        said = {"address": PARIS, **fields}
        return by_key(delivery_options(retailer.asked((shirt, pieces), **said)))["colis"].price.amount

    assert price(3) == Decimal("4.90")  # 900 g
    assert price(4) == Decimal("9.90")  # 1,200 g
    assert price(1, value=Decimal("99.99")) == Decimal("4.90")
    assert price(1, value=Decimal(100)) == 0
    assert price(1, address=Address("FR", "20200")) == Decimal("14.90")


@pytest.mark.parametrize(
    ("kind", "value", "amount"),
    [
        ("Shipping percentage", "50", "2.45"), ("Shipping percentage", "100", "0.00"),
        ("Shipping absolute", "2", "2.90"), ("Shipping absolute", "9", "0.00"),
        ("Shipping fixed price", "1", "1.00"), ("Shipping fixed price", "8", "4.90"),
    ],
)  # fmt: skip
def test_an_offer_makes_the_delivery_cheaper(kind, value, amount):
    benefit = DeliveryBenefit(1, "Livraison", "", kind, Decimal(value))
    assert after_benefits(Money(Decimal("4.90"), "EUR"), [benefit]).as_json()["amount"] == amount


@pytest.mark.parametrize(
    ("value", "pieces", "postcode", "amount", "half"),
    [
        ("49.90", 3, "75011", "4.90", "2.45"),
        ("49.90", 4, "75011", "9.90", "4.95"),
        ("49.90", 1, "20200", "14.90", "7.45"),
        ("100.00", 1, "75011", "0.00", "0.00"),
    ],
)
def test_the_worked_prices_of_the_docs(retailer, value, pieces, postcode, amount, half):
    shirt = retailer.variant(depot=50)  # 300 g
    offer = DeliveryBenefit(1, "Livraison", "", "Shipping percentage", Decimal(50))
    said = {"value": Decimal(value), "address": Address("FR", postcode)}
    full = by_key(delivery_options(retailer.asked((shirt, pieces), **said)))["colis"]
    cheap = by_key(delivery_options(retailer.asked((shirt, pieces), benefits=(offer,), **said)))["colis"]
    assert full.price.as_json()["amount"] == cheap.full_price.as_json()["amount"] == amount
    assert cheap.price.as_json()["amount"] == half


@pytest.mark.parametrize(
    ("postcode", "is_in"),
    [
        ("75011", True),
        ("75 011", True),
        ("20200", False),
        ("20999", False),
        ("21000", True),
        ("97400", False),
        ("", True),
    ],
)
def test_a_zone_knows_its_postcodes(postcode, is_in):
    zone = Zone(countries=["FR"], except_postcodes=["97*", "20000-20999"])
    assert is_in_zone(zone, Address("FR", postcode)) is is_in


def test_a_zone_can_name_single_postcodes():
    zone = Zone(countries=["FR", "GB"], postcodes=["44000", "SW1A*"])
    assert is_in_zone(zone, Address("FR", "44000"))
    assert is_in_zone(zone, Address("GB", "sw1a 1aa"))
    assert not is_in_zone(zone, Address("FR", "44100"))
    assert not is_in_zone(zone, Address("BE", "44000"))


def test_options_ask_the_database_as_often_for_twenty_lines_and_shops_as_for_one(
    retailer, django_assert_max_num_queries
):
    shirts = [retailer.variant(nantes=1, depot=5) for _number in range(20)]

    def statements(lines):
        asked = retailer.asked(*((shirt, 1) for shirt in lines), address=PARIS, owner="basket-line:1")
        with django_assert_max_num_queries(8) as counted:
            delivery_options(asked)
        return len(counted)

    one = statements(shirts[:1])
    for number in range(10):
        retailer.shop.location(f"shop-{number}", hours=[(day, "09:00", "18:00") for day in range(6)])
    forget_contexts()
    assert statements(shirts) == one


def test_services_need_no_stock(retailer):
    haircut = retailer.variant()
    haircut.product_class.track_stock = False
    haircut.product_class.save()
    assert by_key(delivery_options(retailer.asked((haircut, 1))))["retrait:nantes"].is_available


def test_a_shop_that_is_closed_for_good_says_so(retailer):
    closed = retailer.shop.location("brest")
    shirt = retailer.variant(nantes=1)
    forget_contexts()
    option = by_key(delivery_options(retailer.asked((shirt, 1))))[f"retrait:{closed.code}"]
    assert [one.code for one in option.reasons] == ["never_open"]


def test_a_method_of_another_currency_or_channel_is_not_offered(retailer):
    shirt = retailer.variant(nantes=1)
    save_method(code="suisse", kind="collection", name="Suisse", currency="CHF")
    save_method(code="only-till", kind="collection", name="Caisse", channels=[retailer.till])
    found = by_key(delivery_options(retailer.asked((shirt, 1))))
    assert [one.code for one in found["suisse:nantes"].reasons] == ["other_currency"]
    assert "only-till:nantes" not in found


def test_a_method_of_an_unknown_kind_is_refused(retailer):
    with pytest.raises(UnknownMethod):
        save_method(code="drone", kind="drone", name="Drone")
    with pytest.raises(ValidationError):
        save_method(code="slow", kind="home", name="Lent", days_min=5, days_max=2)


def test_register_fulfilment_methods_brings_a_kind_of_its_own(retailer, plug):
    def bike(asked, facts, method):
        return [Option(method, Way.SHIP, method.name, price=Money(Decimal(6), "EUR"))]

    plug("bike", register_fulfilment_methods=lambda: [Method("bike", "by bicycle", Way.SHIP, bike)])
    save_method(code="velo", kind="bike", name="À vélo")
    shirt = retailer.variant(nantes=1)
    assert by_key(delivery_options(retailer.asked((shirt, 1))))["velo"].price.amount == 6


def test_register_carriers_brings_relay_points_and_a_broken_one_breaks_nothing_else(retailer, plug):
    def broken(address):
        raise OSError("timeout")

    plug("slow", register_carriers=lambda: [Carrier("slow", "Lent Express", broken)])
    with pytest.raises(RelayPointsUnavailable) as refused:
        relay_points("slow", PARIS)
    assert "Lent Express" in str(refused.value)
    assert relay_points("own", PARIS) == []


def test_our_own_relay_points_are_told_the_nearest_first(retailer):
    for code, latitude in (("far", "45.0"), ("near", "48.86")):
        retailer.shop.location(
            code, kind="relay", postcode="75011", latitude=Decimal(latitude), longitude=Decimal("2.38")
        )
    points = relay_points("own", PARIS)
    assert [point.code for point in points] == ["near", "far"]
    assert points[0].distance_km == pytest.approx(0.2, abs=0.1)
    assert chosen_point(method="relais", code="near", near=PARIS).as_json()["postcode"] == "75011"
    with pytest.raises(UnknownRelayPoint):
        chosen_point(method="relais", code="nowhere", near=PARIS)
    with pytest.raises(UnknownRelayPoint):
        chosen_point(method="colis", code="near", near=PARIS)


def test_a_promise_is_a_sentence(retailer):
    shirt = retailer.variant(depot=5)
    home = by_key(delivery_options(retailer.asked((shirt, 1), address=PARIS)))["colis"]
    assert promise_sentence(home.promise) == "between tomorrow and Thursday 5 March"
    assert promise_sentence(replace(home.promise, until_on=home.promise.from_on)) == "tomorrow"


def test_the_cut_off_of_the_warehouse_moves_the_promise(retailer):
    set_up_location(location=retailer.nantes, ships=False)
    shirt = retailer.variant(depot=5)

    def until(hour, minute):
        with clock.moved_to(clock.now().replace(hour=hour, minute=minute)):
            return by_key(delivery_options(retailer.asked((shirt, 1), address=PARIS)))[
                "colis"
            ].promise.until_on

    assert until(12, 59) == date(2026, 3, 5)  # 13:59 in Orléans
    assert until(13, 0) == date(2026, 3, 6)
    assert time(14) == retailer.depot.fulfilment.cut_off
