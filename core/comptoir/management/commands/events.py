import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_datetime
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from comptoir.base import clock
from comptoir.base.progress import progress_bar
from comptoir.events.models import Delivery
from comptoir.events.queries import Queue, kept_events, queues, subscribers
from comptoir.events.replay import replay_events
from comptoir.events.services import retry_deliveries
from comptoir.events.subscriptions import event_types

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(words: str) -> datetime:
    """An ISO date and time, in UTC where it names no zone, or how long ago: 90m, 12h, 3d."""
    if match := re.fullmatch(r"(\d{1,6})([mhd])", words):
        return clock.now() - timedelta(**{UNITS[match[2]]: int(match[1])})
    try:
        found = parse_datetime(words if "T" in words or " " in words else f"{words}T00:00")
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"{words!r} is neither a date such as 2026-11-20T08:00 nor 90m, 12h or 3d")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def subject(words: str) -> str:
    if not re.fullmatch(r"[a-z]+:\d{1,18}", words):
        raise ArgumentTypeError(f"{words!r} is not a subject such as product:12")
    return words


class Command(BaseCommand):
    """Shows what waits to be delivered, delivers again what was given up, and replays what happened."""

    help = "Events of the outbox: status, retry what is parked, replay what is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        status = actions.add_parser("status", help="what waits and what is parked, for each subscriber")
        status.add_argument("--json", action="store_true", help="for programs")
        retry = actions.add_parser("retry", help="try parked deliveries again")
        retry.add_argument("--to", default="", help="only those of one subscriber: a plugin, or webhook:3")
        replay = actions.add_parser("replay", help="deliver kept events once more; they keep their ids")
        replay.add_argument("--type", default="", choices=event_types(), help="such as product_changed")
        replay.add_argument("--subject", type=subject, help="such as product:12")
        replay.add_argument("--since", type=moment, help="a date and time, or how long ago: 90m, 12h, 3d")
        replay.add_argument("--to", default="", help="one subscriber: a plugin, or webhook:3; default: all")
        replay.add_argument("--all", action="store_true", help="everything that is kept")
        replay.add_argument("--dry-run", action="store_true", help="only say how many events it would be")

    def handle(self, *, action: str, **options: Any) -> None:
        {"status": self._status, "retry": self._retry, "replay": self._replay}[action](**options)

    def _status(self, *, json: bool, **options: Any) -> None:
        found = queues()
        if json:
            self.stdout.write(_as_json(found))
        elif found:
            Console(file=self.stdout, width=None if self.stdout.isatty() else 100).print(_table(found))
        else:
            self.stdout.write("Nothing waits and nothing is parked.")

    def _retry(self, *, to: str, **options: Any) -> None:
        chosen = Delivery.objects.filter(subscriber=to) if to else Delivery.objects.all()
        self.stdout.write(f"{retry_deliveries(chosen)} parked deliveries are tried again.")

    def _replay(
        self,
        *,
        type: str,
        subject: str | None,
        since: datetime | None,
        to: str,
        all: bool,
        dry_run: bool,
        **options: Any,
    ) -> None:
        if not (type or subject or since or all):
            raise CommandError("Say which events: --type, --subject, --since, or --all.")
        if to and to not in (known := subscribers()):
            raise CommandError(f"Nobody called {to!r} gets events. There are: {', '.join(known)}.")
        events = kept_events(type=type, subject=subject or "", since=since)
        count = events.count()
        if dry_run:
            self.stdout.write(f"{count} events would be delivered again to {to or 'all subscribers'}.")
            return
        with progress_bar("Replaying events", total=count) as progress:
            written = replay_events(events, only=to or None, progress=progress)
        self.stdout.write(f"{count} events, {written} deliveries: the worker hands them over.")


def _as_json(found: list[Queue]) -> str:
    return json.dumps([asdict(queue) for queue in found], default=str, indent=2)


def _table(found: list[Queue]) -> Table:
    table = Table("Subscriber", "Waiting", "Parked", "Oldest waiting", title="What is not delivered yet")
    for column in table.columns[1:]:
        column.justify = "right"
    for queue in found:
        parked = f"[red]{queue.parked}[/]" if queue.parked else "0"
        age = str(clock.now() - queue.oldest_at).partition(".")[0] if queue.oldest_at else "–"
        table.add_row(escape(queue.subscriber), str(queue.waiting), parked, age)
    return table
