"""The screens for open baskets: which there are, what is held for each, and giving goods back. No token is ever shown."""

from typing import Any

import django_filters
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from comptoir.base.backoffice import may
from comptoir.base.errors import NotFound
from comptoir.baskets.models import Basket
from comptoir.baskets.queries import lines_with_holds, may_release, open_baskets
from comptoir.baskets.services import release_basket
from comptoir.channels.models import Channel


class BasketFilters(WagtailFilterSet):
    """Where they are, and whether something is held."""

    channel = django_filters.ModelChoiceFilter(queryset=Channel.objects.all(), label=gettext_lazy("Channel"))
    holds = django_filters.ChoiceFilter(
        label=gettext_lazy("Goods"),
        choices=[("some", gettext_lazy("something is held")), ("none", gettext_lazy("nothing is held"))],
        method="by_holds",
    )

    class Meta:
        model = Basket
        fields = ["channel", "holds"]

    def by_holds(self, baskets: Any, name: str, which: str) -> Any:
        return baskets.filter(held_until__isnull=which == "none")


class BasketIndexView(generic.IndexView):
    """Open baskets, the last touched first."""

    model = Basket
    any_permission_required = ["view", "change"]
    page_title = gettext_lazy("Open baskets")
    header_icon = "clipboard-list"
    default_ordering = ("-touched_at", "-pk")
    paginate_by = 50
    filterset_class = BasketFilters
    columns = [
        TitleColumn(
            "id",
            label=gettext_lazy("Basket"),
            accessor=str,
            get_url=lambda row: reverse("baskets:basket", args=[row.pk]),
        ),
        Column("channel", label=gettext_lazy("Channel"), accessor="channel.name"),
        Column(
            "location",
            label=gettext_lazy("Shop"),
            classname="cpt-wide-only",
            accessor=lambda row: row.location.name if row.location else "—",
        ),
        Column("whose", label=gettext_lazy("Whose"), accessor="whose", classname="cpt-wide-only"),
        NumberColumn("line_count", label=gettext_lazy("Lines"), classname="cpt-number"),
        NumberColumn("pieces", label=gettext_lazy("Pieces"), classname="cpt-number"),
        Column(
            "held_until", label=gettext_lazy("First hold ends"), accessor=lambda row: until(row.held_until)
        ),
        DateColumn("touched_at", label=gettext_lazy("Last touched"), sort_key="touched_at"),
    ]

    def get_base_queryset(self) -> Any:
        return open_baskets(self.request.user)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No basket is open that concerns your shops.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class BasketScreen(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One basket: its lines, what is held for them and where, the channels it has been on."""

    model = Basket
    any_permission_required = ["view", "change"]
    header_icon = "clipboard-list"
    template_name = "comptoir/baskets/basket.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.basket = None
        if request.user.is_authenticated:
            self.basket = open_baskets(request.user).filter(pk=kwargs["pk"]).first()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.basket is None:
            raise Http404
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.basket is None:
            raise Http404
        if not self._may_release():
            return HttpResponse(_("Goods of this basket are held in a shop that is not yours."), status=403)
        try:
            release_basket(basket_id=pk)
        except NotFound:
            messages.error(request, _("This basket is not open any more."))
            return redirect("baskets:index")
        messages.success(request, _("The goods of basket #%(number)d are free again.") % {"number": pk})
        return redirect("baskets:basket", pk)

    def get_page_title(self) -> str:
        return _("Basket %(number)s") % {"number": self.basket}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        own = [
            {"url": reverse("baskets:index"), "label": _("Open baskets")},
            {"url": "", "label": self.get_page_title()},
        ]
        return [*self.breadcrumbs_items, *own]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "basket": self.basket,
            "lines": lines_with_holds(self.basket),
            "journey": self.basket.handovers.exclude(taken_at=None).select_related(
                "from_channel", "to_channel"
            ),
            "may_release": self.basket.held_until and self._may_release(),
        }
        return super().get_context_data(**{**kwargs, **facts})

    def _may_release(self) -> bool:
        return may(self.request, "change", Basket) and may_release(self.request.user, self.basket)


def until(moment: Any) -> str:
    """When a hold ends, as a clock shows it; in words when nothing is held."""
    return time_format(localtime(moment), "TIME_FORMAT") if moment else _("nothing held")


class BasketsMenuItem(MenuItem):
    """Shown to who may look at baskets."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Basket).user_has_any_permission(request.user, ["view", "change"])


class BasketsViewSet(ViewSet):
    """What customers are about to buy."""

    name = "baskets"
    icon = "clipboard-list"
    menu_label = gettext_lazy("Open baskets")
    menu_hook = "register_shop_menu_item"
    menu_order = 350
    menu_item_class = BasketsMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "baskets:index", "index_results_url_name": "baskets:index_results"}
        return [
            path("", BasketIndexView.as_view(**names), name="index"),
            path("results/", BasketIndexView.as_view(**names, results_only=True), name="index_results"),
            path("<int:pk>/", BasketScreen.as_view(), name="basket"),
        ]
