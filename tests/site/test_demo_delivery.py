"""The demo shop offers its deliveries where they belong."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from comptoir.channels.models import Channel
from comptoir.fulfilment.models import DeliveryMethod, LocationSettings
from comptoir.fulfilment.services import save_method
from comptoir.orders.models import Order
from comptoir_site.demo import relays
from comptoir_site.demo.delivery import offer_deliveries
from comptoir_site.demo.shop import LOCATIONS
from tests.core.checkout.conftest import till, web

__all__ = ["till", "web"]

pytestmark = pytest.mark.django_db


def test_the_demo_delivers_lets_collect_and_carry_out_and_takes_play_money(shop):
    places = {one.code: shop.location(one.code, kind=one.kind) for one in LOCATIONS}
    for code in ("web", "app", "store", "social", "booking"):
        shop.channel(code)
    Group.objects.create(name="Boutique")

    kinds = [one.kind for one in offer_deliveries(places)]

    assert kinds == ["collection", "home", "home", "relay", "carry_out"]

    assert {one.code for one in DeliveryMethod.objects.get(code="emporte").channels.all()} == {"store"}
    assert set(Channel.objects.filter(extensions=["testpay"]).values_list("code", flat=True)) == {
        "web", "app", "store",
    }  # fmt: skip
    collecting = LocationSettings.objects.filter(collects=True)
    assert {one.location.code for one in collecting} == {"nantes", "lyon", "saint-denis"}
    assert Group.objects.get(name="Boutique").permissions.filter(codename="prepare_parcel").exists()


@pytest.fixture
def relay_delivery(till, plug, settings):
    """Escale carries for 3.90 euros; what it brings is paid by transfer."""
    settings.COMPTOIR_BANK_IBAN = "FR7630006000011234567890189"
    plug("escale", relays)
    save_method(
        code="relais", kind="relay", name="Point relais", carrier="escale", rates=[{"price": Decimal("3.90")}]
    )


def to_point(code):
    address = {"street": "3 rue Crébillon", "postcode": "44000", "city": "Nantes", "country": "FR"}
    return {"key": "relais", "point": code, "address": address}


def test_goods_go_to_a_relay_point_near_the_address_and_the_order_keeps_it(relay_delivery, web):
    points = web.get("relay-points?delivery=relais&country=FR&postcode=44000")["items"]
    assert {one["postcode"][:2] for one in points} == {"44"}

    placed = web.buy("MARIN-S", delivery=to_point(points[0]["code"]), payment="transfer")

    order = Order.objects.get(number=placed["order"]["number"])
    assert (order.delivery["point"], str(order.delivery_total)) == (points[0], "3.900")
    assert placed["delivery"]["point"] == points[0]


def test_the_nearest_relay_point_comes_first_and_none_far_away(relay_delivery, web):
    points = web.get("relay-points?delivery=relais&lat=47.2069&lon=-1.5785")["items"]
    assert points[0]["code"] == "NTE03"
    assert [one["distance_km"] for one in points] == sorted(one["distance_km"] for one in points)
    assert not {"LYO01", "RUN01"} & {one["code"] for one in points}


def test_a_relay_point_of_another_town_is_refused(relay_delivery, web):
    path = web.begin("MARIN-S")
    refused = web("PATCH", path, {"delivery": to_point("LYO01")})
    assert (web.status, refused["code"]) == (422, "unknown_relay_point")
    assert web.get(path)["delivery"] is None
