from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptoir.base.progress import progress_bar
from comptoir.publishing.rebuild import find_differences, product_ids, rebuild_all


class Command(BaseCommand):
    """Brings the documents of every channel up to date, or checks them."""

    help = "Build all documents again (--rebuild), go on after an interruption (--resume), or only compare (--check)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="build every document again, write what differs"
        )
        parser.add_argument(
            "--resume", action="store_true", help="go on where an interrupted rebuild stopped"
        )
        parser.add_argument(
            "--check", action="store_true", help="compare byte by byte and write nothing; 1 if any differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["rebuild"] or options["check"] or options["resume"]):
            raise CommandError("Say --rebuild, --resume or --check.")
        if options["check"]:
            self._check()
            return
        with progress_bar("Building documents", total=len(product_ids())) as progress:
            changed = rebuild_all(resume=options["resume"], progress=progress)
        self.stdout.write(f"{changed} documents changed.")

    def _check(self) -> None:
        with progress_bar("Comparing documents", total=len(product_ids())) as progress:
            lines = find_differences(progress=progress)
        for line in lines:
            self.stdout.write(line)
        if lines:
            raise CommandError(
                f"{len(lines)} documents differ; ./manage.py publish --rebuild puts them right."
            )
        self.stdout.write("Every document is what a rebuild would write.")
