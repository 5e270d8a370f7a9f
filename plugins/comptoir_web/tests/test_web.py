"""The web shop's part of documents, its warnings and its preview."""

import json

import pytest
from django.test import Client
from wagtail.models import Locale, Page

from comptoir.channels.queries import forget_contexts
from comptoir.content.models import HomePage, ProductContent
from comptoir.publishing.items import CategoryItem
from comptoir.publishing.preview import side_by_side
from comptoir.testing.items import (
    make_attribute,
    make_channel,
    make_document,
    make_page,
    make_picture,
    make_product,
    make_variant,
)
from comptoir_web.blocks import block_html
from comptoir_web.documents import web_fields
from comptoir_web.readiness import web_problems
from comptoir_web.themes import theme_of

PICTURE = {"alt": "Un <col>", "width": 900, "height": 600, "sources": {"400": "/a.webp", "800": "/b.webp"}}


@pytest.fixture(autouse=True)
def address(settings):
    settings.COMPTOIR_BASE_URL = "https://shop.example"
    settings.COMPTOIR_SHOP_NAME = "Maison"


def codes(item, channel=None):
    return [problem.code for problem in web_problems(item, channel or make_channel("web"))]


def test_a_product_has_one_address_and_names_its_other_languages():
    fields = web_fields(make_product(), make_channel("web"), "fr")

    assert fields["canonical"] == "https://shop.example/web/fr/products/mariniere"
    assert fields["alternates"] == {
        "fr": "https://shop.example/web/fr/products/mariniere",
        "en": "https://shop.example/web/en/products/breton-top",
        "x-default": "https://shop.example/web/fr/products/mariniere",
    }
    assert fields["title"] == "Marinière"
    assert fields["description"] == "Coton épais, col bateau."
    assert fields["html"] == ["<p>Tissée à Nantes.</p>"]


def test_without_a_text_in_the_channels_own_language_there_is_no_default_alternate():
    fields = web_fields(make_product(slugs={"en": "breton-top"}), make_channel("web"), "en")

    assert fields["alternates"] == {"en": "https://shop.example/web/en/products/breton-top"}


def test_a_page_has_the_address_of_its_path():
    fields = web_fields(make_page(), make_channel("web"), "fr")

    assert fields["canonical"] == "https://shop.example/web/fr/atelier/"
    assert fields["alternates"]["en"] == "https://shop.example/web/en/workshop/"


def test_the_home_page_has_the_address_of_its_language():
    fields = web_fields(make_page(path="/", slugs={"fr": "/"}), make_channel("web"), "fr")

    assert fields["canonical"] == "https://shop.example/web/fr/"


def test_a_product_of_one_variant_is_a_product_to_search_engines():
    picture = make_picture()
    product, trail = web_fields(make_product(pictures=(picture,)), make_channel("web"), "fr")["json_ld"]

    assert product == {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "Marinière",
        "description": "Tissée à Nantes.",
        "url": "https://shop.example/web/fr/products/mariniere",
        "inLanguage": "fr",
        "image": [picture.url("max-1200x1200|format-webp")],
        "brand": {"@type": "Brand", "name": "Aubelaine"},
        "sku": "MARIN-S",
        "gtin": "4006381333931",
        "offers": {
            "@type": "Offer",
            "url": "https://shop.example/web/fr/products/mariniere",
            "price": "49.90",
            "priceCurrency": "EUR",
            "itemCondition": "https://schema.org/NewCondition",
        },
    }
    assert [(step["position"], step["name"], step["item"]) for step in trail["itemListElement"]] == [
        (1, "Maison", "https://shop.example/web/fr/"),
        (2, "Femme", "https://shop.example/web/fr/categories/femme"),
        (3, "Hauts", "https://shop.example/web/fr/categories/hauts"),
        (4, "Marinière", "https://shop.example/web/fr/products/mariniere"),
    ]


