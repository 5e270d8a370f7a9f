"""One query language: what people type, filters with counts, order and pages. Any engine has to pass these."""

from datetime import timedelta
from decimal import Decimal

import pytest

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.catalogue.models import Product
from comptoir.catalogue.services import save_attribute, save_product, save_product_class
from comptoir.channels.models import Location
from comptoir.channels.queries import channel_context
from comptoir.channels.services import open_channel
from comptoir.content.models import ProductContent
from comptoir.pricing.services import set_price
from comptoir.publishing.queries import BadCursor
from comptoir.search.entries import VERSION
from comptoir.search.models import Boost, PostgresEntry
from comptoir.search.queries import search, suggest
from comptoir.search.questions import Filters
from comptoir.search.rules import forget_rules
from comptoir.search.services import complete_index, rebuild_index, save_synonym
from comptoir.stock.services import receive_stock

pytestmark = pytest.mark.django_db


def counts(result, code):
    (facet,) = [one for one in result.facets if one.code == code]
    return {value.label: value.count for value in facet.values}


# --- words -----------------------------------------------------------------------------------------------------------


def test_words_find_products_whatever_their_accents_capitals_and_plurals(found):
    assert found("fr", "CHEMISES") == ["flanelle", "oxford", "lin"]  # the last one by its category
    assert found("fr", "robes d'ete") == found("fr", "ROBE D’ÉTÉ") == ["ete"]
    assert found("en", "dresses") == ["ete"]


def test_every_word_has_to_be_there_when_a_product_has_them_all(found):
    assert found("fr", "chemise flanelle") == ["flanelle"]


def test_words_that_say_nothing_are_not_looked_for(found):
    assert found("fr", "une robe pour l'été") == ["ete"]
    assert found("fr", "le la les") == []


def test_a_language_finds_its_own_texts_only(found):
    assert found("en", "scarf") == ["soie"]
    assert found("fr", "scarf") == []


def test_a_compound_is_found_in_one_word_and_in_two(shop, found):
    shop.product("tee", texts={"fr": "T-shirt blanc"})
    shop.settle()
    assert found("fr", "tshirt") == found("fr", "t-shirt") == found("fr", "t shirt") == ["tee"]


def test_sizes_and_categories_are_words_too(found):
    assert found("fr", "chemise femme S") == ["oxford", "lin"]


def test_the_title_counts_more_than_brand_and_category_and_these_more_than_the_text(shop, rail, found):
    shelf = shop.category("Velours")
    shop.product("by-text", texts={}, publish=False)
    product = Product.objects.get(handle="by-text")
    shop.text(product, "fr", title="Coussin", summary="Un coussin en velours")
    shop.product("by-shelf", texts={"fr": "Rideau"}, categories=[shelf])
    shop.product("by-title", texts={"fr": "Pantalon de velours"})
    shop.settle()
    assert found("fr", "velours") == ["by-title", "by-shelf", "by-text"]


# --- typos -----------------------------------------------------------------------------------------------------------


def test_a_typo_finds_what_was_meant(found):
    for typed in ("chemsie", "chemize", "chemie", "chamise", "chhemise"):
        assert found("fr", typed) == ["flanelle", "oxford", "lin"]


def test_an_answer_to_another_word_says_which(rail):
    assert search(rail, "fr", "robe fleurei").corrected == "robe fleurie"
    assert search(rail, "fr", "chemsie").corrected == "chemise"
    assert search(rail, "fr", "chemise").corrected == ""


def test_what_is_written_with_an_accent_is_set_right_with_it(shop, rail):
    shop.product("echarpe", texts={"fr": "Écharpe"})
    shop.settle()
    assert search(rail, "fr", "echapre").corrected == "écharpe"


def test_numbers_are_not_set_right(rail):
    assert search(rail, "fr", "38").items == []


# --- codes -----------------------------------------------------------------------------------------------------------


def test_a_sku_or_barcode_finds_its_product_first_however_it_is_typed(shop, found):
    shop.product("other", texts={"fr": "OXFORD-S oxford-s oxford s"})
    shop.product("coded", gtin="4006381333931", texts={"fr": "Stylo"})
    shop.settle()
    assert found("fr", "OXFORD-S")[0] == found("fr", "oxfords")[0] == "oxford"
    assert found("fr", "4006381333931") == ["coded"]


# --- synonyms and boosts ---------------------------------------------------------------------------------------------


