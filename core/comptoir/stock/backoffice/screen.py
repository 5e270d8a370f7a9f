"""What all stock screens share: whose locations they show, the way from one to the next, forms that count once."""

import hashlib
import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from comptoir.base.backoffice import may
from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.customers.models import User
from comptoir.customers.queries import workplaces
from comptoir.stock.models import Level, Movement
from comptoir.stock.queries import variant_by_code


def level_url(variant: Product, location: Location) -> str:
    """The screen of one variant at one location."""
    return reverse("stock:level", args=[variant.pk, location.pk])


def _transfer_number(movement: Movement) -> int | None:
    number = movement.document.removeprefix("transfer ")
    is_transfer = movement.reason in (Movement.Reason.TRANSFER_OUT, Movement.Reason.TRANSFER_IN)
    return int(number) if is_transfer and number.isdigit() else None


def document_url(movement: Movement) -> str:
    """The screen of the document behind a movement, if it has one here: a transfer."""
    number = _transfer_number(movement)
    return reverse("stock:transfer", args=[number]) if number else ""


def document_name(movement: Movement) -> str:
    """How the document behind a movement is called: as it was entered, a transfer in the reader's language."""
    number = _transfer_number(movement)
    return _("Transfer %(number)s") % {"number": number} if number else movement.document


class OnceForm(forms.Form):
    """A form that a double click sends twice and that counts once."""

    once = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=64, initial=lambda: uuid.uuid4().hex
    )

    def key(self, *facts: object) -> str | None:
        """The idempotency key of what is sent: the same form with another content is another change."""
        token = self.cleaned_data.get("once")
        if not token:
            return None
        told = [*facts, *(self[name].value() for name in self.fields)]
        return "screen:" + hashlib.sha256(repr((type(self).__name__, told)).encode()).hexdigest()[:40]


def show_refusal(form: forms.Form, error: ComptoirError, **fields: str) -> None:
    """Show what a service refused beside its field; ``fields`` says which one of the form is meant by another name."""
    field = fields.get(error.field, error.field)
    form.add_error(field if field in form.fields else None, str(error))


def scanned_variant(code: str) -> Product:
    """The variant somebody scanned. Errors: ``forms.ValidationError`` for what is unknown or not counted."""
    variant = variant_by_code(code)
    if variant is None:
        raise forms.ValidationError(_("No variant has the SKU or barcode “%(code)s”.") % {"code": code})
    kind = variant.get_product_class()
    if kind and not kind.track_stock:
        raise forms.ValidationError(_("“%(title)s” is not counted.") % {"title": variant.get_title()})
    return variant


class AtWorkplaces:
    """Shows only the locations somebody works at, and says what to do to who works at none."""

    request: HttpRequest
    section = ""

    @cached_property
    def places(self) -> list[Location]:
        return list(workplaces(self.request.user))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.places:
            return TemplateResponse(request, "comptoir/stock/nowhere.html", self._nowhere())
        return super().get(request, *args, **kwargs)

    def place(self, pk: int) -> Location:
        """One of the own locations; another shop's is not found."""
        return get_object_or_404(workplaces(self.request.user), pk=pk)

    @property
    def may_move(self) -> bool:
        return may(self.request, "add", Movement)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sections=sections(self.may_move, self.section), **kwargs)

    def _nowhere(self) -> dict[str, Any]:
        crumbs = [*WagtailAdminTemplateMixin.breadcrumbs_items, {"url": "", "label": _("Stock")}]
        users = reverse("wagtailusers_users:index") if may(self.request, "change", User) else ""
        return {
            "breadcrumbs_items": crumbs,
            "header_icon": "table",
            "header_title": _("Stock"),
            "users": users,
        }


class StockScreen(PermissionCheckedMixin, AtWorkplaces, WagtailAdminTemplateMixin, TemplateView):
    """A screen that is no list."""

    model = Level
    any_permission_required: list[str] | None = ["view", "change"]
    header_icon = "table"
    above: tuple[str, str] = ("", "")

    @property
    def actor_id(self) -> int:
        return self.request.user.pk

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        own = [{"url": reverse("stock:index"), "label": _("Stock")}]
        if self.above[0]:
            own.append({"url": reverse(self.above[0]), "label": str(self.above[1])})
        return [*self.breadcrumbs_items, *own, {"url": "", "label": self.get_page_title()}]


class MovingScreen(StockScreen):
    """A screen on which stock is moved."""

    model = Movement
    permission_required = "add"
    any_permission_required = None


def sections(may_move: bool, here: str) -> list[dict[str, Any]]:
    """The ways on from every stock screen; big enough for a finger."""
    ways = [("index", _("Levels"), True), ("receive", _("Receive"), may_move), ("counts", _("Counts"), may_move),
            ("transfers", _("Transfers"), True), ("movements", _("Movements"), True)]  # fmt: skip
    return [
        {"url": reverse(f"stock:{name}"), "label": label, "is_here": name == here}
        for name, label, is_shown in ways
        if is_shown
    ]
