from collections.abc import Iterator

import pytest

from comptoir.testing.calling import Customer
from comptoir.testing.once import built_once
from comptoir.testing.staff import people as people
from comptoir_booking.tests.salon import SalonWithShop, today


@pytest.fixture
def monday() -> Iterator[None]:
    """It is the Monday of these tests."""
    with today():
        yield


@built_once
def salon(shop):
    """Unless a module has another one."""
    with today():
        return SalonWithShop(shop)


@pytest.fixture
def web(salon) -> Customer:
    """Books there over HTTP."""
    return Customer("booking")
