"""Calls webhooks: claims what is due, lets threads make the calls, writes down what came of them.

A plugin is called inside the transaction that claimed its events. A receiver outside may take ten seconds, so here the
claim is a lease, committed before the call: nothing waits for a call but the later events of its own subject. A worker
that is killed leaves its leases; when they end, another calls again with the same ``webhook-id``.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from comptoir.base import clock
from comptoir.events.calling import Answer, Problem, post
from comptoir.events.messages import body_of, headers_of, webhook_id
from comptoir.events.models import Attempt, Delivery, Endpoint
from comptoir.events.retries import next_try, note_failure, note_success
from comptoir.events.services import claim_first
from comptoir.events.signing import SecretLost

logger = logging.getLogger("comptoir.events")

THREADS = 32
#: Calls of one webhook at a time; a slow or failing one has one, so that it cannot take all threads.
AT_ONCE = 4
SLOW_MS = 2000
#: Longer than any call: ``calling.TIMEOUT_S`` covers all of it.
LEASE_S = 60.0
HEALTH = ["failures", "failing_since", "resting_until", "switched_off_at", "switched_off_because"]


@dataclass(frozen=True)
class Call:
    """A delivery that is ours until its lease ends, and what to send for it."""

    delivery: Delivery
    endpoint: Endpoint
    lease: datetime
    sent_at: datetime
    body: bytes
    headers: dict[str, str] | None

    def make(self) -> Answer:
        """Call; runs in a thread that knows nothing of the database."""
        if self.headers is None:
            return Answer(problem=Problem.SECRET_LOST)
        return post(self.endpoint.url, headers=self.headers, body=self.body)


class Sender:
    """The webhooks of one worker: its threads, and the calls they are making."""

    def __init__(self, *, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="webhooks")
        self._room = threads
        self._running: dict[Future[Answer], Call] = {}
        self._slow: set[int] = set()

    def round(self, wait_s: float = 0.0) -> bool:
        """Write down what has ended, waiting a little for the first, and start what is due; whether there was anything."""
        ended, _running = wait(self._running, timeout=wait_s, return_when=FIRST_COMPLETED)
        if ended:
            results = [(self._running[one], one.result()) for one in ended]
            self._notice_slow(results)
            record_answers(results)
            for one in ended:
                del self._running[one]
        started = self._start()
        return bool(ended or started or self._running)

    def stop(self, wait_s: float = 3.0) -> None:
        """Start no more calls, and write down those that end soon; the others are made again when their lease ends."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        ended, _running = wait(self._running, timeout=wait_s)
        record_answers([(self._running[one], one.result()) for one in ended if not one.cancelled()])

    def _start(self) -> int:
        started = 0
        for endpoint in callable_endpoints():
            room = min(self._places(endpoint), self._room - len(self._running))
            for call in claim_calls(endpoint, room) if room > 0 else []:
                self._running[self._pool.submit(call.make)] = call
                started += 1
        return started

    def _places(self, endpoint: Endpoint) -> int:
        taken = Counter(call.endpoint.pk for call in self._running.values())[endpoint.pk]
        careful = endpoint.failures or endpoint.pk in self._slow
        return (1 if careful else AT_ONCE) - taken

    def _notice_slow(self, results: list[tuple[Call, Answer]]) -> None:
        for call, answer in results:
            change = self._slow.add if answer.duration_ms > SLOW_MS else self._slow.discard
            change(call.endpoint.pk)


def callable_endpoints() -> QuerySet[Endpoint]:
    """The webhooks that are on, do not rest, and have something due."""
    now = clock.now()
    due = Delivery.objects.filter(endpoint=OuterRef("pk"), parked_at=None, due_at__lte=now)
    rested = Q(resting_until=None) | Q(resting_until__lte=now)
    on = Endpoint.objects.switched_on().filter(rested, Exists(due))
    return on.order_by("pk").prefetch_related("secrets")


