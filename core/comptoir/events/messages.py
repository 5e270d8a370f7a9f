"""What a webhook is sent: a small message that says what happened to what, and nothing about people."""

from datetime import datetime
from typing import Any

import orjson

from comptoir.base import clock
from comptoir.events.models import Endpoint, Event, public_type
from comptoir.events.signing import SecretLost, derive_secret, sign

USER_AGENT = "Comptoir (Standard Webhooks 1.0.0)"


def webhook_id(event: Event) -> str:
    """The name of a message: the same on every try and every replay, so that a receiver can tell it had it."""
    return f"evt_{event.pk}"


def body_of(event: Event) -> bytes:
    """The message about an event; the same bytes on every try."""
    return compose(public_type(event.type), event.recorded_at, {**event.payload, "id": event.subject_id})


def compose(type: str, at: datetime, facts: dict[str, Any]) -> bytes:
    """A message in the shape that Standard Webhooks proposes."""
    options = orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS
    return orjson.dumps({"type": type, "timestamp": at, "data": facts}, option=options)


def headers_of(endpoint: Endpoint, message: str, body: bytes) -> dict[str, str]:
    """The headers of one try, signed now with every live secret of the webhook.

    Errors: ``SecretLost`` if the shop's key has changed and none of them can be made any more.
    """
    timestamp = int(clock.now().timestamp())
    live = live_secrets(endpoint)
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(webhook_id=message, timestamp=timestamp, body=body, with_secrets=live),
    }


def live_secrets(endpoint: Endpoint) -> list[bytes]:
    """The secrets a message is signed with: the newest, and one that is being replaced.

    Errors: ``SecretLost`` if there is none.
    """
    now, found = clock.now(), []
    for row in endpoint.secrets.all():
        if row.retired_at is None or row.retired_at > now:
            try:
                found.append(derive_secret(row.salt, row.mark))
            except SecretLost:
                continue
    if not found:
        raise SecretLost
    return found
