"""One shop in a database of its own, whose rows are committed, and two servers on it, for all tests of a file."""

from collections.abc import Iterator

import pytest
from django.db import connections

from comptoir.base.postgres import Cluster
from comptoir.testing.factories import Shop
from comptoir.testing.racing import committed_shop
from tests.survival.mortal import mortal_cluster
from tests.survival.servers import Servers
from tests.survival.shoppers import CHANNELS, let_sell
from tests.survival.witness import listen


@pytest.fixture(scope="module")
def shop_at_work(cluster, django_db_setup, django_db_blocker) -> Iterator[Shop]:
    """A shop that sells on three channels."""
    with django_db_blocker.unblock(), committed_shop(cluster) as shop:
        for code in CHANNELS:
            shop.channel(code)
        shop.location("nantes")
        let_sell(shop)
        listen()
        yield shop


@pytest.fixture(scope="module")
def servers(shop_at_work) -> Iterator[Servers]:
    """Two server processes on the shop's database."""
    running = Servers(dict(connections["default"].settings_dict))
    try:
        running.start(2)
        yield running
    finally:
        running.stop()


@pytest.fixture
def mortal(cluster, django_db_setup, django_db_blocker) -> Iterator[Cluster]:
    """A database cluster of its own, for a test that kills or stops it."""
    with django_db_blocker.unblock(), mortal_cluster(cluster) as own:
        yield own


@pytest.fixture
def mortal_shop(mortal) -> Shop:
    """A shop in it that sells on three channels."""
    shop = Shop()
    for code in CHANNELS:
        shop.channel(code)
    shop.location("nantes")
    let_sell(shop)
    listen()
    return shop
