"""Pictures in documents: addresses that Wagtail draws when they are first asked for."""

from functools import lru_cache
from typing import Any

from django.urls import reverse
from wagtail.images.utils import generate_signature

from comptoir.catalogue.models import Picture
from comptoir.conf import conf

WIDTHS_PX = (200, 400, 800, 1200)


def picture_url(picture: Picture, spec: str) -> str:
    """The address of a picture in one size and format, such as ``"width-400|format-webp"``; signed, so none can be made up."""
    return f"{conf.BASE_URL}{_signed_path(picture.pk, spec)}?v={picture.file_hash[:8]}"


@lru_cache(maxsize=20_000)
def _signed_path(picture_id: int, spec: str) -> str:
    """Kept, because all channels and languages of a product name the same few addresses."""
    return reverse("picture", args=(generate_signature(picture_id, spec), picture_id, spec))


def picture_json(picture: Picture, locale: str) -> dict[str, Any]:
    """A picture as documents show it: WebP by width, its own measures in px and its alternative text."""
    widths = [width for width in WIDTHS_PX if width <= picture.width] or [picture.width]
    return {
        "alt": picture.text("description", locale) or "",
        "width": picture.width,
        "height": picture.height,
        "sources": {str(width): picture_url(picture, f"width-{width}|format-webp") for width in widths},
    }
