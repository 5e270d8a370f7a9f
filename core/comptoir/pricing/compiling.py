"""Turns the rows of offers, ranges, scopes and taxes into plain values, once per version of them.

The version is one row that database triggers change in the transaction of any change, also of bulk writes, many-to-many
rows and other programs, which signals would miss. It is read before the rows, so a compiled set is never older than its
version. The counters of limited offers move with every order: they come with the version, for each quote.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Model, OuterRef

from comptoir.base.statements import fetch_raw
from comptoir.pricing import benefits, conditions
from comptoir.pricing.models import OfferScope, PricingVersion, ProductClassTax, TaxClass, TaxRate
from comptoir.pricing.offer.models import ConditionalOffer, Range, RangeProduct
from comptoir.pricing.offers import NO_LIMIT, Benefit, Condition, Offer, OfferRange, Scope
from comptoir.pricing.taxes import Rate, TaxTable

logger = logging.getLogger("comptoir.pricing")


#: The version, and how far offers with a limit for everybody are used up; asked with every quote.
VERSION = """
SELECT version, (SELECT coalesce(json_agg(json_build_array(id, num_applications, total_discount::text)), '[]')
    FROM offer_conditionaloffer WHERE max_global_applications > 0 OR max_discount > 0)
FROM pricing_pricingversion ORDER BY id LIMIT 1
"""


@dataclass(frozen=True)
class Rules:
    """Everything a quote is worked out by, besides the prices. ``offers`` are in Oscar's order."""

    version: UUID
    offers: dict[int, Offer]
    taxes: TaxTable

    @property
    def limits_customers(self) -> bool:
        return any(offer.max_user_applications for offer in self.offers.values())


@dataclass(frozen=True)
class Counters:
    """How far the offers with a limit for everybody are used up, by offer."""

    applications: dict[int, int]
    discounts: dict[int, Decimal]


#: The last compiled rules of this process, at most one.
_kept: list[Rules] = []


def current_rules() -> tuple[Rules, Counters]:
    """The compiled rules of this moment, and the live counters: one statement unless a rule has changed."""
    [(version, counted)] = fetch_raw(VERSION, [], keep_plan=True) or [make_version()]
    return rules_of(version), counters_of(counted)


def make_version() -> tuple[UUID, list[Any]]:
    """The first version of a shop that has none yet, and that nothing is counted."""
    row, _is_new = PricingVersion.objects.get_or_create(pk=1, defaults={"version": uuid4()})
    return row.version, []


def rules_of(version: UUID) -> Rules:
    """The compiled rules, as old as this version that was just read, or newer."""
    for rules in _kept:
        if rules.version == version:
            return rules
    rules = Rules(version, _offers(), _taxes())
    _kept[:] = [rules]
    return rules


def counters_of(counted: list[Any]) -> Counters:
    """The counters as ``VERSION`` reads them."""
    return Counters(
        {pk: times for pk, times, _discount in counted},
        {pk: Decimal(discount) for pk, _times, discount in counted},
    )


def _offers() -> dict[int, Offer]:
    rows = list(_offer_rows())
    used = {row.condition.range_id for row in rows} | {row.benefit.range_id for row in rows}
    ranges = _ranges(used - {None})
    compiled = {}
    for row in rows:
        if problem := _problem(row, ranges):
            logger.warning("offer %s (%s) is left out: %s", row.pk, row.name, problem)
        else:
            compiled[row.pk] = _offer(row, ranges)
    return compiled


def _offer_rows() -> Any:
    """The offers that may still be given, with their partners and their scope, in one statement."""
    pairs = ConditionalOffer.combinations.through.objects
    return (
        ConditionalOffer.objects.exclude(status=ConditionalOffer.SUSPENDED)
        .select_related("condition", "benefit", "scope")
        .annotate(
            to_ids=_ids(pairs.filter(from_conditionaloffer=OuterRef("pk")), "to_conditionaloffer_id"),
            from_ids=_ids(pairs.filter(to_conditionaloffer=OuterRef("pk")), "from_conditionaloffer_id"),
            channel_ids=_ids(_through(OfferScope.channels, offerscope__offer=OuterRef("pk")), "channel_id"),
            location_ids=_ids(
                _through(OfferScope.locations, offerscope__offer=OuterRef("pk")), "location_id"
            ),
        )
    )


