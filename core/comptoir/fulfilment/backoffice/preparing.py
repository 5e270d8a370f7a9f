"""The screens of the people who prepare: what is to do at a shop, one parcel with its scan, the slips to print."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.customers.queries import workplaces
from comptoir.fulfilment.backoffice.deciding import decisions_told
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import (
    collect_parcel,
    deliver_parcel,
    hand_over,
    make_ready,
    pack_parcel,
    pick_pieces,
)
from comptoir.fulfilment.queries import (
    parcel_by_number,
    preparation_list,
    slots_with_parcels,
)
from comptoir.fulfilment.refusals import (
    REASONS,
    arrive_at_shop,
    cancel_parcel,
    reject_pieces,
    send_to_shop,
)

State = Parcel.State
#: The stages of the list: what one looks for, and which states that is.
STAGES = {
    "prepare": (gettext_lazy("To prepare"), (State.WAITING, State.PICKING)),
    "packed": (gettext_lazy("Packed"), (State.PACKED,)),
    "coming": (gettext_lazy("On their way here"), (State.SENT,)),
    "ready": (gettext_lazy("Ready for collection"), (State.READY,)),
    "gone": (gettext_lazy("With the carrier"), (State.HANDED_OVER,)),
}
#: A state is told by words and by a sign, never by colour alone.
ICONS = {
    State.WAITING: "time", State.PICKING: "edit", State.PACKED: "folder-inverse", State.SENT: "resubmit",
    State.READY: "home", State.HANDED_OVER: "arrow-right", State.DELIVERED: "check", State.COLLECTED: "check",
    State.EXPIRED: "warning", State.REJECTED: "cross", State.CANCELLED: "cross",
}  # fmt: skip
#: What can be done with a parcel, by the name of its button.
STEPS = {
    "hand_over": hand_over, "ready": make_ready, "send": send_to_shop, "arrive": arrive_at_shop,
    "delivered": deliver_parcel, "cancel": cancel_parcel,
}  # fmt: skip


class PreparationScreen(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """What all of them share: the parcels of one's own workplaces."""

    model = Parcel
    any_permission_required = ["view", "prepare"]
    header_icon = "folder-inverse"
    page_title = gettext_lazy("Preparation")

    @cached_property
    def places(self) -> list[Location]:
        return list(workplaces(self.request.user))

    @property
    def may_prepare(self) -> bool:
        return self.request.user.has_perm("fulfilment.prepare_parcel")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        own = [{"url": reverse("fulfilment:index"), "label": _("Preparation")}]
        here = self.get_page_title()
        return [
            *self.breadcrumbs_items,
            *own,
            *([{"url": "", "label": here}] if here != _("Preparation") else []),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_prepare=self.may_prepare, icons=ICONS, **kwargs)


class PreparationListView(PreparationScreen):
    """What is to do at a shop, the most urgent first: by stage and by slot."""

    template_name = "comptoir/fulfilment/list.html"

    @cached_property
    def chosen(self) -> list[Location]:
        """The location that was chosen, else all of one's own."""
        code = self.request.GET.get("at", "")
        return [one for one in self.places if one.code == code] or self.places

    @cached_property
    def slot(self) -> datetime | None:
        try:
            moment = datetime.fromisoformat(self.request.GET.get("slot", ""))
        except ValueError:
            return None
        return moment if moment.tzinfo else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stage = self.request.GET.get("stage", "prepare")
        stage = stage if stage in STAGES else "prepare"
        listed = [*Parcel.OPEN, State.HANDED_OVER]
        rows = list(preparation_list(self.chosen, states=listed, slot_starts_at=self.slot))
        for row in rows:
            row.icon = ICONS[State(row.state)]
            row.pieces = sum(line.quantity for line in row.lines.all())
        stages = [
            {
                "code": code,
                "label": label,
                "count": sum(row.state in states for row in rows),
                "is_here": code == stage,
            }
            for code, (label, states) in STAGES.items()
        ]
        return super().get_context_data(
            places=self.places,
            at=self.chosen[0].code if len(self.chosen) == 1 else "",
            stage=stage,
            stages=stages,
            slots=slots_with_parcels(self.chosen),
            slot=self.slot,
            parcels=[row for row in rows if row.state in STAGES[stage][1]],
            **kwargs,
        )


class SlipsView(PreparationListView):
    """The slips of a list, or of one parcel, made for paper: a page each."""

    template_name = "comptoir/fulfilment/slips.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        number = self.request.GET.get("parcel")
        if number:
            row = parcel_by_number(number)
            context["parcels"] = [row] if row and row.workplace_id in {one.pk for one in self.places} else []
        return context