@transaction.atomic
def claim_calls(endpoint: Endpoint, limit: int) -> list[Call]:
    """Lease the oldest due deliveries of a webhook, the first of each subject only."""
    now = clock.now()
    lease = now + timedelta(seconds=LEASE_S)
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    rows = claim_first(Delivery.objects.filter(endpoint=endpoint), free, limit)
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(leased_until=lease)
    return [_call(row, endpoint, lease, now) for row in rows]


def _call(delivery: Delivery, endpoint: Endpoint, lease: datetime, now: datetime) -> Call:
    body = body_of(delivery.event)
    try:
        headers = headers_of(endpoint, webhook_id(delivery.event), body)
    except SecretLost:
        headers = None
    return Call(delivery, endpoint, lease, now, body, headers)


@transaction.atomic
def record_answers(results: list[tuple[Call, Answer]]) -> None:
    """Remove what was accepted, put off or park what was not, and write the log.

    A delivery whose lease has passed to somebody else is theirs; the call is logged all the same, as it happened.
    """
    endpoints = _locked(Endpoint, {call.endpoint.pk for call, _answer in results})
    deliveries = _locked(Delivery, {call.delivery.pk for call, _answer in results})
    attempts, accepted = [], []
    for call, answer in results:
        endpoint, delivery = endpoints.get(call.endpoint.pk), deliveries.get(call.delivery.pk)
        if endpoint is None:
            continue
        attempts.append(_attempt(call, answer, endpoint))
        note_answer(endpoint, answer)
        if delivery is None or delivery.leased_until != call.lease:
            continue
        if answer.is_accepted:
            accepted.append(delivery.pk)
        else:
            attempts[-1].next_at = _put_off(delivery, answer)
    Delivery.objects.filter(pk__in=accepted).delete()
    Attempt.objects.bulk_create(attempts)
    save_health(endpoints.values())


def _attempt(call: Call, answer: Answer, endpoint: Endpoint) -> Attempt:
    event = call.delivery.event
    attempt = attempt_of(endpoint, answer, type=event.type, sent_at=call.sent_at)
    attempt.event, attempt.webhook_id, attempt.number = event, webhook_id(event), call.delivery.attempts + 1
    return attempt


def attempt_of(endpoint: Endpoint, answer: Answer, *, type: str, sent_at: datetime) -> Attempt:
    """One call as the log keeps it."""
    unreached = Attempt.Outcome.UNREACHED if answer.status is None else Attempt.Outcome.REFUSED
    return Attempt(
        endpoint=endpoint,
        type=type,
        sent_at=sent_at,
        duration_ms=answer.duration_ms,
        outcome=Attempt.Outcome.ACCEPTED if answer.is_accepted else unreached,
        status=answer.status,
        answer=answer.text,
        problem=answer.problem or "",
    )


def note_answer(endpoint: Endpoint, answer: Answer) -> None:
    """Keep what an answer says of the receiver; when one that rested is well again, all that waits for it goes now."""
    if not answer.is_accepted:
        note_failure(endpoint, answer)
    elif note_success(endpoint):
        waiting = Delivery.objects.filter(endpoint=endpoint, parked_at=None, due_at__gt=clock.now())
        waiting.update(due_at=clock.now())


def save_health(endpoints: Iterable[Endpoint]) -> None:
    """Write what was noted of receivers, and nothing else of them; say when one was switched off."""
    for endpoint in endpoints:
        endpoint.save(update_fields=HEALTH)
        if endpoint.switched_off_because in (Endpoint.Off.GONE, Endpoint.Off.FAILING):
            logger.warning("webhook %s is switched off: %s", endpoint.pk, endpoint.switched_off_because)


def _put_off(delivery: Delivery, answer: Answer) -> datetime | None:
    """Try again later, or park it; when it is tried again, if it is."""
    delivery.attempts += 1
    delivery.error = answer.problem or f"HTTP {answer.status}"
    delivery.leased_until = None
    again = next_try(delivery.attempts, answer)
    delivery.due_at = again or delivery.due_at
    delivery.parked_at = None if again else clock.now()
    delivery.save(update_fields=["attempts", "error", "leased_until", "due_at", "parked_at"])
    return again


def _locked(model: type, ids: set[int]) -> dict[int, Any]:
    rows = model.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    return {row.pk: row for row in rows}
