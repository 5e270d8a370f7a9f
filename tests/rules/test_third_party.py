"""A sixth channel by somebody else: ``startplugin``, ten lines of hooks, and nothing of the core is touched."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from comptoir.conf import conf

ROOT = Path(__file__).parents[2]

GUIDE = (ROOT / "docs" / "plugins.md").read_text("utf-8")


def examples() -> dict[str, list[str]]:
    """The pieces of code in the guide, by the file that each names in its first line."""
    blocks = re.findall(r"```(?:python|html)\n(?:#|<!--) (\S+)(?: -->)?\n(.*?)```", GUIDE, re.DOTALL)
    pieces: dict[str, list[str]] = {}
    for path, text in blocks:
        pieces.setdefault(path, []).append(text)
    return pieces


def run(*command, **environment):
    ended = subprocess.run(
        [sys.executable, *map(str, command)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def pip_install(folder, target):
    """As ``pip install FOLDER`` does, from what is on this machine, into a folder of its own."""
    options = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    run("-m", "pip", "install", *options, "--upgrade", "--target", target, folder)


@pytest.mark.timeout(400)
def test_a_new_plugin_passes_its_own_tests_and_the_guide_makes_a_sixth_channel_of_it(tmp_path):
    folder, packages = tmp_path / "comptoir_kiosk", tmp_path / "packages"

    call_command("startplugin", "kiosk", directory=tmp_path)
    pip_install(folder, packages)
    own = run("-m", "pytest", folder, "-p", "no:cacheprovider", PYTHONPATH=str(packages))
    for path, pieces in examples().items():
        (folder / path).write_text("\n\n".join(pieces), "utf-8")
    pip_install(folder, packages)
    sixth = run("-m", "pytest", folder, "-p", "no:cacheprovider", PYTHONPATH=str(packages))

    assert "3 passed" in own
    assert "3 passed" in sixth


def test_ten_lines_of_hooks_are_enough_for_a_channel():
    hooks = examples()["comptoir_kiosk/plugin.py"][0]
    assert len([line for line in hooks.splitlines() if line.strip()]) <= 10


def test_startplugin_says_the_next_three_steps(tmp_path, capsys):
    call_command("startplugin", "kiosk", directory=tmp_path)

    said = capsys.readouterr().out

    assert "1. Install it and run its tests:" in said
    assert f"COMPTOIR_PLUGINS={','.join(conf.PLUGINS)},kiosk ./manage.py plugins" in said
    assert "3. Open a channel with the plugin “kiosk”" in said
    written = {
        str(path.relative_to(tmp_path / "comptoir_kiosk")) for path in tmp_path.rglob("*") if path.is_file()
    }
    assert written == {
        "README.md",
        "pyproject.toml",
        "comptoir_kiosk/README.md",
        "comptoir_kiosk/__init__.py",
        "comptoir_kiosk/apps.py",
        "comptoir_kiosk/plugin.py",
        "comptoir_kiosk/templates/comptoir_kiosk/preview.html",
        "tests/kiosk_settings.py",
        "tests/test_kiosk.py",
    }


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Kiosk", "use a lower-case word such as kiosk"),
        ("9th", "use a lower-case word such as kiosk"),
        ("../kiosk", "use a lower-case word such as kiosk"),
        ("class", "use a lower-case word such as kiosk"),
        ("", "use a lower-case word such as kiosk"),
        ("k" * 41, "at most 40 characters"),
        ("web", "A plugin called “web” is installed already"),
        ("price", "“price” is a field of every document already"),
        ("taken", "exists already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(name, sentence, tmp_path):
    (tmp_path / "comptoir_taken").mkdir()
    with pytest.raises(CommandError, match=sentence):
        call_command("startplugin", name, directory=tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["comptoir_taken"]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=f"There is no folder {tmp_path / 'nowhere'}"):
        call_command("startplugin", "kiosk", directory=tmp_path / "nowhere")
