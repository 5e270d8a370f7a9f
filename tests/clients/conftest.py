"""A shop with a real server, for programs that buy something there."""

from collections.abc import Iterator

import pytest
from django.db import connections

from comptoir.testing.racing import committed_shop
from comptoir.testing.selling import Till
from tests.survival.servers import Server


@pytest.fixture(scope="module")
def server(cluster, django_db_setup, django_db_blocker) -> Iterator[Server]:
    """A shop that sells shirts, lets collect them, and takes play money; its rows are committed."""
    with django_db_blocker.unblock(), committed_shop(cluster) as shop:
        till = Till(shop)
        till.web.extensions = ["testpay"]
        till.web.save()
        shop.settle()
        running = Server(dict(connections["default"].settings_dict))
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.kill()
