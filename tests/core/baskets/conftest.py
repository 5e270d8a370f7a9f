import pytest

from comptoir.testing.calling import Caller
from comptoir.testing.factories import Shop
from comptoir.testing.once import built_once
from comptoir.testing.racing import open_shop
from comptoir.testing.selling import Counter, nothing_counted

__all__ = ["nothing_counted", "open_shop"]


@built_once
def counter(shop: Shop) -> Counter:
    return Counter(shop)


@pytest.fixture
def web(counter: Counter) -> Caller:
    return Caller("web")


@pytest.fixture
def app(counter: Counter) -> Caller:
    return Caller("app")
