"""One rail of clothes for a whole file of tests: to make it takes longer than to search it."""

import pytest
from django.db import transaction

from comptoir import plugins
from comptoir.channels.queries import channel_context, forget_contexts
from comptoir.search.engines.postgres import PostgresEngine
from comptoir.search.queries import search
from comptoir.search.rules import forget_rules
from comptoir.testing.factories import Shop

#: Every engine has to pass the same tests.
ENGINES = {"postgres": PostgresEngine}


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    """The shop searches with this engine."""
    with pytest.MonkeyPatch.context() as patch:
        made = ENGINES[request.param]()
        patch.setattr("comptoir.search.engines.chosen._ENGINE", made)
        yield made


@pytest.fixture(scope="module")
def clothes(engine, django_db_setup, django_db_blocker):
    """Shirts, a dress and a scarf on the web channel, in French and English; each test undoes its own changes only."""
    forget_contexts()
    plugins.reset_breakers()
    with django_db_blocker.unblock(), transaction.atomic():
        _fill(Shop())
        yield
        transaction.set_rollback(True)


def _fill(shop):
    shop.channel("web")
    nantes, women = shop.location("nantes"), shop.category("Femme")
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


@pytest.fixture
def rail(clothes, shop):
    """The channel with the clothes."""
    forget_contexts()
    forget_rules()
    return channel_context("web")


@pytest.fixture
def found(rail):
    """The handles that a search finds, in order: ``found("fr", "chemise")``."""
    return lambda locale, text, **how: [card["handle"] for card in search(rail, locale, text, **how).items]
