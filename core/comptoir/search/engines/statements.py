"""What the PostgreSQL engine asks, in SQL. Words are letters and digits only, so that no query language hides in them."""

import re
from typing import Any

from comptoir.base import clock
from comptoir.channels.queries import ChannelContext
from comptoir.search.questions import Alternative, Filters, Question, Term
from comptoir.stock.shelves import FREE

#: Sizes that PostgreSQL takes for words that say nothing; a digit makes them words of ours.
SIZES = re.compile(r"\b[sml]\b")

SHOWN = """e.channel_id = %(channel)s AND e.locale = %(locale)s
    AND (e.shown_from IS NULL OR e.shown_from <= %(now)s) AND (e.shown_until IS NULL OR e.shown_until > %(now)s)"""

#: Words with how many products have them, and nearby words of the vocabulary for those that none has. Counting stops
#: at a thousand: a word is not much less telling for being in more.
NEAR = f"""SELECT w.word, n.products, w.is_noise, CASE WHEN n.products = 0 AND w.is_typed AND NOT w.is_noise THEN (
    SELECT json_agg(json_build_array(c.word, c.shown, c.products))::text FROM (
        SELECT near.word, near.shown, (SELECT count(*) FROM (
            SELECT FROM search_postgresentry e WHERE {SHOWN}
            AND e.vector @@ to_tsquery(%(configuration)s::regconfig, near.word) LIMIT 100) counted) AS products
        FROM (SELECT v.word::text, v.shown FROM search_word v WHERE v.channel_id = %(channel)s AND v.locale = %(locale)s
            ORDER BY v.word <-> w.word LIMIT 15) near) c WHERE c.products > 0) END
FROM (SELECT word, is_typed, to_tsquery(%(configuration)s::regconfig, lexical) AS query,
    numnode(to_tsquery(%(configuration)s::regconfig, lexical)) = 0 AS is_noise
    FROM unnest(%(words)s::text[], %(lexical)s::text[], %(typed)s::boolean[]) given (word, lexical, is_typed)) w,
LATERAL (SELECT count(*) AS products FROM (
    SELECT FROM search_postgresentry e WHERE {SHOWN} AND e.vector @@ w.query LIMIT 1000) counted) n"""  # noqa: S608

UNUSED_FACETS = """DELETE FROM search_facet f WHERE NOT EXISTS (
    SELECT FROM (SELECT DISTINCT unnest(facet_ids) AS id FROM search_postgresentry) used WHERE used.id = f.id)"""

UNUSED_WORDS = """DELETE FROM search_word w WHERE w.locale = %(locale)s AND NOT EXISTS (
    SELECT FROM search_postgresentry e WHERE e.channel_id = w.channel_id AND e.locale = w.locale
    AND e.vector @@ to_tsquery(%(configuration)s::regconfig, w.word))"""

#: Words of the vocabulary that begin so, each tried on the products that have the other terms too.
COMPLETE = """SELECT w.shown FROM (SELECT word, shown FROM search_word
    WHERE channel_id = %(channel)s AND locale = %(locale)s AND word LIKE %(beginning)s ORDER BY length(word), word
    LIMIT 40) w,
LATERAL (SELECT count(*) AS products FROM (SELECT FROM search_postgresentry e WHERE {shown}
    AND e.vector @@ (to_tsquery(%(configuration)s::regconfig, w.word){terms}) LIMIT 200) counted) n
WHERE n.products > 0 ORDER BY n.products DESC, length(w.word), w.word LIMIT %(limit)s"""

ORDERS = {
    "relevance": "score DESC, rank, item_id",
    "featured": "rank, item_id",
    "newest": "newest, item_id",
    "price": "price, item_id",
    "-price": "price DESC, item_id DESC",
    "title": "title, item_id",
}

