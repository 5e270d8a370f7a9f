"""The demo shop's facts hold together, and every picture they ask for can be drawn."""

from __future__ import annotations

import re
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from comptoir_site.demo.catalogue import CATEGORIES, PRODUCT_CLASSES, PRODUCTS, categories_in_order, size_name
from comptoir_site.demo.drawings.scenes import SCENES, scene
from comptoir_site.demo.editorial import EDITORIAL, MENUS
from comptoir_site.demo.facts import Text, ean13, french
from comptoir_site.demo.pictures import all_picture_names, draw
from comptoir_site.demo.shop import CHANNELS, EVERYWHERE, LOCATIONS

VARIANTS = [variant for product in PRODUCTS for variant in product.variants()]
DRAWINGS = sorted({drawing for product in PRODUCTS for drawing in product.drawings})
SLUGS = {category.slug for category, _ in categories_in_order()}
WITHOUT_ENGLISH = {"tresses-et-vanille"}


def test_the_check_digit_is_the_one_gs1_prints():
    # GS1's own worked example: 629104150021 takes the check digit 3.
    assert ean13("629104150021") == "6291041500213"


def test_every_barcode_is_valid_unique_and_for_internal_use():
    barcodes = [variant.barcode for variant in VARIANTS if variant.barcode]
    assert len(set(barcodes)) == len(barcodes) > 300
    for barcode in barcodes:
        assert re.fullmatch(r"2\d{12}", barcode)
        assert sum(int(digit) * (1, 3)[index % 2] for index, digit in enumerate(barcode)) % 10 == 0


def test_skus_handles_and_numbers_are_unique():
    assert len({variant.sku for variant in VARIANTS}) == len(VARIANTS)
    assert len({product.handle for product in PRODUCTS}) == len(PRODUCTS) >= 60
    assert len({product.number for product in PRODUCTS}) == len(PRODUCTS)


def test_every_product_has_its_class_its_categories_and_a_price():
    classes = {product_class.slug for product_class in PRODUCT_CLASSES}
    for product in PRODUCTS:
        assert product.product_class in classes
        assert product.categories
        assert set(product.categories) <= SLUGS
        assert product.price_eur > Decimal("0")
        assert product.price_eur == product.price_eur.quantize(Decimal("0.01"))


def test_no_shelf_is_empty():
    used = {slug for product in PRODUCTS for slug in product.categories}
    leaves = {category.slug for category, _ in categories_in_order() if not category.children}
    assert leaves <= used
    assert len(CATEGORIES) == 5


def test_everything_is_written_in_french_and_english_but_for_one_service():
    missing = set()
    for product in PRODUCTS:
        texts = [product.title, product.summary, *product.description]
        texts += [text for text in (product.material, product.care) if text.fr]
        assert all(text.fr for text in texts)
        if not all(text.en for text in texts):
            missing.add(product.handle)
    assert missing == WITHOUT_ENGLISH


def test_goods_say_what_they_are_made_of():
    assert all(product.material.fr for product in PRODUCTS if not product.is_service)


def test_one_product_is_sold_out_one_has_no_barcode_some_have_one_size():
    sold_out = [product.handle for product in PRODUCTS if product.is_sold_out]
    assert sold_out == ["robe-salazie"]
    gone = next(product for product in PRODUCTS if product.is_sold_out)
    assert all(quantity == 0 for variant in gone.variants() for _, quantity in variant.stock)
    unscannable = [
        product.handle for product in PRODUCTS if not product.is_service and not product.has_barcode
    ]
    assert unscannable == ["cabas-atelier"]
    assert next(product for product in PRODUCTS if product.handle == "chapeau-vacoa").sizes == ("TU",)
    assert size_name("TU").en == "One size"


def test_everything_else_can_be_bought_somewhere():
    for product in PRODUCTS:
        if not product.is_service and not product.is_sold_out:
            assert all(sum(quantity for _, quantity in variant.stock) > 0 for variant in product.variants())


def test_services_take_time_and_people_and_keep_no_stock():
    services = [product for product in PRODUCTS if product.product_class == "service"]
    assert len(services) == 10
    for service in services:
        assert service.duration_minutes % 15 == 0 and service.duration_minutes > 0
        assert service.people >= 1 and service.places >= 1
        assert [variant.stock for variant in service.variants()] == [()]


def test_stock_and_channels_name_real_places():
    places = {place.code for place in LOCATIONS}
    assert {code for variant in VARIANTS for code, _ in variant.stock} == places
    assert all(set(channel.location_codes) <= places for channel in CHANNELS)
    assert set(EVERYWHERE) == places
    assert [place.kind for place in LOCATIONS].count("shop") == 3


def test_opening_times_follow_one_another_in_a_known_time_zone():
    for place in LOCATIONS:
        assert ZoneInfo(place.time_zone)
        for day in place.opening_days:
            times = [time for span in day.spans for time in span]
            assert times == sorted(times)
            assert len(set(times)) == len(times)


def test_pages_name_products_and_scenes_that_exist():
    handles = {product.handle for product in PRODUCTS}
    for page in EDITORIAL:
        assert page.title.fr and page.title.en and page.intro.fr and page.intro.en
        assert page.picture in SCENES
        for kind, content in page.blocks:
            assert kind in {"text", "quote", "products", "picture", "faq"}
            if kind == "products":
                assert set(content) <= handles
            if kind == "picture":
                assert content in SCENES


def test_menus_lead_to_pages_and_categories_that_exist():
    pages = {page.slug for page in EDITORIAL}
    items = [item for menu in MENUS.values() for item in menu]
    for item in [*items, *(child for parent in items for child in parent.children)]:
        kind, _, name = item.target.partition(":")
        assert kind in {"category", "page", "view"}
        if kind != "view":
            assert name in (SLUGS if kind == "category" else pages)


def test_french_is_set_with_narrow_spaces_and_curly_apostrophes():
    assert french("L'ourlet : offert ?") == "L’ourlet\u202f: offert\u202f?"
    assert Text("Lavage à 30 °C").fr == "Lavage à 30\u00a0°C"
    for product in PRODUCTS:
        for text in (product.title, product.summary, *product.description):
            assert not re.search(r" [;:!?»]|'", text.fr)


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_every_drawing_can_be_drawn_small(drawing):
    assert draw(drawing, "#2f4a6b", size_px=120).size == (120, 120)


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_can_be_drawn_in_any_shape(name):
    assert scene(name, width_px=160, height_px=90).size == (160, 90)
    assert scene(name, width_px=90, height_px=120).size == (90, 120)


def test_the_same_call_draws_the_same_bytes():
    first, second = (draw("shirt:gingham", "#2f4a6b", size_px=120).tobytes() for _ in range(2))
    assert first == second
    assert first != draw("shirt:gingham", "#b5533c", size_px=120).tobytes()


def test_a_background_can_be_asked_for():
    dark = draw("belt", "#8a4b2d", size_px=120, background="#203040")
    light = draw("belt", "#8a4b2d", size_px=120, background="#ffffff")
    assert sum(dark.getpixel((4, 4))) < 300 < sum(light.getpixel((4, 4)))


def test_picture_files_have_names_of_their_own():
    names = all_picture_names()
    assert len(set(names)) == len(names)


def test_an_unknown_drawing_or_pattern_is_refused():
    with pytest.raises(KeyError):
        draw("crinoline", "#2f4a6b", size_px=120)
    with pytest.raises(KeyError):
        draw("shirt:tartan", "#2f4a6b", size_px=120)
