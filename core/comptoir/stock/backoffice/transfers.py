"""The screens for transfers: what is on its way, sending by scan, receiving with differences, the slip in the parcel."""

from typing import Any

import django_filters
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.permissions import policy_registry

from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.customers.queries import workplaces
from comptoir.stock.backoffice.scan_sheet import ScanSheet, SheetForm
from comptoir.stock.backoffice.screen import AtWorkplaces, MovingScreen, StockScreen, show_refusal
from comptoir.stock.models import Level, Transfer, TransferLine
from comptoir.stock.pieces import MOST_PIECES
from comptoir.stock.queries import transfers_of
from comptoir.stock.services import StockIsPromised, StockWouldBeNegative
from comptoir.stock.transfers import TransferReceived, receive_transfer, send_transfer


class TransferFilters(WagtailFilterSet):
    """What is still on its way, and between which locations."""

    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[("open", gettext_lazy("on its way")), ("received", gettext_lazy("received"))],
        method="by_state",
    )
    source = django_filters.ModelChoiceFilter(queryset=Location.objects.all(), label=gettext_lazy("From"))
    destination = django_filters.ModelChoiceFilter(queryset=Location.objects.all(), label=gettext_lazy("To"))

    class Meta:
        model = Transfer
        fields = ["state", "source", "destination"]

    def by_state(self, transfers: Any, name: str, state: str) -> Any:
        return transfers.filter(received_at__isnull=state == "open")


def state_of(transfer: Transfer) -> str:
    """How far it is, and whether everything came."""
    if transfer.received_at is None:
        return _("on its way")
    return _("received") if transfer.came == transfer.pieces else _("received with differences")


class TransferIndexView(AtWorkplaces, generic.IndexView):
    """The transfers from and to the own locations."""

    model = Transfer
    section = "transfers"
    any_permission_required = ["view", "change"]
    template_name = "comptoir/stock/listing.html"
    page_title = gettext_lazy("Transfers")
    header_icon = "resubmit"
    paginate_by = 50
    search_fields = ["document", "source__name", "destination__name"]
    filterset_class = TransferFilters
    columns = [
        TitleColumn(
            "transfer",
            label=gettext_lazy("Transfer"),
            accessor=lambda row: _("No. %(number)s") % {"number": row.pk},
            get_url=lambda row: reverse("stock:transfer", args=[row.pk]),
        ),
        Column("source", label=gettext_lazy("From"), accessor="source.name"),
        Column("destination", label=gettext_lazy("To"), accessor="destination.name"),
        Column("document", label=gettext_lazy("Document"), classname="cpt-wide-only"),
        DateColumn("sent_at", label=gettext_lazy("Sent")),
        NumberColumn("line_count", label=gettext_lazy("Variants"), classname="cpt-number cpt-wide-only"),
        NumberColumn("pieces", label=gettext_lazy("Pieces"), classname="cpt-number"),
        Column("state", label=gettext_lazy("State"), accessor=state_of),
    ]

    @cached_property
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(Level)

    def get_base_queryset(self) -> Any:
        return transfers_of(self.places)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        facts = {"no_results_message": _("No transfer fits.")}
        if self.may_move:
            facts["way_on"] = {"url": reverse("stock:transfer_send"), "label": _("Send goods")}
        return {**super().get_context_data(*args, **kwargs), **facts}


