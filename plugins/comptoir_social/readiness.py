"""What a product or page still lacks on social networks."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from comptoir.conf import conf
from comptoir.publishing.items import Item, Problem, ProductItem
from comptoir_social.catalogues import description, fit_pictures
from comptoir_social.limits import GOOGLE, META_TITLE_RECOMMENDED, PICTURE_PX


def social_problems(item: Item) -> list[Problem]:
    """Problems of a shared link, and for goods those of their rows in the catalogues."""
    problems = list(_pictures(item))
    if isinstance(item, ProductItem):
        problems += [*_lengths(item), *(_identity(item) if item.is_shipped else ())]
    return problems


def _pictures(item: Item) -> Iterator[Problem]:
    """A picture that the networks refuse blocks; one that is not there leaves the product out of the feeds."""
    if not item.pictures:
        message = _("There is no picture: shared links look bare, and the feeds leave it out.")
        yield Problem(
            "no_picture", message, "pictures", blocks=conf.STRICT_READINESS and item.kind == "product"
        )
    elif not fit_pictures(item.pictures):
        largest = max(item.pictures, key=lambda picture: min(picture.width, picture.height))
        message = _(
            "The networks want %(limit)d × %(limit)d px or more; the largest has %(width)d × %(height)d."
        )
        facts = {"limit": PICTURE_PX, "width": largest.width, "height": largest.height}
        yield Problem("picture_too_small", message % facts, "pictures", blocks=True)


def _lengths(item: ProductItem) -> Iterator[Problem]:
    if len(item.title) > META_TITLE_RECOMMENDED:
        message = _("Only the first %(limit)d of %(length)d characters of the title are sure to be seen.")
        facts = {"limit": META_TITLE_RECOMMENDED, "length": len(item.title)}
        yield Problem("title_too_long", message % facts, "title")
    if len(description(item)) > (limit := GOOGLE.characters["description"]):
        message = _("Google reads the first %(limit)d of %(length)d characters of the text.")
        yield Problem(
            "description_too_long", message % {"limit": limit, "length": len(description(item))}, "body"
        )


def _identity(item: ProductItem) -> Iterator[Problem]:
    if not item.vendor:
        yield Problem("no_brand", _("There is no brand: the catalogues show it less."), "vendor")
    if without := [variant.sku for variant in item.variants if not variant.gtin]:
        message = _("Without a barcode (GTIN) the catalogues cannot match it with others: %(sku)s.")
        yield Problem("no_gtin", message % {"sku": without[0]}, "gtin")
