"""Measures routing: ``python -m benchmarks.routing``. 10,000 orders over 50 locations, each decision kept with its candidates.

The second figure is what a customer's choice of delivery costs: a decision, and holds that go from one location to another.
"""

import argparse
import json
import random
import resource
import statistics
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.generate import make_tables, open_database
from benchmarks.machine import machine

#: The same shop and the same orders each time.
DICE = random.Random(42)  # noqa: S311 (chance, not a secret)
RESULTS = Path(__file__).with_name("results.json")
#: The squares of mainland France in which shops and customers are, in degrees.
LATITUDES, LONGITUDES = (43.3, 50.5), (-1.5, 7.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--locations", type=int, default=50)
    parser.add_argument("--variants", type=int, default=100)
    parser.add_argument("--choices", type=int, default=300)
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    before = machine()
    variants = make_shop(chosen.locations, chosen.variants)
    measured: dict[str, Any] = {"machine": before, "orders": chosen.orders, "locations": chosen.locations}
    measured |= decide(variants, chosen.orders)
    measured |= choose(variants, chosen.choices)
    kept = json.loads(chosen.output.read_text()) if chosen.output.exists() else {}
    chosen.output.write_text(json.dumps({**kept, "routing": measured}, indent=1, ensure_ascii=False) + "\n")
    print(", ".join(f"{name} {figure}" for name, figure in measured.items() if name != "machine"))


def make_shop(locations: int, variants: int) -> list[int]:
    """Shops with hours, costs and stock, in a database of their own; returns the ids of the variants."""
    open_database("routing")
    from django.db import connection  # noqa: PLC0415 (after the settings)

    from comptoir.fulfilment.services import save_method, set_up_location  # noqa: PLC0415
    from comptoir.stock.services import count_stock_many  # noqa: PLC0415
    from comptoir.testing.factories import Shop  # noqa: PLC0415

    with connection._nodb_cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS benchmark_routing WITH (FORCE)")
    make_tables()
    shop = Shop()
    shop.channel("web")
    ids = [shop.product(f"v{number}", texts={}).pk for number in range(variants)]
    for number in range(locations):
        place = shop.location(
            f"shop-{number:02d}",
            hours=[(day, "09:00", "19:00") for day in range(6)],
            latitude=_degrees(LATITUDES),
            longitude=_degrees(LONGITUDES),
        )
        set_up_location(location=place, parcel_cost=Decimal(DICE.randint(2, 6)))
        count_stock_many(location=place, counted={pk: DICE.choice([0, 200, 1000]) for pk in ids})
    save_method(code="home", kind="home", name="Home", rates=[{"price": Decimal("4.90")}])
    return ids


def decide(variants: list[int], orders: int) -> dict[str, Any]:
    """Decide from where all orders are served, and keep every decision."""
    from comptoir.base import clock  # noqa: PLC0415
    from comptoir.channels.queries import channel_context  # noqa: PLC0415
    from comptoir.fulfilment.facts import load_facts  # noqa: PLC0415
    from comptoir.fulfilment.methods import Asked, Wanted  # noqa: PLC0415
    from comptoir.fulfilment.routes import decide_routes  # noqa: PLC0415
    from comptoir.fulfilment.routing import RouteRequest, Wish  # noqa: PLC0415

    channel = channel_context("web")
    asked = Asked(channel, tuple(Wanted(pk, 1) for pk in variants), clock.now())
    requests = [
        RouteRequest(
            f"checkout:{number}",
            "home",
            tuple(
                Wish(f"line:{number}-{pk}", pk, DICE.randint(1, 2))
                for pk in DICE.sample(variants, DICE.randint(1, 4))
            ),
            clock.now(),
            region="FR",
            zone="Europe/Paris",
            latitude=float(_degrees(LATITUDES)),
            longitude=float(_degrees(LONGITUDES)),
        )
        for number in range(orders)
    ]
    began, cpu = time.perf_counter(), time.process_time()
    served = split = 0
    for one in decide_routes(channel=channel, requests=requests, sources=load_facts(asked).all_sources):
        served += one.chosen is not None
        split += len(one.candidates[0]["locations"]) > 1
    return {
        "decided_s": round(time.perf_counter() - began, 2),
        "decided_cpu_s": round(time.process_time() - cpu, 2),
        "served": served,
        "split": split,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def choose(variants: list[int], choices: int) -> dict[str, Any]:
    """One customer changes the delivery again and again; what each choice takes, holds included."""
    from comptoir.base import clock  # noqa: PLC0415
    from comptoir.channels.queries import channel_context  # noqa: PLC0415
    from comptoir.fulfilment.carriers import Address  # noqa: PLC0415
    from comptoir.fulfilment.methods import Asked, Wanted  # noqa: PLC0415
    from comptoir.fulfilment.routes import choose_delivery  # noqa: PLC0415

    asked = Asked(
        channel_context("web"),
        tuple(Wanted(pk, 1, f"basket-line:{number}") for number, pk in enumerate(variants[:3])),
        clock.now(),
    )
    times_ms = []
    for number in range(choices):
        place = Address("FR", "75001", "", float(_degrees(LATITUDES)), float(_degrees(LONGITUDES)))
        began = time.perf_counter()
        choose_delivery(asked=replace(asked, address=place), key="home", reference=f"checkout:{number}")
        times_ms.append(1000 * (time.perf_counter() - began))
    return {"choice_p50_ms": round(statistics.median(times_ms), 1), "choice_max_ms": round(max(times_ms), 1)}


def _degrees(span: tuple[float, float]) -> Decimal:
    return Decimal(f"{DICE.uniform(*span):.4f}")


if __name__ == "__main__":
    main()
