"""The app's part of documents, its warnings and its preview."""

import pytest
from django.template.loader import render_to_string

from comptoir.testing.items import (
    make_channel,
    make_document,
    make_page,
    make_picture,
    make_product,
    make_variant,
)
from comptoir_app.documents import app_fields
from comptoir_app.readiness import app_problems


def codes(item):
    return [problem.code for problem in app_problems(item)]


def test_a_product_has_few_words_and_pictures_for_each_density_of_screen(settings):
    settings.COMPTOIR_BASE_URL = "https://shop.example"
    picture = make_picture()

    fields = app_fields(make_product(pictures=(picture,)), make_channel("app"), "fr")

    assert fields == {
        "text": "Coton épais, col bateau.",
        "share_url": "https://shop.example/app/fr/products/mariniere",
        "thumbnail": {
            "alt": "Une marinière",
            "width_pt": 96,
            "height_pt": 96,
            "1x": picture.url("fill-96x96|format-webp"),
            "2x": picture.url("fill-192x192|format-webp"),
            "3x": picture.url("fill-288x288|format-webp"),
        },
        "pictures": [
            {
                "alt": "Une marinière",
                "width_pt": 390,
                "height_pt": 468,
                "1x": picture.url("fill-390x468|format-webp"),
                "2x": picture.url("fill-780x936|format-webp"),
                "3x": picture.url("fill-1170x1404|format-webp"),
            }
        ],
    }


def test_a_page_has_a_banner():
    banner = app_fields(make_page(), make_channel("app"), "fr")["pictures"][0]

    assert (banner["width_pt"], banner["height_pt"]) == (390, 260)


def test_without_a_summary_the_text_begins():
    body = [{"type": "text", "html": "<h2>Titre</h2><p>Un&nbsp;mot &amp; un <b>autre</b>.</p>"}]

    fields = app_fields(make_product(summary="", body=body), make_channel("app"), "fr")

    assert fields["text"] == "Titre Un mot & un autre."


@pytest.mark.parametrize(("length", "cut"), [(279, False), (280, False), (281, True)])
def test_the_text_has_two_hundred_and_eighty_characters(length, cut):
    summary = ("mot " * 100)[: length - 1] + "x"
    item = make_product(summary=summary)

    text = app_fields(item, make_channel("app"), "fr")["text"]

    assert (text == summary) is not cut
    assert len(text) <= 280
    assert codes(item) == (["summary_too_long"] if cut else [])


@pytest.mark.parametrize(
    ("width", "height", "soft"),
    [(800, 800, False), (799, 1200, True), (1200, 799, True), (1200, 1200, False)],
)
def test_a_picture_below_eight_hundred_pixels_is_a_warning(width, height, soft):
    item = make_product(pictures=(make_picture(width=width, height=height),))

    assert codes(item) == (["picture_too_small"] if soft else [])
    assert not any(problem.blocks for problem in app_problems(item))


def test_a_product_without_a_picture_is_a_warning_and_a_page_may_have_none():
    assert codes(make_product(pictures=())) == ["no_picture"]
    assert codes(make_page(pictures=())) == []
    assert app_fields(make_product(pictures=()), make_channel("app"), "fr")["thumbnail"] is None


def test_the_same_item_gives_the_same_part():
    item = make_product()

    assert app_fields(item, make_channel("app"), "fr") == app_fields(item, make_channel("app"), "fr")


def test_the_preview_shows_a_product_with_what_is_left():
    channel = make_channel("app")
    document = make_document(make_product(variants=(make_variant(options={"size": "S"}),)), channel)
    stock = {"in_stock": False, "quantity": 0, "variants": {"MARIN-S": 0}}

    html = render_to_string(
        "comptoir_app/preview.html",
        {"document": document, "channel": channel, "locale": "fr", "availability": stock},
    )

    assert "Marinière" in html
    assert "49,90\xa0€" in html
    assert '<span class="is-gone">' in html


def test_the_preview_shows_a_page_and_a_product_without_a_picture():
    channel = make_channel("app")
    for item, words in ((make_page(), "Une porte bleue."), (make_product(pictures=()), "capp-none")):
        document = make_document(item, channel)
        html = render_to_string(
            "comptoir_app/preview.html", {"document": document, "channel": channel, "locale": "fr"}
        )
        assert words in html


@pytest.mark.django_db
def test_a_published_product_is_read_with_its_app_part(shop, client):
    shop.channel("app")
    shop.product("marin")

    shop.settle()

    part = client.get("/api/v1/app/products/marin?locale=en").json()["app"]
    assert part["share_url"].endswith("/app/en/products/marin")
    assert part["pictures"] == []
