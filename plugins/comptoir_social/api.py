"""The feeds of a social channel, for Google's and Meta's fetchers."""

from collections.abc import Callable, Iterator

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Path, Router

from comptoir.api.http import chosen_locale, open_channel_for
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir_social.feeds import google_feed, meta_feed

router = Router()
XML = {
    "responses": {200: {"description": "RSS 2.0 with Google's fields", "content": {"application/xml": {}}}}
}
CSV = {"responses": {200: {"description": "CSV with Meta's fields", "content": {"text/csv": {}}}}}


@router.get(
    "/google", operation_id="google_feed", summary="The feed for Google Merchant Center", openapi_extra=XML
)
def google(request: HttpRequest, channel: Path[str], locale: str = "") -> StreamingHttpResponse:
    """Every variant the channel shows, with live availability. Give Merchant Center this address to fetch."""
    return _stream(request, channel, locale, google_feed, "application/xml; charset=utf-8")


@router.get("/meta", operation_id="meta_feed", summary="The feed for a Meta catalogue", openapi_extra=CSV)
def meta(request: HttpRequest, channel: Path[str], locale: str = "") -> StreamingHttpResponse:
    """Every variant the channel shows, with live availability. Give Commerce Manager this address to fetch."""
    return _stream(request, channel, locale, meta_feed, "text/csv; charset=utf-8")


def _stream(
    request: HttpRequest,
    code: str,
    wanted: str,
    feed: Callable[[ChannelContext, str], Iterator[str]],
    content_type: str,
) -> StreamingHttpResponse:
    context = open_channel_for(request, code)
    locale = chosen_locale(request, context, wanted)
    response = StreamingHttpResponse(feed(context, locale), content_type=content_type)
    response["Content-Language"] = locale
    response["Cache-Control"] = (
        f"public, max-age={conf.CACHE_S}" if context.is_public else "private, no-cache"
    )
    response["Vary"] = "Accept-Language"
    return response
