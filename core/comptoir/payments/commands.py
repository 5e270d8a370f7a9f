"""The order of steps around every call to a provider, so that a process may die between any two of them.

1. the command is written and committed, with its key; what it is about is put aside on the payment;
2. the provider is called with that key, outside of any transaction;
3. the outcome is written: facts, counters, the end of the command, events, in one transaction.

Who dies after 1 or 2 leaves a command that is asked for: the worker calls again with the same key, and the provider does
the same thing once (docs/algorithms/payments.md, rule 3).
"""

import logging
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money
from comptoir.base.statements import plans_kept
from comptoir.conf import conf
from comptoir.payments.models import Command, Payment
from comptoir.payments.providers import Answer, Asked, ProviderRefused, ProviderSilent, provider_of
from comptoir.payments.recording import lock_payment, write_down, write_refusal

logger = logging.getLogger("comptoir.payments")

#: How long a call may take before somebody else asks again.
PATIENCE_S = 60
LONGEST_PAUSE_S = 3600
#: Whoever comes while another one waits for the provider waits as well, for so long; then asks himself.
ANSWER_S, LOOK_AGAIN_S = 5, 0.05


class PaymentRefused(ComptoirError):
    """The provider said no: the card has no money, or what was asked cannot be done any more."""

    code = "payment_refused"
    status = 409
    sentence = _("The payment provider has refused.")
    public_facts = ("reason",)


def pause_s(tries: int) -> int:
    """Seconds to wait before the same is asked again."""
    return int(min(PATIENCE_S * 2 ** max(tries - 1, 0), LONGEST_PAUSE_S))


def carry_out(command: Command, *, is_claimed: bool = False) -> Command:
    """Ask the provider for what a command says, and write down what it answered.

    The command is ``done``, or still ``asked`` when no usable answer came; then the worker asks again with the same key.
    Of calls that come at once one asks, and the others have its answer.
    Errors: ``PaymentRefused`` if the provider said no; ``RuntimeError`` inside a transaction.
    """
    if not is_claimed and not _claim(command):
        return _outcome(command)
    payment = command.payment
    try:
        answer = _call(command)
    except ProviderRefused as refusal:
        _refuse(command, refusal.reason)
        raise PaymentRefused(reason=refusal.reason) from refusal
    except Exception as error:
        # Only the kind of the error: what a provider's library writes into one may have a secret in it.
        kind, is_bug = type(error).__name__, not isinstance(error, ProviderSilent)
        logger.log(
            logging.ERROR if is_bug else logging.WARNING,
            "payment %s: no answer to %s: %s",
            payment.uuid,
            command.action,
            kind,
        )
        Command.objects.filter(pk=command.pk).update(asking_until=None)
        return command
    with plans_kept(), transaction.atomic(durable=True):
        locked = lock_payment(payment.pk)
        write_down(locked, answer, command=command)
    command.payment = locked
    return command


def _claim(command: Command) -> bool:
    """Be the one who asks; false if the command has its outcome, such as after waiting for another one's answer.

    It polls, as neither a lock of a row nor of a session may last as long as a call to somebody outside. Who waited long
    enough asks at any rate: the other may have died, and the provider does the same thing once.
    """
    asked = Command.objects.filter(pk=command.pk, state=Command.State.ASKED)
    patience = time.monotonic() + ANSWER_S
    while not _put_off(command, asked if time.monotonic() > patience else asked.filter(_nobody_asks())):
        if not asked.exists():
            return False
        time.sleep(LOOK_AGAIN_S)
    return True


def _nobody_asks() -> Q:
    return Q(asking_until=None) | Q(asking_until__lte=clock.now())


def _put_off(command: Command, asked: QuerySet[Command]) -> bool:
    """Put the next try off, if the command is still one of these."""
    now, tries = clock.now(), command.tries + 1
    due_at = now + timedelta(seconds=pause_s(tries))
    with transaction.atomic(durable=True):
        if not asked.update(tries=tries, due_at=due_at, asking_until=answer_by(now)):
            return False
    command.tries = tries
    return True


def answer_by(now: datetime) -> datetime:
    """Until when others wait for the answer to a call that begins now."""
    return now + timedelta(seconds=ANSWER_S)


def _outcome(command: Command) -> Command:
    """What became of it. Errors: ``PaymentRefused``."""
    command.refresh_from_db()
    if command.state == Command.State.REFUSED:
        raise PaymentRefused(reason=command.refusal)
    return command


def _refuse(command: Command, reason: str) -> None:
    with transaction.atomic(durable=True):
        locked = lock_payment(command.payment_id)
        write_refusal(locked, command, reason)
    command.payment = locked
    if command.state != Command.State.REFUSED:  # a notice was quicker, and said yes
        command.refresh_from_db()


def _call(command: Command) -> Answer:
    payment = command.payment
    provider = provider_of(payment.provider)
    asked = asked_of(payment, key=command.key, amount=command.money, is_repeat=command.tries > 1)
    if command.action == Command.Action.START:
        return provider.start(asked)
    if command.action == Command.Action.CAPTURE:
        return provider.capture(asked)
    if command.action == Command.Action.REFUND:
        return provider.refund(asked)
    return provider.void(asked)


def asked_of(payment: Payment, *, key: UUID | str, amount: Money, is_repeat: bool = False) -> Asked:
    """What a provider is told of a payment."""
    return Asked(
        payment=str(payment.uuid),
        reference=payment.provider_reference,
        amount=amount,
        key=str(key),
        channel=payment.channel.code,
        locale=payment.locale,
        return_url=payment.return_url,
        notice_url=notice_url(payment.channel.code, payment.provider),
        method=payment.method,
        is_repeat=is_repeat,
    )


def notice_url(channel: str, provider: str) -> str:
    """Where a provider sends its notices for a channel."""
    return f"{conf.BASE_URL}/api/v1/{channel}/payments/notices/{provider}"
