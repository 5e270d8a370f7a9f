"""What a plugin with pages lends to the pages of extensions on its channels: its look, and the baskets of its visitors."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from comptoir import hookspecs, plugins
from comptoir.base.errors import NotFound
from comptoir.baskets.rows import Key
from comptoir.channels.queries import ChannelContext


class ShopPage:
    """A page of a channel as one visitor sees it, in the language of the address."""

    request: HttpRequest
    channel: ChannelContext
    locale: str

    def draw(
        self, template: str, context: dict[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """A template in the look of the channel: it extends the base template of the channel's own plugin."""
        raise NotImplementedError

    def put_in(self, fill: Callable[[Key], object]) -> HttpResponse:
        """Let ``fill`` change the basket of this browser, made if there is none, and lead to it: all or nothing.

        Errors: those of ``fill``.
        """
        raise NotImplementedError

    def url(self, name: str, *args: object, locale: str = "") -> str:
        """The address of a page of this channel by name, such as ``basket`` or ``<plugin>:<name>``; empty if there is none."""
        raise NotImplementedError


Act = Callable[[ShopPage], HttpResponse]


class Storefront:
    """How a plugin serves pages that others draw; see the hook ``register_storefront``."""

    def serve(self, request: HttpRequest, channel: ChannelContext, locale: str, act: Act) -> HttpResponse:
        """Answer with ``act(page)``: in the language, kept by nobody, and with the shop's own page for what goes wrong."""
        raise NotImplementedError


def shop_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of an extension: ``view(page, …)``, where ``page`` is a ``ShopPage``. Errors: ``NotFound`` without a storefront."""

    @wraps(view)
    def answer(request: HttpRequest, channel: ChannelContext, locale: str, **words: Any) -> HttpResponse:
        storefront = plugins.collect(hookspecs.register_storefront).get(channel.plugin)
        if storefront is None:
            raise NotFound()
        return storefront.serve(request, channel, locale, lambda page: view(page, **words))

    return answer
