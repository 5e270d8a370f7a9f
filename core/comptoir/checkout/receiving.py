"""Money that staff say came in: over the counter, or on the account of the shop; and what is paid at arrival."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue, NotFound
from comptoir.base.money import Money, written
from comptoir.channels.queries import channel_context
from comptoir.checkout.delivery import CARRIED_OUT
from comptoir.customers.models import User
from comptoir.orders.models import Order
from comptoir.orders.services import lock_order, tell_story
from comptoir.payments.built_in import BankTransfer, PayInShop
from comptoir.payments.commands import carry_out
from comptoir.payments.models import Command, Payment
from comptoir.payments.providers import ProviderUnknown, provider_of
from comptoir.payments.recording import lock_payment
from comptoir.payments.services import ask_capture, capture_payment, start_payment


class BalanceTooHigh(ComptoirError):
    """More would be taken at arrival than is still to be paid then."""

    code = "above_balance"
    status = 409
    sentence = _("At most {most} is still to be paid.")
    public_facts = ("most",)


def receive_money(*, payment: Payment, amount: Money, received_on: date, key: str, actor: User) -> Command:
    """Confirm that money came for an order that is paid by hand; the order goes on once all of it is there.

    A part may come first. ``received_on`` is the day on the statement of the account; the story keeps it, with who said
    so. The same ``key`` confirms once. Not inside a transaction.
    Errors: ``InvalidValue`` for a day to come, those of ``ask_capture``. Nothing changes then.
    """
    if received_on > localtime(clock.now()).date():
        raise InvalidValue(field="received_on", value=received_on.isoformat())
    day = received_on.isoformat()
    with transaction.atomic():
        locked = lock_payment(payment.pk)
        is_new = not locked.commands.filter(caller_key=key).exists()
        command = ask_capture(payment=locked, amount=amount, key=key, actor=actor, reason=day)
        if is_new and locked.order:
            tell_story(
                locked.order,
                "money",
                actor_id=actor.pk,
                reason=day,
                amount=amount.as_json(),
                by=locked.provider,
            )
    return carry_out(command)


def take_balance(
    *,
    order_id: int,
    key: str,
    actor: User,
    amount: Money | None = None,
    provider: str = PayInShop.code,
) -> Payment:
    """Take what a customer pays at arrival, or a part of it: one more tender, which is the order's from its first moment.

    The same ``key`` takes once, wherever the first call was broken off. Not inside a transaction.
    Errors: ``NotFound``, ``ProviderUnknown`` for what staff do not take, ``BalanceTooHigh``, ``InvalidValue``. Nothing is
    taken then.
    """
    if not provider_of(provider).captures_by_hand or provider == BankTransfer.code:
        raise ProviderUnknown(field="provider")
    order, wanted = _claim_balance(order_id, key, amount, actor)
    channel = channel_context(order.channel.code)
    if channel is None:
        raise NotFound()
    payment = start_payment(
        channel=channel, provider=provider, reference=order.reference, amount=wanted, key=f"balance:{key}",
        locale=order.locale, way=CARRIED_OUT, location_id=order.location_id, order=order,
    )  # fmt: skip
    capture_payment(payment=payment, amount=wanted, key=f"balance:{key}", actor=actor)
    payment.refresh_from_db()
    return payment


@transaction.atomic
def _claim_balance(order_id: int, key: str, amount: Money | None, actor: User) -> tuple[Order, Money]:
    """What was to be paid at arrival is owed now; or was, by a call with this key before."""
    order = lock_order(order_id)
    if before := order.history.filter(what="balance", facts__key=key).first():
        return order, Money(Decimal(before.facts["amount"]["amount"]), order.currency)
    most = order.money(order.due_later)
    wanted = most if amount is None else amount
    if wanted.currency != order.currency or wanted.amount <= 0 or wanted != wanted.rounded():
        raise InvalidValue(field="amount", value=f"{wanted.amount} {wanted.currency}")
    if most < wanted:
        raise BalanceTooHigh(field="amount", most=written(most))
    left = wanted.amount
    for line in order.lines.filter(due_later__gt=0).order_by("pk"):
        part = min(left, line.due_later)
        order.lines.filter(pk=line.pk).update(due_later=line.due_later - part)
        left -= part
    Order.objects.filter(pk=order.pk).update(due_later=order.due_later - wanted.amount)
    tell_story(order, "balance", actor_id=actor.pk, key=key, amount=wanted.as_json())
    return order, wanted
