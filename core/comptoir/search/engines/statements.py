"""What the PostgreSQL engine asks, in SQL. Words are letters and digits only, so that no query language hides in them."""

import re
from typing import Any

from comptoir.base import clock
from comptoir.channels.queries import ChannelContext
from comptoir.search.entries import CATEGORY
from comptoir.search.questions import Alternative, Filters, Question, Term
from comptoir.stock.shelves import FREE

#: Sizes that PostgreSQL takes for words that say nothing; a digit makes them words of ours.
SIZES = re.compile(r"\b[sml]\b")

SHOWN = """e.channel_id = %(channel)s::bigint AND e.locale = %(locale)s
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

COLUMNS = "e.document_id, e.item_id, e.facet_ids, e.variant_ids, e.price, e.rank, e.newest, e.title"

ORDERS = {
    "relevance": "score DESC, rank, item_id",
    "featured": "rank, item_id",
    "newest": "newest, item_id",
    "price": "price, item_id",
    "-price": "price DESC, item_id DESC",
    "title": "title, item_id",
}

#: Products that have everything; if there is none, those that have part of it. Then what they fail of the filters: a
#: facet counts what fails nothing but itself. ``sold`` is what is judged in the end: products, or each of their variants.
#: All of it comes back as one value.
FIND = """WITH strict AS MATERIALIZED (SELECT {columns}, {score} AS score FROM search_postgresentry e
    WHERE {shown} AND ({strict})),
matched AS (SELECT * FROM strict UNION ALL
    SELECT {columns}, {score} AS score FROM search_postgresentry e
    WHERE {loose} AND NOT EXISTS (SELECT FROM strict) AND {shown}),
{sold}
SELECT json_build_object(
    'total', (SELECT count(*) FROM hits),
    'matching', (SELECT count(*) FROM matched),
    'relaxed', {can_relax} AND NOT EXISTS (SELECT FROM strict),
    'ids', (SELECT json_agg(document_id) FROM (
        SELECT document_id FROM hits ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s) page),
    'prices', (SELECT json_build_array(min(price)::text, max(price)::text) FROM sold WHERE fails <@ ARRAY['price']),
    'in_stock', (SELECT count({one}) FROM sold WHERE fails <@ ARRAY['in_stock'] AND in_stock),
    'facets', {facets})::text"""

#: Where nothing is chosen that variants differ in, a product is judged as a whole.
BY_PRODUCT = """stocked AS (SELECT e.*, {in_stock} AS in_stock FROM matched e),
sold AS MATERIALIZED (SELECT e.*, {fails} AS fails FROM stocked e),
hits AS (SELECT * FROM sold WHERE cardinality(fails) = 0)"""

#: Else each variant for itself: one has to be the size and the colour, and in stock if that is asked. What a product has
#: besides its options, all of its variants have.
BY_VARIANT = """judged AS (SELECT e.*, {fails} AS fails FROM matched e),
tried AS (SELECT e.document_id, e.price, e.facet_ids, e.variant_facets, e.variant_ids[place] AS variant_id,
    e.variant_facets[place:place] AS own, e.variant_ids IS NULL AS is_uncounted,
    e.fails || {fails_of_variant} AS fails
    FROM (SELECT * FROM judged WHERE cardinality(fails) <= 1) e, generate_subscripts(e.variant_facets, 1) place),
stocked AS (SELECT e.*, {in_stock} AS in_stock FROM tried e WHERE cardinality(fails) <= 1),
sold AS MATERIALIZED (SELECT e.document_id, e.price, e.facet_ids, e.variant_facets, e.own, e.in_stock,
    e.fails || {fails_of_stock} AS fails FROM stocked e),
