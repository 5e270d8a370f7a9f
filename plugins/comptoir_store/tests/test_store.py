"""The shop floor's part of documents: labels, barcodes, unit prices; its problems and its preview."""

from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from comptoir.base.money import Money
from comptoir.testing.items import (
    make_attribute,
    make_channel,
    make_document,
    make_page,
    make_product,
    make_variant,
)
from comptoir_store.barcodes import (
    code128_modules,
    ean8_modules,
    ean13_modules,
    gtin_barcode,
    sku_barcode,
)
from comptoir_store.labels import store_fields
from comptoir_store.readiness import store_problems
from comptoir_store.templatetags.comptoir_labels import bars
from comptoir_store.units import unit_price_text

#: 4 006381 333931, worked out by hand from the tables of the GS1 General Specifications: the first digit 4 says
#: that the left half is written in the sets A B A A B B.
EAN_13 = "101 0001101 0100111 0101111 0111101 0001001 0110011 01010 1000010 1000010 1000010 1110100 1000010 1100110 101"
EAN_8 = "101 0001011 0101111 0111101 0110111 01010 1001110 1110010 1000100 1101100 101"


def codes(item):
    return [problem.code for problem in store_problems(item)]


def test_thirteen_digits_are_ninety_five_modules():
    assert ean13_modules("4006381333931") == EAN_13.replace(" ", "")
    assert len(EAN_13.replace(" ", "")) == 95


def test_eight_digits_are_sixty_seven_modules():
    assert ean8_modules("96385072") == EAN_8.replace(" ", "")


def test_a_upc_is_an_ean_that_begins_with_zero():
    assert gtin_barcode("036000291452").modules == ean13_modules("0036000291452")
    assert gtin_barcode("036000291452").text == "0 036000 291452"


def test_a_carton_has_no_barcode_for_the_till_unless_it_is_one_piece():
    assert gtin_barcode("14006381333938") is None
    assert gtin_barcode("04006381333931").modules == ean13_modules("4006381333931")


def test_goods_without_a_gtin_are_scanned_by_their_sku():
    symbol = sku_barcode("A")

    # Start B, "A" (33), check (104 + 33) % 103 = 34 which is "B", stop.
    assert symbol.modules == "11010010000" + "10100011000" + "10001011000" + "1100011101011"
    assert symbol.kind == "code128"


def test_a_longer_text_has_the_check_character_of_the_standard():
    """104 + 48·1 + 42·2 + 42·3 + 17·4 + 18·5 + 19·6 + 35·7 = 879, which leaves 55 by 103: a "W"."""
    modules = code128_modules("PJJ123C")

    assert len(modules) == 11 * 9 + 13
    assert modules[-24:-13] == "11101000110"


@pytest.mark.parametrize("sku", ["", "É-1", "A" * 25, "A\n"])
def test_a_sku_that_fits_no_label_has_no_barcode(sku):
    assert sku_barcode(sku) is None


def test_a_label_has_all_that_stands_on_the_shelf():
    variant = make_variant(
        "MARIN-S", options={"couleur": "Écru", "size": "S"}, compare_at=Money(Decimal(60), "EUR")
    )

    assert store_fields(make_product(variants=(variant,)), "fr") == {
        "shelf_text": "Marinière",
        "is_counted": True,
        "labels": [
            {
                "sku": "MARIN-S",
                "options_text": "Écru / S",
                "price_text": "49,90\xa0€",
                "before_text": "60,00\xa0€",
                "unit_price_text": "",
                "barcode": {"kind": "ean13", "modules": EAN_13.replace(" ", ""), "text": "4 006381 333931"},
            }
        ],
    }


def test_prices_are_written_as_the_language_writes_them():
    item = make_product()

    assert store_fields(item, "en")["labels"][0]["price_text"] == "€49.90"
    assert store_fields(item, "xx")["labels"][0]["price_text"] == "€49.90"


def test_a_price_that_was_lower_is_no_bargain():
    variant = make_variant(compare_at=Money(Decimal("49.90"), "EUR"))

    assert store_fields(make_product(variants=(variant,)), "fr")["labels"][0]["before_text"] == ""


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        ("250 ml", "76,00\xa0€/l"),
        ("85 g", "223,53\xa0€/kg"),
        ("0,5 l", "38,00\xa0€/l"),
        ("1kg", "19,00\xa0€/kg"),
        ("0 ml", ""),
        ("XL", ""),
        ("42 ml environ", ""),
    ],
)
def test_goods_sold_by_measure_have_a_unit_price(contents, text):
    variant = make_variant(price="19.00", options={"size": contents})

    assert unit_price_text(make_product(variants=(variant,)), variant, "fr") == text