def test_a_synonym_goes_both_ways_or_one_way_and_in_its_language_only(found):
    save_synonym(locale="fr", word="liquette", synonyms="chemise")
    save_synonym(locale="fr", word="haut", synonyms="robe, foulard", is_two_way=False)
    assert found("fr", "liquettes") == ["flanelle", "oxford", "lin"]
    assert sorted(found("fr", "haut")) == ["ete", "soie"]
    assert found("en", "liquette") == []


def test_a_synonym_may_have_several_words(found):
    save_synonym(locale="fr", word="cache nez", synonyms="foulard de soie")
    assert found("fr", "cache-nez") == ["soie"]


def test_what_is_pushed_comes_first(shop, found):
    shop.product("oxford-2", texts={"fr": "Chemise Oxford à rayures"}, categories=[shop.category("Soldes")])
    shop.settle()
    assert found("fr", "chemise oxford") == ["oxford", "oxford-2"]
    Boost.objects.create(field=Boost.Field.CATEGORY, value="soldes", factor=Decimal("2"))
    assert found("fr", "chemise oxford") == ["oxford-2", "oxford"]


def test_words_of_the_title_may_count_more_than_usual(shop, found):
    shop.product("shelved", texts={"fr": "Abat-jour"}, categories=[shop.category("Tulipe")])
    shop.product("titled", texts={"fr": "Vase de couleur à pois, pour une seule tulipe"})
    shop.settle()
    for factor, first in (("10", "titled"), ("0.1", "shelved")):
        Boost.objects.update_or_create(field=Boost.Field.TITLE, defaults={"factor": Decimal(factor)})
        forget_rules()
        assert found("fr", "tulipe")[0] == first


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_a_search_shows_what_is_published_on_that_channel_only(shop, rail, found):
    open_channel(code="app", name="App", plugin="app", locales=["fr"], locations=[])
    shop.product("draft", texts={"fr": "Chemise secrète"}, publish=False)
    shop.settle()
    assert found("fr", "secrète") == []
    assert "secrète" not in suggest(rail, "fr", "secr").texts
    assert search(rail, "fr", "secrette").corrected == ""
    assert [card["handle"] for card in search(channel_context("app"), "fr", "foulard").items] == ["soie"]


def test_what_is_withdrawn_is_not_found_from_then_on(shop, found):
    ProductContent.objects.get(product__handle="oxford", locale__language_code="fr").unpublish()
    shop.settle()
    assert found("fr", "chemise") == ["flanelle", "lin"]


def test_what_ends_at_a_moment_is_not_found_after_it(shop, rail, found):
    text = ProductContent.objects.get(product__handle="oxford", locale__language_code="fr")
    text.expire_at = clock.now() + timedelta(hours=1)
    text.save_revision().publish()
    shop.settle()
    assert "oxford" in found("fr", "chemise")
    with clock.moved_to(clock.now() + timedelta(hours=2)):
        assert found("fr", "chemise") == ["flanelle", "lin"]
        assert search(rail, "fr", "chemise").total == 2


def test_a_rebuild_changes_nothing_and_forgets_words_that_nothing_has(shop, rail, found):
    ProductContent.objects.get(product__handle="soie", locale__language_code="fr").unpublish()
    shop.settle()
    before = search(rail, "fr")
    assert rebuild_index() == 9
    assert search(rail, "fr") == before
    assert suggest(rail, "fr", "foul").texts == []


# --- filters, facets, order, pages -----------------------------------------------------------------------------------


def test_facets_count_and_a_facet_does_not_count_its_own_choice(rail):
    everything = search(rail, "fr")
    assert everything.total == 5
    assert counts(everything, "size") == {"S": 3, "M": 3, "L": 2}
    assert counts(everything, "category") == {"Femme": 5, "Chemises": 3, "Robes": 2}
    small = search(rail, "fr", filters=Filters(attributes=("size:s",)))
    assert small.total == 3
    assert counts(small, "size") == {"S": 3, "M": 3, "L": 2}
    assert counts(small, "category") == {"Femme": 3, "Chemises": 2, "Robes": 1}


def test_within_a_category_nothing_outside_is_counted(rail):
    inside = search(rail, "fr", filters=Filters(within="robes"))
    assert sorted(card["handle"] for card in inside.items) == ["ete", "soie"]
    assert (inside.total, inside.price_max, inside.in_stock) == (2, Decimal("89"), 2)
    assert counts(inside, "category") == {"Femme": 2, "Robes": 2}
    assert counts(inside, "size") == {"S": 1, "M": 1, "L": 1}
    assert search(rail, "fr", "chemise", filters=Filters(within="robes")).total == 0
    assert search(rail, "fr", filters=Filters(within="ro\0bes", attributes=("size:m",))).total == 0


