"""The form of a price exception: what costs something else, where, from when until when, and why."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base.money import Money
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.pricing.backoffice.fields import (
    AmountField,
    GoodsField,
    amount_text,
    check_coins,
    currency_choices,
)
from comptoir.pricing.backoffice.wall_time import WallTimeField, on_the_wall, set_moments, spoken, zone_of
from comptoir.pricing.models import PriceException
from comptoir.pricing.parity import clashing


class ExceptionForm(forms.Form):
    """Fields as somebody thinks of them; the times are those of the shop that is named, else of the channel."""

    goods = GoodsField(
        label=gettext_lazy("What"),
        help_text=gettext_lazy("A SKU or barcode; the handle of a product names all its variants."),
    )
    amount = AmountField(label=gettext_lazy("Price"), decimal_places=3, help_text=gettext_lazy("With tax."))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=currency_choices)
    channel = forms.ModelChoiceField(
        Channel.objects.all(),
        label=gettext_lazy("Channel"),
        required=False,
        empty_label=gettext_lazy("All channels"),
    )
    location = forms.ModelChoiceField(
        Location.objects.all(),
        label=gettext_lazy("Shop"),
        required=False,
        empty_label=gettext_lazy("All shops"),
        help_text=gettext_lazy("Baskets that belong to this shop, such as those of its tills."),
    )
    starts_at = WallTimeField(label=gettext_lazy("From"), required=False)
    ends_at = WallTimeField(label=gettext_lazy("Until"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        min_length=3,
        max_length=200,
        help_text=gettext_lazy("Everybody who asks why the price differs reads it."),
    )

    def __init__(self, *args: Any, instance: PriceException | None = None, **kwargs: Any) -> None:
        self.instance = instance or PriceException()
        super().__init__(*args, **kwargs)
        self.fields["starts_at"].help_text = _(
            "By the clock of the shop, else of the channel, else of %(zone)s."
        ) % {"zone": zone_of()}
        self.fields["ends_at"].help_text = _("By the same clock. It ends just before.")
        if self.instance.pk:
            self._show(self.instance)

    def _show(self, row: PriceException) -> None:
        """What an existing exception says; its goods stay."""
        zone = zone_of(row.channel, row.location)
        self.fields["goods"].disabled = self.fields["currency"].disabled = True
        self.fields["currency"].choices = [(row.currency, row.currency)]
        shown = {name: getattr(row, name) for name in ("currency", "reason", "channel", "location")}
        times = {name: on_the_wall(getattr(row, name), zone) for name in ("starts_at", "ends_at")}
        amount = Money(row.amount, row.currency).amount
        self.initial = {"goods": row.variant.sku, "amount": amount, **shown, **times, **self.initial}

    @property
    def variants(self) -> list[Product]:
        return self.cleaned_data.get("goods") or []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        set_moments(self, ("starts_at", "ends_at"), zone_of(cleaned.get("channel"), cleaned.get("location")))
        check_coins(self, "amount", cleaned.get("currency"))
        self._check_currency(cleaned)
        if not self.errors:
            self._check_dates_and_place(cleaned)
        if not self.errors:
            self._check_clashes(cleaned)
        return cleaned

    def _check_currency(self, cleaned: dict[str, Any]) -> None:
        channel, currency = cleaned.get("channel"), cleaned.get("currency")
        if channel and currency and channel.currency != currency:
            told = {"channel": channel, "currency": channel.currency}
            self.add_error("currency", _("“%(channel)s” sells in %(currency)s.") % told)

    def _check_dates_and_place(self, cleaned: dict[str, Any]) -> None:
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and starts_at >= ends_at:
            self.add_error("ends_at", _("It has to start before it ends."))
        if not (cleaned.get("channel") or cleaned.get("location") or starts_at or ends_at):
            self.add_error(
                "channel", _("Name a channel, a shop or dates; else change the price of the product itself.")
            )

    def _check_clashes(self, cleaned: dict[str, Any]) -> None:
        """Say which exception is in the way, beside the field where it can be avoided."""
        for variant in self.variants:
            wanted = PriceException(pk=self.instance.pk, variant=variant, **self.terms)
            other = clashing(wanted)
            if other is None:
                continue
            field = "starts_at" if wanted.starts_at or wanted.ends_at else "location"
            field = "channel" if field == "location" and not wanted.location else field
            self.add_error(field, _in_the_way(other, variant))
            return

    @property
    def terms(self) -> dict[str, Any]:
        """What the services are told, besides the goods."""
        names = ("amount", "currency", "channel", "location", "starts_at", "ends_at", "reason")
        return {name: self.cleaned_data[name] for name in names}


def _in_the_way(other: PriceException, variant: Product) -> str:
    zone = zone_of(other.channel, other.location)
    told = {
        "sku": variant.sku,
        "amount": amount_text(other.amount, other.currency),
        "reason": other.reason,
        "starts": spoken(other.starts_at, zone) or _("the beginning"),
        "ends": spoken(other.ends_at, zone) or _("further notice"),
    }
    return (
        _(
            "%(sku)s already costs %(amount)s at the same place, from %(starts)s until %(ends)s: “%(reason)s”. "
            "End or change that first."
        )
        % told
    )
