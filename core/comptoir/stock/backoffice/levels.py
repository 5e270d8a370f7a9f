"""The list of levels: what is free, held and on hand, at the locations somebody works at."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, NumberColumn, TitleColumn
from wagtail.admin.views import generic

from comptoir.channels.models import Location
from comptoir.customers.queries import workplaces
from comptoir.stock.backoffice.screen import AtWorkplaces, level_url
from comptoir.stock.models import Level
from comptoir.stock.queries import LOW, levels_with_free


def own_locations(request: Any) -> QuerySet[Any]:
    """The choices of a filter by location."""
    return workplaces(request.user)


class LevelFilters(WagtailFilterSet):
    """Where, and whether there is any."""

    location = django_filters.ModelChoiceFilter(queryset=own_locations, label=gettext_lazy("Location"))
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[
            ("some", gettext_lazy("some are free")),
            ("low", gettext_lazy("low: 1 to 3 are free")),
            ("none", gettext_lazy("none is free")),
            ("held", gettext_lazy("held or promised")),
            ("unsellable", gettext_lazy("with unsellable pieces")),
        ],
        method="by_state",
    )

    class Meta:
        model = Level
        fields = ["location", "state"]

    def by_state(self, levels: Any, name: str, state: str) -> Any:
        if state == "held":
            return levels.exclude(claimed=0, allocated=0)
        wanted = {
            "some": {"free__gt": 0},
            "low": {"free__gt": 0, "free__lte": LOW},
            "none": {"free": 0},
            "unsellable": {"unsellable__gt": 0},
        }
        return levels.filter(**wanted[state])


def figure(name: str, label: Any, **options: Any) -> NumberColumn:
    """A column of pieces that can be sorted by."""
    return NumberColumn(name, label=label, sort_key=name, **{"classname": "cpt-number", **options})


def own_columns(columns: list[Column], places: list[Location]) -> list[Column]:
    """The columns of a list: who works at one location need not be told which."""
    return [column for column in columns if column.name != "location" or len(places) > 1]


class LevelIndexView(AtWorkplaces, generic.IndexView):
    """All levels of the own locations."""

    model = Level
    section = "index"
    any_permission_required = ["view", "change"]
    template_name = "comptoir/stock/listing.html"
    page_title = gettext_lazy("Stock")
    header_icon = "table"
    default_ordering = ("variant__title", "variant__sku", "location__name")
    paginate_by = 50
    search_fields = ["variant__title", "variant__sku", "variant__upc"]
    filterset_class = LevelFilters
    all_columns = [
        TitleColumn(
            "variant",
            label=gettext_lazy("Variant"),
            accessor=lambda row: row.variant.get_title(),
            get_url=lambda row: level_url(row.variant, row.location),
        ),
        Column("sku", label=gettext_lazy("SKU"), accessor="variant.sku", classname="cpt-wide-only"),
        Column("location", label=gettext_lazy("Location"), accessor="location.name"),
        figure("free", gettext_lazy("Free")),
        figure("claimed", gettext_lazy("Held")),
        figure("allocated", gettext_lazy("Promised"), classname="cpt-number cpt-wide-only"),
        figure("on_hand", gettext_lazy("On hand")),
    ]
    list_export = [
        "variant.sku", "variant.upc", "variant.title", "location.name", "free", "claimed", "allocated", "unsellable",
        "safety", "backorder", "on_hand",
    ]  # fmt: skip
    export_headings = {
        "variant.sku": gettext_lazy("SKU"),
        "variant.upc": gettext_lazy("Barcode"),
        "variant.title": gettext_lazy("Variant"),
        "location.name": gettext_lazy("Location"),
        "free": gettext_lazy("Free"),
        "claimed": gettext_lazy("Held"),
        "allocated": gettext_lazy("Promised"),
    }
    export_filename = "stock"

    @cached_property
    def columns(self) -> list[Column]:
        return own_columns(self.all_columns, self.places)

    def get_base_queryset(self) -> Any:
        return levels_with_free(self.places)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No level fits. What was never received or counted at a location has none.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}
