"""Taking in goods by scanning them."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.customers.queries import workplaces
from comptoir.stock.backoffice.scan_sheet import ScanSheet, SheetForm
from comptoir.stock.backoffice.screen import MovingScreen, show_refusal
from comptoir.stock.deliveries import receive_delivery


class DeliveryForm(SheetForm):
    """Where it came, and with what paper."""

    location = forms.ModelChoiceField(label=gettext_lazy("Location"), queryset=Location.objects.none())
    document = forms.CharField(
        label=gettext_lazy("Document"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Such as the number of the delivery note."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["location"]
        field.queryset = workplaces(user)
        choices = list(field.queryset[:2])
        field.initial = choices[0] if len(choices) == 1 else None


class ReceiveView(MovingScreen):
    """A delivery, line by line."""

    page_title = gettext_lazy("Receive goods")
    template_name = "comptoir/stock/receive.html"
    section = "receive"

    def post(self, request: HttpRequest) -> HttpResponse:
        sheet = ScanSheet(DeliveryForm, request.POST, user=request.user)
        if not sheet.is_final:
            sheet.step(request.POST)
        elif sheet.is_valid() and self._receive(sheet):
            return redirect("stock:receive")
        return self.render_to_response(self.get_context_data(sheet=sheet))

    def _receive(self, sheet: ScanSheet) -> bool:
        facts = sheet.form.cleaned_data
        try:
            receive_delivery(
                location=facts["location"],
                lines=sheet.pieces,
                document=facts["document"],
                actor_id=self.actor_id,
                idempotency_key=sheet.key,
            )
        except ComptoirError as error:
            show_refusal(sheet.form, error)
            return False
        pieces = sum(sheet.pieces.values())
        told = ngettext(
            "%(pieces)s piece of %(variants)s came in at %(location)s.",
            "%(pieces)s pieces of %(variants)s came in at %(location)s.",
            pieces,
        )
        skus = [variant.sku for variant in sheet.pieces]
        names = ", ".join(skus[:3]) + ("…" if len(skus) > 3 else "")
        messages.success(
            self.request, told % {"pieces": pieces, "variants": names, "location": facts["location"]}
        )
        return True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "sheet" not in kwargs:
            kwargs["sheet"] = ScanSheet(DeliveryForm, user=self.request.user)
        return super().get_context_data(**kwargs)
