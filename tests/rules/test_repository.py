"""What STYLE and DESIGN ask of every file, as far as a machine can see it."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from comptoir.management.reference import pages
from tests import stress

ROOT = Path(__file__).parents[2]
SOURCES = ("core", "plugins", "site")
CORE = ROOT / "core" / "comptoir"
CONTEXTS = sorted(path.parent for path in CORE.glob("*/__init__.py") if path.parent.name != "management")
PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/__init__.py"))

#: Made by tools, or by running the shop; no part of the repository.
MADE = {"__pycache__", "node_modules", "build", "dist"}
TEXTS = {
    ".py",
    ".md",
    ".txt",
    ".cfg",
    ".toml",
    ".html",
    ".css",
    ".js",
    ".json",
    ".yml",
    ".yaml",
    ".in",
    ".lock",
    ".po",
    "",
}

#: Names that say nothing of what is inside, so that anything ends up there.
SAY_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "data",
    "info",
    "lib",
    "stuff",
}
#: Where a file of the anatomy stands in its folder, whatever the context.
FOLDERS = {"migrations", "templates", "templatetags", "static", "locale", "tests"}

MOST_LINES_OF_A_FILE = 500
MOST_LINES_OF_A_FUNCTION = 60


def files(*folders: str, ends: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    for folder in folders:
        for base, below, names in os.walk(ROOT / folder):
            below[:] = [name for name in below if name == ".ci" or not _is_made(name)]
            yield from (Path(base, name) for name in names if name.endswith(ends))


def _is_made(folder: str) -> bool:
    return folder in MADE or folder.startswith(".") or folder.endswith(".egg-info")


def code(*folders: str) -> list[Path]:
    return [path for path in files(*folders) if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))


def run(*command: str) -> None:
    path = os.pathsep.join(str(ROOT / folder) for folder in SOURCES)
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-5000:] + ended.stderr[-5000:]


# --- the tools -------------------------------------------------------------------------------------------------------


def test_imports_point_down_only():
    run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")


def test_the_linter_has_nothing_to_say():
    run("-m", "ruff", "check", "--output-format", "concise", ".")


def test_the_code_is_formatted():
    run("-m", "ruff", "format", "--check", ".")


def test_the_typed_parts_have_their_types():
    run("-m", "mypy")


def test_every_model_change_has_its_migration(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=1)


@pytest.mark.parametrize("name", ["hooks.md", "settings.md", "errors.md"])
def test_the_generated_pages_are_up_to_date(name):
    assert (ROOT / "docs" / name).read_text("utf-8") == pages()[name], "./manage.py docs writes it again."


# --- where things stand ----------------------------------------------------------------------------------------------


def test_no_file_has_a_name_that_says_nothing():
    names = [path for path in files(*SOURCES, "tests", "benchmarks") if path.stem in SAY_NOTHING]
    folders = [
        path
        for path in files(*SOURCES, "tests", "benchmarks")
        if SAY_NOTHING & {*path.relative_to(ROOT).parts[:-1]}
    ]
    assert [shown(path) for path in (*names, *folders)] == []


@pytest.mark.parametrize("folder", [*CONTEXTS, *PLUGINS], ids=lambda path: path.name)
def test_a_context_and_a_plugin_have_the_same_anatomy(folder):
    """Known folders only, and nothing that is empty."""
    below = {path.name for path in folder.iterdir() if path.is_dir()} - MADE
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert below - packages <= FOLDERS, (
        "Only migrations, templates, static, locale (and packages) are folders here."
    )
    empty = [
        path
        for path in folder.rglob("*.py")
        if not path.read_text("utf-8").strip() and path.name != "__init__.py"
    ]
    assert not empty, "Absent is better than empty."


@pytest.mark.parametrize("folder", [*CONTEXTS, *PLUGINS], ids=lambda path: path.name)
def test_hooks_are_implemented_in_plugin_files_only(folder):
    assert _hooks_elsewhere(folder) == []


def _hooks_elsewhere(folder: Path) -> list[str]:
    marked = re.compile(r"^@hookimpl", re.MULTILINE)
    sources = (
        path for path in folder.rglob("*.py") if path.name != "plugin.py" and "tests" not in path.parts
    )
    return [shown(path) for path in sources if marked.search(path.read_text("utf-8"))]


#: What puts screens into the back office: files that Django and Wagtail look for by their names.
REGISTERS_SCREENS = {"wagtail_hooks.py", "apps.py"}


def test_screens_are_in_the_back_office_of_their_context():
    """See docs/decisions/0005."""
    screen = re.compile(
        r"^from (wagtail\.admin\.(?!panels|menu|staticfiles)|django import forms)", re.MULTILINE
    )
    assert _off_screen(screen) == []


def test_nothing_below_the_screens_imports_them():
    screens = re.compile(
        r"^\s*(from|import) comptoir\.(?!base\.)\w+(\.backoffice\b| import .*\bbackoffice\b)", re.MULTILINE
    )
    assert _off_screen(screens) == []


def _off_screen(wanted: re.Pattern[str]) -> list[str]:
    """Files that have something, but are neither screens nor there to register them."""
    others = (
        path
        for path in code("core")
        if path.name not in REGISTERS_SCREENS
        and not {"backoffice", "templatetags"} & {*path.relative_to(CORE).with_suffix("").parts}
    )
    return [shown(path) for path in others if wanted.search(path.read_text("utf-8"))]


@pytest.mark.parametrize("folder", [*CONTEXTS, *PLUGINS], ids=lambda path: path.name)
def test_every_context_and_plugin_says_what_it_is(folder):
    words = (folder / "README.md").read_text("utf-8")
    assert words.startswith("# ")


@pytest.mark.parametrize("folder", PLUGINS, ids=lambda path: path.name)
def test_every_plugin_has_its_files(folder):
    assert {"plugin.py", "apps.py"} <= {path.name for path in folder.iterdir()}


def test_the_tree_of_the_readme_is_the_tree():
    readme = (ROOT / "README.md").read_text("utf-8")
    for folder in (*SOURCES, "tests", "docs", "benchmarks", *(path.name for path in CONTEXTS)):
        assert f"{folder}/" in readme, f"README.md does not name {folder}/"
    for plugin in PLUGINS:
        assert plugin.name in readme
    for name in re.findall(r"^ {2}([a-z_]+)/ ", readme, re.MULTILINE):
        assert any((root / name).is_dir() for root in (ROOT, CORE, ROOT / "site", ROOT / "docs")), (
            f"There is no {name}/"
        )


# --- how things read -------------------------------------------------------------------------------------------------


def test_no_file_is_too_long():
    """But the hooks: the whole plugin contract is read in one file."""
    long = {shown(path): length for path in code(*SOURCES) if (length := _lines(path)) > MOST_LINES_OF_A_FILE}
    assert long.keys() <= {"core/comptoir/hookspecs.py"}, long


def test_no_function_is_too_long():
    long = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in code(*SOURCES)
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert long == []


def _lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_every_public_service_and_query_says_what_it_does_for_the_shop():
    silent = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in code("core", "plugins")
        if path.name in ("services.py", "queries.py", "hookspecs.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_whatever_has_a_full_size_is_run_at_it():
    """``make stress`` knows every test file that is longer with COMPTOIR_STRESS, and none that is gone."""
    ours = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "plugins").rglob("test_*.py")]
    longer = {str(path.relative_to(ROOT)) for path in ours if "STRESS" in path.read_text()}
    longer.discard(str(Path(__file__).relative_to(ROOT)))
    assert longer <= set(stress.FILES)
    assert all((ROOT / file).is_file() for file in stress.FILES)


def test_only_the_clock_reads_the_time():
    reads = re.compile(r"\b(timezone\.now|datetime\.now|datetime\.utcnow|date\.today|timezone\.localdate)\(")
    found = [
        f"{shown(path)}: {match.group()}"
        for path in code("core", "plugins")
        if path != CORE / "base" / "clock.py" and "tests" not in path.parts
        for match in reads.finditer(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_file_knows_a_machine_or_a_registry():
    places = ["/" + folder + "/" for folder in ("work", "root", "home")]
    registries = [
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "npmjs" + ".org",
        "--index" + "-url",
        "--extra-index" + "-url",
    ]
    known = re.compile(
        "|".join(rf"(?<![\w.:/-]){re.escape(place)}[a-z]" for place in places)
        + "|"
        + "|".join(map(re.escape, registries))
    )
    found = [
        f"{shown(path)}:{number}: {line.strip()[:100]}"
        for path in files("", ends=("",))
        if path.suffix in TEXTS
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if known.search(line)
    ]
    assert found == []
