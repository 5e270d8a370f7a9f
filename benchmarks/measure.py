"""Measures reading, one or several sizes side by side: ``python -m benchmarks.measure 1000x2 100000x50``."""

import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path

import psycopg
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.generate import NAME, open_database
from benchmarks.machine import machine
from benchmarks.server import TICK_MS, Batch, Server

RESULTS = Path(__file__).with_name("results.json")
Batches = dict[tuple[str, str], list[Batch]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="+", help="such as 1000x2: made by benchmarks.generate before")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=1000, help="of each kind in each round")
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    open_database(chosen.sizes[0])
    measured = measure(chosen.sizes, rounds=chosen.rounds, requests=chosen.requests)
    keep(chosen.output, "reading", measured)
    show(measured)


def keep(path: Path, part: str, measured: dict) -> None:
    """Put the figures of one benchmark beside those of the others."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**kept, part: measured}, indent=1, ensure_ascii=False) + "\n")


def measure(sizes: list[str], *, rounds: int, requests: int) -> dict:
    """Ask every shop everything, in turns, so that what disturbs one measurement disturbs its neighbours alike."""
    from benchmarks.targets import questions  # noqa: PLC0415 (needs Django)

    shops = {size: _connect(size) for size in sizes}
    servers: list[Server] = []
    batches: Batches = defaultdict(list)
    try:
        for size in sizes:
            servers.append(Server(size, shops[size]))
        asked = {server.size: questions(shops[server.size], server) for server in servers}
        for _, server, question in _turns(servers, asked, 1):
            server.ask(question.targets, len(question.targets), question.statuses)
        before = machine()
        for _, server, question in _turns(servers, asked, rounds):
            batches[server.size, question.name].append(
                server.ask(question.targets, requests, question.statuses)
            )
    finally:
        for server in servers:
            server.stop()
    after = machine()
    statements = {size: count_statements(size, asked[size]) for size in sizes}
    return {
        "machine": before,
        "load_after": after["load"],
        "rounds": rounds,
        "requests": requests,
        "sizes": {size: _figures(size, asked[size], batches, statements[size]) for size in sizes},
    }


def _turns(servers, asked, rounds):
    """Round by round, question by question, shop by shop."""
    for number in range(rounds):
        for place in range(len(asked[servers[0].size])):
            for server in servers:
                yield number, server, asked[server.size][place]


def _connect(size: str) -> psycopg.Connection:
    from django.db import connection  # noqa: PLC0415

    address = connection.settings_dict
    return psycopg.connect(
        host=address["HOST"],
        port=address["PORT"],
        user=address["USER"],
        dbname=f"{NAME}_{size}",
        autocommit=True,
    )


def _figures(size, asked, batches, statements) -> dict[str, dict]:
    found = {question.name: _summary(batches[size, question.name]) for question in asked}
    for question in asked:
        own = found[question.name]
        own["statements"], own["statements_cold"] = statements[question.name]
        if question.limit:
            limits = batches[size, question.limit]
            pairs = zip(batches[size, question.name], limits, strict=True)
            own["times_limit"] = round(
                statistics.median(_cpu_ms(one) / _cpu_ms(limit) for one, limit in pairs), 2
            )
    return found


def _summary(batches: list[Batch]) -> dict:
    took_ms = sorted(second * 1000 for batch in batches for second in batch.took_s)
    return {
        "requests_per_s": round(statistics.median(batch.requests / batch.spent_s for batch in batches)),
        "p50_ms": round(took_ms[len(took_ms) // 2], 2),
        "p99_ms": round(took_ms[len(took_ms) * 99 // 100], 2),
        "cpu_ms": round(statistics.median(_cpu_ms(batch) for batch in batches), 3),
        "postgres_ms": round(statistics.median(batch.postgres_ms / batch.requests for batch in batches), 3),
        "kilobytes": round(
            sum(batch.answer_bytes for batch in batches) / sum(batch.requests for batch in batches) / 1000, 1
        ),
    }


def _cpu_ms(batch: Batch) -> float:
    """Processor time of one request: the server's and its database connection's."""
    return max(batch.python_ms + batch.postgres_ms, TICK_MS) / batch.requests


def count_statements(size: str, asked) -> dict[str, tuple[int, int]]:
    """SQL statements of an answer, in a process that has answered before and in one that has not; the most of ten."""
    from django.db import connection  # noqa: PLC0415

    from comptoir.channels.queries import forget_contexts  # noqa: PLC0415

    connection.close()
    connection.settings_dict["NAME"] = f"{NAME}_{size}"
    counts = {}
    for question in asked:
        warm, cold = [], []
        for path, headers in question.targets[:10]:
            for counted in (cold, warm):
                with CaptureQueriesContext(connection) as captured:
                    Client(headers=_headers(headers), SERVER_NAME="127.0.0.1").get(path)
                counted.append(len(captured))
            forget_contexts()
        counts[question.name] = max(warm), max(cold)
    connection.close()
    return counts


def _headers(lines: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lines.splitlines())


def show(measured: dict) -> None:
    """The table of the README."""
    print(f"load before {measured['machine']['load']}, after {measured['load_after']}\n")
    for size, figures in measured["sizes"].items():
        products, channels = size.split("x")
        print(f"**{int(products):,} products, {channels} channels**\n")
        print(
            "| | requests/s | p50 ms | p99 ms | CPU ms a request | of it PostgreSQL | × its limit | SQL (cold) | kB |"
        )
        print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
        for name, one in figures.items():
            times = one.get("times_limit", "")
            print(
                f"| {name} | {one['requests_per_s']} | {one['p50_ms']} | {one['p99_ms']} | {one['cpu_ms']:.2f} "
                f"| {one['postgres_ms']:.2f} | {times} | {one['statements']} ({one['statements_cold']}) | {one['kilobytes']} |"
            )
        print()


if __name__ == "__main__":
    main()
