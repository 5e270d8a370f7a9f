"""Pages that everybody sees the same: the front page, editorial pages, the theme's stylesheet."""

from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control

from comptoir.channels.queries import ChannelContext
from comptoir.publishing import queries
from comptoir_web.shop import Shop, open_page
from comptoir_web.themes import theme_of


@open_page
def home(shop: Shop) -> HttpResponse:
    return _page(shop, "/", "home.html")


@open_page
def page(shop: Shop, path: str) -> HttpResponse:
    """An editorial page; the last resort of every address below a channel."""
    return _page(shop, f"/{path.strip('/')}/", "page.html")


@cache_control(public=True, max_age=31_536_000, immutable=True)
def stylesheet(request: HttpRequest, channel: ChannelContext, locale: str, version: str) -> HttpResponse:
    """The fonts and tokens of the channel's theme; its address changes with its content."""
    return HttpResponse(theme_of(channel.theme).stylesheet, content_type="text/css; charset=utf-8")


def _page(shop: Shop, path: str, template: str) -> HttpResponse:
    body = queries.document(shop.channel, shop.locale, "page", path)
    if body is None:
        raise Http404(path)
    document: dict[str, Any] = orjson.loads(body)
    return shop.render(template, {"document": document})
