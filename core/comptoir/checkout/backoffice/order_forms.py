"""What the staff fills in on the screens of an order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from comptoir.base import clock
from comptoir.base.money import Money, written
from comptoir.channels.models import Channel
from comptoir.checkout.backoffice.screen import OnceForm
from comptoir.checkout.services import ADDRESS
from comptoir.orders.models import Order, OrderLine
from comptoir.orders.refunds import RefundLeft
from comptoir.payments.models import Payment
from comptoir.pricing.backoffice.fields import AmountField, check_coins


class PiecesForm(forms.Form):
    """So many pieces of each line of an order; what is left alone stays."""

    pieces: Mapping[int, int]
    lines: Sequence[OrderLine]

    def add_lines(self, lines: Sequence[OrderLine], pieces: Mapping[int, int]) -> None:
        """A field for each line of which something is left."""
        self.lines = [line for line in lines if pieces[line.pk]]
        for line in self.lines:
            left = pieces[line.pk]
            self.fields[f"line-{line.pk}"] = forms.IntegerField(
                label=line.description,
                min_value=0,
                max_value=left,
                initial=0,
                required=False,
                help_text=ngettext("of %(left)d piece", "of %(left)d pieces", left) % {"left": left},
                widget=forms.NumberInput({"inputmode": "numeric", "class": "cpt-short"}),
            )
        self.order_fields([f"line-{line.pk}" for line in self.lines])

    @property
    def line_fields(self) -> list[forms.BoundField]:
        return [self[f"line-{line.pk}"] for line in self.lines]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        pieces = {line.pk: said.get(f"line-{line.pk}") or 0 for line in self.lines}
        said["pieces"] = {pk: quantity for pk, quantity in pieces.items() if quantity}
        return said


class CancelForm(PiecesForm):
    """Pieces of each line that do not come."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=240)

    def __init__(self, *args: Any, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_lines(lines, {line.pk: line.open_quantity for line in lines})

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not self.errors and not said["pieces"]:
            raise forms.ValidationError(_("Say how many pieces are cancelled."))
        return said


class BalanceForm(OnceForm):
    """What a customer pays at arrival."""

    amount = AmountField(
        label=gettext_lazy("Amount taken at the counter"), min_value=Decimal("0.01"), decimal_places=3
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.fields["amount"].initial = order.money(order.due_later).rounded().amount

    def clean(self) -> dict[str, Any]:
        check_coins(self, "amount", self.order.currency)
        return super().clean() or {}


class RefundForm(OnceForm, PiecesForm):
    """Money back for pieces, for the delivery, or just an amount."""

    with_delivery = forms.BooleanField(label=gettext_lazy("The delivery"), required=False)
    amount = AmountField(
        label=gettext_lazy("Another amount"),
        required=False,
        min_value=Decimal("0.01"),
        decimal_places=3,
        help_text=gettext_lazy("Empty: what the pieces, and the delivery, were paid with."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=240,
        help_text=gettext_lazy("Stands in the story of the order and on the credit note."),
    )

    def __init__(
        self, *args: Any, order: Order, lines: Sequence[OrderLine], left: RefundLeft, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        self.add_lines(lines, left.pieces)
        if left.delivery:
            self.fields["with_delivery"].help_text = written(order.money(left.delivery))
        else:
            del self.fields["with_delivery"]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        check_coins(self, "amount", self.order.currency)
        if not self.errors and not (said["pieces"] or said.get("with_delivery") or said.get("amount")):
            raise forms.ValidationError(
                _("Say for what money goes back: pieces, the delivery, or an amount.")
            )
        return said

    @property
    def asked(self) -> dict[str, Any]:
        """What the service is asked for."""
        said = self.cleaned_data
        amount = said.get("amount")
        return {
            "lines": said["pieces"],
            "with_delivery": said.get("with_delivery", False),
            "amount": Money(amount, self.order.currency).rounded() if amount else None,
        }


class NoteForm(forms.Form):
    """A word for colleagues."""

    message = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReceivedForm(OnceForm):
    """Money that came in by hand: how much, and when."""

    amount = AmountField(label=gettext_lazy("Amount"), min_value=Decimal("0.01"), decimal_places=3)
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        help_text=gettext_lazy("The day on the statement of the account, or in the till."),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        initial=lambda: localtime(clock.now()).date(),
    )

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment = payment
        self.fields["amount"].initial = payment.capturable
        self.fields["amount"].help_text = _("%(amount)s are awaited.") % {
            "amount": written(Money(payment.capturable, payment.currency))
        }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        check_coins(self, "amount", self.payment.currency)
        return said


class ContactForm(forms.Form):
    """Who an order is for."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    phone = forms.CharField(
        label=gettext_lazy("Phone"), max_length=40, required=False, widget=forms.TextInput({"type": "tel"})
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not (said["phone"] or said["email"]):
            raise forms.ValidationError(_("Leave an e-mail address or a phone number."))
        return said


class AddressForm(forms.Form):
    """Where goods go; ``is_needed`` says whether they are sent at all."""

    is_needed = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ADDRESS:
            self.fields[name] = forms.CharField(label=LABELS[name], max_length=200, required=False)
        self.fields["country"].max_length = 2
        self.fields["country"].help_text = _("Two letters, such as FR.")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in ("street", "postcode", "city", "country"):
            if self.is_needed and not said.get(name):
                self.add_error(name, self.fields[name].default_error_messages["required"])
        return said


LABELS = {
    "name": gettext_lazy("Name on the parcel"),
    "company": gettext_lazy("Company"),
    "street": gettext_lazy("Street and number"),
    "street2": gettext_lazy("Building, floor, door"),
    "postcode": gettext_lazy("Postcode"),
    "city": gettext_lazy("City"),
    "country": gettext_lazy("Country"),
}


class DraftForm(ContactForm):
    """A customer on the phone: on which channel, who, and for how long the goods are kept."""

    channel = forms.ModelChoiceField(
        Channel.objects.none(),
        label=gettext_lazy("Channel"),
        empty_label=None,
        to_field_name="code",
        help_text=gettext_lazy("Its prices hold, and the customer pays there."),
    )
    locale = forms.ChoiceField(label=gettext_lazy("Language of the customer"))
    hours = forms.IntegerField(
        label=gettext_lazy("Keep the goods for (hours)"), min_value=1, max_value=14 * 24, initial=24
    )
    field_order = ["channel", "name", "phone", "email", "locale", "hours"]

    def __init__(self, *args: Any, channels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = channels
        locales = dict.fromkeys(code for one in channels for code in one.locales)
        self.fields["locale"].choices = [(code, get_language_info(code)["name_local"]) for code in locales]


class WayForm(AddressForm):
    """How the goods of a draft get there."""

    way = forms.ChoiceField(label=gettext_lazy("Delivery"), widget=forms.RadioSelect)
    slot = forms.ChoiceField(label=gettext_lazy("Time of collection"), required=False)

    def __init__(
        self, *args: Any, ways: Sequence[tuple[str, str]], slots: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = ways
        self.fields["slot"].choices = [("", "—"), *slots]
        if not slots:
            del self.fields["slot"]

    @property
    def is_needed(self) -> bool:
        """The key of an option names its shop, if it has one: those goods are not sent."""
        return ":" not in self.cleaned_data.get("way", ":")
