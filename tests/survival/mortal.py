"""A database cluster that dies and comes back, with durable commits, and a shop in it."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections

from comptoir.base.postgres import Cluster
from comptoir.channels.queries import forget_contexts
from comptoir.events.models import Delivery
from comptoir.testing import fixtures
from comptoir.testing.folders import quick_folder
from tests.survival.servers import Servers, Worker

SHOP = "mortal_shop"

#: About how many answers come between two deaths.
ANSWERS = 40


@contextmanager
def mortal_cluster(source: Cluster) -> Iterator[Cluster]:
    """A cluster of its own with a migrated shop, which connections of this process use meanwhile; all of it goes at the end."""
    # Not pytest's tmp_path: for root the server is run by somebody who may not enter that.
    home = Path(tempfile.mkdtemp(prefix="cpt-mortal-", dir=quick_folder()))
    home.chmod(0o755)
    cluster = Cluster(home / "home", {"max_connections": "200"})
    before = dict(connections["default"].settings_dict)
    try:
        cluster.start()
        cluster.create_database(SHOP)
        _copy(source, fixtures._template(source), cluster)
        fixtures._use(cluster, SHOP)
        forget_contexts()
        yield cluster
    finally:
        connections.close_all()
        connections["default"].settings_dict.update(before)
        forget_contexts()
        cluster.stop()
        shutil.rmtree(cluster.socket_folder, ignore_errors=True)
        shutil.rmtree(home)


def _copy(source: Cluster, template: str, target: Cluster) -> None:
    """Migrating takes half a minute, a dump some seconds."""
    dump = [source.binaries / "pg_dump", *_address(source), template]
    quietly = ["--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    restore = [source.binaries / "psql", *quietly, *_address(target), SHOP]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as running:
        subprocess.run(restore, stdin=running.stdout, stdout=subprocess.DEVNULL, check=True)
    assert running.returncode == 0


def _address(cluster: Cluster) -> list[str]:
    dsn = cluster.dsn("postgres")
    return ["-h", dsn["HOST"], "-p", dsn["PORT"], "-U", dsn["USER"]]


def kill_database(cluster: Cluster) -> None:
    """SIGKILL to the server, and have it started again; what it had not made durable is gone."""
    pid = int((cluster.data_folder / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    cluster.start()


def kill_backend(cluster: Cluster) -> None:
    """SIGKILL to the process of one connection: PostgreSQL then breaks all others off and recovers by itself."""
    address = fixtures._address(cluster, SHOP)
    with suppress(psycopg.OperationalError), psycopg.connect(**address, autocommit=True) as server:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        pids = [pid for (pid,) in server.execute(query, [SHOP])]
        if pids:
            os.kill(random.choice(pids), signal.SIGKILL)
    while not cluster.is_running():
        time.sleep(0.05)


@dataclass
class Reaper:
    """Kills a server, the worker or the database whenever some answers more have come, so many times; each comes back."""

    cluster: Cluster
    servers: Servers
    most: int
    worker: Worker = field(init=False)
    killed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worker = Worker(self.servers.database)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._reap)
        self.trouble: Exception | None = None

    def __enter__(self) -> "Reaper":
        self.thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop.set()
        self.thread.join()
        self.worker.kill()
        if self.trouble:
            raise self.trouble

    @property
    def ways(self) -> dict[str, Callable[[], Any]]:
        """What can be killed, and how."""
        return {
            "server": self.servers.kill_one,
            "worker": self.kill_worker,
            "database": lambda: kill_database(self.cluster),
            "backend": lambda: kill_backend(self.cluster),
        }

    def kill_worker(self) -> None:
        """Kill the worker; another starts in its place."""
        self.worker.kill()
        self.worker = Worker(self.servers.database)

    def _reap(self) -> None:
        try:
            victims = self._victims()
            following = self._following()
            while not self.stop.wait(0.01):
                if len(self.killed) < self.most and self.servers.answered >= following:
                    victim = next(victims)
                    self.ways[victim]()
                    self.killed.append(victim)
                    following = self._following()
        except Exception as error:
            self.trouble = error

    def _victims(self) -> Iterator[str]:
        """Each once, in an order by chance, then again."""
        while True:
            yield from random.sample(sorted(self.ways), len(self.ways))

    def _following(self) -> float:
        return self.servers.answered + ANSWERS * random.uniform(0.5, 1.5)


def wait_for_the_worker() -> None:
    """It delivers by itself what was left when the last one died."""
    for _try in range(600):
        if not Delivery.objects.filter(parked_at=None).exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"Still to be delivered: {list(Delivery.objects.all()[:5])}")
