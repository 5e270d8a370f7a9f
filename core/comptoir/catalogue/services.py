"""What changes the catalogue. Prices, stock and texts have services of their own."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from oscar.apps.catalogue.models import AttributeOptionGroup, ProductAttributeValue, ProductClass

from comptoir.catalogue.models import AttributeOption, Category, Product, ProductAttribute, ProductImage


def save_product_class(*, name: str, **fields: Any) -> ProductClass:
    """Make sure a class of products is there; ``fields`` such as ``track_stock`` are set when it is new."""
    kind, _created = ProductClass.objects.get_or_create(slug=slugify(name), defaults={"name": name, **fields})
    return kind


def save_attribute(*, product_class: ProductClass, code: str, name: str, **fields: Any) -> ProductAttribute:
    """Make sure a class has an attribute whose values are chosen from a list; ``fields`` count when it is new."""
    attribute = ProductAttribute.objects.filter(product_class=product_class, code=code).first()
    if attribute is None:
        group, _created = AttributeOptionGroup.objects.get_or_create(code=f"{product_class.slug}-{code}"[:255],
                                                                    defaults={"name": name})
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
    attributes: Mapping[str, str] | None = None,
    **fields: Any,
) -> Product:
    """Create or change a product with all its variants; running it twice changes nothing more.

    Shapes: a variant is ``{"sku", "gtin", "weight_g", "options": {attribute code: label}}``; one without options makes a
    stand-alone product. ``attributes`` are labels by code. Attributes have to exist on the class.
    Errors: ``ValidationError`` naming the field (a bad GTIN, a SKU of another product); nothing changes then.
    """
    rows = list(variants)
    standalone = len(rows) == 1 and not rows[0].get("options")
    structure = Product.STANDALONE if standalone else Product.PARENT
    product = Product.objects.filter(handle=handle).first() or Product(handle=handle, slug=slugify(handle)[:255])
    own = {"sku": rows[0]["sku"], "upc": rows[0].get("gtin"), "weight_g": rows[0].get("weight_g")} if standalone else {}
    _fill(product, structure=structure, title=title, product_class=product_class, **own, **fields)
    if not standalone:
        for row in rows:
            _save_variant(product, product_class, row)
    if attributes:
        set_attributes(product, product_class, attributes)
    if wanted := list(categories):
        product.categories.set(wanted)
    return product


def set_attributes(owner: Product, product_class: ProductClass, labels: Mapping[str, str]) -> None:
    """Give a product or a variant the values of its attributes, by label."""
    for attribute in ProductAttribute.objects.filter(product_class=product_class, code__in=labels):
        value = {"value_option": save_option(attribute=attribute, label=labels[attribute.code])} if (
            attribute.type == "option"
        ) else {f"value_{attribute.type}": labels[attribute.code]}
        ProductAttributeValue.objects.update_or_create(attribute=attribute, product=owner, defaults=value)


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


def _save_variant(product: Product, product_class: ProductClass, row: Mapping[str, Any]) -> None:
    variant = Product.objects.filter(parent=product, sku=row["sku"]).first() or Product(parent=product)
    title = f"{product.title} ({', '.join(row['options'].values())})"[:255]
    _fill(variant, structure=Product.CHILD, title=title, slug=slugify(row["sku"])[:255], sku=row["sku"],
          upc=row.get("gtin"), weight_g=row.get("weight_g"))
    set_attributes(variant, product_class, row["options"])


def _fill(product: Product, **fields: Any) -> None:
    """Set the fields; check and save only if one differs, so that a second run is no change."""
    differs = product.pk is None
    for name, value in fields.items():
        if getattr(product, name) != value:
            setattr(product, name, value)
            differs = True
    if differs:
        product.full_clean(exclude=["parent"] if product.parent_id else None)
        product.save()
