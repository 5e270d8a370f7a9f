"""Words for channels that have no room for pages, and the one scheme of addresses."""

from decimal import Decimal

import pytest

from comptoir.base.money import Money
from comptoir.publishing.addresses import alternate_urls, category_url, item_url
from comptoir.publishing.templatetags.comptoir_texts import option_choices, picture_of, pieces
from comptoir.publishing.texts import body_text, money_text, plain_text, shortened
from comptoir.testing.items import make_channel, make_document, make_page, make_product, make_variant


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("un mot", 6, "un mot"),
        ("un mot de trop", 9, "un mot…"),
        ("un mot de trop", 7, "un mot…"),
        ("un mot, de trop", 8, "un mot…"),
        ("anticonstitutionnellement", 10, "anticonst…"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_after_a_whole_word(text, limit, short):
    assert shortened(text, limit) == short


def test_plain_text_has_a_line_a_paragraph_and_no_marks():
    assert plain_text(
        "<h2>Titre</h2><p>Un&nbsp;<b>mot</b>\n &lt;3<br>suite</p><ul><li>a</li><li>b</li></ul>"
    ) == ("Titre\nUn mot <3\nsuite\na\nb")
    assert plain_text("a\x01b\x00") == "ab"


def test_the_body_says_its_texts_quotes_and_answers():
    body = [
        {"type": "text", "html": "<p>Un</p>"},
        {"type": "picture", "picture": None, "caption": "rien"},
        {"type": "quote", "quote": "Deux", "source": "x"},
        {"type": "faq", "questions": [{"question": "Trois ?", "answer": "Oui."}]},
    ]

    assert body_text(body) == "Un\nDeux\nTrois ?\nOui."


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        ("1234.5", "EUR", "fr", "1\u202f234,50\xa0€"),
        ("49.90", "EUR", "en", "€49.90"),
        ("49.90", "GBP", "en-gb", "£49.90"),
        ("500", "JPY", "fr", "500\xa0JPY"),
        ("49.90", "EUR", "not-a-language", "€49.90"),
    ],
)
def test_money_is_written_as_people_write_it(amount, currency, locale, text):
    assert money_text(Money(Decimal(amount), currency), locale) == text
    assert money_text({"amount": amount, "currency": currency}, locale) == text


def test_every_channel_has_the_same_scheme_of_addresses(settings):
    settings.COMPTOIR_BASE_URL = "https://shop.example/"

    assert item_url(make_product(), "web", "fr") == "https://shop.example/web/fr/products/mariniere"
    assert item_url(make_page(), "app", "en") == "https://shop.example/app/en/atelier/"
    assert category_url("web", "fr", "hauts") == "https://shop.example/web/fr/categories/hauts"
    assert alternate_urls(make_page(), "web") == {
        "fr": "https://shop.example/web/fr/atelier/",
        "en": "https://shop.example/web/en/workshop/",
    }


def test_templates_find_pictures_pieces_and_what_is_left():
    variants = tuple(make_variant(f"M-{size}", options={"size": size}) for size in "SM")
    document = make_document(make_product(variants=variants), make_channel("web"))
    stock = {"in_stock": True, "quantity": 1, "variants": {"M-S": 1, "M-M": 0}}

    assert "width-400" in picture_of(document["pictures"][0], 300)
    assert "width-1200" in picture_of(document["pictures"][0], 5000)
    assert picture_of(None, 300) == ""
    assert (pieces(stock, "M-S"), pieces(None, "M-S")) == (1, None)
    (size,) = option_choices(document, stock)
    assert [(value["label"], value["is_left"]) for value in size["values"]] == [("S", True), ("M", False)]
    assert all(value["is_left"] for value in option_choices(document, None)[0]["values"])
