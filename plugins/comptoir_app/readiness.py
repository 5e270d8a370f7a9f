"""What a product or page still lacks in the app. An app can live with all of it, so nothing blocks."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from comptoir.publishing.items import Item, PictureItem, Problem, ProductItem
from comptoir_app.documents import TEXT_CHARACTERS

#: Two pixels a point on a screen of 400 points.
SHARP_PX = 800


def app_problems(item: Item) -> list[Problem]:
    """Warnings for the app: pictures that are not there or not sharp, a text that will be cut."""
    return [*_pictures(item), *_text(item)]


def _pictures(item: Item) -> Iterator[Problem]:
    if isinstance(item, ProductItem) and not item.pictures:
        yield Problem("no_picture", _("There is no picture: the app shows an empty frame."), "pictures")
    soft = [picture for picture in item.pictures if _side(picture) < SHARP_PX]
    if soft:
        message = _(
            "A picture of %(width)d × %(height)d px looks soft on a phone; use at least %(limit)d px each way."
        )
        facts = {"width": soft[0].width, "height": soft[0].height, "limit": SHARP_PX}
        yield Problem("picture_too_small", message % facts, "pictures")


def _side(picture: PictureItem) -> int:
    return min(picture.width, picture.height)


def _text(item: Item) -> Iterator[Problem]:
    if len(item.summary) > TEXT_CHARACTERS:
        message = _("The app will cut the summary: it has %(length)d characters, %(limit)d are shown.")
        facts = {"length": len(item.summary), "limit": TEXT_CHARACTERS}
        yield Problem("summary_too_long", message % facts, "summary")
