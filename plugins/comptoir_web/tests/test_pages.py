"""The pages everybody sees the same: found, drawn in the channel's theme, filtered, kept, and told to machines."""

import gzip
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page

from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.channels.queries import forget_contexts
from comptoir.content.models import HomePage
from comptoir.content.services import write_content
from comptoir.pricing.services import set_price
from comptoir.publishing.models import Document
from comptoir.stock.services import count_stock
from comptoir.testing.once import built_once
from comptoir_web import kept

pytestmark = pytest.mark.django_db

STATIC = Path(__file__).parents[1] / "static" / "comptoir_web"
SHIRT = "/web/fr/products/chemise"


@built_once
def stall(shop):
    """A web shop with a category of three shirts: one in two sizes of which one is gone, one sold out, one dear."""
    nantes = shop.location("nantes")
    shop.channel("web", currency="EUR")
    shelf = shop.category("Chemises", slug="chemises")
    shop.product("chemise", sizes=["S", "M"], categories=[shelf], stock={nantes: 3})
    shop.product("liquette", sizes=["S"], categories=[shelf])
    shop.product("tunique", sizes=["M"], price="120.00", categories=[shelf], stock={nantes: 9})
    shop.settle()
    return shop


def words(response):
    return response.content.decode()


def statements(client, address):
    forget_contexts()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = client.get(address)
    assert response.status_code == 200
    return [one["sql"] for one in asked.captured_queries]


# --- what is there ----------------------------------------------------------------------------------------------------


def test_a_product_is_shown_with_its_price_its_sizes_and_what_is_left(stall, client):
    page = words(client.get(SHIRT))

    assert '<html lang="fr">' in page
    assert "49,90\u00a0€" in page
    assert 'value="CHEMISE-S"' in page
    assert "reste 3" in page


def test_a_size_that_is_gone_cannot_be_chosen(stall, client):
    stall.product("caban", sizes=["S", "M"])
    stall.settle()

    page = words(client.get("/web/fr/products/caban"))

    assert re.search(r'value="CABAN-S" required disabled', page)
    assert 'name="quantity"' not in page


def test_a_category_shows_its_products_and_counts_what_can_be_chosen(stall, client):
    page = words(client.get("/web/fr/categories/chemises"))

    assert all(f"/web/fr/products/{slug}" in page for slug in ("chemise", "liquette", "tunique"))
    tally = re.search(r'value="size:([^"]+)">\s*<span>S</span><span class="tally">(\d+)</span>', page)
    assert tally and tally[2] == "2"


def test_filters_stand_in_the_address_and_narrow_the_list_without_a_script(stall, client):
    page = words(client.get("/web/fr/categories/chemises"))
    size_s = re.search(r'value="(size:[^"]+)">\s*<span>S</span>', page)[1]

    narrowed = words(client.get("/web/fr/categories/chemises", {"f": size_s}))
    there = words(client.get("/web/fr/categories/chemises", {"f": size_s, "in_stock": "1"}))
    dear = words(client.get("/web/fr/categories/chemises", {"price_min": "100"}))

    assert "products/chemise" in narrowed and "products/liquette" in narrowed
    assert "products/tunique" not in narrowed
    assert "products/chemise" in there and "products/liquette" not in there
    assert "products/tunique" in dear and "products/chemise" not in dear
    assert '<meta name="robots" content="noindex, follow">' in narrowed


@pytest.mark.parametrize(
    "nonsense",
    [
        {"f": "::::"},
        {"f": "size"},
        {"f": "no:such"},
        {"f": "a\0b:c\0"},
        {"price_min": "abc", "price_max": "-1"},
        {"price_min": "NaN"},
        {"price_max": "1e400"},
        {"page": "0"},
        {"page": "99999999999999999999"},
        {"page": "9999"},
        {"sort": "'; DROP TABLE"},
        {"utm_source": "x", "q": "<script>"},
    ],
)
def test_nonsense_in_the_address_of_a_list_is_a_list(stall, client, nonsense):
    assert client.get("/web/fr/categories/chemises", nonsense).status_code == 200


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "'\"&|!:*()", "\0", "🦊" * 300, "\u202echemise", "%"]
)
def test_a_hostile_search_is_a_question_like_any_other(stall, client, text):
    response = client.get("/web/fr/search", {"q": text})

    assert response.status_code == 200
    assert "<script>alert" not in words(response)
    assert client.get("/web/fr/parts/suggestions", {"q": text}).status_code == 200


def test_a_search_finds_and_says_so(stall, client):
    page = words(client.get("/web/fr/search", {"q": "tunique"}))

    assert "products/tunique" in page
    assert "products/liquette" not in page


