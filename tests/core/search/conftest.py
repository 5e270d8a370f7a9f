import pytest

from comptoir.channels.queries import channel_context
from comptoir.search.engines.postgres import PostgresEngine
from comptoir.search.queries import search

#: Every engine has to pass the same tests.
ENGINES = {"postgres": PostgresEngine}


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    """The shop searches with this engine."""
    made = ENGINES[request.param]()
    monkeypatch.setattr("comptoir.search.engines.chosen._ENGINE", made)
    return made


@pytest.fixture
def nantes(shop):
    return shop.location("nantes")


@pytest.fixture
def rail(shop, engine, nantes):
    """Shirts, a dress and a scarf on the web channel, in French and English."""
    shop.channel("web")
    women = shop.category("Femme")
    shirts, dresses = shop.category("Chemises", women), shop.category("Robes", women)
    for handle, fr, en, price, sizes, category in (
        ("oxford", "Chemise Oxford à rayures", "Striped Oxford shirt", "79", ("S", "M"), shirts),
        ("flanelle", "Chemise en flanelle", "Flannel shirt", "59", ("M", "L"), shirts),
        ("lin", "Chemisette en lin", "Linen short-sleeved shirt", "45", ("S",), shirts),
        ("ete", "Robe d'été fleurie", "Flowery summer dress", "89", ("S", "M", "L"), dresses),
        ("soie", "Foulard de soie", "Silk scarf", "35", (), dresses),
    ):
        shop.product(
            handle, sizes=sizes, price=price, texts={"fr": fr, "en": en},
            stock={nantes: 2} if handle != "flanelle" else None, categories=[category],
        )  # fmt: skip
    shop.settle()
    return channel_context("web")


@pytest.fixture
def found(rail):
    """The handles that a search finds, in order: ``found("fr", "chemise")``."""
    return lambda locale, text, **how: [card["handle"] for card in search(rail, locale, text, **how).items]
