"""Delivers kept events once more: to a new subscriber, or after one lost what it had."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from comptoir.events.models import Event
from comptoir.events.subscriptions import address_events

BATCH = 500


def replay_events(
    events: QuerySet[Event],
    *,
    only: str | None = None,
    progress: Callable[[int], object] = lambda done: None,
) -> int:
    """Deliver kept events again, in their order and with their ids, to all subscribers or one; returns how many deliveries.

    Who is still waiting for an event does not get it twice. An interruption leaves what was done; doing it again is safe.
    """
    written, last = 0, 0
    while batch := list(events.order_by("pk").filter(pk__gt=last)[:BATCH]):
        with transaction.atomic():
            written += address_events(batch, only=only)
        last = batch[-1].pk
        progress(len(batch))
    return written
