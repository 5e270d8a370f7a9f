"""Hooks of social networks: shared links, and the catalogues of Google and Meta."""

from typing import Any

from ninja import Router

from comptoir.channels.models import Channel
from comptoir.plugins import Preview, hookimpl
from comptoir.publishing.items import Item, Problem
from comptoir_social.api import router
from comptoir_social.documents import social_fields
from comptoir_social.readiness import social_problems


@hookimpl
def register_routers() -> list[tuple[str, Router]]:
    return [("feeds", router)]


@hookimpl
def register_preview() -> Preview:
    return Preview(template="comptoir_social/preview.html", width_px=440)


@hookimpl
def add_document_fields(item: Item, channel: Channel, locale: str) -> dict[str, Any]:
    return social_fields(item, channel, locale)


@hookimpl
def check_readiness(item: Item) -> list[Problem]:
    return social_problems(item)
