"""What changes ranges, offers and vouchers: Oscar's rows under Oscar's own rules, each as one piece."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.pricing.models import OfferScope
from comptoir.pricing.offer.models import Benefit, Condition, ConditionalOffer, Range, RangeProduct
from comptoir.pricing.voucher.models import Voucher, VoucherSet

#: What vouchers are made of: no letter or digit that another is mistaken for.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_GROUP = 4


class RangeInUse(ComptoirError):
    """An offer without its range would give nothing, or go."""

    code = "range_in_use"
    status = 409
    sentence = _("“{name}” stays: the offer “{offer}” is about it.")


class OfferInUse(ComptoirError):
    """Orders and limits count what an offer gave, and vouchers give it."""

    code = "offer_in_use"
    status = 409
    sentence = _("“{name}” was given on orders and stays with them. Suspend it instead.")


class OfferOfVoucher(ComptoirError):
    """A voucher without its offer would give nothing."""

    code = "offer_of_voucher"
    status = 409
    sentence = _("“{name}” stays: the voucher “{voucher}” gives it.")


class VoucherInUse(ComptoirError):
    """A voucher that is on orders is part of the past."""

    code = "voucher_in_use"
    status = 409
    sentence = _("“{name}” was used on orders and stays with them. Let it end instead.")


@transaction.atomic
def save_range(
    *,
    row: Range,
    products: Iterable[Product] = (),
    excluded_products: Iterable[Product] = (),
    classes: Iterable[Any] = (),
    categories: Iterable[Any] = (),
    excluded_categories: Iterable[Any] = (),
) -> Range:
    """Say which goods a range has; offers follow at once.

    Errors: ``ValidationError`` for a name that is taken.
    """
    row.full_clean()
    row.save()
    kept = {product.pk for product in products}
    RangeProduct.objects.filter(range=row).exclude(product__in=kept).delete()
    links = [RangeProduct(range=row, product_id=pk) for pk in sorted(kept)]
    RangeProduct.objects.bulk_create(links, ignore_conflicts=True)
    row.excluded_products.set(excluded_products)
    row.classes.set(classes)
    row.included_categories.set(categories)
    row.excluded_categories.set(excluded_categories)
    return row


@transaction.atomic
def remove_range(*, row: Range) -> None:
    """Delete a range that no offer is about. Errors: ``RangeInUse``."""
    about = Q(condition__range=row) | Q(benefit__range=row)
    offer = ConditionalOffer.objects.filter(about).order_by("pk").first()
    if offer:
        raise RangeInUse(name=row.name, offer=offer.name)
    row.delete()


#: What a form says of an offer; its counters move with orders meanwhile and are left alone.
_EDITED = (
    "name", "description", "offer_type", "exclusive", "priority", "start_datetime", "end_datetime",
    "max_basket_applications", "max_user_applications", "max_global_applications", "max_discount",
)  # fmt: skip


@transaction.atomic
def save_offer(
    *,
    offer: ConditionalOffer,
    condition: Condition,
    benefit: Benefit,
    scope: OfferScope,
    channels: Sequence[Channel] = (),
    locations: Sequence[Location] = (),
    combinations: Sequence[ConditionalOffer] = (),
    is_suspended: bool = False,
) -> ConditionalOffer:
    """Write an offer whole: what it is about, what it gives, where and when it counts.

    A condition or a benefit that other offers share is copied, so that they stay as they are.
    Errors: ``ValidationError`` by the rules of the models. Nothing is written then.
    """
    for part in (condition, benefit):
        if part.pk and part.offers.exclude(pk=offer.pk).exists():
            part.pk, part._state.adding = None, True
        part.full_clean()
        part.save()
    offer.condition, offer.benefit = condition, benefit
    _store_offer(offer, is_suspended)
    scope.offer = offer
    scope.full_clean()
    scope.save()
    scope.channels.set(channels)
    scope.locations.set(locations)
    offer.combinations.set(combinations)
    return offer


def _store_offer(offer: ConditionalOffer, is_suspended: bool) -> None:
    """Oscar works out the state from the counters when it saves: they have to be those of now."""
    offer.full_clean()
    offer.status = ConditionalOffer.SUSPENDED if is_suspended else ConditionalOffer.OPEN
    if offer.pk is None:
        offer.save()
        return
    counted = ConditionalOffer.objects.select_for_update(no_key=True).get(pk=offer.pk)
    offer.num_applications, offer.total_discount = counted.num_applications, counted.total_discount
    offer.save(update_fields=[*_EDITED, "status", "condition", "benefit"])


@transaction.atomic
def remove_offer(*, offer: ConditionalOffer) -> None:
    """Delete an offer that was never given, with its condition and its benefit.

    Errors: ``OfferInUse``, ``OfferOfVoucher``.
    """
    kept = ConditionalOffer.objects.select_for_update().get(pk=offer.pk)
    if kept.num_orders or kept.num_applications or kept.uses.exists():
        raise OfferInUse(name=kept.name)
    if voucher := kept.vouchers.first():
        raise OfferOfVoucher(name=kept.name, voucher=voucher.code)
    parts = (kept.condition, kept.benefit)
    kept.delete()
    for part in parts:
        if not part.offers.exists():
            part.delete()


@transaction.atomic
def save_voucher(*, voucher: Voucher, offers: Sequence[ConditionalOffer]) -> Voucher:
    """Write a voucher and what it gives; how often it was used is left alone.

    Errors: ``ValidationError``, such as for a code that is taken.
    """
    voucher.code = "".join(voucher.code.split()).upper()
    voucher.full_clean()
    edited = ("name", "code", "usage", "start_datetime", "end_datetime")
    voucher.save(update_fields=edited if voucher.pk else None)
    voucher.offers.set(offers)
    return voucher


@transaction.atomic
def remove_voucher(*, voucher: Voucher) -> None:
    """Delete a voucher that nobody used. Errors: ``VoucherInUse``."""
    if voucher.num_orders or voucher.applications.exists():
        raise VoucherInUse(name=voucher.code)
    voucher.delete()


@transaction.atomic
def make_voucher_set(
    *,
    name: str,
    count: int,
    starts_at: datetime,
    ends_at: datetime,
    usage: str,
    offers: Sequence[ConditionalOffer],
    code_length: int = 12,
    description: str = "",
) -> VoucherSet:
    """Make many vouchers at once, each with a code of its own that cannot be guessed.

    Units: ``count`` in vouchers, ``code_length`` in letters without the hyphens.
    Errors: ``ValidationError``, such as for a name that is taken.
    """
    made = VoucherSet(
        name=name, count=count, code_length=code_length, description=description,
        start_datetime=starts_at, end_datetime=ends_at,
    )  # fmt: skip
    made.full_clean(exclude=["description"])
    made.save()
    vouchers = [
        Voucher(name=f"{name} {number}", code=code, voucher_set=made, usage=usage,
                start_datetime=starts_at, end_datetime=ends_at)
        for number, code in enumerate(_unused_codes(count, code_length), start=1)
    ]  # fmt: skip
    for voucher in vouchers[:1]:
        voucher.full_clean(exclude=["voucher_set"])
    Voucher.objects.bulk_create(vouchers, batch_size=1_000)
    _give(made, offers)
    return made


@transaction.atomic
def change_voucher_set(
    *,
    row: VoucherSet,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    usage: str,
    offers: Sequence[ConditionalOffer],
    description: str = "",
) -> VoucherSet:
    """Change what all vouchers of a set give, and from when until when; the codes stay.

    Errors: ``ValidationError``, such as for a name that is taken.
    """
    row.name, row.description, row.start_datetime, row.end_datetime = name, description, starts_at, ends_at
    row.full_clean(exclude=["description"])
    row.save(update_fields=["name", "description", "start_datetime", "end_datetime"])
    row.vouchers.update(start_datetime=starts_at, end_datetime=ends_at, usage=usage)
    _give(row, offers)
    return row


@transaction.atomic
def remove_voucher_set(*, row: VoucherSet) -> None:
    """Delete a set with all its vouchers, if nobody used any. Errors: ``VoucherInUse``."""
    used = row.vouchers.filter(Q(num_orders__gt=0) | Q(applications__isnull=False))
    if used.exists():
        raise VoucherInUse(name=row.name)
    row.delete()


def _give(row: VoucherSet, offers: Sequence[ConditionalOffer]) -> None:
    """Let every voucher of a set give these offers and no others."""
    link = Voucher.offers.through
    link.objects.filter(voucher__voucher_set=row).exclude(conditionaloffer__in=offers).delete()
    links = [
        link(voucher_id=voucher_id, conditionaloffer_id=offer.pk)
        for voucher_id in row.vouchers.values_list("pk", flat=True)
        for offer in offers
    ]
    link.objects.bulk_create(links, batch_size=2_000, ignore_conflicts=True)


def _unused_codes(count: int, length: int) -> list[str]:
    """Random codes that no voucher has, such as ABCD-EFGH-JKMN."""
    found: set[str] = set()
    while len(found) < count:
        wanted = {_code(length) for _number in range(count - len(found))} - found
        taken = Voucher.objects.filter(code__in=wanted).values_list("code", flat=True)
        found |= wanted - set(taken)
    return sorted(found)


def _code(length: int) -> str:
    letters = "".join(secrets.choice(CODE_LETTERS) for _place in range(length))
    return "-".join(letters[start : start + CODE_GROUP] for start in range(0, length, CODE_GROUP))
