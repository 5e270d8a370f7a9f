"""How a shared link looks: the Open Graph protocol (ogp.me), and Facebook's ``product`` tags."""

from babel.core import get_global

from comptoir.channels.models import Channel
from comptoir.conf import conf
from comptoir.publishing.addresses import item_url
from comptoir.publishing.items import Item, PictureItem, ProductItem
from comptoir.publishing.texts import body_text, shortened
from comptoir_social.limits import SHARED_DESCRIPTION, SHARED_TITLE

#: A square shows a product whole; a page is shared in the wide shape that networks crop to.
SQUARE_PX = (1200, 1200)
WIDE_PX = (1200, 630)


def open_graph(item: Item, channel: Channel, locale: str) -> dict[str, str]:
    """The ``<meta property=… content=…>`` tags of a product or page, by property."""
    is_product = isinstance(item, ProductItem)
    description = " ".join((item.summary or body_text(item.body)).split())
    tags = {
        "og:type": "product" if is_product else "article",
        "og:title": shortened(item.title, SHARED_TITLE),
        "og:description": shortened(description, SHARED_DESCRIPTION),
        "og:url": item_url(item, channel.code, locale),
        "og:site_name": conf.SHOP_NAME,
        "og:locale": territorial(locale),
    }
    if item.pictures:
        tags |= _picture(item.pictures[0], SQUARE_PX if is_product else WIDE_PX)
    if is_product and item.prices:
        cheapest = item.prices[0]
        tags |= {
            "product:price:amount": cheapest.as_json()["amount"],
            "product:price:currency": cheapest.currency,
        }
    return tags


def territorial(locale: str) -> str:
    """A language with its likeliest country, as Open Graph wants it: ``fr`` is ``fr_FR``."""
    language, _hyphen, country = locale.partition("-")
    likely = get_global("likely_subtags").get(language, language)
    return f"{language}_{country.upper() or likely.rpartition('_')[2]}"


def _picture(picture: PictureItem, shape_px: tuple[int, int]) -> dict[str, str]:
    """The picture cut to the shape, as large as it is sharp."""
    scale = min(1, picture.width / shape_px[0], picture.height / shape_px[1])
    width, height = (int(side * scale) for side in shape_px)
    return {
        "og:image": picture.url(f"fill-{width}x{height}|format-jpeg"),
        "og:image:width": str(width),
        "og:image:height": str(height),
        "og:image:alt": picture.alt,
    }
