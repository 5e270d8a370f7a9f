"""The list of orders taken on the phone."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy

from comptoir.base.backoffice import may
from comptoir.checkout.backoffice.taking import DraftScreen, NewDraftScreen, state_of
from comptoir.checkout.models import Checkout
from comptoir.checkout.queries import drafts_for
from comptoir.orders.models import Order


class DraftIndexView(generic.IndexView):
    """Orders taken on the phone, the latest first."""

    model = Checkout
    page_title = gettext_lazy("Phone orders")
    header_icon = "mobile-alt"
    paginate_by = 50
    default_ordering = "-pk"
    search_fields = ["name", "phone", "email"]
    columns = [
        TitleColumn(
            "name",
            label=gettext_lazy("Customer"),
            accessor=lambda row: row.name or row.phone or row.email or "—",
            get_url=lambda row: reverse("drafts:draft", args=[row.uuid]),
        ),
        Column("state", label=gettext_lazy("State"), accessor=state_of),
        Column("channel", label=gettext_lazy("Channel"), accessor="channel.name", classname="cpt-wide-only"),
        Column(
            "staff",
            label=gettext_lazy("Taken by"),
            accessor=lambda row: row.staff.get_full_name(),
            classname="cpt-wide-only",
        ),
        DateColumn("link_sent_at", label=gettext_lazy("Link sent")),
        DateColumn("ends_at", label=gettext_lazy("Kept until")),
        Column(
            "order", label=pgettext_lazy("what was bought", "Order"), accessor=lambda row: row.order or "—"
        ),
    ]

    permission_policy = ModelPermissionPolicy(Order)
    permission_required = "draft"
    any_permission_required = ["draft"]

    def get_base_queryset(self) -> QuerySet[Checkout]:
        return drafts_for(self.request.user)

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(_("Take an order"), url=reverse("drafts:new"), icon_name="plus")]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No order was taken on the phone yet.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class DraftsMenuItem(MenuItem):
    """Shown to who may take orders on the phone."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request, "draft", Order)


class DraftsViewSet(ViewSet):
    """What customers ordered on the phone."""

    name = "drafts"
    icon = "mobile-alt"
    menu_label = gettext_lazy("Phone orders")
    menu_hook = "register_shop_menu_item"
    menu_order = 120
    menu_item_class = DraftsMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "drafts:index", "index_results_url_name": "drafts:index_results"}
        return [
            path("", DraftIndexView.as_view(**names), name="index"),
            path("results/", DraftIndexView.as_view(**names, results_only=True), name="index_results"),
            path("new/", NewDraftScreen.as_view(), name="new"),
            path("<uuid:uuid>/", DraftScreen.as_view(), name="draft"),
        ]
