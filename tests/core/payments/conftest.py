"""A web shop with a bank, and orders that were placed."""

from collections.abc import Callable
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.channels.queries import channel_context, forget_contexts
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.payments.services import start_payment
from comptoir.testing.factories import Shop
from comptoir.testing.racing import open_shop, racing, run_together
from tests.core.payments.bank import Bank

__all__ = ["open_shop", "racing", "run_together"]

_numbers = count(1)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


class Till:
    """Begins payments on the channel ``web`` and places orders for them."""

    def __init__(self, bank: Bank, channel: Any) -> None:
        self.bank, self.channel = bank, channel

    @property
    def context(self):
        forget_contexts()
        return channel_context(self.channel.code)

    def pay(self, amount: str = "50.00", *, provider: str = "bank", key: str = "", **fields: Any) -> Payment:
        values = {"reference": f"checkout:{next(_numbers)}", "locale": "en", **fields}
        return start_payment(
            channel=self.context,
            provider=provider,
            amount=eur(amount),
            key=key or f"key-{next(_numbers)}",
            **values,
        )

    def order(self, reference: str, total: str = "50.00") -> Order:
        return Order.objects.create(
            number=f"TEST-{next(_numbers)}", reference=reference, channel=self.channel, locale="en",
            currency="EUR", tax=Decimal(0), total=Decimal(total), placed_at=clock.now(),
        )  # fmt: skip


@pytest.fixture
def bank(plug, tmp_path) -> Bank:
    found = Bank(tmp_path / "books")
    plug("bank", register_payment_providers=lambda: [found])
    return found


@pytest.fixture
def till(shop: Shop, bank: Bank) -> Till:
    return Till(bank, shop.channel("web", extensions=["bank"]))


@pytest.fixture
def open_till(open_shop: Shop, bank: Bank) -> Till:
    """As ``till``, committed, for threads and processes."""
    return Till(bank, open_shop.channel("web", extensions=["bank"]))


@pytest.fixture
def told(monkeypatch, plug) -> Callable[[], list[tuple[str, str]]]:
    """What plugins have heard of payments, after the outbox was emptied."""
    heard: list[tuple[str, str]] = []

    def hear(events):
        heard.extend((event.type, event.payload["amount"]) for event in events)

    names = ("authorised", "captured", "refunded", "failed")
    plug("listener", **{f"on_payment_{name}": hear for name in names})

    def settled() -> list[tuple[str, str]]:
        Shop().settle()
        return heard

    return settled
