"""The forms of a voucher and of many at once."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.pricing.backoffice.wall_time import WallTimeField, on_the_wall, set_moments, zone_of
from comptoir.pricing.offer.models import ConditionalOffer
from comptoir.pricing.voucher.models import Voucher, VoucherSet

MOST_VOUCHERS = 10_000
USAGES = [
    (Voucher.SINGLE_USE, gettext_lazy("once, by one customer")),
    (Voucher.ONCE_PER_CUSTOMER, gettext_lazy("once by each customer who has logged in")),
    (Voucher.MULTI_USE, gettext_lazy("as often as its offers allow")),
]


class VoucherTerms(forms.Form):
    """What one voucher and a set of them have in common."""

    model: type[Voucher | VoucherSet] = Voucher

    usage = forms.ChoiceField(label=gettext_lazy("Can be used"), choices=USAGES)
    offers = forms.ModelMultipleChoiceField(
        ConditionalOffer.objects.filter(offer_type=ConditionalOffer.VOUCHER),
        label=gettext_lazy("Gives"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Offers made for whoever has a voucher. They say on which channels it counts."
        ),
    )
    starts_at = WallTimeField(label=gettext_lazy("From"))
    ends_at = WallTimeField(label=gettext_lazy("Until"))

    def __init__(self, *args: Any, instance: Any = None, **kwargs: Any) -> None:
        self.instance = instance or self.model()
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].help_text = _("By the clock of %(zone)s.") % {"zone": zone_of()}
        if self.instance.pk:
            self.initial = {**self.shown(self.instance), **self.initial}

    def shown(self, row: Any) -> dict[str, Any]:
        """What an existing row says."""
        return {
            "name": row.name,
            "starts_at": on_the_wall(row.start_datetime, zone_of()),
            "ends_at": on_the_wall(row.end_datetime, zone_of()),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        set_moments(self, ("starts_at", "ends_at"), zone_of())
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and starts_at > ends_at:
            self.add_error("ends_at", _("It has to start before it ends."))
        self.refuse_taken("name", _("Another voucher has this name."))
        return cleaned

    def refuse_taken(self, field: str, sentence: str) -> None:
        """A value that another row has is an error of its field."""
        value = self.cleaned_data.get(field)
        if value and self.model.objects.exclude(pk=self.instance.pk).filter(**{field: value}).exists():
            self.add_error(field, sentence)


class VoucherForm(VoucherTerms):
    """One voucher with a code that somebody chose, such as WELCOME."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=128, help_text=gettext_lazy("Customers read it in the basket.")
    )
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=128,
        help_text=gettext_lazy("What customers enter. Capitals and spaces make no difference."),
    )
    field_order = ["name", "code", "usage", "offers", "starts_at", "ends_at"]

    def shown(self, row: Voucher) -> dict[str, Any]:
        return {**super().shown(row), "code": row.code, "usage": row.usage, "offers": row.offers.all()}

    def clean_code(self) -> str:
        return "".join(self.cleaned_data["code"].split()).upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.refuse_taken("code", _("Another voucher has this code."))
        return cleaned


class VoucherSetForm(VoucherTerms):
    """Many vouchers at once, each with its own code."""

    model = VoucherSet

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=MOST_VOUCHERS, initial=100
    )
    code_length = forms.IntegerField(
        label=gettext_lazy("Letters of a code"),
        min_value=8,
        max_value=32,
        initial=12,
        help_text=gettext_lazy("Long ones are harder to guess."),
    )
    field_order = [
        "name", "description", "count", "code_length", "usage", "offers", "starts_at", "ends_at",
    ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("count", "code_length"):
                self.fields[name].disabled = True

    def shown(self, row: VoucherSet) -> dict[str, Any]:
        voucher = row.vouchers.first()
        own = {"description": row.description, "count": row.count, "code_length": row.code_length}
        given = {"usage": voucher.usage, "offers": voucher.offers.all()} if voucher else {}
        return {**super().shown(row), **own, **given}