def test_values_of_one_facet_are_alternatives_and_different_facets_all_hold(rail):
    wanted = Filters(categories=("chemises",), attributes=("size:m", "size:l"))
    result = search(rail, "fr", filters=wanted)
    assert sorted(card["handle"] for card in result.items) == ["flanelle", "oxford"]
    assert counts(result, "category") == {"Femme": 3, "Chemises": 2, "Robes": 1}
    assert counts(result, "size") == {"S": 2, "M": 2, "L": 1}


def test_a_size_and_a_colour_have_to_be_those_of_one_variant_and_in_stock_is_of_that_one(rail, shop):
    nantes = Location.objects.get(code="nantes")
    kind = save_product_class(name="Vêtements")
    save_attribute(product_class=kind, code="color", name="Couleur", is_option=True, is_filter=True)
    rows = [("S", "red", 2), ("M", "blue", 2), ("L", "red", 0)]
    product = save_product(
        handle="gilet", title="gilet", product_class=kind,
        variants=[{"sku": f"{s}-{c}", "options": {"size": s, "color": c}} for s, c, _left in rows],
    )  # fmt: skip
    for variant, (_size, _colour, left) in zip(shop.variants(product), rows, strict=True):
        set_price(variant=variant, amount=Decimal("60"))
        if left:
            receive_stock(variant=variant, location=nantes, quantity=left)
    shop.text(product, "fr", title="Gilet")
    shop.settle()

    def asked(*chosen, **more):
        return search(rail, "fr", "gilet", filters=Filters(attributes=chosen, **more))

    assert [asked("size:s", "color:red").total, asked("size:m", "color:red").total] == [1, 0]
    assert [asked("size:l", "color:red").total, asked("size:l", "color:red", in_stock=True).total] == [1, 0]
    assert asked("size:l", "color:red").in_stock == 0 and asked("color:red").in_stock == 1
    assert counts(asked("color:red"), "size") == {"S": 1, "L": 1}
    assert counts(asked("color:red"), "color") == {"red": 1, "blue": 1}
    assert counts(asked("color:red", in_stock=True), "size") == {"S": 1}
    assert counts(asked("size:m", "color:red"), "size") == {"S": 1, "L": 1}


def test_a_worker_puts_in_what_is_missing_after_an_update(rail, found):
    PostgresEntry.objects.filter(title__startswith="chemise").update(version=0)
    PostgresEntry.objects.filter(title__startswith="robe").delete()
    assert "ete" not in found("fr", "robe")
    assert complete_index() == 4
    assert "ete" in found("fr", "robe")
    assert not PostgresEntry.objects.exclude(version=VERSION).exists()
    assert complete_index() == 0


def test_prices_limit_and_the_range_ignores_its_own_limits(rail):
    result = search(rail, "fr", filters=Filters(price_min=Decimal("45"), price_max=Decimal("60")))
    assert sorted(card["handle"] for card in result.items) == ["flanelle", "lin"]
    assert (result.price_min, result.price_max) == (Decimal("35"), Decimal("89"))


def test_only_what_can_be_had_at_this_moment(rail):
    result = search(rail, "fr", "chemise", filters=Filters(in_stock=True))
    assert [card["handle"] for card in result.items] == ["oxford", "lin"]
    assert (result.total, result.in_stock) == (2, 2)
    assert search(rail, "fr").in_stock == 4
    assert result.items[0]["availability"] == {"in_stock": True, "counted": True}


def test_what_is_in_stock_is_counted_to_a_bound_and_exactly_where_it_is_asked_for(rail, monkeypatch):
    monkeypatch.setattr("comptoir.search.engines.statements.IN_STOCK_MOST", 3)
    monkeypatch.setattr("comptoir.search.queries.IN_STOCK_MOST", 3)
    every, some = search(rail, "fr"), search(rail, "fr", "chemise")
    assert (every.in_stock, every.has_more_in_stock) == (3, True)
    assert (some.in_stock, some.has_more_in_stock) == (2, False)
    assert search(rail, "fr", filters=Filters(in_stock=True)).total == 4


def test_filters_that_leave_nothing_are_no_reason_to_look_for_less(rail):
    result = search(rail, "fr", "chemise flanelle", filters=Filters(attributes=("size:s",)))
    assert (result.items, result.is_relaxed) == ([], False)
    assert counts(result, "size") == {"M": 1, "L": 1}


def test_results_come_in_the_order_that_was_asked_for(found):
    for sort, first in (("price", "soie"), ("-price", "ete"), ("title", "flanelle")):
        assert found("fr", "", sort=sort)[0] == first


