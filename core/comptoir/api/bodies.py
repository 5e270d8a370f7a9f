"""How the bodies of requests are read: JSON in UTF-8, said to be so."""

from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser

from comptoir.base.errors import ComptoirError


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
            return orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise BodyNotJson(field="body") from error
