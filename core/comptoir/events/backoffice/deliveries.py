"""The report of deliveries that were given up on, to plugins and webhooks, with a way to try them again."""

from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from comptoir.base.backoffice import may
from comptoir.events.backoffice.tables import PostColumn
from comptoir.events.backoffice.webhooks import type_choices
from comptoir.events.calling import Problem
from comptoir.events.models import Delivery, Endpoint, public_type
from comptoir.events.queries import subscribers
from comptoir.events.services import retry_deliveries, retry_delivery

PROBLEMS = dict(Problem.choices)


def subscriber_choices() -> list[tuple[str, str]]:
    """Plugins by their name, webhooks by what they are for."""
    webhooks = {endpoint.subscriber: str(endpoint) for endpoint in Endpoint.objects.all()}
    return [(name, webhooks.get(name, name)) for name in subscribers()]


class ParkedFilters(WagtailFilterSet):
    """For whom, and of what."""

    subscriber = django_filters.ChoiceFilter(choices=subscriber_choices, label=gettext_lazy("For"))
    type = django_filters.ChoiceFilter(
        field_name="event__type", choices=type_choices, label=gettext_lazy("Event")
    )

    class Meta:
        model = Delivery
        fields = ["subscriber", "type"]


class ParkedIndexView(generic.IndexView):
    """Deliveries that failed until nobody tried any more."""

    model = Delivery
    any_permission_required = ["view", "change"]
    page_title = gettext_lazy("Parked deliveries")
    header_icon = "warning"
    default_ordering = "-parked_at"
    paginate_by = 50
    search_fields = ["subscriber", "event__type", "error"]
    filterset_class = ParkedFilters
    columns = [
        Column(
            "event",
            label=gettext_lazy("Event"),
            accessor=lambda row: f"{public_type(row.event.type)} {row.event.subject_id}",
        ),
        Column(
            "subscriber", label=gettext_lazy("For"), accessor=lambda row: str(row.endpoint or row.subscriber)
        ),
        Column("attempts", label=gettext_lazy("Attempts"), classname="cpt-number"),
        DateColumn("parked_at", label=gettext_lazy("Given up")),
        Column("error", label=gettext_lazy("Error"), accessor=lambda row: PROBLEMS.get(row.error, row.error)),
        PostColumn(
            "retry",
            label=gettext_lazy("Try again"),
            url_name="deliveries:retry",
            action=("change", Delivery),
        ),
    ]

    def get_base_queryset(self) -> Any:
        return Delivery.objects.exclude(parked_at=None).select_related("event", "endpoint")

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not (may(self.request, "change", Delivery) and self.get_base_queryset().exists()):
            return []
        url = reverse("deliveries:retry_all") + "?" + urlencode(_chosen(self.request))
        return [HeaderButton(_("Try all again"), url=url, icon_name="resubmit")]

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


class RetryAllView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """Asks first, then tries every delivery of the list again."""

    model = Delivery
    permission_required = "change"
    template_name = "comptoir/events/retry_all.html"
    page_title = gettext_lazy("Try all again")
    header_icon = "warning"

    def chosen(self) -> QuerySet[Delivery]:
        parked = Delivery.objects.exclude(parked_at=None)
        return ParkedFilters(_chosen(self.request), queryset=parked, request=self.request).qs

    def post(self, request: HttpRequest) -> HttpResponse:
        count = retry_deliveries(Delivery.objects.filter(pk__in=self.chosen().values("pk")))
        said = ngettext("%(count)s delivery is tried again.", "%(count)s deliveries are tried again.", count)
        messages.success(request, said % {"count": count})
        return redirect("deliveries:index")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse("deliveries:index"), "label": _("Parked deliveries")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": _("Try all again")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(count=self.chosen().count(), **kwargs)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The filters of the list, as its address has them."""
    return {name: request.GET[name] for name in ParkedFilters.base_filters if request.GET.get(name)}


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
            path("retry/", RetryAllView.as_view(), name="retry_all"),
            path("<int:pk>/retry/", RetryView.as_view(), name="retry"),
        ]
