"""Reading a channel over HTTP: what is answered, in which language, with how many statements."""

import json
from datetime import timedelta

import pytest

from comptoir.base import clock
from comptoir.catalogue.models import Listing
from comptoir.channels.queries import forget_contexts
from comptoir.channels.services import issue_channel_key, revoke_channel_key
from comptoir.stock.holds import hold_stock
from comptoir.stock.plans import Wanted
from comptoir.stock.services import set_reserve

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_contexts():
    forget_contexts()
    yield
    forget_contexts()


@pytest.fixture
def web(shop):
    return shop.channel("web")


def test_a_channel_says_what_it_can_do(shop, web, client):
    answer = client.get("/api/v1/web").json()

    assert answer["locales"] == ["fr", "en"]
    assert answer["currency"] == "EUR"
    assert "price" in answer["sorts"]


def test_a_product_is_found_by_slug_sku_and_barcode(shop, web, client):
    shop.product("marin", gtin="3017620422003")
    shop.settle()

    by_slug = client.get("/api/v1/web/products/marin")
    assert by_slug.json()["handle"] == "marin"
    for code in ("MARIN", "3017620422003"):
        assert client.get(f"/api/v1/web/codes/{code}").content == by_slug.content


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [
        ({}, "", "fr"),
        ({"Accept-Language": "en-GB,en;q=0.8"}, "", "en"),
        ({"Accept-Language": "de"}, "", "fr"),
        ({"Accept-Language": "fr"}, "?locale=en", "en"),
    ],
)
def test_the_language_is_chosen_by_the_caller(shop, web, client, headers, query, language):
    shop.product("marin", texts={"fr": "Marinière", "en": "Breton top"})
    shop.settle()
    slug = {"fr": "mariniere", "en": "breton-top"}[language]

    answer = client.get(f"/api/v1/web/products/{slug}{query}", headers=headers)

    assert answer.json()["locale"] == answer["Content-Language"] == language


