from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptoir.base.progress import progress_bar
from comptoir.search.services import published_ids, rebuild_index


class Command(BaseCommand):
    """Fills the search from what is published."""

    help = "Put all published products into the search again (--rebuild); searches go on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="put everything in again")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["rebuild"]:
            raise CommandError("Say --rebuild.")
        with progress_bar("Indexing products", total=len(published_ids())) as progress:
            indexed = rebuild_index(progress=progress)
        self.stdout.write(f"{indexed} documents are in the search.")
