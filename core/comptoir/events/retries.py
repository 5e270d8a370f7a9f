"""When a call that failed is tried again, and when a receiver is left alone. The table is in ``docs/webhooks.md``."""

import random
from datetime import datetime, timedelta

from comptoir.base import clock
from comptoir.events.calling import Answer
from comptoir.events.models import Endpoint

MINUTE, HOUR = 60, 3600
#: The longest wait after each try, in seconds; the wait is drawn evenly from nothing to this ("full jitter"), which
#: spreads best what failed together (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
LONGEST_WAITS_S = (
    10, MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, 24 * HOUR, 36 * HOUR, 36 * HOUR, 36 * HOUR,
)  # fmt: skip
MOST_TRIES = len(LONGEST_WAITS_S) + 1
#: As long as a receiver may ask for by Retry-After.
RETRY_AFTER_LIMIT_S = 24 * HOUR
#: So many failures in a row let the whole webhook rest: 10 s, 20 s, 40 s ... at most ten minutes.
RESTS_AFTER = 5
LONGEST_REST_S = 10 * MINUTE
#: A webhook that has only failed for so long is switched off.
FAILING_LIMIT = timedelta(days=5)
GONE = 410
ASKS_FOR_PATIENCE = (429, 503)


def next_try(tries: int, answer: Answer) -> datetime | None:
    """When to call again after so many tries; ``None`` when it was the last."""
    if tries >= MOST_TRIES:
        return None
    wait_s = random.uniform(0, LONGEST_WAITS_S[tries - 1])  # noqa: S311 (jitter, not a secret)
    return clock.now() + timedelta(seconds=max(wait_s, _asked_s(answer)))


def note_success(endpoint: Endpoint) -> bool:
    """The receiver is well; returns whether it was resting, so that what waits can go now."""
    rested = endpoint.failures >= RESTS_AFTER or endpoint.resting_until is not None
    endpoint.failures, endpoint.failing_since, endpoint.resting_until = 0, None, None
    return rested


def note_failure(endpoint: Endpoint, answer: Answer) -> None:
    """Count a failure; let the webhook rest after several, and switch it off when it is gone or failed for days."""
    now = clock.now()
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    if (rest_s := _rest_s(endpoint.failures, answer)) > 0:
        endpoint.resting_until = now + timedelta(seconds=rest_s)
    if answer.status == GONE:
        endpoint.switched_off_at, endpoint.switched_off_because = now, Endpoint.Off.GONE
    elif now - endpoint.failing_since >= FAILING_LIMIT:
        endpoint.switched_off_at, endpoint.switched_off_because = now, Endpoint.Off.FAILING


def _rest_s(failures: int, answer: Answer) -> float:
    asked_s = _asked_s(answer) if answer.status in ASKS_FOR_PATIENCE else 0
    if failures < RESTS_AFTER:
        return asked_s
    longest_s = min(10 * 2 ** min(failures - RESTS_AFTER, 10), LONGEST_REST_S)
    return max(asked_s, longest_s * random.uniform(0.5, 1))  # noqa: S311 (jitter, not a secret)


def _asked_s(answer: Answer) -> float:
    return min(answer.retry_after_s or 0, RETRY_AFTER_LIMIT_S)
