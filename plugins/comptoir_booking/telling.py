"""What customers are told of their visits, and when: each message is about one step of the first booking of a visit.

Confirmation, move and cancelling are told at once, as is another teacher of a class; by SMS, which wakes people, not at
night. The reminder and the thanks are written down with the step and wait for their hour, in the day of the shop's own
zone; when it comes, what was cancelled or moved meanwhile is told nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.channels.models import Location
from comptoir.conf import conf as shop
from comptoir.content.models import ProductContent
from comptoir.messaging.kinds import Kind
from comptoir.messaging.models import Message
from comptoir.messaging.services import write_messages
from comptoir.messaging.transports import File
from comptoir.orders.models import Order
from comptoir_booking.calendars import MEDIA_TYPE, calendar_of_visit
from comptoir_booking.conf import conf
from comptoir_booking.diary import name_customers
from comptoir_booking.links import visit_link
from comptoir_booking.models import Booking, BookingStep, Service
from comptoir_booking.wall_time import instant_at
from comptoir_booking.wording import names_of, services_text

State = Booking.State
#: The hours in which people are written to without having asked just then.
FIRST_HOUR, LAST_HOUR = time(8), time(20)
#: When the thanks go out, the day after.
THANKS_AT = time(10)
MADE = ("booked", "confirmed", "moved")


def tell_changes(changes: Iterable[tuple[int, str]]) -> None:
    """Write down what is to be told of changes: the first booking of each visit, and what became of it. Safe to repeat."""
    found = list(changes)
    rows = BookingStep.objects.filter(booking__in={pk for pk, _change in found})
    steps: dict[tuple[int, str], list[int]] = {}
    for pk, booking_id, change in rows.values_list("pk", "booking_id", "change"):
        steps.setdefault((booking_id, change), []).append(pk)
    for kind, told in TOLD.items():
        ids = [pk for one in found if one[1] in told for pk in steps.get(one, [])]
        if ids:
            write_messages(kind, ids)


def reminder_due(step: BookingStep) -> datetime | None:
    """So many hours before the visit, in the day of the shop; never for one that was made later than that."""
    booking = step.booking
    due = _in_the_day(booking.starts_at - timedelta(hours=conf.REMINDER_HOURS), booking.time_zone)
    return due if conf.REMINDER_HOURS and clock.now() < due < booking.starts_at else None


def sms_due(step: BookingStep) -> datetime | None:
    """As the reminder, where the shop can send SMS at all."""
    return reminder_due(step) if shop.SMS_TRANSPORT else None


def shop_sms_due(step: BookingStep) -> datetime | None:
    """At once, or in the morning if it is night there, but not later than anybody would set out."""
    booking, now = step.booking, clock.now()
    wall = now.astimezone(ZoneInfo(booking.time_zone))
    day = wall.date() + timedelta(days=int(wall.time() > LAST_HOUR))
    is_night = not FIRST_HOUR <= wall.time() <= LAST_HOUR
    due = instant_at(day, FIRST_HOUR, booking.time_zone) if is_night else now
    starts = [booking.starts_at, *map(datetime.fromisoformat, filter(None, [step.facts.get("was")]))]
    is_in_time = due < min(starts) - timedelta(hours=1)
    return (due if is_in_time else now) if shop.SMS_TRANSPORT and step.facts.get("by_shop") else None


def thanks_due(step: BookingStep) -> datetime | None:
    """The day after the visit."""
    booking = step.booking
    day = booking.ends_at.astimezone(ZoneInfo(booking.time_zone)).date() + timedelta(days=1)
    return instant_at(day, THANKS_AT, booking.time_zone) if conf.FOLLOW_UP else None


def _in_the_day(moment: datetime, zone_name: str) -> datetime:
    """The moment itself, or the last hour before it at which people are written to; a clock change shifts nothing."""
    wall = moment.astimezone(ZoneInfo(zone_name))
    if wall.time() < FIRST_HOUR:
        return instant_at(wall.date() - timedelta(days=1), LAST_HOUR, zone_name)
    return instant_at(wall.date(), LAST_HOUR, zone_name) if wall.time() > LAST_HOUR else moment


# --- what a message is about -----------------------------------------------------------------------------------------


def _steps(ids: Iterable[int]) -> list[BookingStep]:
    rows = BookingStep.objects.filter(pk__in=list(ids)).select_related(
        "booking__service__product__parent", "booking__location", "booking__channel", "booking__customer"
    )
    found = list(rows)
    name_customers([one.booking for one in found])
    return found


def _order_of(step: BookingStep) -> Order | None:
    number = step.booking.document
    return Order.objects.filter(number=number).first() if number else None


def _locale_of(step: BookingStep) -> str:
    """What was said at the desk, else the language of the order, the account or the channel."""
    booking, order = step.booking, _order_of(step)
    said = (
        booking.locale,
        order.locale if order else "",
        booking.customer.locale if booking.customer else "",
        booking.channel.default_locale if booking.channel else "",
    )
    return next(filter(None, said), settings.LANGUAGE_CODE)


def _is_latest(step: BookingStep) -> bool:
    """Whether the visit still is as this step made it."""
    later = BookingStep.objects.filter(
        booking=step.booking_id, pk__gt=step.pk, change__in=[*MADE, "cancelled"]
    )
    return not later.exists()


def _stands(step: BookingStep) -> bool:
    return step.booking.state in (State.CONFIRMED, State.ARRIVED) and _is_latest(step)


def _is_given_so(step: BookingStep) -> bool:
    """Whether nobody else was to give it after that, and it is still to come."""
    later = BookingStep.objects.filter(booking=step.booking_id, pk__gt=step.pk, change="person").exists()
    is_coming = step.booking.state in (State.CONFIRMED, State.ARRIVED)
    return is_coming and not later and clock.now() < step.booking.starts_at


def _is_to_come(step: BookingStep) -> bool:
    return step.booking.state == State.CONFIRMED and _is_latest(step) and clock.now() < step.booking.starts_at


def _was_here(step: BookingStep) -> bool:
    return step.booking.state in (State.ARRIVED, State.DONE) and _is_latest(step)


def _facts(step: BookingStep) -> dict[str, Any]:
    """Plain values for templates, in the active language."""
    rows = list(
        Booking.objects.filter(visit=step.booking.visit)
        .select_related("service__product__parent")
        .order_by("starts_at", "pk")
    )
    was = step.facts.get("was", "")
    return {
        **facts_of_visit(rows),
        "name": step.booking.customer_name,
        "was": formats.date_format(datetime.fromisoformat(was), "l j F H:i") if was else "",
        "was_given": step.facts.get("was_given", ""),
        "by_shop": step.facts.get("by_shop", False),
        "place": facts_of_place(step.booking.location),
        "order": {"link": visit_link(rows, translation.get_language() or "")},
    }


def facts_of_visit(rows: Sequence[Booking]) -> dict[str, Any]:
    """When a visit is, what is done and by whom."""
    zone = ZoneInfo(rows[0].time_zone)
    start, end = rows[0].starts_at.astimezone(zone), max(one.ends_at for one in rows).astimezone(zone)
    return {
        "day": formats.date_format(start, "l j F"),
        "time": f"{start:%H:%M}",
        "ends": f"{end:%H:%M}",
        "services": services_text(rows, titles_said([one.service for one in rows])),
        "people": names_of(rows),
    }


def facts_of_place(place: Location) -> dict[str, Any]:
    """Where it is."""
    return {
        "name": place.name,
        "lines": list(filter(None, (place.street, f"{place.postcode} {place.city}".strip()))),
    }


def titles_said(services: Sequence[Service]) -> dict[int, str]:
    """What the shop calls services in the active language, by their ids; nothing for those without a text."""
    product_of = {one.pk: one.product.parent_id or one.product_id for one in services}
    language = (translation.get_language() or "").partition("-")[0]
    texts = ProductContent.objects.filter(
        product__in=product_of.values(), locale__language_code=language, live=True
    )
    said = dict(texts.values_list("product_id", "title"))
    return {pk: said[product_id] for pk, product_id in product_of.items() if said.get(product_id)}


def _files(step: BookingStep) -> list[File]:
    return [File("appointment.ics", MEDIA_TYPE, calendar_of_visit(step.booking.visit))]


def can_be_told(booking: Booking) -> bool:
    """Whether there is any way to tell its customer something."""
    return bool(booking.customer_email or (booking.customer_phone and shop.SMS_TRANSPORT))


def _phone_alone(step: BookingStep) -> str:
    """Where nothing can be sent but an SMS."""
    return "" if step.booking.customer_email else step.booking.customer_phone


def _kind(code: str, label: str | Promise, *, medium: str = Message.Medium.EMAIL, **how: Any) -> Kind:
    is_sms = medium == Message.Medium.SMS

    def address_of(step: BookingStep) -> str:
        return step.booking.customer_phone if is_sms else step.booking.customer_email

    usual = {"address_of": address_of, "rows": _steps, "order_of": _order_of, "locale_of": _locale_of}
    return Kind(code, medium, "step", facts_of=_facts, label=label, **{**usual, **how})


KINDS = [
    _kind("booking_made", _("appointment booked"), is_of_use=_stands, files_of=_files),
    _kind("booking_moved", _("appointment moved"), is_of_use=_stands, files_of=_files),
    _kind(
        "booking_moved_sms",
        _("appointment moved"),
        medium=Message.Medium.SMS,
        is_of_use=_stands,
        due_of=shop_sms_due,
    ),
    _kind("booking_person", _("somebody else gives the class"), is_of_use=_is_given_so, files_of=_files),
    _kind(
        "booking_person_sms",
        _("somebody else gives the class"),
        medium=Message.Medium.SMS,
        address_of=_phone_alone,
        is_of_use=_is_given_so,
        due_of=shop_sms_due,
    ),
    _kind(
        "booking_cancelled",
        _("appointment cancelled"),
        is_of_use=lambda step: step.booking.state == State.CANCELLED,
        files_of=_files,
    ),
    _kind(
        "booking_reminder",
        _("reminder of an appointment"),
        is_of_use=_is_to_come,
        due_of=reminder_due,
        files_of=_files,
    ),
    _kind(
        "booking_sms",
        _("reminder of an appointment"),
        medium=Message.Medium.SMS,
        is_of_use=_is_to_come,
        due_of=sms_due,
    ),
    _kind("booking_thanks", _("thanks after an appointment"), is_of_use=_was_here, due_of=thanks_due),
]
#: Which steps each kind tells of.
TOLD = {
    "booking_made": ("booked", "confirmed"),
    "booking_moved": ("moved",),
    "booking_moved_sms": ("moved",),
    "booking_person": ("person",),
    "booking_person_sms": ("person",),
    "booking_cancelled": ("cancelled",),
    "booking_reminder": MADE,
    "booking_sms": MADE,
    "booking_thanks": MADE,
}
