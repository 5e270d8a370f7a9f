"""The inbox: what providers tell us by themselves. Each message is handled once, in one transaction with its effect."""

import hashlib
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, NotFound
from comptoir.channels.queries import ChannelContext
from comptoir.payments.models import Notice, Payment
from comptoir.payments.providers import Fact, Told, providers_on
from comptoir.payments.recording import lock_payments, write_down

logger = logging.getLogger("comptoir.payments")

#: A notice without a payment is looked at again for so long, its text kept for so long.
WAIT, KEEP_BODY = timedelta(days=1), timedelta(days=30)


class NoticeReplayed(ComptoirError):
    """A notice has the number of another one, and says something else."""

    code = "notice_replayed"
    status = 409
    sentence = _("This notice has the number of another one.")


def receive_notice(
    *, channel: ChannelContext, provider: str, headers: Mapping[str, str], body: bytes
) -> Notice | None:
    """Take a message of a provider in: check who sent it, keep it, and write down what it tells; ``None`` if nothing.

    The same message again changes nothing. One about a payment that is not known yet waits. Calls nobody.
    Errors: ``NotFound`` for a provider that is not on here, ``NoticeForged``, ``NoticeStale``, ``NoticeUnreadable``,
    ``NoticeReplayed``; nothing is kept then.
    """
    found = next((one for one in providers_on(channel) if one.code == provider), None)
    if found is None:
        raise NotFound()
    told = found.read_notice({name.lower(): value for name, value in headers.items()}, body)
    if told is None:
        return None
    try:
        with transaction.atomic(durable=True):
            notice = Notice(
                provider=provider,
                message_id=told.id,
                channel_id=channel.id,
                state=Notice.State.WAITING,
                body=body,
                body_hash=hashlib.sha256(body).hexdigest(),
                facts=_as_json(told),
                received_at=clock.now(),
            )
            _handle(notice, told)
            return notice
    except IntegrityError:
        return _came_before(provider, told)


def handle_waiting(limit: int = 100) -> int:
    """Look again at notices that came before their payment was known; returns how many found it."""
    found = 0
    with transaction.atomic():
        waiting = Notice.objects.filter(state=Notice.State.WAITING).order_by("received_at")
        for notice in waiting.select_for_update(skip_locked=True)[:limit]:
            found += _handle(notice, _from_json(notice))
    return found


def forget_bodies() -> int:
    """Forget the text of old notices: they tell more of customers than we need. Returns how many."""
    old = Notice.objects.filter(received_at__lt=clock.now() - KEEP_BODY).exclude(body=b"")
    return old.update(body=b"")


def _came_before(provider: str, told: Told) -> Notice:
    before = Notice.objects.get(provider=provider, message_id=told.id)
    if before.facts != _as_json(told):
        raise NoticeReplayed(field="id")
    return before


def _handle(notice: Notice, told: Told) -> bool:
    """Write down what it tells; false while its payment is not known."""
    payment = _lock_payment(notice.provider, told)
    if payment is None:
        is_old = notice.received_at < clock.now() - WAIT
        notice.state = Notice.State.IGNORED if is_old else Notice.State.WAITING
        notice.problem = "payment_unknown"
    else:
        write_down(payment, told)
        notice.payment, notice.state, notice.problem = payment, Notice.State.HANDLED, payment.problem
    notice.save()
    return payment is not None


def _lock_payment(provider: str, told: Told) -> Payment | None:
    """The payment a notice is about, locked: by our number, else by the provider's."""
    named = {"uuid": told.payment} if told.payment else {"provider_reference": told.reference}
    found = (
        Payment.objects.filter(provider=provider, **named) if any(named.values()) else Payment.objects.none()
    )
    return next(iter(lock_payments(found)), None)


def _as_json(told: Told) -> dict[str, Any]:
    return {
        "payment": told.payment,
        "reference": told.reference,
        "facts": [fact.as_json() for fact in told.facts],
        "is_over": told.is_over,
        "is_hint": told.is_hint,
    }


def _from_json(notice: Notice) -> Told:
    kept = notice.facts
    facts = [Fact.from_json(one) for one in kept["facts"]]
    return Told(
        notice.message_id, kept["payment"], kept["reference"], facts, kept["is_over"], kept["is_hint"]
    )
