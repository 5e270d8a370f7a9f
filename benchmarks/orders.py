"""Measures orders on one hot variant: ``python -m benchmarks.orders``. Row and unit slots in turns, in one run.

``finished``: checkouts whose money is there are finished by ``checkout.finish``, 32 at once in two processes: each writes
order, lines, story, payment, stock, parcel and events in one transaction. ``placed`` is the narrowest service that is
honest: ``hold_stock``, and in a second transaction ``place_order`` and ``allocate_holds``. Commits are durable.
"""

import argparse
import multiprocessing
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import RESULTS, keep
from benchmarks.purchase import CONTACT, DELIVERY, PAYMENT, check, make_shop
from benchmarks.stock_holds import server_cpu_s

Round = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=640, help="of each kind in each round")
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--threads", type=int, default=8, help="of each process")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    skus = dict(zip(("row", "slots"), make_shop("orders"), strict=False))
    clients = (chosen.processes, chosen.threads)
    before = machine()
    figures: dict[str, list[Round]] = {}
    for _number in range(chosen.rounds):
        for kind, sku in skus.items():
            make_hot(sku, is_hot=kind == "slots")
            uuids = [begin_to_pay(sku) for _order in range(chosen.orders)]
            for name, jobs in (("finished", uuids), ("placed", [sku] * chosen.orders)):
                work = finish_one if name == "finished" else place_one
                figures.setdefault(f"{name}, {kind}", []).append(together(work, jobs, *clients))
    check()
    measured = {"machine": before, "load_after": machine()["load"], "processes, threads": clients}
    keep(chosen.output, "orders", {**measured, "orders": chosen.orders, "rounds": figures})
    for name, rounds in figures.items():
        middle = {what: statistics.median(one[what] for one in rounds) for what in rounds[0]}
        print(name, ", ".join(f"{what} {figure:.1f}" for what, figure in middle.items()))


def make_hot(sku: str, *, is_hot: bool) -> None:
    """Fill the slots of the variant everywhere, as many holds within a second would; or keep it on the row."""
    from comptoir.stock import rows  # noqa: PLC0415
    from comptoir.stock.models import Level  # noqa: PLC0415
    from comptoir.stock.pools import fill_pool  # noqa: PLC0415

    rows.HOT_HOLDS = 50 if is_hot else 10**9
    if not is_hot:
        return
    levels = Level.objects.filter(variant__sku=sku).values_list("pk", flat=True)
    rows.in_transaction(lambda: [fill_pool(level) for level in rows.lock_levels(levels).values()])


def begin_to_pay(sku: str) -> str:
    """A checkout whose money is there, and that nobody has finished."""
    from comptoir.baskets.rows import Code, Key  # noqa: PLC0415
    from comptoir.baskets.services import open_basket  # noqa: PLC0415
    from comptoir.channels.queries import channel_context  # noqa: PLC0415
    from comptoir.checkout import services  # noqa: PLC0415
    from comptoir.checkout.delivery import Wish  # noqa: PLC0415
    from comptoir.payments.services import start_payment  # noqa: PLC0415

    channel = channel_context("web")
    _basket, token = open_basket(channel=channel, lines=[(Code(sku), 1)])
    checkout = services.begin_checkout(key=Key(channel, token), locale="fr").checkout
    change = services.Change(contact=CONTACT, wish=Wish(DELIVERY), provider=PAYMENT)
    uuid = str(checkout.uuid)
    total = services.change_checkout(channel=channel, uuid=uuid, change=change).total
    services.prepare(channel=channel, uuid=uuid, total=total)
    start_payment(
        channel=channel, provider=PAYMENT, reference=checkout.reference, amount=total, key=uuid, way="collection"
    )  # fmt: skip
    return uuid


def finish_one(uuid: str) -> None:
    from comptoir.checkout.finishing import finish  # noqa: PLC0415

    if finish(uuid=uuid).state != "placed":
        raise RuntimeError(f"{uuid} is not placed")


