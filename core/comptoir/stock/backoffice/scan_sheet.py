"""Lines of variants and pieces, put together by scanning: for deliveries and transfers.

The lines are in the form itself, so that it works without JavaScript and nothing is kept on the server until it is sent.
A scanner types a code and Enter: that presses the first button of the form, which adds a line.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.backoffice.screen import OnceForm, scanned_variant
from comptoir.stock.pieces import MOST_PIECES
from comptoir.stock.queries import room_at

PREFIX = "pieces-"
MOST_LINES = 500


@dataclass
class SheetLine:
    """One variant on the sheet; ``typed`` is what stands in its field, right or wrong."""

    variant: Product
    typed: str
    is_new: bool = False
    error: str = ""

    @property
    def pieces(self) -> int | None:
        pieces = int(self.typed) if self.typed.isascii() and self.typed.isdigit() else 0
        return pieces if 0 < pieces <= MOST_PIECES else None


class ScanForm(forms.Form):
    """The field a scanner types into; how many pieces is optional."""

    code = forms.CharField(
        label=gettext_lazy("SKU or barcode"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    scanned = forms.IntegerField(
        label=gettext_lazy("Pieces per scan"),
        min_value=1,
        max_value=MOST_PIECES,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_code(self) -> Product:
        return scanned_variant(self.cleaned_data["code"])


class SheetForm(OnceForm):
    """What is sent with the lines; each screen has fields of its own."""


class ScanSheet:
    """A form with lines: what was sent, one step further."""

    def __init__(self, form: type[SheetForm], sent: QueryDict | None = None, **options: Any) -> None:
        self.is_final = bool(sent) and sent.get("do") == "send"
        if self.is_final or sent is None:
            self.form = form(sent, **options)
        else:  # a step on the way: nothing is complained about yet
            self.form = form(initial={name: sent.get(name) for name in form.base_fields}, **options)
        self.scan = ScanForm()
        self.lines = _lines(sent) if sent else []
        self.was_touched = sent is not None

    def step(self, sent: QueryDict) -> None:
        """Do what the pressed button says, short of sending."""
        if remove := sent.get("remove"):
            self.lines = [line for line in self.lines if str(line.variant.pk) != remove]
        else:
            self.add(sent)

    def add(self, sent: QueryDict) -> None:
        """Put the scanned variant on top, or more pieces on its line."""
        self.scan = ScanForm(sent)
        if not sent.get("code", "").strip():
            self.scan = ScanForm(initial={"scanned": sent.get("scanned") or 1})
            return
        if not self.scan.is_valid():
            return
        variant, pieces = self.scan.cleaned_data["code"], self.scan.cleaned_data["scanned"]
        line = next((line for line in self.lines if line.variant == variant), None)
        if line is None and len(self.lines) >= MOST_LINES:
            self.scan.add_error("code", _("The sheet is full: send it and begin another."))
            return
        if line:
            self.lines.remove(line)
        self.lines.insert(0, SheetLine(variant, str((line.pieces or 0 if line else 0) + pieces), is_new=True))
        self.scan = ScanForm(initial={"scanned": 1})

    def is_valid(self) -> bool:
        """Whether it can be sent; what is wrong stands beside its field."""
        for line in self.lines:
            line.error = "" if line.pieces else _("Enter a whole number of pieces, 1 or more.")
        is_complete = self.form.is_valid() and all(line.pieces for line in self.lines)
        if not self.lines:
            self.form.add_error(None, _("Scan something first."))
        return is_complete and bool(self.lines)

    def mark_short(self, location: Location) -> None:
        """Say beside each line of which fewer may leave a location how many there are."""
        room = room_at([line.variant.pk for line in self.lines], location)
        for line in self.lines:
            there = room.get(line.variant.pk, 0)
            if there < (line.pieces or 0):
                line.error = _("%(pieces)s are free to go.") % {"pieces": there}

    @property
    def pieces(self) -> dict[Product, int]:
        return {line.variant: line.pieces or 0 for line in self.lines}

    @property
    def key(self) -> str | None:
        """The idempotency key: the same lines sent twice are one."""
        return self.form.key(*((line.variant.pk, line.pieces) for line in self.lines))


def _lines(sent: QueryDict) -> list[SheetLine]:
    """The lines of the form in the order they stood there; two statements whatever their number."""
    typed = {
        int(number): sent[name].strip()
        for name in list(sent)[: 2 * MOST_LINES]
        if name.startswith(PREFIX) and (number := name.removeprefix(PREFIX)).isascii() and number.isdigit()
    }
    variants = Product.objects.variants().select_related("parent").in_bulk(list(typed)[:MOST_LINES])
    return [SheetLine(variants[pk], text) for pk, text in typed.items() if pk in variants]
