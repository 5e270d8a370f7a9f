"""Channels, their keys and locations in the back office."""

import pytest
from django.urls import reverse
from django.utils import translation

from comptoir.catalogue.models import Assortment
from comptoir.channels.models import Channel, ChannelKey, Location
from comptoir.customers.models import User
from comptoir.events.models import Event

pytestmark = pytest.mark.django_db

CHANNEL = {
    "name": "Boutique en ligne", "code": "web", "plugin": "web", "own_locale": "fr", "locales": ["fr", "en"],
    "currency": "EUR", "time_zone": "Europe/Paris", "position": "0", "is_active": "on", "is_public": "on",
    "country": "FR", "holds_from": "adding", "hold_minutes": "15", "hold_minutes_max": "120",
}  # fmt: skip
LOCATION = {
    "name": "Nantes", "code": "nantes", "kind": "shop", "time_zone": "Europe/Paris", "country": "FR", "is_active": "on",
    "opening_hours-TOTAL_FORMS": "0", "opening_hours-INITIAL_FORMS": "0",
    "days_off-TOTAL_FORMS": "0", "days_off-INITIAL_FORMS": "0",
}  # fmt: skip


def hours(*stretches):
    """What the browser sends for stretches of (weekday, opens, closes)."""
    sent = {"opening_hours-TOTAL_FORMS": len(stretches)}
    for number, stretch in enumerate(stretches):
        for name, value in zip(("weekday", "opens", "closes"), stretch, strict=True):
            sent[f"opening_hours-{number}-{name}"] = value
    return sent


@pytest.fixture
def staff(client, shop):
    client.force_login(User.objects.create_superuser("boss@aubelaine.example", "a-long-password"))
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        yield client


def test_every_screen_opens(staff, shop):
    web, nantes = shop.channel("web"), shop.location("nantes", hours=[(0, "09:00", "12:00")])
    for name, args in (
        ("channels:index", []),
        ("channels:add", []),
        ("channels:edit", [web.pk]),
        ("channels:delete", [web.pk]),
        ("channels:keys", [web.pk]),
        ("locations:index", []),
        ("locations:add", []),
        ("locations:edit", [nantes.pk]),
        ("locations:delete", [nantes.pk]),
    ):
        assert staff.get(reverse(name, args=args)).status_code == 200, name


def test_a_channel_is_opened_with_its_own_language_first(staff, shop):
    shelf = shop.category("Mailles")

    response = staff.post(reverse("channels:add"), {**CHANNEL, "own_locale": "en", "assortment": [shelf.pk]})

    assert response.status_code == 302, response.context["form"].errors
    channel = Channel.objects.get()
    assert channel.locales == ["en", "fr"]
    assert Assortment.objects.get().category == shelf
    assert Event.objects.filter(type="channel_changed", subject_id=channel.pk).exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("plugin", "comptoir.publishing"), ("plugin", "nothing"), ("code", "A b"), ("currency", "euro"),
     ("own_locale", "de"),
     ("locales", ["xx"]), ("time_zone", "Mars/Base"), ("extensions", ["nothing"])],
)  # fmt: skip
def test_a_channel_with_a_bad_value_is_refused_beside_the_field(staff, shop, field, value):
    response = staff.post(reverse("channels:add"), {**CHANNEL, field: value})

    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not Channel.objects.exists()


def test_a_new_currency_is_allowed_and_warned_of(staff, shop, client):
    web = shop.channel("web")
    shop.product("marin")
    shop.settle()
    Event.objects.all().delete()

    response = staff.post(
        reverse("channels:edit", args=[web.pk]), {**CHANNEL, "currency": "CHF"}, follow=True
    )
    shop.settle()

    assert "products without a price in CHF leave it" in response.content.decode()
    assert client.get("/api/v1/web/products").json()["items"] == []


def test_deleting_a_channel_asks_first(staff, shop):
    web = shop.channel("web")
    url = reverse("channels:delete", args=[web.pk])

    assert "Are you sure" in staff.get(url).content.decode()
    assert Channel.objects.exists()
    assert staff.post(url).status_code == 302
    assert not Channel.objects.exists()


def test_a_key_is_shown_once_and_opens_its_channel(staff, shop, client):
    web = shop.channel("web", is_public=False)
    url = reverse("channels:keys", args=[web.pk])

    response = staff.post(url, {"name": "Caisse 2"})

    secret = response.context["secret"]
    assert secret.startswith("ck_")
    assert secret in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in staff.get(url).content.decode()
    assert web.keys.get().key_hash != secret
    opened = client.get("/api/v1/web/products", headers={"X-Channel-Key": secret})
    assert opened.status_code == 200


def test_a_revoked_key_opens_nothing(staff, shop, client):
    web = shop.channel("web", is_public=False)
    url = reverse("channels:keys", args=[web.pk])
    secret = staff.post(url, {"name": "Caisse 2"}).context["secret"]

    response = staff.post(url, {"revoke": web.keys.get().pk})

    assert response.status_code == 302
    assert ChannelKey.objects.get().revoked_at
    assert client.get("/api/v1/web/products", headers={"X-Channel-Key": secret}).status_code == 404
    assert staff.post(url, {"revoke": "999999"}).status_code == 404
    assert staff.post(url, {"revoke": "x"}).status_code == 404


def test_a_key_without_a_name_is_refused(staff, shop):
    web = shop.channel("web")

    response = staff.post(reverse("channels:keys", args=[web.pk]), {"name": ""})

    assert "This field is required." in response.content.decode()
    assert not ChannelKey.objects.exists()


def test_a_location_is_opened_with_its_hours(staff, shop):
    sent = {
        **LOCATION,
        **hours((1, "10:00", "13:00"), (1, "14:00", "19:00")),
        "days_off-TOTAL_FORMS": "1",
        "days_off-0-on": "2026-12-25",
        "days_off-0-reason": "Noël",
    }

    response = staff.post(reverse("locations:add"), sent)

    assert response.status_code == 302, response.context["form"].errors
    nantes = Location.objects.get()
    assert [str(one) for one in nantes.opening_hours.all()] == ["Tuesday 10:00–13:00", "Tuesday 14:00–19:00"]
    assert nantes.days_off.get().reason == "Noël"


@pytest.mark.parametrize(
    ("stretches", "message"),
    [
        ([(1, "19:00", "10:00")], "It has to open before it closes."),
        (
            [(1, "10:00", "14:00"), (1, "13:00", "19:00")],
            "This overlaps with another stretch of the same day.",
        ),
        ([(1, "10:00", "12:00"), (1, "10:00", "14:00")], ""),
        ([(1, "25:00", "26:00")], "Enter a valid time."),
    ],
)
def test_hours_that_cannot_be_are_refused(staff, shop, stretches, message):
    response = staff.post(reverse("locations:add"), {**LOCATION, **hours(*stretches)})

    assert response.status_code == 200
    assert message in response.content.decode()
    assert not Location.objects.exists()


def test_a_location_with_stock_is_not_deleted(staff, shop):
    nantes = shop.location("nantes")
    shop.product("marin", stock={nantes: 1})

    response = staff.post(reverse("locations:delete", args=[nantes.pk]), follow=True)

    assert "has stock movements and cannot be deleted" in response.content.decode()
    assert Location.objects.exists()
