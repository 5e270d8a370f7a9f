from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from comptoir_web.themes import forget_themes


@pytest.fixture
def a_theme(settings, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Writes a theme beside those of the repository: what its ``theme.toml`` says, and its templates by name."""
    folder = tmp_path / "themes"
    folder.mkdir()
    settings.COMPTOIR_WEB_THEMES = [*settings.COMPTOIR_WEB_THEMES, folder]

    def write(code: str, said: str = 'parent = "default"', templates: dict[str, str] | None = None) -> None:
        (folder / code).mkdir(exist_ok=True)
        (folder / code / "theme.toml").write_text(said, "utf-8")
        for name, text in (templates or {}).items():
            path = folder / code / "templates" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        forget_themes()

    yield write
    forget_themes()
