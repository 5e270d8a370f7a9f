import pytest

from comptoir.testing.calling import Customer
from comptoir.testing.factories import Shop
from comptoir.testing.once import built_once
from comptoir.testing.racing import open_shop
from comptoir.testing.selling import Till, nothing_counted

__all__ = ["nothing_counted", "open_shop"]


@built_once
def till(shop: Shop) -> Till:
    return Till(shop)


@pytest.fixture
def web(till: Till) -> Customer:
    return Customer("web")
