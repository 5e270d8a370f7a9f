"""Measures a whole purchase over HTTP: ``python -m benchmarks.purchase``. From an empty basket to a placed order.

One shop with four locations that are open all week, fifty variants with plenty of each, three offers; two shoppers at
once, each purchase four calls with an ``Idempotency-Key`` each: open a basket with a line, take it to the checkout, say
who, how and by what means, pay. Goods are collected and paid in the shop. Commits are durable.
"""

import argparse
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.generate import NAME, make_tables, open_database
from benchmarks.machine import machine
from benchmarks.measure import RESULTS, _connect, _summary, keep
from benchmarks.server import Batch, Server
from benchmarks.shoppers import CONTACT

SIZE = "purchase"
PLACES = ("nantes", "lyon", "lille", "brest")
SHIRTS, SIZES, PIECES = 10, "SMLXZ", 100_000
DELIVERY, PAYMENT = "retrait:nantes", "shop"
#: ``BEGIN`` and its kin are said apart: no table is asked for anything.
BRACKETS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--purchases", type=int, default=60, help="in each round")
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    skus = make_shop()
    measured = measure(skus, rounds=chosen.rounds, purchases=chosen.purchases)
    check()
    keep(chosen.output, "purchase", measured)
    print(json.dumps(measured, indent=1))


def make_shop(size: str = SIZE) -> list[str]:
    """A shop that sells and lets collect, in a database of its own; returns the SKUs."""
    open_database(size)
    from django.db import connection  # noqa: PLC0415 (after the settings)

    from comptoir.fulfilment.services import save_method  # noqa: PLC0415
    from comptoir.stock.deliveries import receive_delivery  # noqa: PLC0415
    from comptoir.testing.factories import Shop  # noqa: PLC0415

    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}_{size}" WITH (FORCE)')
    make_tables()
    shop = Shop()
    shop.channel("web")
    week = [(day, "08:00", "20:00") for day in range(7)]
    places = [
        shop.location(code, hours=week, latitude="47.2", longitude=str(n)) for n, code in enumerate(PLACES)
    ]
    shirts = [shop.product(f"shirt-{n}", sizes=SIZES) for n in range(SHIRTS)]
    variants = [variant for shirt in shirts for variant in shop.variants(shirt)]
    for place in places:
        receive_delivery(location=place, lines=dict.fromkeys(variants, PIECES))
    save_method(code="retrait", kind="collection", name="Retrait en magasin")
    save_method(code="colis", kind="home", name="À domicile", rates=[{"price": Decimal("4.90")}])
    shop.settle()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return [variant.sku for variant in variants]


def measure(skus: list[str], *, rounds: int, purchases: int) -> dict[str, Any]:
    """Round by round, after one that nobody counts; an endpoint that does nothing in turns with it."""
    shop = _connect(SIZE)
    server = Server(SIZE, shop)
    wish = {"shoppers": 2, "skus": skus, "delivery": DELIVERY, "payment": PAYMENT}
    batches: dict[str, list[Batch]] = {"empty": [], "purchase": []}
    before = machine()
    try:
        for number in range(rounds + 1):
            empty = server.ask([["/api/v1/limits/empty", ""]] * 2, 200)
            bought = server.run("shoppers.py", {**wish, "purchases": purchases if number else 20})
            if number:
                batches["empty"].append(empty)
                batches["purchase"].append(bought)
            shop.execute("ANALYZE")  # as autovacuum would: the tables were empty a moment ago
    finally:
        server.stop()
    figures = {name: _summary(done) for name, done in batches.items()}
    figures["purchase"] |= count_statements(skus[:2])
    return {
        "machine": before,
        "load_after": machine()["load"],
        "rounds": rounds,
        "purchases": purchases,
        "figures": figures,
    }


def count_statements(skus: list[str]) -> dict[str, int]:
    """SQL statements of a purchase in a process that has sold before; those around transactions apart."""
    from django.db import connection  # noqa: PLC0415

    for sku in skus:
        with CaptureQueriesContext(connection) as captured:
            buy_here(sku)
    said = [str(one["sql"]) for one in captured.captured_queries]
    around = sum(one.startswith(BRACKETS) for one in said)
    return {"statements": len(said) - around, "around_transactions": around}


def buy_here(sku: str) -> None:
    """A purchase in this process."""
    client = Client(SERVER_NAME="127.0.0.1")

    def ask(method: str, path: str, said: dict[str, Any], number: int) -> dict[str, Any]:
        key = {"Idempotency-Key": f"{sku}-of-this-process-{number}"}
        answer = client.generic(
            method, f"/api/v1/web/{path}", json.dumps(said), content_type="application/json", headers=key
        )
        if answer.status_code >= 300:
            raise SystemExit(answer.content.decode())
        return answer.json()

    basket = ask("POST", "baskets", {"lines": [{"sku": sku, "quantity": 1}]}, 1)
    path = f"checkouts/{ask('POST', 'checkouts', {'basket': basket['token']}, 2)['id']}"
    said = {"contact": CONTACT, "delivery": {"key": DELIVERY}, "payment": PAYMENT}
    total = ask("PATCH", path, said, 3)["total"]
    ask("POST", f"{path}/pay", {"total": total}, 4)


def check() -> None:
    """A figure of a shop whose books do not add up is worth nothing."""
    from comptoir.payments import audit as money  # noqa: PLC0415
    from comptoir.stock import audit as stock  # noqa: PLC0415

    if wrong := [*stock.differences(), *money.differences()]:
        raise SystemExit("\n".join(map(str, wrong)))


if __name__ == "__main__":
    main()
