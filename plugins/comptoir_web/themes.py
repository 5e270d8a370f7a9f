"""Themes: how a channel looks. A folder with ``theme.toml``, templates and static files, no Python (README.md).

Templates are looked up in the theme, in its parents, then in the plugins. Each theme has a template engine of its own, so
that nothing has to know which channel is being drawn: threads that draw different themes share nothing.
"""

import hashlib
import tomllib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.template.backends.django import DjangoTemplates
from django.templatetags.static import static
from django.utils.safestring import SafeString

from comptoir_web.conf import conf

#: In which order the parts of ``theme.toml`` become style rules.
RULES = (
    ("tokens", ":root{%s}"),
    ("light", ":root{%s}"),
    ("dark", "@media (prefers-color-scheme:dark){:root{%s}}"),
)


@dataclass(frozen=True)
class Theme:
    """One theme with its parents, the nearest first. The one without a folder is the plugin's own look."""

    code: str
    folder: Path | None = None
    said: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)
    parent: "Theme | None" = None

    @property
    def line(self) -> "Iterator[Theme]":
        """This theme, its parent, and so on."""
        yield self
        if self.parent:
            yield from self.parent.line

    @property
    def preloaded(self) -> list[str]:
        """Addresses of the fonts that a page asks for first."""
        return [static(_static_name(theme, font)) for theme, font in self._fonts()]

    @cached_property
    def engine(self) -> DjangoTemplates:
        options = {**settings.TEMPLATES[0].get("OPTIONS", {})}
        folders = [theme.folder / "templates" for theme in self.line if theme.folder]
        return DjangoTemplates(
            {"NAME": f"theme-{self.code}", "DIRS": folders, "APP_DIRS": True, "OPTIONS": options}
        )

    @cached_property
    def cards(self) -> OrderedDict[tuple[Any, ...], SafeString]:
        """Cards that were drawn (``cards.py``), forgotten with the theme."""
        return OrderedDict()

    @cached_property
    def stylesheet(self) -> str:
        """The fonts and tokens of the theme over those of its parents, as CSS."""
        faces = [_font_face(theme, font) for theme, font in self._fonts()]
        lines = [*self.line][::-1]
        rules = [
            rule % ";".join(f"--{name}:{value}" for name, value in theme.said[part].items())
            for part, rule in RULES
            for theme in lines
            if theme.said.get(part)
        ]
        return "\n".join([*faces, *rules])

    @cached_property
    def version(self) -> str:
        """A name for the content of the stylesheet, so that browsers may keep it for good."""
        return hashlib.blake2b(self.stylesheet.encode(), digest_size=6).hexdigest()

    def _fonts(self) -> list[tuple["Theme", dict[str, str]]]:
        """The fonts of the theme, else those of its nearest parent that has any; with ``inherit`` both."""
        found = []
        for theme in self.line:
            found += [(theme, font) for font in theme.said.get("fonts", ())]
            if found and not theme.said.get("inherit_fonts"):
                break
        return found


def theme_of(code: str) -> Theme:
    """The theme that a channel names; a name that stands for none gets the default one, rather than no shop."""
    return _named(code) or _named(conf.THEME) or Theme("")


def all_themes() -> list[Theme]:
    """Every theme that a channel can have, by name.

    Errors: ``ImproperlyConfigured`` if a ``theme.toml`` cannot be used; the sentence names it.
    """
    codes = {path.parent.name for folder in conf.THEMES for path in Path(folder).glob("*/theme.toml")}
    return [theme for code in sorted(codes) if (theme := _named(code))]


@cache
def _named(code: str, *below: str) -> Theme | None:
    folder = next(
        (Path(one) / code for one in conf.THEMES if (Path(one) / code / "theme.toml").is_file()), None
    )
    if not code or folder is None:
        return None
    try:
        said = tomllib.loads((folder / "theme.toml").read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{folder.name}/theme.toml: {error}") from error
    parent_code = said.get("parent", "")
    if parent_code in (code, *below):
        raise ImproperlyConfigured(f"{folder.name}/theme.toml: {parent_code} is its own parent")
    parent = _named(parent_code, code, *below)
    if parent_code and parent is None:
        raise ImproperlyConfigured(f"{folder.name}/theme.toml: there is no theme {parent_code!r}")
    return Theme(code, folder, said, parent)


def forget_themes() -> None:
    """Read every theme afresh: after one was written or changed."""
    _named.cache_clear()


def _static_name(theme: Theme, font: dict[str, str]) -> str:
    return f"themes/{theme.code}/{font['file']}"


def _font_face(theme: Theme, font: dict[str, str]) -> str:
    """``optional``: a font that is late leaves the page as it stands, so that nothing jumps."""
    return (
        f'@font-face{{font-family:"{font["family"]}";src:url("{static(_static_name(theme, font))}") format("woff2");'
        f"font-weight:{font.get('weight', '400')};font-style:{font.get('style', 'normal')};font-display:optional}}"
    )
