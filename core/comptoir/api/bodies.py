"""How the bodies of requests are read: JSON in UTF-8, said to be so."""

from collections.abc import Iterator
from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser

from comptoir.base.errors import ComptoirError, InvalidValue

#: The one sign that PostgreSQL keeps in no text, as JSON writes it.
ZERO_SIGN = rb"\u0000"


class BodyNotJson(ComptoirError):
    """The body of a request cannot be read."""

    code = "malformed_json"
    status = 400
    sentence = _("The body of the request is not JSON.")


class WrongMediaType(ComptoirError):
    """The body of a request says that it is something else than JSON."""

    code = "unsupported_media_type"
    status = 415
    sentence = _("Send the body as application/json.")


class JsonBodies(Parser):
    """Reads bodies for ninja, which answers whatever is raised here by way of ``errors.http_error``.

    A form on another site can send text and forms with our visitors' cookies, but nothing as ``application/json``.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise WrongMediaType(field="Content-Type")
        try:
            body = orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise BodyNotJson(field="body") from error
        if ZERO_SIGN in request.body:
            for field, text in _with_zero_sign(body):
                raise InvalidValue(field=field, value=text.replace("\0", "")[:40])
        return body


def _with_zero_sign(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Texts that cannot be kept, with their fields as ``lines.0.sku``."""
    if isinstance(value, str) and "\0" in value:
        yield field or "body", value
    named = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    for name, part in named:
        place = f"{field}.{name}" if field else str(name)
        yield from _with_zero_sign(part, place.replace("\0", ""))
