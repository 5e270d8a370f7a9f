"""The benchmark scripts run: a tiny shop, a few requests. What they measure here says nothing of speed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from comptoir.testing.fixtures import _copy, _run, _template


@pytest.fixture
def run(cluster, django_db_setup, request) -> Iterator:
    """Runs a script of ``benchmarks/`` on the test server, with databases of its own."""
    name = f"bench{os.getpid()}"
    _copy(cluster, _template(cluster), f"{name}_empty")
    environment = {
        **os.environ,
        "COMPTOIR_HOME": str(cluster.home),
        "BENCHMARK_NAME": name,
        "SECRET_KEY": "only-for-tests",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }

    def run(*words: str) -> str:
        ended = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=request.config.rootpath, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    yield run
    for size in ("empty", "6x2", "baskets", "booking"):
        _run(cluster, f'DROP DATABASE IF EXISTS "{name}_{size}" WITH (FORCE)')


@pytest.mark.timeout(240)
def test_a_tiny_shop_is_made_read_and_built_again(run, tmp_path):
    results = tmp_path / "results.json"
    run("benchmarks.generate", "6", "2", "--patterns", "2")
    table = run("benchmarks.measure", "6x2", "--rounds", "1", "--requests", "10", "--output", str(results))
    run("benchmarks.rebuild", "6x2", "--products", "2", "--output", str(results))

    found = json.loads(results.read_text())
    reading = found["reading"]["sizes"]["6x2"]
    for name in ("list", "list by price", "list of a category", "detail by slug", "detail by SKU"):
        assert reading[name]["statements"] == 1
        assert reading[name]["statements_cold"] == 2
        assert f"| {name} |" in table
    assert found["building"]["documents"] == 12 + 2  # six products and the categories, on two channels
    assert found["building"]["one_product"]["documents_changed"] == 2


@pytest.mark.timeout(240)
def test_lines_are_added_to_baskets(run, tmp_path):
    results = tmp_path / "results.json"
    table = run("benchmarks.baskets", "--rounds", "1", "--requests", "10", "--output", str(results))

    figures = json.loads(results.read_text())["baskets"]["figures"]
    assert figures["line added to a basket"]["statements"] <= 12
    assert figures["availability of 50 variants in 10 shops"]["statements"] <= 2
    assert "| line added to a basket |" in table


@pytest.mark.timeout(240)
def test_appointments_are_offered_held_and_contended_for(run, tmp_path):
    results = tmp_path / "results.json"
    run(
        "benchmarks.booking", "--rounds", "1", "--seconds", "1", "--sizes", "2", "3", "--output", str(results)
    )

    found = json.loads(results.read_text())["booking"]
    assert {one["statements"] for one in found["starts"].values()} == {1}
    for kind in ("holds", "contended"):
        assert found[kind]["held"] > 0
        assert (found[kind]["overlaps"], found[kind]["deadlocks"]) == (0, 0)