class ScanForm(forms.Form):
    """One piece, by its barcode; a scanner types it and sends the form."""

    scanned = forms.CharField(
        label=gettext_lazy("SKU or barcode"),
        max_length=64,
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off", "inputmode": "text"}),
    )
    quantity = forms.IntegerField(label=gettext_lazy("Pieces"), min_value=1, max_value=9999, initial=1)


class CodeForm(forms.Form):
    """The code that the customer shows."""

    code = forms.CharField(
        label=gettext_lazy("Code of the customer"),
        max_length=20,
        widget=forms.TextInput({"autofocus": True, "autocomplete": "off", "autocapitalize": "characters"}),
    )


class HandOverForm(forms.Form):
    """What the carrier needs."""

    tracking = forms.CharField(label=gettext_lazy("Tracking number"), max_length=80, required=False)


class ParcelView(PreparationScreen):
    """One parcel: scan, pack, hand over, give out; what cannot be found; its story and why it is prepared here."""

    template_name = "comptoir/fulfilment/parcel.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.scan, self.code, self.hand = ScanForm(), CodeForm(), HandOverForm()

    @cached_property
    def parcel(self) -> Parcel:
        row = parcel_by_number(self.kwargs["number"])
        mine = {one.pk for one in self.places}
        if row is None or not mine & {row.location_id, row.destination_id}:
            raise Http404
        return row

    @property
    def may_act(self) -> bool:
        """Who may prepare, and has the parcel in his hands."""
        return self.may_prepare and self.parcel.workplace_id in {one.pk for one in self.places}

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        if not self.may_act:
            return HttpResponse(status=403)
        try:
            if self._do(request.POST.get("do", "")):
                return redirect("fulfilment:parcel", number)
        except ComptoirError as error:
            form = {"scan": self.scan, "collect": self.code}.get(request.POST.get("do", ""))
            if form is None or error.field not in form.fields:
                messages.error(request, str(error))
                return redirect("fulfilment:parcel", number)
            form.add_error(error.field, str(error))
        return self.render_to_response(self.get_context_data())

    def _do(self, what: str) -> bool:
        """One step; whether it was done. Errors: those of the services."""
        by = {"parcel": self.parcel, "actor_id": self.request.user.pk}
        if what == "scan":
            self.scan = ScanForm(self.request.POST)
            return self.scan.is_valid() and bool(pick_pieces(**by, **self.scan.cleaned_data))
        if what == "collect":
            self.code = CodeForm(self.request.POST)
            return self.code.is_valid() and bool(collect_parcel(**by, **self.code.cleaned_data))
        if what in ("pack", "pack_part"):
            pack_parcel(**by, is_partial=what == "pack_part")
        elif what == "reject":
            self._reject(by)
        elif what == "hand_over":
            hand_over(**by, tracking=self.request.POST.get("tracking", ""))
        elif what in STEPS:
            STEPS[what](**by)
        return True

    def _reject(self, by: dict[str, Any]) -> None:
        line, pieces = (self.request.POST.get(name, "") for name in ("line", "quantity"))
        opened = reject_pieces(
            **by,
            order_line_id=int(line) if line.isdigit() else 0,
            quantity=int(pieces) if pieces.isdigit() and len(pieces) < 6 else 0,
            reason=self.request.POST.get("reason", ""),
        )
        if opened:
            places = ", ".join(one.location.name for one in opened)
            messages.success(
                self.request, _("The stock was corrected. %(places)s prepares it now.") % {"places": places}
            )
        else:
            messages.warning(
                self.request,
                _("The stock was corrected. Nobody else has it: the customer gets the money back."),
            )

    def get_page_title(self) -> str:
        return self.parcel.number

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.parcel.icon = ICONS[State(self.parcel.state)]
        lines = list(self.parcel.lines.all())
        return super().get_context_data(
            parcel=self.parcel,
            lines=lines,
            picked=sum(line.picked for line in lines),
            pieces=sum(line.quantity for line in lines),
            may_act=self.may_act,
            goes_elsewhere=self.parcel.destination_id not in (None, self.parcel.location_id),
            reasons=REASONS,
            forms={"scan": self.scan, "code": self.code, "hand": self.hand},
            history=self.parcel.history.select_related("actor"),
            decisions=decisions_told(self.parcel.order),
            **kwargs,
        )
