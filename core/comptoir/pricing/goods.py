"""Reads the variants of a quote with their price, the exception in force and what offers and taxes ask of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, Subquery
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import ProductCategory

from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Product
from comptoir.pricing.models import Price, PriceException
from comptoir.pricing.offers import Goods


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
    rows = _rows(
        variant_ids, currency=currency, channel_id=channel_id, location_id=location_id, moment=moment
    )
    found = {row["pk"]: row for row in rows}
    for pk in variant_ids:
        row = found.get(pk)
        if row is None or (row["base"] is None and row["exception"] is None):
            raise NoPrice(sku=(row or {}).get("sku") or str(pk), currency=currency)
    return {pk: _priced(row) for pk, row in found.items()}


def _rows(variant_ids: Collection[int], *, currency: str, **place: Any) -> Any:
    """A child has the class and the categories of its parent."""
    prices = Price.objects.filter(variant=OuterRef("pk"), currency=currency)
    exceptions = PriceException.objects.in_force(currency=currency, **place).filter(variant=OuterRef("pk"))
    parts = JSONObject(id="pk", amount=Cast("amount", CharField()), reason="reason", rank="rank")
    shelves = ProductCategory.objects.filter(product=Coalesce(OuterRef("parent_id"), OuterRef("pk")))
    return (
        Product.objects.filter(pk__in=variant_ids)
        .order_by()
        .values("pk", "sku", "parent_id", "is_discountable")
        .annotate(
            parent_is_discountable=Coalesce("parent__is_discountable", True),
            class_id=Coalesce("product_class_id", "parent__product_class_id"),
            base=Subquery(prices.values("amount")),
            exception=Subquery(exceptions.values(parts=parts)[:1]),
            paths=ArraySubquery(shelves.order_by().values(path=F("category__path"))),
        )
    )


def _priced(row: Mapping[str, Any]) -> PricedGoods:
    goods = Goods(
        variant_id=row["pk"],
        product_id=row["parent_id"] or row["pk"],
        class_id=row["class_id"],
        category_paths=tuple(row["paths"]),
        is_discountable=row["is_discountable"] and row["parent_is_discountable"],
    )
    special = row["exception"]
    amount = row["base"] if special is None else Decimal(special["amount"])
    return PricedGoods(goods, row["sku"] or "", amount, row["base"], _rule(special))


def _rule(special: Mapping[str, Any] | None) -> PriceRule:
    if special is None:
        return PriceRule()
    named = {4: "location", 2: "channel", 1: "dates"}
    limits = tuple(name for bit, name in named.items() if special["rank"] & bit)
    return PriceRule("exception", special["id"], special["reason"], limits)
