"""Measures building documents: ``python -m benchmarks.rebuild 10000x5`` (made with ``--catalogue-only``)."""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.generate import open_database
from benchmarks.machine import machine
from benchmarks.measure import RESULTS, keep
from benchmarks.server import cpu_ms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", help="such as 10000x5")
    parser.add_argument("--products", type=int, default=30, help="so many single products are published")
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    open_database(chosen.size)
    measured = measure(chosen.size, products=chosen.products)
    keep(chosen.output, "building", measured)
    print(json.dumps(measured, indent=1))


def measure(size: str, *, products: int) -> dict[str, Any]:
    """Build everything from nothing, again where nothing differs, then single products whose price changes."""
    from comptoir.events.models import Delivery  # noqa: PLC0415 (needs Django)
    from comptoir.publishing.models import Document  # noqa: PLC0415
    from comptoir.publishing.rebuild import rebuild_all  # noqa: PLC0415

    before = machine()
    Document.objects.all().delete()
    first = metered(rebuild_all)
    documents = Document.objects.count()
    again = metered(rebuild_all)
    peak_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    Delivery.objects.all().delete()
    one = one_at_a_time(products)
    return {
        "size": size, "machine": before, "load_after": machine()["load"], "documents": documents,
        "documents_per_s": round(documents / first["wall_s"]), "from_nothing": first, "nothing_differs": again,
        "peak_memory_mb": peak_mb, "one_product": one,
    }  # fmt: skip


def metered(work: Callable[[], object]) -> dict[str, float]:
    """What a piece of work costs: on the clock, in this process, in its database connection."""
    started, python, postgres = time.monotonic(), time.process_time(), _backend_ms()
    work()
    return {
        "wall_s": round(time.monotonic() - started, 1),
        "python_s": round(time.process_time() - python, 1),
        "postgres_s": round((_backend_ms() - postgres) / 1000, 1),
    }


def one_at_a_time(products: int) -> dict[str, Any]:
    """A price changes, the outbox delivers: how long until every channel has the new document, and its share of it."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from comptoir.catalogue.models import Product  # noqa: PLC0415
    from comptoir.events.services import deliver_events  # noqa: PLC0415
    from comptoir.pricing.services import set_price  # noqa: PLC0415
    from comptoir.publishing.models import Document  # noqa: PLC0415

    took_ms, statements, changed = [], 0, 0
    for product in Product.objects.filter(structure=Product.PARENT).order_by("pk")[:products]:
        there = set(
            Document.objects.filter(kind="product", item_id=product.pk).values_list("etag", flat=True)
        )
        set_price(variant=product.children.first(), amount=Decimal("9.99"))
        started = time.monotonic()
        with CaptureQueriesContext(connection) as captured:
            while deliver_events():
                pass
        took_ms.append((time.monotonic() - started) * 1000)
        statements = max(statements, len(captured))
        rows = Document.objects.filter(kind="product", item_id=product.pk)
        changed = rows.exclude(etag__in=there).count()
    return {
        "documents_changed": changed,
        "median_ms": round(statistics.median(took_ms), 1),
        "slowest_ms": round(max(took_ms), 1),
        "statements": statements,
    }


def _backend_ms() -> float:
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cpu_ms(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
