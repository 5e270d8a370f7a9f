import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from comptoir.channels.installed import PluginState, plugin_states


class Command(BaseCommand):
    """Shows which plugins there are, what each adds to the shop, and which of them is in trouble."""

    help = "Every installed plugin: on or off, hooks, routes, settings, channels, health."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            states = plugin_states()
        except DatabaseError as error:
            raise CommandError(
                "The database does not answer; ./manage.py db start starts the shop's own."
            ) from error
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    [{**asdict(state), "is_on": state.is_on} for state in states], default=str, indent=2
                )
            )
        else:
            Console(file=self.stdout, width=None if self.stdout.isatty() else 120).print(_table(states))


def _table(states: list[PluginState]) -> Table:
    table = Table(
        "", "Plugin", "Channels", "Adds", "Health", title="Plugins, in the order of COMPTOIR_PLUGINS"
    )
    table.columns[3].ratio = 1
    for state in states:
        name = f"[bold]{escape(state.name)}[/] {escape(state.version)}\n[dim]{escape(state.package)}[/]"
        place = str(state.position) if state.is_on else "off"
        table.add_row(
            place, name, ", ".join(state.channels) or "–", _additions(state), _health(state), end_section=True
        )
    return table


def _additions(state: PluginState) -> str:
    if not state.is_on:
        return "nothing: COMPTOIR_PLUGINS does not list it"
    settings = [f"{name} = {value!r}" for name, value in state.settings.items()]
    parts = [("hooks", state.hooks), ("routes", state.routes), ("settings", settings)]
    return escape("\n".join(f"{title}: {', '.join(lines)}" for title, lines in parts if lines)) or "–"


def _health(state: PluginState) -> str:
    if not state.is_on:
        return "–"
    return (
        "\n".join(
            f"[red]{'off for a while' if trouble['off'] else 'failing'}[/]: {hook}, "
            f"{trouble['failures']} in a row, last {trouble['at'][:19]}: {escape(trouble['reason'])}"
            for hook, trouble in state.health.items()
        )
        or "[green]well[/]"
    )
