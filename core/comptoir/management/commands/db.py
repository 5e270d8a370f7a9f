"""``./manage.py db``: the shop's own PostgreSQL server, by hand."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from comptoir.base.postgres import Cluster, PostgresError

OWN_SERVER = (
    "DATABASE_URL is set: the shop uses a server of yours, which is not started or stopped from here."
)


class Command(BaseCommand):
    """Start, stop, look at, enter or save the database; works when none is running."""

    help = "The shop's own PostgreSQL: start, stop, status, psql, dump FILE."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("start", help="Start the server, and make the database if there is none.")
        verbs.add_parser("stop", help="Stop the server.")
        verbs.add_parser("status", help="Say whether it runs; the exit code is 3 when not.")
        verbs.add_parser("psql", help="Open the SQL prompt.")
        verbs.add_parser("dump", help="Save the database for pg_restore.").add_argument("file", type=Path)

    def handle(self, *, verb: str, **options: Any) -> None:
        self.cluster = Cluster(Path(settings.COMPTOIR_HOME))
        try:
            getattr(self, verb)(**options)
        except PostgresError as error:
            raise CommandError(str(error)) from error

    def start(self, **options: Any) -> None:
        """Have the database of the shop there and answering."""
        if _has_own_server():
            return self.stdout.write(OWN_SERVER)
        self.cluster.start()
        self.cluster.create_database(connection.settings_dict["NAME"])
        self.stdout.write(f"PostgreSQL runs, with its data in {self.cluster.data_folder}.")

    def stop(self, **options: Any) -> None:
        """Stop the server; nothing is lost."""
        if _has_own_server():
            return self.stdout.write(OWN_SERVER)
        self.cluster.stop()
        self.stdout.write("PostgreSQL is stopped.")

    def status(self, **options: Any) -> None:
        """Say whether the server runs, in words and by the exit code."""
        if _has_own_server():
            return self.stdout.write(OWN_SERVER)
        if not self.cluster.is_running():
            raise CommandError("PostgreSQL is not running: ./manage.py db start", returncode=3)
        self.stdout.write(f"PostgreSQL runs; its socket is in {self.cluster.socket_folder}.")

    def psql(self, **options: Any) -> None:
        """Open PostgreSQL's own prompt on the shop's database."""
        self._run_client("psql")

    def dump(self, *, file: Path, **options: Any) -> None:
        """Save the shop's database to a file."""
        self._run_client("pg_dump", "--format=custom", f"--file={file}")
        self.stdout.write(f"Saved in {file}: pg_restore reads it.")

    def _run_client(self, program: str, *options: str) -> None:
        # Django knows how to hand a DATABASES entry to psql; pg_dump takes the same words.
        words, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, list(options))
        ended = subprocess.run(
            [self._find_client(program), *words[1:]], env={**os.environ, **(environment or {})}, check=False
        )
        if ended.returncode:
            raise CommandError(f"{program} failed.", returncode=ended.returncode)

    def _find_client(self, program: str) -> str:
        """The program of the shop's server or, for another server, of the system."""
        ours = self.cluster.binaries / program
        found = None if _has_own_server() else shutil.which(ours)
        found = found or shutil.which(program) or shutil.which(ours)
        if not found:
            raise CommandError(f"{program} is not there; set COMPTOIR_PG_BIN to a whole PostgreSQL.")
        return found


def _has_own_server() -> bool:
    return bool(getattr(settings, "DATABASE_URL", "") or os.environ.get("DATABASE_URL"))
