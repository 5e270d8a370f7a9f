"""What pages of the web shop cost, cold and kept: ``python -m benchmarks.pages 1000x2`` (generate 1000 2 before)."""

import argparse
import gzip
import statistics
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.generate import open_database
from benchmarks.machine import cpu_ms, machine
from benchmarks.measure import RESULTS, keep


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", help="such as 1000x2: made by benchmarks.generate before")
    parser.add_argument("--rounds", type=int, default=200)
    chosen = parser.parse_args()
    open_database(chosen.size)
    measured = {"before": machine(), "pages": measure(chosen.rounds), "after": machine()}
    keep(RESULTS, "pages", measured)
    for name, figures in measured["pages"].items():
        print(f"{name:10}", "  ".join(f"{what} {figure}" for what, figure in figures.items()))


def measure(rounds: int) -> dict[str, dict[str, Any]]:
    """Each page drawn afresh, sent from memory, and asked for again by who has it; in turns."""
    index_all()
    client, addresses = Client(), _addresses()
    for address in addresses.values():  # templates are compiled once in the life of a process
        client.get(address)
    took: dict[str, dict[str, list[float]]] = {
        name: {"cold": [], "kept": [], "304": []} for name in addresses
    }
    for _round in range(rounds):
        for name, address in addresses.items():
            _forget()
            took[name]["cold"].append(_cost(lambda at=address: client.get(at)))
            took[name]["kept"].append(_cost(lambda at=address: client.get(at)))
            etag = client.get(address)["ETag"]
            took[name]["304"].append(
                _cost(lambda at=address, tag=etag: client.get(at, headers={"If-None-Match": tag}))
            )
    return {
        name: {
            "statements": _statements(client, address),
            "gzip_kb": round(len(gzip.compress(client.get(address).content)) / 1000, 1),
            **{f"{kind}_cpu_ms": round(statistics.mean(times), 2) for kind, times in took[name].items()},
        }
        for name, address in addresses.items()
    }


def index_all() -> None:
    """Let the search know every document; once."""
    from django.db import connection  # noqa: PLC0415 (needs Django)

    from comptoir.publishing.models import Document  # noqa: PLC0415
    from comptoir.search.models import PostgresEntry  # noqa: PLC0415
    from comptoir.search.services import rebuild_index  # noqa: PLC0415

    if PostgresEntry.objects.count() < Document.objects.filter(kind="product").count():
        rebuild_index()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _addresses() -> dict[str, str]:
    """A full category and a product with all its variants, as the shop's own pages name them."""
    from comptoir.publishing.models import Document  # noqa: PLC0415 (needs Django)

    row = Document.objects.filter(kind="product", channel__code="web").order_by("pk").first()
    base = f"/web/{row.locale}"
    return {
        "category": f"{base}/categories/{row.categories[0]}",
        "product": f"{base}/products/{row.slug}",
    }


def _forget() -> None:
    from comptoir_web.kept import forget_pages  # noqa: PLC0415 (needs Django)

    forget_pages()


def _cost(ask: Callable[[], Any]) -> float:
    """Milliseconds that this process and its PostgreSQL backend worked; Django's test client is part of it."""
    from django.db import connection  # noqa: PLC0415

    connection.ensure_connection()
    before = cpu_ms(connection)
    answer = ask()
    assert answer.status_code in (200, 304), answer.status_code
    return cpu_ms(connection) - before


def _statements(client: Client, address: str) -> int:
    from django.db import connection  # noqa: PLC0415

    _forget()
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


if __name__ == "__main__":
    main()
