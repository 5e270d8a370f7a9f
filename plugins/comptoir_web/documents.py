"""What a web page needs beside the words: its address, its other languages, its HTML, its structured data."""

from typing import Any

from comptoir.channels.models import Channel
from comptoir.publishing.addresses import alternate_urls, item_url
from comptoir.publishing.items import Item
from comptoir.publishing.texts import shortened
from comptoir_web.blocks import block_html
from comptoir_web.json_ld import structured

#: Search results show about this much of a description.
DESCRIPTION_CHARACTERS = 160


def web_fields(item: Item, channel: Channel, locale: str) -> dict[str, Any]:
    """The web shop's part of a document. ``html`` has one entry a block of ``body``, in the same order."""
    alternates = alternate_urls(item, channel.code)
    if channel.default_locale in alternates:
        alternates["x-default"] = alternates[channel.default_locale]
    return {
        "canonical": item_url(item, channel.code, locale),
        "alternates": alternates,
        "title": item.seo_title,
        "description": shortened(" ".join(item.seo_description.split()), DESCRIPTION_CHARACTERS),
        "html": [block_html(block) for block in item.body],
        "json_ld": structured(item, channel, locale),
    }
