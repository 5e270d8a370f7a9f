"""Which of the entered vouchers may be used here and now, and why not the others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from comptoir.base.errors import ComptoirError
from comptoir.pricing.offers import AppliedVoucher, Offer, Usage
from comptoir.pricing.voucher.models import Voucher, VoucherApplication


class VoucherRefused(ComptoirError):
    """A voucher that cannot be used. Each reason has a code of its own, which quotes name too."""

    code = "voucher_refused"
    status = 409
    sentence = _("The voucher “{voucher}” cannot be used.")


class VoucherUnknown(VoucherRefused):
    """Nobody made a voucher with this code."""

    code = "voucher_unknown"
    status = 422
    sentence = _("There is no voucher “{voucher}”.")


class VoucherTooEarly(VoucherRefused):
    """The voucher or its offers begin later."""

    code = "voucher_too_early"
    sentence = _("The voucher “{voucher}” is not valid yet.")


class VoucherTooLate(VoucherRefused):
    """The voucher or its offers are over."""

    code = "voucher_too_late"
    sentence = _("The voucher “{voucher}” is no longer valid.")


class VoucherUsed(VoucherRefused):
    """It was for one order, or for one order of each customer."""

    code = "voucher_used"
    sentence = _("The voucher “{voucher}” has already been used.")


class VoucherNeedsAccount(VoucherRefused):
    """Once per customer: the shop has to know the customer."""

    code = "voucher_needs_account"
    sentence = _("Log in to use the voucher “{voucher}”.")


class VoucherNotForChannel(VoucherRefused):
    """Its offers are limited to other channels."""

    code = "voucher_not_for_channel"
    sentence = _("The voucher “{voucher}” is not for this channel.")


class VoucherNotForLocation(VoucherRefused):
    """Its offers are limited to other shops."""

    code = "voucher_not_for_location"
    sentence = _("The voucher “{voucher}” is not for this shop.")


class VoucherExhausted(VoucherRefused):
    """Its offers are suspended, or were given as often as they may."""

    code = "voucher_exhausted"
    sentence = _("The voucher “{voucher}” has been used as often as it may.")


class VoucherNotMet(VoucherRefused):
    """It is valid, but the basket does not have what it is for; it stays with the basket."""

    code = "voucher_not_met"
    sentence = _("The voucher “{voucher}” needs other goods in the basket.")


Refusal = type[VoucherRefused]
_OF_SCOPE: dict[str, Refusal] = {
    "channel": VoucherNotForChannel,
    "location": VoucherNotForLocation,
    "too_early": VoucherTooEarly,
    "too_late": VoucherTooLate,
}


@dataclass(frozen=True)
class Place:
    """Where and when a voucher is used."""

    channel_id: int
    location_id: int | None
    moment: datetime
    time_zone: str


def normal_code(code: str) -> str:
    """A code as it is kept: capital letters, no spaces."""
    return "".join(code.split()).upper()


def read_vouchers(codes: Collection[str], *, customer_id: int | None) -> Mapping[str, Voucher]:
    """The vouchers behind some codes, with who used them, in one statement; none without codes."""
    if not codes:
        return {}
    uses = VoucherApplication.objects.filter(voucher=OuterRef("pk"))
    links = Voucher.offers.through.objects.filter(voucher=OuterRef("pk"))
    found = Voucher.objects.filter(code__in=codes).annotate(
        is_used=Exists(uses),
        is_used_by_customer=Exists(uses.filter(user=customer_id or 0)),
        offer_ids=ArraySubquery(
            links.order_by("-conditionaloffer__priority", "conditionaloffer_id").values("conditionaloffer_id")
        ),
    )
    return {voucher.code: voucher for voucher in found}


def refusal(
    voucher: Any, offers: Mapping[int, Offer], *, place: Place, usage: Usage, customer_id: int | None
) -> Refusal | None:
    """Why a voucher cannot be used at a place, if so. Source: oscar/apps/voucher/abstract_models.py."""
    if voucher is None:
        return VoucherUnknown
    if place.moment < voucher.start_datetime:
        return VoucherTooEarly
    if place.moment > voucher.end_datetime:
        return VoucherTooLate
    return _refusal_of_usage(voucher, customer_id) or _refusal_of_offers(
        [offers[pk] for pk in voucher.offer_ids if pk in offers], place, usage
    )


def _refusal_of_usage(voucher: Any, customer_id: int | None) -> Refusal | None:
    if voucher.usage == Voucher.SINGLE_USE and voucher.is_used:
        return VoucherUsed
    if voucher.usage == Voucher.ONCE_PER_CUSTOMER:
        if customer_id is None:
            return VoucherNeedsAccount
        if voucher.is_used_by_customer:
            return VoucherUsed
    return None


def _refusal_of_offers(offers: list[Offer], place: Place, usage: Usage) -> Refusal | None:
    """One offer that counts here is enough; else the reason of the first."""
    reasons = [_OF_SCOPE.get(in_scope(offer, place)) for offer in offers]
    reasons = [
        reason or (None if offer.limit(usage) else VoucherExhausted)
        for reason, offer in zip(reasons, offers, strict=True)
    ]
    return None if None in reasons else next(iter(reasons), VoucherExhausted)


def in_scope(offer: Offer, place: Place) -> str:
    """Why an offer does not count at a place, or nothing."""
    return offer.scope.refusal(
        channel_id=place.channel_id,
        location_id=place.location_id,
        moment=place.moment,
        time_zone=place.time_zone,
    )


def applied(voucher: Any, offers: Mapping[int, Offer], place: Place) -> AppliedVoucher:
    """A voucher that may be used, with those of its offers that count at the place."""
    counting = tuple(pk for pk in voucher.offer_ids if pk in offers and not in_scope(offers[pk], place))
    return AppliedVoucher(voucher.pk, voucher.code, voucher.name, counting)
