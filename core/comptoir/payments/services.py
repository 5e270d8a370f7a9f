"""What changes money. ``ask_…`` writes a wish into the caller's transaction; ``carry_out`` then calls the provider, or
the worker does. ``start_payment``, ``capture_payment``, ``refund_payment`` and ``void_payment`` do both at once."""

from datetime import timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.base.money import Money
from comptoir.base.statements import plans_kept
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext
from comptoir.customers.models import User
from comptoir.orders.models import Order
from comptoir.payments.commands import PATIENCE_S, answer_by, carry_out
from comptoir.payments.models import Command, Payment
from comptoir.payments.providers import Offer, ProviderUnknown, providers_on
from comptoir.payments.recording import PaymentMoved, lock_payment
from comptoir.stock.movements import KeyReused

Action, Fate = Command.Action, Payment.Fate

#: Who asked carries it out himself; after so long the worker does.
GRACE_S = 10


class AboveCaptured(ComptoirError):
    """More would be given back than was taken."""

    code = "refund_above_captured"
    status = 409
    sentence = _("At most {refundable} can be given back.")
    public_facts = ("refundable",)


class AboveAuthorised(ComptoirError):
    """More would be taken than the customer agreed to."""

    code = "capture_above_authorised"
    status = 409
    sentence = _("At most {capturable} can be taken.")
    public_facts = ("capturable",)


class CurrencyDiffers(ComptoirError):
    """A sum is in another currency than its payment."""

    code = "currency_differs"
    status = 422
    sentence = _("This payment is in {currency}.")
    public_facts = ("currency",)


# --- beginning -------------------------------------------------------------------------------------------------------


def start_payment(
    *,
    channel: ChannelContext,
    provider: str,
    reference: str,
    amount: Money,
    key: str,
    locale: str = "",
    return_url: str = "",
    method: str = "",
    way: str = "",
    location_id: int | None = None,
    order: Order | None = None,
) -> Payment:
    """Begin to pay for a checkout with one provider; ``payment.step`` says what the customer does next.

    The same ``key`` again goes on with the same payment, wherever the first call was broken off. Without a usable answer
    the payment stays ``started``, and the same call, or the worker, asks again. With an ``order`` the money is that
    order's from the beginning, such as for goods that were added to it. Not inside a transaction.
    Errors: ``ProviderUnknown``, ``InvalidValue``, ``KeyReused``, ``PaymentRefused``.
    """
    _refuse_odd(amount)
    if not any(one.code == provider for one in _offered(Offer(channel, amount, way, location_id))):
        raise ProviderUnknown(field="provider")
    fields = {
        "provider": provider, "amount": amount.amount, "currency": amount.currency,
        # Only what is needed of it; the row itself is not read.
        "channel": Channel(pk=channel.id, code=channel.code),
        "method": method, "locale": locale, "return_url": return_url,
        "order": order, "fate": Fate.ORDER if order else Fate.OPEN,
    }  # fmt: skip
    if command := _begin(reference, key, fields):
        return carry_out(command, is_claimed=True).payment
    return carry_out(_begun(reference, key, fields)).payment


@plans_kept()
def _begin(reference: str, key: str, fields: dict[str, object]) -> Command | None:
    """Step one: the payment and the wish to start it; ``None`` if this key began one already."""
    now = clock.now()
    try:
        with transaction.atomic(durable=True):
            payment = Payment.objects.create(reference=reference, start_key=key, started_at=now, **fields)
            return Command.objects.create(
                payment=payment,
                action=Action.START,
                amount=payment.amount,
                caller_key=f"start:{key}"[:120],
                tries=1,
                asked_at=now,
                due_at=now + timedelta(seconds=PATIENCE_S),
                asking_until=answer_by(now),
            )
    except IntegrityError:
        return None


def _begun(reference: str, key: str, fields: dict[str, object]) -> Command:
    """The start of the payment that this key began. Errors: ``KeyReused`` if it was for something else."""
    payment = Payment.objects.select_related("channel").get(reference=reference, start_key=key)
    same = ("provider", "amount", "currency", "channel")
    if any(getattr(payment, name) != fields[name] for name in same):
        raise KeyReused(field="key")
    command = Command.objects.get(payment=payment, action=Action.START)
    command.payment = payment
    return command


def _offered(offer: Offer) -> list:
    return [one for one in providers_on(offer.channel) if one.is_offered(offer)]


def _refuse_odd(amount: Money) -> None:
    """Errors: ``InvalidValue`` for nothing, less than nothing, and parts of the smallest coin."""
    if amount.amount <= 0 or amount.rounded().amount != amount.amount:
        raise InvalidValue(field="amount", value=amount.amount)


# --- wishes, written into the caller's transaction -------------------------------------------------------------------


