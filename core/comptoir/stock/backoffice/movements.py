"""The report of movements: what came and went, why, when and by whom."""

from typing import Any

import django_filters
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.permissions import policy_registry

from comptoir.customers.models import User
from comptoir.stock.backoffice.levels import own_columns, own_locations
from comptoir.stock.backoffice.screen import AtWorkplaces, document_name, level_url
from comptoir.stock.models import Level, Movement


def name_of(actor: User | None) -> str:
    """Who did it; empty if a program did."""
    return actor.get_full_name() if actor else ""


def pieces(movement: Movement) -> str:
    """What came or went, with its sign; for pieces that only changed their state, which."""
    if movement.quantity:
        return f"{movement.quantity:+d}"
    return _("%(pieces)+d unsellable") % {"pieces": movement.unsellable}


class StaffChoiceFilter(django_filters.ModelChoiceFilter):
    """Who did it, by name."""

    field_class = type("StaffChoiceField", (django_filters.fields.ModelChoiceField,), {
        "label_from_instance": lambda _field, user: user.get_full_name(),
    })  # fmt: skip


class MovementFilters(WagtailFilterSet):
    """Why, where, when and by whom."""

    reason = django_filters.ChoiceFilter(choices=Movement.Reason.choices, label=gettext_lazy("Reason"))
    location = django_filters.ModelChoiceFilter(queryset=own_locations, label=gettext_lazy("Location"))
    moved_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("When"), widget=DateRangePickerWidget)
    actor = StaffChoiceFilter(
        queryset=User.objects.filter(is_staff=True).order_by("first_name", "last_name", "email"),
        label=gettext_lazy("By"),
    )

    class Meta:
        model = Movement
        fields = ["reason", "location", "moved_at", "actor"]


class MovementIndexView(AtWorkplaces, generic.IndexView):
    """All movements at the own locations, the latest first. They never change, so there is nothing to edit."""

    model = Movement
    section = "movements"
    template_name = "comptoir/stock/listing.html"
    page_title = gettext_lazy("Stock movements")
    header_icon = "history"
    default_ordering = ("-moved_at", "-pk")
    paginate_by = 50
    search_fields = ["variant__title", "variant__sku", "variant__upc", "document", "note"]
    filterset_class = MovementFilters
    all_columns = [
        DateColumn("moved_at", label=gettext_lazy("When"), sort_key="moved_at"),
        TitleColumn(
            "variant",
            label=gettext_lazy("Variant"),
            accessor=lambda row: row.variant.get_title(),
            get_url=lambda row: level_url(row.variant, row.location),
        ),
        Column("sku", label=gettext_lazy("SKU"), accessor="variant.sku", classname="cpt-wide-only"),
        Column("location", label=gettext_lazy("Location"), accessor="location.name"),
        Column("reason", label=gettext_lazy("Reason"), accessor="get_reason_display"),
        Column("pieces", label=gettext_lazy("Pieces"), accessor=pieces, classname="cpt-number"),
        Column(
            "document",
            label=gettext_lazy("Document"),
            accessor=lambda row: document_name(row) or row.note,
            classname="cpt-wide-only",
        ),
        Column(
            "actor",
            label=gettext_lazy("By"),
            accessor=lambda row: name_of(row.actor),
            classname="cpt-wide-only",
        ),
    ]
    list_export = [
        "moved_at", "variant.sku", "variant.title", "location.name", "get_reason_display", "quantity", "unsellable",
        "document", "note", "actor",
    ]  # fmt: skip
    export_headings = {
        "variant.sku": gettext_lazy("SKU"),
        "variant.title": gettext_lazy("Variant"),
        "location.name": gettext_lazy("Location"),
        "get_reason_display": gettext_lazy("Reason"),
        "actor": gettext_lazy("By"),
    }
    export_filename = "stock-movements"
    custom_field_preprocess = {"actor": {"csv": name_of, "xlsx": name_of}}

    @cached_property
    def permission_policy(self) -> Any:
        """Who may see levels may see what they are made of; looking at movements has no permission of its own."""
        return policy_registry.get_by_type(Level)

    @cached_property
    def columns(self) -> list[Column]:
        return own_columns(self.all_columns, self.places)

    def get_base_queryset(self) -> Any:
        return Movement.objects.filter(location__in=self.places).select_related(
            "variant__parent", "location", "actor"
        )

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No movement fits.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class MovementReportItem(MenuItem):
    """The report in the menu “Reports”, for who may look at levels."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Stock movements"), reverse("stock:movements"), icon_name="history", order=900
        )

    def is_shown(self, request: Any) -> bool:
        return policy_registry.get_by_type(Level).user_has_any_permission(request.user, ["view", "change"])