def test_the_front_page_shows_the_products_that_its_editor_chose(stall, client):
    Locale.objects.get_or_create(language_code="fr")
    product = stall.product("pull", texts={"fr": "Pull"})
    text = product.contents.get()
    body = [("products", {"title": "Nos pulls", "products": [text], "channels": []})]
    Page.get_first_root_node().add_child(
        instance=HomePage(
            title="Accueil", slug="accueil-fr", body=body, locale=Locale.objects.get(language_code="fr")
        )
    )
    stall.settle()

    page = words(client.get("/web/fr/"))

    assert "Nos pulls" in page
    assert "/web/fr/products/pull" in page


def test_how_a_variant_can_be_had_names_the_shop_where_it_is(stall, client):
    response = client.get("/web/fr/parts/ways", {"sku": "CHEMISE-S"})

    assert "Nantes" in words(response)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert client.get("/web/fr/parts/ways", {"sku": "NO-SUCH"}).status_code == 404
    assert (
        client.get("/web/fr/parts/ways", {"sku": "CHEMISE-S", "lat": "x", "lon": "9e99"}).status_code == 200
    )


def test_what_a_browser_remembers_comes_back_in_its_order(stall, client):
    page = words(client.get("/web/fr/parts/seen", {"handles": "tunique,gone,chemise"}))

    assert page.index("products/tunique") < page.index("products/chemise")
    assert page.count('class="card"') == 2


# --- what is not there ------------------------------------------------------------------------------------------------


def test_a_page_that_is_not_there_leads_on_in_the_visitors_language(stall, client):
    response = client.get("/web/en/no/such/page")

    assert response.status_code == 404
    assert "This page is not here" in words(response)
    assert "/web/en/categories/chemises" in words(response)


def test_an_old_address_leads_to_the_new_one(stall, client):
    product = stall.product("gilet", texts={"fr": "Gilet"})
    stall.settle()
    old = product.contents.get().slug

    write_content(product=product, locale="fr", title="Gilet", slug="gilet-de-laine", publish=True)
    stall.settle()

    response = client.get(f"/web/fr/products/{old}")
    assert response.status_code == 301
    assert response.headers["Location"] == "/web/fr/products/gilet-de-laine"
    assert client.get("/web/en/products/gilet-de-laine").status_code == 404


def test_an_error_is_told_to_the_house_and_said_kindly_to_the_visitor(stall, client, a_theme, caplog):
    a_theme("broken", templates={"comptoir_web/product.html": "{% no_such_tag %}"})
    stall.channel("torn", plugin="web", theme="broken")
    stall.settle()
    stall.product("echarpe")
    stall.settle()
    client.raise_request_exception = False

    response = client.get("/torn/fr/products/echarpe")

    assert response.status_code == 500
    assert "/torn/fr/" in words(response)
    assert "no_such_tag" not in words(response)
    assert any(record.levelname == "ERROR" for record in caplog.records)


# --- fast, light and safe -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [SHIRT, "/web/fr/categories/chemises"])
def test_a_cold_page_asks_at_most_four_statements(stall, client, address):
    asked = statements(client, address)

    assert 1 <= len(asked) <= 4, asked


def test_more_products_are_not_more_statements(stall, client):
    few = statements(client, "/web/fr/categories/chemises")
    shelf = stall.category("Vestes", slug="vestes")
    for number in range(20):
        stall.product(f"veste-{number}", categories=[shelf])
    stall.settle()

    assert len(statements(client, "/web/fr/categories/vestes")) == len(few)


def test_an_open_page_is_nobodys_own_and_has_a_validator(stall, client):
    first = client.get(SHIRT)
    again = client.get(SHIRT, headers={"if-none-match": first.headers["ETag"]})

    assert not first.cookies
    assert "Cookie" not in first.headers.get("Vary", "")
    assert first.headers["Cache-Control"].startswith("public")
    assert again.status_code == 304
    assert not again.content


def test_a_page_is_kept_for_a_while_and_sent_small(stall, client, settings):
    settings.COMPTOIR_WEB_PAGE_S = 60
    kept.forget_pages()
    plain = client.get(SHIRT)

    with CaptureQueriesContext(connection) as asked:
        small = client.get(SHIRT, headers={"accept-encoding": "gzip"})

    assert asked.captured_queries == []
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content
    kept.forget_pages()


def test_only_reading_is_allowed_on_an_open_page(stall, client):
    assert client.post(SHIRT).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/products/chemise",
        "/categories/chemises",
        "/search?q=chemise",
        "/shops",
        "/shops/nantes",
        "/nope",
    ],
)
def test_no_page_has_styles_or_scripts_of_its_own(stall, client, path):
    page = words(client.get(f"/web/fr{path}"))

    assert "<style" not in page
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"<script(?![^>]*(src=|application/ld\+json))", page)
    assert not re.search(r"\son[a-z]+=", page)


def test_styles_and_scripts_are_light():
    weight = sum(
        len(gzip.compress(path.read_bytes())) for path in STATIC.glob("*.*") if path.suffix in (".css", ".js")
    )

    assert weight < 50_000


