"""One query language: what people type, filters with counts, order and pages. Any engine has to pass these."""

import pytest

from comptoir.channels.queries import channel_context
from comptoir.search.queries import search

pytestmark = pytest.mark.django_db


@pytest.fixture
def nantes(shop):
    return shop.location("nantes")


@pytest.fixture
def rail(shop, nantes):
    """Three shirts, a dress and a scarf on the web channel, in French and English."""
    shop.channel("web")
    shirts, dresses = shop.category("Chemises"), shop.category("Robes")
    for handle, fr, en, price, sizes, category in (
        ("oxford", "Chemise Oxford à rayures", "Striped Oxford shirt", "79", ("S", "M"), shirts),
        ("flanelle", "Chemise en flanelle", "Flannel shirt", "59", ("M", "L"), shirts),
        ("lin", "Chemisette en lin", "Linen short-sleeved shirt", "45", ("S",), shirts),
        ("ete", "Robe d'été fleurie", "Flowery summer dress", "89", ("S", "M", "L"), dresses),
        ("soie", "Foulard de soie", "Silk scarf", "35", (), dresses),
    ):
        shop.product(
            handle,
            sizes=sizes,
            price=price,
            texts={"fr": fr, "en": en},
            stock={nantes: 2},
            categories=[category],
        )
    shop.settle()
    return channel_context("web")


def handles(result):
    return [card["handle"] for card in result.items]


def test_words_find_products_whatever_their_accents_capitals_and_plurals(rail):
    assert sorted(handles(search(rail, "fr", "CHEMISES"))) == ["flanelle", "lin", "oxford"]
    assert handles(search(rail, "fr", "robes d'ete")) == ["ete"]
    assert handles(search(rail, "en", "silk scarves")) == ["soie"]
