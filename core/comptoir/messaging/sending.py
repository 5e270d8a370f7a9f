"""Sends what waits: claims it, makes its text, hands it to a transport, writes down what came of it.

The claim is a lease, committed before anything is sent, as for webhooks (``events/sending.py``): two workers never send
the same message. One that is killed leaves its lease; when it ends, the message is sent with the same ``Message-ID``.
"""

import logging
import random
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Q

from comptoir.base import clock
from comptoir.conf import conf
from comptoir.messaging.kinds import kinds
from comptoir.messaging.models import Message
from comptoir.messaging.services import hash_of
from comptoir.messaging.transports import Letter, NotAccepted, NoTransport, transport_for
from comptoir.messaging.writing import write_letter

logger = logging.getLogger("comptoir.messaging")

State, Problem = Message.State, Message.Problem
#: A message is tried for about a day: 30 seconds, one minute, two ... at most three hours.
MOST_TRIES, FIRST_PAUSE_S, LONGEST_PAUSE_S = 16, 30, 3 * 3600
#: Longer than all messages of a batch may take: a transport has 20 seconds for each.
LEASE_S, BATCH = 300, 10


class NotWritten(Exception):
    """A template is wrong."""


def send_messages(limit: int = BATCH) -> int:
    """Send what is due; returns how many were tried. Not inside a transaction."""
    lease, claimed = claim_messages(min(limit, BATCH))
    for message in claimed:
        _send(message, lease)
    return len(claimed)


@transaction.atomic(durable=True)
def claim_messages(limit: int) -> tuple[datetime, list[Message]]:
    """Lease the messages that are due longest; each try is counted before it is made."""
    now = clock.now()
    lease = now + timedelta(seconds=LEASE_S)
    due = Message.objects.filter(
        Q(leased_until=None) | Q(leased_until__lte=now), state=State.WAITING, due_at__lte=now
    )
    claimed = list(due.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",))[:limit])
    for message in claimed:
        message.leased_until, message.tries = lease, message.tries + 1
    Message.objects.bulk_update(claimed, ["leased_until", "tries"])
    return lease, claimed


def _send(message: Message, lease: datetime) -> None:
    try:
        letter = _letter(message)
        if letter is None:
            _end(message, lease, state=State.DROPPED)
            return
        transport_for(message.medium).send(letter)
    except NotAccepted:
        _end(message, lease, state=State.FAILED, problem=Problem.NOT_ACCEPTED)
    except NoTransport:
        _end(message, lease, state=State.FAILED, problem=Problem.NO_TRANSPORT)
    except NotWritten as error:
        # The name of the error alone: its words may quote what was to be written.
        logger.error("message %s was not written: %s", message.pk, type(error.__cause__).__name__)
        _put_off(message, lease, Problem.NOT_WRITTEN)
    except Exception as error:
        logger.warning("message %s was not sent: %s", message.pk, type(error).__name__)
        _put_off(message, lease, Problem.NOT_REACHED)
    else:
        _end(message, lease, state=State.SENT, sent_at=clock.now(), problem="")


def _letter(message: Message) -> Letter | None:
    """The letter to the address of today; nothing if there is nothing to tell any more. Errors: ``NotWritten``."""
    kind = kinds().get(message.kind)
    if kind is None:  # its plugin is not there any more
        return None
    row = next(iter(kind.rows([message.subject_id])), None)
    to = kind.address_of(row) if row else ""
    if row is None or not to or not kind.is_of_use(row) or not _still_mine(message, to):
        return None
    try:
        return write_letter(kind, row, to=to, reference=_reference(message))
    except Exception as error:
        raise NotWritten from error


def _still_mine(message: Message, to: str) -> bool:
    """The address may have been corrected meanwhile; if the new one has its own message already, that one is enough."""
    if (now := hash_of(to)) != message.recipient_hash:
        try:
            with transaction.atomic():
                Message.objects.filter(pk=message.pk).update(recipient_hash=now)
        except IntegrityError:
            return False
    return True


def _reference(message: Message) -> str:
    return f"{message.pk}.{message.recipient_hash[:16]}@{urlsplit(conf.BASE_URL).hostname or 'localhost'}"


def _put_off(message: Message, lease: datetime, problem: str) -> None:
    if message.tries >= MOST_TRIES:
        _end(message, lease, state=State.FAILED, problem=problem)
        return
    pause_s = min(FIRST_PAUSE_S * 2 ** (message.tries - 1), LONGEST_PAUSE_S)
    pause_s *= random.uniform(0.8, 1.2)  # noqa: S311 (jitter, not a secret)
    _end(message, lease, problem=problem, due_at=clock.now() + timedelta(seconds=pause_s))


def _end(message: Message, lease: datetime, **fields: object) -> None:
    """Write it down, unless the lease has ended and somebody else has it by now."""
    Message.objects.filter(pk=message.pk, leased_until=lease).update(leased_until=None, **fields)
