"""The feeds that Google and Meta fetch: every product of the channel, from its documents, with live availability."""

import csv
import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import orjson

from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir.publishing.addresses import home_url
from comptoir.publishing.queries import documents_with_stock
from comptoir_social.limits import GOOGLE, META, Catalogue

Row = dict[str, Any]
META_COLUMNS = (
    "id", "title", "description", "availability", "condition", "price", "link", "image_link", "brand",
    "additional_image_link", "item_group_id", "gtin", "color", "size", "material", "sale_price", "product_type",
    "google_product_category",
)  # fmt: skip
#: Forbidden in XML 1.0, section 2.2.
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def google_feed(channel: ChannelContext, locale: str) -> Iterator[str]:
    """An RSS 2.0 feed with Google's fields, in pieces.

    Source: Merchant Center Help, "RSS 2.0 specification"; the namespace is http://base.google.com/ns/1.0.
    """
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
    for name, text in (
        ("title", conf.SHOP_NAME), ("link", home_url(channel.code, locale)), ("description", channel.name),
    ):  # fmt: skip
        yield f"<{name}>{_xml(text)}</{name}>\n"
    for row in rows(channel, locale, "google", GOOGLE):
        yield f"<item>{''.join(_elements(row))}</item>\n"
    yield "</channel>\n</rss>\n"


def meta_feed(channel: ChannelContext, locale: str) -> Iterator[str]:
    """A CSV feed with Meta's fields, a line at a time."""
    writer = csv.DictWriter(_Line(), META_COLUMNS, extrasaction="ignore", lineterminator="\n")
    yield writer.writeheader()
    for row in rows(channel, locale, "meta", META):
        yield writer.writerow(
            {**row, "additional_image_link": ",".join(row.get("additional_image_link", ()))}
        )


def rows(channel: ChannelContext, locale: str, name: str, catalogue: Catalogue) -> Iterator[Row]:
    """One row a variant, of everything the channel shows now and the catalogue takes."""
    for body, stock in documents_with_stock(channel, locale):
        fields = orjson.loads(body).get("social", {}).get(name)
        for row in fields["items"] if fields else ():
            sku = row.pop("sku")
            is_there = stock is None or stock.get(sku, 0) > 0
            availability = catalogue.in_stock if is_there else catalogue.out_of_stock
            yield {**fields["shared"], **row, "availability": availability}


class _Line:
    """Lets the ``csv`` module hand back each line instead of writing it."""

    def write(self, line: str) -> str:
        return line


def _elements(row: Row) -> Iterator[str]:
    for name, value in row.items():
        for text in value if isinstance(value, list) else (value,):
            yield f"<g:{name}>{_xml(text)}</g:{name}>"


def _xml(text: str) -> str:
    return escape(NOT_IN_XML.sub("", text))
