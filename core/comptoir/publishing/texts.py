"""Words for channels that have no room for pages: plain text, cut to a length, money as people write it."""

import html
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency
from django.utils.html import strip_tags

from comptoir.base.money import Money

ENDS_OF_LINES = re.compile(r"</(?:p|h[1-6]|li|ul|ol|blockquote)>|<(?:br|hr)\s*/?>", re.IGNORECASE)
#: Shown to nobody, and forbidden in XML 1.0 (section 2.2).
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def plain_text(markup: str) -> str:
    """HTML as lines of plain text, one a paragraph."""
    text = html.unescape(strip_tags(ENDS_OF_LINES.sub("\n", " ".join(markup.split()))))
    lines = (" ".join(line.split()) for line in CONTROL_CHARACTERS.sub("", text).splitlines())
    return "\n".join(line for line in lines if line)


def body_text(body: list[dict[str, Any]]) -> str:
    """What the blocks of an item say, as plain text; pictures, tables and lists of products say nothing."""
    said = []
    for block in body:
        said.append(plain_text(block.get("html") or ""))
        said.append(block.get("quote") or "")
        for pair in block.get("questions") or []:
            said.append(f"{pair['question']}\n{pair['answer']}")
    return "\n".join(text for text in said if text)


def shortened(text: str, limit: int) -> str:
    """A text in at most ``limit`` characters: as it is, or cut after a whole word and ended with ``…``."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    if not text[limit - 1].isspace():
        cut = re.sub(r"\s\S*$", "", cut)
    return cut.rstrip(" \t\n\r\u00a0,;:.–-") + "…"


def money_text(money: Money | Mapping[str, str], locale: str) -> str:
    """Money as people of a language write it, with the spaces they use: ``49,90 €``, ``€49.90``."""
    if isinstance(money, Money):
        return _written(str(money.amount), money.currency, locale)
    return _written(money["amount"], money["currency"], locale)


@lru_cache(maxsize=4000)
def _written(amount: str, currency: str, locale: str) -> str:
    """Kept, as a page writes the same few prices again and again."""
    money = Money(Decimal(amount), currency).rounded()
    return format_currency(money.amount, currency, locale=babel_locale(locale))


def babel_locale(code: str) -> Locale:
    """The customs of a language such as ``fr`` or ``en-gb``; those of English for one nobody knows."""
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
