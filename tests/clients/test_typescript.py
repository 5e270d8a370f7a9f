"""The TypeScript client: made from the OpenAPI page, checked by its compiler, and its example buys something."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from comptoir.orders.models import Order

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "clients" / "typescript"
UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENOTCACHED")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=CLIENT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )


def node_version() -> int:
    """0 where there is no Node with its npm."""
    if not shutil.which("node") or not shutil.which("npm"):
        return 0
    return int(run("node", "--version").stdout.lstrip("v").partition(".")[0])


@pytest.fixture(scope="module")
def client() -> None:
    """What the lock file names is installed, and the types are made afresh."""
    if node_version() < 20:
        pytest.skip("Node 20 or newer is not on this machine.")
    if run("npm", "ls", "--all").returncode != 0:
        installed = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        if any(code in installed.stderr for code in UNREACHABLE):
            pytest.skip("The registry of npm cannot be reached.")
        assert installed.returncode == 0, installed.stderr
    made = run("npm", "run", "generate")
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.mark.timeout(900)
def test_the_client_and_its_example_fit_the_types_of_the_openapi_page(client):
    checked = run("npm", "run", "check")

    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.timeout(900)
def test_the_example_buys_something_and_follows_its_order(client, server):
    bought = run("npm", "run", "buy", COMPTOIR_URL=f"http://127.0.0.1:{server.port}")

    assert bought.returncode == 0, bought.stdout + bought.stderr
    number, state, total = re.search(r"Order (\S+): (\w+), (\S+ \w+)", bought.stdout).groups()
    assert (state, total) == ("placed", "49.90 EUR")
    order = Order.objects.get(number=number)
    assert (order.email, order.delivery["way"]) == ("camille@example.org", "collection")


def test_nothing_of_npm_is_committed_and_every_version_is_pinned():
    tracked = subprocess.run(
        ["git", "ls-files", "clients"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    package = (CLIENT / "package.json").read_text("utf-8")

    assert "clients/typescript/package-lock.json" in tracked
    assert not [path for path in tracked if "node_modules" in path or "/build/" in path]
    assert not re.search(r'": "[~^*]', package)