def test_sizes_and_colours_are_variants_of_one_group():
    variants = tuple(make_variant(f"M {size}", options={"couleur": "Écru", "size": size}) for size in "SM")
    group = web_fields(make_product(variants=variants), make_channel("web"), "fr")["json_ld"][0]

    assert group["@type"] == "ProductGroup"
    assert group["productGroupID"] == "marin"
    assert group["variesBy"] == ["https://schema.org/color", "https://schema.org/size"]
    first = group["hasVariant"][0]
    assert (first["name"], first["color"], first["size"]) == ("Marinière (Écru, S)", "Écru", "S")
    assert first["offers"]["url"] == "https://shop.example/web/fr/products/mariniere?sku=M%20S"


def test_availability_is_live_and_never_baked_in():
    assert "availability" not in json.dumps(make_document(make_product(), make_channel("web")))


def test_a_service_is_a_service():
    item = make_product(product_class="service", attributes=(make_attribute("duration_minutes", "60"),))
    service = web_fields(item, make_channel("web"), "fr")["json_ld"][0]

    assert service["@type"] == "Service"
    assert service["offers"][0]["price"] == "49.90"


@pytest.mark.parametrize(
    ("kind", "node"), [("storypage", "Article"), ("guidepage", "Article"), ("homepage", "WebPage")]
)
def test_a_story_is_an_article_and_a_home_page_a_page(kind, node):
    (page,) = web_fields(make_page(type=kind), make_channel("web"), "fr")["json_ld"]

    assert page["@type"] == node
    assert page["url"] == "https://shop.example/web/fr/atelier/"


def test_questions_are_told_to_search_engines():
    body = [{"type": "faq", "questions": [{"question": "Rétrécit-elle ?", "answer": "Non."}]}]
    nodes = web_fields(make_page(body=body), make_channel("web"), "fr")["json_ld"]

    assert nodes[-1]["mainEntity"][0]["acceptedAnswer"]["text"] == "Non."


def test_structured_descriptions_are_json():
    fields = web_fields(make_product(title='</script>"<b>'), make_channel("web"), "fr")

    assert json.loads(json.dumps(fields["json_ld"])) == fields["json_ld"]


@pytest.mark.parametrize(
    ("block", "html"),
    [
        ({"type": "text", "html": "<p>Oui</p>"}, "<p>Oui</p>"),
        (
            {"type": "picture", "picture": PICTURE, "caption": "De <près>"},
            '<figure><img src="/b.webp" srcset="/a.webp 400w, /b.webp 800w" sizes="(min-width: 60rem) 50vw, 100vw" '
            'width="900" height="600" alt="Un &lt;col&gt;" loading="lazy">'
            "<figcaption>De &lt;près&gt;</figcaption></figure>",
        ),
        ({"type": "picture", "picture": None, "caption": ""}, "<figure></figure>"),
        (
            {"type": "quote", "quote": "Oui.", "source": "M & M"},
            "<blockquote><p>Oui.</p><footer>M &amp; M</footer></blockquote>",
        ),
        (
            {"type": "size_guide", "title": "Tailles", "columns": ["Taille", "cm"], "rows": [["S", "92"], []]},
            '<table><caption>Tailles</caption><thead><tr><th scope="col">Taille</th><th scope="col">cm</th>'
            '</tr></thead><tbody><tr><th scope="row">S</th><td>92</td></tr><tr></tr></tbody></table>',
        ),
        (
            {"type": "faq", "questions": [{"question": "<q>", "answer": "a"}]},
            "<details><summary>&lt;q&gt;</summary><p>a</p></details>",
        ),
        (
            {"type": "video", "url": "https://v.example/1", "title": "Le tissage"},
            '<p class="video"><a href="https://v.example/1" rel="noopener">Le tissage</a></p>',
        ),
        (
            {"type": "products", "title": "À porter avec", "products": ["a", "b"]},
            '<section data-products="a b"><h2>À porter avec</h2></section>',
        ),
        ({"type": "somebody-elses"}, ""),
    ],
)  # fmt: skip
def test_a_block_is_clean_html(block, html):
    assert block_html(block) == html


