"""What a channel is told about stock: how much, as of when, and why not more."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.stock.allocations import allocate_holds
from comptoir.stock.holds import hold_stock
from comptoir.stock.plans import Wanted
from comptoir.stock.queries import Reason, availability, near
from comptoir.stock.services import (
    count_stock_many,
    mark_unsellable,
    receive_stock,
    set_backorder,
    set_reserve,
    set_safety,
)
from comptoir.stock.strategy import Selector


def hold(variant, place, quantity, owner="line:1"):
    hold_stock(requests=[Wanted(owner, variant.pk, quantity)], location_ids=[place.pk])


@pytest.mark.usefixtures("english")
def test_the_worked_example_of_the_docs(shop):
    nantes, web, store = shop.location("nantes"), shop.channel("web"), shop.channel("store", name="Till")
    shirt = shop.product("shirt", stock={nantes: 20})
    mark_unsellable(variant=shirt, location=nantes, quantity=1)
    set_safety(variant=shirt, location=nantes, quantity=2)
    set_backorder(variant=shirt, location=nantes, quantity=3)
    hold(shirt, nantes, 2)
    allocate_holds(requests=[Wanted("order", shirt.pk, 4)], location_ids=[nantes.pk])
    set_reserve(channel=web, location=nantes, kind="buffer", quantity=1, purpose="the shop window")
    set_reserve(channel=store, location=nantes, kind="ringfence", quantity=5)

    [seen] = availability([shirt.pk], channel=web).values()

    assert seen.free == 20 - 1 - 2 + 3 - 2 - 4 - 1 - 5 == 8
    assert [reason.sentence for reason in seen.reasons] == [
        "1 unsellable",
        "2 kept as safety stock",
        "3 may be sold before they come",
        "2 held in baskets",
        "4 promised to orders",
        "1 kept for the shop window",
        "5 kept for the channel Till",
    ]
    assert availability([shirt.pk], channel=store)[shirt.pk].free == 14
    assert availability([shirt.pk])[shirt.pk].free == 14


def test_it_says_as_of_when_by_location_and_in_sum(shop):
    nantes, lyon = shop.location("nantes"), shop.location("lyon")
    shirt = shop.product("shirt", stock={nantes: 3, lyon: 4})
    never = shop.product("never")
    moment = datetime(2030, 5, 1, 12, tzinfo=UTC)
    with clock.moved_to(moment):
        seen = availability([shirt.pk, never.pk])
    assert seen[shirt.pk].as_of == moment
    assert {place.location_id: place.free for place in seen[shirt.pk].places} == {nantes.pk: 3, lyon.pk: 4}
    assert (seen[shirt.pk].free, seen[never.pk].free, seen[never.pk].places) == (7, 0, ())
    assert availability([shirt.pk], location_ids=[lyon.pk])[shirt.pk].free == 4
    assert availability([shirt.pk], location_ids=[])[shirt.pk].free == 0


def test_what_is_kept_at_one_location_takes_nothing_from_another(shop):
    nantes, lyon, web = shop.location("nantes"), shop.location("lyon"), shop.channel("web")
    shirt = shop.product("shirt", stock={nantes: 2, lyon: 4})
    set_reserve(channel=web, location=nantes, kind="buffer", quantity=9)
    assert availability([shirt.pk], channel=web)[shirt.pk].free == 4


def test_reasons_are_said_in_the_language_of_the_reader():
    with translation.override("en"):
        assert Reason("allocated", 1).sentence == "1 promised to an order"
        assert Reason("buffer", 2).sentence == "2 not offered here"


def test_fifty_variants_in_ten_shops_cost_two_statements(shop):
    web = shop.channel("web")
    places = [shop.location(f"shop-{n}") for n in range(10)]
    set_reserve(channel=web, location=places[0], kind="buffer", quantity=1)
    variants = [shop.product(f"shirt-{n}", texts={}, price=None) for n in range(50)]
    for place in places:
        count_stock_many(location=place, counted={one.pk: 5 for one in variants})
    hold(variants[0], places[3], 2)
    with CaptureQueriesContext(connection) as seen:
        found = availability([one.pk for one in variants], channel=web)
    assert len(seen) == 2
    assert [found[one.pk].free for one in variants] == [47] + [49] * 49


def test_a_hold_ends_for_the_reader_at_its_very_moment(shop):
    nantes = shop.location("nantes")
    shirt = shop.product("shirt", stock={nantes: 1})
    now = clock.now()
    with clock.moved_to(now):
        hold(shirt, nantes, 1)
    for seconds, free in ((899, 0), (900, 1)):
        with clock.moved_to(now + timedelta(seconds=seconds)):
            assert availability([shirt.pk])[shirt.pk].free == free


def test_near_goes_by_distance_and_leaves_out_who_has_none(shop):
    places = {
        "paris": ("48.8566", "2.3522"),
        "lyon": ("45.7640", "4.8357"),
        "saint-denis": ("-20.8789", "55.4481"),
        "rennes": ("48.1173", "-1.6778"),
    }
    there = {
        code: shop.location(code, latitude=Decimal(latitude), longitude=Decimal(longitude))
        for code, (latitude, longitude) in places.items()
    }
    nowhere = shop.location("nowhere")
    shirt = shop.product("shirt", stock={place: 2 for code, place in there.items() if code != "rennes"})
    receive_stock(variant=shirt, location=nowhere, quantity=2)

    found = near(47.2184, -1.5536, shirt.pk)  # Nantes

    assert [one.location_id for one in found] == [there[code].pk for code in ("paris", "lyon", "saint-denis")]
    # Great-circle distances between the towns, as published to the kilometre.
    assert [round(one.distance_km) for one in found] == pytest.approx([343, 516, 9395], rel=0.01)
    with pytest.raises(InvalidValue) as refusal:
        near(91, 0, shirt.pk)
    assert refusal.value.field == "latitude"


def test_oscar_is_told_our_price_and_our_stock(shop):
    nantes = shop.location("nantes")
    shirt = shop.product("shirt", price="49.90", stock={nantes: 3})
    coat = shop.product("coat", sizes=["S", "M"], price="120.00")
    strategy = Selector().strategy()
    offer = strategy.fetch_for_product(shirt)
    assert (str(offer.price.incl_tax), offer.price.currency, offer.availability.num_available) == (
        "49.90",
        "EUR",
        3,
    )
    parent = strategy.fetch_for_parent(coat)
    assert (str(parent.price.incl_tax), parent.availability.is_available_to_buy) == ("120.00", False)
