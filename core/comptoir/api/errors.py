"""Every refusal as problem+json (RFC 9457), in one place: the code, the sentence, the field, the facts."""

import logging
from typing import Any

import orjson
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

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

    @api.exception_handler(ComptoirError)
    def refused(request: HttpRequest, error: ComptoirError) -> HttpResponse:
        errors = [{"field": error.field, "code": error.code, "message": str(error)}] if error.field else []
        return problem(error.status, error.code, str(error), errors=errors)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [
            {"field": str(one["loc"][-1]), "code": one["type"], "message": one["msg"]} for one in error.errors
        ]
        return problem(422, "invalid_request", _("Something in the request cannot be used."), errors=errors)

    @api.exception_handler(DjangoValidationError)
    def invalid(request: HttpRequest, error: DjangoValidationError) -> HttpResponse:
        by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        errors = [
            {"field": field, "code": "invalid_value", "message": message}
            for field, messages in by_field.items()
            for message in messages
        ]
        return problem(422, "invalid_request", _("Something in the request cannot be used."), errors=errors)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "not_found", _("There is nothing here."))

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, STATUS_CODES.get(error.status_code, "refused"), str(error))
