"""The log of webhook calls, and a way to send an event again."""

from datetime import datetime

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, NumberColumn, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from comptoir.base.errors import ComptoirError
from comptoir.events.backoffice.tables import PostColumn
from comptoir.events.backoffice.webhooks import type_choices
from comptoir.events.models import Attempt, Endpoint, public_type
from comptoir.events.webhooks import send_again


def _moment(at: datetime | None) -> str:
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


def _in_short(attempt: Attempt) -> str:
    return attempt.get_problem_display() or f"{attempt.status} {Truncator(attempt.answer).chars(60)}"


class CallFilters(WagtailFilterSet):
    """Whose calls, of which event, how they ended, and when."""

    endpoint = django_filters.ModelChoiceFilter(
        queryset=Endpoint.objects.all(), label=gettext_lazy("Webhook")
    )
    type = django_filters.ChoiceFilter(
        choices=lambda: [("ping", "ping"), *type_choices()], label=gettext_lazy("Event")
    )
    outcome = django_filters.ChoiceFilter(choices=Attempt.Outcome.choices, label=gettext_lazy("Outcome"))
    sent_at = django_filters.DateFromToRangeFilter(label=gettext_lazy("Sent"), widget=DateRangePickerWidget())

    class Meta:
        model = Attempt
        fields = ["endpoint", "type", "outcome", "sent_at"]


class CallIndexView(generic.IndexView):
    """Every call of a webhook, the newest first."""

    model = Attempt
    any_permission_required = ["view", "change"]
    page_title = gettext_lazy("Webhook calls")
    header_icon = "link-external"
    default_ordering = "-sent_at"
    paginate_by = 50
    filterset_class = CallFilters
    search_fields = ["webhook_id", "answer"]
    columns = [
        Column("sent_at", label=gettext_lazy("Sent"), accessor=lambda row: _moment(row.sent_at)),
        Column(
            "message",
            label=gettext_lazy("Event"),
            accessor=lambda row: f"{public_type(row.type)} {row.webhook_id}",
        ),
        Column("endpoint", label=gettext_lazy("Webhook")),
        NumberColumn("number", label=gettext_lazy("Try"), classname="cpt-number"),
        StatusTagColumn(
            "outcome",
            label=gettext_lazy("Outcome"),
            accessor=lambda row: row.get_outcome_display(),
            primary=lambda row: row.outcome == Attempt.Outcome.ACCEPTED,
        ),
        Column("answer", label=gettext_lazy("Answer"), accessor=_in_short, width="25%"),
        NumberColumn("duration_ms", label=gettext_lazy("ms"), classname="cpt-number"),
        Column("next_at", label=gettext_lazy("Next try"), accessor=lambda row: _moment(row.next_at)),
        PostColumn(
            "again",
            label=gettext_lazy("Send again"),
            url_name="webhook_calls:again",
            action=("change", Endpoint),
            is_shown=lambda row: row.event_id is not None,
        ),
    ]

    def get_base_queryset(self) -> QuerySet[Attempt]:
        return Attempt.objects.select_related("endpoint")


class SendAgainView(PermissionCheckedMixin, View):
    """Sends the event of one call once more."""

    model = Endpoint
    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        attempt = get_object_or_404(Attempt.objects.exclude(event=None), pk=pk)
        try:
            send_again(event=attempt.event, endpoint=attempt.endpoint)
            messages.success(request, _("“%(message)s” is sent again.") % {"message": attempt.webhook_id})
        except ComptoirError as error:
            messages.error(request, str(error))
        return redirect("webhook_calls:index")


class CallsMenuItem(MenuItem):
    """Shown to who may look at calls."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Attempt).user_has_any_permission(request.user, ["view", "change"])


class CallsViewSet(ViewSet):
    """What was sent, and what was answered."""

    name = "webhook_calls"
    url_prefix = "reports/webhook-calls"
    icon = "link-external"
    menu_label = gettext_lazy("Webhook calls")
    menu_hook = "register_reports_menu_item"
    menu_order = 910
    menu_item_class = CallsMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {
            "index_url_name": "webhook_calls:index",
            "index_results_url_name": "webhook_calls:index_results",
        }
        return [
            path("", CallIndexView.as_view(**names), name="index"),
            path("results/", CallIndexView.as_view(**names, results_only=True), name="index_results"),
            path("<int:pk>/again/", SendAgainView.as_view(), name="again"),
        ]
