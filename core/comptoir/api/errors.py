"""Every refusal as problem+json (RFC 9457), in one place: the code, the sentence, the field, the facts."""

import logging
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from comptoir.api.sentences import field_problem, status_sentence
from comptoir.base.errors import ComptoirError

logger = logging.getLogger("comptoir.api")

STATUS_CODES = {
    400: "bad_request",
    401: "not_logged_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
}


def problem(
    status: int, code: str, title: str, *, errors: list[dict[str, Any]] | None = None, **facts: Any
) -> HttpResponse:
    """An error answer: ``{"type", "title", "status", "code", "errors": [{"field", "code", "message"}]}``."""
    value = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "errors": errors or [],
        **facts,
    }
    response = HttpResponse(
        orjson.dumps(value, default=str), status=status, content_type="application/problem+json"
    )
    response["Cache-Control"] = "no-store"
    return response


def install(api: NinjaAPI) -> None:
    """Let the API answer every exception as a problem."""
    handlers: dict[type[Exception], Any] = {
        ComptoirError: refused,
        ValidationError: malformed,
        DjangoValidationError: invalid,
        DataError: unstorable,
        RequestDataTooBig: too_large,
        OperationalError: broken_off,
        Http404: missing,
        HttpError: http_error,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def refused(request: HttpRequest, error: ComptoirError) -> HttpResponse:
    """A refusal of the shop: its sentence, and those facts that its class calls public."""
    errors = [{"field": error.field, "code": error.code, "message": str(error)}] if error.field else []
    facts = {name: error.facts[name] for name in error.public_facts if name in error.facts}
    return problem(error.status, error.code, str(error), errors=errors, **facts)


def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Values that ninja refused before anything was called."""
    return _invalid([field_problem(one) for one in error.errors])


def invalid(request: HttpRequest, error: DjangoValidationError) -> HttpResponse:
    """Values that a model refused."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return _invalid(
        [
            {"field": field, "code": "invalid_value", "message": message}
            for field, messages in by_field.items()
            for message in messages
        ]
    )


def unstorable(request: HttpRequest, error: DataError) -> HttpResponse:
    """Values that PostgreSQL has no way to write down, such as a text with a zero byte."""
    logger.warning("%s %s: %s", request.method, request.path, type(error.__cause__).__name__)
    return _invalid([])


def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """A body that nobody read."""
    megabytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024
    title = _("A request may have %(megabytes)d MB at most.") % {"megabytes": megabytes}
    errors = [{"field": "body", "code": "too_large", "message": title}]
    return problem(413, "too_large", title, errors=errors)


def broken_off(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """Whoever opened the transaction (``idempotency.once``) tries again; ninja would answer with it while debugging."""
    raise error


def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """What is not there."""
    return problem(404, "not_found", _("There is nothing here."))


def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja refuses: no log-in, too many requests, a body that ``bodies.JsonBodies`` could not read."""
    if isinstance(error.__cause__, ComptoirError):
        return refused(request, error.__cause__)
    code = STATUS_CODES.get(error.status_code, "refused")
    answer = problem(error.status_code, code, status_sentence(error.status_code, str(error)))
    if isinstance(error, Throttled) and error.wait:
        answer["Retry-After"] = str(error.wait)
    return answer


def _invalid(errors: list[dict[str, Any]]) -> HttpResponse:
    return problem(422, "invalid_request", _("Something in the request cannot be used."), errors=errors)
