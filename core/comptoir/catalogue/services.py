"""What changes the catalogue. Prices, stock and texts have services of their own."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.files.images import ImageFile
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import AttributeOptionGroup, ProductAttributeValue, ProductClass

from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import (
    AttributeOption,
    Category,
    Listing,
    Picture,
    Product,
    ProductAttribute,
    ProductImage,
)
from comptoir.channels.models import Channel
from comptoir.events.services import record_event


class VariantInUse(ComptoirError):
    """A variant that something counts on cannot go."""

    code = "variant_in_use"
    status = 409
    sentence = _("{sku} has stock movements and cannot be removed. You can hide it instead.")


def save_product_class(*, name: str, **fields: Any) -> ProductClass:
    """Make sure a class of products is there; ``fields`` such as ``track_stock`` are set when it is new."""
    kind, _created = ProductClass.objects.get_or_create(slug=slugify(name), defaults={"name": name, **fields})
    return kind


def save_attribute(*, product_class: ProductClass, code: str, name: str, **fields: Any) -> ProductAttribute:
    """Make sure a class has an attribute whose values are chosen from a list; ``fields`` count when it is new."""
    attribute = ProductAttribute.objects.filter(product_class=product_class, code=code).first()
    if attribute is None:
        group, _created = AttributeOptionGroup.objects.get_or_create(
            code=f"{product_class.slug}-{code}"[:255], defaults={"name": name}
        )
        attribute = ProductAttribute.objects.create(
            product_class=product_class, code=code, name=name, type="option", option_group=group, **fields
        )
    return attribute


def save_option(*, attribute: ProductAttribute, label: str, **fields: Any) -> AttributeOption:
    """Make sure a value can be chosen for an attribute, such as a size; ``fields`` count when it is new."""
    option, _created = AttributeOption.objects.get_or_create(
        group=attribute.option_group,
        option=label,
        defaults={"position": attribute.option_group.options.count(), **fields},
    )
    return option


@transaction.atomic
def save_product(
    *,
    handle: str,
    title: str,
    product_class: ProductClass,
    variants: Iterable[Mapping[str, Any]],
    categories: Iterable[Category] = (),
    attributes: Mapping[str, Any] | None = None,
    product: Product | None = None,
    **fields: Any,
) -> Product:
    """Create or change a product with all its variants; running it twice changes nothing more.

    Shapes: a variant is ``{"sku", "gtin", "weight_g", "options": {attribute code: label}}``; one without options
    makes a stand-alone product. A row may name its ``"variant"`` (to give it another SKU) and say ``"is_public"``.
    ``attributes`` are labels by code, an empty one takes the value away. Attributes have to exist on the class.
    ``product`` is the one to change, else the handle finds it.
    Errors: ``ValidationError`` naming the field (a bad GTIN, a SKU of another product); nothing changes then.
    """
    rows = list(variants)
    product = product or Product.objects.filter(handle=handle).first() or Product(slug=slugify(handle)[:255])
    has_variants = bool(product.pk and product.children.exists())
    standalone = len(rows) == 1 and not rows[0].get("options") and not has_variants
    structure = Product.STANDALONE if standalone else Product.PARENT
    sold = _sold_as(rows[0]) if standalone else {"sku": None, "upc": None, "weight_g": None}
    _fill(
        product,
        structure=structure,
        title=title,
        product_class=product_class,
        handle=handle,
        **sold,
        **fields,
    )
    differs = False
    if not standalone:
        for row in rows:
            differs |= _save_variant(product, product_class, row)
    if attributes:
        differs |= set_attributes(product, product_class, attributes)
    wanted = list(categories)
    if wanted and {one.pk for one in wanted} != set(product.categories.values_list("pk", flat=True)):
        product.categories.set(wanted)
        differs = True
    if differs:
        record_event("product_changed", subject_id=product.pk)
    return product


def set_attributes(owner: Product, product_class: ProductClass, labels: Mapping[str, Any]) -> bool:
    """Give a product or a variant the values of its attributes, by label; returns whether one differed."""
    there = {row.attribute_id: row for row in ProductAttributeValue.objects.filter(product=owner)}
    differs = False
    for attribute in ProductAttribute.objects.filter(product_class=product_class, code__in=labels):
        differs |= _set_attribute(owner, attribute, labels[attribute.code], there.get(attribute.pk))
    return differs


def _set_attribute(
    owner: Product, attribute: ProductAttribute, label: Any, row: ProductAttributeValue | None
) -> bool:
    """One value of one attribute; an empty label takes it away."""
    if label in ("", None):
        return bool(row and row.delete())
    column = f"value_{attribute.type}"
    value = save_option(attribute=attribute, label=label) if attribute.type == "option" else label
    if row is not None and getattr(row, column) == value:
        return False
    ProductAttributeValue.objects.update_or_create(
        attribute=attribute, product=owner, defaults={column: value}
    )
    return True


def add_picture(
    *, file: ImageFile, title: str, alt: str = "", translations: dict[str, dict[str, str]] | None = None
) -> Picture:
    """Put a picture into the library, measured and with the fingerprint that its addresses carry."""
    picture = Picture(title=title, description=alt, translations=translations or {}, file=file)
    picture._set_image_file_metadata()
    picture.save()
    return picture


@transaction.atomic
def set_pictures(*, product: Product, pictures: Iterable[Any]) -> None:
    """Give a product or a variant exactly these pictures, in this order."""
    wanted = [picture.pk for picture in pictures]
    there = list(product.images.order_by("display_order").values_list("image_id", flat=True))
    if there == wanted:
        return
    product.images.all().delete()
    for place, pk in enumerate(wanted):
        ProductImage.objects.create(product=product, image_id=pk, display_order=place)
    record_event("product_changed", subject_id=product.root_id)


@transaction.atomic
def set_categories(*, product: Product, categories: Iterable[Category]) -> None:
    """Put a product on exactly these shelves; none takes it off all of them."""
    wanted = list(categories)
    if {one.pk for one in wanted} != set(product.categories.values_list("pk", flat=True)):
        product.categories.set(wanted)
        record_event("product_changed", subject_id=product.pk)


@transaction.atomic
def remove_variant(*, variant: Product) -> None:
    """Take a variant out of its product.

    Errors: ``VariantInUse`` if it has stock movements or anything else that must not be forgotten; it stays then.
    """
    sku = variant.sku
    try:
        variant.delete()
    except ProtectedError as error:
        raise VariantInUse(sku=sku) from error


@transaction.atomic
def save_listing(
    *,
    product: Product,
    channel: Channel,
    is_shown: bool = True,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Listing | None:
    """Say whether and when a product is shown on a channel; a product that is simply shown needs no row.

    Errors: ``ValidationError`` if it ends before it starts; nothing changes then.
    """
    listing = Listing.objects.filter(product=product, channel=channel).first()
    values = {"is_shown": is_shown, "starts_at": starts_at, "ends_at": ends_at}
    if listing is None and values == {"is_shown": True, "starts_at": None, "ends_at": None}:
        return None
    listing = listing or Listing(product=product, channel=channel, is_shown=not is_shown)
    if any(getattr(listing, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(listing, name, value)
        listing.full_clean()
        listing.save()
    return listing


def _save_variant(product: Product, product_class: ProductClass, row: Mapping[str, Any]) -> bool:
    """One variant of a product; returns whether one of its options differed."""
    variant = row.get("variant") or Product.objects.filter(parent=product, sku=row["sku"]).first()
    variant = variant or Product(parent=product, slug=slugify(row["sku"])[:255])
    options = row.get("options") or {}
    labels = ", ".join(str(label) for label in options.values() if label)
    title = f"{product.title} ({labels or row['sku']})"[:255]
    shown = {"is_public": row["is_public"]} if "is_public" in row else {}
    _fill(variant, structure=Product.CHILD, title=title, **_sold_as(row), **shown)
    return set_attributes(variant, product_class, options)


def _sold_as(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of the thing that is sold."""
    return {"sku": row["sku"], "upc": row.get("gtin"), "weight_g": row.get("weight_g")}


def _fill(product: Product, **fields: Any) -> None:
    """Set the fields; check and save only if one differs, so that a second run is no change."""
    differs = product.pk is None
    for name, value in fields.items():
        there = getattr(product, name)
        differs |= there != value and not (
            there == "" and value is None
        )  # Oscar reads an empty barcode as ""
        setattr(product, name, value)
    if differs:
        product.full_clean(exclude=["parent"] if product.parent_id else None)
        product.save()
