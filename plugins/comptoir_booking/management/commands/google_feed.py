from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptoir_booking.google_feed import write_feed


class Command(BaseCommand):
    """Writes what Google wants to know of a shop's appointments."""

    help = "Write the feed files of Google's “Appointments Redirect” for a channel into a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channel", help="code of a channel with booking pages")
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            rows = write_feed(options["channel"], options["folder"])
        except LookupError:
            raise CommandError(f"No open channel with booking pages: {options['channel']}") from None
        said = ", ".join(f"{number} {name}" for name, number in rows.items())
        self.stdout.write(f"Written into {options['folder']}: {said}.")
