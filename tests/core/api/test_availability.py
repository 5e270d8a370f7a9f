"""Live stock for customers: how many are free and where, and nothing of who has the others."""

import json
from datetime import timedelta

import pytest

from comptoir.base import clock
from comptoir.catalogue.models import Listing, ProductClass
from comptoir.channels.models import Channel
from comptoir.channels.queries import forget_contexts
from comptoir.stock.holds import hold_stock
from comptoir.stock.plans import Wanted
from comptoir.stock.services import mark_unsellable, set_reserve, set_safety

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(shop):
    shop.channel("web")
    return [
        shop.location("nantes", latitude="47.2184", longitude="-1.5536"),
        shop.location("lyon", latitude="45.7640", longitude="4.8357"),
        shop.location("depot"),
    ]


def ask(client, *skus, channel="web", **more):
    return client.get(f"/api/v1/{channel}/availability", {"sku": list(skus), **more})


def test_free_pieces_are_told_in_sum_and_by_location(shop, places, client):
    nantes, lyon, _depot = places
    shop.product("marin", sizes=["S", "M"], stock={nantes: 3, lyon: 2})
    shop.settle()
    before = clock.now()

    answer = ask(client, "MARIN-M", "NOBODY", "MARIN-S")

    assert answer["Cache-Control"] == "private, no-store"
    body = answer.json()
    assert before.isoformat() <= body["as_of"].replace("Z", "+00:00") <= clock.now().isoformat()
    assert [item["sku"] for item in body["items"]] == ["MARIN-M", "MARIN-S"]
    assert body["items"][0] == {
        "sku": "MARIN-M",
        "state": "available",
        "free": 5,
        "locations": [
            {"code": "lyon", "name": "Lyon", "free": 2, "distance_km": None},
            {"code": "nantes", "name": "Nantes", "free": 3, "distance_km": None},
        ],
    }
    assert body["unknown"] == ["NOBODY"]


def test_near_a_point_the_nearest_location_comes_first(shop, places, client):
    shop.product("marin", stock=dict.fromkeys(places, 1))
    shop.settle()

    [item] = ask(client, "MARIN", lat="47.2", lon="-1.5").json()["items"]

    assert [(place["code"], place["distance_km"]) for place in item["locations"]] == [
        ("nantes", 4.5),
        ("lyon", 510.5),
        ("depot", None),
    ]


def test_the_last_ones_in_other_baskets_are_told_as_such_but_not_how_many(shop, places, client):
    nantes = places[0]
    marin = shop.product("marin", stock={nantes: 2})
    shop.product("pull", stock={nantes: 1})
    shop.settle()
    hold_stock(requests=[Wanted("basket-line:1", marin.pk, 2)], location_ids=[nantes.pk])

    held = ask(client, "MARIN", "PULL")
    assert [(item["free"], item["state"]) for item in held.json()["items"]] == [
        (0, "in_baskets"),
        (1, "available"),
    ]
    assert not {"held", "on_hand", "reasons"} & set(json.dumps(held.json()).replace('"', " ").split())

    with clock.moved_to(clock.now() + timedelta(minutes=16)):
        assert [item["free"] for item in ask(client, "MARIN").json()["items"]] == [2]


def test_what_is_kept_back_is_neither_free_nor_explained_to_customers(shop, places, client):
    nantes = places[0]
    marin = shop.product("marin", stock={nantes: 6})
    shop.settle()
    set_safety(variant=marin, location=nantes, quantity=1)
    mark_unsellable(variant=marin, location=nantes, quantity=2)
    set_reserve(
        channel=Channel.objects.get(),
        location=nantes,
        variant=marin,
        kind="buffer",
        quantity=3,
        purpose="window",
    )

    [item] = ask(client, "MARIN").json()["items"]
    assert (item["free"], item["state"]) == (0, "sold_out")


def test_only_what_the_channel_shows_now_at_its_own_locations_is_told(shop, places, client):
    nantes, lyon, _depot = places
    shop.channel("app", locations=[lyon])
    shop.product("marin", stock={nantes: 3, lyon: 2})
    hidden = shop.product("hidden", stock={nantes: 3})
    Listing.objects.create(product=hidden, channel=Channel.objects.get(code="app"), is_shown=False)
    shop.product("draft", stock={nantes: 3}, publish=False)
    shop.settle()
    forget_contexts()

    answer = ask(client, "MARIN", "HIDDEN", "DRAFT", channel="app").json()

    assert [(item["sku"], item["free"]) for item in answer["items"]] == [("MARIN", 2)]
    assert [place["code"] for place in answer["items"][0]["locations"]] == ["lyon"]
    assert answer["unknown"] == ["HIDDEN", "DRAFT"]


def test_what_is_not_counted_is_always_available(shop, places, client):
    shop.product("haircut")
    ProductClass.objects.update(track_stock=False)
    shop.settle()

    [item] = ask(client, "HAIRCUT").json()["items"]
    assert item == {"sku": "HAIRCUT", "state": "available", "free": None, "locations": []}


def test_fifty_variants_in_ten_shops_cost_at_most_two_statements(shop, client, django_assert_max_num_queries):
    shop.channel("web")
    shops = [shop.location(f"shop-{n}", latitude="47", longitude=str(n)) for n in range(10)]
    shirts = [shop.product(f"shirt-{n}", sizes="SMLXZ", stock=dict.fromkeys(shops, 2)) for n in range(10)]
    skus = [variant.sku for shirt in shirts for variant in shop.variants(shirt)]
    shop.settle()
    forget_contexts()

    with django_assert_max_num_queries(2):
        answer = ask(client, *skus, lat=47, lon=3).json()

    assert len(answer["items"]) == 50
    assert {(item["free"], len(item["locations"])) for item in answer["items"]} == {(20, 10)}
    assert answer["items"][0]["locations"][0]["code"] == "shop-3"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "sku"),
        ({"sku": [f"S-{n}" for n in range(51)]}, "sku"),
        ({"sku": "A", "lat": "91", "lon": "0"}, "lat"),
        ({"sku": "A", "lat": "nan", "lon": "0"}, "lat"),
        ({"sku": "A", "lat": "1", "lon": "200"}, "lon"),
        ({"sku": "A", "lat": "1"}, "lon"),
        ({"sku": "A", "lon": "1"}, "lat"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(shop, places, client, query, field):
    answer = client.get("/api/v1/web/availability", query)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_a_code_that_nothing_can_have_is_unknown_and_a_closed_channel_is_not_there(shop, places, client):
    assert ask(client, "A\0B", "x" * 5000).json()["unknown"] == ["A\0B", "x" * 5000]
    assert ask(client, "MARIN", channel="nowhere").status_code == 404
