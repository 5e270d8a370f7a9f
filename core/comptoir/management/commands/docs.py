from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

import comptoir
from comptoir.management.reference import pages

DOCS = Path(comptoir.__path__[0]).parents[1] / "docs"


class Command(BaseCommand):
    """Writes the pages of ``docs/`` that are made from the code."""

    help = "Write docs/hooks.md, settings.md, errors.md and openapi.json from the code, or --check that they are up to date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page is out of date")
        parser.add_argument("--directory", type=Path, default=DOCS, help="where the pages are")

    def handle(self, *, check: bool, directory: Path, **options: Any) -> None:
        stale = [name for name, text in pages().items() if _read(directory / name) != text]
        if check and stale:
            raise CommandError(f"Out of date: {', '.join(stale)}. ./manage.py docs writes them again.")
        for name in stale:
            (directory / name).write_text(pages()[name], "utf-8")
        self.stdout.write(f"Written: {', '.join(stale)}" if stale else "Every page is up to date.")


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
