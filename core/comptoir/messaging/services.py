"""Writes messages down and lets people send one again. Sending itself: ``sending.py``."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.messaging.kinds import kinds
from comptoir.messaging.models import Message

State = Message.State


class MessageOnItsWay(ComptoirError):
    """A message cannot be sent again while it is being sent."""

    code = "message_on_its_way"
    status = 409
    sentence = _("This message is on its way already.")


def write_messages(kind: str, ids: Iterable[int]) -> None:
    """Have customers told something, each once, however often it is asked for; whoever left no address is left in peace.

    ``ids`` are those of what the kind is about. Run in the transaction of the event, in two or three statements.
    """
    found, now = kinds()[kind], clock.now()
    Message.objects.bulk_create(
        [
            Message(
                kind=kind,
                medium=found.medium,
                subject=f"{found.noun}:{row.pk}",
                recipient_hash=hash_of(to),
                order=found.order_of(row),
                written_at=now,
                due_at=due,
            )
            for row in found.rows(ids)
            if (to := found.address_of(row)) and (due := found.due_of(row))
        ],
        ignore_conflicts=True,
    )


def send_again(*, message: Message) -> None:
    """Send a message once more, with what is true now, to the address that the order has now.

    Errors: ``MessageOnItsWay``.
    """
    now = clock.now()
    fresh = {"state": State.WAITING, "problem": "", "tries": 0, "due_at": now, "sent_at": None}
    rows = Message.objects.filter(pk=message.pk)
    if not rows.exclude(state=State.WAITING, leased_until__gt=now).update(**fresh, leased_until=None):
        raise MessageOnItsWay


def hash_of(address: str) -> str:
    """What a row keeps of an address."""
    said = address.strip().lower()
    return salted_hmac(
        "comptoir.messaging.recipient", said, secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()