class SendForm(SheetForm):
    """From where to where, and with what paper."""

    source = forms.ModelChoiceField(label=gettext_lazy("From"), queryset=Location.objects.none())
    destination = forms.ModelChoiceField(
        label=gettext_lazy("To"), queryset=Location.objects.filter(is_active=True)
    )
    document = forms.CharField(label=gettext_lazy("Document"), max_length=120, required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["source"]
        field.queryset = workplaces(user)
        choices = list(field.queryset[:2])
        field.initial = choices[0] if len(choices) == 1 else None


class SendView(MovingScreen):
    """Goods that leave, line by line."""

    page_title = gettext_lazy("Send goods")
    template_name = "comptoir/stock/transfer_send.html"
    section = "transfers"
    above = ("stock:transfers", gettext_lazy("Transfers"))

    def post(self, request: HttpRequest) -> HttpResponse:
        sheet = ScanSheet(SendForm, request.POST, user=request.user)
        if not sheet.is_final:
            sheet.step(request.POST)
        elif sheet.is_valid() and (transfer := self._send(sheet)):
            return redirect("stock:transfer", transfer.pk)
        return self.render_to_response(self.get_context_data(sheet=sheet))

    def _send(self, sheet: ScanSheet) -> Transfer | None:
        facts = {name: sheet.form.cleaned_data[name] for name in ("source", "destination", "document")}
        try:
            transfer = send_transfer(
                **facts, lines=sheet.pieces, actor_id=self.actor_id, idempotency_key=sheet.key
            )
        except (StockIsPromised, StockWouldBeNegative):
            sheet.mark_short(facts["source"])
            sheet.form.add_error(None, _("Not everything is free to go. Nothing was sent."))
            return None
        except ComptoirError as error:
            show_refusal(sheet.form, error)
            return None
        told = _("The goods are on their way. Print the slip and put it into the parcel.")
        messages.success(self.request, told)
        return transfer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if "sheet" not in kwargs:
            kwargs["sheet"] = ScanSheet(SendForm, user=self.request.user)
        return super().get_context_data(**kwargs)


class OneTransferScreen(StockScreen):
    """What the screens of one transfer share: it leaves from or goes to an own location."""

    section = "transfers"
    above = ("stock:transfers", gettext_lazy("Transfers"))

    @cached_property
    def transfer(self) -> Transfer:
        return get_object_or_404(transfers_of(self.places), pk=self.kwargs["pk"])

    @cached_property
    def lines(self) -> list[TransferLine]:
        return list(self.transfer.lines.select_related("variant__parent").order_by("pk"))

    def get_page_title(self) -> str:
        return _("Transfer %(number)s") % {"number": self.transfer.pk}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(transfer=self.transfer, lines=self.lines, **kwargs)


class TransferView(OneTransferScreen):
    """One transfer; who works where it goes takes it in here."""

    template_name = "comptoir/stock/transfer.html"

    @property
    def may_receive(self) -> bool:
        is_open = self.transfer.received_at is None
        return is_open and self.may_move and self.transfer.destination in self.places

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.transfer.received_at is not None:
            messages.info(request, str(TransferReceived()))
            return redirect("stock:transfer", pk)
        if not self.may_receive:
            return HttpResponse(status=403)
        received, is_complete = self._read(request)
        differs = any(received.get(line.variant_id) != line.sent for line in self.lines)
        if not is_complete or (differs and "sure" not in request.POST):
            return self.render_to_response(self.get_context_data(differs=is_complete and differs))
        try:
            receive_transfer(transfer=self.transfer, received=received, actor_id=self.actor_id)
        except ComptoirError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The goods are in stock."))
        return redirect("stock:transfer", pk)

    def _read(self, request: HttpRequest) -> tuple[dict[int, int], bool]:
        """What came of each line, and whether every line has a number; the lines keep what was typed."""
        received = {}
        for line in self.lines:
            line.typed = request.POST.get(f"received-{line.pk}", "").strip()
            is_number = line.typed.isascii() and line.typed.isdigit() and int(line.typed) <= MOST_PIECES
            if is_number:
                received[line.variant_id] = line.came = int(line.typed)
            line.is_wrong = not is_number
        return received, len(received) == len(self.lines)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        for line in self.lines:
            came = getattr(line, "came", line.received)
            line.missing_now = line.sent - (line.sent if came is None else came)
            line.extra = -line.missing_now
            line.typed = getattr(line, "typed", str(line.sent))
        return super().get_context_data(may_receive=self.may_receive, **kwargs)


class SlipView(OneTransferScreen):
    """The slip that goes with the goods: made for paper."""

    template_name = "comptoir/stock/transfer_slip.html"
