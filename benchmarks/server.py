"""The shop's server on one database, and what it and its PostgreSQL connections cost."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.generate import NAME
from benchmarks.machine import TICK_MS

ROOT = Path(__file__).resolve().parents[1]
READY_TIMEOUT_S = 60


@dataclass
class Batch:
    """What some requests in a row cost."""

    requests: int
    spent_s: float
    took_s: list[float]
    python_ms: float
    postgres_ms: float
    answer_bytes: int


class Server:
    """One process of granian with two threads, as in production but for their number."""

    def __init__(self, size: str, database: psycopg.Connection) -> None:
        self.size, self.database, self.name = size, database, f"{NAME}_{size}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "granian", "--interface", "wsgi", "comptoir_site.wsgi:application",
                "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1", "--blocking-threads", "2",
                "--no-ws", "--log-level", "warning",
            ],
            cwd=ROOT,
            env={
                **os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "BENCHMARK_DATABASE": self.name,
                # The shop beside this file, wherever the environment has one installed.
                "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("", "core", "plugins", "site")),
            },
        )  # fmt: skip
        self._wait_until_ready()

    def ask(self, targets: list[list[str]], requests: int, statuses: tuple[int, ...] = (200,)) -> Batch:
        """Let two callers send requests."""
        wish = {"connections": 2, "requests": requests, "targets": targets, "statuses": statuses}
        return self.run("load.py", wish)

    def run(self, caller: str, wish: dict[str, Any]) -> Batch:
        """Let a caller of its own process do what is wished, and read the meters before and after."""
        before = self._meters()
        answer = subprocess.run(
            [sys.executable, Path(__file__).with_name(caller)],
            input=json.dumps({**wish, "port": self.port}).encode(), stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        python_ms, postgres_ms = (now - then for now, then in zip(self._meters(), before, strict=True))
        seen = json.loads(answer.stdout)
        return Batch(
            len(seen["took_s"]), seen["spent_s"], seen["took_s"], python_ms, postgres_ms, seen["bytes"]
        )

    def get(self, path: str) -> tuple[bytes, Message]:
        """One answer, with its headers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.read(), answer.headers

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _meters(self) -> tuple[float, float]:
        """Processor milliseconds of the server and of its database connections since they began."""
        backends = self.database.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'",
            [self.name],
        ).fetchall()
        tree = [self.process.pid, *_children(self.process.pid)]
        return sum(map(cpu_ms, tree)), sum(cpu_ms(pid) for (pid,) in backends)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                self.get("/api/v1/limits/empty")
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise SystemExit("The server did not come up; its last lines are above.")


def cpu_ms(pid: int) -> float:
    """User and system time of a process with all its threads."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) * TICK_MS


def _children(pid: int) -> list[int]:
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(below for child in found for below in _children(child))]
