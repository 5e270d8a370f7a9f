"""What a product still lacks on the shop floor."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comptoir.conf import conf
from comptoir.publishing.items import Item, Problem, ProductItem
from comptoir_store.barcodes import gtin_barcode, sku_barcode
from comptoir_store.labels import SHELF_CHARACTERS


def store_problems(item: Item) -> list[Problem]:
    """Problems of a product at the till and on the shelf; a page has none, and a service needs no barcode."""
    if not isinstance(item, ProductItem):
        return []
    return [*(_barcodes(item) if item.is_counted or item.is_shipped else ()), *_shelf(item)]


def _barcodes(item: ProductItem) -> Iterator[Problem]:
    """Without a GTIN the label carries the SKU, so this only warns, unless the shop is strict (docs/settings.md)."""
    without = [variant.sku for variant in item.variants if not variant.gtin]
    if without:
        message = ngettext(
            "%(sku)s has no barcode (GTIN): the till finds it by its SKU only.",
            "%(count)d variants have no barcode (GTIN), such as %(sku)s: the till finds them by their SKU only.",
            len(without),
        ) % {"sku": without[0], "count": len(without)}
        yield Problem("no_gtin", message, "gtin", blocks=conf.STRICT_READINESS)
    unscannable = [variant for variant in item.variants if not gtin_barcode(variant.gtin or "")]
    for variant in unscannable:
        if variant.gtin or not sku_barcode(variant.sku):
            message = _("%(sku)s gets no barcode on its label: give it a GTIN of 8, 12 or 13 digits.")
            yield Problem("no_barcode", message % {"sku": variant.sku}, "gtin")
            return


def _shelf(item: ProductItem) -> Iterator[Problem]:
    if len(item.title) > SHELF_CHARACTERS:
        message = _("The shelf label will cut the title: it has %(length)d characters, %(limit)d fit.")
        yield Problem(
            "title_too_long", message % {"length": len(item.title), "limit": SHELF_CHARACTERS}, "title"
        )