#: Products that have everything; if there is none, those that have part of it. Then what they fail of the filters: a
#: facet counts what fails nothing but itself. All of it comes back as one value.
FIND = """WITH strict AS MATERIALIZED (SELECT {columns}, {score} AS score FROM search_postgresentry e
    WHERE {shown} AND ({strict})),
matched AS (SELECT * FROM strict UNION ALL
    SELECT {columns}, {score} AS score FROM search_postgresentry e
    WHERE {loose} AND NOT EXISTS (SELECT FROM strict) AND {shown}),
stocked AS (SELECT e.*, {in_stock} AS in_stock FROM matched e),
judged AS MATERIALIZED (SELECT e.*, {fails} AS fails FROM stocked e),
hits AS (SELECT * FROM judged WHERE cardinality(fails) = 0)
SELECT json_build_object(
    'total', (SELECT count(*) FROM hits),
    'matching', (SELECT count(*) FROM matched),
    'relaxed', {can_relax} AND NOT EXISTS (SELECT FROM strict),
    'ids', (SELECT json_agg(document_id) FROM (
        SELECT document_id FROM hits ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) page),
    'prices', (SELECT json_build_array(min(price)::text, max(price)::text) FROM judged WHERE fails <@ ARRAY['price']),
    'in_stock', (SELECT count(*) FROM judged WHERE fails <@ ARRAY['in_stock'] AND in_stock),
    'facets', {facets})::text"""

FACETS = """(SELECT json_agg(json_build_array(f.code, f.value, f.name, f.label, f.swatch, f.products)) FROM (
    SELECT f.*, sum(c.products) AS products FROM (
        SELECT facet_id, fails[1] AS failed, count(*) AS products FROM judged, unnest(facet_ids) facet_id
        WHERE cardinality(fails) <= 1 GROUP BY 1, 2) c
    JOIN search_facet f ON f.id = c.facet_id AND (c.failed IS NULL OR c.failed = 'facet:' || f.code)
    GROUP BY f.id) f)"""


def find_statement(
    channel: ChannelContext, locale: str, configuration: str, question: Question
) -> tuple[str, dict[str, Any]]:
    """The one statement of a search, with its values."""
    values: dict[str, Any] = {
        "channel": channel.id,
        "locale": locale,
        "now": clock.now(),
        "configuration": configuration,
        "limit": question.limit,
        "offset": question.offset,
        "code": question.code,
        "title": question.title,
        "places": list(channel.location_ids),
    }
    statement = FIND.format(
        columns="e.document_id, e.item_id, e.facet_ids, e.variant_ids, e.price, e.rank, e.newest, e.title",
        shown=SHOWN,
        score=_score(question, values),
        strict=_strict(question, values),
        loose=_loose(question, values),
        can_relax="true" if question.terms else "false",
        fails=_fails(question.filters, values),
        in_stock=_in_stock(channel) if question.with_facets or question.filters.in_stock else "true",
        facets=FACETS if question.with_facets else "NULL",
        order=ORDERS[question.sort],
    )
    return statement, values


def lexical(text: str) -> str:
    """Words as they are given to PostgreSQL, so that sizes are words too."""
    return SIZES.sub(lambda size: f"{size[0]}0", text)


def complete_statement(
    channel: ChannelContext,
    locale: str,
    configuration: str,
    beginning: str,
    terms: tuple[Term, ...],
    limit: int,
) -> tuple[str, dict[str, Any]]:
    """The statement that completes a word, with its values."""
    values: dict[str, Any] = {
        "channel": channel.id,
        "locale": locale,
        "now": clock.now(),
        "configuration": configuration,
        "beginning": f"{beginning}%",
        "limit": limit,
    }
    others = "".join(f" && {_any(term, values)}" for term in terms)
    return COMPLETE.format(shown=SHOWN, terms=others), values


def _put(values: dict[str, Any], value: Any) -> str:
    """Give a value to the statement, and return what stands for it there."""
    name = f"v{len(values)}"
    values[name] = value
    return f"%({name})s"


def _query(one: Alternative, values: dict[str, Any]) -> str:
    text = " & ".join(lexical(word) for word in one.words) + (":*" if one.is_beginning else "")
    return f"to_tsquery(%(configuration)s::regconfig, {_put(values, text)})"


def _any(term: Term, values: dict[str, Any]) -> str:
    return "(" + " || ".join(_query(one, values) for one in term.alternatives) + ")"