def test_a_coat_has_no_price_per_kilogram():
    variant = make_variant(weight_g=1800)

    assert unit_price_text(make_product(), variant, "fr") == ""


@pytest.mark.parametrize(("length", "cut"), [(39, False), (40, False), (41, True)])
def test_the_shelf_text_has_forty_characters(length, cut):
    title = ("Marinière " * 5)[: length - 1].ljust(length - 1, "x") + "x"
    text = store_fields(make_product(title=title), "fr")["shelf_text"]

    assert (text == title) is not cut
    assert len(text) <= 40
    assert ("title_too_long" in codes(make_product(title=title))) is cut


def test_a_variant_without_a_gtin_is_a_warning_and_its_label_carries_the_sku():
    item = make_product(variants=(make_variant(gtin=None),))

    (problem,) = store_problems(item)

    assert (problem.code, problem.field, problem.blocks) == ("no_gtin", "gtin", False)
    assert store_fields(item, "fr")["labels"][0]["barcode"]["kind"] == "code128"


def test_a_strict_shop_keeps_goods_without_a_gtin_off_the_till(settings):
    settings.COMPTOIR_STRICT_READINESS = True

    (problem,) = store_problems(make_product(variants=(make_variant(gtin=None), make_variant("B"))))

    assert problem.blocks


def test_a_service_needs_no_barcode():
    item = make_product(is_shipped=False, is_counted=False, variants=(make_variant(gtin=None),))

    assert codes(item) == []


def test_a_variant_that_gets_no_barcode_at_all_is_named():
    assert codes(make_product(variants=(make_variant("É", gtin=None),))) == ["no_gtin", "no_barcode"]
    assert codes(make_product(variants=(make_variant(gtin="14006381333938"),))) == ["no_barcode"]


def test_a_complete_product_and_a_page_have_no_problem():
    assert codes(make_product()) == []
    assert codes(make_page()) == []


def test_a_page_becomes_a_screen_in_the_shop():
    assert store_fields(make_page(), "fr") == {"screen_text": "Là où tout commence."}


def test_the_same_item_gives_the_same_part():
    assert store_fields(make_product(), "fr") == store_fields(make_product(), "fr")


def test_bars_are_drawn_one_unit_a_module():
    assert bars("1011", 5) == "M0 0h1v5h-1zM2 0h2v5h-2z"


def test_the_preview_shows_the_label_and_this_shops_stock():
    channel = make_channel("store")
    document = make_document(make_product(variants=(make_variant(options={"size": "S"}),)), channel)
    document["availability"] = {"in_stock": True, "quantity": 3, "variants": {"MARIN-S": 3}}

    html = render_to_string(
        "comptoir_store/preview.html", {"document": document, "channel": channel, "locale": "fr"}
    )

    assert "4 006381 333931" in html
    assert "<b>3</b>" in html
    assert html.count("49,90\xa0€") == 3


def test_the_preview_shows_a_page():
    channel = make_channel("store")

    html = render_to_string(
        "comptoir_store/preview.html",
        {"document": make_document(make_page(), channel), "channel": channel, "locale": "fr"},
    )

    assert "Là où tout commence." in html


def test_the_preview_shows_goods_without_a_barcode():
    channel = make_channel("store")
    item = make_product(
        variants=(make_variant("É", gtin=None),), attributes=(make_attribute("matiere", "Lin"),)
    )

    html = render_to_string(
        "comptoir_store/preview.html",
        {"document": make_document(item, channel), "channel": channel, "locale": "fr"},
    )

    assert "<svg" not in html


@pytest.mark.django_db
def test_a_published_product_is_read_with_its_labels(shop, client):
    shop.channel("store", locales=["fr"])
    shop.product("marin", gtin="4006381333931")

    shop.settle()

    product = client.get("/api/v1/store/codes/4006381333931").json()
    assert product["store"]["labels"][0]["barcode"]["modules"] == EAN_13.replace(" ", "")
