"""Delivery and parcels over HTTP: customers ask and wait at the door, staff pick, pack and give out."""

import json
from decimal import Decimal

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.fulfilment.codes import collection_code
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import make_ready, pack_parcel, pick_pieces
from comptoir.fulfilment.queries import preparation_list
from comptoir.fulfilment.services import set_up_location
from comptoir.testing.staff import people

__all__ = ["people"]

pytestmark = pytest.mark.django_db
STAFF = ("view_parcel", "prepare_parcel")


def read(client, address, status=200, **query):
    response = client.get(
        f"/api/v1/{address}", {"locale": "en", **query} if "staff" not in address else query
    )
    assert response.status_code == status, response.content
    return json.loads(response.content)


def write(client, address, status=200, key=None, **payload):
    headers = {"Idempotency-Key": key} if key else {}
    response = client.post(f"/api/v1/{address}", payload, content_type="application/json", headers=headers)
    assert response.status_code == status, response.content
    return json.loads(response.content)


@pytest.fixture
def shown(retailer):
    """A shirt that the web shop shows."""
    shirt = retailer.shop.product("veste", stock={retailer.nantes: 5, retailer.depot: 5}, price="49.90")
    retailer.shop.settle()
    return shirt


def test_the_delivery_options_say_price_promise_and_place(client, retailer, shown):
    answer = read(client, "web/delivery-options", line="VESTE:2", country="FR", postcode="75011")
    items = {one["key"]: one for one in answer["items"]}
    assert items["colis"]["price"] == {"amount": "4.90", "currency": "EUR"}
    assert items["colis"]["name"] == "To your door"
    assert items["colis"]["promise"]["sentence"] == "between tomorrow and Thursday 5 March"
    nantes = items["retrait:nantes"]
    assert nantes["promise"]["sentence"] == "today from 11:00"
    assert nantes["promise"]["from_at"] == "2026-03-03T11:00:00+01:00"
    assert (nantes["location_name"], nantes["parcels"], nantes["needs_slot"]) == ("Nantes", 1, False)
    assert items["colis"]["is_available"]


