"""Events survive: workers killed at random, receivers that are slow or lie. ``COMPTOIR_STRESS=1`` runs at full length."""

import multiprocessing
import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from comptoir.events import calling, retries, sending
from comptoir.events.models import Attempt, Delivery, Event
from comptoir.events.sending import Sender
from comptoir.events.services import deliver_events, record_event
from tests.core.events.receivers import answers, hangs_up, listening, says, talks_without_end

STRESS = bool(os.environ.get("COMPTOIR_STRESS"))
EVENTS = 100_000 if STRESS else 1_500
CALLS = 5_000 if STRESS else 240
SUBJECTS, WRITERS, WORKERS = 60, 3, 2

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(7200 if STRESS else 120)]
processes = multiprocessing.get_context("fork")


# --- a shop where much happens, and workers that die ------------------------------------------------------------------


@pytest.fixture
def truth(shop) -> None:
    """What really happened, written in the transaction of each event, and what a plugin heard of it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE happened (subject int, step int)")
        cursor.execute("CREATE TABLE heard (place bigserial, event bigint, subject int, step int)")


def write(writer: int, count: int) -> None:
    """One till after the other changes the stock that is its own; one change in ten is undone."""
    steps: dict[int, int] = defaultdict(int)
    done, dice = 0, random.Random(writer)
    while done < count:
        changes = [writer + WRITERS * dice.randrange(SUBJECTS // WRITERS) for _ in range(dice.randint(1, 4))]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                for place, subject in enumerate(changes):
                    step = steps[subject] + changes[:place].count(subject) + 1
                    cursor.execute("INSERT INTO happened VALUES (%s, %s)", [subject, step])
                    record_event("stock_changed", subject_id=subject, step=step)
                if dice.random() < 0.1:
                    raise ChangedItsMind
        except ChangedItsMind:
            continue
        for subject in changes:
            steps[subject] += 1
        done += len(changes)


class ChangedItsMind(Exception):
    """The change is undone."""


def start(job: Callable[..., None], *arguments: object) -> multiprocessing.Process:
    """Run something in a process with connections of its own."""
    connections.close_all()
    process = processes.Process(target=job, args=arguments, daemon=True)
    process.start()
    return process


@contextmanager
def workers_that_die(job: Callable[[], None], every_s: float) -> Iterator[Callable[[], int]]:
    """Keep workers running and kill one now and then; ``kill_one()`` waits, kills, and says how many died by now."""
    running = [start(job) for _ in range(WORKERS)]
    died = 0

    def kill_one() -> int:
        nonlocal died
        time.sleep(random.uniform(0.3, 1.7) * every_s)
        victim = random.randrange(WORKERS)
        running[victim].kill()
        running[victim].join()
        died += 1
        running[victim] = start(job)
        return died

    try:
        yield kill_one
    finally:
        for process in running:
            process.kill()
            process.join()


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_events_survive_workers_that_are_killed_at_random(truth, plug, tmp_path):
    called = tmp_path / "called"

    def on_stock_changed(events):
        note(called, events)
        time.sleep(0.002 * random.random())
        with connection.cursor() as cursor:
            heard = [(event.pk, event.subject_id, event.payload["step"]) for event in events]
            cursor.executemany("INSERT INTO heard (event, subject, step) VALUES (%s, %s, %s)", heard)
        time.sleep(0.01 * random.random())

    plug("kiosk", on_stock_changed=on_stock_changed)
    writers = [start(write, number, EVENTS // WRITERS) for number in range(WRITERS)]
    with workers_that_die(deliver_forever, every_s=2.0 if STRESS else 0.1) as kill_one:
        died = 0
        while any(writer.is_alive() for writer in writers) or Delivery.objects.exists():
            died = kill_one()

    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    assert died >= 5
    happened = rows("SELECT subject, step FROM happened ORDER BY subject, step")
    assert len(happened) >= EVENTS
    # What a plugin writes is there exactly once, and in order; it is called at least once.
    assert rows("SELECT subject, step FROM heard ORDER BY subject, place") == happened
    ids = {str(pk) for pk in Event.objects.filter(type="stock_changed").values_list("pk", flat=True)}
    assert set(called.read_text().split()) == ids


def deliver_forever() -> None:
    while True:
        if not deliver_events():
            time.sleep(0.01)


def note(path: Path, events: list[Event]) -> None:
    """Something that no rollback takes back, as a mail would be."""
    with path.open("a") as file:
        file.write("".join(f"{event.pk}\n" for event in events))


def test_messages_survive_workers_that_are_killed_and_a_receiver_that_fails_now_and_then(
    truth, hook, monkeypatch
):
    monkeypatch.setattr(sending, "LEASE_S", 1.0)
    monkeypatch.setattr(retries, "LONGEST_WAITS_S", (0.05,) * 11)
    monkeypatch.setattr(retries, "LONGEST_REST_S", 0.1)
    accepted = []

    def moody(request):
        if random.random() < 0.1:
            return random.choice([answers(500), answers(302, Location="/"), hangs_up])(request)
        accepted.append(request.headers["webhook-id"])
        return answers(200, after_s=0.01 * random.random())(request)

    with listening(moody) as receiver:
        hook(receiver.url, types=["stock_changed"])
        writers = [start(write, number, CALLS // WRITERS) for number in range(WRITERS)]
        with workers_that_die(send_forever, every_s=2.0 if STRESS else 0.4) as kill_one:
            died = 0
            while any(writer.is_alive() for writer in writers) or webhooks_wait():
                died = kill_one()

    assert died >= 3
    subject_of = {f"evt_{event.pk}": event.subject_id for event in Event.objects.all()}
    assert set(accepted) == set(subject_of)
    assert set(receiver.ids) == set(subject_of)
    first = defaultdict(list)
    for message in dict.fromkeys(accepted):
        first[subject_of[message]].append(int(message.removeprefix("evt_")))
    assert all(ids == sorted(ids) for ids in first.values())


def webhooks_wait() -> bool:
    return Delivery.objects.exclude(endpoint=None).exists()


def send_forever() -> None:
    sender = Sender()
    while True:
        if not sender.round(0.02):
            time.sleep(0.02)


# --- receivers that are slow, or lie ----------------------------------------------------------------------------------


@pytest.fixture
def happen(shop):
    def change(count):
        with transaction.atomic():
            for number in range(count):
                record_event("stock_changed", subject_id=number)

    return change


def rounds_until(sender: Sender, is_over: Callable[[], bool]) -> None:
    """Work until something is so."""
    began = time.monotonic()
    while not is_over():
        sender.round(0.02)
        assert time.monotonic() - began < 60


def test_slow_receivers_do_not_delay_the_others(hook, happen, monkeypatch):
    monkeypatch.setattr(calling, "TIMEOUT_S", 60)
    is_over = threading.Event()

    def keeps_waiting(request: BaseHTTPRequestHandler) -> None:
        is_over.wait(60)
        answers(200)(request)

    with listening(keeps_waiting) as slow, listening() as quick:
        for number in range(4):
            hook(f"{slow.url}/{number}")
        hook(quick.url)
        happen(40)
        sender = Sender(threads=24)
        rounds_until(sender, lambda: len(quick.got) == 40)
        assert len(slow.got) <= 4 * sending.AT_ONCE
        is_over.set()
        sender.stop(wait_s=1)


def test_liars_get_nothing_but_tries_and_nobody_else_notices(hook, happen, monkeypatch):
    monkeypatch.setattr(calling, "TIMEOUT_S", 0.5)
    with listening() as private, listening() as honest:
        lies = {
            "late": answers(200, after_s=1.0),
            "error": answers(500, b"\x00\xff<script>"),
            "garbage": says(b"\x16\x03\x01garbage\r\n\r\n"),
            "redirect": answers(307, Location=private.url),
            "drip": says(*[b"H"] * 20, every_s=0.1),
            "silent": hangs_up,
        }
        with contextmanagers([listening(lie) for lie in lies.values()]) as liars:
            names = {hook(liar.url).pk: name for name, liar in zip(lies, liars, strict=True)}
            good = hook(honest.url)
            happen(3)
            sender = Sender(threads=16)
            rounds_until(sender, lambda: set(tried()) == {good.pk, *names} and len(honest.got) == 3)
            sender.stop()

    assert private.got == []
    assert Delivery.objects.filter(endpoint__in=names).count() == 3 * len(names)
    assert not Delivery.objects.filter(endpoint=good).exists()
    told = {names.get(one.endpoint_id): one.problem or one.status for one in Attempt.objects.order_by("pk")}
    assert told == {
        None: 204, "late": "timeout", "error": 500, "garbage": "not_http", "redirect": 307, "drip": "timeout",
        "silent": "connection_broken",
    }  # fmt: skip


def test_an_endless_answer_is_an_answer(hook, happen):
    with listening(talks_without_end) as receiver:
        hook(receiver.url)
        happen(3)
        sender = Sender(threads=4)
        rounds_until(sender, lambda: not webhooks_wait())
        sender.stop()

    assert len(receiver.got) == 3
    assert max(len(answer) for answer in Attempt.objects.values_list("answer", flat=True)) == 1024


def tried() -> list[int]:
    return list(Attempt.objects.values_list("endpoint", flat=True))


@contextmanager
def contextmanagers(several: list) -> Iterator[list]:
    entered = [one.__enter__() for one in several]
    try:
        yield entered
    finally:
        for one in several:
            one.__exit__(None, None, None)
