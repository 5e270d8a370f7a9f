"""The one statement of a search, in SQL."""

from typing import Any

from comptoir.channels.queries import ChannelContext
from comptoir.search.engines.filters import PRICE, STOCK, Judgement
from comptoir.search.engines.values import SHOWN, any_of, facet_ids, number, put, values_of, words_of
from comptoir.search.entries import CATEGORY
from comptoir.search.questions import IN_STOCK_MOST, Question, Term, storable

COLUMNS = "e.document_id, e.item_id, e.facet_ids, e.variant_ids, e.price, e.rank"

#: How results are put in order.
ORDERS = {
    "relevance": "score DESC, rank, item_id",
    "featured": "rank, item_id",
    "newest": "newest, item_id",
    "price": "price, item_id",
    "-price": "price DESC, item_id DESC",
    "title": "title, item_id",
}

#: The products whose SKU or GTIN was typed: hardly ever any, so they are looked up once.
CODED = """e.document_id = ANY(ARRAY(SELECT e.document_id FROM search_postgresentry e
    WHERE e.channel_id = %(channel)s::bigint AND e.locale = %(locale)s AND e.codes @> ARRAY[%(code)s]::varchar[]))"""

MATCH = "SELECT {columns}, {failed} AS failed, {score} AS score FROM search_postgresentry e WHERE {shown} AND ({which})"

#: Products that have everything; if there is none, those that have part of it.
MATCHED = "matched AS MATERIALIZED ({strict})"
MATCHED_OR_PART = """strict AS MATERIALIZED ({strict}),
matched AS MATERIALIZED (SELECT * FROM strict UNION ALL {loose} AND NOT EXISTS (SELECT FROM strict))"""

#: ``sold`` is what filters judge in the end, products or each of their variants; ``fails`` has a bit for each filter that
#: is failed, and a count is of what fails nothing but its own filter. All of it comes back as one value.
FIND = """WITH {matched},
{sold}
SELECT json_build_object(
    'total', (SELECT count({one}) FROM sold WHERE fails = 0),
    'matching', (SELECT count(*) FROM matched),
    'relaxed', {is_relaxed},
    'ids', (SELECT json_agg(document_id) FROM (
        SELECT document_id FROM {hits} hits ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) page),
    'prices', (SELECT json_build_array(min(price)::text, max(price)::text) FROM sold WHERE fails IN (0, {price})),
    'in_stock', (SELECT count(*) FROM (SELECT {each} FROM sold WHERE fails IN (0, {stock}) AND in_stock LIMIT %(most)s) had),
    'facets', {facets})::text"""

#: What ``ts_rank`` makes of a word that stands in one place, in proportion to the weight of its field.
ONCE = 0.6079


def find_statement(
    channel: ChannelContext, locale: str, configuration: str, question: Question
) -> tuple[str, dict[str, Any]]:
    """The one statement of a search, with its values."""
    values = {
        **values_of(channel, locale, configuration),
        "limit": question.limit,
        "offset": question.offset,
        "code": question.code,
        "title": question.title,
        "places": list(channel.location_ids),
        "most": IN_STOCK_MOST + 1,
    }
    judgement = Judgement(channel, question, values)
    statement = FIND.format(
        matched=_matched(question, judgement, values),
        sold=judgement.sold(),
        one="DISTINCT document_id" if judgement.is_by_variant else "*",
        each="DISTINCT document_id" if judgement.is_by_variant else "",
        is_relaxed="NOT EXISTS (SELECT FROM strict)" if _has_parts(question) else "false",
        hits=judgement.hits,
        order=ORDERS[question.sort],
        price=judgement.bits[PRICE],
        stock=judgement.bits[STOCK],
        facets=judgement.facets(),
    )
    return statement, values


def _has_parts(question: Question) -> bool:
    """Whether there is a part of what was asked for that some products have."""
    return len(question.terms) > 1 and any(term.alternatives for term in question.terms)


