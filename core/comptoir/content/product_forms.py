"""The forms of the product screen: details, variants with their prices, pictures, listings."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.forms import formset_factory
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.catalogue.models import ProductClass
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput
from wagtail.images.widgets import AdminImageChooser

from comptoir.base.backoffice import GrowingFormSet
from comptoir.base.money import minor_digits
from comptoir.catalogue.category_screen import CategoriesField
from comptoir.catalogue.models import Category, Picture, Product, ProductAttribute, gtin_validator
from comptoir.channels.models import Channel

HEAVIEST_G = 10_000_000


class DetailsForm(forms.Form):
    """What a product is, in the words of the back office."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=255,
        help_text=gettext_lazy("The name in the back office. What customers read is in the texts."),
    )
    handle = forms.SlugField(
        label=gettext_lazy("Handle"),
        max_length=255,
        required=False,
        allow_unicode=True,
        help_text=gettext_lazy(
            "Names the product in imports and the API. Left empty, it is made from the title."
        ),
    )
    product_class = forms.ModelChoiceField(label=gettext_lazy("Class"), queryset=ProductClass.objects.all())
    vendor = forms.CharField(label=gettext_lazy("Brand"), max_length=120, required=False)
    is_public = forms.BooleanField(
        label=gettext_lazy("Public"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Unticked, the product is on no channel, whatever its listings say."),
    )
    categories = CategoriesField(
        label=gettext_lazy("Categories"), queryset=Category.objects.order_by("path"), required=False
    )

    def __init__(self, *args: Any, product: Product | None = None, **kwargs: Any) -> None:
        self.product = product
        if product is not None:
            kwargs["initial"] = {**_details_of(product), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.attribute_names: dict[str, str] = {}
        if product is not None:
            self.fields["product_class"].disabled = True
            self._add_attributes(product)

    def clean_handle(self) -> str:
        handle = self.cleaned_data["handle"] or slugify(self.cleaned_data.get("title", ""))[:255]
        others = Product.objects.exclude(pk=self.product.pk if self.product else None)
        if not handle:
            raise forms.ValidationError(_("A product needs a handle."))
        if others.filter(handle=handle).exists():
            raise forms.ValidationError(_("Another product already has this handle."))
        return handle

    def changed_attributes(self) -> dict[str, Any]:
        """What was entered for the attributes, by code; only what differs."""
        names = self.attribute_names.items()
        return {code: self.cleaned_data[name] for name, code in names if name in self.changed_data}

    def attribute_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.attribute_names]

    def _add_attributes(self, product: Product) -> None:
        values = {row.attribute_id: row for row in product.attribute_values.select_related("value_option")}
        for attribute in attributes_of(product, is_option=False):
            name = f"attribute_{attribute.code}"
            self.fields[name] = field_of(attribute)
            self.attribute_names[name] = attribute.code
            if row := values.get(attribute.pk):
                value = getattr(row, f"value_{attribute.type}")
                self.initial[name] = value.option if attribute.type == "option" and value else value


def _details_of(product: Product) -> dict[str, Any]:
    names = ("title", "handle", "vendor", "is_public", "product_class")
    categories = list(product.categories.values_list("pk", flat=True))
    return {**{name: getattr(product, name) for name in names}, "categories": categories}


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


class VariantRow(forms.Form):
    """One variant: what it is called, what it costs, whether it shows."""

    variant = forms.IntegerField(widget=forms.HiddenInput, required=False)
    sku = forms.CharField(
        label=gettext_lazy("SKU"), max_length=64, widget=forms.TextInput(attrs={"class": "cpt-wide"})
    )
    gtin = forms.CharField(
        label=gettext_lazy("GTIN (barcode)"),
        max_length=14,
        required=False,
        validators=[gtin_validator],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "cpt-wide"}),
    )

    def __init__(
        self,
        *args: Any,
        options: Iterable[ProductAttribute] = (),
        currencies: Iterable[str] = (),
        may_price: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.options, self.currencies = list(options), list(currencies)
        for attribute in self.options:
            self.fields[f"option_{attribute.code}"] = field_of(attribute)
            self.fields[f"option_{attribute.code}"].required = False
        for currency in self.currencies:
            price = AmountField(currency, label=format_lazy("{} {}", gettext_lazy("Price"), currency))
            earlier = AmountField(
                currency, label=format_lazy("{} {}", gettext_lazy("Earlier price"), currency)
            )
            price.disabled = earlier.disabled = not may_price
            self.fields[f"price_{currency}"], self.fields[f"compare_{currency}"] = price, earlier
        self.fields["weight_g"] = forms.IntegerField(
            label=_("Weight (g)"),
            required=False,
            min_value=0,
            validators=[MaxValueValidator(HEAVIEST_G)],
            widget=forms.NumberInput(attrs={"class": "cpt-short"}),
        )
        self.fields["is_public"] = forms.BooleanField(label=_("Shown"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for currency in self.currencies:
            if cleaned.get(f"compare_{currency}") is not None and cleaned.get(f"price_{currency}") is None:
                self.add_error(f"price_{currency}", _("An earlier price needs a price."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """The value of each option, by the code of its attribute."""
        return {one.code: self.cleaned_data.get(f"option_{one.code}", "") for one in self.options}

    def prices(self, *, all_of_them: bool = False) -> dict[str, tuple[Decimal | None, Decimal | None]]:
        """Price and earlier price by currency, where one of them was changed."""
        pairs = {currency: (f"price_{currency}", f"compare_{currency}") for currency in self.currencies}
        return {
            currency: (self.cleaned_data.get(price), self.cleaned_data.get(earlier))
            for currency, (price, earlier) in pairs.items()
            if all_of_them or {price, earlier} & set(self.changed_data)
        }


class BaseVariantRows(GrowingFormSet):
    """All variants of a product: no SKU, no barcode and no choice of options twice, here or elsewhere.

    ``may_be_empty``: whether the product is one with variants, of which there may be none for a while.
    """

    may_be_empty = False

    def clean(self) -> None:
        rows = [row for row in self.kept_forms if getattr(row, "cleaned_data", None)]
        self._refuse_repeats(rows, "sku", _("This SKU is in the table twice."))
        self._refuse_repeats(rows, "gtin", _("This barcode is in the table twice."))
        own = [
            row.cleaned_data["variant"]
            for row in self.forms
            if getattr(row, "cleaned_data", {}).get("variant")
        ]
        self._refuse_taken(rows, own, "sku", "sku", _("Another product already has this SKU."))
        self._refuse_taken(rows, own, "gtin", "upc", _("Another product already has this barcode."))
        if not rows and not self.may_be_empty:
            raise forms.ValidationError(_("A product needs something to sell: keep one row."))
        if rows and rows[0].options and (len(rows) > 1 or self.may_be_empty):
            self._refuse_alike(rows)

    def _refuse_repeats(self, rows: list[forms.Form], name: str, message: str) -> None:
        seen = set()
        for row in rows:
            value = row.cleaned_data.get(name)
            if value and value in seen:
                row.add_error(name, message)
            seen.add(value)

    def _refuse_taken(
        self, rows: list[forms.Form], own: list[int], name: str, column: str, message: str
    ) -> None:
        values = [row.cleaned_data[name] for row in rows if row.cleaned_data.get(name)]
        others = Product.objects.filter(**{f"{column}__in": values}).exclude(pk__in=own)
        taken = set(others.values_list(column, flat=True))
        for row in rows:
            if row.cleaned_data.get(name) in taken:
                row.add_error(name, message)

    def _refuse_alike(self, rows: list[VariantRow]) -> None:
        seen = set()
        for row in rows:
            choice = tuple(row.chosen().values())
            if not any(choice):
                row.add_error(None, _("Choose what this variant differs in."))
            elif choice in seen:
                row.add_error(None, _("Another variant has the same options."))
            seen.add(choice)


class PictureRow(forms.Form):
    """One picture of the product."""

    picture = forms.ModelChoiceField(
        label=gettext_lazy("Picture"), queryset=Picture.objects.all(), widget=AdminImageChooser
    )


class ListingForm(forms.Form):
    """Whether and when a product is shown on one channel."""

    is_shown = forms.BooleanField(label=gettext_lazy("Shown"), required=False, initial=True)
    starts_at = forms.DateTimeField(label=gettext_lazy("From"), required=False, widget=AdminDateTimeInput())
    ends_at = forms.DateTimeField(label=gettext_lazy("Until"), required=False, widget=AdminDateTimeInput())

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"listing-{channel.pk}", **kwargs)
        self.channel = channel

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and starts_at >= ends_at:
            self.add_error("ends_at", _("The listing has to start before it ends."))
        return cleaned


class NewProductForm(DetailsForm):
    """A product begins with one thing to sell; more variants, texts and pictures follow on its screen."""

    sku = forms.CharField(label=gettext_lazy("SKU"), max_length=64)
    gtin = forms.CharField(
        label=gettext_lazy("GTIN (barcode)"), max_length=14, required=False, validators=[gtin_validator]
    )
    field_order = [
        "title",
        "product_class",
        "sku",
        "gtin",
        "price",
        "vendor",
        "handle",
        "is_public",
        "categories",
    ]

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"] = AmountField(currency, label=_("Price %(currency)s") % {"currency": currency})
        self.order_fields(self.field_order)

    def clean_sku(self) -> str:
        if Product.objects.filter(sku=self.cleaned_data["sku"]).exists():
            raise forms.ValidationError(_("Another product already has this SKU."))
        return self.cleaned_data["sku"]

    def clean_gtin(self) -> str:
        gtin = self.cleaned_data["gtin"]
        if gtin and Product.objects.filter(upc=gtin).exists():
            raise forms.ValidationError(_("Another product already has this barcode."))
        return gtin


VariantRows = formset_factory(VariantRow, formset=BaseVariantRows, extra=0, can_delete=True)
SingleVariantRows = formset_factory(
    VariantRow, formset=BaseVariantRows, extra=0, max_num=1, validate_max=True
)
PictureRows = formset_factory(PictureRow, formset=GrowingFormSet, extra=0, can_delete=True, can_order=True)


@dataclass(frozen=True)
class Place:
    """One channel's line on the product screen."""

    channel: Channel
    form: ListingForm
    state: str
    is_on: bool
