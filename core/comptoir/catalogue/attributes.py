"""What changes the properties of a class of products, and the values to choose from."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from oscar.apps.catalogue.models import AttributeOptionGroup, ProductAttributeValue, ProductClass

from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import AttributeOption, Product, ProductAttribute
from comptoir.events.services import record_event


class AttributeInUse(ComptoirError):
    """Products have a value that would be lost."""

    code = "attribute_in_use"
    status = 409
    sentence = _("“{name}” is used by {count} products and cannot be removed.")


@transaction.atomic
def save_attributes(
    *,
    product_class: ProductClass,
    attributes: Iterable[ProductAttribute],
    removed: Iterable[ProductAttribute] = (),
) -> None:
    """Give a class of products these attributes, in this order.

    Errors: ``AttributeInUse`` if a removed one has values; nothing changes then.
    """
    for attribute in removed:
        _refuse_if_used(attribute.name, ProductAttributeValue.objects.filter(attribute=attribute))
        attribute.delete()
    for place, attribute in enumerate(attributes):
        attribute.product_class, attribute.position = product_class, place
        if attribute.type == "option" and not attribute.option_group_id:
            code = f"{product_class.slug}-{attribute.code}"[:255]
            attribute.option_group = AttributeOptionGroup.objects.get_or_create(
                code=code, defaults={"name": attribute.name}
            )[0]
        attribute.save()
    _tell_products(product_class=product_class)


@transaction.atomic
def save_options(
    *,
    attribute: ProductAttribute,
    options: Iterable[AttributeOption],
    removed: Iterable[AttributeOption] = (),
) -> None:
    """Give an attribute these values to choose from, in this order.

    Errors: ``AttributeInUse`` if a product has a removed one; nothing changes then.
    """
    for option in removed:
        _refuse_if_used(option.option, ProductAttributeValue.objects.filter(value_option=option))
        option.delete()
    for place, option in enumerate(options):
        option.group, option.position = attribute.option_group, place
        option.save()
    _tell_products(product_class__attributes__option_group=attribute.option_group)


def _refuse_if_used(name: str, values: Any) -> None:
    if count := values.count():
        raise AttributeInUse(name=name, count=count)


def _tell_products(**of: Any) -> None:
    """Every product of a class shows the names of its attributes."""
    for pk in Product.objects.filter(**of).distinct().values_list("pk", flat=True):
        record_event("product_changed", subject_id=pk)
