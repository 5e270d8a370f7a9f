"""Money that staff say came in: over the counter, or on the account of the shop."""

from datetime import date

from django.db import transaction
from django.utils.timezone import localtime

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir.customers.models import User
from comptoir.orders.services import tell_story
from comptoir.payments.commands import carry_out
from comptoir.payments.models import Command, Payment
from comptoir.payments.recording import lock_payment
from comptoir.payments.services import ask_capture


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
