"""Measures writing over HTTP: ``python -m benchmarks.baskets``. Lines added to baskets, availability of 50 variants.

One shop with ten locations and fifty variants, in a database of its own. Every line is added to a basket that others do
not touch, with an ``Idempotency-Key`` of its own, by two callers at once; its pieces are held. Commits are durable.
"""

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

import psycopg
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.generate import NAME, make_tables, open_database
from benchmarks.machine import machine
from benchmarks.measure import RESULTS, _connect, _summary, keep
from benchmarks.server import Batch, Server

SIZE = "baskets"
PLACES, SHIRTS, SIZES = 10, 10, "SMLXZ"
PIECES = 100_000
#: So many lines go into one basket, each of another variant.
LINES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=500, help="of each kind in each round")
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    skus = make_shop()
    measured = measure(skus, rounds=chosen.rounds, requests=chosen.requests)
    check()
    keep(chosen.output, "baskets", measured)
    show(measured)


def make_shop() -> list[str]:
    """A channel, ten locations, fifty variants with plenty of each everywhere; returns their SKUs."""
    open_database(SIZE)
    from django.db import connection  # noqa: PLC0415 (after the settings)

    from comptoir.stock.deliveries import receive_delivery  # noqa: PLC0415
    from comptoir.testing.factories import Shop  # noqa: PLC0415

    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{NAME}_{SIZE}" WITH (FORCE)')
    make_tables()
    shop = Shop()
    shop.channel("web")
    places = [shop.location(f"shop-{n}", latitude="47.2", longitude=str(n)) for n in range(PLACES)]
    shirts = [shop.product(f"shirt-{n}", sizes=SIZES) for n in range(SHIRTS)]
    variants = [variant for shirt in shirts for variant in shop.variants(shirt)]
    for place in places:
        receive_delivery(location=place, lines=dict.fromkeys(variants, PIECES))
    shop.settle()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return [variant.sku for variant in variants]


def measure(skus: list[str], *, rounds: int, requests: int) -> dict:
    """The three questions in turns, round by round, after one round that nobody counts."""
    shop: psycopg.Connection = _connect(SIZE)
    server = Server(SIZE, shop)
    batches: dict[str, list[Batch]] = defaultdict(list)
    before = machine()
    try:
        for number in range(rounds + 1):
            asked = questions(skus, requests)
            for name, (targets, status) in asked.items():
                batch = server.ask(targets, requests if number else min(requests, 50), (status,))
                batches[name] += [batch] if number else []
            shop.execute(
                "ANALYZE"
            )  # as autovacuum would: a table that was empty a moment ago is planned for as empty
    finally:
        server.stop()
    statements = {
        name: count_statements(targets[:10]) for name, (targets, _status) in questions(skus, 10).items()
    }
    figures = {name: {**_summary(done), "statements": statements[name]} for name, done in batches.items()}
    return {
        "machine": before,
        "load_after": machine()["load"],
        "rounds": rounds,
        "requests": requests,
        "figures": figures,
    }


def questions(skus: list[str], requests: int) -> dict[str, tuple[list[list[str]], int]]:
    """What is asked in one round and the status it is answered with; keys and baskets are fresh each time."""
    tokens = open_baskets(-(-requests // LINES))
    adding = [
        [
            f"/api/v1/web/baskets/{tokens[number // LINES]}/lines",
            f"Idempotency-Key: {uuid4()}\r\n",
            json.dumps({"sku": skus[(number * 7) % len(skus)], "quantity": 1}),
        ]
        for number in range(requests)
    ]
    dice = random.Random(requests)  # noqa: S311 (to be the same again)
    asking = [
        ["/api/v1/web/availability?" + "&".join(f"sku={sku}" for sku in dice.sample(skus, len(skus))), ""]
        for _number in range(50)
    ]
    return {
        "empty": ([["/api/v1/limits/empty", ""]] * 2, 200),
        "line added to a basket": (adding, 200),
        "availability of 50 variants in 10 shops": (asking, 200),
    }


def open_baskets(number: int) -> list[str]:
    """The tokens of fresh, empty baskets."""
    from comptoir.baskets.services import open_basket  # noqa: PLC0415
    from comptoir.channels.queries import channel_context  # noqa: PLC0415

    channel = channel_context("web")
    return [open_basket(channel=channel)[1] for _number in range(number)]


def count_statements(targets: list[list[str]]) -> int:
    """SQL statements of an answer, all told (``BEGIN``, ``COMMIT`` and savepoints too); the most of some."""
    from django.db import connection  # noqa: PLC0415

    counts = []
    for path, headers, *body in [targets[0], *targets]:
        client = Client(
            SERVER_NAME="127.0.0.1", headers=dict(line.split(": ", 1) for line in headers.splitlines())
        )
        with CaptureQueriesContext(connection) as captured:
            if body:
                client.post(path, body[0], content_type="application/json")
            else:
                client.get(path)
        counts.append(len(captured))
    return max(counts[1:])


def check() -> None:
    """A figure of stock that does not add up is worth nothing."""
    from comptoir.stock.audit import differences  # noqa: PLC0415

    if wrong := differences():
        raise SystemExit("\n".join(one.sentence for one in wrong))


def show(measured: dict) -> None:
    """The table of the README."""
    print(f"load before {measured['machine']['load']}, after {measured['load_after']}\n")
    print("| | requests/s | p50 ms | p99 ms | CPU ms a request | of it PostgreSQL | SQL | kB |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, one in measured["figures"].items():
        print(
            f"| {name} | {one['requests_per_s']} | {one['p50_ms']} | {one['p99_ms']} | {one['cpu_ms']:.2f} "
            f"| {one['postgres_ms']:.2f} | {one['statements']} | {one['kilobytes']} |"
        )


if __name__ == "__main__":
    main()