def test_a_new_price_is_found_by_when_it_is_published(shop, rail, found):
    set_price(variant=Product.objects.get(sku="SOIE"), amount=Decimal("120"))
    shop.settle()
    assert found("fr", "", sort="-price")[0] == "soie"


def test_pages_follow_each_other_by_number_and_by_cursor(rail):
    first = search(rail, "fr", limit=2)
    second = search(rail, "fr", limit=2, cursor=first.next)
    third = search(rail, "fr", limit=2, page=3)
    assert [len(page.items) for page in (first, second, third)] == [2, 2, 1]
    assert len({card["handle"] for page in (first, second, third) for card in page.items}) == 5
    assert (first.pages, second.page, third.next) == (3, 2, None)


def test_a_cursor_belongs_to_its_search(rail):
    cursor = search(rail, "fr", limit=2).next
    for wrong in (cursor[:-3], "x", "0", "%", cursor + "é"):
        with pytest.raises(BadCursor):
            search(rail, "fr", limit=2, cursor=wrong)
    with pytest.raises(BadCursor):
        search(rail, "fr", "chemise", limit=2, cursor=cursor)


def test_an_unknown_order_and_a_page_that_cannot_be_are_refused(rail):
    for how in ({"sort": "size"}, {"page": 0}, {"page": 10**9}):
        with pytest.raises(InvalidValue):
            search(rail, "fr", **how)


# --- no result -------------------------------------------------------------------------------------------------------


def test_when_nothing_has_all_words_what_has_some_is_shown_and_said(rail):
    result = search(rail, "fr", "chemise fleurie")
    assert result.is_relaxed
    assert {"ete", "oxford", "flanelle", "lin"} == {card["handle"] for card in result.items}


def test_a_word_that_nothing_has_takes_nothing_from_what_the_others_find(found, rail):
    result = search(rail, "fr", "zxqvw robe fleurie")
    assert result.is_relaxed
    assert [card["handle"] for card in result.items] == ["ete", "soie"]  # the scarf by its category, Robes
    assert found("fr", "robe zxqvw", filters=Filters(in_stock=True)) == found("fr", "robe")


def test_words_that_nothing_is_near_to_find_nothing(rail):
    result = search(rail, "fr", "zxqvw")
    assert (result.total, result.items, result.corrected, result.is_relaxed) == (0, [], "", False)


HOSTILE = (
    "\0", "chemise\0", "x" * 10_000, "chemise " * 2000, "' OR 1=1 --", "'; DROP TABLE search_word; --",
    "'\"&|!:*<->()", "a:* & !b | (c", "%(now)s %s {shown}", "💃🏽👗", "قميص أزرق", "\u202eשלום\u202c", "\ud800", "ﬁ ½ ①",
    "chemise:*", "\\", "\\\\'", "a.b.c.d'e-f", "-" * 500, "ı İ ß",
)  # fmt: skip


def test_hostile_texts_are_plain_questions(rail):
    for text in HOSTILE:
        result = search(rail, "fr", text)
        assert result.total == len(result.items) <= 5
        assert suggest(rail, "fr", text).text == result.text


def test_a_hostile_filter_finds_nothing(rail):
    for pair in ("", ":", "size", "size:'", 'si"ze:s', "%(now)s:{}", "size:\0"):
        assert search(rail, "fr", filters=Filters(attributes=(pair,))).items == []


# --- suggestions -----------------------------------------------------------------------------------------------------


def test_suggestions_complete_words_and_show_products_and_categories(rail):
    offered = suggest(rail, "fr", "chem")
    assert offered.texts == ["chemise", "chemisette"]
    assert {card["handle"] for card in offered.products} == {"oxford", "flanelle", "lin"}
    assert [(row.value, row.label, row.count) for row in offered.categories] == [("chemises", "Chemises", 3)]


def test_suggestions_go_with_the_words_before(rail):
    assert suggest(rail, "fr", "chemise ra").texts == ["chemise rayures"]
    assert suggest(rail, "fr", "robe ra").texts == []


# --- what it costs ---------------------------------------------------------------------------------------------------


def test_a_search_costs_at_most_four_statements(rail, django_assert_max_num_queries):
    wanted = Filters(("femme",), ("size:s",), Decimal(1), Decimal(100), in_stock=True)
    search(rail, "fr", "chemise")
    for text in ("", "chemise", "chemsie flanele", "chemise fleurie", "zxqvw", "OXFORD-S"):
        with django_assert_max_num_queries(4):
            search(rail, "fr", text, filters=wanted)
        with django_assert_max_num_queries(4):
            suggest(rail, "fr", text)
