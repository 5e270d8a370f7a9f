"""``./manage.py import_catalogue``: a product file of another shop system into the catalogue."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from comptoir.base.errors import ComptoirError
from comptoir.imports.formats import FORMATS
from comptoir.imports.outcome import Outcome
from comptoir.imports.pictures import Folder
from comptoir.imports.rows import RowProblem
from comptoir.imports.services import Policy, import_products, import_settings

#: Problems shown on the screen; ``--report`` has them all.
SHOWN = 50

LABELS = {
    "created": "products created",
    "changed": "products changed",
    "unchanged": "products unchanged",
    "refused": "rows refused",
    "vanished": "variants of the shop that are not in the file (they stay)",
    "left": "texts left as they are: locked or in moderation",
    "pictures": "picture addresses whose picture is not in the library",
}


class Command(BaseCommand):
    """Reads the file, shows what its columns become, stores what is good, and says what is not."""

    help = "Import products from a CSV file of Shopify, Spree or Oscar. A second time changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", required=True, choices=sorted(FORMATS))
        parser.add_argument(
            "--policy", default="all", choices=[*Policy],
            help="a bad row stops everything (all), is left out (good); or nothing is stored in any case (none)",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="the same as --policy none")
        parser.add_argument("--locale", default=django_settings.LANGUAGE_CODE, help="language of the texts")
        parser.add_argument("--currency", default="EUR", help="currency of prices that name none")
        parser.add_argument("--encoding", default="utf-8", help="such as cp1252 for files saved by Excel")
        parser.add_argument(
            "--location", default="", help="code of the location where the quantities are counted"
        )
        parser.add_argument("--draft", action="store_true", help="leave new and changed texts as drafts")
        parser.add_argument(
            "--pictures", type=Path, help="folder with the pictures, by the names in the addresses"
        )
        parser.add_argument("--report", type=Path, help="write all problems to this CSV file")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        self.console = Console(file=self.stdout, highlight=False, soft_wrap=True)
        policy = Policy.NONE if options["dry_run"] else Policy(options["policy"])
        self._show_mapping(options["format"])
        folder = _folder(options["pictures"])
        try:
            settings = import_settings(
                format=options["format"], locale=options["locale"], currency=options["currency"],
                encoding=options["encoding"], location=options["location"], is_draft=options["draft"],
                document=f"import {file.name}"[:120],
            )  # fmt: skip
            with _Bar(file.stat().st_size, self.stdout, rounds=1 if policy is not Policy.ALL else 2) as bar:
                outcome = import_products(
                    file, settings=settings, policy=policy, pictures=folder, progress=bar.show
                )
        except ComptoirError as error:
            option = f"--{error.field}: " if error.field in options else ""
            raise CommandError(f"{option}{error} ({error.code})") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        self._show_problems(outcome.problems)
        self._show_folder(folder)
        self._show_summary(outcome, policy)
        if options["report"]:
            write_report(options["report"], outcome.problems)
        if outcome.problems or outcome.is_interrupted:
            raise CommandError(_verdict(outcome))

    def _show_mapping(self, format: str) -> None:
        table = Table(title=f"{FORMATS[format].title}: what its columns become", title_justify="left")
        table.add_column("Column")
        table.add_column("Becomes")
        for column, meaning in FORMATS[format].columns.items():
            required = " (required)" if column in FORMATS[format].required else ""
            table.add_row(escape(column.replace("{}", "1…")) + required, meaning)
        self.console.print(table)

    def _show_problems(self, problems: list[RowProblem]) -> None:
        for problem in problems[:SHOWN]:
            self.console.print(escape(sentence(problem)))
        if len(problems) > SHOWN:
            self.console.print(f"… and {len(problems) - SHOWN} more; --report FILE.csv writes them all.")
        if any(problem.code == "encoding" for problem in problems):
            self.console.print("The file is in another encoding: try --encoding cp1252.")

    def _show_folder(self, folder: Folder | None) -> None:
        for name, reason in (folder.refused if folder else {}).items():
            self.console.print(escape(f"{name}: {reason}"))

    def _show_summary(self, outcome: Outcome, policy: Policy) -> None:
        table = Table(
            title="Summary" if outcome.is_stored else "Summary: nothing was stored", title_justify="left"
        )
        table.add_column("What" if outcome.is_stored else "What it would be")
        table.add_column("How many", justify="right")
        for name, count in outcome.counts().items():
            if count or name in ("created", "changed", "unchanged", "refused"):
                table.add_row(LABELS[name], str(count))
        self.console.print(table)


def sentence(problem: RowProblem) -> str:
    """One problem in one line: where, what, and the code to look it up by."""
    field = f", {problem.field}" if problem.field else ""
    return f"line {problem.line}{field}: {problem.message} ({problem.code})"


def write_report(path: Path, problems: list[RowProblem]) -> None:
    """Write problems as CSV. Errors: ``CommandError`` if the file cannot be written."""
    try:
        with path.open("w", newline="", encoding="utf-8") as stream:
            rows = csv.writer(stream)
            rows.writerow(["line", "column", "code", "message", "value"])
            rows.writerows((one.line, one.field, one.code, one.message, one.value) for one in problems)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def _folder(path: Path | None) -> Folder | None:
    try:
        return Folder(path) if path else None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _verdict(outcome: Outcome) -> str:
    if outcome.is_interrupted:
        kept = "the whole batches before are kept" if outcome.is_stored else "nothing was stored"
        return f"Interrupted; {kept}. The same command again goes on: what is there already is not changed."
    if outcome.is_stored:
        return f"{outcome.refused} rows were refused; the good products are stored."
    return f"{outcome.refused} rows are bad; nothing was stored. --policy good stores the good products."


class _Bar:
    """The progress of an import: a bar on a terminal, a line now and then in a log."""

    def __init__(self, size: int, stream: Any, *, rounds: int) -> None:
        self._console = Console(file=stream)
        self._size, self._stream, self._rounds = size, stream, rounds
        self._told = self._before = self._last = 0
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=self._console, disable=not self._console.is_terminal)

    def __enter__(self) -> "_Bar":
        self._bar.start()
        self._task = self._bar.add_task("Importing", total=self._size * self._rounds)
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def show(self, done: int, outcome: Outcome) -> None:
        """Show how far the file is read; with two rounds the first only looks."""
        if done < self._last:
            self._before += self._size
        self._last = done
        word = "Storing" if outcome.is_stored else "Checking"
        self._bar.update(self._task, completed=self._before + done, description=word)
        if not self._console.is_terminal and len(outcome.statuses) - self._told >= 1000:
            self._stream.write(f"{word}: {len(outcome.statuses)} products")
            self._told = len(outcome.statuses)
