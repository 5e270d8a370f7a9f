"""What changes prices and counts the uses of offers. Every change of a price leaves its line in the history."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.events.services import record_events
from comptoir.pricing.models import OfferUse, Price, PriceException
from comptoir.pricing.offer.models import ConditionalOffer
from comptoir.pricing.price_history import record_price_changes
from comptoir.pricing.quote_parts import Quote

__all__ = [
    "ExceptionIsOver",
    "ExceptionNotBegun",
    "OfferExhausted",
    "add_price_exception",
    "add_price_exceptions",
    "change_price_exception",
    "end_price_exception",
    "record_price_changes",
    "remove_price",
    "remove_price_exception",
    "set_price",
    "tell_price_changes",
    "use_offers",
]


class OfferExhausted(ComptoirError):
    """An offer of a quote was given as often as it may before this order was placed."""

    code = "offer_exhausted"
    status = 409
    sentence = _("The offer “{name}” has just been used up.")


class ExceptionIsOver(ComptoirError):
    """A price exception that has ended is part of the past."""

    code = "price_exception_over"
    status = 409
    sentence = _("This price exception is over and stays as it was. Add a new one.")


class ExceptionNotBegun(ComptoirError):
    """What has not begun cannot end early; it can be deleted."""

    code = "price_exception_not_begun"
    status = 409
    sentence = _("This price exception has not begun yet. Delete it instead.")


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
    entered_by: Any = None,
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
        entered_by=entered_by,
    )
    exception.full_clean()
    exception.save()
    return exception


@transaction.atomic
def add_price_exceptions(*, variants: Sequence[Product], **fields: Any) -> list[PriceException]:
    """Let several variants, such as all sizes of a shirt, cost something else: all of them or none.

    ``fields`` and errors as in ``add_price_exception``.
    """
    return [add_price_exception(variant=variant, **fields) for variant in variants]


@transaction.atomic
def change_price_exception(*, exception: PriceException, **fields: Any) -> PriceException:
    """Change what an exception says, as long as it is not over; the variant stays.

    Errors: ``ExceptionIsOver``, and ``ValidationError`` as in ``add_price_exception``. Nothing is changed then.
    """
    kept = PriceException.objects.select_for_update(of=("self",), no_key=True).get(pk=exception.pk)
    if kept.ends_at and kept.ends_at <= clock.now():
        raise ExceptionIsOver()
    for name in ("amount", "currency", "channel", "location", "starts_at", "ends_at", "reason"):
        setattr(kept, name, fields.get(name, getattr(kept, name)))
    kept.full_clean()
    kept.save()
    return kept


@transaction.atomic
def end_price_exception(*, exception: PriceException) -> None:
    """Let an exception that is in force end now.

    Without dates it would become a dated one, which may meet another of the same place: then it is removed. The history
    keeps it either way. Errors: ``ExceptionNotBegun``, ``ExceptionIsOver``.
    """
    kept = PriceException.objects.select_for_update(of=("self",), no_key=True).get(pk=exception.pk)
    now = clock.now()
    if kept.starts_at and kept.starts_at >= now:
        raise ExceptionNotBegun()
    if kept.ends_at and kept.ends_at <= now:
        raise ExceptionIsOver()
    kept.ends_at = now
    try:
        kept.full_clean()
    except ValidationError:
        kept.delete()
    else:
        kept.save()


@transaction.atomic
def remove_price_exception(*, exception: PriceException) -> None:
    """Let the price for all channels hold again; the history keeps that there was an exception."""
    exception.delete()


@transaction.atomic
def tell_price_changes(*, limit: int = 500) -> int:
    """Record that products changed whose dated exceptions began or ended; returns how many exceptions.

    The worker calls it every few seconds. Each beginning and end is told exactly once, however many workers look.
    """
    now = clock.now()
    due = PriceException.objects.untold(now).select_related("variant").order_by("pk")[:limit]
    rows = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    record_events("product_changed", subject_ids=(row.variant.root_id for row in rows))
    for row in rows:
        row.told_at = now
    QuerySet(PriceException).bulk_update(rows, ["told_at"])
    return len(rows)


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
