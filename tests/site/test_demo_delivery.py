"""The demo shop offers its deliveries where they belong."""

import pytest
from django.contrib.auth.models import Group

from comptoir.channels.models import Channel
from comptoir.fulfilment.models import DeliveryMethod, LocationSettings
from comptoir_site.demo.delivery import offer_deliveries
from comptoir_site.demo.shop import LOCATIONS

pytestmark = pytest.mark.django_db


def test_the_demo_delivers_lets_collect_and_carry_out_and_takes_play_money(shop):
    places = {one.code: shop.location(one.code, kind=one.kind) for one in LOCATIONS}
    for code in ("web", "app", "store", "social", "booking"):
        shop.channel(code)
    Group.objects.create(name="Boutique")

    assert [one.kind for one in offer_deliveries(places)] == ["collection", "home", "home", "carry_out"]

    assert {one.code for one in DeliveryMethod.objects.get(code="emporte").channels.all()} == {"store"}
    assert set(Channel.objects.filter(extensions=["testpay"]).values_list("code", flat=True)) == {
        "web", "app", "store",
    }  # fmt: skip
    collecting = LocationSettings.objects.filter(collects=True)
    assert {one.location.code for one in collecting} == {"nantes", "lyon", "saint-denis"}
    assert Group.objects.get(name="Boutique").permissions.filter(codename="prepare_parcel").exists()
