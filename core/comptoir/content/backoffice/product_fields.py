"""Fields of the product screen: one for each kind of attribute, one for money."""

from decimal import Decimal
from typing import Any

from django import forms
from wagtail.admin.widgets import AdminDateInput

from comptoir.base.money import minor_digits
from comptoir.catalogue.models import Product, ProductAttribute


def attributes_of(product: Product, *, is_option: bool) -> list[ProductAttribute]:
    """The attributes of a product's class that the screen has a field for."""
    rows = ProductAttribute.objects.filter(product_class=product.product_class_id, is_option=is_option)
    return list(
        rows.filter(type__in=FIELDS).select_related("option_group").prefetch_related("option_group__options")
    )


def _choice(attribute: ProductAttribute) -> forms.Field:
    labels = (
        [option.option for option in attribute.option_group.options.all()] if attribute.option_group else []
    )
    return forms.ChoiceField(choices=[("", "—"), *((label, label) for label in labels)])


#: A field for each kind of attribute.
FIELDS: dict[str, Any] = {
    "option": _choice,
    "text": lambda attribute: forms.CharField(widget=forms.Textarea(attrs={"rows": 2})),
    "integer": lambda attribute: forms.IntegerField(min_value=-(2**31), max_value=2**31 - 1),
    "float": lambda attribute: forms.FloatField(localize=True),
    "boolean": lambda attribute: forms.BooleanField(),
    "date": lambda attribute: forms.DateField(widget=AdminDateInput()),
}


def field_of(attribute: ProductAttribute) -> forms.Field:
    """The field in which an attribute is edited."""
    field = FIELDS[attribute.type](attribute)
    field.label = attribute.name
    field.required = attribute.required and attribute.type != "boolean"
    return field


class AmountField(forms.DecimalField):
    """An amount of money, with a comma or a point as the editor writes it."""

    def __init__(self, currency: str, **kwargs: Any) -> None:
        digits = minor_digits(currency)
        super().__init__(
            min_value=Decimal(0),
            max_digits=12,
            decimal_places=digits,
            localize=True,
            required=False,
            **kwargs,
        )
        self.widget.attrs.update({"inputmode": "decimal", "class": "cpt-short cpt-number"})

    def to_python(self, value: Any) -> Decimal | None:
        """A French editor writes 49,90 in an English back office too."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)
