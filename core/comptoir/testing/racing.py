"""Races need committed rows that every thread sees: a database of their own, dropped after the test."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import connections

from comptoir.base.postgres import Cluster
from comptoir.channels.queries import forget_contexts
from comptoir.testing import fixtures
from comptoir.testing.factories import Shop

#: How many times longer the races run by ``make stress``.
STRESS = 10 if os.environ.get("COMPTOIR_STRESS") else 1

_numbers = count(1)


@pytest.fixture
def open_shop(cluster, django_db_setup, django_db_blocker) -> Iterator[Shop]:
    """A shop whose changes are committed, in a database of its own."""
    with django_db_blocker.unblock(), committed_shop(cluster) as shop:
        yield shop


@contextmanager
def committed_shop(cluster: Cluster) -> Iterator[Shop]:
    """A shop in a fresh copy of the migrated template, which is dropped at the end."""
    name = f"race_{os.getpid()}_{next(_numbers)}"
    fixtures._copy(cluster, fixtures._template(cluster), name)
    with _another_connection():
        fixtures._use(cluster, name)
        forget_contexts()
        try:
            yield Shop()
        finally:
            connections.close_all()
            fixtures._run(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')
            forget_contexts()


@contextmanager
def _another_connection() -> Iterator[None]:
    """The connection of the other tests is put aside: the shop of its module may have been built in it."""
    aside = connections["default"]
    before = dict(aside.settings_dict)
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        aside.settings_dict.update(before)
        connections["default"] = aside


@contextmanager
def racing(workers: int) -> Iterator[Callable[[list[Callable[[], Any]]], list[Any]]]:
    """Threads with a connection of their own that start jobs at once: ``race(jobs)`` gives a value or an error each."""
    with ThreadPoolExecutor(workers) as threads:

        def race(jobs: list[Callable[[], Any]]) -> list[Any]:
            line = threading.Barrier(min(workers, len(jobs)))
            return list(threads.map(lambda pair: _run(*pair, line), enumerate(jobs)))

        def _run(number: int, job: Callable[[], Any], line: threading.Barrier) -> Any:
            if number < line.parties:
                line.wait()
            try:
                return job()
            except Exception as error:
                return error

        yield race
        leave = threading.Barrier(workers)
        list(threads.map(lambda _number: (connections.close_all(), leave.wait()), range(workers)))


def run_together(jobs: list[Callable[[], Any]], *, workers: int = 32) -> list[Any]:
    """Run jobs at once; returns what came of each: a value or an error."""
    with racing(workers) as race:
        return race(jobs)
