"""Whether everything is ready: for load balancers, orchestrators and `make demo`."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from comptoir.base import clock

#: Written by every worker every few seconds (``./manage.py worker``).
WORKER_KEY = "comptoir-worker-seen"
WORKER_SILENT_S = 30


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and a worker was seen lately, else 503 with what is missing."""
    state = {"database": _database_answers()}
    state["worker"] = state["database"] and _worker_was_seen()
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _worker_was_seen() -> bool:
    seen_at = cache.get(WORKER_KEY)
    return seen_at is not None and clock.now().timestamp() - seen_at < WORKER_SILENT_S