def with_picture(card):
    """A card with a picture in five sizes, whose addresses have as much in them as real ones."""
    names = {
        width: f"/media/images/{hashlib.sha256(f'{card} {width}'.encode()).hexdigest()[:40]}.width-{width}.webp"
        for width in (160, 320, 500, 800, 1200)
    }
    picture = {
        "sources": names,
        "width": 1200,
        "height": 1500,
        "alt": "A shirt on a hanger, seen from the front",
    }
    return json.dumps({**json.loads(card), "picture": picture})


def test_a_full_category_is_light_in_either_theme(stall, client):
    for theme in ("default", "atelier"):
        stall.channel(theme, plugin="web", currency="EUR", theme=theme)
    shelf = stall.category("Vestes", slug="vestes")
    for number in range(24):
        stall.product(
            f"veste-{number}", texts={"fr": f"Veste de travail numéro {number}"}, categories=[shelf]
        )
    stall.settle()
    for row in Document.objects.filter(kind="product", slug__startswith="veste"):
        Document.objects.filter(pk=row.pk).update(card=with_picture(row.card))

    for theme in ("default", "atelier"):
        page = client.get(f"/{theme}/fr/categories/vestes", headers={"accept-encoding": "gzip"})
        assert gzip.decompress(page.content).count(b"width-1200.webp 1200w") == 24
        assert len(page.content) < 30_000


def test_a_card_that_was_drawn_before_says_what_is_true_now(stall, client):
    def card():
        kept.forget_pages()
        page = words(client.get("/web/fr/categories/chemises"))
        return re.search(r'<li class="card">(?:(?!</li>).)*chemise(?:(?!</li>).)*</li>', page, re.DOTALL)[0]

    before = card()
    assert "Épuisé" not in before and "49,90" in before
    assert card() == before
    chemise = Product.objects.get(handle="chemise")
    for variant in stall.variants(chemise):
        count_stock(variant=variant, location=Location.objects.get(code="nantes"), counted=0)
    set_price(variant=stall.variants(chemise)[0], amount=Decimal("45"))
    stall.settle()
    assert "Épuisé" in card() and "45,00" in card()


# --- machines ---------------------------------------------------------------------------------------------------------


def test_search_engines_read_what_is_in_stock(stall, client):
    page = words(client.get(SHIRT))
    nodes = [
        json.loads(one) for one in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    ]

    (group,) = [node for node in nodes if node["@type"] == "ProductGroup"]
    assert {one["offers"]["availability"] for one in group["hasVariant"]} == {"https://schema.org/InStock"}
    assert '<link rel="canonical" href="http://127.0.0.1:8000/web/fr/products/chemise">' in page
    assert 'hreflang="en" href="http://127.0.0.1:8000/web/en/products/chemise"' in page


def test_a_title_cannot_end_the_structured_data(stall, client):
    product = stall.product("piege", texts={})
    stall.text(product, "fr", title="</script><img src=x>", slug="piege")
    stall.settle()

    page = words(client.get("/web/fr/products/piege"))

    assert "\\u003c/script\\u003e\\u003cimg" in page
    assert "<img src=x>" not in page


def test_the_sitemap_has_what_is_shown_and_robots_know_it(stall, client):
    sitemap = words(client.get("/web/en/sitemap.xml"))

    assert "<loc>http://127.0.0.1:8000/web/en/products/tunique</loc>" in sitemap
    assert "<loc>http://127.0.0.1:8000/web/en/categories/chemises</loc>" in sitemap
    assert "Sitemap: http://127.0.0.1:8000/web/en/sitemap.xml" in words(client.get("/robots.txt"))


def test_a_shop_has_its_hours_for_people_and_for_machines(stall, client):
    stall.location("lyon", hours=[(0, "10:00", "19:00")], street="27 montée du Canut", city="Lyon")

    page = words(client.get("/web/en/shops/lyon"))

    assert "27 montée du Canut" in page
    assert "10:00 – 19:00" in page
    assert '"opens":"10:00"' in page
    assert client.get("/web/en/shops/paris").status_code == 404


# --- themes -----------------------------------------------------------------------------------------------------------


def test_a_new_theme_stands_on_the_old_one_and_is_chosen_by_a_channel(stall, client, a_theme, tmp_path):
    call_command("startheme", "winter", directory=tmp_path / "themes", verbosity=0)
    a_theme("winter", said='parent = "default"\n[light]\naccent = "oklch(50% 0.1 200)"')
    stall.channel("cold", plugin="web", theme="winter")
    stall.settle()

    page = words(client.get("/cold/fr/shops"))
    sheet = words(client.get(re.search(r'href="(/cold/fr/theme-[^"]+)"', page)[1]))

    assert "--accent:oklch(50% 0.1 200)" in sheet
    assert "Newsreader" in sheet


def test_a_theme_is_refused_a_name_that_is_none(db, tmp_path):
    with pytest.raises(CommandError):
        call_command("startheme", "../winter", directory=tmp_path)
    with pytest.raises(CommandError):
        call_command("startheme", "winter", parent="no-such", directory=tmp_path)
    assert [*tmp_path.iterdir()] == []