def test_an_answer_the_caller_has_already_is_304(shop, web, client):
    nantes = shop.location()
    product = shop.product("marin", stock={nantes: 1})
    shop.settle()
    first = client.get("/api/v1/web/products/marin")

    again = client.get("/api/v1/web/products/marin", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    from comptoir.stock.services import receive_stock

    receive_stock(variant=product, location=nantes, quantity=1)
    fresh = client.get("/api/v1/web/products/marin", headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200
    assert fresh.json()["availability"]["quantity"] == 2


def test_a_keyed_channel_is_not_there_without_its_key(shop, client):
    store = shop.channel("store", is_public=False)
    other = shop.channel("web", is_public=False)
    key, secret = issue_channel_key(channel=store, name="till 1")
    _other_key, other_secret = issue_channel_key(channel=other, name="robot")

    unknown = client.get("/api/v1/nothing/products")
    for headers in ({}, {"X-Channel-Key": "ck_wrong"}, {"X-Channel-Key": other_secret}):
        refused = client.get("/api/v1/store/products", headers=headers)
        assert refused.status_code == 404
        assert refused.content == unknown.content
    opened = client.get("/api/v1/store/products", headers={"X-Channel-Key": secret})
    assert opened.status_code == 200
    assert "public" not in opened["Cache-Control"]

    revoke_channel_key(key=key)
    forget_contexts()
    assert client.get("/api/v1/store/products", headers={"X-Channel-Key": secret}).status_code == 404


def test_a_key_is_kept_as_a_hash_only(shop):
    key, secret = issue_channel_key(channel=shop.channel("store", is_public=False), name="till 1")

    key.refresh_from_db()
    assert secret not in str(vars(key))
    assert len(key.key_hash) == 64


def test_a_closed_channel_is_not_there(shop, web, client):
    web.is_active = False
    web.save()

    assert client.get("/api/v1/web/products").status_code == 404


@pytest.mark.parametrize("sort", ["featured", "newest", "price", "-price", "title"])
def test_pages_of_a_list_have_every_product_once(shop, web, client, sort):
    for number in range(7):
        shop.product(f"shirt-{number}", price=str(10 + number % 3))
    shop.settle()

    handles, cursor = [], ""
    while True:
        page = client.get("/api/v1/web/products", {"sort": sort, "limit": 2, "cursor": cursor}).json()
        handles += [card["handle"] for card in page["items"]]
        cursor = page["next"]
        if not cursor:
            break

    assert sorted(handles) == [f"shirt-{number}" for number in range(7)]


def test_lists_sort_by_price_both_ways(shop, web, client):
    for handle, price in (("a", "30"), ("b", "10"), ("c", "20")):
        shop.product(handle, price=price)
    shop.settle()

    def handles(sort):
        return [card["handle"] for card in client.get("/api/v1/web/products", {"sort": sort}).json()["items"]]

    assert handles("price") == ["b", "c", "a"]
    assert handles("-price") == ["a", "c", "b"]


def test_a_list_is_limited_to_category_attribute_and_price(shop, web, client):
    tops = shop.category("Hauts", slug="hauts")
    shirts = shop.category("Chemises", parent=tops, slug="chemises")
    shop.product("small", sizes=["S"], price="10", categories=[shirts])
    shop.product("both", sizes=["S", "M"], price="20", categories=[tops])
    shop.product("large", sizes=["L"], price="30")
    shop.settle()

    def handles(**query):
        return {card["handle"] for card in client.get("/api/v1/web/products", query).json()["items"]}

    assert handles(category="hauts") == {"small", "both"}
    assert handles(category="chemises") == {"small"}
    assert handles(attribute=["size:s"]) == {"small", "both"}
    assert handles(attribute=["size:m", "size:l"]) == {"both", "large"}
    assert handles(price_min="15", price_max="25") == {"both"}


def test_an_answer_is_at_most_two_statements_for_1_and_for_50_products(
    shop, client, django_assert_num_queries
):
    nantes = shop.location()
    for code in ("web", "app"):
        shop.channel(code)
    shop.product("first", sizes=["S", "M"], stock={nantes: 1})
    shop.settle()

    def count(statements, path):
        with django_assert_num_queries(statements):
            return client.get(f"/api/v1/web/{path}").json()

    for products in (1, 50):
        for number in range(products - 1):
            shop.product(f"shirt-{number}", stock={nantes: 1})
        shop.settle()
        forget_contexts()
        assert len(count(2, "products?limit=50")["items"]) == products  # a cold process reads the channel too
        count(1, "products?limit=50")
        count(1, "products/first")
        count(1, "codes/FIRST-S")


def test_a_listing_is_shown_in_its_window_to_the_second(shop, web, client):
    product = shop.product("marin")
    starts_at = clock.now() + timedelta(hours=1)
    Listing.objects.create(
        product=product, channel=web, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
    )
    shop.settle()

    def status_at(moment):
        with clock.moved_to(moment):
            return client.get("/api/v1/web/products/marin").status_code

    assert status_at(starts_at - timedelta(seconds=1)) == 404
    assert status_at(starts_at) == 200
    assert status_at(starts_at + timedelta(minutes=59, seconds=59)) == 200
    assert status_at(starts_at + timedelta(hours=1)) == 404


def test_stock_counts_only_the_locations_of_the_channel(shop, client):
    nantes, lyon = shop.location("nantes"), shop.location("lyon")
    shop.channel("web")
    shop.channel("store", locations=[nantes])
    shop.product("marin", gtin="3017620422003", stock={nantes: 2, lyon: 5})
    shop.settle()

    assert client.get("/api/v1/web/products/marin").json()["availability"]["quantity"] == 7
    assert client.get("/api/v1/store/products/marin").json()["availability"]["quantity"] == 2


def test_what_baskets_hold_and_reserves_keep_is_not_offered_and_comes_back(shop, client):
    nantes = shop.location("nantes")
    web, store = shop.channel("web"), shop.channel("store")
    product = shop.product("marin", stock={nantes: 3})
    shop.settle()
    set_reserve(channel=web, location=nantes, kind="buffer", quantity=1)

    def seen(code: str) -> tuple[bool, int]:
        card = client.get(f"/api/v1/{code}/products").json()["items"][0]
        detail = client.get(f"/api/v1/{code}/products/marin").json()
        assert card["availability"]["in_stock"] is detail["availability"]["in_stock"]
        return card["availability"]["in_stock"], detail["availability"]["quantity"]

    assert (seen("web"), seen("store")) == ((True, 2), (True, 3))
    hold_stock(requests=[Wanted("basket-line:1", product.pk, 2)], location_ids=[nantes.pk], channel=store)
    assert (seen("web"), seen("store")) == ((False, 0), (True, 1))
    with clock.moved_to(clock.now() + timedelta(minutes=15)):
        assert (seen("web"), seen("store")) == ((True, 2), (True, 3))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?sort=colour", "sort"),
        ("?cursor=%00%ff", "cursor"),
        ("?cursor=WzEsMiwzXQ", "cursor"),
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?limit=ten", "limit"),
        ("?locale=xx", "locale"),
        ("?price_min=-1", "price_min"),
        ("?price_max=NaN", "price_max"),
        ("?attribute=red", "attribute"),
    ],
)
def test_bad_values_are_refused_with_code_and_field(shop, web, client, query, field):
    answer = client.get(f"/api/v1/web/products{query}")

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field
    assert answer.json()["code"]


@pytest.mark.parametrize(
    "path", ["products/nothing", "codes/%00", "pages?path=/../..", "menus/none", "products?category=x"]
)
def test_what_is_not_there_is_404_with_a_code(shop, web, client, path):
    shop.settle()

    answer = client.get(f"/api/v1/web/{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_errors_are_in_the_callers_language(shop, web, client):
    french = client.get("/api/v1/web/products/rien", headers={"Accept-Language": "fr"}).json()
    english = client.get("/api/v1/web/products/rien", headers={"Accept-Language": "en"}).json()

    assert english["title"] == "There is nothing here."
    assert french["title"] == "Il n’y a rien ici."


def test_only_listed_origins_may_read_from_browsers(shop, web, client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://shop.example"]

    allowed = client.get("/api/v1/web", headers={"Origin": "https://shop.example"})
    other = client.get("/api/v1/web", headers={"Origin": "https://evil.example"})

    assert allowed["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Access-Control-Allow-Origin" not in other


def test_the_openapi_file_is_the_snapshot_in_the_repository(client, request):
    """``python manage.py docs`` writes it again after a wanted change."""
    served = client.get("/api/v1/openapi.json").json()
    kept = json.loads((request.config.rootpath / "docs" / "openapi.json").read_text())

    assert served == kept, "python manage.py docs"


def test_the_openapi_page_opens_without_the_internet(client):
    page = client.get("/api/v1/docs")

    assert page.status_code == 200
    assert b"cdn" not in page.content