def _strict(question: Question, values: dict[str, Any]) -> str:
    if question.is_anything:
        return "true"
    conditions = ["e.codes @> ARRAY[%(code)s]::varchar[]"] if question.code else []
    if question.terms:
        conditions.append("e.vector @@ (" + " && ".join(_any(term, values) for term in question.terms) + ")")
    return " OR ".join(conditions) or "false"


def _loose(question: Question, values: dict[str, Any]) -> str:
    """Part of what was asked for; with a single term there is no part."""
    if len(question.terms) < 2:
        return "false"
    return "e.vector @@ (" + " || ".join(_any(term, values) for term in question.terms) + ")"


def _score(question: Question, values: dict[str, Any]) -> str:
    """How well a product fits: by term the best alternative where it stands highest, then codes, title and boosts."""
    if question.is_anything or question.sort != "relevance":
        return "0"
    weights = question.rules.weights
    order = [weights["text"], weights["property"], weights["shelf"], weights["title"]]
    fields = f"{_put(values, [min(one, 10.0) for one in order])}::real[]"
    parts = [f"{term.rarity:.4f} * greatest({_ranks(term, fields, values)})" for term in question.terms]
    exact = f"{sum(term.rarity for term in question.terms):.4f}"
    score = f"""(({" + ".join(parts) or "0"}) * (1 + 0.35 / (1 + cardinality(string_to_array(e.title, ' '))))
        + CASE WHEN e.title = %(title)s THEN {exact} ELSE 0 END){_factors(question, values)}"""
    if question.code:
        score = f"{score} + CASE WHEN e.codes @> ARRAY[%(code)s]::varchar[] THEN 1000 ELSE 0 END"
    return score


def _ranks(term: Term, fields: str, values: dict[str, Any]) -> str:
    return ", ".join(
        f"{one.factor:.3f} * ts_rank({fields}, e.vector, {_query(one, values)})" for one in term.alternatives
    )


def _factors(question: Question, values: dict[str, Any]) -> str:
    """Products that merchandisers push or hold back."""
    return "".join(
        f" * CASE WHEN e.facet_ids && {_facet_ids(code, [value], values)} THEN {factor:.3f} ELSE 1 END"
        for (code, value), factor in question.rules.factors.items()
    )


def _facet_ids(code: str, chosen: list[str], values: dict[str, Any]) -> str:
    """The numbers of values of a facet."""
    return (
        f"ARRAY(SELECT id FROM search_facet WHERE locale = %(locale)s AND code = {_put(values, code)} "  # noqa: S608
        f"AND value = ANY({_put(values, chosen)}::text[]))"
    )


def _fails(filters: Filters, values: dict[str, Any]) -> str:
    """The names of the filters that a product does not pass, as an array."""
    fails = []
    for code, chosen in filters.by_code.items():
        name = _put(values, f"facet:{code}")
        fails.append(f"CASE WHEN NOT e.facet_ids && {_facet_ids(code, chosen, values)} THEN {name} END")
    prices = [("<", filters.price_min), (">", filters.price_max)]
    if outside := [f"e.price {sign} {_put(values, limit)}" for sign, limit in prices if limit is not None]:
        fails.append(f"CASE WHEN {' OR '.join(outside)} THEN 'price' END")
    if filters.in_stock:
        fails.append("CASE WHEN NOT in_stock THEN 'in_stock' END")
    return f"array_remove(ARRAY[{', '.join(fails) or 'NULL'}]::text[], NULL)"


def _in_stock(channel: ChannelContext) -> str:
    """Whether the channel may sell a piece of any variant, as lists of products say it."""
    free = FREE.replace("%s", "%(now)s", 1).replace("%s", "%(channel)s", 1)
    offered = "" if channel.has_all_locations else " AND level.location_id = ANY(%(places)s::bigint[])"
    return f"""(e.variant_ids IS NULL OR EXISTS (SELECT FROM partner_level level
        WHERE level.variant_id = ANY(e.variant_ids) AND {free} > 0{offered}))"""
