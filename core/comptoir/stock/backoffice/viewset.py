"""Puts the stock screens together. Nothing here writes a level: services do, and each change is a movement."""

from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from comptoir.stock.backoffice.counts import CountReviewView, CountsView, CountView
from comptoir.stock.backoffice.level import LevelView
from comptoir.stock.backoffice.levels import LevelIndexView
from comptoir.stock.backoffice.movements import MovementIndexView
from comptoir.stock.backoffice.receiving import ReceiveView
from comptoir.stock.backoffice.transfers import SendView, SlipView, TransferIndexView, TransferView
from comptoir.stock.models import Level

#: Lists with their address; each has a second one for the results alone.
LISTS = {
    "index": ("", LevelIndexView),
    "movements": ("movements/", MovementIndexView),
    "transfers": ("transfers/", TransferIndexView),
}


class StockMenuItem(MenuItem):
    """Shown to who may look at levels."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Level).user_has_any_permission(request.user, ["view", "change"])


class StockViewSet(ViewSet):
    """How many pieces are where."""

    name = "stock"
    icon = "table"
    menu_label = gettext_lazy("Stock")
    menu_hook = "register_shop_menu_item"
    menu_order = 300
    menu_item_class = StockMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        lists = []
        for name, (address, view) in LISTS.items():
            names = {"index_url_name": f"stock:{name}", "index_results_url_name": f"stock:{name}_results"}
            lists.append(path(address, view.as_view(**names), name=name))
            results = view.as_view(**names, results_only=True)
            lists.append(path(f"{address}results/", results, name=f"{name}_results"))
        return [
            *lists,
            path("receive/", ReceiveView.as_view(), name="receive"),
            path("counts/", CountsView.as_view(), name="counts"),
            path("counts/<int:pk>/", CountView.as_view(), name="count"),
            path("counts/<int:pk>/review/", CountReviewView.as_view(), name="count_review"),
            path("transfers/send/", SendView.as_view(), name="transfer_send"),
            path("transfers/<int:pk>/", TransferView.as_view(), name="transfer"),
            path("transfers/<int:pk>/slip/", SlipView.as_view(), name="slip"),
            path("<int:variant>/<int:location>/", LevelView.as_view(), name="level"),
        ]
