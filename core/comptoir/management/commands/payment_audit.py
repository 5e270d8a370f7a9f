from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptoir.payments.audit import differences


class Command(BaseCommand):
    """Says whether payments, their entries, providers and orders agree, and explains where they do not."""

    help = "Compare payments with their entries, commands and orders; 1 if anything differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--grace-minutes", type=int, default=60, help="what is younger may still be under way (60)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = differences(grace_minutes=options["grace_minutes"])
        for one in found:
            self.stdout.write(f"{one.subject}: {one.sentence} [{one.code}]")
        if found:
            raise CommandError(f"{len(found)} differences. docs/algorithms/payments.md says what each means.")
        self.stdout.write("Payments, entries, commands and orders agree.")
