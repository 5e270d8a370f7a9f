"""``Idempotency-Key``: whoever sends a write twice, because no answer came, gets one effect and the same answer."""

import hashlib
import inspect
import random
import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import orjson
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from comptoir.api.http import KEY_HEADER, open_channel_for
from comptoir.api.models import StoredAnswer
from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.base.statements import plans_kept
from comptoir.channels.services import hash_key
from comptoir.conf import conf
from comptoir.stock.movements import KeyReused
from comptoir.stock.rows import StockBusy, is_conflict

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"

#: A short key could be guessed by somebody else, and an answer may carry the token of a basket.
KEY_PATTERN = re.compile(r"[A-Za-z0-9_.:-]{16,120}")

#: What of an answer's headers is kept; the others say something of this one delivery of it.
KEPT_HEADERS = ("Content-Type", "Cache-Control", "Content-Language", "ETag", "Location", "Vary")

#: How often a request is done when its transaction and another's wait for each other.
ATTEMPTS = 4

#: Rivals with the same key wait here until the first one's transaction has ended, one way or the other.
CLAIM = """
INSERT INTO api_storedanswer (key_hash, fingerprint, status, headers, body, answered_at)
VALUES (%s, %s, 0, '{}', '', %s) ON CONFLICT (key_hash) DO NOTHING
"""
KEEP = "UPDATE api_storedanswer SET status = %s, headers = %s, body = %s WHERE key_hash = %s"

Run = Callable[..., HttpResponse]


class KeyInvalid(ComptoirError):
    """An idempotency key is too short, too long, or has other characters in it."""

    code = "idempotency_key_invalid"
    status = 422
    sentence = _("An idempotency key has 16 to 120 letters, digits and the characters _ . : -")


def repeatable(run: Run) -> Run:
    """For a write that does the same once or twice by itself: a key may be sent, and only its form matters.

    For ``@decorate_view(repeatable)`` on an operation that cannot be one transaction, as somebody outside is asked or a
    wrong code is counted for good.
    """
    operation = inspect.unwrap(run).__self__  # type: ignore[attr-defined]
    _say_so_in_openapi(operation)

    @wraps(run)
    def answer(request: HttpRequest, **path: Any) -> HttpResponse:
        try:
            _check_form(request.headers.get(HEADER))
        except KeyInvalid as error:
            return operation.api.on_exception(request, error)
        return run(request, **path)

    return answer


def once(run: Run) -> Run:
    """Let a write happen once for each ``Idempotency-Key``, in one transaction with the stored answer.

    For ``@decorate_view(once)`` on an operation of ninja. Who may call, and how often, is checked before and outside:
    counting a call must not be undone with it. A refusal (400 and above) undoes everything and is not kept: trying
    again later is right. Without the header the write is one transaction all the same. Two statements a write.
    """
    operation = inspect.unwrap(run).__self__  # type: ignore[attr-defined]
    check, operation._run_checks = operation._run_checks, lambda request: None
    _say_so_in_openapi(operation)

    @wraps(run)
    def answer(request: HttpRequest, **path: Any) -> HttpResponse:
        if refusal := check(request):
            return refusal
        try:
            claim = _claim_of(request, path.get("channel", ""))
            return _again_if_broken_off(lambda: _answer(claim, lambda: run(request, **path)))
        except Exception as error:
            return operation.api.on_exception(request, error)

    return answer


def prune_answers(*, limit: int = 10_000) -> int:
    """Forget answers that are older than they are kept; returns how many."""
    oldest = StoredAnswer.objects.filter(
        answered_at__lt=clock.now() - timedelta(hours=conf.IDEMPOTENCY_HOURS)
    )
    ids = oldest.order_by("answered_at").values("pk")[:limit]
    return StoredAnswer.objects.filter(pk__in=ids).delete()[0]


def _claim_of(request: HttpRequest, channel: str) -> tuple[str, str] | None:
    """Whose key it is, and for what: two hashes; ``None`` without a key.

    Errors: ``KeyInvalid``; ``NotFound`` for a channel that does not open.
    """
    scope = open_channel_for(request, channel).code if channel else ""
    key = request.headers.get(HEADER)
    _check_form(key)
    if key is None:
        return None
    what = (request.method, request.path, request.META.get("QUERY_STRING", ""), request.body)
    return _hash(scope, _caller(request), key), _hash(*what)


def _check_form(key: str | None) -> None:
    """Errors: ``KeyInvalid``."""
    if key is not None and not KEY_PATTERN.fullmatch(key):
        raise KeyInvalid(field=HEADER)


def _caller(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    who = f"user:{user.pk}" if user is not None and user.is_authenticated else "guest"
    secret = request.headers.get(KEY_HEADER, "")
    return f"{who} {hash_key(secret)}" if secret else who


def _hash(*parts: str | bytes | None) -> str:
    """One hash of several texts, each with its length before it, so that none can pass for a part of another."""
    digest = hashlib.sha256()
    for part in parts:
        text = part if isinstance(part, bytes) else (part or "").encode()
        digest.update(b"%d:%b" % (len(text), text))
    return digest.hexdigest()


def _again_if_broken_off(step: Callable[[], HttpResponse]) -> HttpResponse:
    """Do it again when the database broke it off for another's sake.

    Errors: ``StockBusy`` when that happened too often in a row.
    """
    for attempt in range(ATTEMPTS):
        try:
            return step()
        except OperationalError as error:
            if not is_conflict(error):
                raise
            if attempt == ATTEMPTS - 1:
                raise StockBusy from error
        time.sleep(random.uniform(0, 0.02) * 2**attempt)  # noqa: S311 (jitter, not a secret)
    raise AssertionError


def _answer(claim: tuple[str, str] | None, run: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        if claim and not _is_ours(*claim):
            return _answer_of_before(*claim)
        response = run()
        if response.status_code >= 400:  # ninja has made an answer of what was raised
            transaction.set_rollback(True)
        elif claim:
            _keep(claim[0], response)
        return response


@plans_kept()
def _is_ours(key_hash: str, fingerprint: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [key_hash, fingerprint, clock.now()])
        return cursor.rowcount == 1


def _answer_of_before(key_hash: str, fingerprint: str) -> HttpResponse:
    """The stored answer. Errors: ``KeyReused`` if it answered something else; ``StockBusy`` if it was just pruned."""
    before = StoredAnswer.objects.filter(pk=key_hash).first()
    if before is None:
        raise StockBusy
    if before.fingerprint != fingerprint:
        raise KeyReused(field=HEADER)
    response = HttpResponse(bytes(before.body), status=before.status, headers=before.headers)
    response[REPLAYED] = "true"
    return response


@plans_kept()
def _keep(key_hash: str, response: HttpResponse) -> None:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP, [response.status_code, orjson.dumps(headers).decode(), response.content, key_hash]
        )


def _say_so_in_openapi(operation: Any) -> None:
    """Name the header among the parameters of the operation; once, though a router may be mounted again."""
    known = (operation.openapi_extra or {}).get("parameters", [])
    if any(one["name"] == HEADER for one in known):
        return
    header = {
        "in": "header", "name": HEADER, "required": False,
        "schema": {"type": "string", "minLength": 16, "maxLength": 120, "pattern": KEY_PATTERN.pattern},
        "description": "Chosen by the caller, such as a UUID. The same key with the same request gets the same answer.",
    }  # fmt: skip
    operation.openapi_extra = {**(operation.openapi_extra or {}), "parameters": [*known, header]}
