"""Measures holds on one hot variant: ``python -m benchmarks.stock_holds``. Row and unit slots in turns, in one run.

Each thread does nothing but hold one piece at a time by ``hold_stock``, in transactions of its own and with durable
commits, 32 at once in all. The slots are filled by the rule that fills them in a shop; for the row that rule is off.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings

from benchmarks.generate import make_tables, open_database
from benchmarks.machine import machine

RESULTS = Path(__file__).with_name("results.json")
PIECES = 900_000
Round = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=16, help="of each process")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    variants, place = make_shop()
    clients = (chosen.processes, chosen.threads)
    before = machine()
    rounds: dict[str, list[Round]] = {"row": [], "slots": []}
    for _number in range(chosen.rounds):
        for kind, variant in variants.items():
            rounds[kind].append(hold_together(kind, variant, place, chosen.seconds, *clients))
    check()
    kept = json.loads(chosen.output.read_text()) if chosen.output.exists() else {}
    measured = {"machine": before, "processes, threads": clients, "rounds": rounds}
    chosen.output.write_text(json.dumps({**kept, "holds": measured}, indent=1, ensure_ascii=False) + "\n")
    for kind, figures in rounds.items():
        middle = {name: statistics.median(one[name] for one in figures) for name in figures[0]}
        print(kind, ", ".join(f"{name} {figure:.1f}" for name, figure in middle.items()))


def make_shop() -> tuple[dict[str, int], int]:
    """An empty shop with one location and a variant for each way, in a database of its own."""
    open_database("holds")
    from django.db import connection  # noqa: PLC0415 (after the settings)

    from comptoir.stock.services import receive_stock  # noqa: PLC0415
    from comptoir.testing.factories import Shop  # noqa: PLC0415

    with connection._nodb_cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS benchmark_holds WITH (FORCE)")
    make_tables()
    shop = Shop()
    place = shop.location("nantes")
    variants = {kind: shop.product(kind, texts={}) for kind in ("row", "slots")}
    for variant in variants.values():
        receive_stock(variant=variant, location=place, quantity=PIECES)
    return {kind: variant.pk for kind, variant in variants.items()}, place.pk


def hold_together(kind: str, variant: int, place: int, seconds: float, processes: int, threads: int) -> Round:
    """Let processes hold for some seconds; what they and the database server did in that time."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    arguments = (kind, variant, place, seconds, threads, answers)
    workers = [context.Process(target=hold_alone, args=arguments) for _ in range(processes)]
    server_before = server_cpu_s()
    for worker in workers:
        worker.start()
    told = [answers.get() for _worker in workers]
    server_s = server_cpu_s() - server_before
    for worker in workers:
        worker.join()
    times_ms = sorted(one for times, _cpu in told for one in times)
    cpu_s = sum(cpu for _times, cpu in told)
    return {
        "per_s": len(times_ms) / seconds,
        "p50_ms": times_ms[len(times_ms) // 2],
        "p99_ms": times_ms[len(times_ms) * 99 // 100],
        "shop_cpu_ms": 1000 * cpu_s / len(times_ms),
        "database_cpu_ms": 1000 * server_s / len(times_ms),
    }


def hold_alone(
    kind: str, variant: int, place: int, seconds: float, threads: int, answers: "multiprocessing.Queue"
) -> None:
    """One process: its threads hold until the time is over; then it says how long each hold took, and what it cost."""
    from comptoir.stock import rows  # noqa: PLC0415

    if kind == "row":
        rows.HOT_HOLDS = 10**9
    with ThreadPoolExecutor(threads) as pool:
        line = threading.Barrier(threads)
        list(pool.map(lambda number: hold_in_thread(variant, place, 0, number, line), range(threads)))
        cpu = time.process_time()
        found = list(
            pool.map(lambda number: hold_in_thread(variant, place, seconds, number, line), range(threads))
        )
        answers.put(([one for times in found for one in times], time.process_time() - cpu))


def hold_in_thread(
    variant: int, place: int, seconds: float, thread: int, line: threading.Barrier
) -> list[float]:
    """One shopper after the other; at least one, so that the connection is open when it counts."""
    from comptoir.stock.holds import hold_stock  # noqa: PLC0415
    from comptoir.stock.plans import Wanted  # noqa: PLC0415

    line.wait()
    times_ms: list[float] = []
    end = time.perf_counter() + seconds
    while (start := time.perf_counter()) < end or not times_ms:
        owner = f"{os.getpid()}:{thread}:{len(times_ms)}"
        hold_stock(requests=[Wanted(owner, variant, 1)], location_ids=[place])
        times_ms.append(1000 * (time.perf_counter() - start))
    return times_ms


def server_cpu_s() -> float:
    """Processor time of the database server and all its processes, ended ones too."""
    from comptoir.base.postgres import Cluster  # noqa: PLC0415

    server = (Cluster(home=settings.COMPTOIR_HOME).data_folder / "postmaster.pid").read_text().split()[0]
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if stat.parent.name == server:
            total += sum(int(one) for one in fields[11:15])
        elif fields[1] == server:
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def check() -> None:
    """A figure of stock that does not add up is worth nothing."""
    from comptoir.stock.audit import differences  # noqa: PLC0415

    if wrong := differences():
        raise SystemExit("\n".join(one.sentence for one in wrong))


if __name__ == "__main__":
    main()
