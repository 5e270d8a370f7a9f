"""Each kind of message: what it is about, whom it goes to, and whether it is still of use when it is sent."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from comptoir import hookspecs, plugins
from comptoir.base import clock
from comptoir.checkout.models import Checkout
from comptoir.fulfilment.models import Parcel
from comptoir.messaging import facts
from comptoir.messaging.models import Message
from comptoir.messaging.transports import File
from comptoir.orders.models import Order, StateChange
from comptoir.payments.models import PaymentEntry


@dataclass(frozen=True)
class Kind:
    """A kind of message. ``rows`` finds what it is about by ids; ``facts_of`` is what templates may say of one.

    ``due_of`` says when it goes out: ``None`` for never. ``files_of`` are what is attached to an e-mail. ``label`` is what the
    back office calls it.
    """

    code: str
    medium: str
    noun: str
    rows: Callable[[Iterable[int]], Iterable[Any]]
    order_of: Callable[[Any], Order | None]
    address_of: Callable[[Any], str]
    locale_of: Callable[[Any], str]
    facts_of: Callable[[Any], dict[str, Any]]
    is_of_use: Callable[[Any], bool]
    due_of: Callable[[Any], datetime | None] = lambda row: clock.now()
    files_of: Callable[[Any], Sequence[File]] = lambda row: ()
    label: str | Promise = ""


def _by_email(code: str, noun: str, rows: Any, order_of: Any, facts_of: Any, is_of_use: Any = bool) -> Kind:
    return Kind(
        code,
        Message.Medium.EMAIL,
        noun,
        rows=rows,
        order_of=order_of,
        address_of=lambda row: order_of(row).email_to,
        locale_of=lambda row: order_of(row).locale,
        facts_of=facts_of,
        is_of_use=is_of_use,
    )


def _orders(ids: Iterable[int]) -> Iterable[Order]:
    return Order.objects.filter(pk__in=list(ids)).select_related("user", "channel", "location")


def _parcels(ids: Iterable[int]) -> Iterable[Parcel]:
    rows = Parcel.objects.filter(pk__in=list(ids))
    return rows.select_related("order__user", "order__channel", "location", "destination")


def _entries(ids: Iterable[int]) -> Iterable[PaymentEntry]:
    rows = PaymentEntry.objects.filter(pk__in=list(ids), payment__order__isnull=False)
    return rows.select_related("payment__order__user", "payment__order__channel")


def _checkouts(ids: Iterable[int]) -> Iterable[Checkout]:
    return Checkout.objects.filter(pk__in=list(ids), adds_to=None).select_related("channel")


def _additions(ids: Iterable[int]) -> Iterable[Checkout]:
    rows = Checkout.objects.filter(pk__in=list(ids), adds_to__isnull=False)
    return rows.select_related("channel", "adds_to__channel", "adds_to__user")


def _about_addition(code: str, facts_of: Any, is_of_use: Any, medium: str = "email") -> Kind:
    """By e-mail, and by SMS to who left a number alone."""
    is_sms = medium == Message.Medium.SMS

    def address_of(row: Checkout) -> str:
        return ("" if row.email else row.phone) if is_sms else row.email

    return Kind(
        code, medium, "checkout", rows=_additions, order_of=lambda row: row.adds_to, address_of=address_of,
        locale_of=lambda row: row.locale, facts_of=facts_of, is_of_use=is_of_use,
    )  # fmt: skip


def _changes(ids: Iterable[int]) -> Iterable[StateChange]:
    rows = StateChange.objects.filter(pk__in=list(ids))
    return rows.select_related("order__user", "order__channel")


def _order_of_row(row: Parcel | StateChange) -> Order:
    return row.order


OWN_KINDS = {
    kind.code: kind
    for kind in (
        _by_email("order_placed", "order", _orders, lambda row: row, facts.of_order),
        _by_email(
            "parcel_ready", "parcel", _parcels, _order_of_row, facts.of_parcel_ready,
            lambda row: row.state == Parcel.State.READY,
        ),
        _by_email("parcel_shipped", "parcel", _parcels, _order_of_row, facts.of_parcel_shipped),
        _by_email("parcel_collected", "parcel", _parcels, _order_of_row, facts.of_parcel),
        _by_email("order_refunded", "entry", _entries, lambda row: row.payment.order, facts.of_refund),
        _by_email(
            "parcel_expired", "parcel", _parcels, _order_of_row, facts.of_parcel_expired,
            lambda row: row.state == Parcel.State.EXPIRED,
        ),
        _by_email("order_cancelled", "change", _changes, _order_of_row, facts.of_cancellation),
        _by_email("order_unpaid", "change", _changes, _order_of_row, facts.of_cancellation),
        Kind(
            "checkout_failed", Message.Medium.EMAIL, "checkout",
            rows=_checkouts, order_of=lambda row: None, address_of=lambda row: row.email,
            locale_of=lambda row: row.locale, facts_of=facts.of_failed_checkout,
            is_of_use=lambda row: row.state == Checkout.State.ENDED,
        ),
        Kind(
            "draft_link", Message.Medium.SMS, "checkout",
            rows=_checkouts, order_of=lambda row: None, address_of=lambda row: row.phone,
            locale_of=lambda row: row.locale, facts_of=facts.of_draft, is_of_use=lambda row: row.is_live,
        ),
        _about_addition("addition_link", facts.of_addition, lambda row: row.is_live),
        _about_addition("addition_sms", facts.of_addition, lambda row: row.is_live, Message.Medium.SMS),
        _about_addition(
            "addition_over", facts.of_ended_addition, lambda row: row.state == Checkout.State.ENDED
        ),
        _by_email("order_added", "change", _changes, _order_of_row, facts.of_added),
    )
}  # fmt: skip


def kinds() -> Mapping[str, Kind]:
    """Every kind of message of the core and the running plugins, by code. Errors: ``ImproperlyConfigured``."""
    answers = plugins.collect(hookspecs.register_message_kinds, accept=_accept).values()
    return OWN_KINDS | {one.code: one for answer in answers for one in answer}


def _accept(answer: Any) -> list[Kind]:
    for one in (found := list(answer)):
        if not isinstance(one, Kind) or one.code in OWN_KINDS or len(one.code) > 20:
            raise TypeError(f"{one!r} is not a Kind with a code of its own of at most 20 characters")
    return found
