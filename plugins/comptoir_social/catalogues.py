"""The fields of a product in the catalogues of Google and Meta, each within its published limit.

Both use the names of Google's specification. Availability is not here: it is live, and the feed puts it in.
"""

import hashlib
from typing import Any
from urllib.parse import quote

from comptoir.base.money import Money
from comptoir.channels.models import Channel
from comptoir.publishing.addresses import item_url
from comptoir.publishing.items import AttributeItem, PictureItem, ProductItem, VariantItem
from comptoir.publishing.texts import body_text, shortened
from comptoir_social.limits import PICTURE_PX, Catalogue

Fields = dict[str, Any]
COLOUR_CODES = ("colour", "color", "couleur")
SIZE_CODES = ("size", "taille")
MATERIAL_CODES = ("material", "matiere")
OWN_PREFIXES = ("02", "04", "05", "2", "98", "99")
PICTURE = "max-1600x1600|format-jpeg"


def catalogue_fields(
    item: ProductItem, channel: Channel, locale: str, catalogue: Catalogue
) -> dict[str, Any] | None:
    """What all variants share, and one row a variant; ``None`` for services and what has no fit picture or price."""
    priced = [variant for variant in item.variants if variant.price]
    if not (item.is_shipped and priced and fit_pictures(item.pictures)):
        return None
    rows = [_variant_fields(item, variant, channel, locale, catalogue) for variant in priced]
    return {"shared": _shared_fields(item, catalogue), "items": rows}


def fit_pictures(pictures: tuple[PictureItem, ...]) -> list[PictureItem]:
    """The pictures that are large enough for every catalogue."""
    return [picture for picture in pictures if min(picture.width, picture.height) >= PICTURE_PX]


def feed_id(name: str, limit: int) -> str:
    """An identifier within a limit that stays unique: too long a one ends in a digest of the whole."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - 13]}-{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}"


def public_gtin(gtin: str) -> str:
    """A GTIN that the world knows; nothing for the numbers that shops give within their own walls, and coupons.

    Source: GS1 General Specifications, section 1.4 (prefixes 02, 04, 05, 2, 98, 99); Google refuses them as ``gtin``.
    """
    is_own = gtin[:1] in "02" if len(gtin) == 8 else gtin.zfill(14)[1:].startswith(OWN_PREFIXES)
    return "" if is_own else gtin


def _shared_fields(item: ProductItem, catalogue: Catalogue) -> Fields:
    limit = catalogue.characters
    shelf = item.categories[0] if item.categories else None
    path = " > ".join(one.name for one in (*shelf.ancestors, shelf)) if shelf else ""
    fields = {
        "item_group_id": feed_id(item.handle, limit["item_group_id"]) if len(item.variants) > 1 else "",
        "description": shortened(description(item), limit["description"]),
        "brand": shortened(item.vendor, limit["brand"]),
        "condition": "new",
        "product_type": shortened(path, limit["product_type"]),
        "google_product_category": item.attribute("google_product_category"),
        "material": shortened(_label(item.attributes, MATERIAL_CODES), limit["material"]),
    }
    return _filled(fields) | _picture_fields(item.pictures, catalogue)


def description(item: ProductItem) -> str:
    """The summary and all that the text says, plain."""
    return "\n".join(text for text in (item.summary, body_text(item.body)) if text) or item.title


def _variant_fields(
    item: ProductItem, variant: VariantItem, channel: Channel, locale: str, catalogue: Catalogue
) -> Fields:
    limit = catalogue.characters
    options = ", ".join(value.label for value in variant.options.values())
    link, gtin = item_url(item, channel.code, locale), public_gtin(variant.gtin or "")
    attributes = (*variant.attributes, *item.attributes)
    fields = {
        "sku": variant.sku,
        "id": feed_id(variant.sku, limit["id"]),
        "title": shortened(f"{item.title}, {options}" if options else item.title, limit["title"]),
        "link": f"{link}?sku={quote(variant.sku)}" if options else link,
        **_prices(variant),
        "gtin": gtin,
        "identifier_exists": "" if gtin else "no",
        "color": shortened(_label(attributes, COLOUR_CODES), limit["color"]),
        "size": shortened(_label(attributes, SIZE_CODES), limit["size"]),
    }
    return _filled(fields) | _picture_fields(variant.pictures, catalogue)


def _prices(variant: VariantItem) -> Fields:
    """The regular price, and the reduced one if there is one: ``compare_at`` is what it cost before."""
    price, before = variant.price, variant.compare_at
    if price and before and before.amount > price.amount:
        return {"price": amount_text(before), "sale_price": amount_text(price)}
    return {"price": amount_text(price)} if price else {}


def amount_text(money: Money) -> str:
    """``49.90 EUR``: both catalogues want a point, and the currency by its code."""
    return f"{money.as_json()['amount']} {money.currency}"


def _picture_fields(pictures: tuple[PictureItem, ...], catalogue: Catalogue) -> Fields:
    """The first picture that fits, and as many more as the catalogue takes; a variant's own replace the shared."""
    urls = [picture.url(PICTURE) for picture in fit_pictures(pictures)[: catalogue.further_pictures + 1]]
    if not urls:
        return {}
    main, *further = urls
    while len(",".join(further)) > catalogue.picture_list_characters:
        further.pop()
    return {"image_link": main, "additional_image_link": further}


def _label(attributes: tuple[AttributeItem, ...], codes: tuple[str, ...]) -> str:
    """The label of the first attribute that goes by one of these codes."""
    labels = (", ".join(value.label for value in one.values) for one in attributes if one.code in codes)
    return next(labels, "")


def _filled(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value}
