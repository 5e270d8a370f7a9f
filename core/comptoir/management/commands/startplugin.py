import keyword
import re
import shutil
import tempfile
from argparse import ArgumentParser
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptoir import plugins
from comptoir.api.schemas import PageDocument, ProductDocument
from comptoir.conf import conf

SCAFFOLD = Path(__file__).parents[1] / "templates" / "plugin"

NEXT_STEPS = """Written: {folder}

1. Install it and run its tests:   pip install -e {folder} && pytest {folder}
2. Turn it on:                     COMPTOIR_PLUGINS={plugins} ./manage.py plugins
3. Open a channel with the plugin “{name}” in the back office, then write hooks in
   {folder}/{package}/plugin.py (docs/plugins.md shows how, docs/hooks.md has every hook)."""


class Command(BaseCommand):
    """Writes a channel plugin of one's own, complete with tests that pass at once; nothing of the core is touched."""

    help = "Write a new channel plugin: a package of its own, with tests that pass at once."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="a lower-case word, such as kiosk")
        parser.add_argument(
            "--directory", type=Path, default=Path(), help="where to write comptoir_NAME/ (default: here)"
        )

    def handle(self, *, name: str, directory: Path, **options: Any) -> None:
        words = _words(name)
        folder = directory / words["package"]
        _refuse(name, folder)
        try:
            _write(folder, words)
        except OSError as error:
            raise CommandError(f"{folder} could not be written: {error.strerror or error}.") from error
        self.stdout.write(NEXT_STEPS.format(folder=folder, **words))


def _words(name: str) -> dict[str, str]:
    """What stands for the placeholders of the scaffold."""
    return {
        "name": name,
        "package": f"comptoir_{name}",
        "dashed": name.replace("_", "-"),
        "title": name.replace("_", " ").capitalize(),
        "camel": name.title().replace("_", ""),
        "plugins": ",".join([*conf.PLUGINS, name]),
    }


def _refuse(name: str, folder: Path) -> None:
    """Say what is wrong before anything is written.

    Errors: ``CommandError``.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name) or keyword.iskeyword(name):
        raise CommandError(
            f"“{name}” cannot be a plugin's name: use a lower-case word such as kiosk, at most 40 characters."
        )
    if name in plugins.installed() or find_spec(f"comptoir_{name}"):
        raise CommandError(f"A plugin called “{name}” is installed already; choose another name.")
    if name in {*ProductDocument.model_fields, *PageDocument.model_fields}:
        raise CommandError(f"“{name}” is a field of every document already; choose another name.")
    if not folder.parent.is_dir():
        raise CommandError(f"There is no folder {folder.parent}.")
    if folder.exists():
        raise CommandError(f"{folder} exists already; choose another name or --directory.")


def _write(folder: Path, words: dict[str, str]) -> None:
    """All files or none: they are written beside the place and moved there in one step."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".startplugin-") as scratch:
        for source in sorted(SCAFFOLD.rglob("*.txt")):
            place = str(source.relative_to(SCAFFOLD).with_suffix(""))
            target = Path(
                scratch, "new", place.replace("PACKAGE", words["package"]).replace("NAME", words["name"])
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(source.read_text("utf-8")).substitute(words), "utf-8")
        shutil.move(Path(scratch, "new"), folder)
