"""Fields of the price screens: goods by what is on their label, and money."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base.money import Money, minor_digits
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel
from comptoir.pricing.backoffice.finding import products_named, variants_named


class GoodsInput(forms.TextInput):
    """A text field that proposes SKUs while somebody types; without JavaScript one types them whole."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        wanted = {
            "autocomplete": "off",
            "spellcheck": "false",
            "class": "cpt-wide",
            "data-goods": reverse_lazy("prices:suggestions"),
        }
        super().__init__({**wanted, **(attrs or {})})

    class Media:
        js = ["comptoir/pricing/goods.js"]


class GoodsField(forms.CharField):
    """One variant by its SKU or barcode, or all variants of a product by its handle."""

    widget = GoodsInput

    def __init__(self, *, only_one: bool = False, **kwargs: Any) -> None:
        self.only_one = only_one
        super().__init__(max_length=255, **kwargs)

    def clean(self, value: Any) -> list[Product]:
        code = super().clean(value)
        found = variants_named(code) if code else []
        if code and not found:
            raise ValidationError(_("Nothing is sold under this SKU, barcode or handle."))
        if self.only_one and len(found) > 1:
            codes = ", ".join(one.sku for one in found[:5])
            raise ValidationError(
                _("This product has several variants. Name one of them, such as %s.") % codes
            )
        return found


class ProductsField(forms.CharField):
    """A list of products and variants, one a line, as somebody pastes it out of a spreadsheet."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}))
        super().__init__(
            required=False,
            help_text=gettext_lazy("SKUs, barcodes or handles of products, one a line."),
            **kwargs,
        )

    def clean(self, value: Any) -> list[Product]:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        found, unknown = products_named(list(dict.fromkeys(line for line in lines if line)))
        if unknown:
            raise ValidationError(_("Unknown: %s.") % ", ".join(unknown[:20]))
        return found


class AmountField(forms.DecimalField):
    """An amount of money or a rate, with a comma or a point as somebody writes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": Decimal(0), "max_digits": 12, "localize": True, **kwargs})
        self.widget.attrs.update({"inputmode": "decimal", "class": "cpt-number"})

    def prepare_value(self, value: Any) -> Any:
        """Without the noughts that only the database needs: 10 and not 10.00, 49.90 and not 49.900."""
        if not isinstance(value, Decimal):
            return value
        plain = value.normalize()
        digits = max(0, -int(plain.as_tuple().exponent))
        return plain.quantize(Decimal(1).scaleb(-(digits if digits != 1 else 2)))

    def to_python(self, value: Any) -> Decimal | None:
        """A French editor writes 49,90 in an English back office too."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


def currency_choices() -> list[tuple[str, str]]:
    """The currencies that channels sell in, those of the first channels first."""
    codes = list(dict.fromkeys(Channel.objects.values_list("currency", flat=True))) or ["EUR"]
    return [(code, code) for code in codes]


def check_coins(form: forms.Form, field: str, currency: str | None) -> None:
    """An amount with more digits than the currency has coins is an error of its field."""
    amount = form.cleaned_data.get(field)
    if amount is None or not currency:
        return
    digits = minor_digits(currency)
    if amount != amount.quantize(Decimal(1).scaleb(-digits)):
        form.add_error(field, _("%(currency)s has no coins that small.") % {"currency": currency})


def amount_text(amount: Decimal | None, currency: str) -> str:
    """An amount for tables: 49.90 EUR, or 49,90 EUR for a French reader."""
    if amount is None:
        return "—"
    rounded = Money(amount, currency).rounded().amount  # number_format would cut digits off
    number = number_format(rounded, decimal_pos=minor_digits(currency), use_l10n=True, force_grouping=True)
    return f"{number} {currency}".strip()
