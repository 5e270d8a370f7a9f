"""The report of messages: what was sent, what waits, what failed; and a button to send one again."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from comptoir.base.errors import ComptoirError
from comptoir.events.backoffice.tables import PostColumn
from comptoir.messaging.kinds import kinds
from comptoir.messaging.models import Message
from comptoir.messaging.queries import messages_for
from comptoir.messaging.services import send_again


def labels() -> list[tuple[str, str]]:
    """Every kind of message with its name."""
    return [(code, label_of(code)) for code in kinds()]


def label_of(code: str) -> str:
    """What a kind of message is called."""
    own = dict(Message.Kind.choices)
    return str(own.get(code) or (kinds()[code].label if code in kinds() else code))


class MessageFilters(WagtailFilterSet):
    """How far they are, and what they say."""

    state = django_filters.MultipleChoiceFilter(choices=Message.State.choices, label=gettext_lazy("State"))
    kind = django_filters.ChoiceFilter(choices=labels, label=gettext_lazy("Message"))

    class Meta:
        model = Message
        fields = ["state", "kind"]


class MessageIndexView(generic.IndexView):
    """Messages to customers, the latest first; found by the number of their order."""

    model = Message
    any_permission_required = ["view", "change"]
    page_title = gettext_lazy("Messages to customers")
    header_icon = "mail"
    default_ordering = "-pk"
    paginate_by = 50
    search_fields = ["order__number"]
    filterset_class = MessageFilters
    columns = [
        Column("order", label=gettext_lazy("Order"), accessor=lambda row: row.order or "–"),
        Column("kind", label=gettext_lazy("Message"), accessor=lambda row: label_of(row.kind)),
        Column("medium", label=gettext_lazy("By"), accessor="get_medium_display"),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
        Column("problem", label=gettext_lazy("Problem"), accessor="get_problem_display"),
        Column("tries", label=gettext_lazy("Tries"), classname="cpt-number"),
        DateColumn("written_at", label=gettext_lazy("Written")),
        DateColumn("sent_at", label=gettext_lazy("Sent")),
        PostColumn(
            "again",
            label=gettext_lazy("Send again"),
            url_name="messages:again",
            action=("change", Message),
        ),
    ]

    def get_base_queryset(self) -> QuerySet[Message]:
        return messages_for(self.request.user)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No message is here.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class SendAgainView(PermissionCheckedMixin, View):
    """Sends one message again."""

    model = Message
    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            send_again(message=get_object_or_404(messages_for(request.user), pk=pk))
            messages.success(request, _("The message is sent again within a few seconds."))
        except ComptoirError as error:
            messages.error(request, str(error))
        return redirect("messages:index")


class MessagesMenuItem(MenuItem):
    """Shown to who may look at messages."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Message).user_has_any_permission(request.user, ["view", "change"])


class MessagesViewSet(ViewSet):
    """What customers were told."""

    name = "messages"
    url_prefix = "reports/messages"
    icon = "mail"
    menu_label = gettext_lazy("Messages to customers")
    menu_hook = "register_reports_menu_item"
    menu_order = 890
    menu_item_class = MessagesMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "messages:index", "index_results_url_name": "messages:index_results"}
        return [
            path("", MessageIndexView.as_view(**names), name="index"),
            path("results/", MessageIndexView.as_view(**names, results_only=True), name="index_results"),
            path("<int:pk>/again/", SendAgainView.as_view(), name="again"),
        ]
