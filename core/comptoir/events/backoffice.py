"""The report of deliveries that were given up on, with a way to try them again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from comptoir.base.backoffice import may
from comptoir.events.models import Delivery
from comptoir.events.services import retry_delivery


class RetryColumn(Column):
    """A button that tries a delivery again."""

    cell_template_name = "comptoir/events/retry_cell.html"

    def get_cell_context_data(self, instance: Delivery, parent_context: dict[str, Any]) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        url = reverse("deliveries:retry", args=[instance.pk])
        return {**context, "url": url, "token": get_token(request), "may": may(request, "change", Delivery)}


class ParkedIndexView(generic.IndexView):
    """Deliveries that failed until nobody tried any more."""

    model = Delivery
    any_permission_required = ["view", "change"]
    page_title = gettext_lazy("Parked deliveries")
    header_icon = "warning"
    default_ordering = "-parked_at"
    paginate_by = 50
    search_fields = ["subscriber", "event__type", "error"]
    columns = [
        Column(
            "event",
            label=gettext_lazy("Event"),
            accessor=lambda row: f"{row.event.type} {row.event.subject_id}",
        ),
        Column("subscriber", label=gettext_lazy("For")),
        Column("attempts", label=gettext_lazy("Attempts"), classname="cpt-number"),
        DateColumn("parked_at", label=gettext_lazy("Given up")),
        Column("error", label=gettext_lazy("Error")),
        RetryColumn("retry", label=gettext_lazy("Try again"), accessor="pk"),
    ]

    def get_base_queryset(self) -> Any:
        return Delivery.objects.exclude(parked_at=None).select_related("event")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("Nothing is parked: every event reached everybody, or is on its way.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class RetryView(PermissionCheckedMixin, View):
    """Tries one delivery again."""

    model = Delivery
    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        retry_delivery(delivery=get_object_or_404(Delivery, pk=pk))
        messages.success(request, _("The delivery is tried again within a second."))
        return redirect("deliveries:index")


class DeliveriesMenuItem(MenuItem):
    """Shown to who may look at deliveries."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Delivery).user_has_any_permission(request.user, ["view", "change"])


class DeliveriesViewSet(ViewSet):
    """What did not reach its plugin."""

    name = "deliveries"
    url_prefix = "reports/deliveries"
    icon = "warning"
    menu_label = gettext_lazy("Parked deliveries")
    menu_hook = "register_reports_menu_item"
    menu_order = 900
    menu_item_class = DeliveriesMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "deliveries:index", "index_results_url_name": "deliveries:index_results"}
        return [
            path("", ParkedIndexView.as_view(**names), name="index"),
            path("results/", ParkedIndexView.as_view(**names, results_only=True), name="index_results"),
            path("<int:pk>/retry/", RetryView.as_view(), name="retry"),
        ]
