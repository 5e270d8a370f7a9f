"""Sixteen customers at once: claims, holds, and holds that contend for the same. For ``benchmarks.booking``.

A claim is a booking with what it takes of whom, written under the constraint: locks, both tables, one durable transaction.
A hold is what a customer does: the rules, who is free, who is chosen, how many times they hold already, and the claim.
Customers begin to count when all of them have been served for a moment: a shop keeps its connections, with their plans.
"""

import multiprocessing
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from benchmarks.booking_shop import DAYS, MINUTES, start_after, visit_of
from benchmarks.stock_holds import server_cpu_s

#: How long steps took in ms, and how many were refused.
Held = tuple[list[float], int]
Step = Callable[[int, float, int], Held]
#: So long all customers are served before it counts.
WARM_S = 1.0


def measure_holds(
    seconds: float, step: Step, size: int, processes: int = 2, threads: int = 8
) -> dict[str, float]:
    """Holds by sixteen customers, two processes of eight threads, in the days that are not booked."""
    from django.db import connection, connections  # noqa: PLC0415

    connections.close_all()
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    line = context.Barrier(processes + 1)
    workers = [
        context.Process(target=hold_alone, args=(n, seconds, step, size, threads, line, answers))
        for n in range(processes)
    ]
    for worker in workers:
        worker.start()
    line.wait()
    server_before = server_cpu_s()
    line.wait()
    results = [answers.get() for _ in workers]
    server_s = server_cpu_s() - server_before
    for worker in workers:
        worker.join()
    times = sorted(one for held, _refused, _cpu in results for one in held)
    with connection.cursor() as cursor:
        cursor.execute("""SELECT count(*) FROM booking_allocation one JOIN booking_allocation other
            ON one.resource_id = other.resource_id AND one.id < other.id AND one.during && other.during
            WHERE one.is_active AND other.is_active""")
        overlaps = cursor.fetchone()[0]
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        deadlocks = cursor.fetchone()[0]
    refused = sum(refused for _held, refused, _cpu in results)
    tried, cpu_s = len(times) + refused, sum(cpu for _held, _refused, cpu in results)
    return {
        "processes": processes, "threads": threads, "held": len(times), "refused": refused,
        "shop_cpu_ms": cpu_s * 1000 / tried, "database_cpu_ms": server_s * 1000 / tried, "per_second": len(times) / seconds,
        "p50_ms": times[len(times) // 2], "p99_ms": times[int(len(times) * 0.99)], "overlaps": overlaps,
        "deadlocks": deadlocks,
    }  # fmt: skip


def hold_alone(
    number: int,
    seconds: float,
    step: Step,
    size: int,
    threads: int,
    line: Any,
    answers: Any,
) -> None:
    together = threading.Barrier(threads)

    def serve(customer: int, for_s: float) -> Held:
        together.wait()
        return step(number * 100 + customer, for_s, size)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda n: serve(50 + n, WARM_S), range(threads)))
        line.wait()
        line.wait()
        cpu = time.process_time()
        parts = list(pool.map(lambda n: serve(n, seconds), range(threads)))
    answers.put(
        (
            [one for held, _refused in parts for one in held],
            sum(refused for _held, refused in parts),
            time.process_time() - cpu,
        )
    )


def claim_on(number: int, seconds: float, size: int) -> Held:
    """One customer who claims random starts of random people, far beyond those that are held, and keeps them."""
    from comptoir.stock.rows import in_transaction  # noqa: PLC0415
    from comptoir_booking.claims import Terms, new_booking  # noqa: PLC0415
    from comptoir_booking.models import Service  # noqa: PLC0415
    from comptoir_booking.refusals import StartNotFree  # noqa: PLC0415
    from comptoir_booking.rows import Taking, take  # noqa: PLC0415

    drawn = random.Random(number)  # noqa: S311
    service = Service.objects.select_related("policy").get(product__sku=f"CUT-{size}")
    people = list(service.skilled.values_list("pk", flat=True))
    place_id, policy = visit_of(size).location_id, service.policy.terms

    def claim() -> None:
        start = start_after(DAYS + 90 + drawn.randrange(600), 15 * drawn.randrange(40, 68))
        end = start + timedelta(minutes=MINUTES)
        booking = new_booking(
            Terms(), "held", visit=uuid4(), service_id=service.pk, location_id=place_id, policy=policy,
            starts_at=start, ends_at=end, wall_start=start.isoformat(timespec="minutes"), time_zone="Europe/Paris",
        )  # fmt: skip
        taking = Taking(0, drawn.choice(people), "stylist", start, end, "chosen")

        def write() -> None:
            if not take([booking], [taking]):
                raise StartNotFree(field="start", alternatives=[])

        in_transaction(write)

    return repeated(seconds, claim)


def repeated(seconds: float, step: Callable[[], object]) -> Held:
    """The times of the steps that were not refused, in ms, and how many were."""
    from comptoir_booking.refusals import StartNotFree  # noqa: PLC0415

    done, refused, end = [], 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        try:
            step()
        except StartNotFree:
            refused += 1
        else:
            done.append((time.perf_counter() - begin) * 1000)
    return done, refused


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
