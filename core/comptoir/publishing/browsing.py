"""What pages ask beside a list or a product: the frame around every page, and some products by handle or by code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from comptoir.base import clock
from comptoir.channels.queries import ChannelContext
from comptoir.publishing.queries import AVAILABILITY, VISIBLE, stock_of, read_rows

Category = dict[str, Any]

OF_THE_FRAME = VISIBLE["menu"].replace("d.kind = 'menu'", "d.kind IN ('menu', 'categories')")

BY_HANDLE = """SELECT p.handle, d.card || ',"availability":' || {availability}
FROM publishing_document d JOIN catalogue_product p ON p.id = d.item_id
WHERE {where} AND p.handle = ANY(%s::varchar[])"""


@dataclass(frozen=True)
class Frame:
    """What stands around every page of a channel: its menus by code, and its category tree."""

    menus: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    categories: list[Category] = field(default_factory=list)

    def path_to(self, slug: str) -> list[Category]:
        """The categories from the top of the tree down to one; nothing if the channel does not carry it."""
        return _path(self.categories, slug)


def page_frame(channel: ChannelContext, locale: str) -> Frame:
    """The menus and the category tree of a channel, in one statement."""
    now = clock.now()
    rows = read_rows(
        f"SELECT d.kind, d.slug, d.body FROM publishing_document d WHERE {OF_THE_FRAME}",  # noqa: S608
        [channel.id, locale, now, now],
    )
    menus, categories = {}, []
    for kind, slug, body in rows:
        document = orjson.loads(body)
        if kind == "categories":
            categories = document["categories"]
        else:
            menus[slug] = document["items"]
    return Frame(menus, categories)


def cards_by_handle(channel: ChannelContext, locale: str, handles: Sequence[str]) -> list[dict[str, Any]]:
    """The cards of some products with live availability, in the order asked for; what is not shown is left out.

    One statement, whatever the number of products.
    """
    now = clock.now()
    if not handles:
        return []
    availability, places = stock_of(channel, AVAILABILITY)
    statement = BY_HANDLE.format(
        availability=availability.replace("variant_ids", "d.variant_ids"), where=VISIBLE["product"]
    )
    wanted = [handle for handle in handles if "\0" not in handle]
    rows = read_rows(statement, [*places, channel.id, locale, now, now, wanted])
    found = {handle: orjson.loads(card) for handle, card in rows}
    return [found[handle] for handle in dict.fromkeys(wanted) if handle in found]


def _path(categories: Sequence[Category], slug: str) -> list[Category]:
    for category in categories:
        if category["slug"] == slug:
            return [category]
        if below := _path(category["children"], slug):
            return [category, *below]
    return []
