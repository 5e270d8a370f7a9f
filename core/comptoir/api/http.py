"""What every request shares: find the channel, choose the language, answer bytes with validators or for nobody else."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from comptoir.base.errors import InvalidValue, NotFound
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.conf import conf

KEY_HEADER = "X-Channel-Key"


def open_channel_for(request: HttpRequest, code: str) -> ChannelContext:
    """The channel a request is about.

    Errors: ``NotFound``, the same for a channel that is unknown, closed or not open to this caller's key.
    """
    channel = channel_context(code)
    if channel is None or not channel.opens_for(request.headers.get(KEY_HEADER, "")):
        raise NotFound()
    return channel


def chosen_locale(request: HttpRequest, channel: ChannelContext, wanted: str = "") -> str:
    """The language of the answer: ``?locale=``, else the best of ``Accept-Language``, else the channel's own.

    Errors: ``InvalidValue`` for a ``?locale=`` the channel does not speak.
    """
    if wanted:
        if wanted not in channel.locales:
            raise InvalidValue(field="locale", value=wanted)
        return wanted
    if len(channel.locales) == 1:
        return channel.default_locale
    for code, _quality in translation.trans_real.parse_accept_lang_header(
        request.headers.get("Accept-Language", "").lower()
    ):
        for locale in channel.locales:
            if code == locale or code.split("-")[0] == locale:
                return locale
    return channel.default_locale


def answer(request: HttpRequest, channel: ChannelContext, locale: str, body: bytes | None) -> HttpResponse:
    """A stored answer as it is, or 304 when the caller already has it.

    Errors: ``NotFound`` if there is no body.
    """
    if body is None:
        raise NotFound()
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/json")
    response["ETag"] = etag
    response["Content-Language"] = locale
    response["Cache-Control"] = (
        f"public, max-age={conf.CACHE_S}" if channel.is_public else "private, no-cache"
    )
    patch_vary_headers(
        response, ["Accept-Language"] if channel.is_public else ["Accept-Language", KEY_HEADER]
    )
    return response


def json_answer(request: HttpRequest, channel: ChannelContext, locale: str, value: Any) -> HttpResponse:
    """As ``answer``, from a value."""
    return answer(request, channel, locale, orjson.dumps(value))


def kept_private(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let no cache keep an answer: it is of this moment, or of this caller. For ``ninja.decorators.decorate_view``."""

    @wraps(run)
    def answer(request: HttpRequest, **path: Any) -> HttpResponse:
        response = run(request, **path)
        response["Cache-Control"] = "private, no-store"
        return response

    return answer
