"""The form of an offer, as somebody says it: on these goods, when there are so many, give that, there and then."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from comptoir.channels.backoffice.places import time_zones
from comptoir.channels.models import Channel, Location
from comptoir.pricing.backoffice.fields import AmountField
from comptoir.pricing.backoffice.wall_time import WallTimeField, on_the_wall, set_moments, zone_of
from comptoir.pricing.benefits import NEEDS_RANGE, NEEDS_VALUE
from comptoir.pricing.models import OfferScope
from comptoir.pricing.offer.models import Benefit, Condition, ConditionalOffer, Range

CONDITIONS = [
    (Condition.COUNT, gettext_lazy("there are at least so many pieces")),
    (Condition.COVERAGE, gettext_lazy("there are at least so many different goods")),
    (Condition.VALUE, gettext_lazy("they are worth at least")),
]
BENEFITS = [
    (Benefit.PERCENTAGE, gettext_lazy("so many per cent off")),
    (Benefit.FIXED_UNIT, gettext_lazy("an amount off each piece")),
    (Benefit.FIXED, gettext_lazy("an amount off all of them together")),
    (Benefit.MULTIBUY, gettext_lazy("the cheapest piece for free")),
    (Benefit.FIXED_PRICE, gettext_lazy("all that was asked for, at one price")),
    (Benefit.SHIPPING_PERCENTAGE, gettext_lazy("so many per cent off the delivery")),
    (Benefit.SHIPPING_ABSOLUTE, gettext_lazy("an amount off the delivery")),
    (Benefit.SHIPPING_FIXED_PRICE, gettext_lazy("the delivery at one price")),
]
PER_CENT = {Benefit.PERCENTAGE, Benefit.SHIPPING_PERCENTAGE}
#: Those that reach no more pieces than they are told to.
LIMITED_BY_PIECES = {Benefit.PERCENTAGE, Benefit.FIXED_UNIT, Benefit.FIXED}
FOR_WHOM = [
    (ConditionalOffer.SITE, gettext_lazy("everybody")),
    (ConditionalOffer.VOUCHER, gettext_lazy("whoever has a voucher for it")),
]
LIMITS = ("max_basket_applications", "max_user_applications", "max_global_applications", "max_discount")


def _ranges() -> Any:
    return Range.objects.filter(proxy_class=None)


def _pieces(label: Any, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=1_000_000, **options)


class OfferForm(forms.Form):
    """One form for the offer, its condition, its benefit and its scope."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=128,
        widget=forms.TextInput(attrs={"class": "cpt-full"}),
        help_text=gettext_lazy("Customers read it in the basket."),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    offer_type = forms.ChoiceField(label=gettext_lazy("For"), choices=FOR_WHOM)
    range = forms.ModelChoiceField(_ranges(), label=gettext_lazy("On the goods of"))
    condition_type = forms.ChoiceField(label=gettext_lazy("when"), choices=CONDITIONS)
    condition_value = AmountField(label=gettext_lazy("How many, or how much"), decimal_places=2)
    benefit_type = forms.ChoiceField(label=gettext_lazy("Give"), choices=BENEFITS)
    benefit_value = AmountField(
        label=gettext_lazy("How much"),
        required=False,
        decimal_places=2,
        help_text=gettext_lazy("Per cent or money. Empty where the cheapest piece is free."),
    )
    benefit_range = forms.ModelChoiceField(
        _ranges(),
        label=gettext_lazy("on these goods"),
        required=False,
        empty_label=gettext_lazy("the same goods"),
    )
    max_affected_items = _pieces(
        gettext_lazy("At most so many pieces"),
        help_text=gettext_lazy("Of one application, cheapest first. Empty: all of them."),
    )
    channels = forms.ModelMultipleChoiceField(
        Channel.objects.all(),
        label=gettext_lazy("Channels"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    locations = forms.ModelMultipleChoiceField(
        Location.objects.all(),
        label=gettext_lazy("Shops"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Baskets that belong to one of these shops. None chosen: all baskets, with or without a shop."
        ),
    )
    starts_on = forms.DateField(label=gettext_lazy("First day"), required=False, widget=AdminDateInput)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), required=False, widget=AdminDateInput)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        choices=lambda: [("", _("each shop’s own midnight")), *time_zones()],
    )
    start_datetime = WallTimeField(label=gettext_lazy("Exact beginning"), required=False)
    end_datetime = WallTimeField(label=gettext_lazy("Exact end"), required=False)
    priority = forms.IntegerField(
        label=gettext_lazy("Priority"),
        initial=0,
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=gettext_lazy("The highest is given first."),
    )
    exclusive = forms.BooleanField(
        label=gettext_lazy("Exclusive"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Takes only pieces that no other offer has taken."),
    )
    combinations = forms.ModelMultipleChoiceField(
        ConditionalOffer.objects.filter(exclusive=False),
        label=gettext_lazy("Only together with"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: with every other that is not exclusive."),
    )
    max_basket_applications = _pieces(gettext_lazy("Times in one basket"))
    max_user_applications = _pieces(gettext_lazy("Times for one customer"))
    max_global_applications = _pieces(gettext_lazy("Times in all"))
    max_discount = AmountField(
        label=gettext_lazy("Budget"),
        required=False,
        decimal_places=2,
        help_text=gettext_lazy("When it has given more than that, it ends."),
    )
    is_suspended = forms.BooleanField(
        label=gettext_lazy("Suspended"),
        required=False,
        help_text=gettext_lazy("It is not given to anybody. You can still try it out."),
    )

    def __init__(self, *args: Any, instance: ConditionalOffer | None = None, **kwargs: Any) -> None:
        self.instance = instance or ConditionalOffer()
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self._show(self.instance)
        if not (self.instance.start_datetime or self.instance.end_datetime):
            del self.fields["start_datetime"], self.fields["end_datetime"]

    def _show(self, offer: ConditionalOffer) -> None:
        """What an existing offer says."""
        scope = getattr(offer, "scope", None)
        own = ("name", "description", "offer_type", "priority", "exclusive", *LIMITS)
        initial = {name: getattr(offer, name) for name in own}
        initial |= self._parts(offer)
        if scope:
            initial |= {name: getattr(scope, name) for name in ("starts_on", "ends_on", "time_zone")}
            initial |= {"channels": scope.channels.all(), "locations": scope.locations.all()}
        initial["combinations"] = offer.combinations.all()
        initial["is_suspended"] = offer.is_suspended
        for name in ("start_datetime", "end_datetime"):
            initial[name] = on_the_wall(getattr(offer, name), zone_of())
            self.fields[name].help_text = _("By the clock of %(zone)s.") % {"zone": zone_of()}
        self.initial = {**initial, **self.initial}
        self.fields["combinations"].queryset = self.fields["combinations"].queryset.exclude(pk=offer.pk)
        self._keep_choice("offer_type", offer.offer_type, offer.get_offer_type_display())

    def _parts(self, offer: ConditionalOffer) -> dict[str, Any]:
        condition, benefit = offer.condition, offer.benefit
        same = benefit.range_id in (None, condition.range_id)
        return {
            "range": condition.range_id,
            "condition_type": condition.type,
            "condition_value": condition.value,
            "benefit_type": benefit.type,
            "benefit_value": benefit.value,
            "benefit_range": None if same else benefit.range_id,
            "max_affected_items": benefit.max_affected_items,
        }

    def _keep_choice(self, name: str, value: str, label: str) -> None:
        """What only a program can have chosen stays choosable for its own offer."""
        if value not in dict(self.fields[name].choices):
            self.fields[name].choices = [*self.fields[name].choices, (value, label)]

    # --- checks ------------------------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "start_datetime" in self.fields:
            set_moments(self, ("start_datetime", "end_datetime"), zone_of())
        self._check_name(cleaned)
        self._check_condition(cleaned)
        self._check_benefit(cleaned)
        if cleaned.get("starts_on") and cleaned.get("ends_on") and cleaned["starts_on"] > cleaned["ends_on"]:
            self.add_error("ends_on", _("It has to start before it ends."))
        if cleaned.get("exclusive") and cleaned.get("combinations"):
            self.add_error("combinations", _("An exclusive offer goes with no other."))
        return cleaned

    def _check_name(self, cleaned: dict[str, Any]) -> None:
        others = ConditionalOffer.objects.exclude(pk=self.instance.pk)
        if cleaned.get("name") and others.filter(name=cleaned["name"]).exists():
            self.add_error("name", _("Another offer has this name."))

    def _check_condition(self, cleaned: dict[str, Any]) -> None:
        value = cleaned.get("condition_value")
        if value is None:
            return
        if not value:
            self.add_error("condition_value", _("This has to be more than nothing."))
        elif cleaned.get("condition_type") != Condition.VALUE and value != value.to_integral_value():
            self.add_error("condition_value", _("Pieces are whole: enter a whole number."))

    def _check_benefit(self, cleaned: dict[str, Any]) -> None:
        kind, value = cleaned.get("benefit_type"), cleaned.get("benefit_value")
        if kind in NEEDS_VALUE and value is None and "benefit_value" not in self.errors:
            self.add_error("benefit_value", _("Say how much."))
        elif (
            kind in NEEDS_VALUE
            and not value
            and kind not in (Benefit.SHIPPING_FIXED_PRICE, Benefit.FIXED_PRICE)
        ):
            self.add_error("benefit_value", _("This has to be more than nothing."))
        elif kind in PER_CENT and value is not None and value > 100:
            self.add_error("benefit_value", _("At most 100 per cent."))
        if kind not in NEEDS_VALUE and value:
            self.add_error("benefit_value", _("The cheapest piece is free: leave this empty."))
        if kind not in LIMITED_BY_PIECES and cleaned.get("max_affected_items"):
            self.add_error("max_affected_items", _("This has no such limit: leave it empty."))
        if kind not in NEEDS_RANGE and cleaned.get("benefit_range"):
            self.add_error("benefit_range", _("This is about the goods of the condition: leave it as it is."))
        if kind == Benefit.FIXED_PRICE and cleaned.get("condition_type") == Condition.VALUE:
            self.add_error("condition_type", _("One price needs a number of pieces, not a value."))

    # --- what the service is told ------------------------------------------------------------------------------------

    def terms(self) -> dict[str, Any]:
        """The rows of the offer as the form says them, not saved yet."""
        said, offer = self.cleaned_data, self.instance
        exact = ("start_datetime", "end_datetime") if "start_datetime" in self.fields else ()
        for name in ("name", "description", "offer_type", "priority", "exclusive", *LIMITS, *exact):
            setattr(offer, name, said[name])
        scope = getattr(offer, "scope", None) or OfferScope()
        for name in ("starts_on", "ends_on", "time_zone"):
            setattr(scope, name, said[name])
        sets = {name: list(said[name]) for name in ("channels", "locations", "combinations")}
        return {
            "offer": offer,
            "condition": self._condition(),
            "benefit": self._benefit(),
            "scope": scope,
            "is_suspended": said["is_suspended"],
            **sets,
        }

    def _condition(self) -> Condition:
        row = self.instance.condition if self.instance.condition_id else Condition()
        row.range, row.type = self.cleaned_data["range"], self.cleaned_data["condition_type"]
        row.value = self.cleaned_data["condition_value"]
        return row

    def _benefit(self) -> Benefit:
        said = self.cleaned_data
        kind: str = said["benefit_type"]
        row = self.instance.benefit if self.instance.benefit_id else Benefit()
        value: Decimal | None = said["benefit_value"] if kind in NEEDS_VALUE else None
        row.type, row.value, row.max_affected_items = kind, value, said["max_affected_items"]
        row.range = (said["benefit_range"] or said["range"]) if kind in NEEDS_RANGE else None
        return row
