"""What a phone needs: few words, pictures in exactly its sizes, a link to share."""

from typing import Any

from comptoir.channels.models import Channel
from comptoir.publishing.addresses import item_url
from comptoir.publishing.items import Item, PictureItem, ProductItem
from comptoir.publishing.texts import body_text, shortened

TEXT_CHARACTERS = 280
#: Sizes of pictures in points: on a phone a point is one, two or three pixels.
SCREEN_PT = (390, 468)
BANNER_PT = (390, 260)
THUMBNAIL_PT = (96, 96)
DENSITIES = (1, 2, 3)


def app_fields(item: Item, channel: Channel, locale: str) -> dict[str, Any]:
    """The app's part of a document. ``pictures`` are in the order of the document's own."""
    screen_pt = SCREEN_PT if isinstance(item, ProductItem) else BANNER_PT
    return {
        "text": app_text(item),
        "share_url": item_url(item, channel.code, locale),
        "thumbnail": sizes(item.pictures[0], THUMBNAIL_PT) if item.pictures else None,
        "pictures": [sizes(picture, screen_pt) for picture in item.pictures],
    }


def app_text(item: Item) -> str:
    """The summary; without one, the beginning of the text."""
    return shortened(" ".join((item.summary or body_text(item.body)).split()), TEXT_CHARACTERS)


def sizes(picture: PictureItem, size_pt: tuple[int, int]) -> dict[str, Any]:
    """A picture cut to a place on the screen, for each density of screen.

    Units: ``width_pt`` and ``height_pt`` in points.
    """
    width, height = size_pt
    by_density = {
        f"{density}x": picture.url(f"fill-{width * density}x{height * density}|format-webp")
        for density in DENSITIES
    }
    return {"alt": picture.alt, "width_pt": width, "height_pt": height, **by_density}
