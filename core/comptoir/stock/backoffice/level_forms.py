"""What can be done with one level: each form calls its service."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comptoir.base.backoffice import may
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.stock.backoffice.screen import OnceForm
from comptoir.stock.models import ChannelReserve, Level, Movement
from comptoir.stock.pieces import MOST_PIECES
from comptoir.stock.services import (
    adjust_stock,
    count_stock,
    mark_sellable,
    mark_unsellable,
    receive_stock,
    set_backorder,
    set_reserve,
    set_safety,
)


def pieces_field(least: int = 1, **options: Any) -> forms.IntegerField:
    """A number of pieces, typed on the number pad of a tablet."""
    widget = forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        **{"label": _("Pieces"), "min_value": least, "max_value": MOST_PIECES, "widget": widget, **options}
    )


class LevelForm(OnceForm):
    """One thing to do with the level of a variant at a location."""

    name = ""
    title: Any = ""
    button: Any = ""
    #: What the account has to be allowed to do, and to what.
    permission: tuple[str, type] = ("add", Movement)
    #: Fields of the form by the names that the service has for them.
    fields_by_name: dict[str, str] = {}

    @classmethod
    def is_allowed(cls, request: Any) -> bool:
        return may(request, *cls.permission)

    def act(self, where: dict[str, Any], who: dict[str, Any]) -> None:
        """Call the service. Shapes: ``where`` is variant and location, ``who`` actor and idempotency key."""
        raise NotImplementedError


class ReceiveForm(LevelForm):
    """Goods that came."""

    name, title, button = "receive", _("Receive"), _("Receive")
    quantity = pieces_field()
    document = forms.CharField(
        label=_("Document"),
        max_length=120,
        required=False,
        help_text=_("Such as the number of the delivery note."),
    )

    def act(self, where: dict[str, Any], who: dict[str, Any]) -> None:
        facts = self.cleaned_data
        receive_stock(**where, **who, quantity=facts["quantity"], document=facts["document"])


class CountForm(LevelForm):
    """What somebody counted on the shelf."""

    name, title, button = "count", _("Count"), _("Set to what was counted")
    counted = pieces_field(0, label=_("Counted"), help_text=_("All that is there, unsellable pieces too."))
    document = forms.CharField(
        label=_("Note"), max_length=120, required=False, help_text=_("Such as the stocktaking.")
    )

    def act(self, where: dict[str, Any], who: dict[str, Any]) -> None:
        facts = self.cleaned_data
        count_stock(**where, **who, counted=facts["counted"], document=facts["document"])


class AdjustForm(LevelForm):
    """Pieces that were found or are gone."""

    name, title, button = "adjust", _("Put right"), _("Put right")
    fields_by_name = {"reason": "note"}
    quantity = pieces_field(
        -MOST_PIECES,
        label=_("Pieces more or less"),
        help_text=_("Such as 2 for two that were found, -1 for one that is gone."),
        # Number pads often have no minus sign.
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )
    note = forms.CharField(label=_("Reason"), max_length=240, help_text=_("Such as “stolen”, “found again”."))

    def clean_quantity(self) -> int:
        if self.cleaned_data["quantity"] == 0:
            raise forms.ValidationError(_("Nothing would change."))
        return self.cleaned_data["quantity"]

    def act(self, where: dict[str, Any], who: dict[str, Any]) -> None:
        adjust_stock(**where, **who, quantity=self.cleaned_data["quantity"], reason=self.cleaned_data["note"])


class UnsellableForm(LevelForm):
    """Pieces that are there and cannot be sold."""

    name, title, button = "unsellable", _("Unsellable"), _("Do not sell them")
    fields_by_name = {"reason": "note"}
    quantity = pieces_field()
    note = forms.CharField(label=_("Reason"), max_length=240, help_text=_("Such as “torn seam”."))

    def act(self, where: dict[str, Any], who: dict[str, Any]) -> None:
        mark_unsellable(
            **where, **who, quantity=self.cleaned_data["quantity"], reason=self.cleaned_data["note"]
        )


class SellableForm(LevelForm):
    """Pieces that can be sold again."""

    name, title, button = "sellable", _("Sellable again"), _("Sell them again")
    fields_by_name = {"reason": "note"}
    quantity = pieces_field()
    note = forms.CharField(label=_("Reason"), max_length=240, required=False)

    def act(self, where: dict[str, Any], who: dict[str, Any]) -> None:
        mark_sellable(
            **where, **who, quantity=self.cleaned_data["quantity"], reason=self.cleaned_data["note"]
        )


class LimitForm(LevelForm):
    """One figure that the level keeps in mind. No goods move, so there is no movement."""

    permission = ("change", Level)

    @classmethod
    def service(cls, **facts: Any) -> None:
        raise NotImplementedError

    def act(self, where: dict[str, Any], who: dict[str, Any]) -> None:
        self.service(**where, quantity=self.cleaned_data["quantity"])


class SafetyForm(LimitForm):
    """Pieces that no channel offers."""

    name, title, button = "safety", _("Safety stock"), _("Save")
    quantity = pieces_field(0, help_text=_("Pieces that are not offered anywhere."))
    service = staticmethod(set_safety)


class BackorderForm(LimitForm):
    """Pieces that may be sold before they come."""

    name, title, button = "backorder", _("Backorder"), _("Save")
    quantity = pieces_field(0, help_text=_("Pieces that may be sold before they come."))
    service = staticmethod(set_backorder)


class ReserveForm(LevelForm):
    """Pieces that a channel does not see, or that only it may sell."""

    name, title, button = "reserve", _("Keep for a channel"), _("Save")
    permission = ("change", ChannelReserve)
    channel = forms.ModelChoiceField(label=_("Channel"), queryset=Channel.objects.active())
    kind = forms.ChoiceField(label=_("Rule"), choices=ChannelReserve.Kind.choices)
    quantity = pieces_field(0, help_text=_("0 ends the rule."))
    purpose = forms.CharField(
        label=_("Purpose"), max_length=80, required=False, help_text=_("Such as “the shop window”.")
    )
    is_for_all = forms.BooleanField(
        label=_("For every variant at this location"),
        required=False,
        help_text=_("A variant's own rule comes first."),
    )

    def act(self, where: dict[str, Any], who: dict[str, Any]) -> None:
        facts = self.cleaned_data
        variant: Product | None = None if facts["is_for_all"] else where["variant"]
        location: Location = where["location"]
        names = ("channel", "kind", "quantity", "purpose")
        set_reserve(variant=variant, location=location, **{name: facts[name] for name in names})


FORMS: tuple[type[LevelForm], ...] = (
    ReceiveForm,
    CountForm,
    AdjustForm,
    UnsellableForm,
    SellableForm,
    SafetyForm,
    BackorderForm,
    ReserveForm,
)
