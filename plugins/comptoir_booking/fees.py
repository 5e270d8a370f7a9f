"""What the policy of a booking says about money: what is paid with the order, and what is kept when nothing comes of it.

Fees are kept of what was paid, and never more than that: nothing is charged later (docs/decisions/0008-deposits.md).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from comptoir.base import clock
from comptoir.base.money import Money
from comptoir.orders.models import Order, OrderLine
from comptoir.orders.refunds import later_share, share
from comptoir_booking.models import Booking, Policy

Prepay = Policy.Prepay


@dataclass(frozen=True)
class Piece:
    """A booking as it stands in its order: its line, what it costs, and what of that is paid by now."""

    booking: Booking
    line: OrderLine
    worth: Decimal
    paid: Decimal


def due_now(policy: Mapping[str, Any], price: Money) -> Money:
    """What of the price of one booking is paid with the order.

    *Example*: 30 per cent and 5.00 of 60.00 are 23.00; a deposit is never more than the price.
    """
    prepay = policy.get("prepay", Prepay.FULL)
    if prepay == Prepay.FULL:
        return price
    if prepay == Prepay.NOTHING:
        return Money(Decimal(0), price.currency)
    part = price.amount * policy["deposit_percent"] / 100 + Decimal(str(policy["deposit_amount"]))
    return min(Money(part, price.currency).rounded(), price)


def late_percent(policy: Mapping[str, Any], starts_at: datetime, at: datetime) -> int | None:
    """What a customer who cancels at a moment loses of the price; ``None`` if it is too late to do it alone.

    Up to the very second of the limit it is free.
    """
    if at <= free_until(policy, starts_at):
        return 0
    return policy.get("late_cancel_percent") if at < starts_at else None


def free_until(policy: Mapping[str, Any], starts_at: datetime) -> datetime:
    """Until when cancelling costs nothing."""
    return starts_at - timedelta(minutes=policy["cancel_minutes"])


def cancel_percents(bookings: Sequence[Booking], at: datetime | None = None) -> dict[int, int | None]:
    """What is lost of the price of each booking of a visit that is cancelled at a moment (now): the visit is one."""
    moment, starts_at = at or clock.now(), bookings[0].starts_at
    return {one.pk: late_percent(one.policy, starts_at, moment) for one in bookings}


def missed_percents(bookings: Sequence[Booking]) -> dict[int, int | None]:
    """What is lost of the price of each booking if nobody comes."""
    return {one.pk: one.policy.get("no_show_percent", 100) for one in bookings}


def pieces_of(order: Order, bookings: Iterable[Booking]) -> list[Piece]:
    """What bookings cost in their order, and what of it is paid; without those whose piece was cancelled before."""
    lines = {one.variant_id: one for one in order.lines.filter(is_counted=False).order_by("-pk")}
    used: Counter[int] = Counter()
    found = []
    for one in bookings:
        line = lines.get(one.service.product_id)
        if line is None or line.open_quantity <= used[line.pk]:
            continue
        before = used[line.pk]
        used[line.pk] += 1
        worth = share(line.total, line.quantity, line.cancelled + before, 1, order.currency)
        later = later_share(order, line, before + 1) - later_share(order, line, before)
        found.append(
            Piece(one, line, worth, worth - later if order.state != Order.State.UNPAID else Decimal(0))
        )
    return found


def quantities(pieces: Sequence[Piece]) -> dict[int, int]:
    """Pieces by the id of their line."""
    return dict(Counter(one.line.pk for one in pieces))


def kept_of(order: Order, pieces: Sequence[Piece], percents: Mapping[int, int | None]) -> dict[int, Decimal]:
    """What is kept by the id of the line: so much of the price of each booking, up to what was paid for it.

    *Example*: 50 per cent of a colour of 80.00, of which a deposit of 24.00 was paid, are 24.00; of one paid in full 40.00.
    """
    kept: dict[int, Decimal] = {}
    for one in pieces:
        fee = order.money(one.worth * (percents[one.booking.pk] or 0) / 100).rounded().amount
        kept[one.line.pk] = kept.get(one.line.pk, Decimal(0)) + min(fee, one.paid)
    return {pk: amount for pk, amount in kept.items() if amount}
