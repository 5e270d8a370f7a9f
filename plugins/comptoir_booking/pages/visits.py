"""A visit by its safe link: see it, move it, cancel it. What it costs, and what comes back, is said before."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money
from comptoir.baskets.storefront import ShopPage, shop_page
from comptoir_booking.changes import visit_again
from comptoir_booking.links import calendar_path
from comptoir_booking.models import Allocation, Booking
from comptoir_booking.pages.classes import dates_of
from comptoir_booking.pages.flow import calendar_of, start_said
from comptoir_booking.pages.limits import limited
from comptoir_booking.refusals import SessionFull, StartNotFree, TooLate
from comptoir_booking.self_service import (
    booking_for,
    cancel_by_customer,
    fees_of_cancel,
    fees_of_move,
    move_by_customer,
)
from comptoir_booking.sessions import move_seats_by_customer, session_by
from comptoir_booking.shown import titles_of
from comptoir_booking.wording import names_of, services_text, when_text

#: Said once, on the page after a change.
DONE = {
    "moved": gettext_lazy("Your appointment has been moved."),
    "cancelled": gettext_lazy("Your appointment is cancelled."),
}


@require_GET
@shop_page
@limited("RATE_ORDERS")
def visit(page: ShopPage, token: str) -> HttpResponse:
    """When, where, with whom; and what can be done about it."""
    return visit_page(page, token, booking_for(token))


@require_http_methods(["GET", "POST"])
@shop_page
@limited("RATE_ORDERS")
def move(page: ShopPage, token: str) -> HttpResponse:
    """Choose another time, with the same people."""
    bookings = booking_for(token)
    if bookings[0].session_id:
        return _move_places(page, token, bookings)
    if page.request.method == "GET":
        return move_page(page, token, bookings)
    start = start_said(page.request.POST.get("start", ""))
    if start is None:
        return move_page(page, token, bookings, sentence=_("Choose a time."), status=422)
    try:
        move_by_customer(token=token, start=start, sequence=_number(page.request.POST.get("sequence", "")))
    except StartNotFree as error:
        near = [datetime.fromisoformat(one) for one in error.facts["alternatives"]]
        sentence = _("Somebody was quicker: this time is taken.")
        return move_page(page, token, bookings, sentence=sentence, near=near, status=409)
    except ComptoirError as error:
        return visit_page(page, token, booking_for(token), sentence=str(error), status=error.status)
    return _done(page, token, "moved")


@require_POST
@shop_page
@limited("RATE_ORDERS")
def cancel(page: ShopPage, token: str) -> HttpResponse:
    """Cancel it for the fee that was shown."""
    bookings = booking_for(token)
    shown = fees_of_cancel(bookings)
    try:
        fee = _fee(page.request.POST.get("fee", ""), shown.fee)
        cancel_by_customer(token=token, fee=fee, sequence=_number(page.request.POST.get("sequence", "")))
    except ComptoirError as error:
        return visit_page(page, token, booking_for(token), sentence=str(error), status=error.status)
    return _done(page, token, "cancelled")


def visit_page(
    page: ShopPage, token: str, bookings: Sequence[Booking], *, sentence: str = "", status: int = 200
) -> HttpResponse:
    first = bookings[0]
    moving, cancelling = fees_of_move(bookings), fees_of_cancel(bookings)
    context = {
        **_said(page, token, bookings),
        "sentence": sentence,
        "done": DONE.get(page.request.GET.get("done", "")),
        "moving": moving,
        "move_until": when_text(moving.until, first.time_zone),
        "moves_left": ngettext("once more", "%(times)s times more", moving.moves_left)
        % {"times": moving.moves_left},
        "cancelling": cancelling,
        "free_until": when_text(cancelling.free_until, first.time_zone),
        "move_url": page.url("booking:visit_move", token),
        "cancel_url": page.url("booking:visit_cancel", token),
        "calendar_url": calendar_path(page.channel.code, token),
    }
    return page.draw("comptoir_booking/pages/visit.html", context, status=status)


def move_page(
    page: ShopPage, token: str, bookings: Sequence[Booking], *,
    sentence: str = "", near: Sequence[datetime] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    first, moving = bookings[0], fees_of_move(bookings)
    if not moving.is_possible:
        return visit_page(page, token, bookings, sentence=str(TooLate()), status=409)
    taken = Allocation.objects.filter(booking__in=[one.pk for one in bookings], is_active=True)
    again = visit_again(bookings, list(taken.select_related("resource")))
    context = {
        **_said(page, token, bookings),
        "sentence": sentence,
        "near": [one.astimezone(ZoneInfo(first.time_zone)) for one in near],
        "moving": moving,
        "sequence": first.sequence,
        "action": page.url("booking:visit_move", token),
        "address": page.url("booking:visit_move", token),
        "back": page.url("booking:visit", token),
        **calendar_of(page, again, first.time_zone),
    }
    return page.draw("comptoir_booking/pages/move.html", context, status=status)


def _move_places(page: ShopPage, token: str, bookings: Sequence[Booking]) -> HttpResponse:
    """Places of a class go to another date of it."""
    said = page.request.POST
    if page.request.method == "GET" or "session" not in said:
        return move_places_page(page, token, bookings)
    try:
        session = session_by(said["session"], page.channel.location_ids)
        move_seats_by_customer(token=token, session=session, sequence=_number(said.get("sequence", "")))
    except SessionFull as error:
        return move_places_page(page, token, bookings, sentence=str(error), status=error.status)
    except ComptoirError as error:
        return visit_page(page, token, booking_for(token), sentence=str(error), status=error.status)
    return _done(page, token, "moved")


def move_places_page(
    page: ShopPage, token: str, bookings: Sequence[Booking], *, sentence: str = "", status: int = 200
) -> HttpResponse:
    first = bookings[0]
    if not fees_of_move(bookings).is_possible:
        return visit_page(page, token, bookings, sentence=str(TooLate()), status=409)
    others = [one for one in dates_of(page, [first.service]) if one.session.pk != first.session_id]
    context = {
        **_said(page, token, bookings),
        "sentence": sentence,
        "dates": [one for one in others if one.left >= len(bookings)],
        "sequence": first.sequence,
        "action": page.url("booking:visit_move", token),
        "back": page.url("booking:visit", token),
    }
    return page.draw("comptoir_booking/pages/move_class.html", context, status=status)


def _said(page: ShopPage, token: str, bookings: Sequence[Booking]) -> dict[str, Any]:
    """What every page of a visit says of it."""
    first = bookings[0]
    return {
        "token": token,
        "first": first,
        "place": first.location,
        "when": when_text(first.starts_at, first.time_zone),
        "is_cancelled": first.state == Booking.State.CANCELLED,
        "services": services_text(bookings, titles_of(page.channel, page.locale, bookings)),
        "people": names_of(bookings),
        "translations": {
            code: page.url("booking:visit", token, locale=code) for code in page.channel.locales
        },
        "robots": "noindex",
    }


def _done(page: ShopPage, token: str, what: str) -> HttpResponse:
    return redirect(f"{page.url('booking:visit', token)}?done={what}")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _fee(text: str, like: Money | None) -> Money | None:
    """The fee that the form says was shown."""
    try:
        return Money(Decimal(text), like.currency) if like else None
    except InvalidOperation:
        return None
