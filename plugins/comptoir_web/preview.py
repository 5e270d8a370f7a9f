"""A draft as the shop will show it: the page of its theme, drawn from a document that is stored nowhere."""

from typing import Any

from django.http import HttpRequest

from comptoir.channels.models import Channel
from comptoir.channels.queries import channel_context
from comptoir_web.browsing import blocks_of
from comptoir_web.products import product_context
from comptoir_web.shop import Shop


def page_in_theme(
    document: dict[str, Any], channel: Channel, locale: str, availability: dict[str, Any] | None
) -> str:
    """The whole page of a product or an editorial page, as visitors will see it at the moment of the preview's clock."""
    context = channel_context(channel.code)
    if context is None:
        return ""
    request = HttpRequest()
    request.method = "GET"
    shop = Shop(request, context, locale)
    if document["kind"] == "product":
        # A service is not counted: nobody asks how many there are.
        stock = availability or {"in_stock": True, "quantity": None, "variants": None}
        words, template = product_context(shop, {**document, "availability": stock}), "product.html"
    else:
        words = {"document": document, "blocks": blocks_of(shop, document)}
        template = "home.html" if document["path"] == "/" else "page.html"
    seo = {"title": document["title"]}
    return shop.render(template, {**words, "seo": seo, "robots": "noindex"}).content.decode()
