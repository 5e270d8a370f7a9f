"""The outbox: facts written with their change, handed to plugins after it. Webhooks: ``webhooks.py`` and ``sending.py``."""

import logging
import random
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from comptoir import hookspecs, plugins
from comptoir.base import clock
from comptoir.events.models import Delivery, Event
from comptoir.events.subscriptions import address_events, record_and_address

logger = logging.getLogger("comptoir.events")

MAX_ATTEMPTS = 12
BATCH = 100
#: So many of the oldest that wait are looked through first; each subject has only one that may be delivered.
LOOKED_THROUGH = 500


def record_event(type: str, *, subject_id: int, **payload: object) -> Event:
    """Write down a fact in the transaction of the change it tells of.

    ``type`` is ``"<noun>_<verb>"``; a hook ``on_<type>`` must exist. Every subscriber gets its own delivery. The same fact
    twice in one transaction (a product saved with its ten prices) is one event: nobody could see the states between.
    ``payload`` is small, and nothing of it is personal: ids, codes, words of the shop. Webhooks send it out.
    Errors: ``RuntimeError`` outside a transaction, ``AttributeError`` for a type without a hook.
    """
    fact = _fact(type, payload)
    fact.subject_id, fact.pk = subject_id, record_and_address(fact, [subject_id])[0][0]
    return fact


def record_events(type: str, *, subject_ids: Iterable[int]) -> int:
    """Write down the same fact of many subjects, in one statement; returns how many were new.

    As ``record_event``, each subject once a transaction.
    Errors: ``RuntimeError`` outside a transaction, ``AttributeError`` for a type without a hook.
    """
    return sum(is_new for _pk, is_new in record_and_address(_fact(type, {}), subject_ids))


def _fact(type: str, payload: dict[str, object]) -> Event:
    if not connection.in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of its change.")
    getattr(hookspecs, f"on_{type}")
    return Event(type=type, payload=payload, recorded_at=clock.now())


def deliver_events(limit: int = BATCH) -> int:
    """Hand waiting events to one subscriber, in one transaction with what that subscriber writes; returns how many.

    A batch that fails is delivered one event at a time, so that one bad event holds up only its own subject.
    """
    with transaction.atomic():
        batch = _claim(limit)
        if not batch:
            return 0
        try:
            with transaction.atomic():
                _deliver(batch)
        except Exception:
            for delivery in batch:
                _deliver_alone(delivery)
        return len(batch)


def replay_event(event: Event) -> int:
    """Deliver a kept event once more to every subscriber that is not already waiting for it; returns how many."""
    return address_events([event])


def retry_delivery(*, delivery: Delivery) -> None:
    """Try a parked delivery again at once, with all its attempts before it."""
    retry_deliveries(Delivery.objects.filter(pk=delivery.pk))


def retry_deliveries(chosen: QuerySet[Delivery]) -> int:
    """Try those of the chosen deliveries that are parked again, at once; returns how many."""
    fresh = {"parked_at": None, "attempts": 0, "due_at": clock.now(), "leased_until": None, "error": ""}
    return chosen.exclude(parked_at=None).update(**fresh)


def claim_first(waiting: QuerySet[Delivery], free: Q, limit: int) -> list[Delivery]:
    """Lock the oldest due deliveries, the first of each subject only; those that others have locked are passed over.

    Of a long queue only the oldest are looked through, all of it when none of these is due. ``waiting``: all deliveries of
    some subscribers; ``free``: which of the first may be taken.
    """
    queue = waiting.filter(parked_at=None).order_by("id")
    for among in (LOOKED_THROUGH, None):
        first = _first_of_each_subject(queue[:among])
        rows = first.filter(free).select_related("event").select_for_update(skip_locked=True, of=("self",))
        if (found := list(rows[:limit])) or not queue[LOOKED_THROUGH:].exists() or first.exists():
            return found
    return []


def _first_of_each_subject(queue: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """What is due of a queue, or of its begin, and has nothing earlier of the same subject and subscriber before it."""
    seen = Delivery.objects.filter(pk__in=queue.values("pk")).order_by("subscriber", "subject", "id")
    first = seen.distinct("subscriber", "subject").values("pk")
    return Delivery.objects.filter(pk__in=first, due_at__lte=clock.now()).order_by("id")


def _claim(limit: int) -> list[Delivery]:
    """The oldest due deliveries of one plugin and one type; the oldest of all says which."""
    waiting = Delivery.objects.filter(endpoint=None)
    for oldest in claim_first(waiting, Q(), 1):
        mine = waiting.filter(subscriber=oldest.subscriber)
        return claim_first(mine, Q(event__type=oldest.event.type), limit)
    return []


def _deliver(batch: list[Delivery]) -> None:
    spec = getattr(hookspecs, f"on_{batch[0].event.type}")
    plugins.deliver(spec, plugin=batch[0].subscriber, events=[delivery.event for delivery in batch])
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in batch]).delete()


def _deliver_alone(delivery: Delivery) -> None:
    try:
        with transaction.atomic():
            _deliver([delivery])
    except Exception as error:
        logger.exception("delivery of %s failed", delivery)
        _put_off(delivery, error)


def _put_off(delivery: Delivery, error: Exception) -> None:
    """Try again later: two, four, eight ... seconds with jitter, at most ten minutes; then park it."""
    delivery.attempts += 1
    delivery.error = repr(error)[:2000]
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.parked_at = clock.now()
    pause_s = min(2**delivery.attempts, 600) * random.uniform(0.5, 1.0)  # noqa: S311 (jitter, not a secret)
    delivery.due_at = clock.now() + timedelta(seconds=pause_s)
    delivery.save(update_fields=["attempts", "error", "parked_at", "due_at"])
