"""What customers do by the safe link of their visit: see it, move it, cancel it, as far as its policy lets them.

The secret of the link is a keyed hash of the visit, as an order's is: it is worked out again for each message and stored
nowhere. ``renew_link`` makes those that were sent useless.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.base.money import Money
from comptoir.orders.models import Order
from comptoir_booking.changes import cancel_visit, move_visit
from comptoir_booking.fees import cancel_percents, free_until, kept_of, pieces_of
from comptoir_booking.models import Booking
from comptoir_booking.ordered import end_visit, order_of
from comptoir_booking.refusals import BookingMoved, FeeChanged, NotPossible, TooLate

State = Booking.State
#: A visit has its 16 bytes in the token, so that it is found by its key; then 18 bytes of the hash.
VISIT_BYTES, HASH_BYTES = 16, 18
GONE = (State.HELD, State.RELEASED, State.EXPIRED)


@dataclass(frozen=True)
class MoveTerms:
    """Whether a customer may move a visit; ``why_not`` is the code of the refusal. Moving costs nothing."""

    is_possible: bool
    why_not: str
    until: datetime
    moves_left: int


@dataclass(frozen=True)
class CancelTerms:
    """Whether a customer may cancel a visit, and what becomes of the money; no sums where no order is.

    ``paid`` is what was paid for it by now, ``fee`` what is kept of that, ``refund`` what goes back.
    """

    is_possible: bool
    why_not: str
    free_until: datetime
    paid: Money | None = None
    fee: Money | None = None
    refund: Money | None = None


def token_of(bookings: Sequence[Booking]) -> str:
    """The secret of the link of a visit; 144 bits."""
    first = bookings[0]
    return base64.urlsafe_b64encode(UUID(str(first.visit)).bytes + _hash(first)).decode().rstrip("=")


def booking_for(token: str) -> list[Booking]:
    """The bookings of the visit that a link opens, in their order. Errors: ``NotFound``, the same for all wrong tokens."""
    visit, said = _parts(token)
    rows = Booking.objects.filter(visit=visit).exclude(state__in=GONE)
    found = list(rows.select_related("service__product", "location", "channel").order_by("starts_at", "pk"))
    if not found or not constant_time_compare(said, _hash(found[0])):
        raise NotFound()
    return found


def renew_link(visit: UUID | str) -> None:
    """Make the links of a visit that were sent useless; it has another from now on."""
    Booking.objects.filter(visit=visit).update(link_version=F("link_version") + 1)


def fees_of_move(bookings: Sequence[Booking], at: datetime | None = None) -> MoveTerms:
    """Whether a customer may move a visit at a moment (now), and until when."""
    first, moment = bookings[0], at or clock.now()
    until = first.starts_at - timedelta(minutes=max(one.policy["move_minutes"] for one in bookings))
    left = max(first.policy["most_moves"] - first.moves, 0)
    why_not = _state_refusal(bookings) or ("" if moment <= until and left else TooLate.code)
    return MoveTerms(not why_not, why_not, until, left)


def may_cancel(bookings: Sequence[Booking], at: datetime | None = None) -> bool:
    """Whether a customer may cancel a visit at a moment (now), free of charge or not."""
    return not _cancel_refusal(bookings, cancel_percents(bookings, at))


def fees_of_cancel(bookings: Sequence[Booking], at: datetime | None = None) -> CancelTerms:
    """What cancelling a visit at a moment (now) gives back; the strictest limit of its services counts for all."""
    until = min(free_until(one.policy, bookings[0].starts_at) for one in bookings)
    percents = cancel_percents(bookings, at)
    why_not = _cancel_refusal(bookings, percents)
    order = order_of(list(bookings))
    if order is None:
        return CancelTerms(not why_not, why_not, until)
    paid, fee = _sums(order, bookings, percents)
    return CancelTerms(not why_not, why_not, until, paid, fee, paid - fee)


def move_by_customer(
    *, token: str, start: datetime, person_id: int | None = None, sequence: int | None = None
) -> list[Booking]:
    """Move a visit as its policy allows; with the same people if nobody else is named. Its money stays as it is.

    Errors: ``NotFound``, ``BookingMoved``, ``TooLate``, ``NotPossible``, ``StartNotFree``; it stays as it was then.
    """
    visit = booking_for(token)[0].visit
    return move_visit(visit=visit, start=start, sequence=sequence, person_id=person_id, by_customer=True)


def cancel_by_customer(*, token: str, fee: Money | None = None, sequence: int | None = None) -> list[Booking]:
    """Cancel a visit with its lines in the order, and give back exactly what its policy says; once.

    ``fee`` is what the customer was told is kept. Errors: ``NotFound``, ``BookingMoved``, ``TooLate``, ``NotPossible``,
    ``FeeChanged``; nothing changes then.
    """
    visit = booking_for(token)[0].visit

    def cancel(bookings: list[Booking], _order: Order | None) -> list[Booking]:
        if all(one.state == State.CANCELLED for one in bookings):
            return bookings
        if sequence is not None and bookings[0].sequence != sequence:
            raise BookingMoved()
        terms = fees_of_cancel(bookings)
        if fee is not None and terms.is_possible and terms.fee and terms.fee != fee:
            raise FeeChanged(field="fee", fee=terms.fee.as_json())
        return cancel_visit(visit=visit, by_customer=True)

    return end_visit(visit, cancel, percents=cancel_percents, reason="appointment_cancelled")


def _sums(order: Order, bookings: Sequence[Booking], percents: dict[int, int | None]) -> tuple[Money, Money]:
    pieces = pieces_of(order, [one for one in bookings if one.state == State.CONFIRMED])
    paid = sum((one.paid for one in pieces), Decimal(0))
    kept = kept_of(order, pieces, percents)
    return order.money(paid), order.money(sum(kept.values(), Decimal(0)))


def _cancel_refusal(bookings: Sequence[Booking], percents: Mapping[int, int | None]) -> str:
    return _state_refusal(bookings) or ("" if None not in percents.values() else TooLate.code)


def _state_refusal(bookings: Sequence[Booking]) -> str:
    return "" if all(one.state == State.CONFIRMED for one in bookings) else NotPossible.code


def _parts(token: str) -> tuple[UUID, bytes]:
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        return UUID(bytes=raw[:VISIT_BYTES]), raw[VISIT_BYTES:]
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise NotFound() from error


def _hash(booking: Booking) -> bytes:
    said = f"{booking.visit} {booking.link_version}"
    return salted_hmac("comptoir_booking.self_service", said, algorithm="sha256").digest()[:HASH_BYTES]
