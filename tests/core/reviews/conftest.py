"""Camille, who bought a shirt, at her browser and at a program of her own."""

import pytest

from comptoir.customers.models import User
from comptoir.orders.models import Order
from comptoir_web import kept
from tests.core.checkout.conftest import Customer, Till, nothing_counted, till

__all__ = ["nothing_counted", "till"]

PATH = "products/marin/reviews"
SAID = {"rating": 4, "title": "Falls well", "text": "Soft, and it keeps its shape.", "name": "Camille"}


class Buyer(Customer):
    """A customer who is logged in and has bought the shirt."""

    def __init__(self, email: str = "camille@example.org") -> None:
        super().__init__("web")
        self.user = User.objects.create_user(email, "a-long-password", first_name="Camille")
        self.client.force_login(self.user)
        number = self.buy("MARIN-S")["order"]["number"]
        Order.objects.filter(number=number).update(user=self.user)


@pytest.fixture
def camille(till: Till) -> Buyer:
    kept.forget_pages()
    return Buyer()


@pytest.fixture
def chief(till: Till) -> User:
    return User.objects.create_superuser("chef@aubelaine.example", "a-long-password")
