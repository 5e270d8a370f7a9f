"""Hooks of the shop floor: shelf labels and the till."""

from typing import Any

from comptoir.plugins import Preview, hookimpl
from comptoir.publishing.items import Item, Problem
from comptoir_store.labels import store_fields
from comptoir_store.readiness import store_problems


@hookimpl
def register_preview() -> Preview:
    return Preview(template="comptoir_store/preview.html", width_px=380)


@hookimpl
def add_document_fields(item: Item, locale: str) -> dict[str, Any]:
    return store_fields(item, locale)


@hookimpl
def check_readiness(item: Item) -> list[Problem]:
    return store_problems(item)