def test_a_gallery_shows_all_its_pictures():
    assert block_html({"type": "gallery", "pictures": [PICTURE, PICTURE]}).count("<img ") == 2


def test_a_complete_product_has_no_problem():
    assert codes(make_product()) == []
    assert codes(make_page()) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"pictures": ()}, "no_picture"),
        ({"pictures": (make_picture(alt=""),)}, "no_alt_text"),
        ({"body": [{"type": "picture", "picture": {**PICTURE, "alt": ""}, "caption": ""}]}, "no_alt_text"),
        ({"body": [], "summary": ""}, "no_description"),
        ({"seo_title": "T" * 71}, "title_too_long"),
        ({"slugs": {"fr": "mariniere"}}, "no_translation"),
    ],
)
def test_what_is_missing_is_a_warning(fields, code):
    (problem,) = web_problems(make_product(**fields), make_channel("web"))

    assert problem.code == code
    assert not problem.blocks


def test_a_title_of_seventy_characters_fits():
    assert codes(make_product(seo_title="T" * 70)) == []


def test_a_page_needs_no_picture():
    assert codes(make_page(pictures=())) == []


def test_the_same_item_gives_the_same_bytes():
    item = make_product(categories=(CategoryItem("b", "B"), CategoryItem("a", "A")))

    assert json.dumps(web_fields(item, make_channel("web"), "fr")) == json.dumps(
        web_fields(item, make_channel("web"), "fr")
    )


@pytest.mark.django_db
def test_the_preview_is_the_page_of_the_theme_with_what_nobody_sees_yet(shop):
    nantes = shop.location("nantes")
    shop.channel("web", theme="atelier", locations=[nantes])
    product = shop.product("marin", sizes=["S", "M"], stock={nantes: 3})
    shop.settle()
    forget_contexts()
    draft = ProductContent.objects.get(product=product, locale__language_code="fr")
    draft.title = "Marin <b>"

    (frame,) = side_by_side(draft)

    assert frame.html.startswith("<!doctype html>") and theme_of("atelier").version in frame.html
    assert "<h1>Marin &lt;b&gt;</h1>" in frame.html and "49,90\xa0€" in frame.html
    assert 'value="MARIN-S"' in frame.html and "reste 3" in frame.html
    assert "Marin &lt;b&gt;" not in shop_page_of("marin")


@pytest.mark.django_db
def test_the_preview_of_a_page_shows_the_products_it_names_as_they_are_at_that_moment(shop):
    shop.channel("web")
    shop.product("marin")
    shop.settle()
    forget_contexts()
    root = Page.get_first_root_node()
    home = HomePage(title="Notre atelier", slug="accueil", locale=Locale.objects.get(language_code="fr"))
    home.body = [
        (
            "products",
            {
                "title": "À voir",
                "products": list(ProductContent.objects.filter(locale__language_code="fr")),
                "channels": [],
            },
        )
    ]
    root.add_child(instance=home)

    (frame,) = side_by_side(home)

    assert "<h1>Notre atelier</h1>" in frame.html and "/web/fr/products/marin" in frame.html


def shop_page_of(slug: str) -> str:
    return Client().get(f"/web/fr/products/{slug}").content.decode()


@pytest.mark.django_db
def test_a_published_product_is_read_with_its_web_part(shop, client):
    shop.channel("web")
    shop.product("marin", sizes=["S", "M"])

    shop.settle()

    part = client.get("/api/v1/web/products/marin?locale=en").json()["web"]
    assert part["canonical"] == "https://shop.example/web/en/products/marin"
    assert [variant["sku"] for variant in part["json_ld"][0]["hasVariant"]] == ["MARIN-S", "MARIN-M"]
