"""What filters judge, in SQL: a product or each of its variants, by a number with a bit for every filter it fails."""

from dataclasses import dataclass
from typing import Any

from comptoir.channels.queries import ChannelContext
from comptoir.search.engines.values import facet_ids, put
from comptoir.search.entries import CATEGORY
from comptoir.search.questions import Question
from comptoir.stock.shelves import FREE

#: Where nothing is chosen that variants differ in, a product is judged as a whole. Stock is looked at once where it is a
#: filter (``OFFSET`` keeps the look in one place), else only to be counted.
BY_PRODUCT = "sold AS NOT MATERIALIZED (SELECT e.*, e.failed AS fails, {in_stock} AS in_stock FROM matched e)"
BY_STOCK = """sold AS MATERIALIZED (SELECT e.*, e.failed + {stock_fails} AS fails
    FROM (SELECT e.*, {in_stock} AS in_stock FROM matched e WHERE failed & (failed - 1) = 0 OFFSET 0) e)"""
HITS = "(SELECT * FROM sold WHERE fails = 0)"

#: Else each variant for itself: one has to be the size and the colour, and in stock if that is asked. What a product has
#: besides its options, all of its variants have.
BY_VARIANT = """tried AS MATERIALIZED (
    SELECT e.document_id, e.price, e.facet_ids, e.variant_facets, e.variant_ids[place] AS variant_id,
    e.variant_facets[place:place] AS own, e.variant_ids IS NULL AS is_uncounted, e.failed + {variant_fails} AS failed
    FROM matched e, generate_subscripts(e.variant_facets, 1) place WHERE e.failed & (e.failed - 1) = 0 OFFSET 0),
sold AS {kept} (SELECT e.*, e.failed + {stock_fails} AS fails
    FROM (SELECT e.*, {in_stock} AS in_stock FROM tried e WHERE failed & (failed - 1) = 0 OFFSET 0) e)"""
HITS_BY_VARIANT = (
    "(SELECT * FROM matched WHERE document_id IN (SELECT document_id FROM sold WHERE fails = 0))"
)

#: The values of what fails one filter at most (one bit).
COUNTED = "SELECT unnest(facet_ids) AS facet_id, fails FROM sold WHERE fails & (fails - 1) = 0"
COUNTED_BY_VARIANT = """SELECT DISTINCT document_id, facet_id, fails FROM sold, LATERAL (
        SELECT unnest(own) UNION ALL SELECT one FROM unnest(facet_ids) one WHERE one <> ALL (variant_facets)) has (facet_id)
        WHERE fails & (fails - 1) = 0"""

#: How often each value is there: a facet counts what fails nothing, or its own choice only.
FACETS = """(SELECT json_agg(json_build_array(f.code, f.value, f.name, f.label, f.swatch, f.products)) FROM (
    SELECT f.*, sum(c.products) AS products
    FROM (SELECT facet_id, fails, count(*) AS products FROM ({counted}) had GROUP BY 1, 2) c
    JOIN search_facet f ON f.id = c.facet_id AND c.fails IN (0, {own})
    GROUP BY f.id) f)"""

PRICE, STOCK = "price", "in_stock"


@dataclass
class Judgement:
    """The filters of a question as SQL; ``values`` are those of its statement."""

    channel: ChannelContext
    question: Question
    values: dict[str, Any]

    def __post_init__(self) -> None:
        self.filters = self.question.filters
        names = [f"facet:{code}" for code in self.filters.by_code]
        self.bits = {name: 1 << place for place, name in enumerate((*names, PRICE, STOCK))}

    @property
    def is_by_variant(self) -> bool:
        return self.filters.names_variants

    @property
    def hits(self) -> str:
        """The products that fail nothing."""
        return HITS_BY_VARIANT if self.is_by_variant else HITS

    def failed(self) -> str:
        """What a product as a whole fails: its categories, its price."""
        conditions = {
            f"facet:{code}": f"NOT e.facet_ids && {facet_ids(code, chosen, self.values)}"
            for code, chosen in self.filters.by_code.items()
            if code == CATEGORY
        }
        prices = [("<", self.filters.price_min), (">", self.filters.price_max)]
        outside = [f"e.price {sign} {put(self.values, one)}" for sign, one in prices if one is not None]
        if outside:
            conditions[PRICE] = " OR ".join(outside)
        return self._sum(conditions)

    def sold(self) -> str:
        """What is judged in the end: products as a whole, or each variant."""
        stock_fails = self._sum({STOCK: "NOT in_stock"} if self.filters.in_stock else {})
        if self.is_by_variant:
            in_stock = self._in_stock("e.is_uncounted", "= e.variant_id")
            variant_fails = self._sum(self._variant_fails())
            kept = "MATERIALIZED" if self.filters.in_stock else "NOT MATERIALIZED"
            return BY_VARIANT.format(
                in_stock=in_stock, variant_fails=variant_fails, stock_fails=stock_fails, kept=kept
            )
        in_stock = self._in_stock("e.variant_ids IS NULL", "= ANY(e.variant_ids)")
        judged = BY_STOCK if self.filters.in_stock else BY_PRODUCT
        return judged.format(in_stock=in_stock, stock_fails=stock_fails)

    def facets(self) -> str:
        """Counts of facet values."""
        if not self.question.with_facets:
            return "NULL"
        counted = COUNTED_BY_VARIANT if self.is_by_variant else COUNTED
        own = [
            f"WHEN {put(self.values, code)} THEN {self.bits[f'facet:{code}']}"
            for code in self.filters.by_code
        ]
        return FACETS.format(counted=counted, own=f"CASE f.code {' '.join(own)} END" if own else "0")

    def _sum(self, conditions: dict[str, str]) -> str:
        """The bits of all conditions that hold."""
        parts = [f"CASE WHEN {one} THEN {self.bits[name]} ELSE 0 END" for name, one in conditions.items()]
        return f"({' + '.join(parts) or '0'})"

    def _variant_fails(self) -> dict[str, str]:
        """What a variant fails: it has what was chosen as an option of its own, or its product has it besides options."""
        conditions = {}
        for code, chosen in self.filters.by_code.items():
            if code != CATEGORY:
                ids = facet_ids(code, chosen, self.values)
                has = f"e.variant_facets[place:place] && {ids} OR e.facet_ids && {ids} AND NOT e.variant_facets && {ids}"
                conditions[f"facet:{code}"] = f"NOT ({has})"
        return conditions

    def _in_stock(self, is_uncounted: str, which: str) -> str:
        """Whether the channel may sell a piece, as lists of products say it."""
        if not (self.question.with_facets or self.filters.in_stock):
            return "true"
        free = FREE.replace("%s", "%(now)s", 1).replace("%s", "%(channel)s", 1)
        places = "" if self.channel.has_all_locations else "AND level.location_id = ANY(%(places)s::bigint[])"
        return f"""({is_uncounted} OR EXISTS (SELECT FROM partner_level level
            WHERE level.variant_id {which} AND {free} > 0 {places}))"""
