"""Whose money it is: a checkout's payments become those of its order or go back, and an order keeps what it costs.

Everything here is safe inside a transaction and calls nobody: it writes wishes, and the worker carries them out.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money
from comptoir.orders.models import Order, RefundRequest
from comptoir.payments.models import Command, Payment
from comptoir.payments.providers import registered
from comptoir.payments.recording import lock_payments
from comptoir.payments.services import write_command, written_sum

Action, Fate = Command.Action, Payment.Fate
ZERO = Decimal(0)


class NotPaid(ComptoirError):
    """There is not enough money for the order."""

    code = "not_paid"
    status = 409
    sentence = _("{missing} are still to be paid.")
    public_facts = ("missing",)


def lock_tenders(*, reference: str) -> list[Payment]:
    """The payments of a checkout that nobody has decided about, locked for who is about to decide; the oldest first.

    Waits for who is deciding just now; what they have decided is not among them.
    """
    return lock_payments(Payment.objects.of_reference(reference).filter(fate=Fate.OPEN))


def keep_for_order(*, order: Order, amount: Money, tenders: list[Payment] | None = None) -> list[Payment]:
    """Make the payments of a checkout those of its order, in the transaction that places it. The oldest come first.

    ``tenders`` are those of ``lock_tenders``, if the caller has locked them already. What is not needed, because somebody
    paid twice, goes back; so does what comes later.
    Errors: ``NotPaid`` if there is less than ``amount``; nothing is kept then.
    """
    kept, others, left = [], [], amount.amount
    for payment in lock_tenders(reference=order.reference) if tenders is None else tenders:
        if left > 0 and payment.secured > 0 and payment.currency == amount.currency:
            kept.append(payment)
            left -= payment.secured
        else:
            others.append(payment)
    if left > 0:
        raise NotPaid(missing=written_sum(left, amount.currency))
    _decide(kept, fate=Fate.ORDER, order=order)
    _decide(others, fate=Fate.BACK, check_at=clock.now())
    return kept


def give_back(*, reference: str) -> int:
    """Decide that the money of a checkout goes back, because no order comes of it; returns how many payments.

    The worker calls the providers, now and for whatever comes in later. An order's payments are left alone.
    """
    with transaction.atomic():
        return _decide(lock_tenders(reference=reference), fate=Fate.BACK, check_at=clock.now())


def capture_for_order(*, order_id: int) -> list[Command]:
    """Take what an order costs from what was authorised for it, except where staff say that money came."""
    with transaction.atomic():
        payments = _locked_tenders(order_id)
        order = Order.objects.get(pk=order_id)
        left = _kept(order) - _taken(payments)
        by_hand = {code for code, (one, _plugin) in registered().items() if one.captures_by_hand}
        wanted = [one for one in payments if one.provider not in by_hand]
        return _spread(wanted, Action.CAPTURE, "capturable", left, reason=order.number)


def settle_order(*, order_id: int, request_id: int | None = None) -> list[Command]:
    """Give back what an order does not cost any more, to the tenders that paid; the oldest first.

    What it may keep is its total without what was asked back, up to ``request_id`` or in all. What was not taken yet is
    let go once nothing more is to be taken. Doing it again asks for nothing more.
    """
    with transaction.atomic():
        payments = _locked_tenders(order_id)
        order = Order.objects.get(pk=order_id)
        request = RefundRequest.objects.filter(order=order, pk=request_id).first()
        kept, taken = _kept(order, request_id), _taken(payments)
        why = (
            {"actor_id": request.actor_id, "reason": request.reason} if request else {"reason": order.number}
        )
        commands = _spread(payments, Action.REFUND, "refundable", taken - kept, **why)
        if kept <= taken:
            left = sum((one.capturable for one in payments), ZERO)
            commands += _spread(payments, Action.VOID, "capturable", left, **why)
        return commands


def _spread(
    payments: Iterable[Payment],
    action: str,
    of: str,
    amount: Decimal,
    *,
    reason: str,
    actor_id: int | None = None,
) -> list[Command]:
    """A command for each tender until the amount is reached; each key is new, as the amounts are what is missing now."""
    commands = []
    for payment in payments:
        part = min(amount, getattr(payment, of))
        if part > 0:
            key = f"order:{action}:{payment.commands.count()}"
            commands.append(
                write_command(payment, action, part, key, actor_id=actor_id, reason=reason, grace_s=0)
            )
            amount -= part
    return commands


def _kept(order: Order, request_id: int | None = None) -> Decimal:
    """What an order may keep now: its total without what it was asked to give back, and what is paid at arrival."""
    requests = RefundRequest.objects.filter(order=order)
    if request_id is not None:
        requests = requests.filter(pk__lte=request_id)
    return order.total - order.due_later - requests.aggregate(sum=Sum("amount", default=ZERO))["sum"]


def _taken(payments: Iterable[Payment]) -> Decimal:
    """What was taken and not given back, with what is under way."""
    return sum((one.captured + one.capturing - one.refunded - one.refunding for one in payments), ZERO)


def _locked_tenders(order_id: int) -> list[Payment]:
    return lock_payments(Payment.objects.filter(order_id=order_id))


def _decide(payments: Iterable[Payment], **fields: object) -> int:
    """Whose money it is is decided once: the statement asks for payments that are open."""
    pks = [one.pk for one in payments]
    return Payment.objects.filter(pk__in=pks, fate=Fate.OPEN).update(**fields) if pks else 0