def place_one(sku: str) -> None:
    """A piece is held, and then an order of it is placed."""
    from comptoir.channels.queries import channel_context  # noqa: PLC0415
    from comptoir.orders.numbers import new_number  # noqa: PLC0415
    from comptoir.orders.placing import PlacedLine, Placing, place_order  # noqa: PLC0415
    from comptoir.stock.allocations import allocate_holds  # noqa: PLC0415
    from comptoir.stock.holds import hold_stock  # noqa: PLC0415
    from comptoir.stock.plans import Wanted  # noqa: PLC0415
    from comptoir.stock.rows import in_transaction  # noqa: PLC0415

    channel, number, price = channel_context("web"), new_number(), Decimal("49.90")
    wanted = [Wanted(f"benchmark:{number}", variant_of(sku), 1)]
    line = PlacedLine(
        variant_id=wanted[0].variant_id, sku=sku, gtin="", title=sku, options="", quantity=1, unit_price=price,
        discount=Decimal(0), tax_percent=Decimal(20), tax=Decimal("8.32"), total=price, is_counted=True,
        stock_owner=wanted[0].owner,
    )  # fmt: skip
    placing = Placing(
        reference=wanted[0].owner, channel_id=channel.id, channel_code="web", locale="fr", currency="EUR",
        lines=[line], tax=Decimal("8.32"), total=price, number=number,
    )  # fmt: skip
    places = channel.location_ids[:1]
    hold_stock(requests=wanted, location_ids=places, channel=channel)

    def place() -> None:
        place_order(placing=placing)
        allocate_holds(requests=wanted, location_ids=places, channel=channel, document=number)

    in_transaction(place)


_variants: dict[str, int] = {}


def variant_of(sku: str) -> int:
    """The id of a variant, asked for once."""
    from comptoir.catalogue.models import Product  # noqa: PLC0415

    if sku not in _variants:
        _variants[sku] = Product.objects.get(sku=sku).pk
    return _variants[sku]


def together(work: Callable[[str], None], jobs: Sequence[str], processes: int, threads: int) -> Round:
    """Let processes do jobs; what they and the database server did in that time."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    context = multiprocessing.get_context("fork")
    answers, line = context.Queue(), context.Barrier(processes + 1)
    workers = [
        context.Process(target=alone, args=(work, jobs[number::processes], threads, line, answers))
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    line.wait()
    began, server_before = time.perf_counter(), server_cpu_s()
    told = [answers.get() for _worker in workers]
    spent_s, server_s = time.perf_counter() - began, server_cpu_s() - server_before
    for worker in workers:
        worker.join()
    times_ms = sorted(one for times, _cpu in told for one in times)
    return {
        "per_s": round(len(times_ms) / spent_s, 1),
        "p50_ms": round(times_ms[len(times_ms) // 2], 1),
        "p99_ms": round(times_ms[len(times_ms) * 99 // 100], 1),
        "shop_cpu_ms": round(1000 * sum(cpu for _times, cpu in told) / len(times_ms), 2),
        "database_cpu_ms": round(1000 * server_s / len(times_ms), 2),
    }


def alone(work: Callable[[str], None], jobs: Sequence[str], threads: int, line: Any, answers: Any) -> None:
    """One process: its threads open a connection each, wait for everybody, and share the jobs."""
    from django.db import connection  # noqa: PLC0415

    with ThreadPoolExecutor(threads) as pool:
        warm = threading.Barrier(threads)
        list(pool.map(lambda _thread: (connection.ensure_connection(), warm.wait()), range(threads)))
        line.wait()
        cpu = time.process_time()
        times = list(pool.map(lambda job: timed(work, job), jobs))
        answers.put((times, time.process_time() - cpu))


def timed(work: Callable[[str], None], job: str) -> float:
    """How long a job took, in milliseconds."""
    began = time.perf_counter()
    work(job)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
