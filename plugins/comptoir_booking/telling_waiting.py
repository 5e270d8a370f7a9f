"""What those on the waiting list are told: that they are on it, and each offer, while it lasts."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.conf import conf as shop
from comptoir.messaging.kinds import Kind
from comptoir.messaging.models import Message
from comptoir.messaging.services import write_messages
from comptoir_booking.links import wait_link
from comptoir_booking.models import Booking, WaitEntry
from comptoir_booking.telling import facts_of_place, facts_of_visit, titles_said
from comptoir_booking.waiting import JOINED, owner_of, wait_token
from comptoir_booking.wording import wait_text

OFFERED, OFFERED_SMS = "booking_offered", "booking_offered_sms"


def tell_offers(visits: Iterable[str]) -> None:
    """Write down who is to be told of which offer: each is a hold of its own, so each is told once. Safe to repeat."""
    held = list(Booking.objects.filter(visit__in=list(visits)).values_list("pk", flat=True))
    for kind in (OFFERED, OFFERED_SMS):
        write_messages(kind, held)


def _entries(ids: Iterable[int]) -> list[WaitEntry]:
    rows = WaitEntry.objects.filter(pk__in=list(ids))
    return list(rows.select_related("channel", "location", "session", "service__product__parent"))


def _offers(ids: Iterable[int]) -> list[Booking]:
    rows = Booking.objects.filter(pk__in=list(ids))
    return list(rows.select_related("channel", "location", "service__product__parent"))


def _facts_of_entry(entry: WaitEntry) -> dict[str, Any]:
    titles = titles_said([entry.service])
    return {
        "name": entry.name,
        "service": titles.get(entry.service_id) or entry.service.product.get_title(),
        "days": wait_text(entry),
        "place": facts_of_place(entry.location),
        "order": {"link": wait_link(entry, wait_token(entry))},
    }


def _facts_of_offer(held: Booking) -> dict[str, Any]:
    entry = WaitEntry.objects.select_related("channel").get(offered=held.visit)
    until = (entry.offered_until or held.longest_until or held.starts_at).astimezone(ZoneInfo(held.time_zone))
    return {
        **facts_of_visit([held]),
        "name": held.contact_name,
        "until": formats.time_format(until, "H:i"),
        "place": facts_of_place(held.location),
        "order": {"link": wait_link(entry, wait_token(entry))},
    }


def _is_offered(held: Booking) -> bool:
    """Who took it meanwhile, or let it go by, is told nothing."""
    entry = WaitEntry.objects.filter(offered=held.visit, offered_until__gt=clock.now()).first()
    return entry is not None and held.state == Booking.State.HELD and held.owner == owner_of(entry)


def _is_waiting(entry: WaitEntry) -> bool:
    return entry.state == WaitEntry.State.WAITING


KINDS = [
    Kind(
        JOINED, Message.Medium.EMAIL, "waiting",
        rows=_entries, order_of=lambda entry: None, address_of=lambda entry: entry.email,
        locale_of=lambda entry: entry.locale, facts_of=_facts_of_entry, is_of_use=_is_waiting,
        label=_("on the waiting list"),
    ),
    Kind(
        OFFERED, Message.Medium.EMAIL, "offer",
        rows=_offers, order_of=lambda held: None, address_of=lambda held: held.contact_email,
        locale_of=lambda held: held.locale, facts_of=_facts_of_offer, is_of_use=_is_offered,
        label=_("a time became free"),
    ),
    Kind(
        OFFERED_SMS, Message.Medium.SMS, "offer",
        rows=_offers, order_of=lambda held: None,
        address_of=lambda held: held.contact_phone if shop.SMS_TRANSPORT else "",
        locale_of=lambda held: held.locale, facts_of=_facts_of_offer, is_of_use=_is_offered,
        label=_("a time became free"),
    ),
]  # fmt: skip
