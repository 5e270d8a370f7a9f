"""Items for plugin tests, without a database: a shirt, its sizes, a picture, a page. Every value can be given."""

from decimal import Decimal
from typing import Any

import orjson

from comptoir.base.money import Money
from comptoir.catalogue.models import Picture
from comptoir.channels.models import Channel
from comptoir.publishing.documents import compose
from comptoir.publishing.items import (
    AttributeItem,
    CategoryItem,
    PageItem,
    PictureItem,
    ProductItem,
    Value,
    VariantItem,
)


def make_channel(code: str, **fields: Any) -> Channel:
    """A channel that is not saved."""
    values = {"plugin": code, "name": code.title(), "currency": "EUR", "locales": ["fr", "en"], **fields}
    return Channel(code=code, **values)


def make_picture(
    number: int = 1, *, width: int = 1200, height: int = 1200, alt: str = "Une marinière"
) -> PictureItem:
    """A picture that is not saved, with an address all the same. Units: px."""
    facts = {"width": width, "height": height, "description": alt, "file_hash": f"{number:08x}"}
    row = Picture(pk=number, collection_id=1, **facts)
    return PictureItem(row, "fr")


def make_attribute(code: str, label: str, *, is_option: bool = False, **fields: Any) -> AttributeItem:
    """One value of an attribute, such as a size."""
    value = Value(fields.pop("value_code", label.lower()), label, fields.pop("swatch", ""))
    return AttributeItem(code, fields.pop("name", code.title()), (value,), is_option=is_option, **fields)


def make_variant(
    sku: str = "MARIN-S", *, price: str | None = "49.90", options: Any = None, **fields: Any
) -> VariantItem:
    """A variant; ``options`` are labels by attribute code."""
    attributes = tuple(make_attribute(code, label, is_option=True) for code, label in (options or {}).items())
    values = {
        "id": 1, "gtin": "4006381333931", "compare_at": None, "weight_g": None, "pictures": (),
        "attributes": attributes, "price": None if price is None else _money(price), **fields,
    }  # fmt: skip
    return VariantItem(sku=sku, **values)


def make_product(**fields: Any) -> ProductItem:
    """A shirt with one variant, a text, a category and a picture, ready for every channel."""
    tops = CategoryItem("hauts", "Hauts", (CategoryItem("femme", "Femme"),))
    values = {
        "id": 1, "handle": "marin", "title": "Marinière", "slug": "mariniere", "summary": "Coton épais, col bateau.",
        "seo_title": "Marinière", "seo_description": "Coton épais, col bateau.", "vendor": "Aubelaine",
        "product_class": "clothing", "is_shipped": True, "is_counted": True,
        "body": [{"type": "text", "html": "<p>Tissée à Nantes.</p>"}],
        "categories": (tops,), "attributes": (), "variants": (make_variant(),), "pictures": (make_picture(),),
        "slugs": {"fr": "mariniere", "en": "breton-top"}, **fields,
    }  # fmt: skip
    return ProductItem(**values)


def make_page(**fields: Any) -> PageItem:
    """A story with a picture, in two languages."""
    values = {
        "id": 1, "type": "storypage", "title": "Notre atelier", "slug": "atelier", "path": "/atelier/",
        "intro": "Là où tout commence.", "seo_title": "Notre atelier", "seo_description": "Là où tout commence.",
        "body": [{"type": "text", "html": "<p>Une porte bleue.</p>"}], "pictures": (make_picture(),),
        "slugs": {"fr": "/atelier/", "en": "/workshop/"}, **fields,
    }  # fmt: skip
    return PageItem(**values)


def make_document(item: ProductItem | PageItem, channel: Channel, locale: str = "fr") -> dict[str, Any]:
    """The document of an item as the API answers it, without its availability.

    Errors: the ``PluginFailed`` of a plugin that could not add its part.
    """
    document, failures = compose(item, channel, locale)
    if failures:
        raise failures[0]
    return orjson.loads(document.body)


def _money(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
