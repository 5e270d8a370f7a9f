"""Shops that sell: shirts in Nantes and Lyon, on two channels; with a till, also delivered and paid for."""

from datetime import time
from decimal import Decimal

import pytest
from django.core.cache import cache

from comptoir.channels.models import OpeningHours
from comptoir.channels.queries import ChannelContext, channel_context, forget_contexts
from comptoir.fulfilment.models import DeliveryMethod, Rate
from comptoir.testing.factories import Shop


class Counter:
    """A shop that sells: channels ``web`` and ``app`` (holds on adding), Nantes and Lyon, shirts in two sizes."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.nantes, self.lyon = shop.location("nantes"), shop.location("lyon")
        self.web = shop.channel("web", locations=[self.nantes])
        self.app = shop.channel("app", locations=[self.nantes])
        self.shirt = shop.product("marin", sizes=["S", "M"], stock={self.nantes: 10})
        self.small, self.medium = shop.variants(self.shirt)
        shop.settle()

    def context(self, code: str = "web") -> ChannelContext:
        forget_contexts()
        context = channel_context(code)
        assert context
        return context


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


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Limits begin anew for each test."""
    cache.clear()
