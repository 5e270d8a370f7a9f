"""The feeds that Google and Meta fetch."""

import csv
from xml.etree import ElementTree

import pytest

from comptoir.catalogue.models import Picture
from comptoir.catalogue.services import set_pictures
from comptoir.channels.queries import forget_contexts
from comptoir.channels.services import issue_channel_key
from comptoir.stock.services import receive_stock
from comptoir_social.feeds import META_COLUMNS

pytestmark = pytest.mark.django_db
G = "{http://base.google.com/ns/1.0}"


@pytest.fixture(autouse=True)
def fresh(settings):
    settings.COMPTOIR_BASE_URL = "https://shop.example"
    settings.COMPTOIR_SHOP_NAME = "Maison & Fils"
    forget_contexts()


@pytest.fixture
def picture(db):
    """A picture that nobody draws here: feeds carry its address only."""
    return Picture.objects.create(
        title="Marin", file="marin.jpg", width=900, height=900, file_hash="ab", file_size=1
    )


def text(answer):
    return b"".join(answer.streaming_content).decode()


def test_google_reads_every_variant_with_live_availability(shop, client, picture):
    nantes = shop.location("nantes")
    shop.channel("social")
    product = shop.product("marin", sizes=["S", "M"], vendor="A & B")
    set_pictures(product=product, pictures=[picture])
    receive_stock(variant=shop.variants(product)[1], location=nantes, quantity=2)
    shop.settle()

    answer = client.get("/api/v1/social/feeds/google?locale=en")
    items = ElementTree.fromstring(text(answer)).findall("channel/item")

    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert answer.headers["Content-Language"] == "en"
    assert [item.findtext(f"{G}id") for item in items] == ["MARIN-S", "MARIN-M"]
    assert [item.findtext(f"{G}availability") for item in items] == ["out_of_stock", "in_stock"]
    assert items[0].findtext(f"{G}price") == "49.90 EUR"
    assert items[0].findtext(f"{G}brand") == "A & B"
    assert items[0].findtext(f"{G}item_group_id") == "marin"
    assert items[0].findtext(f"{G}link") == "https://shop.example/social/en/products/marin?sku=MARIN-S"
    assert items[0].findtext(f"{G}sku") is None


def test_stock_that_comes_is_in_the_next_feed_without_a_rebuild(shop, client, picture):
    nantes = shop.location("nantes")
    shop.channel("social")
    product = shop.product("marin")
    set_pictures(product=product, pictures=[picture])
    shop.settle()
    before = text(client.get("/api/v1/social/feeds/google"))

    receive_stock(variant=product, location=nantes, quantity=1)

    assert "out_of_stock" in before
    assert "<g:availability>in_stock" in text(client.get("/api/v1/social/feeds/google"))


def test_meta_reads_a_line_a_variant(shop, client, picture):
    shop.channel("social")
    product = shop.product("marin", sizes=["S", "M"], texts={"fr": 'Marin "bleu", été'})
    set_pictures(product=product, pictures=[picture])
    shop.settle()

    answer = client.get("/api/v1/social/feeds/meta")
    rows = list(csv.DictReader(text(answer).splitlines()))

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert tuple(rows[0]) == META_COLUMNS
    assert [(row["id"], row["title"], row["availability"]) for row in rows] == [
        ("MARIN-S", 'Marin "bleu", été, S', "out of stock"),
        ("MARIN-M", 'Marin "bleu", été, M', "out of stock"),
    ]
    assert "900x900" not in rows[0]["image_link"]


def test_what_the_channel_does_not_show_is_in_no_feed(shop, client, picture):
    shop.channel("social")
    draft = shop.product("brouillon", publish=False)
    bare = shop.product("sans-photo")
    set_pictures(product=draft, pictures=[picture])
    shop.settle()

    feed = text(client.get("/api/v1/social/feeds/google"))

    assert draft.sku not in feed
    assert bare.sku not in feed
    assert "<title>Maison &amp; Fils</title>" in feed


def test_a_character_that_xml_forbids_does_not_break_the_feed(shop, client, picture):
    shop.channel("social")
    product = shop.product("marin", texts={"fr": "Mar\x0bin <b>"})
    set_pictures(product=product, pictures=[picture])
    shop.settle()

    feed = ElementTree.fromstring(text(client.get("/api/v1/social/feeds/google")))

    assert feed.findtext(f"channel/item/{G}title") == "Marin <b>"


def test_a_long_feed_takes_one_statement_a_batch(shop, client, picture, django_assert_max_num_queries):
    shop.channel("social")
    for _number in range(3):
        set_pictures(product=shop.product(), pictures=[picture])
    shop.settle()
    text(client.get("/api/v1/social/feeds/google"))

    with django_assert_max_num_queries(1):
        feed = text(client.get("/api/v1/social/feeds/google"))

    assert feed.count("<item>") == 3


@pytest.mark.parametrize("name", ["google", "meta"])
def test_another_channel_has_no_feeds(shop, client, name):
    shop.channel("web")

    for code in ("web", "nowhere"):
        answer = client.get(f"/api/v1/{code}/feeds/{name}")
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


def test_a_channel_that_is_not_public_shows_its_feeds_to_its_key_only(shop, client):
    channel = shop.channel("social", is_public=False)
    _row, secret = issue_channel_key(channel=channel, name="Google")

    assert client.get("/api/v1/social/feeds/google").status_code == 404
    answer = client.get("/api/v1/social/feeds/google", headers={"X-Channel-Key": secret})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_language_the_channel_does_not_speak_is_refused(shop, client):
    shop.channel("social")

    assert client.get("/api/v1/social/feeds/google?locale=de").status_code == 422
