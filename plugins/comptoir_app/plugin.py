"""Hooks of the phone app."""

from typing import Any

from comptoir.channels.models import Channel
from comptoir.plugins import Preview, hookimpl
from comptoir.publishing.items import Item, Problem
from comptoir_app.documents import app_fields
from comptoir_app.readiness import app_problems


@hookimpl
def register_preview() -> Preview:
    return Preview(template="comptoir_app/preview.html", width_px=400)


@hookimpl
def add_document_fields(item: Item, channel: Channel, locale: str) -> dict[str, Any]:
    return app_fields(item, channel, locale)


@hookimpl
def check_readiness(item: Item) -> list[Problem]:
    return app_problems(item)