def _matched(question: Question, judgement: Judgement, values: dict[str, Any]) -> str:
    """What the words find, each product with what it fails and how well it fits."""
    columns = COLUMNS
    if judgement.is_by_variant:
        columns += ", e.variant_facets"
    if question.sort in ("newest", "title"):
        columns += f", e.{question.sort}"

    shown = SHOWN
    if within := question.filters.within:
        shown += f" AND e.facet_ids && {facet_ids(CATEGORY, [storable(within)], values)}"

    def match(which: str, score: str) -> str:
        return MATCH.format(columns=columns, failed=judgement.failed(), score=score, shown=shown, which=which)

    strict = match(_strict(question, values), _score(question, values, is_part=False))
    if not _has_parts(question):
        return MATCHED.format(strict=strict)
    loose = match(_loose(question, values), _score(question, values, is_part=True))
    return MATCHED_OR_PART.format(strict=strict, loose=loose)


def _strict(question: Question, values: dict[str, Any]) -> str:
    """Everything that was asked for; nothing fits if a term has no alternative."""
    if question.is_anything:
        return "true"
    conditions = [CODED] if question.code else []
    if question.terms and all(term.alternatives for term in question.terms):
        conditions.append(_has(" && ".join(any_of(term, values) for term in question.terms)))
    return " OR ".join(conditions) or "false"


def _loose(question: Question, values: dict[str, Any]) -> str:
    """Part of what was asked for."""
    return _has(" || ".join(any_of(term, values) for term in question.terms if term.alternatives))


def _has(query: str) -> str:
    """What the index of words is asked. PostgreSQL is not to see the words when it plans: for one that many products have
    it would read all texts, which costs more than it thinks.
    """
    return f"e.vector @@ (SELECT {query})"


def _score(question: Question, values: dict[str, Any], *, is_part: bool) -> str:
    """How well a product fits: by term the best alternative where it stands highest, then codes, title and boosts."""
    if question.is_anything or question.sort != "relevance":
        return "0"
    terms = [term for term in question.terms if term.alternatives]
    may_lack = is_part and len(terms) > 1
    parts = [f"{number(term.rarity)} * {_rank(term, question, values, may_lack)}" for term in terms]
    exact = number(sum(term.rarity for term in terms))
    score = f"""(({" + ".join(parts) or number(0)}) * (1 + {number(0.35)} / (1 + e.title_words))
        + CASE WHEN e.title = %(title)s THEN {exact} ELSE 0 END){_factors(question, values)}"""
    return f"{score} + CASE WHEN {CODED} THEN 1000 ELSE 0 END" if question.code else score


def _rank(term: Term, question: Question, values: dict[str, Any], may_lack: bool) -> str:
    """What a term counts for by where it stands. What is not in the heading is in the text, unless it may be missing."""
    weights = question.rules.weights
    order = [weights[field] for field in ("text", "property", "shelf", "title")]
    most = max(*order, 1.0)  # ``ts_rank`` takes no weight above 1
    fields = f"{put(values, [one / most for one in order])}::real[]"
    ranks = [
        f"{number(most * one.factor)} * ts_rank({fields}, e.heading, {words_of(one, values)})"
        for one in term.alternatives
    ]
    text = number(ONCE * weights["text"] * max(one.factor for one in term.alternatives))
    if may_lack:
        text = f"CASE WHEN e.vector @@ {any_of(term, values)} THEN {text} ELSE 0 END"
    return f"coalesce(nullif(greatest({', '.join(ranks)}), 0), {text})"


def _factors(question: Question, values: dict[str, Any]) -> str:
    """Products that merchandisers push or hold back."""
    return "".join(
        f" * CASE WHEN e.facet_ids && {facet_ids(code, [value], values)} THEN {number(factor)} ELSE 1 END"
        for (code, value), factor in question.rules.factors.items()
    )
