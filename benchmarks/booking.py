"""Measures appointments: ``python -m benchmarks.booking [--peer PYTHON]``. Thirty days of starts, and holds a second.

The shop: a salon with so many people, three patterns of hours, sixty per cent of their time booked by 45 minutes. ``--peer``
is the Python of an environment that has django-appointment; it answers the same question in the same run (``booking_peer``).
"""

import argparse
import json
import multiprocessing
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.generate import make_tables, open_database
from benchmarks.machine import machine

RESULTS = Path(__file__).with_name("results.json")
SIZES, DAYS, MINUTES = (5, 50, 200), 30, 45
HOURS = (
    ("09:00", "12:00", "13:00", "18:00"),
    ("10:00", "13:00", "14:00", "19:00"),
    ("09:00", "12:30", "13:30", "17:30"),
)
PARIS = ZoneInfo("Europe/Paris")
#: How long holds took in ms, and how many were refused.
Held = tuple[list[float], int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default="", help="a Python that has django-appointment")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help="people of a salon; the smallest is contended for"
    )
    parser.add_argument("--output", type=Path, default=RESULTS)
    chosen = parser.parse_args()
    make_shop(chosen.sizes)
    before = machine()
    measured = {
        "machine": before,
        "starts": measure_starts(chosen.rounds, chosen.sizes),
        "holds": measure_holds(chosen.seconds, hold_on, sorted(chosen.sizes)[len(chosen.sizes) // 2]),
        "contended": measure_holds(chosen.seconds, contend_on, min(chosen.sizes)),
        "peer": measure_peer(chosen.peer) if chosen.peer else None,
    }
    kept = json.loads(chosen.output.read_text()) if chosen.output.exists() else {}
    chosen.output.write_text(json.dumps({**kept, "booking": measured}, indent=1, ensure_ascii=False) + "\n")
    for name, figures in measured.items():
        print(name, json.dumps(figures))


def first_day() -> date:
    from comptoir.base import clock  # noqa: PLC0415

    return clock.now().date() + timedelta(days=1)


def make_shop(sizes: Sequence[int]) -> None:
    """A salon for each number of people, in a database of its own."""
    open_database("booking")
    from django.db import connection  # noqa: PLC0415 (after the settings)

    from comptoir.testing.factories import Shop  # noqa: PLC0415

    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{connection.settings_dict["NAME"]}" WITH (FORCE)')
    make_tables()
    shop = Shop()
    shop.channel("booking")
    for size in sizes:
        fill(make_salon(shop, size))
    add_chair(shop, min(sizes))
    shop.settle()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def make_salon(shop: Any, size: int) -> Any:
    from comptoir_booking.models import Policy  # noqa: PLC0415
    from comptoir_booking.services import save_resource, save_service  # noqa: PLC0415

    place = shop.location(f"salon-{size}")
    staff = []
    for number in range(size):
        a, b, c, d = HOURS[number % 3]
        weekly = [(day, *span) for day in range(1, 6) for span in ((a, b), (c, d))]
        staff.append(save_resource(code=f"person-{size}-{number}", location=place, weekly=weekly))
    policy = Policy.objects.create(name=f"{size}", notice_minutes=0, horizon_days=90)
    segments, needs = [("active", MINUTES)], {"stylist": {"kind": "staff"}}
    product = shop.product(f"cut-{size}")
    return save_service(product=product, segments=segments, needs=needs, skilled=staff, policy=policy)


def add_chair(shop: Any, size: int) -> None:
    """A service that needs one of two people and the only chair: three resources of two kinds, to be contended for."""
    from comptoir_booking.models import Service  # noqa: PLC0415
    from comptoir_booking.services import save_resource, save_service  # noqa: PLC0415

    service = Service.objects.get(product__sku=f"CUT-{size}")
    two = list(service.skilled.order_by("pk")[:2])
    save_resource(code="chair", location=two[0].location, kind="equipment", hours="always")
    needs = {"stylist": {"kind": "staff"}, "chair": {"kind": "equipment"}}
    save_service(
        product=shop.product("duo"),
        segments=[("active", MINUTES)],
        needs=needs,
        skilled=two,
        policy=service.policy,
    )


def fill(service: Any) -> None:
    """Book sixty per cent of the starts that follow one another, for each person."""
    from django.utils import timezone  # noqa: PLC0415

    from comptoir_booking.models import Allocation, Booking  # noqa: PLC0415

    drawn, bookings, spans = random.Random(service.pk), [], []  # noqa: S311 (the same shop each time)
    for person in service.skilled.prefetch_related("weekly_hours").select_related("location"):
        for number in range(DAYS):
            day = first_day() + timedelta(days=number)
            for hours in (one for one in person.weekly_hours.all() if one.weekday == day.weekday()):
                start = datetime.combine(day, hours.starts, PARIS)
                while start + timedelta(minutes=MINUTES) <= datetime.combine(day, hours.ends, PARIS):
                    if drawn.random() < 0.6:
                        spans.append((person, start, start + timedelta(minutes=MINUTES)))
                    start += timedelta(minutes=MINUTES)
    for person, start, end in spans:
        bookings.append(
            Booking(
                visit=f"00000000-0000-4000-8000-{len(bookings):012}", service=service, location=person.location,
                state="confirmed", starts_at=start, ends_at=end, wall_start=start.isoformat(timespec="minutes"),
                time_zone="Europe/Paris", made_at=timezone.now(),
            )
        )  # fmt: skip
    Booking.objects.bulk_create(bookings, batch_size=2000)
    Allocation.objects.bulk_create(
        (
            Allocation(booking=booking, resource=person, role="stylist", during=(start, end))
            for booking, (person, start, end) in zip(bookings, spans, strict=True)
        ),
        batch_size=2000,
    )


def visit_of(size: int, sku: str = "") -> Any:
    from comptoir_booking.layout import Visit, Wish  # noqa: PLC0415
    from comptoir_booking.models import Service  # noqa: PLC0415

    service = Service.objects.get(product__sku=sku or f"CUT-{size}")
    return Visit(service.skilled.first().location_id, (Wish(service.pk),))


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


def measure_holds(
    seconds: float, step: Callable[[int, float, int], Held], size: int, processes: int = 2, threads: int = 8
) -> dict[str, float]:
    """Holds by sixteen customers, two processes of eight threads, in the days that are not booked."""
    from django.db import connection, connections  # noqa: PLC0415

    connections.close_all()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    workers = [
        context.Process(target=hold_alone, args=(n, seconds, step, size, threads, answers))
        for n in range(processes)
    ]
    for worker in workers:
        worker.start()
    results = [answers.get() for _ in workers]
    for worker in workers:
        worker.join()
    times = sorted(one for held, _refused in results for one in held)
    with connection.cursor() as cursor:
        cursor.execute("""SELECT count(*) FROM booking_allocation one JOIN booking_allocation other
            ON one.resource_id = other.resource_id AND one.id < other.id AND one.during && other.during
            WHERE one.is_active AND other.is_active""")
        overlaps = cursor.fetchone()[0]
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        deadlocks = cursor.fetchone()[0]
    return {
        "held": len(times), "refused": sum(refused for _held, refused in results), "per_second": len(times) / seconds,
        "p50_ms": times[len(times) // 2], "p99_ms": times[int(len(times) * 0.99)], "overlaps": overlaps,
        "deadlocks": deadlocks,
    }  # fmt: skip


def hold_alone(
    number: int,
    seconds: float,
    step: Callable[[int, float, int], Held],
    size: int,
    threads: int,
    answers: Any,
) -> None:
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(lambda n: step(number * 100 + n, seconds, size), range(threads)))
    answers.put(([one for held, _refused in parts for one in held], sum(refused for _held, refused in parts)))


def hold_on(number: int, seconds: float, size: int) -> Held:
    """One customer who holds random starts of random people, and keeps them."""
    from comptoir_booking.layout import Wish  # noqa: PLC0415
    from comptoir_booking.models import Service  # noqa: PLC0415

    drawn, visit = random.Random(number), visit_of(size)  # noqa: S311
    people = list(Service.objects.get(product__sku=f"CUT-{size}").skilled.values_list("pk", flat=True))

    def one() -> tuple[Any, datetime, str]:
        wishes = (Wish(visit.wishes[0].service_id, drawn.choice(people)),)
        start = start_after(DAYS + drawn.randrange(55), 15 * drawn.randrange(40, 68))
        return type(visit)(visit.location_id, wishes), start, ""

    return hold_for(seconds, one)


def contend_on(number: int, seconds: float, size: int) -> Held:
    """One of many customers who want the only chair, and give it back."""
    drawn = random.Random(number)  # noqa: S311
    visit = visit_of(size, "DUO")

    def one() -> tuple[Any, datetime, str]:
        start = start_after(DAYS + drawn.randrange(5), 15 * drawn.randrange(40, 68))
        return visit, start, f"customer:{number}:{drawn.random()}"

    return hold_for(seconds, one)


def hold_for(seconds: float, one: Callable[[], tuple[Any, datetime, str]]) -> Held:
    """The times of the holds that were made, in ms, and how many were refused. With an owner they are given back."""
    from comptoir_booking.changes import release_holds  # noqa: PLC0415
    from comptoir_booking.claims import Terms, hold_visit  # noqa: PLC0415
    from comptoir_booking.refusals import StartNotFree  # noqa: PLC0415

    held, refused, end = [], 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        visit, start, owner = one()
        begin = time.perf_counter()
        try:
            hold_visit(visit=visit, start=start, terms=Terms(owner=owner))
        except StartNotFree:
            refused += 1
            continue
        held.append((time.perf_counter() - begin) * 1000)
        if owner:
            release_holds(owners=[owner])
    return held, refused


def start_after(days: int, minutes: int) -> datetime:
    day = datetime.combine(first_day() + timedelta(days=days), datetime.min.time(), PARIS)
    return day + timedelta(minutes=minutes)


def measure_peer(python: str) -> dict[str, Any]:
    """The same question to django-appointment in an environment of its own."""
    script = Path(__file__).with_name("booking_peer.py")
    ended = subprocess.run(
        [python, str(script), str(first_day())], capture_output=True, text=True, check=True
    )
    return json.loads(ended.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
