"""What customers type, as plain text: no control signs, none that turn the direction of writing, none that hide."""

import re
import unicodedata

#: Control, format (also those that turn the direction), surrogate and private signs.
UNSEEN = {"Cc", "Cf", "Cs", "Co"}


def plain_line(text: str) -> str:
    """One line of what was typed, spaces made one."""
    return " ".join(_seen(text).split())


def plain_text(text: str) -> str:
    """What was typed, with its paragraphs and nothing else of a layout."""
    lines = [" ".join(line.split()) for line in _seen(text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _seen(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    return "".join(sign for sign in text if sign in "\n\u200d" or unicodedata.category(sign) not in UNSEEN)