hits AS (SELECT * FROM matched WHERE document_id IN (SELECT document_id FROM sold WHERE cardinality(fails) = 0))"""

#: How often each value is there, by what fails.
COUNTED = """SELECT facet_id, {failed} AS failed, count(*) AS products FROM sold, unnest(facet_ids) facet_id
        WHERE cardinality(fails) <= 1 GROUP BY 1, 2"""
COUNTED_BY_VARIANT = """SELECT facet_id, fails[1] AS failed, count(DISTINCT document_id) AS products FROM sold, LATERAL (
        SELECT unnest(own) UNION ALL SELECT one FROM unnest(facet_ids) one WHERE one <> ALL (variant_facets)) has (facet_id)
        WHERE cardinality(fails) <= 1 GROUP BY 1, 2"""

FACETS = """(SELECT json_agg(json_build_array(f.code, f.value, f.name, f.label, f.swatch, f.products)) FROM (
    SELECT f.*, sum(c.products) AS products FROM ({counted}) c
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
        columns=COLUMNS + (", e.variant_facets" if question.filters.names_variants else ""),
        shown=SHOWN,
        score=_score(question, values),
        strict=_strict(question, values),
        loose=_loose(question, values),
        can_relax="true" if question.terms else "false",
        sold=_sold(channel, question, values),
        one="DISTINCT document_id" if question.filters.names_variants else "*",
        facets=_facets(question) if question.with_facets else "NULL",
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


def _facets(question: Question) -> str:
    """Counts of facet values; where nothing is filtered nothing fails, which is less to group by."""
    if question.filters.names_variants:
        return FACETS.format(counted=COUNTED_BY_VARIANT)
    failed = "fails[1]" if question.filters != Filters() else "NULL::text"
    return FACETS.format(counted=COUNTED.format(failed=failed))


def _sold(channel: ChannelContext, question: Question, values: dict[str, Any]) -> str:
    """What the filters judge: products as a whole, or each variant."""
    filters = question.filters
    is_asked = question.with_facets or filters.in_stock
    if not filters.names_variants:
        in_stock = _in_stock(channel, "e.variant_ids IS NULL", "= ANY(e.variant_ids)") if is_asked else "true"
        fails = (
            [*_plain_fails(filters, values), STOCK_FAILS]
            if filters.in_stock
            else _plain_fails(filters, values)
        )
        return BY_PRODUCT.format(in_stock=in_stock, fails=_array(fails))
    return BY_VARIANT.format(
        fails=_array(_plain_fails(filters, values)),
        fails_of_variant=_array(_variant_fails(filters, values)),
        in_stock=_in_stock(channel, "e.is_uncounted", "= e.variant_id") if is_asked else "true",
        fails_of_stock=_array([STOCK_FAILS] if filters.in_stock else []),
    )


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


STOCK_FAILS = "CASE WHEN NOT in_stock THEN 'in_stock' END"


def _plain_fails(filters: Filters, values: dict[str, Any]) -> list[str]:
    """What a product as a whole fails: its categories, its price."""
    fails = [
        f"CASE WHEN NOT e.facet_ids && {_facet_ids(code, chosen, values)} THEN {_put(values, f'facet:{code}')} END"
        for code, chosen in filters.by_code.items()
        if code == CATEGORY
    ]
    prices = [("<", filters.price_min), (">", filters.price_max)]
    if outside := [f"e.price {sign} {_put(values, limit)}" for sign, limit in prices if limit is not None]:
        fails.append(f"CASE WHEN {' OR '.join(outside)} THEN 'price' END")
    return fails


def _variant_fails(filters: Filters, values: dict[str, Any]) -> list[str]:
    """What a variant fails: it has what was chosen as an option of its own, or its product has it besides options."""
    fails = []
    for code, chosen in filters.by_code.items():
        if code != CATEGORY:
            ids = _facet_ids(code, chosen, values)
            has = f"e.variant_facets[place:place] && {ids} OR e.facet_ids && {ids} AND NOT e.variant_facets && {ids}"
            fails.append(f"CASE WHEN NOT ({has}) THEN {_put(values, f'facet:{code}')} END")
    return fails


def _array(fails: list[str]) -> str:
    return f"array_remove(ARRAY[{', '.join(fails) or 'NULL'}]::text[], NULL)"


def _in_stock(channel: ChannelContext, is_uncounted: str, which: str) -> str:
    """Whether the channel may sell a piece, as lists of products say it."""
    free = FREE.replace("%s", "%(now)s", 1).replace("%s", "%(channel)s", 1)
    offered = "" if channel.has_all_locations else " AND level.location_id = ANY(%(places)s::bigint[])"
    return f"""({is_uncounted} OR EXISTS (SELECT FROM partner_level level
        WHERE level.variant_id {which} AND {free} > 0{offered}))"""