@transaction.atomic
def ask_capture(
    *, payment: Payment, amount: Money | None = None, key: str, actor: User | None = None, reason: str = ""
) -> Command:
    """Write down that money is to be taken: ``amount``, or all that is left of what was authorised.

    Errors: ``AboveAuthorised``, ``CurrencyDiffers``, ``InvalidValue``, ``KeyReused``.
    """
    locked = lock_payment(payment.pk)
    if before := _asked_before(locked, Action.CAPTURE, key, amount):
        return before
    wanted = _amount(locked, amount, locked.capturable)
    if wanted <= 0 or wanted > locked.capturable or locked.fate == Fate.BACK:
        raise AboveAuthorised(field="amount", capturable=written_sum(locked.capturable, locked.currency))
    return write_command(locked, Action.CAPTURE, wanted, key, actor_id=actor and actor.pk, reason=reason)


@transaction.atomic
def ask_refund(
    *, payment: Payment, amount: Money | None = None, key: str, actor: User | None = None, reason: str = ""
) -> Command:
    """Write down that money is to go back to where it came from: ``amount``, or all that is left.

    Errors: ``AboveCaptured``, ``CurrencyDiffers``, ``InvalidValue``, ``KeyReused``.
    """
    locked = lock_payment(payment.pk)
    if before := _asked_before(locked, Action.REFUND, key, amount):
        return before
    wanted = _amount(locked, amount, locked.refundable)
    if wanted <= 0 or wanted > locked.refundable:
        raise AboveCaptured(field="amount", refundable=written_sum(locked.refundable, locked.currency))
    return write_command(locked, Action.REFUND, wanted, key, actor_id=actor and actor.pk, reason=reason)


@transaction.atomic
def ask_void(*, payment: Payment, key: str, actor: User | None = None, reason: str = "") -> Command:
    """Write down that what was not taken is let go, and that nothing more may come.

    Errors: ``KeyReused``.
    """
    locked = lock_payment(payment.pk)
    if before := _asked_before(locked, Action.VOID, key, None):
        return before
    return write_command(
        locked,
        Action.VOID,
        max(locked.capturable, Decimal(0)),
        key,
        actor_id=actor and actor.pk,
        reason=reason,
    )


def write_command(
    payment: Payment,
    action: str,
    amount: Decimal,
    key: str,
    *,
    actor_id: int | None,
    reason: str,
    grace_s: int = GRACE_S,
) -> Command:
    """For a locked payment: put the amount aside, if it is still there, and write the command."""
    aside = {"capture": "capturing", "refund": "refunding", "void": "voiding"}[action]
    if action == Action.REFUND:
        free = Payment.objects.filter(captured__gte=F("refunded") + F("refunding") + amount)
    else:
        free = Payment.objects.filter(
            authorised__gte=F("captured") + F("voided") + F("capturing") + F("voiding") + amount
        )
    if not free.filter(pk=payment.pk).update(**{aside: F(aside) + amount}):
        raise PaymentMoved(str(payment.uuid))
    setattr(payment, aside, getattr(payment, aside) + amount)
    now = clock.now()
    return Command.objects.create(
        payment=payment, action=action, amount=amount, caller_key=key, actor_id=actor_id, reason=reason[:240],
        asked_at=now, due_at=now + timedelta(seconds=grace_s),
    )  # fmt: skip


def _asked_before(payment: Payment, action: str, key: str, amount: Money | None) -> Command | None:
    """What this key asked for already. Errors: ``KeyReused`` if that was something else."""
    before = payment.commands.filter(caller_key=key).first()
    if before and (before.action != action or (amount and amount.amount != before.amount)):
        raise KeyReused(field="key")
    return before


def written_sum(amount: Decimal, currency: str) -> str:
    """A sum as it is written in answers and sentences."""
    return str(Money(amount, currency).rounded().amount)


def _amount(payment: Payment, amount: Money | None, all_of_it: Decimal) -> Decimal:
    if amount is None:
        return all_of_it
    if amount.currency != payment.currency:
        raise CurrencyDiffers(field="amount", currency=payment.currency)
    _refuse_odd(amount)
    return amount.amount


# --- at once ---------------------------------------------------------------------------------------------------------


def capture_payment(
    *, payment: Payment, amount: Money | None = None, key: str, actor: User | None = None, reason: str = ""
) -> Command:
    """Take money now: from a card that was authorised, or what somebody says came in. As ``ask_capture``.

    Errors: also ``PaymentRefused``. Not inside a transaction.
    """
    return carry_out(ask_capture(payment=payment, amount=amount, key=key, actor=actor, reason=reason))


def refund_payment(
    *, payment: Payment, amount: Money | None = None, key: str, actor: User | None = None, reason: str = ""
) -> Command:
    """Give money back now, to where it came from. As ``ask_refund``.

    Errors: also ``PaymentRefused``. Not inside a transaction.
    """
    return carry_out(ask_refund(payment=payment, amount=amount, key=key, actor=actor, reason=reason))


def void_payment(*, payment: Payment, key: str, actor: User | None = None, reason: str = "") -> Command:
    """Let what was authorised go now. As ``ask_void``.

    Errors: also ``PaymentRefused``. Not inside a transaction.
    """
    return carry_out(ask_void(payment=payment, key=key, actor=actor, reason=reason))
