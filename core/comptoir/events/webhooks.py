"""What people and programs do with webhooks: add, rotate, switch, test, send again. The calls: ``sending.py``."""

import logging
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.conf import conf
from comptoir.events.calling import Answer, Problem, post
from comptoir.events.messages import compose, headers_of
from comptoir.events.models import Attempt, Delivery, Endpoint, EndpointSecret, Event
from comptoir.events.sending import attempt_of, note_answer, save_health
from comptoir.events.services import retry_deliveries
from comptoir.events.signing import SecretLost, derive_secret, mark_of, new_salt, shown
from comptoir.events.subscriptions import address_events

logger = logging.getLogger("comptoir.events")

#: How long the secret before the newest still signs, so that receivers can change it without losing a message.
OLD_SECRET_LIVES = timedelta(hours=24)


class WebhookIsOff(ComptoirError):
    """Nothing is sent to a webhook that is switched off."""

    code = "webhook_is_off"
    status = 409
    sentence = _("This webhook is switched off. Switch it on first.")


@transaction.atomic
def add_endpoint(
    *, url: str, description: str = "", types: Iterable[str] = (), channels: Iterable[str] = ()
) -> tuple[Endpoint, str]:
    """Send events to an address from now on; the second value is its secret, which is not shown again.

    Errors: ``ValidationError`` naming the field, for one if the address is in a private network.
    """
    endpoint = Endpoint(url=url, description=description, types=list(types), channels=list(channels))
    endpoint.full_clean()
    endpoint.save()
    return endpoint, _new_secret(endpoint)


def change_endpoint(*, endpoint: Endpoint) -> None:
    """Keep what was changed of a webhook's address, words, events and channels.

    Errors: ``ValidationError`` naming the field.
    """
    endpoint.full_clean()
    endpoint.save(update_fields=["url", "description", "types", "channels"])


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint) -> str:
    """Give a webhook a new secret; the one before signs beside it for 24 hours, any older one no more."""
    now = clock.now()
    Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    endpoint.secrets.filter(retired_at__gt=now).update(retired_at=now)
    endpoint.secrets.filter(retired_at=None).update(retired_at=now + OLD_SECRET_LIVES)
    return _new_secret(endpoint)


def end_old_secret(*, endpoint: Endpoint) -> None:
    """Stop signing with the secret before the newest at once: its receiver has changed it, or somebody else knows it."""
    endpoint.secrets.filter(retired_at__gt=clock.now()).update(retired_at=clock.now())


def switch_off(*, endpoint: Endpoint) -> None:
    """Send nothing more; what waits goes on waiting, and what happens meanwhile is not kept for it."""
    off = {"switched_off_at": clock.now(), "switched_off_because": Endpoint.Off.BY_HAND}
    Endpoint.objects.filter(pk=endpoint.pk, switched_off_at=None).update(**off)


@transaction.atomic
def switch_on(*, endpoint: Endpoint) -> None:
    """Send again, what has waited first."""
    well = {"failures": 0, "failing_since": None, "resting_until": None}
    Endpoint.objects.filter(pk=endpoint.pk).update(switched_off_at=None, switched_off_because="", **well)
    Delivery.objects.filter(endpoint=endpoint, parked_at=None).update(due_at=clock.now())


def ping(*, endpoint: Endpoint) -> Attempt:
    """Send a test message now and wait for the answer, whatever the webhook asked for; it stands in the log."""
    message, now = f"ping_{secrets.token_hex(8)}", clock.now()
    body = compose("ping", now, {})
    try:
        answer = post(endpoint.url, headers=headers_of(endpoint, message, body), body=body)
    except SecretLost:
        answer = Answer(problem=Problem.SECRET_LOST)
    with transaction.atomic():
        fresh = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        attempt = attempt_of(fresh, answer, type="ping", sent_at=now)
        attempt.webhook_id = message
        attempt.save()
        if answer.is_accepted:
            note_answer(fresh, answer)
            save_health([fresh])
    return attempt


@transaction.atomic
def send_again(*, event: Event, endpoint: Endpoint) -> None:
    """Send an event to a webhook once more, with the same message id; one that waits goes at once.

    Errors: ``WebhookIsOff``.
    """
    if endpoint.switched_off_at:
        raise WebhookIsOff
    waiting = Delivery.objects.filter(event=event, endpoint=endpoint)
    retry_deliveries(waiting)
    if not waiting.update(due_at=clock.now()):
        address_events([event], only=endpoint.subscriber)


def forget_old_attempts() -> int:
    """Keep the log of calls short; returns how many lines went."""
    oldest = clock.now() - timedelta(days=conf.WEBHOOK_LOG_DAYS)
    return Attempt.objects.filter(sent_at__lt=oldest).delete()[0]


def _new_secret(endpoint: Endpoint) -> str:
    salt = new_salt()
    secret = derive_secret(salt)
    EndpointSecret.objects.create(endpoint=endpoint, salt=salt, mark=mark_of(secret), created_at=clock.now())
    return shown(secret)
