"""What the staff fills in on the screen of an order."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.orders.models import OrderLine


class CancelForm(forms.Form):
    """Pieces of each line that do not come; what is left alone stays."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=240)

    def __init__(self, *args: Any, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.open_quantity]
        for line in self.lines:
            self.fields[f"line-{line.pk}"] = forms.IntegerField(
                label=line.description,
                min_value=0,
                max_value=line.open_quantity,
                initial=0,
                required=False,
                help_text=_("of %(pieces)d") % {"pieces": line.open_quantity},
            )
        self.order_fields([*(f"line-{line.pk}" for line in self.lines), "reason"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        pieces = {line.pk: said.get(f"line-{line.pk}") or 0 for line in self.lines}
        said["pieces"] = {pk: quantity for pk, quantity in pieces.items() if quantity}
        if not self.errors and not said["pieces"]:
            raise forms.ValidationError(_("Say how many pieces are cancelled."))
        return said


class RefundForm(forms.Form):
    """Money back without goods. ``key`` lets a double click ask once."""

    amount = forms.DecimalField(label=gettext_lazy("Amount"), min_value=0, max_digits=12, decimal_places=3)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=240)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40, initial=lambda: get_random_string(20))


class NoteForm(forms.Form):
    """A word for colleagues."""

    message = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
