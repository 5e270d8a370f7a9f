"""French is complete, well set, and what a French reader really gets."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.utils import translation

ROOT = Path(__file__).parents[2]
SOURCES = ("core", "plugins", "site")
FRENCH = Path("locale", "fr", "LC_MESSAGES", "django.po")
CATALOGUES = sorted(path for folder in SOURCES for path in (ROOT / folder).glob(f"*/{FRENCH}"))
#: What `make messages` leaves out, too.
IGNORED = ["migrations", "tests", "build", "__pycache__", "static"]

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[ds]|\{\w*\}")
TAG = re.compile(r"<[^>]*>")
#: Before these French has a narrow no-break space (U+202F), after « as well; ’ and not '.
BADLY_SET = re.compile(r"[ \u00a0][;:!?»€%](?!\()|[\w)}»’][!?;»]|«(?!\u202f)|['\"]")

pytestmark = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parents[3].name)


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def messages(path: Path) -> Iterator[Message]:
    return (message for message in catalogue(path) if message.id)


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> list[str]:
    return sorted(set(PLACEHOLDER.findall(text)))


def name(message: Message) -> tuple[str, str]:
    """Context and English. Babel leaves the contexts of compiled catalogues as bytes."""
    context = message.context or ""
    return context.decode() if isinstance(context, bytes) else context, forms(message.id)[0]


def test_every_string_of_the_sources_is_in_the_catalogue(path, tmp_path, monkeypatch):
    """``make messages`` collects them again; then the new ones need their French."""
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed")
    package = path.parents[3]
    copy = tmp_path / package.name
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns(*IGNORED, "*.mo"))
    monkeypatch.chdir(copy)

    call_command("makemessages", locale=["fr"], no_location=True, no_obsolete=True, no_wrap=True, verbosity=0)

    collected = {name(message) for message in messages(copy / FRENCH)}
    assert collected == {name(message) for message in messages(path)}


def test_every_string_is_translated(path):
    assert catalogue(path).fuzzy is False
    assert [name(one) for one in messages(path) if one.fuzzy or not all(forms(one.string))] == []


def test_placeholders_are_kept(path):
    """A singular may leave its number out, as the English one does."""
    broken = [
        name(one)
        for one in messages(path)
        for source, french in zip(forms(one.id), forms(one.string), strict=True)
        if placeholders(french) != placeholders(source)
    ]
    assert broken == []


def test_the_compiled_catalogue_is_up_to_date(path):
    with path.with_suffix(".mo").open("rb") as file:
        compiled = {name(one): forms(one.string) for one in read_mo(file) if one.id}
    assert compiled == {name(one): forms(one.string) for one in messages(path)}


def test_french_is_set_as_in_print(path):
    badly_set = [
        french
        for one in messages(path)
        for french in forms(one.string)
        if BADLY_SET.search(TAG.sub("", PLACEHOLDER.sub("x", french)))
    ]
    assert badly_set == []


def test_no_other_catalogue_speaks_in_its_place(path):
    """Django merges all catalogues into one: where Wagtail has the same English, the French has to agree."""
    with translation.override("fr"):
        overruled = [name(one) for one in messages(path) if said(one) != forms(one.string)]
    assert overruled == []


def said(message: Message) -> list[str]:
    """What Django answers for a message, in each of its forms."""
    context, source = name(message)
    if isinstance(message.id, str):
        return [translation.pgettext(context, source) if context else translation.gettext(source)]
    words = [*message.id]
    return [
        translation.npgettext(context, *words, n) if context else translation.ngettext(*words, n)
        for n in (1, 2)
    ]
