"""Reads the variants of a quote with their price, the exception in force and what offers and taxes ask of them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError
from comptoir.base.statements import fetch_raw
from comptoir.pricing.offers import Goods

#: Variants with the price for all channels and the exception in force, the one with the highest rank. A child has the
#: class and the categories of its parent. A statement and not a queryset: this is asked with every change of a basket,
#: and making the SQL anew each time took longer than answering it.
GOODS = """
SELECT variant.id, variant.sku, coalesce(variant.parent_id, variant.id),
    coalesce(variant.product_class_id, parent.product_class_id),
    variant.is_discountable AND coalesce(parent.is_discountable, true),
    price.amount, special.id, special.amount, special.reason, special.rank,
    ARRAY(SELECT category.path FROM catalogue_productcategory shelf
        JOIN catalogue_category category ON category.id = shelf.category_id
        WHERE shelf.product_id = coalesce(variant.parent_id, variant.id))
FROM catalogue_product variant
LEFT JOIN catalogue_product parent ON parent.id = variant.parent_id
LEFT JOIN pricing_price price ON price.variant_id = variant.id AND price.currency = %s::varchar
LEFT JOIN LATERAL (
    SELECT id, amount, reason, rank FROM pricing_priceexception
    WHERE variant_id = variant.id AND currency = %s::varchar
        AND (starts_at IS NULL OR starts_at <= %s::timestamptz) AND (ends_at IS NULL OR ends_at > %s::timestamptz)
        AND (channel_id IS NULL OR channel_id = %s::bigint) AND (location_id IS NULL OR location_id = %s::bigint)
    ORDER BY rank DESC LIMIT 1
) special ON true
WHERE variant.id = ANY(%s::bigint[])
"""


class NoPrice(ComptoirError):
    """A variant that is not sold in this currency, or not at all."""

    code = "no_price"
    status = 409
    sentence = _("{sku} has no price in {currency}.")


@dataclass(frozen=True)
class PriceRule:
    """Why a price is what it is: the one for all channels, or an exception with its reason.

    ``limits`` name what the exception is limited to: ``location``, ``channel``, ``dates``.
    """

    kind: str = "base"
    exception_id: int | None = None
    reason: str = ""
    limits: tuple[str, ...] = ()

    @property
    def is_exception(self) -> bool:
        return self.exception_id is not None


@dataclass(frozen=True)
class PricedGoods:
    """A variant with the price in force and the price for all channels. Units: whole currency units, with tax."""

    goods: Goods
    sku: str
    amount: Decimal
    base_amount: Decimal | None
    rule: PriceRule


def priced_goods(
    variant_ids: Collection[int],
    *,
    currency: str,
    channel_id: int | None,
    location_id: int | None,
    moment: datetime,
) -> Mapping[int, PricedGoods]:
    """What variants cost at a place and a moment, in one statement.

    Errors: ``NoPrice`` for the first one without a price in this currency (or that is gone).
    """
    values = goods_values(
        variant_ids, currency=currency, channel_id=channel_id, location_id=location_id, moment=moment
    )
    return priced_rows(fetch_raw(GOODS, values, keep_plan=True), variant_ids, currency)


def goods_values(
    variant_ids: Collection[int],
    *,
    currency: str,
    channel_id: int | None,
    location_id: int | None,
    moment: datetime,
) -> list[Any]:
    """What ``GOODS`` takes."""
    return [currency, currency, moment, moment, channel_id, location_id, list(variant_ids)]


def priced_rows(
    rows: Iterable[tuple[Any, ...]], variant_ids: Collection[int], currency: str
) -> Mapping[int, PricedGoods]:
    """The rows of ``GOODS``. Errors: as ``priced_goods``."""
    found = {row[0]: row for row in rows}
    for pk in variant_ids:
        row = found.get(pk)
        if row is None or (row[5] is None and row[7] is None):
            raise NoPrice(sku=(row[1] if row else None) or str(pk), currency=currency)
    return {pk: _priced(row) for pk, row in found.items()}


def _priced(row: tuple[Any, ...]) -> PricedGoods:
    pk, sku, product_id, class_id, is_discountable, base, special_id, special, reason, rank, paths = row
    goods = Goods(pk, product_id, class_id, tuple(paths), is_discountable)
    amount = base if special is None else special
    return PricedGoods(goods, sku or "", amount, base, _rule(special_id, reason, rank))


def _rule(special_id: int | None, reason: str, rank: int) -> PriceRule:
    if special_id is None:
        return PriceRule()
    named = {4: "location", 2: "channel", 1: "dates"}
    limits = tuple(name for bit, name in named.items() if rank & bit)
    return PriceRule("exception", special_id, reason, limits)
