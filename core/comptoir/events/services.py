import logging
import random
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from comptoir import hookspecs, plugins
from comptoir.base import clock
from comptoir.events.models import CurrentTransaction, Delivery, Event

logger = logging.getLogger("comptoir.events")

MAX_ATTEMPTS = 12
BATCH = 100


def record_event(type: str, *, subject_id: int, **payload: object) -> Event:
    """Write down a fact in the transaction of the change it tells of.

    ``type`` is ``"<noun>_<verb>"``; a hook ``on_<type>`` must exist. Every subscriber gets its own delivery. The same fact
    twice in one transaction (a product saved with its ten prices) is one event: nobody could see the states between.
    Errors: ``RuntimeError`` outside a transaction, ``AttributeError`` for a type without a hook.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of its change.")
    spec = getattr(hookspecs, f"on_{type}")
    now = clock.now()
    fact = {"type": type, "subject_id": subject_id, "payload": payload, "recorded_in": CurrentTransaction()}
    if already := Event.objects.filter(**fact, deliveries__attempts=0).first():
        return already
    event = Event.objects.create(**fact, recorded_at=now)
    Delivery.objects.bulk_create(
        Delivery(event=event, subscriber=name, subject=f"{type.partition('_')[0]}:{subject_id}", due_at=now)
        for name in plugins.subscribers(spec)
    )
    return event


def record_events(type: str, *, subject_ids: Iterable[int]) -> int:
    """Write down the same fact of many subjects, in a constant number of statements; returns how many were new.

    As ``record_event``, each subject once a transaction.
    Errors: ``RuntimeError`` outside a transaction, ``AttributeError`` for a type without a hook.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An event is recorded in the transaction of its change.")
    spec = getattr(hookspecs, f"on_{type}")
    now = clock.now()
    wanted = sorted(set(subject_ids))
    told = Event.objects.filter(
        type=type,
        subject_id__in=wanted,
        payload={},
        recorded_in=CurrentTransaction(),
        deliveries__attempts=0,
    )
    already = set(told.values_list("subject_id", flat=True))
    events = Event.objects.bulk_create(
        Event(type=type, subject_id=pk, recorded_in=CurrentTransaction(), recorded_at=now)
        for pk in wanted
        if pk not in already
    )
    Delivery.objects.bulk_create(
        Delivery(
            event=event, subscriber=name, subject=f"{type.partition('_')[0]}:{event.subject_id}", due_at=now
        )
        for event in events
        for name in plugins.subscribers(spec)
    )
    return len(events)


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
    spec = getattr(hookspecs, f"on_{event.type}")
    subject = f"{event.type.partition('_')[0]}:{event.subject_id}"
    rows = [
        Delivery(event=event, subscriber=name, subject=subject, due_at=clock.now())
        for name in plugins.subscribers(spec)
    ]
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))


def retry_delivery(*, delivery: Delivery) -> None:
    """Try a parked delivery again at once, with all its attempts before it."""
    parked = Delivery.objects.filter(pk=delivery.pk).exclude(parked_at=None)
    parked.update(parked_at=None, attempts=0, due_at=clock.now(), error="")


def _claim(limit: int) -> list[Delivery]:
    """The oldest due deliveries of one subscriber and one type, the first of each subject only."""
    earlier = Delivery.objects.filter(
        subscriber=OuterRef("subscriber"), subject=OuterRef("subject"), id__lt=OuterRef("id"), parked_at=None
    )
    due = (
        Delivery.objects.filter(parked_at=None, due_at__lte=clock.now())
        .exclude(Exists(earlier))
        .order_by("id")
    )
    claimed = list(due.select_related("event").select_for_update(skip_locked=True, of=("self",))[:limit])
    if not claimed:
        return []
    first = claimed[0]
    return [
        row for row in claimed if (row.subscriber, row.event.type) == (first.subscriber, first.event.type)
    ]


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
