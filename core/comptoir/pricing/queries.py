"""What reads prices: what holds where, what held before, and where prices differ."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Min, Q, QuerySet

from comptoir.base import clock
from comptoir.pricing.goods import NoPrice, PricedGoods, priced_goods
from comptoir.pricing.models import PriceChange, PriceException
from comptoir.pricing.quote import check_voucher, context_at, quote

__all__ = [
    "NoPrice",
    "check_voucher",
    "context_at",
    "differing_prices",
    "lowest_price_30_days",
    "next_price_change",
    "price_history",
    "priced_goods",
    "prices_on",
    "quote",
]

#: The time before a price reduction whose lowest price has to be told. Source: directive 98/6/EC, article 6a (2).
PRIOR_PRICE_DAYS = 30


def prices_on(
    variant_ids: Collection[int],
    *,
    currency: str,
    channel_id: int | None = None,
    location_id: int | None = None,
    moment: datetime | None = None,
) -> Mapping[int, PricedGoods]:
    """What variants cost on a channel or at a shop, each with the rule behind it; one statement.

    Units: with tax. Errors: ``NoPrice``.
    """
    return priced_goods(
        variant_ids,
        currency=currency,
        channel_id=channel_id,
        location_id=location_id,
        moment=moment or clock.now(),
    )


def price_history(variant_id: int, currency: str) -> QuerySet[PriceChange]:
    """Every line of a variant's price history, the latest first."""
    return PriceChange.objects.filter(variant_id=variant_id, currency=currency)


def differing_prices(*, moment: datetime | None = None) -> QuerySet[PriceException]:
    """The exceptions in force at a moment or still to come: the rows of the parity page, each with its reason.

    Whatever differs between channels and is not among them is an error, since there is one price besides.
    """
    rows = PriceException.objects.not_over(moment or clock.now())
    return rows.select_related("variant__parent", "channel", "location").order_by("variant", "-rank")


def next_price_change(*, after: datetime | None = None) -> datetime | None:
    """When the next dated exception begins or ends: what is shown has to be built again then."""
    after = after or clock.now()
    moments = PriceException.objects.aggregate(
        begins=Min("starts_at", filter=Q(starts_at__gt=after)),
        ends=Min("ends_at", filter=Q(ends_at__gt=after)),
    )
    return min((moment for moment in moments.values() if moment), default=None)


def lowest_price_30_days(
    variant_ids: Collection[int],
    currency: str,
    moment: datetime,
    *,
    channel_id: int | None = None,
    location_id: int | None = None,
) -> dict[int, Decimal]:
    """The lowest price each variant was offered at in the 30 days before a reduction that begins at ``moment``.

    Computed from the history alone, in one statement: the price that was in force at any time in
    [``moment`` - 30 days, ``moment``), with the same precedence of exceptions as in a quote, on one channel and at one
    shop if they are named (prior prices are those of the place that announces the reduction). A price set longer ago
    counts as long as it was still in force in that time; the reduced price itself begins at ``moment`` and does not. A
    variant that was not on sale in that time is not in the answer. Offers on baskets and vouchers are not prices.
    Source: directive 98/6/EC, article 6a; Commission guidance 2021/C 526/02; docs/algorithms/pricing.md.
    """
    facts = {
        "variants": list(variant_ids),
        "currency": currency,
        "since": moment - timedelta(days=PRIOR_PRICE_DAYS),
        "until": moment,
        "channel": channel_id,
        "location": location_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOWEST, facts)
        return dict(cursor.fetchall())


#: ``said``: each line of the history until the next of the same price or exception. ``held``: those that concern this
#: place, with their own dates. ``moments``: wherever the price in force may have changed. Then the winner at each.
_LOWEST = """
WITH said AS (
    SELECT variant_id, amount, rank, channel_id, location_id, starts_at, ends_at, recorded_at,
        lead(recorded_at) OVER (PARTITION BY variant_id, exception_id ORDER BY recorded_at, id) AS replaced_at
    FROM pricing_pricechange
    WHERE variant_id = ANY(%(variants)s) AND currency = %(currency)s AND recorded_at < %(until)s
), held AS (
    SELECT variant_id, amount, rank,
        greatest(recorded_at, starts_at, %(since)s) AS since,
        least(replaced_at, ends_at, %(until)s) AS until
    FROM said
    WHERE amount IS NOT NULL
        AND (channel_id IS NULL OR channel_id = %(channel)s::bigint)
        AND (location_id IS NULL OR location_id = %(location)s::bigint)
), moments AS (
    SELECT variant_id, since AS at FROM held WHERE since < until
    UNION SELECT variant_id, until FROM held WHERE since < until AND until < %(until)s
)
SELECT moments.variant_id, min(winner.amount)
FROM moments CROSS JOIN LATERAL (
    SELECT amount FROM held
    WHERE held.variant_id = moments.variant_id AND held.since <= moments.at AND moments.at < held.until
    ORDER BY rank DESC LIMIT 1
) AS winner
GROUP BY moments.variant_id
"""
