"""A counter that sells: shirts in Nantes and Lyon, deliveries of each kind, and a customer who goes all the way."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from comptoir.channels.models import OpeningHours
from comptoir.fulfilment.models import DeliveryMethod, Rate
from comptoir.testing.factories import Shop
from tests.core.baskets.conftest import Caller, Counter, nothing_counted, open_shop, racing, run_together

__all__ = ["Till", "nothing_counted", "open_shop", "racing", "run_together"]

CONTACT = {"name": "Camille Martin", "email": "camille@example.org"}


class Till(Counter):
    """As ``Counter``, with collection in the shops and home delivery for 5 euros."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        for place in (self.nantes, self.lyon):
            for day in range(7):
                OpeningHours.objects.create(location=place, weekday=day, opens=time(8), closes=time(20))
        DeliveryMethod.objects.create(code="retrait", kind="collection", name="Retrait en magasin")
        home = DeliveryMethod.objects.create(code="domicile", kind="home", name="À domicile")
        Rate.objects.create(method=home, price=Decimal("5.00"))


class Customer(Caller):
    """Goes from an empty basket to the till, one call after the other."""

    def begin(self, *skus: str) -> str:
        """The path of a checkout with one piece of each."""
        basket, _path = self.open(*skus)
        checkout = self.post("checkouts", {"basket": basket["token"]})
        assert self.status == 201, checkout
        return f"checkouts/{checkout['id']}"

    def choose(self, path: str, **more: Any) -> dict[str, Any]:
        """Collection in Nantes, to be paid there, unless something else is said."""
        said = {"contact": CONTACT, "delivery": {"key": "retrait:nantes"}, "payment": "shop", **more}
        checkout = self("PATCH", path, said)
        assert self.status == 200, checkout
        return checkout

    def pay(self, path: str, total: dict[str, str], **headers: str) -> dict[str, Any]:
        return self.post(f"{path}/pay", {"total": total}, **headers)

    def buy(self, *skus: str, **more: Any) -> dict[str, Any]:
        """Everything at once; the checkout as it is at the end."""
        path = self.begin(*skus)
        return self.pay(path, self.choose(path, **more)["total"])


@pytest.fixture
def till(shop: Shop) -> Till:
    return Till(shop)


@pytest.fixture
def web(till: Till) -> Customer:
    return Customer("web")
