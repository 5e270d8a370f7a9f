"""Shared links and catalogue fields, each within its published limit; the problems and the preview."""

from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from comptoir.base.money import Money
from comptoir.testing.items import (
    make_attribute,
    make_channel,
    make_document,
    make_page,
    make_picture,
    make_product,
    make_variant,
)
from comptoir_social.catalogues import catalogue_fields, feed_id
from comptoir_social.documents import social_fields
from comptoir_social.limits import GOOGLE, META
from comptoir_social.open_graph import open_graph, territorial
from comptoir_social.readiness import social_problems


@pytest.fixture(autouse=True)
def address(settings):
    settings.COMPTOIR_BASE_URL = "https://shop.example"
    settings.COMPTOIR_SHOP_NAME = "Maison"


def codes(item):
    return [problem.code for problem in social_problems(item)]


def row(item, catalogue=GOOGLE):
    part = catalogue_fields(item, make_channel("social"), "fr", catalogue)
    return {**part["shared"], **part["items"][0]}


def test_a_shared_product_shows_its_picture_words_and_price():
    picture = make_picture()

    assert open_graph(make_product(pictures=(picture,)), make_channel("social"), "fr") == {
        "og:type": "product",
        "og:title": "Marinière",
        "og:description": "Coton épais, col bateau.",
        "og:url": "https://shop.example/social/fr/products/mariniere",
        "og:site_name": "Maison",
        "og:locale": "fr_FR",
        "og:image": picture.url("fill-1200x1200|format-jpeg"),
        "og:image:width": "1200",
        "og:image:height": "1200",
        "og:image:alt": "Une marinière",
        "product:price:amount": "49.90",
        "product:price:currency": "EUR",
    }


def test_a_shared_page_shows_a_wide_picture_as_large_as_it_is_sharp():
    tags = open_graph(
        make_page(pictures=(make_picture(width=600, height=900),)), make_channel("social"), "fr"
    )

    assert (tags["og:type"], tags["og:image:width"], tags["og:image:height"]) == ("article", "600", "315")


@pytest.mark.parametrize(
    ("code", "named"), [("fr", "fr_FR"), ("en", "en_US"), ("en-gb", "en_GB"), ("pt", "pt_BR")]
)
def test_open_graph_names_a_language_with_its_country(code, named):
    assert territorial(code) == named


def test_a_variant_is_a_row_of_googles_catalogue():
    picture, other = make_picture(1), make_picture(2)
    options = {"couleur": "Écru", "size": "S"}
    variants = (make_variant("M 1", options=options), make_variant("M 2", options=options, gtin=None))
    attributes = (make_attribute("material", "Coton"), make_attribute("google_product_category", "212"))
    item = make_product(variants=variants, pictures=(picture, other), attributes=attributes)

    part = catalogue_fields(item, make_channel("social"), "fr", GOOGLE)

    assert part["shared"] == {
        "item_group_id": "marin",
        "description": "Coton épais, col bateau.\nTissée à Nantes.",
        "brand": "Aubelaine",
        "condition": "new",
        "product_type": "Femme > Hauts",
        "google_product_category": "212",
        "material": "Coton",
        "image_link": picture.url("max-1600x1600|format-jpeg"),
        "additional_image_link": [other.url("max-1600x1600|format-jpeg")],
    }
    assert part["items"][0] == {
        "sku": "M 1",
        "id": "M 1",
        "title": "Marinière, Écru, S",
        "link": "https://shop.example/social/fr/products/mariniere?sku=M%201",
        "price": "49.90 EUR",
        "gtin": "4006381333931",
        "color": "Écru",
        "size": "S",
    }
    assert part["items"][1]["identifier_exists"] == "no"


def test_a_variants_own_picture_stands_for_the_shared_ones():
    own = make_picture(7)
    variants = (
        make_variant("A", options={"size": "S"}, pictures=(own,)),
        make_variant("B", options={"size": "M"}),
    )
    part = catalogue_fields(make_product(variants=variants), make_channel("social"), "fr", META)

    assert part["items"][0]["image_link"] == own.url("max-1600x1600|format-jpeg")
    assert part["items"][0]["additional_image_link"] == []
    assert "image_link" not in part["items"][1]


def test_a_reduced_price_is_a_sale_price():
    fields = row(make_product(variants=(make_variant(compare_at=Money(Decimal(60), "EUR")),)))

    assert (fields["price"], fields["sale_price"]) == ("60.00 EUR", "49.90 EUR")


@pytest.mark.parametrize("catalogue", [GOOGLE, META], ids=["google", "meta"])
@pytest.mark.parametrize("field", ["title", "brand", "description"])
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_each_text_stays_within_its_published_limit(catalogue, field, over):
    limit = catalogue.characters[field]
    text = ("mot " * limit)[: limit + over - 1] + "x"
    fields = {
        "title": {"title": text},
        "brand": {"vendor": text},
        "description": {"summary": "", "body": [{"type": "text", "html": f"<p>{text}</p>"}]},
    }[field]

    sent = row(make_product(**fields), catalogue)[field]

    assert (sent == text) is (over <= 0)
    assert len(sent) <= limit
    assert over <= 0 or sent.endswith("mot…")


