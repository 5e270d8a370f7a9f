"""Pages that everybody sees the same: the front page, editorial pages, the theme's stylesheet."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.cache import cache_control

from comptoir.channels.queries import ChannelContext
from comptoir.publishing import queries
from comptoir_web.seo import page_seo
from comptoir_web.shop import Shop, not_found, open_page
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
        now = queries.slug_now(shop.channel, shop.locale, "page", path)
        return HttpResponsePermanentRedirect(shop.page_url(now)) if now else not_found(shop)
    document: dict[str, Any] = orjson.loads(body)
    context = {
        "document": document,
        "seo": page_seo(document),
        "blocks": blocks_of(shop, document),
        "translations": {code: shop.page_url(one, locale=code) for code, one in document["paths"].items()},
    }
    return shop.render(template, context)


def blocks_of(shop: Shop, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The blocks of a document with their HTML; those that name products with live cards, one statement for all."""
    blocks = [
        {**block, "drawn": html}
        for block, html in zip(document["body"], (document.get("web") or {}).get("html", ()), strict=False)
    ]
    handles = [handle for block in blocks if block["type"] == "products" for handle in block["products"]]
    cards = {card["handle"]: card for card in queries.cards_by_handle(shop.channel, shop.locale, handles)}
    for block in blocks:
        if block["type"] == "products":
            block["cards"] = [cards[handle] for handle in block["products"] if handle in cards]
    return blocks
