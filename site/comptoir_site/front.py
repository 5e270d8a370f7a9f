"""The demo's front pages: every channel in its own look, drawn from the very documents that its API answers."""

from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import cached_property

from comptoir import hookspecs, plugins
from comptoir.channels.models import Channel, Location
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.publishing import queries
from comptoir_site.demo.build import LOGINS, PASSWORD

PAGE_SIZE = 24


class Front:
    """One channel as a visitor of the demo sees it, in one language."""

    def __init__(self, code: str, locale: str) -> None:
        channel = channel_context(code)
        if channel is None or locale not in channel.locales:
            raise Http404(code)
        self.channel: ChannelContext = channel
        self.locale = locale

    @cached_property
    def categories(self) -> list[dict[str, Any]]:
        body = queries.document(self.channel, self.locale, "categories", "")
        return orjson.loads(body)["categories"] if body else []

    def products(self, category: str, cursor: str) -> dict[str, Any]:
        wanted = queries.ProductFilter(category=category)
        return orjson.loads(
            queries.product_list(
                self.channel, self.locale, wanted=wanted, sort="featured", cursor=cursor, limit=PAGE_SIZE
            )
        )

    def drawn(self, document: dict[str, Any]) -> tuple[str, int]:
        """A document as the channel's plugin draws it, and how wide it wants to be in px."""
        preview = plugins.collect(hookspecs.register_preview).get(self.channel.plugin)
        if preview is None:
            return "", 0
        context = {
            "document": document, "channel": self.channel, "locale": self.locale,
            "availability": document.get("availability"),
        }  # fmt: skip
        return render_to_string(preview.template, context), preview.width_px


def home(request: HttpRequest) -> HttpResponse:
    """Where a visitor of the demo starts: the channels, the places, the back office, the API."""
    return render(
        request,
        "comptoir_site/home.html",
        {
            "channels": Channel.objects.active(),
            "locations": Location.objects.filter(is_active=True),
            "logins": LOGINS,
            "password": PASSWORD,
        },
    )


def any_language(request: HttpRequest, code: str) -> HttpResponse:
    """Send a visitor to the channel in a language it speaks."""
    context = channel_context(code)
    if context is None:
        raise Http404(code)
    wanted = (translation.get_language() or "").split("-")[0]
    locale = wanted if wanted in context.locales else context.default_locale
    return redirect("channel", code=code, locale=locale)


def channel(request: HttpRequest, code: str, locale: str, category: str = "") -> HttpResponse:
    """The products of one channel."""
    front = Front(code, locale)
    page = front.products(category, request.GET.get("cursor", ""))
    with translation.override(locale):
        return render(
            request, "comptoir_site/channel.html", {"front": front, "category": category, "page": page}
        )


def product(request: HttpRequest, code: str, locale: str, slug: str) -> HttpResponse:
    """One product as one channel draws it, with its document below and the same product on the other channels."""
    front = Front(code, locale)
    body = queries.product_by_slug(front.channel, locale, slug)
    others = [
        row
        for row in Channel.objects.active().exclude(code=code)
        if (other := channel_context(row.code))
        and locale in other.locales
        and queries.product_by_slug(other, locale, slug)
    ]
    return _drawn(request, front, body, others)


def page(request: HttpRequest, code: str, locale: str, path: str) -> HttpResponse:
    """One editorial page as one channel draws it."""
    front = Front(code, locale)
    return _drawn(request, front, queries.document(front.channel, locale, "page", f"/{path.strip('/')}/"), [])


def _drawn(request: HttpRequest, front: Front, body: bytes | None, others: list[Channel]) -> HttpResponse:
    if body is None:
        raise Http404
    document = orjson.loads(body)
    with translation.override(front.locale):
        html, width_px = front.drawn(document)
        context = {
            "front": front,
            "document": document,
            "html": html,
            "width_px": width_px,
            "others": others,
            "json": orjson.dumps(document, option=orjson.OPT_INDENT_2).decode(),
        }
        return render(request, "comptoir_site/item.html", context)
