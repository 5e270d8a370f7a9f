"""Real servers that can be killed, and shoppers who do not give up: what they send twice has one effect."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
READY_TIMEOUT_S, ANSWER_TIMEOUT_S, PATIENCE_S = 60, 30, 90


class Mortal:
    """A process of the shop on a database of its own, which is killed with everything below it."""

    port = 0  # who listens to nobody has none

    def __init__(self, database: dict[str, Any], *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            start_new_session=True,
            env={
                **os.environ, "DJANGO_SETTINGS_MODULE": "tests.survival.settings",
                "SURVIVAL_DATABASE": database["NAME"], "SURVIVAL_HOST": database["HOST"], "PORT": str(self.port),
                "PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("", "core", "plugins", "site")),
            },
        )  # fmt: skip

    def kill(self) -> None:
        """Without a chance to say goodbye: SIGKILL to the group that this process began."""
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Worker(Mortal):
    """What works behind the counter: events, payments, messages, what is due."""

    def __init__(self, database: dict[str, Any]) -> None:
        super().__init__(database, "manage.py", "worker")


class Server(Mortal):
    """One granian with one process of ours."""

    def __init__(self, database: dict[str, Any]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        super().__init__(
            database,
            "-m", "granian", "--interface", "wsgi", "comptoir_site.wsgi:application", "--host", "127.0.0.1",
            "--port", str(self.port), "--workers", "1", "--blocking-threads", "8", "--no-ws",
            "--log-level", "warning",
        )  # fmt: skip

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                send(self.port, "GET", "/api/v1/web")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("A server did not come up; its last lines are above.")


@dataclass
class Servers:
    """Some servers on one database. Shoppers choose one by chance each time.

    ``is_mortal`` says that the database dies too: then an answer of 500 and more is one to ask again after.
    """

    database: dict[str, Any]
    is_mortal: bool = False
    running: list[Server] = field(default_factory=list)
    answered: int = 0

    def start(self, number: int) -> None:
        self.running += [Server(self.database) for _number in range(number)]
        self.settle()

    def settle(self) -> None:
        """Wait until all of them are ready."""
        for server in self.running:
            server.wait_until_ready()

    def stop(self) -> None:
        for server in self.running:
            server.kill()
        self.running.clear()

    def kill_one(self) -> None:
        """Kill one by chance; another starts in its place, and refuses connections until it is ready."""
        place = random.randrange(len(self.running))
        self.running[place].kill()
        self.running[place] = Server(self.database)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        headers: dict[str, str] | None = None,
    ) -> "Answer":
        """Send a request until there is an answer, to whichever server answers, with the same key."""
        key = key or (str(uuid4()) if method != "GET" else "")
        deadline, tries = time.monotonic() + PATIENCE_S, 0
        while True:
            tries += 1
            try:
                answer = send(random.choice(self.running).port, method, path, body, key=key, headers=headers)
                if self.is_mortal and answer.status >= 500:
                    raise ConnectionError(f"{answer.status} for {method} {path}")
                answer.tries = tries
                self.answered += 1
                return answer
            except (OSError, http.client.HTTPException, IndexError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0.01, 0.1))


@dataclass
class Answer:
    """What came back, at which try."""

    status: int
    headers: http.client.HTTPMessage
    content: bytes
    tries: int = 1

    @property
    def body(self) -> Any:
        return json.loads(self.content)


def send(
    port: int,
    method: str,
    path: str,
    body: Any = None,
    *,
    key: str = "",
    headers: dict[str, str] | None = None,
) -> Answer:
    """One request on a connection of its own. Errors: ``OSError``, ``HTTPException`` when no whole answer comes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_TIMEOUT_S)
    sent = {
        "Content-Type": "application/json",
        **({"Idempotency-Key": key} if key else {}),
        **(headers or {}),
    }
    content = body if isinstance(body, bytes) or body is None else json.dumps(body)
    try:
        connection.request(method, path, content, sent)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def all_at_once(jobs: list[Any]) -> list[Any]:
    """Let each job begin at the same moment, in a thread of its own; returns what came of each."""
    line = threading.Barrier(len(jobs))

    def run(job: Any) -> Any:
        line.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))
