import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comptoir_web.conf import conf
from comptoir_web.themes import all_themes

THEME = """# {title}: a look of your own. Name here only what is to differ from the theme “{parent}”; every token and what
# it is for stands in comptoir_web/static/comptoir_web/tokens.css.
name = "{title}"
parent = "{parent}"
inherit_fonts = true

[tokens]
# font-title = '"My Font", Georgia, serif'
# radius = "0"

[light]
# accent = "oklch(45% 0.12 30)"

[dark]
# accent = "oklch(80% 0.1 30)"

# [[fonts]]
# family = "My Font"
# file = "fonts/my-font.woff2"   (below static/)
# weight = "400 700"
"""

NEXT_STEPS = """Written: {folder}

1. Set colours and shapes in {folder}/theme.toml.
2. To change a page, copy its template from comptoir_web/templates/ into {folder}/templates/ at the same path.
   Fonts and pictures go into {folder}/static/.
3. Choose the theme “{code}” for a channel in the back office, and restart the server."""


class Command(BaseCommand):
    """Writes a theme of one's own over another; nothing of the core or the plugin is touched."""

    help = "Write a new theme: its colours, shapes and fonts, over those of another theme."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="a lower-case word, such as winter")
        parser.add_argument(
            "--parent", default=conf.THEME, help="the theme it is built on (default: %(default)s)"
        )
        parser.add_argument(
            "--directory", type=Path, help="a folder of COMPTOIR_WEB_THEMES (default: the first of them)"
        )

    def handle(self, *, code: str, parent: str, directory: Path | None, **options: Any) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", code):
            raise CommandError("A theme's name has lower-case letters, digits and hyphens, a letter first.")
        if parent not in {theme.code for theme in all_themes()}:
            raise CommandError(f"There is no theme called {parent!r} to build on.")
        if directory is None and not conf.THEMES:
            raise CommandError("Name a --directory, and list it in COMPTOIR_WEB_THEMES.")
        folder = (directory or Path(conf.THEMES[0])) / code
        try:
            (folder / "templates" / "comptoir_web").mkdir(parents=True)
            (folder / "static").mkdir()
            (folder / "theme.toml").write_text(THEME.format(title=code.capitalize(), parent=parent), "utf-8")
        except OSError as error:
            raise CommandError(f"{folder} could not be written: {error.strerror or error}.") from error
        self.stdout.write(NEXT_STEPS.format(folder=folder, code=code))
