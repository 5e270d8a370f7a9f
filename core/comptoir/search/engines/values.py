"""How words and numbers get into statements. Words are letters and digits only, so no query language hides in them."""

import re
from typing import Any

from comptoir.base import clock
from comptoir.channels.queries import ChannelContext
from comptoir.search.questions import Alternative, Term

#: Sizes that PostgreSQL takes for words that say nothing; a digit makes them words of ours.
SIZES = re.compile(r"\b[sml]\b")

SHOWN = """e.channel_id = %(channel)s::bigint AND e.locale = %(locale)s
    AND (e.shown_from IS NULL OR e.shown_from <= %(now)s) AND (e.shown_until IS NULL OR e.shown_until > %(now)s)"""


def values_of(channel: ChannelContext, locale: str, configuration: str) -> dict[str, Any]:
    """What every statement has to know."""
    return {"channel": channel.id, "locale": locale, "now": clock.now(), "configuration": configuration}


def lexical(text: str) -> str:
    """Words as they are given to PostgreSQL, so that sizes are words too."""
    return SIZES.sub(lambda size: f"{size[0]}0", text)


def put(values: dict[str, Any], value: Any) -> str:
    """Give a value to the statement, and return what stands for it there."""
    name = f"v{len(values)}"
    values[name] = value
    return f"%({name})s"


def number(value: float) -> str:
    """A number to reckon with for each of thousands of rows: exact decimals take ten times as long."""
    return f"{value:.4f}::float8"


def words_of(one: Alternative, values: dict[str, Any]) -> str:
    """What asks for the words of one alternative."""
    text = " & ".join(lexical(word) for word in one.words) + (":*" if one.is_beginning else "")
    return f"to_tsquery(%(configuration)s::regconfig, {put(values, text)})"


def any_of(term: Term, values: dict[str, Any]) -> str:
    """What asks for any alternative of a term."""
    return "(" + " || ".join(words_of(one, values) for one in term.alternatives) + ")"


def facet_ids(code: str, chosen: list[str], values: dict[str, Any]) -> str:
    """The numbers of values of a facet."""
    return (
        f"ARRAY(SELECT id FROM search_facet WHERE locale = %(locale)s AND code = {put(values, code)} "  # noqa: S608
        f"AND value = ANY({put(values, chosen)}::text[]))"
    )
