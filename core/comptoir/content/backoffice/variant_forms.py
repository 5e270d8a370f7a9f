"""The table of variants on the product screen: what each is called, what it costs, whether it shows."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.forms import formset_factory
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base.backoffice import GrowingFormSet
from comptoir.catalogue.models import Product, ProductAttribute, gtin_validator
from comptoir.content.backoffice.product_fields import AmountField, field_of

HEAVIEST_G = 10_000_000


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


VariantRows = formset_factory(VariantRow, formset=BaseVariantRows, extra=0, can_delete=True)
SingleVariantRows = formset_factory(
    VariantRow, formset=BaseVariantRows, extra=0, max_num=1, validate_max=True
)
