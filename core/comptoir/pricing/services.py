"""What changes prices and counts the uses of offers. Every change of a price leaves its line in the history."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.pricing.models import OfferUse, Price, PriceException
from comptoir.pricing.offer.models import ConditionalOffer
from comptoir.pricing.price_history import record_price_changes
from comptoir.pricing.quote_parts import Quote

__all__ = [
    "OfferExhausted",
    "add_price_exception",
    "record_price_changes",
    "remove_price",
    "remove_price_exception",
    "set_price",
    "use_offers",
]


class OfferExhausted(ComptoirError):
    """An offer of a quote was given as often as it may before this order was placed."""

    code = "offer_exhausted"
    status = 409
    sentence = _("The offer “{name}” has just been used up.")


@transaction.atomic
def set_price(
    *, variant: Product, amount: Decimal, currency: str = "EUR", compare_at: Decimal | None = None
) -> Price:
    """Give a variant its price in one currency, for every channel at once.

    Units: ``amount`` in whole currency units, tax included.
    Errors: ``ValidationError`` for a negative amount or a bad currency; the old price stays then.
    """
    price = Price(variant=variant, currency=currency, amount=amount, compare_at=compare_at)
    price.clean_fields()
    if compare_at is not None and compare_at < 0:
        raise ValidationError({"compare_at": "An earlier price cannot be negative."})
    price, _created = Price.objects.update_or_create(
        variant=variant, currency=currency, defaults={"amount": amount, "compare_at": compare_at}
    )
    return price


@transaction.atomic
def remove_price(*, variant: Product, currency: str) -> None:
    """Take away what a variant costs in one currency; channels of that currency stop selling it."""
    for price in Price.objects.filter(variant=variant, currency=currency):
        price.delete()


@transaction.atomic
def add_price_exception(
    *,
    variant: Product,
    amount: Decimal,
    reason: str,
    currency: str = "EUR",
    channel: Channel | None = None,
    location: Location | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> PriceException:
    """Let a variant cost something else on a channel, at a location or between two moments, and say why.

    Units: ``amount`` in whole currency units, tax included; from ``starts_at`` to before ``ends_at``.
    Errors: ``ValidationError`` naming the field: no reason, no limit, a negative amount, an end before the start, or
    another exception for the same place at that time. Nothing is added then.
    Source: docs/algorithms/pricing.md, "Which price holds".
    """
    exception = PriceException(
        variant=variant,
        currency=currency,
        amount=amount,
        reason=reason.strip(),
        channel=channel,
        location=location,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    exception.full_clean()
    exception.save()
    return exception


@transaction.atomic
def remove_price_exception(*, exception: PriceException) -> None:
    """Let the price for all channels hold again; the history keeps that there was an exception."""
    exception.delete()


@transaction.atomic
def use_offers(*, quote: Quote, document: str, customer_id: int | None = None) -> list[OfferUse]:
    """Count the offers of a quote as used by an order, so that none is given more often than it may.

    Running it twice for the same ``document`` counts once. The counter is moved by one conditional statement an offer,
    in the order of their ids: two orders cannot both have the last use.
    Errors: ``OfferExhausted``; nothing is counted then.
    """
    times, discounts, names = _uses(quote)
    uses = []
    for pk in sorted(times):
        use, is_new = OfferUse.objects.get_or_create(
            offer_id=pk,
            document=document,
            defaults={
                "customer_id": customer_id,
                "times": times[pk],
                "discount": discounts[pk],
                "used_at": clock.now(),
            },
        )
        if is_new and not _count(pk, times[pk], discounts[pk]):
            raise OfferExhausted(name=names[pk])
        uses.append(use)
    return uses


def _uses(quote: Quote) -> tuple[dict[int, int], dict[int, Decimal], dict[int, str]]:
    """How often each offer is applied in a quote, for how much, and its name."""
    times: dict[int, int] = {one.offer_id: 1 for one in quote.delivery_benefits}
    names = {one.offer_id: one.name for one in (*quote.delivery_benefits, *quote.discounts)}
    discounts = {pk: Decimal(0) for pk in names}
    for one in quote.discounts:
        times[one.offer_id] = times.get(one.offer_id, 0) + one.times
        discounts[one.offer_id] += one.amount.amount
    return times, discounts, names


def _count(pk: int, times: int, discount: Decimal) -> bool:
    """Move an offer's counters unless that would break its limits; says whether it did."""
    room = Q(max_global_applications=None) | Q(max_global_applications=0)
    room |= Q(max_global_applications__gte=F("num_applications") + times)
    budget = Q(max_discount=None) | Q(max_discount=0) | Q(total_discount__lt=F("max_discount"))
    return bool(
        ConditionalOffer.objects.filter(room, budget, pk=pk).update(
            num_applications=F("num_applications") + times,
            total_discount=F("total_discount") + discount,
            num_orders=F("num_orders") + 1,
        )
    )
