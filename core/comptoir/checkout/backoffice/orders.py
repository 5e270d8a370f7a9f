"""The list of orders, their papers, and the addresses of all their screens.

They stand here and not in ``orders`` because they show what payments and fulfilment know of an order, too.
"""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views import View
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from comptoir.base.errors import NotFound
from comptoir.base.money import written
from comptoir.channels.models import Channel, Location
from comptoir.checkout.backoffice.editing import AddGoodsScreen, EditScreen
from comptoir.checkout.backoffice.one_order import OneOrderScreen, PrintView
from comptoir.checkout.backoffice.receiving import ReceivedScreen
from comptoir.checkout.backoffice.refunding import RefundScreen
from comptoir.orders.models import Order
from comptoir.orders.printing import paper_pdf
from comptoir.orders.queries import find_orders, orders_for, paper_of, staff_order


class OrderFilters(WagtailFilterSet):
    """How far they are, where, and when they were placed."""

    state = django_filters.MultipleChoiceFilter(choices=Order.State.choices, label=gettext_lazy("State"))
    channel = django_filters.ModelChoiceFilter(queryset=Channel.objects.all(), label=gettext_lazy("Channel"))
    location = django_filters.ModelChoiceFilter(queryset=Location.objects.all(), label=gettext_lazy("Shop"))
    placed_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Placed"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Order
        fields = ["state", "channel", "location", "placed_at"]


class OrderIndexView(generic.IndexView):
    """Orders, the latest first; found by number, e-mail, phone, name or SKU."""

    model = Order
    any_permission_required = ["view", "change"]
    page_title = gettext_lazy("Orders")
    header_icon = "form"
    default_ordering = ("-placed_at", "-pk")
    paginate_by = 50
    filterset_class = OrderFilters
    # Only says that there is a search box; the search itself is that of the API.
    search_fields = ["number"]
    columns = [
        TitleColumn(
            "number",
            label=pgettext_lazy("what was bought", "Order"),
            accessor=str,
            classname="cpt-code",
            get_url=lambda row: reverse("orders:order", args=[row.number]),
        ),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
        Column("name", label=gettext_lazy("Customer"), accessor=lambda row: row.name or row.email or "—"),
        Column("channel", label=gettext_lazy("Channel"), accessor="channel.name", classname="cpt-wide-only"),
        Column(
            "location",
            label=gettext_lazy("Shop"),
            classname="cpt-wide-only",
            accessor=lambda row: row.location.name if row.location else "—",
        ),
        Column(
            "total",
            label=gettext_lazy("Total"),
            accessor=lambda row: written(row.money(row.total)),
            classname="cpt-number",
        ),
        DateColumn("placed_at", label=gettext_lazy("Placed"), sort_key="placed_at"),
    ]

    def get_base_queryset(self) -> QuerySet[Order]:
        return orders_for(self.request.user)

    def search_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if not self.search_query:
            return queryset
        return queryset.filter(pk__in=find_orders(self.request.user, text=self.search_query).values("pk"))

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No order concerns your shops yet.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class PaperView(PermissionCheckedMixin, View):
    """A paper of an order as a file."""

    model = Order
    any_permission_required = ["view", "change"]

    @cached_property
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(Order)

    def get(self, request: HttpRequest, number: str, paper: str) -> HttpResponse:
        try:
            found = paper_of(staff_order(request.user, number), paper)
        except NotFound as error:
            raise Http404 from error
        response = HttpResponse(paper_pdf(found), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
        return response


class OrdersMenuItem(MenuItem):
    """Shown to who may look at orders."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Order).user_has_any_permission(request.user, ["view", "change"])


class OrdersViewSet(ViewSet):
    """What was sold."""

    name = "orders"
    icon = "form"
    menu_label = gettext_lazy("Orders")
    menu_hook = "register_shop_menu_item"
    menu_order = 100
    menu_item_class = OrdersMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "orders:index", "index_results_url_name": "orders:index_results"}
        return [
            path("", OrderIndexView.as_view(**names), name="index"),
            path("results/", OrderIndexView.as_view(**names, results_only=True), name="index_results"),
            path("<str:number>/", OneOrderScreen.as_view(), name="order"),
            path("<str:number>/refund/", RefundScreen.as_view(), name="refund"),
            path("<str:number>/edit/", EditScreen.as_view(), name="edit"),
            path("<str:number>/add/", AddGoodsScreen.as_view(), name="add"),
            path("<str:number>/print/", PrintView.as_view(), name="print"),
            path("<str:number>/received/<uuid:payment>/", ReceivedScreen.as_view(), name="received"),
            path("<str:number>/papers/<str:paper>/", PaperView.as_view(), name="paper"),
        ]
