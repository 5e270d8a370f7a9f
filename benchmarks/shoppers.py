"""Shoppers who buy one thing each, the whole way: a process of its own, so that its work is not the server's.

Reads ``{"port", "shoppers", "purchases", "skus", "delivery", "payment"}``, writes the seconds each purchase took.
"""

import json
import sys
import time
from http.client import HTTPConnection
from threading import Thread
from typing import Any
from uuid import uuid4

CONTACT = {"name": "Camille Martin", "email": "camille@example.org"}


def main() -> None:
    wish = json.load(sys.stdin)
    share = wish["purchases"] // wish["shoppers"]
    shoppers = [Shopper(wish, share, number) for number in range(wish["shoppers"])]
    started = time.perf_counter()
    for shopper in shoppers:
        shopper.start()
    for shopper in shoppers:
        shopper.join()
    spent_s = time.perf_counter() - started
    took_s = [second for shopper in shoppers for second in shopper.took_s]
    print(json.dumps({"spent_s": spent_s, "took_s": took_s, "bytes": sum(one.bytes for one in shoppers)}))
    if len(took_s) != share * wish["shoppers"]:
        raise SystemExit("a shopper gave up")


class Shopper(Thread):
    """Buys again and again over one connection that is kept open."""

    def __init__(self, wish: dict[str, Any], purchases: int, number: int) -> None:
        super().__init__()
        self.wish, self.purchases, self.number = wish, purchases, number
        self.connection = HTTPConnection("127.0.0.1", wish["port"])
        self.took_s: list[float] = []
        self.bytes = 0

    def run(self) -> None:
        skus = self.wish["skus"]
        for turn in range(self.purchases):
            started = time.perf_counter()
            self.buy(skus[(self.number + turn * self.wish["shoppers"]) % len(skus)])
            self.took_s.append(time.perf_counter() - started)

    def buy(self, sku: str) -> None:
        """From an empty basket to a placed order: four calls."""
        basket = self.ask("POST", "baskets", {"lines": [{"sku": sku, "quantity": 1}]})
        checkout = self.ask("POST", "checkouts", {"basket": basket["token"]})
        path = f"checkouts/{checkout['id']}"
        said = {
            "contact": CONTACT,
            "delivery": {"key": self.wish["delivery"]},
            "payment": self.wish["payment"],
        }
        total = self.ask("PATCH", path, said)["total"]
        paid = self.ask("POST", f"{path}/pay", {"total": total})
        if paid["state"] != "placed":
            raise RuntimeError(f"no order came of it: {paid}")

    def ask(self, method: str, path: str, said: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        self.connection.request(method, f"/api/v1/web/{path}", json.dumps(said), headers)
        answer = self.connection.getresponse()
        body = answer.read()
        self.bytes += len(body)
        if answer.status >= 300:
            raise RuntimeError(f"unexpected answer {answer.status}: {body.decode()}")
        return json.loads(body)


if __name__ == "__main__":
    main()
