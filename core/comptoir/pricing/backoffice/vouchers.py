"""The screens of vouchers: single ones, and sets of many with their codes as a file."""

import csv
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.ui.tables import NumberColumn, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button
from wagtail.log_actions import log

from comptoir.base import clock
from comptoir.base.backoffice import CarefulDeleteView
from comptoir.pricing.backoffice.fields import amount_text
from comptoir.pricing.backoffice.screen import SavesByService, Words
from comptoir.pricing.backoffice.voucher_form import USAGES, VoucherForm, VoucherSetForm
from comptoir.pricing.backoffice.wall_time import on_the_wall, zone_of
from comptoir.pricing.campaigns import (
    change_voucher_set,
    make_voucher_set,
    remove_voucher,
    remove_voucher_set,
    save_voucher,
)
from comptoir.pricing.voucher.models import Voucher, VoucherSet


def _valid(row: Voucher | VoucherSet) -> str:
    """From when until when, by the clock of the house; the heading names its zone."""
    zone = zone_of()
    ends = (on_the_wall(row.start_datetime, zone), on_the_wall(row.end_datetime, zone))
    return " – ".join(date_format(moment, "SHORT_DATETIME_FORMAT") for moment in ends if moment)


def _valid_label() -> str:
    return _("Valid (%(zone)s)") % {"zone": zone_of()}


def _is_valid(row: Voucher | VoucherSet) -> bool:
    return row.is_active(clock.now())


def _state(row: Voucher | VoucherSet) -> str:
    """Whether it can be used now, by its dates."""
    now = clock.now()
    if now > row.end_datetime:
        return _("over")
    return _("to come") if now < row.start_datetime else _("valid")


def _usage(row: Voucher) -> str:
    return str(dict(USAGES).get(row.usage, row.usage))


def _gives(row: Voucher) -> str:
    return ", ".join(offer.name for offer in row.offers.all()) or _("nothing")


class VoucherIndexView(generic.IndexView):
    """Vouchers that stand alone; those of a set are on its screen."""

    page_title = gettext_lazy("Vouchers")
    add_item_label = gettext_lazy("Add a voucher")
    default_ordering = "-date_created"

    def get_base_queryset(self) -> QuerySet[Voucher]:
        """A code that is looked for is found in sets too."""
        rows = Voucher.objects.prefetch_related("offers")
        return rows if self.is_searching else rows.filter(voucher_set=None)

    @cached_property
    def columns(self) -> list[Any]:
        return [
            self._get_title_column("code"),
            Words("gives", gettext_lazy("Gives"), _gives),
            Words("usage", gettext_lazy("Can be used"), _usage),
            Words("valid", _valid_label(), _valid),
            StatusTagColumn("state", label=gettext_lazy("State"), accessor=_state, primary=_is_valid),
            NumberColumn("num_basket_additions", label=gettext_lazy("Entered"), classname="cpt-number"),
            NumberColumn("num_orders", label=gettext_lazy("On orders"), classname="cpt-number"),
            Words(
                "given",
                gettext_lazy("Given"),
                lambda row: amount_text(row.total_discount, ""),
                classname="cpt-number",
            ),
        ]


class VoucherFormView(SavesByService):
    """A voucher in one form."""

    list_name = gettext_lazy("Vouchers")
    template_name = "comptoir/pricing/form.html"

    @cached_property
    def sections(self) -> tuple[tuple[str, Any, tuple[str, ...]], ...]:
        return (
            ("voucher", _("The voucher"), ("name", "code", "usage")),
            ("gives", _("What it gives"), ("offers",)),
            ("when", _("From, until"), ("starts_at", "ends_at")),
        )

    def store(self, form: VoucherForm) -> Voucher:
        said, row = form.cleaned_data, form.instance
        row.name, row.code, row.usage = said["name"], said["code"], said["usage"]
        row.start_datetime, row.end_datetime = said["starts_at"], said["ends_at"]
        return save_voucher(voucher=row, offers=said["offers"])


class VoucherCreateView(VoucherFormView, generic.CreateView):
    """A new voucher."""

    page_subtitle = gettext_lazy("Voucher")
    log_action = "wagtail.create"


class VoucherEditView(VoucherFormView, generic.EditView):
    """One voucher."""


class VoucherDeleteView(CarefulDeleteView):
    """Deletes a voucher that nobody used."""

    def delete_action(self) -> None:
        log(instance=self.object, action="wagtail.delete", user=self.request.user, deleted=True)
        remove_voucher(voucher=self.object)


class VoucherViewSet(ModelViewSet):
    """Codes that give something."""

    model = Voucher
    name = "vouchers"
    icon = "key"
    menu_hook = "register_prices_menu_item"
    menu_label = gettext_lazy("Vouchers")
    menu_order = 500
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = VoucherIndexView
    add_view_class = VoucherCreateView
    edit_view_class = VoucherEditView
    delete_view_class = VoucherDeleteView
    search_fields = ["code", "name"]
    create_template_name = edit_template_name = VoucherFormView.template_name

    def get_form_class(self, for_update: bool = False) -> type[forms.Form]:
        return VoucherForm


