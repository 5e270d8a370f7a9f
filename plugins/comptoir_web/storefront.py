"""The look of the web shop and the basket of its visitor, for pages that other plugins draw."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from comptoir.baskets.rows import Key
from comptoir.baskets.storefront import Act, ShopPage, Storefront
from comptoir.channels.queries import ChannelContext
from comptoir_web.buying.basket import fill_basket
from comptoir_web.shop import Shop, shop_page


class WebPage(ShopPage):
    """A page beside those of the web shop. Templates get ``shop``, and extend ``comptoir_web/base.html``."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.request, self.channel, self.locale = shop, shop.request, shop.channel, shop.locale

    def draw(
        self, template: str, context: dict[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        return self.shop.draw(template, context, status=status)

    def put_in(self, fill: Callable[[Key], object]) -> HttpResponse:
        return fill_basket(self.shop, fill, added="1")

    def url(self, name: str, *args: object, locale: str = "") -> str:
        return self.shop.url_or_none(name, *args, locale=locale)


class WebStorefront(Storefront):
    """Pages of extensions stand in the theme of the channel, between its header and its foot."""

    def serve(self, request: HttpRequest, channel: ChannelContext, locale: str, act: Act) -> HttpResponse:
        return shop_page(lambda shop: act(WebPage(shop)))(request, channel, locale)
