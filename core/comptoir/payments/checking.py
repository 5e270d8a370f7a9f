"""Asks again where an answer is missing: commands without an outcome, payments that wait, money that has to go back.

Run by the worker in every round, and by a customer's return. Nothing here is needed for money to be right; it is what
makes everything come to an end, whatever was killed or lost on the way.
"""

import logging
from datetime import timedelta

from django.db import transaction

from comptoir.base import clock
from comptoir.payments.commands import PaymentRefused, answer_by, asked_of, carry_out, pause_s
from comptoir.payments.models import Command, Payment
from comptoir.payments.notices import forget_bodies, handle_waiting
from comptoir.payments.providers import ProviderSilent, provider_of
from comptoir.payments.recording import (
    FIRST_CHECK_S,
    LONGEST_CHECK_S,
    lock_payment,
    waits_too_long,
    write_down,
)
from comptoir.payments.services import ask_refund, ask_void

logger = logging.getLogger("comptoir.payments")


def settle_payments(limit: int = 50) -> int:
    """Do everything that is due; returns how much there was. Not inside a transaction."""
    done = carry_out_due(limit) + check_open(limit) + handle_waiting(limit)
    forget_bodies()
    return done


def carry_out_due(limit: int = 50) -> int:
    """Ask providers again for what has no outcome yet: somebody was killed, or no answer came. Returns how many."""
    due = Command.objects.filter(state=Command.State.ASKED, due_at__lte=clock.now()).order_by("due_at")
    with transaction.atomic(durable=True):
        claimed = list(
            due.select_for_update(skip_locked=True, of=("self",)).select_related("payment__channel")[:limit]
        )
        for command in claimed:
            command.tries += 1
            command.due_at = clock.now() + timedelta(seconds=pause_s(command.tries))
            command.asking_until = answer_by(clock.now())
        Command.objects.bulk_update(claimed, ["tries", "due_at", "asking_until"])
    for command in claimed:
        _carry_out(command)
    return len(claimed)


def check_open(limit: int = 50) -> int:
    """Ask providers what became of payments that wait, and send back the money that has to go. Returns how many."""
    due = Payment.objects.filter(check_at__lte=clock.now()).order_by("check_at")
    with transaction.atomic(durable=True):
        claimed = list(
            due.select_for_update(skip_locked=True, of=("self",), no_key=True).select_related("channel")[
                :limit
            ]
        )
        for payment in claimed:
            payment.checks = min(payment.checks + 1, 1000)
            payment.check_at = clock.now() + timedelta(seconds=_pause_s(payment.checks))
        Payment.objects.bulk_update(claimed, ["checks", "check_at"])
    for payment in claimed:
        _come_to_an_end(payment)
    return len(claimed)


def check_payment(payment: Payment) -> Payment:
    """Ask the provider now what it knows of a payment, such as when the customer comes back. Returns it as it is then.

    A provider that does not answer changes nothing. Not inside a transaction.
    """
    if not payment.provider_reference:
        return payment
    asked = asked_of(payment, key="", amount=payment.money)
    try:
        answer = provider_of(payment.provider).fetch(asked)
    except Exception as error:
        is_bug = not isinstance(error, ProviderSilent)
        level = logging.ERROR if is_bug else logging.WARNING
        logger.log(level, "payment %s: no answer to a question: %s", payment.uuid, type(error).__name__)
        return payment
    with transaction.atomic(durable=True):
        locked = lock_payment(payment.pk)
        write_down(locked, answer, is_complete=True)
    return locked


def _come_to_an_end(payment: Payment) -> None:
    payment = check_payment(payment)
    if payment.fate == Payment.Fate.BACK:
        _return(payment)
    elif not payment.authorised and not payment.closed_at and waits_too_long(payment):
        _carry_out(ask_void(payment=payment, key=f"too-late:{payment.checks}", reason="nobody paid"))


def _return(payment: Payment) -> None:
    """Let go what is only authorised, give back what was taken; a new key each time, as the amounts may be others."""
    if payment.capturable > 0 or (not payment.authorised and not payment.closed_at):
        _carry_out(ask_void(payment=payment, key=f"back:void:{payment.checks}", reason="no order"))
    if payment.refundable > 0:
        _carry_out(ask_refund(payment=payment, key=f"back:refund:{payment.checks}", reason="no order"))


def _carry_out(command: Command) -> None:
    try:
        carry_out(command, is_claimed=command.tries > 0)
    except PaymentRefused as refusal:
        logger.warning(
            "payment %s: %s was refused: %s", command.payment.uuid, command.action, refusal.facts["reason"]
        )


def _pause_s(checks: int) -> int:
    return int(min(FIRST_CHECK_S * 2 ** min(checks, 10), LONGEST_CHECK_S))
