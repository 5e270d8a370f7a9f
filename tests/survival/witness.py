"""A plugin that hears every event and writes it down, in the transaction that delivers it: what is lost is missing here."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.apps import AppConfig
from django.db import connection

from comptoir import hookspecs, plugins

#: Has no model: only these tests have such a table.
HEARD = "CREATE TABLE IF NOT EXISTS witness_heard (place bigserial, event bigint)"


class WitnessConfig(AppConfig):
    """Puts the witness beside the plugins of the shop, in servers and workers alike."""

    name = "tests.survival"
    label = "survival_witness"

    def ready(self) -> None:
        """Be heard of by the shop before its first event."""
        hooks = {name: plugins.hookimpl(hear) for name, hear in ears().items()}
        plugins.register("witness", SimpleNamespace(**hooks))


def ears() -> dict[str, Callable[[list[Any]], None]]:
    """A function for each event that can happen."""
    return {name: _hook() for name in vars(hookspecs) if name.startswith("on_")}


def _hook() -> Callable[[list[Any]], None]:
    def hear(events: list[Any]) -> None:
        with connection.cursor() as cursor:
            rows = [[event.pk] for event in events]
            cursor.executemany("INSERT INTO witness_heard (event) VALUES (%s)", rows)

    return hear


def listen() -> None:
    """Begin, before anything happens."""
    with connection.cursor() as cursor:
        cursor.execute(HEARD)


def heard() -> list[int]:
    """The events that were delivered to the witness, as often as they were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT event FROM witness_heard ORDER BY event")
        return [pk for (pk,) in cursor.fetchall()]
