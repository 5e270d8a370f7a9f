"""The forms of the product screen: details, pictures, listings. Its table of variants is in ``variant_forms``."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import formset_factory
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.catalogue.models import ProductClass
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.images.widgets import AdminImageChooser

from comptoir.base.backoffice import GrowingFormSet
from comptoir.catalogue.backoffice.categories import CategoriesField
from comptoir.catalogue.models import Category, Picture, Product, gtin_validator
from comptoir.channels.models import Channel
from comptoir.content.backoffice.product_fields import AmountField, attributes_of, field_of


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


PictureRows = formset_factory(PictureRow, formset=GrowingFormSet, extra=0, can_delete=True, can_order=True)


@dataclass(frozen=True)
class Place:
    """One channel's line on the product screen."""

    channel: Channel
    form: ListingForm
    state: str
    is_on: bool
