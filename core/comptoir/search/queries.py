"""The one query language of the shop: a text, filters, an order and a page give cards, counts and help."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import orjson

from comptoir.base.errors import InvalidValue
from comptoir.channels.queries import ChannelContext
from comptoir.publishing.queries import BadCursor, cards_by_document
from comptoir.search.engines.chosen import engine
from comptoir.search.entries import CATEGORY
from comptoir.search.facets import ShownFacet, ShownValue, shown_facets
from comptoir.search.misses import note_miss
from comptoir.search.questions import IN_STOCK_MOST, SORTS, Filters, Found, Question
from comptoir.search.rules import rules_of
from comptoir.search.understanding import readable, understand
from comptoir.search.words import compact, fold, indexed_words, singular, words

#: How far into the results people and programs can page.
DEPTH_MAX = 10_000


@dataclass(frozen=True)
class Result:
    """The answer to a search.

    ``items`` are cards of products with live ``availability``, as in lists of products. ``corrected`` is the text that
    was searched for instead, when a word was not known but another was near. With ``is_relaxed`` no product has all of
    the words, and these have some. ``price_min`` and ``price_max`` are of everything that fits the other filters, in
    whole units of the channel's currency; so ``in_stock`` and the facets count what fits all *other* filters. All counts are
    exact, but for ``in_stock`` above ``questions.IN_STOCK_MOST``: then ``has_more_in_stock``.
    ``next`` is the cursor of the following page.
    """

    text: str
    items: list[dict[str, Any]]
    total: int
    sort: str
    page: int
    pages: int
    next: str | None
    corrected: str = ""
    is_relaxed: bool = False
    facets: list[ShownFacet] = field(default_factory=list)
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    in_stock: int = 0
    has_more_in_stock: bool = False


def search(
    channel: ChannelContext,
    locale: str,
    text: str = "",
    *,
    filters: Filters = Filters(),  # noqa: B008 (frozen)
    sort: str = "",
    page: int = 1,
    cursor: str = "",
    limit: int = 24,
    with_facets: bool = True,
) -> Result:
    """The products of a channel that fit a text and filters, with counts; a text without a word finds nothing.

    Without any text it is the whole channel: what a category page with filters asks. ``sort`` is one of
    ``questions.SORTS``; empty means by relevance, or as featured where there is no text. ``cursor`` (the ``next`` of an
    answer) goes before ``page``, which counts from 1. At most three statements, a fourth where nothing was found.

    Errors: ``InvalidValue`` for an unknown sort or page, ``BadCursor``.
    Example: ``search(channel, "fr", "chemise bleue", filters=Filters(attributes=("size:m",)), page=2)``
    """
    text = readable(text)
    sort = sort or ("relevance" if text else "featured")
    _check(sort, page, limit)
    mark = _mark(text, locale, filters, sort)
    offset = _offset(cursor, mark) if cursor else (page - 1) * limit
    question, corrected = _question(channel, locale, text)
    question = replace(
        question, filters=filters, sort=sort, offset=offset, limit=limit, with_facets=with_facets
    )
    found = engine().find(channel, locale, question)
    if text and offset == 0 and (found.is_relaxed or not found.matching):
        note_miss(channel, locale, text)
    following = offset + limit
    return Result(
        text=text,
        items=cards_by_document(channel, locale, found.document_ids),
        total=found.total,
        sort=sort,
        page=offset // limit + 1,
        pages=-(-found.total // limit),
        next=_cursor(following, mark) if following < min(found.total, DEPTH_MAX) else None,
        corrected=corrected if found.matching else "",
        is_relaxed=found.is_relaxed and bool(found.matching),
        facets=shown_facets(found.facets, filters),
        price_min=found.price_min,
        price_max=found.price_max,
        in_stock=min(found.in_stock, IN_STOCK_MOST),
        has_more_in_stock=found.in_stock > IN_STOCK_MOST,
    )


@dataclass(frozen=True)
class Suggestions:
    """What somebody who is typing may mean: whole texts to search for, products, categories."""

    text: str
    texts: list[str]
    products: list[dict[str, Any]]
    categories: list[ShownValue]


def suggest(channel: ChannelContext, locale: str, text: str, *, limit: int = 5) -> Suggestions:
    """What to offer while somebody types; at most four statements.

    ``products`` are cards as in ``search``; ``categories`` have ``value`` (the slug), ``label`` and ``count``.
    Example: ``suggest(channel, "fr", "chemise ra").texts == ["chemise rayures"]``
    """
    text, rules = readable(text), rules_of(locale)
    typed = words(text)
    if not typed:
        return Suggestions(text, [], [], [])
    understood = understand(engine(), channel, locale, text, rules, is_typing=True)
    question = Question(
        understood.terms, compact(text)[:64], indexed_words(text), rules=rules, sort="relevance", limit=limit
    )
    found = engine().find(channel, locale, question)
    products = [] if found.is_relaxed else cards_by_document(channel, locale, found.document_ids)
    others = understood.terms[:-1] if len(typed) > 1 else ()
    completed = engine().complete(channel, locale, typed[-1][:40], others, limit * 2)
    before = text[: len(text) - len(text.split()[-1])] if len(typed) > 1 else ""
    return Suggestions(
        text,
        [f"{before}{word}" for word in _distinct(completed)[:limit]],
        products,
        _categories(found, typed, limit),
    )


def _distinct(completed: list[str]) -> list[str]:
    """One of each word, singular or plural: the one that more products have."""
    firsts: dict[str, str] = {}
    for word in completed:
        firsts.setdefault(singular(fold(word)), word)
    return list(firsts.values())


def _categories(found: Found, typed: list[str], limit: int) -> list[ShownValue]:
    """The categories of what was found whose names go on as somebody types."""
    shelves = [one for one in shown_facets(found.facets, Filters()) if one.code == CATEGORY]
    rows = [row for shelf in shelves for row in shelf.values]
    return [row for row in rows if any(word.startswith(typed[-1]) for word in words(row.label))][:limit]


def _question(channel: ChannelContext, locale: str, text: str) -> tuple[Question, str]:
    if not text:
        return Question(is_anything=True), ""
    rules = rules_of(locale)
    understood = understand(engine(), channel, locale, text, rules)
    question = Question(
        terms=understood.terms, code=compact(text)[:64], title=indexed_words(text), rules=rules
    )
    return question, understood.corrected


def _check(sort: str, page: int, limit: int) -> None:
    if sort not in SORTS:
        raise InvalidValue(field="sort", value=sort)
    if limit < 1 or page < 1 or page * limit > DEPTH_MAX:
        raise InvalidValue(field="page", value=page)


def _mark(*asked: Any) -> str:
    """What tells the cursors of one search from those of another."""
    return hashlib.blake2b(repr(asked).encode(), digest_size=6).hexdigest()


def _cursor(offset: int, mark: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([mark, offset])).decode().rstrip("=")


def _offset(cursor: str, mark: str) -> int:
    """The place that ``_cursor`` wrote down, for the same search.

    Errors: ``BadCursor`` for anything else.
    """
    try:
        named, offset = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadCursor(field="cursor") from error
    if named != mark or not isinstance(offset, int) or not 0 <= offset < DEPTH_MAX:
        raise BadCursor(field="cursor")
    return offset
