"""Callers of the API: one that sends requests as a browser or a till does, and a customer who goes all the way."""

import copy
import json
from itertools import count
from typing import Any

from django.test import Client

CONTACT = {"name": "Camille Martin", "email": "camille@example.org"}

_numbers = count(1)


class Caller:
    """Calls the API of one channel as a browser or a till does: JSON in, JSON out, a fresh key for every write."""

    def __init__(self, channel: str = "web", client: Client | None = None) -> None:
        self.channel = channel
        self.client = client or Client(raise_request_exception=True)
        self.headers = {"Accept-Language": "en"}
        self.status = 0

    def __deepcopy__(self, memo: dict[int, Any]) -> "Caller":
        """Somebody else who has the same cookies."""
        twin = copy.copy(self)
        own = {name: one for name, one in vars(self).items() if name not in ("client", "response")}
        vars(twin).update(copy.deepcopy(own, memo), client=copy.copy(self.client))
        twin.client.cookies = copy.deepcopy(self.client.cookies)
        return twin

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