def test_a_delivery_that_is_not_possible_says_why_in_the_language_of_the_customer(client, retailer, shown):
    answer = read(client, "web/delivery-options", line="VESTE", country="FR", postcode="97400")
    colis = answer["items"][0]
    assert colis["reasons"] == [{"code": "zone_not_served", "sentence": "We do not deliver there this way."}]
    assert (colis["price"], colis["is_available"]) == (None, False)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"line": "NOTHING"}, "line"), ({"line": "VESTE:0"}, "line"), ({}, "line"),
        ({"line": "VESTE", "country": "France"}, "country"), ({"line": "VESTE", "lat": 48}, "lon"),
        ({"line": "VESTE", "lat": 91, "lon": 2}, "lat"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_with_its_field(client, retailer, shown, query, field):
    refused = read(client, "web/delivery-options", 422, **query)
    assert refused["errors"][0]["field"] == field


def test_slots_and_relay_points_are_told(client, retailer, shown):
    set_up_location(location=retailer.nantes, slot_minutes=60, slot_capacity=3)
    retailer.shop.location(
        "tabac", kind="relay", postcode="75011", latitude=Decimal(48), longitude=Decimal(2)
    )
    slots = read(client, "web/slots", location="nantes")
    assert slots["items"][0] == {
        "starts_at": "2026-03-03T10:00:00Z",
        "ends_at": "2026-03-03T11:00:00Z",
        "free": 3,
    }
    assert read(client, "web/slots", location="lyon")["items"] == []
    assert read(client, "web/slots", 422, location="depot")["errors"][0]["field"] == "location"
    points = read(client, "web/relay-points", delivery="relais", lat=48.01, lon=2)
    assert [(one["code"], one["distance_km"]) for one in points["items"]] == [("tabac", 1.1)]
    assert read(client, "web/relay-points", 422, delivery="drone")["code"] == "unknown_delivery"
    assert read(client, "web/relay-points", 404, delivery="colis")["code"] == "unknown_carrier"


def test_a_parcel_goes_through_the_hands_of_the_staff(people, retailer, client):
    nina = people(*STAFF, at=[retailer.nantes])
    shirt = retailer.variant(nantes=3)
    (parcel,) = retailer.collection((shirt, 1), at=[retailer.nantes])
    at = f"staff/fulfilment/parcels/{parcel.number}"
    listed = read(nina, "staff/fulfilment/parcels", location="nantes")
    assert [one["number"] for one in listed["items"]] == [parcel.number]
    assert write(nina, f"{at}/pick", 422, scanned="NOTHING")["code"] == "wrong_scan"
    key = "pick-000000000001"
    for _time in range(3):
        assert write(nina, f"{at}/pick", key=key, scanned=shirt.sku)["lines"][0]["picked"] == 1
    assert write(nina, f"{at}/pack")["state"] == "packed"
    assert write(nina, f"{at}/hand-over", 409)["code"] == "other_way"
    assert write(nina, f"{at}/ready")["state"] == "ready"
    parcel.refresh_from_db()
    here = write(client, f"web/collections/{parcel.number}/here", code=collection_code(parcel), where="bay 2")
    assert here["number"] == parcel.number
    assert read(nina, at)["here_note"] == "bay 2"
    assert write(nina, f"{at}/collect", 422, code="000-000")["errors"][0]["field"] == "code"
    assert Parcel.objects.get().code_tries == 1
    assert write(nina, f"{at}/collect", code=collection_code(parcel))["state"] == "collected"
    assert write(nina, f"{at}/collect", code=collection_code(parcel))["state"] == "collected"
    assert [step.actor for step in parcel.history.all()][1:] == [nina.user] * 4


def test_a_rejection_names_the_parcels_it_opened(people, retailer):
    nina = people(*STAFF, at=[retailer.nantes])
    shirt = retailer.variant(nantes=3, lyon=3)
    (parcel,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    at = f"staff/fulfilment/parcels/{parcel.number}"
    assert write(nina, f"{at}/reject", 422, sku="NOTHING", reason="missing")["errors"][0]["field"] == "sku"
    assert write(nina, f"{at}/reject", 422, sku=shirt.sku, reason="mice")["errors"][0]["field"] == "reason"
    answer = write(nina, f"{at}/reject", sku=shirt.sku, reason="missing")
    assert (answer["state"], answer["opened"]) == ("rejected", [f"{parcel.order.number}-2"])


def test_only_who_works_there_and_may_touches_a_parcel(people, retailer):
    shirt = retailer.variant(nantes=3)
    (parcel,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    at = f"staff/fulfilment/parcels/{parcel.number}"
    assert read(Client(), at, 401)["code"] == "not_logged_in"
    lea = people("view_parcel", at=[retailer.nantes], name="lea")
    assert read(lea, at)["number"] == parcel.number
    assert write(lea, f"{at}/pick", 403, scanned=shirt.sku)["code"] == "not_allowed"
    theo = people(*STAFF, at=[retailer.lyon], name="theo")
    for address in (
        f"{at}/pick",
        f"{at}/pack",
        f"{at}/hand-over",
        f"{at}/ready",
        f"{at}/cancel",
        f"{at}/delivered",
    ):
        body = {"scanned": shirt.sku} if address.endswith("pick") else {}
        assert write(theo, address, 403, **body)["code"] == "not_your_location"
    assert read(theo, "staff/fulfilment/parcels", 403, location="nantes")["code"] == "not_your_location"
    assert write(theo, "staff/fulfilment/parcels/NOBODY-1/pack", 404)["code"] == "not_found"
    assert Parcel.objects.get().state == "waiting"


def test_the_collection_of_another_channel_is_not_there(client, retailer):
    shirt = retailer.variant(nantes=3)
    (parcel,) = retailer.collection((shirt, 1), at=[retailer.nantes])
    pick_pieces(parcel=parcel, scanned=shirt.sku)
    pack_parcel(parcel=parcel)
    parcel = make_ready(parcel=parcel)
    code = collection_code(parcel)
    assert write(client, f"store/collections/{parcel.number}/here", 404, code=code)["code"] == "not_found"


def test_the_preparation_list_of_five_hundred_orders_takes_two_statements(
    retailer, django_assert_num_queries
):
    shirt = retailer.variant(nantes=900)
    (parcel,) = retailer.parcels((shirt, 1), at=[retailer.nantes])
    line = parcel.lines.get()
    facts = {"order": parcel.order, "location": retailer.nantes, "kind": "home", "due_at": clock.now()}
    more = Parcel.objects.bulk_create(
        Parcel(number=f"P-{number}", opened_at=clock.now(), **facts) for number in range(499)
    )
    type(line).objects.bulk_create(
        type(line)(parcel=one, order_line=line.order_line, quantity=1) for one in more
    )
    with django_assert_num_queries(2):
        rows = list(preparation_list([retailer.nantes]))
        told = [
            (
                row.number,
                row.order.name,
                row.location.name,
                row.destination,
                row.slot,
                row.is_late,
                line.order_line.description,
            )
            for row in rows
            for line in row.lines.all()
        ]
    assert len(told) == 500


def test_the_list_over_http_asks_as_often_for_five_hundred_as_for_one(
    people, retailer, django_assert_max_num_queries
):
    nina = people(*STAFF, at=[retailer.nantes])
    shirt = retailer.variant(nantes=900)
    retailer.parcels((shirt, 1), at=[retailer.nantes])

    def statements():
        with django_assert_max_num_queries(12) as counted:
            read(nina, "staff/fulfilment/parcels", location="nantes", limit=100)
        return len(counted)

    statements()
    one = statements()
    for _number in range(5):
        retailer.parcels((shirt, 1), at=[retailer.nantes])
    assert statements() == one
    first = read(nina, "staff/fulfilment/parcels", location="nantes", limit=4)
    second = read(nina, "staff/fulfilment/parcels", location="nantes", limit=4, cursor=first["next"])
    assert len({row["number"] for row in first["items"] + second["items"]}) == 6
    assert second["next"] is None