class VoucherSetIndexView(generic.IndexView):
    """Sets of vouchers, with how many of each were used."""

    page_title = gettext_lazy("Voucher sets")
    add_item_label = gettext_lazy("Add a voucher set")
    verbose_name_plural = gettext_lazy("voucher sets")
    default_ordering = "-date_created"

    def get_base_queryset(self) -> QuerySet[VoucherSet]:
        return VoucherSet.objects.annotate(
            made=Count("vouchers"),
            used=Count("vouchers", filter=Q(vouchers__num_orders__gt=0)),
            given=Sum("vouchers__total_discount"),
            last_used=Max("vouchers__num_orders"),
        )

    @cached_property
    def columns(self) -> list[Any]:
        return [
            self._get_title_column("name"),
            NumberColumn("made", label=gettext_lazy("Vouchers"), classname="cpt-number"),
            NumberColumn("used", label=gettext_lazy("Used"), classname="cpt-number"),
            Words(
                "given", gettext_lazy("Given"), lambda row: amount_text(row.given, ""), classname="cpt-number"
            ),
            Words("valid", _valid_label(), _valid),
            StatusTagColumn("state", label=gettext_lazy("State"), accessor=_state, primary=_is_valid),
        ]


class VoucherSetFormView(SavesByService):
    """Many vouchers in one form."""

    list_name = gettext_lazy("Voucher sets")
    template_name = "comptoir/pricing/form.html"

    @cached_property
    def sections(self) -> tuple[tuple[str, Any, tuple[str, ...]], ...]:
        return (
            ("set", _("The set"), ("name", "description", "count", "code_length", "usage")),
            ("gives", _("What each voucher gives"), ("offers",)),
            ("when", _("From, until"), ("starts_at", "ends_at")),
        )

    def store(self, form: VoucherSetForm) -> VoucherSet:
        said = dict(form.cleaned_data)
        if form.instance.pk is None:
            return make_voucher_set(**said)
        del said["count"], said["code_length"]
        return change_voucher_set(row=form.instance, **said)

    def get_success_url(self) -> str:
        return self.get_edit_url()


class VoucherSetCreateView(VoucherSetFormView, generic.CreateView):
    """A new set."""

    page_subtitle = gettext_lazy("Voucher set")
    log_action = "wagtail.create"


class VoucherSetEditView(VoucherSetFormView, generic.EditView):
    """One set, with its codes as a file."""

    template_name = "comptoir/pricing/voucher_set.html"

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        url = reverse("voucher_sets:codes", args=[self.object.pk])
        return [
            *super().header_more_buttons,
            Button(_("Download codes"), url=url, icon_name="download", priority=5),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        vouchers = self.object.vouchers
        return super().get_context_data(
            codes=list(vouchers.order_by("pk").values_list("code", flat=True)[:5]),
            made=vouchers.count(),
            used=vouchers.filter(num_orders__gt=0).count(),
            codes_url=reverse("voucher_sets:codes", args=[self.object.pk]),
            **kwargs,
        )


class VoucherSetDeleteView(CarefulDeleteView):
    """Deletes a set and its vouchers, if nobody used any."""

    @property
    def confirmation_message(self) -> str:
        told = {"set": self.object, "number": self.object.vouchers.count()}
        return (
            _("Delete “%(set)s” and its %(number)s vouchers? Codes that were handed out stop working.") % told
        )

    def delete_action(self) -> None:
        log(instance=self.object, action="wagtail.delete", user=self.request.user, deleted=True)
        remove_voucher_set(row=self.object)


class CodesView(PermissionCheckedMixin, View):
    """The codes of a set as CSV, with what became of each."""

    model = VoucherSet
    any_permission_required = ["add", "change", "view"]

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        row = get_object_or_404(VoucherSet, pk=pk)
        answer = StreamingHttpResponse(_code_lines(row), content_type="text/csv; charset=utf-8")
        name = slugify(row.name) or str(row.pk)
        answer["Content-Disposition"] = f'attachment; filename="vouchers-{name}.csv"'
        answer["Cache-Control"] = "private, no-store"
        return answer


class _Line:
    """Hands each line of a CSV file to the response instead of writing it."""

    def write(self, line: str) -> str:
        return line


def _code_lines(row: VoucherSet) -> Iterator[str]:
    """Codes are letters, digits and hyphens of our own making: no spreadsheet takes one for a formula."""
    rows = csv.writer(_Line())
    yield rows.writerow([_("code"), _("from"), _("until"), _("on orders"), _("given")])
    for one in row.vouchers.order_by("pk").iterator(chunk_size=1_000):
        dates = (one.start_datetime.isoformat(), one.end_datetime.isoformat())
        yield rows.writerow([one.code, *dates, one.num_orders, one.total_discount])


class VoucherSetViewSet(ModelViewSet):
    """Many codes that give the same."""

    model = VoucherSet
    name = "voucher_sets"
    icon = "copy"
    menu_hook = "register_prices_menu_item"
    menu_label = gettext_lazy("Voucher sets")
    menu_order = 600
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = VoucherSetIndexView
    add_view_class = VoucherSetCreateView
    edit_view_class = VoucherSetEditView
    delete_view_class = VoucherSetDeleteView
    search_fields = ["name"]
    create_template_name = VoucherSetFormView.template_name
    edit_template_name = VoucherSetEditView.template_name

    def get_form_class(self, for_update: bool = False) -> type[forms.Form]:
        return VoucherSetForm

    def get_urlpatterns(self) -> list[URLPattern]:
        codes = self.construct_view(CodesView)
        return [*super().get_urlpatterns(), path("codes/<int:pk>/", codes, name="codes")]