def _ranges(wanted: set[int]) -> dict[int, OfferRange]:
    """The ranges that offers use, in one statement; those written as a class of their own cannot be compiled."""
    mine = {"range": OuterRef("pk")}
    rows = Range.objects.filter(pk__in=wanted, proxy_class=None).annotate(
        in_ids=_ids(RangeProduct.objects.filter(**mine), "product_id"),
        out_ids=_ids(_through(Range.excluded_products, **mine), "product_id"),
        class_ids=_ids(_through(Range.classes, **mine), "productclass_id"),
        in_paths=_ids(_through(Range.included_categories, **mine), "category__path"),
        out_paths=_ids(_through(Range.excluded_categories, **mine), "category__path"),
    )
    return {
        row.pk: OfferRange(
            id=row.pk,
            name=row.name,
            includes_all=row.includes_all_products,
            product_ids=frozenset(row.in_ids),
            excluded_ids=frozenset(row.out_ids),
            class_ids=frozenset(row.class_ids),
            category_paths=tuple(row.in_paths),
            excluded_paths=tuple(row.out_paths),
        )
        for row in rows
    }


def _problem(row: ConditionalOffer, ranges: dict[int, OfferRange]) -> str:
    """Why an offer cannot be compiled: it is incomplete, or made of classes of somebody's own."""
    condition, benefit = row.condition, row.benefit
    if condition.type not in conditions.KINDS or condition.proxy_class:
        return "its condition is of no built-in type"
    if benefit.type not in benefits.KINDS or benefit.proxy_class:
        return "its benefit is of no built-in type"
    if condition.range_id not in ranges or not condition.value:
        return "its condition has no range or no value"
    if benefit.type in benefits.NEEDS_RANGE and benefit.range_id not in ranges:
        return "its benefit has no range"
    if benefit.type in benefits.NEEDS_VALUE and benefit.value is None:
        return "its benefit has no value"
    return ""


def _offer(row: Any, ranges: dict[int, OfferRange]) -> Offer:
    condition, benefit, scope = row.condition, row.benefit, getattr(row, "scope", None)
    return Offer(
        id=row.pk,
        name=row.name,
        kind=row.offer_type,
        priority=row.priority,
        is_exclusive=row.exclusive,
        condition=Condition(condition.type, condition.value, ranges[condition.range_id]),
        benefit=Benefit(
            kind=benefit.type,
            value=benefit.value or Decimal(0),
            range=ranges.get(benefit.range_id),
            max_affected_items=benefit.max_affected_items or NO_LIMIT,
        ),
        scope=_scope(row, scope),
        combines_with=frozenset({*row.to_ids, *row.from_ids}),
        has_combinations=bool(row.to_ids),
        starts_at=row.start_datetime,
        ends_at=row.end_datetime,
        max_basket_applications=row.max_basket_applications,
        max_global_applications=row.max_global_applications,
        max_user_applications=row.max_user_applications,
        max_discount=row.max_discount,
        is_open=row.status == ConditionalOffer.OPEN,
    )


def _scope(row: Any, scope: OfferScope | None) -> Scope:
    if scope is None:
        return Scope()
    return Scope(
        channel_ids=frozenset(row.channel_ids),
        location_ids=frozenset(row.location_ids),
        starts_on=scope.starts_on,
        ends_on=scope.ends_on,
        time_zone=scope.time_zone,
    )


def _taxes() -> TaxTable:
    """All rates, in three small statements."""
    rates: defaultdict[tuple[str, int], list[Rate]] = defaultdict(list)
    for row in TaxRate.objects.annotate(class_code=F("tax_class__code")):
        rate = Rate(row.class_code, row.rate, row.starts_on, row.ends_on)
        rates[row.country, row.tax_class_id].append(rate)
    return TaxTable(
        rates={key: tuple(found) for key, found in rates.items()},
        class_of=dict(ProductClassTax.objects.values_list("product_class_id", "tax_class_id")),
        default_class=TaxClass.objects.filter(is_default=True).values_list("pk", flat=True).first(),
    )


def _through(relation: Any, **filters: Any) -> Any:
    """The rows between the two ends of a many-to-many relation."""
    through: type[Model] = relation.through
    return through._default_manager.filter(**filters)


def _ids(rows: Any, column: str) -> ArraySubquery:
    return ArraySubquery(rows.order_by().values(column))
