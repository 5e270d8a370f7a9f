"""What the shop already has of a batch, read in a constant number of statements and locked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from oscar.apps.catalogue.models import ProductAttributeValue, ProductCategory
from wagtail.models import Revision, WorkflowState

from comptoir.catalogue.gtin import LENGTHS
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.content.models import ProductContent
from comptoir.imports.models import ImportedPicture
from comptoir.imports.rows import ImportedProduct
from comptoir.pricing.models import Price
from comptoir.stock.models import Level


@dataclass
class Shelf:
    """The rows of every context that a batch may change, by the keys it needs them by.

    ``gtin_owners`` by the bar code filled up to 14 digits: a UPC and the EAN with a zero before it are the same.
    """

    roots: dict[str, Product] = field(default_factory=dict)
    variants: dict[int, list[Product]] = field(default_factory=lambda: defaultdict(list))
    sku_owners: dict[str, Product] = field(default_factory=dict)
    gtin_owners: dict[str, Product] = field(default_factory=dict)
    values: dict[int, list[ProductAttributeValue]] = field(default_factory=lambda: defaultdict(list))
    prices: dict[tuple[int, str], Price] = field(default_factory=dict)
    category_ids: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    contents: dict[int, dict[int, ProductContent]] = field(default_factory=lambda: defaultdict(dict))
    drafts: dict[int, dict[str, Any]] = field(default_factory=dict)
    in_moderation: set[int] = field(default_factory=set)
    levels: dict[int, Level] = field(default_factory=dict)
    pictures: dict[int, list[ImportedPicture]] = field(default_factory=lambda: defaultdict(list))

    def value(self, owner: Product, attribute_id: int) -> ProductAttributeValue | None:
        """The value a product or variant has for an attribute."""
        rows = self.values[owner.pk] if owner.pk else []
        return next((row for row in rows if row.attribute_id == attribute_id), None)


def load_shelf(products: Iterable[ImportedProduct], location: Location | None = None) -> Shelf:
    """Read and lock, in the order of their ids, the products that a batch names, and read all that hangs on them.

    With a location also the stock there.
    """
    shelf = Shelf()
    batch = list(products)
    handles = [product.handle for product in batch]
    named = Product.objects.filter(Q(handle__in=handles) | Q(parent__handle__in=handles))
    for row in named.select_for_update(of=("self",)).order_by("pk"):
        if row.parent_id:
            shelf.variants[row.parent_id].append(row)
        else:
            shelf.roots[row.handle or ""] = row
            if row.structure == Product.STANDALONE:
                shelf.variants[row.pk].append(row)
    _load_owners(shelf, batch)
    if shelf.roots:
        _load_goods(shelf)
        _load_texts(shelf)
        if location:
            _load_levels(shelf, location)
    return shelf


def gtin_forms(gtin: str) -> list[str]:
    """All the ways to write one bar code, with and without zeros before it."""
    digits = gtin.lstrip("0")
    return [digits.zfill(length) for length in LENGTHS if len(digits) <= length]


def _load_owners(shelf: Shelf, batch: list[ImportedProduct]) -> None:
    variants = [variant for product in batch for variant in product.variants]
    skus = [variant.sku for variant in variants]
    gtins = [form for variant in variants if variant.gtin for form in gtin_forms(variant.gtin)]
    for row in Product.objects.filter(Q(sku__in=skus) | Q(upc__in=gtins)):
        if row.sku:
            shelf.sku_owners[row.sku] = row
        if row.upc:
            shelf.gtin_owners[row.upc.zfill(14)] = row


def _load_goods(shelf: Shelf) -> None:
    roots = [root.pk for root in shelf.roots.values()]
    owners = {*roots, *(row.pk for rows in shelf.variants.values() for row in rows)}
    values = ProductAttributeValue.objects.filter(product__in=owners).select_related(
        "attribute", "value_option"
    )
    for value in values.order_by("pk"):
        shelf.values[value.product_id].append(value)
    for price in Price.objects.filter(variant__in=owners):
        shelf.prices[price.variant_id, price.currency] = price
    for link in ProductCategory.objects.filter(product__in=roots):
        shelf.category_ids[link.product_id].add(link.category_id)
    for picture in ImportedPicture.objects.filter(product__in=owners):
        shelf.pictures[picture.product_id].append(picture)


def _load_levels(shelf: Shelf, location: Location) -> None:
    owners = [row.pk for rows in shelf.variants.values() for row in rows]
    levels = Level.objects.filter(location=location, variant__in=owners)
    shelf.levels = {level.variant_id: level for level in levels}


def _load_texts(shelf: Shelf) -> None:
    contents = ProductContent.objects.filter(product__in=[root.pk for root in shelf.roots.values()])
    revisions: dict[int, int] = {}
    for content in contents.select_for_update(of=("self",)).order_by("pk"):
        shelf.contents[content.product_id][content.locale_id] = content
        if content.latest_revision_id and (content.has_unpublished_changes or not content.live):
            revisions[content.latest_revision_id] = content.pk
    drafts = Revision.objects.filter(pk__in=revisions).values_list("pk", "content")
    shelf.drafts = {revisions[pk]: content for pk, content in drafts}
    kind = ContentType.objects.get_for_model(ProductContent)
    ids = [str(row.pk) for rows in shelf.contents.values() for row in rows.values()]
    moderated = WorkflowState.objects.active().filter(base_content_type=kind, object_id__in=ids)
    shelf.in_moderation = {int(pk) for pk in moderated.values_list("object_id", flat=True)}
