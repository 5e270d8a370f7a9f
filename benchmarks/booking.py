"""Measures appointments: ``python -m benchmarks.booking [--peer PYTHON]``. Thirty days of starts, claims and holds a second.

The shop is made by ``booking_shop``; what claims and holds are says ``booking_holds``. ``--peer`` is the Python of an
environment that has django-appointment; it answers the same question in the same run (``booking_peer``).
"""

import argparse
import json
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.booking_holds import claim_on, contend_on, hold_on, measure_holds
from benchmarks.booking_shop import DAYS, first_day, make_shop, visit_of
from benchmarks.machine import machine

RESULTS = Path(__file__).with_name("results.json")
SIZES = (5, 50, 200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default="", help="a Python that has django-appointment")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument(
        "--processes", type=int, default=2, help="of the sixteen customers, who are their threads"
    )
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help="people of a salon; the smallest is contended for"
    )
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    make_shop(chosen.sizes)
    before = machine()
    middle = sorted(chosen.sizes)[len(chosen.sizes) // 2]
    clients = (chosen.processes, 16 // chosen.processes)
    measured = {
        "machine": before,
        "starts": measure_starts(chosen.rounds, chosen.sizes),
        "claims": measure_holds(chosen.seconds, claim_on, middle, *clients),
        "holds": measure_holds(chosen.seconds, hold_on, middle, *clients),
        "contended": measure_holds(chosen.seconds, contend_on, min(chosen.sizes), *clients),
        "peer": measure_peer(chosen.peer) if chosen.peer else None,
    }
    kept = json.loads(chosen.output.read_text()) if chosen.output.exists() else {}
    chosen.output.write_text(json.dumps({**kept, "booking": measured}, indent=1, ensure_ascii=False) + "\n")
    for name, figures in measured.items():
        print(name, json.dumps(figures))


def measure_starts(rounds: int, sizes: Sequence[int]) -> dict[str, Any]:
    """Thirty days of starts for each size, in turns: all of it, the processor's part in this process, over HTTP."""
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from comptoir_booking.queries import free_starts, open_days  # noqa: PLC0415

    client, first, found = Client(SERVER_NAME="127.0.0.1"), first_day(), {}
    visits = {size: visit_of(size) for size in sizes}
    wall: dict[str, list[float]] = {}
    for number in range(rounds + 2):
        if number == 2:
            wall.clear()  # the first ones read the tables and prepare the statements
        for size, visit in visits.items():
            path = f"/api/v1/booking/appointments/days?location=salon-{size}&service=CUT-{size}&first={first}&days={DAYS}"
            wall.setdefault(f"{size} days", []).append(timed(lambda v=visit: open_days(v, first, DAYS)))
            wall.setdefault(f"{size} http", []).append(timed(lambda p=path: check(client.get(p))))
    for size, visit in visits.items():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            starts = free_starts(visit, first, DAYS)
        days, http = sorted(wall[f"{size} days"]), sorted(wall[f"{size} http"])
        cpu = time.process_time()
        for _ in range(5):
            open_days(visit, first, DAYS)
        found[str(size)] = {
            "statements": len(queries), "starts": len(starts), "min_ms": days[0], "median_ms": statistics.median(days),
            "cpu_ms": (time.process_time() - cpu) * 200, "http_min_ms": http[0],
            "http_median_ms": statistics.median(http), "http_p95_ms": http[int(len(http) * 0.95)],
        }  # fmt: skip
    return found


def check(response: Any) -> None:
    assert response.status_code == 200, response.content


def timed(step: Callable[[], object]) -> float:
    begin = time.perf_counter()
    step()
    return (time.perf_counter() - begin) * 1000


def measure_peer(python: str) -> dict[str, Any]:
    """The same question to django-appointment in an environment of its own."""
    script = Path(__file__).with_name("booking_peer.py")
    ended = subprocess.run(
        [python, str(script), str(first_day())], capture_output=True, text=True, check=True
    )
    return json.loads(ended.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
