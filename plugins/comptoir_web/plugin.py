"""Hooks of the web shop."""

from typing import Any

from django.urls import URLPattern, URLResolver

from comptoir.baskets.storefront import Storefront
from comptoir.channels.models import Channel
from comptoir.plugins import Preview, hookimpl
from comptoir.publishing.items import Item, Problem
from comptoir_web.documents import web_fields
from comptoir_web.readiness import web_problems
from comptoir_web.storefront import WebStorefront
from comptoir_web.urls import urlpatterns

STOREFRONT = WebStorefront()


@hookimpl
def register_pages() -> list[URLPattern | URLResolver]:
    return urlpatterns


@hookimpl
def register_storefront() -> Storefront:
    return STOREFRONT


@hookimpl
def register_preview() -> Preview:
    return Preview(template="comptoir_web/preview.html", width_px=1000)


@hookimpl
def add_document_fields(item: Item, channel: Channel, locale: str) -> dict[str, Any]:
    return web_fields(item, channel, locale)


@hookimpl
def check_readiness(item: Item, channel: Channel) -> list[Problem]:
    return web_problems(item, channel)
