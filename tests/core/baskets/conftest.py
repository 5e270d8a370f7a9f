"""A shop with two channels and shirts, published; and a caller of its API."""

import json
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from comptoir.channels.queries import channel_context, forget_contexts
from comptoir.testing.factories import Shop
from tests.core.stock.conftest import open_shop, racing, run_together

__all__ = ["open_shop", "racing", "run_together"]

_numbers = count(1)


class Caller:
    """Calls the API of one channel as a browser or a till does: JSON in, JSON out, a fresh key for every write."""

    def __init__(self, channel: str = "web", client: Client | None = None) -> None:
        self.channel = channel
        self.client = client or Client(raise_request_exception=True)
        self.headers = {"Accept-Language": "en"}
        self.status = 0

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        said = {**self.headers, "Idempotency-Key": f"test-key-{next(_numbers):012}", **headers}
        response = self.client.generic(
            method,
            f"/api/v1/{self.channel}/{path}",
            b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers=said,
        )
        self.status, self.response = response.status_code, response
        return json.loads(response.content) if response.content else None

    def get(self, path: str) -> Any:
        return self("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, body, **headers)

    def open(self, *skus: str) -> tuple[dict[str, Any], str]:
        """A new basket with one piece of each, and its path."""
        basket = self.post("baskets", {"lines": [{"sku": sku} for sku in skus]})
        assert self.status == 201, basket
        return basket, f"baskets/{basket['token']}"


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

    def context(self, code: str = "web") -> Any:
        forget_contexts()
        context = channel_context(code)
        assert context
        return context


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    """Limits begin anew for each test."""
    cache.clear()


@pytest.fixture
def counter(shop: Shop) -> Counter:
    return Counter(shop)


@pytest.fixture
def web(counter: Counter) -> Caller:
    return Caller("web")


@pytest.fixture
def app(counter: Counter) -> Caller:
    return Caller("app")