def test_the_published_limits_are_these():
    assert [GOOGLE.characters[name] for name in ("id", "title", "description", "brand", "color", "size")] == [
        50, 150, 5000, 70, 100, 100,
    ]  # fmt: skip
    assert [META.characters[name] for name in ("id", "title", "description")] == [100, 200, 9999]
    assert (GOOGLE.further_pictures, META.further_pictures) == (10, 20)


@pytest.mark.parametrize(("count", "google", "meta"), [(1, 0, 0), (11, 10, 10), (12, 10, 11), (40, 10, None)])
def test_further_pictures_stay_within_the_limits(count, google, meta):
    item = make_product(pictures=tuple(make_picture(number) for number in range(1, count + 1)))

    assert len(row(item)["additional_image_link"]) == google
    sent = row(item, META)["additional_image_link"]
    assert len(",".join(sent)) <= 2000
    assert len(sent) == meta if meta is not None else len(sent) <= 20


@pytest.mark.parametrize(
    ("gtin", "public"),
    [
        ("4006381333931", True),
        ("036000291452", True),
        ("96385072", True),
        ("20001017", False),
        ("2000101000013", False),
        ("212345678992", False),
        ("9950123456789", False),
    ],
)
def test_numbers_of_the_shops_own_are_not_sent_as_gtin(gtin, public):
    fields = row(make_product(variants=(make_variant(gtin=gtin),)))

    assert fields.get("gtin") == (gtin if public else None)
    assert fields.get("identifier_exists") == (None if public else "no")


def test_an_id_that_is_too_long_stays_unique():
    first, second = feed_id("A" * 63 + "1", 50), feed_id("A" * 63 + "2", 50)

    assert len(first) == len(second) == 50
    assert first != second
    assert feed_id("A" * 50, 50) == "A" * 50


@pytest.mark.parametrize(
    "fields",
    [
        {"is_shipped": False},
        {"pictures": ()},
        {"pictures": (make_picture(width=499),)},
        {"variants": (make_variant(price=None),)},
    ],
    ids=["a service", "no picture", "a small picture", "no price"],
)
def test_what_no_catalogue_takes_is_left_out(fields):
    part = social_fields(make_product(**fields), make_channel("social"), "fr")

    assert part["google"] is None
    assert part["meta"] is None


def test_a_page_is_shared_but_in_no_catalogue():
    assert set(social_fields(make_page(), make_channel("social"), "fr")) == {"open_graph"}


def test_a_complete_product_and_a_page_have_no_problem():
    assert codes(make_product()) == []
    assert codes(make_page()) == []


@pytest.mark.parametrize(
    ("width", "height", "small"), [(500, 500, False), (499, 900, True), (900, 499, True)]
)
def test_a_picture_below_five_hundred_pixels_blocks(width, height, small):
    problems = social_problems(make_product(pictures=(make_picture(width=width, height=height),)))

    assert [(problem.code, problem.blocks) for problem in problems] == (
        [("picture_too_small", True)] if small else []
    )


def test_one_large_picture_is_enough():
    assert codes(make_product(pictures=(make_picture(1, width=200), make_picture(2)))) == []


def test_no_picture_is_a_warning_and_blocks_in_a_strict_shop(settings):
    (problem,) = social_problems(make_product(pictures=()))
    assert (problem.code, problem.blocks) == ("no_picture", False)

    settings.COMPTOIR_STRICT_READINESS = True
    assert social_problems(make_product(pictures=()))[0].blocks
    assert not social_problems(make_page(pictures=()))[0].blocks


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"vendor": ""}, "no_brand"),
        ({"title": "T" * 66}, "title_too_long"),
        ({"summary": "", "body": [{"type": "text", "html": "x" * 5001}]}, "description_too_long"),
    ],
)
def test_what_the_catalogues_like_less_is_a_warning(fields, code):
    (problem,) = social_problems(make_product(**fields))

    assert (problem.code, problem.blocks) == (code, False)


def test_goods_without_a_gtin_are_a_warning_and_services_need_none():
    without = (make_variant(gtin=None),)

    assert codes(make_product(variants=without)) == ["no_gtin"]
    assert codes(make_product(variants=without, is_shipped=False, vendor="")) == []


def test_texts_at_the_limits_are_no_problem():
    assert codes(make_product(title="T" * 65)) == []
    assert codes(make_product(summary="", body=[{"type": "text", "html": "x" * 5000}])) == []


def test_the_same_item_gives_the_same_part():
    channel = make_channel("social")

    assert social_fields(make_product(), channel, "fr") == social_fields(make_product(), channel, "fr")


def test_the_preview_shows_the_post_and_what_it_uses_of_the_limits():
    channel = make_channel("social")

    html = render_to_string(
        "comptoir_social/preview.html",
        {"document": make_document(make_product(), channel), "channel": channel, "locale": "fr"},
    )

    assert "9 / 150" in html
    assert "9 / 200" in html
    assert "shop.example</small>" in html


@pytest.mark.parametrize(
    "make", [make_page, lambda: make_product(pictures=()), lambda: make_product(is_shipped=False)]
)
def test_the_preview_shows_pages_and_what_is_in_no_feed(make):
    channel = make_channel("social")

    html = render_to_string(
        "comptoir_social/preview.html",
        {"document": make_document(make(), channel), "channel": channel, "locale": "fr"},
    )

    assert "csoc-post" in html
    assert " / 150" not in html
