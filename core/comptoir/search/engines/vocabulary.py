"""What the PostgreSQL engine asks its vocabulary: which words are known, which are near, how a beginning goes on."""

from typing import Any

from comptoir.channels.queries import ChannelContext
from comptoir.search.engines.values import SHOWN, any_of, values_of
from comptoir.search.questions import Term

#: Words with how many products have them, and for those that none has: words of the vocabulary that may have been meant,
#: and whether any product has a word that begins so. Counting stops at a thousand: a word is not much less telling for
#: being in more. What has too many wrong letters (a swap is two here) is not tried on products, which costs the most.
NEAR = f"""SELECT w.word, n.products, w.is_noise, m.near, coalesce(m.begins, false)
FROM (SELECT word, is_typed, to_tsquery(%(configuration)s::regconfig, lexical) AS query,
    numnode(to_tsquery(%(configuration)s::regconfig, lexical)) = 0 AS is_noise
    FROM unnest(%(words)s::text[], %(lexical)s::text[], %(typed)s::boolean[]) given (word, lexical, is_typed)) w
CROSS JOIN LATERAL (SELECT count(*) AS products FROM (
    SELECT FROM search_postgresentry e WHERE {SHOWN} AND e.vector @@ w.query LIMIT 1000) counted) n
LEFT JOIN LATERAL (SELECT (SELECT json_agg(json_build_array(c.word, c.shown, c.products))::text FROM (
        SELECT near.word, near.shown, (SELECT count(*) FROM (
            SELECT FROM search_postgresentry e WHERE {SHOWN}
            AND e.vector @@ to_tsquery(%(configuration)s::regconfig, near.word) LIMIT 100) counted) AS products
        FROM (SELECT v.word::text, v.shown FROM search_word v WHERE v.channel_id = %(channel)s AND v.locale = %(locale)s
            ORDER BY v.word <-> w.word LIMIT 15) near
        WHERE levenshtein_less_equal(near.word, w.word, 6) <= 2 * least(3, (length(w.word) + 3) / 4) OFFSET 0) c
        WHERE c.products > 0) AS near,
    EXISTS (SELECT FROM search_postgresentry e WHERE {SHOWN}
        AND e.vector @@ to_tsquery(%(configuration)s::regconfig, w.word || ':*')) AS begins
    WHERE n.products = 0 AND w.is_typed AND NOT w.is_noise OFFSET 0) m ON true"""  # noqa: S608

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


def complete_statement(
    channel: ChannelContext,
    locale: str,
    configuration: str,
    beginning: str,
    terms: tuple[Term, ...],
    limit: int,
) -> tuple[str, dict[str, Any]]:
    """The statement that completes a word, with its values."""
    values = {
        **values_of(channel, locale, configuration),
        "beginning": f"{beginning}%",
        "limit": limit,
    }
    others = "".join(f" && {any_of(term, values)}" for term in terms if term.alternatives)
    return COMPLETE.format(shown=SHOWN, terms=others), values
