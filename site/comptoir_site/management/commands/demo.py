import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from comptoir.base.database import DATABASE
from comptoir.base.postgres import Cluster, PostgresError

READY_TIMEOUT_S = 180
STOP_TIMEOUT_S = 15


class Command(BaseCommand):
    """Runs a living shop: database, demo data, server and worker; Ctrl-C stops everything and keeps the data."""

    help = "Run the demo shop. PORT and COMPTOIR_HOME say where, DATABASE_URL names another PostgreSQL."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="throw the demo shop's data away first")
        parser.add_argument("--no-input", action="store_true", help="do not ask before throwing data away")
        parser.add_argument("--setup-only", action="store_true", help="prepare everything and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console()
        self.home = Path(settings.COMPTOIR_HOME)
        self.cluster = None if settings.OWN_DATABASE else Cluster(home=self.home)
        self._refuse_taken_port()  # before a reset: it may be a running demo that has the port
        if options["reset"]:
            self._reset(ask=not options["no_input"])
        # A script that starts the shop in the background has Ctrl-C ignored: it stops the shop all the same.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _interrupt)
        try:
            self._prepare()
            if not options["setup_only"]:
                self._run()
        except KeyboardInterrupt:
            self.console.print("\nStopping ...")
        finally:
            if self.cluster:
                with suppress(PostgresError):
                    self.cluster.stop()
        self.console.print(
            "Stopped. The data is kept; [bold]make demo[/] goes on, [bold]make demo-reset[/] starts again."
        )

    # --- preparing ---------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        started = time.monotonic()
        self._step("Starting PostgreSQL", self._start_database)
        self._step("Bringing the tables up to date", self._migrate)
        self._step(
            "Collecting styles and scripts",
            lambda: call_command("collectstatic", interactive=False, verbosity=0),
        )
        self._step("Setting up the demo shop", self._build)
        self.console.print(f"Ready in {time.monotonic() - started:.0f} s.")

    def _step(self, title: str, work: Any) -> None:
        started = time.monotonic()
        self.console.print(f"{title} ...", highlight=False)
        try:
            work()
        except (PostgresError, OSError) as error:
            raise CommandError(f"{title}: {error}") from error
        self.console.print(f"  done in {time.monotonic() - started:.1f} s", style="dim", highlight=False)

    def _start_database(self) -> None:
        if self.cluster:
            self.cluster.start()
            self.cluster.create_database(DATABASE)

    def _migrate(self) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)

    def _build(self) -> None:
        from comptoir_site.demo.build import build_demo  # noqa: PLC0415 (needs the database's tables)

        build_demo()

    def _reset(self, *, ask: bool) -> None:
        if settings.OWN_DATABASE:
            raise CommandError(
                "DATABASE_URL names a database of your own; empty it yourself, then run make demo."
            )
        if (
            ask
            and sys.stdin.isatty()
            and input(f"Throw away everything in {self.home}? [y/N] ").strip().lower() != "y"
        ):
            raise CommandError("Nothing was thrown away.")
        if self.cluster:
            with suppress(PostgresError):
                self.cluster.stop()
        for name in ("pg18", "media", "static", "imports"):
            shutil.rmtree(self.home / name, ignore_errors=True)

    # --- running -----------------------------------------------------------------------------------------------------

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", settings.PORT))
            except OSError:
                raise CommandError(
                    f"Port {settings.PORT} is in use; PORT=8001 make demo takes another one."
                ) from None

    def _run(self) -> None:
        here = [sys.executable, str(Path(sys.argv[0]).resolve())]
        server = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "comptoir_site.wsgi:application",
            "--host", "127.0.0.1", "--port", str(settings.PORT), "--workers", "2", "--blocking-threads", "4",
            "--no-ws", "--log-level", "warning",
        ]  # fmt: skip
        processes = [
            subprocess.Popen(command, start_new_session=True) for command in (server, [*here, "worker"])
        ]
        try:
            self._wait_until_ready(processes)
            self._tell_addresses()
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
            raise CommandError("The server or the worker ended by itself; its last lines are above.")
        finally:
            _stop(processes)

    def _wait_until_ready(self, processes: list[subprocess.Popen]) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        address = f"http://127.0.0.1:{settings.PORT}/healthz"
        while time.monotonic() < deadline and all(process.poll() is None for process in processes):
            try:
                with urllib.request.urlopen(address, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise CommandError("The shop did not come up; its last lines are above.")

    def _tell_addresses(self) -> None:
        from comptoir_site.demo.build import LOGINS, PASSWORD  # noqa: PLC0415

        base = f"http://127.0.0.1:{settings.PORT}"
        self.console.print(f"\n[bold]{settings.COMPTOIR_SHOP_NAME} is open.[/]", highlight=False)
        for title, path in (
            ("The shop and its channels", "/"),
            ("Back office", "/admin/"),
            ("API", "/api/v1/docs"),
        ):
            self.console.print(f"  {title:<28} {base}{path}", highlight=False)
        self.console.print("\nDemo log-ins (password [bold]" + PASSWORD + "[/]):", highlight=False)
        for email, role in LOGINS:
            self.console.print(f"  {email:<34} {role}", highlight=False)
        self.console.print("\nCtrl-C stops everything.")


def _stop(processes: list[subprocess.Popen]) -> None:
    """Ask kindly, wait, then insist; only processes we started, each leads a group of its own."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_TIMEOUT_S
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(
                process.pid, signal.SIGKILL
            )  # with its own workers: a server told to stop while it starts may hang
            process.wait()


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
