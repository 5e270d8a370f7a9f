"""A real PostgreSQL for every run, one migrated template, a copy for each worker."""

import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase

from comptoir import plugins
from comptoir.base.postgres import Cluster
from comptoir.testing.factories import Shop
from comptoir.testing.folders import quick_folder
from comptoir.testing.once import Ground, forget_all, ground

__all__ = ["ground"]

TEST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "256MB",
}


def _home() -> Path:
    return Path(os.environ.get("COMPTOIR_TEST_HOME") or quick_folder() / f"comptoir-tests-{os.getuid()}")


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The test server, started; it stays on for the next run and is stopped with ``make clean``."""
    server = Cluster(home=_home(), settings=TEST_SETTINGS)
    server.start()
    return server


@pytest.fixture(scope="session")
def django_db_setup(cluster: Cluster, django_db_blocker) -> Iterator[None]:
    """A fresh copy of the migrated template for this worker; removed at the end."""
    with django_db_blocker.unblock():
        template = _template(cluster)
        name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        _copy(cluster, template, name)
        _use(cluster, name)
    TransactionTestCase._fixture_teardown = lambda _case: (
        None
    )  # no flush: the database is thrown away, see below
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        _run(cluster, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """After a test that commits, the next one gets a new copy: faster than Django's flush, and with what migrations put in."""
    result = yield
    if Ground.now:
        Ground.now.restore()
    marker = item.get_closest_marker("django_db")
    committed = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    if committed or (marker and marker.kwargs.get("transaction")):
        _renew()
    return result


def _renew() -> None:
    """Throw this worker's database away and copy the template again; takes a fraction of a second."""
    assert Ground.now is None, "A module with tests that commit cannot build its shop once."
    server = Cluster(home=_home(), settings=TEST_SETTINGS)
    name = connections["default"].settings_dict["NAME"]
    connections.close_all()
    _copy(server, f"template_{_fingerprint()}", name)


@pytest.fixture
def shop(db: None) -> Shop:
    """Things of a shop, made by calling services: the shop that is ``built_once``, where there is one."""
    forget_all()
    return Ground.now.shop if Ground.now else Shop()


@pytest.fixture
def plug() -> Iterator[Callable[..., None]]:
    """Let functions be the hooks of a plugin for one test: ``plug("late", add_document_fields=slow)``.

    ``plug("kiosk", module)`` takes the hooks of a module instead. Channels can then name the plugin.
    """
    names: list[str] = []

    def register(name: str, hooks: object = None, **functions: Callable[..., object]) -> None:
        marked = {hook: plugins.hookimpl(function) for hook, function in functions.items()}
        plugins.register(name, hooks or SimpleNamespace(**marked))
        names.append(name)

    plugins.reset_breakers()
    yield register
    for name in names:
        plugins.manager.unregister(name=name)
    plugins.reset_breakers()


def _template(cluster: Cluster) -> str:
    """The migrated database for this state of the migrations; made by the first worker that needs it."""
    name = f"template_{_fingerprint()}"
    with psycopg.connect(**_address(cluster, "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(817)")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        connection.execute(f'DROP DATABASE IF EXISTS "{name}_new" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}_new"')
        _use(cluster, f"{name}_new")
        call_command("migrate", verbosity=0)
        connections.close_all()
        connection.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
    return name


@functools.cache
def _fingerprint() -> str:
    """Changes when any migration of any installed app does."""
    digest = hashlib.blake2b(digest_size=8)
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(f"{app.label}/{path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _copy(cluster: Cluster, template: str, name: str) -> None:
    _run(cluster, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _run(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _run(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(**_address(cluster, "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(818)")
        connection.execute(statement)


def _use(cluster: Cluster, name: str) -> None:
    connections.close_all()
    connections["default"].settings_dict.update({**cluster.dsn(name), "CONN_MAX_AGE": 0})


def _address(cluster: Cluster, name: str) -> dict[str, str]:
    django = cluster.dsn(name)
    return {"host": django["HOST"], "port": django["PORT"], "user": django["USER"], "dbname": name}
