"""Measures how soon the shop knows: ``python -m benchmarks.events``.

Events: writers record 200 a second, each in a transaction of its own, while one worker hands them to a plugin; the time
from the moment of recording to the moment the plugin is called. Holds: goods are held for the web shop, and the
app's API, a server of its own, is asked until it says so.
"""

import argparse
import json
import multiprocessing
import time
import urllib.request
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.generate import NAME, make_tables, open_database
from benchmarks.machine import machine

RESULTS = Path(__file__).with_name("results.json")
DATABASE = "events"
LIMIT_MS = 1000
GIVE_UP_S = 60

Figures = dict[str, float]
processes = multiprocessing.get_context("fork")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-second", type=int, default=200, help="events, of all writers")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--holds", type=int, default=200)
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    make_database()
    before = machine()
    found = {
        "machine": before,
        "delivered": measure_events(chosen.per_second, chosen.seconds, chosen.writers),
        "hold seen": measure_holds(chosen.holds),
    }
    kept = json.loads(chosen.output.read_text()) if chosen.output.exists() else {}
    chosen.output.write_text(json.dumps({**kept, "events": found}, indent=1, ensure_ascii=False) + "\n")
    show(found)


def make_database() -> None:
    """An empty shop's tables, made anew."""
    open_database(DATABASE)
    from django.db import connection  # noqa: PLC0415 (after the settings)

    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME}_{DATABASE} WITH (FORCE)")
    make_tables()
    connection.close()


# --- events -----------------------------------------------------------------------------------------------------------


def measure_events(per_second: int, seconds: float, writers: int) -> Figures:
    """Record at an even pace; how long each event took to reach the plugin."""
    from comptoir import plugins  # noqa: PLC0415
    from comptoir.events.models import Delivery  # noqa: PLC0415

    handled = processes.Queue()
    listen(handled)
    worker = start(handle, handled)
    handled.get(timeout=GIVE_UP_S)  # it is ready
    jobs = [start(record, number, writers, per_second / writers, seconds) for number in range(writers)]
    for job in jobs:
        job.join()
    expected = round(per_second / writers * seconds) * writers
    took_ms = sorted(1000 * handled.get(timeout=GIVE_UP_S) for _event in range(expected))
    while Delivery.objects.exists() and worker.is_alive():
        time.sleep(0.05)
    worker.kill()
    worker.join()
    plugins.manager.unregister(name="stopwatch")
    if not handled.empty():
        raise SystemExit("More was delivered than happened.")
    return {"events": expected, "per_s": per_second, **percentiles(took_ms)}


def record(number: int, writers: int, per_second: float, seconds: float) -> None:
    """One writer: an event at each tick of its clock, of one of 500 subjects."""
    from django.db import transaction  # noqa: PLC0415

    from comptoir.events.services import record_event  # noqa: PLC0415

    began = time.perf_counter()
    for tick in range(round(per_second * seconds)):
        time.sleep(max(0.0, began + tick / per_second - time.perf_counter()))
        with transaction.atomic():
            record_event("stock_changed", subject_id=(tick * writers + number) % 500, at=time.time())


def listen(handled: Any) -> None:
    """Let there be a plugin that notes how long it took until it heard of each event; writers have to know of it too."""
    from types import SimpleNamespace  # noqa: PLC0415

    from comptoir import plugins  # noqa: PLC0415

    def on_stock_changed(events: list) -> None:
        now = time.time()
        for event in events:
            handled.put(now - event.payload["at"])

    plugins.register("stopwatch", SimpleNamespace(on_stock_changed=plugins.hookimpl(on_stock_changed)))


def handle(handled: Any) -> None:
    """The worker."""
    import threading  # noqa: PLC0415

    from comptoir.events.tasks import run_forever  # noqa: PLC0415

    handled.put(0.0)
    run_forever(threading.Event(), lambda: None)


def start(job: Any, *arguments: Any) -> Any:
    """A process with connections of its own."""
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    process = processes.Process(target=job, args=arguments, daemon=True)
    process.start()
    return process


# --- holds ------------------------------------------------------------------------------------------------------------


def measure_holds(holds: int) -> Figures:
    """Hold a piece for the web shop; how long until the app's API shows one less."""
    from django.db import connection  # noqa: PLC0415

    from benchmarks.server import Server  # noqa: PLC0415
    from comptoir.stock.holds import hold_stock  # noqa: PLC0415
    from comptoir.stock.plans import Wanted  # noqa: PLC0415

    variant, place = make_shop(pieces=holds + 100)
    address = connection.settings_dict
    database = psycopg.connect(
        host=address["HOST"], port=address["PORT"], user=address["USER"], dbname=address["NAME"], autocommit=True
    )  # fmt: skip
    server = Server(DATABASE, database)
    try:
        took_ms = []
        for number in range(holds):
            before = free(server.port)
            hold_stock(requests=[Wanted(f"line:{number}", variant, 1)], location_ids=[place])
            held = time.perf_counter()
            for _asked in count():
                if free(server.port) == before - 1:
                    break
                if time.perf_counter() - held > GIVE_UP_S:
                    raise SystemExit("The hold was not seen.")
            took_ms.append(1000 * (time.perf_counter() - held))
    finally:
        server.stop()
        database.close()
    return {"events": holds, **percentiles(sorted(took_ms))}


def make_shop(pieces: int) -> tuple[int, int]:
    """Two channels that sell one shirt from one shop."""
    from comptoir.stock.services import receive_stock  # noqa: PLC0415
    from comptoir.testing.factories import Shop  # noqa: PLC0415

    shop = Shop()
    shop.channel("web")
    shop.channel("app")
    place = shop.location("nantes")
    shirt = shop.product("shirt")
    receive_stock(variant=shirt, location=place, quantity=pieces)
    shop.settle()
    return shirt.pk, place.pk


def free(port: int) -> int:
    """How many pieces the app's API says there are."""
    with urllib.request.urlopen(
        f"http://127.0.0.1:{port}/api/v1/app/codes/SHIRT", timeout=GIVE_UP_S
    ) as answer:
        return json.load(answer)["availability"]["quantity"]


# --- the table --------------------------------------------------------------------------------------------------------


def percentiles(took_ms: list[float]) -> Figures:
    return {
        "p50_ms": round(took_ms[len(took_ms) // 2], 1),
        "p95_ms": round(took_ms[len(took_ms) * 95 // 100], 1),
        "most_ms": round(took_ms[-1], 1),
    }


def show(found: dict[str, Any]) -> None:
    """The table of the README."""
    delivered, seen = found["delivered"], found["hold seen"]
    rows = {
        f"{delivered['per_s']} events/s, recorded → handled": delivered,
        "a hold seen on another channel": seen,
    }
    print(
        f"load before {found['machine']['load']}\n\n| | of | p50 ms | p95 ms | longest | limit p95 |\n|---|--:|--:|--:|--:|--:|"
    )
    for name, one in rows.items():
        print(
            f"| {name} | {one['events']} | {one['p50_ms']} | {one['p95_ms']} | {one['most_ms']} | {LIMIT_MS} |"
        )


if __name__ == "__main__":
    main()
