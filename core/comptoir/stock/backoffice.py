"""The screens for stock: levels by location, one level with its movements, receiving and counting."""

from typing import Any

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, NumberColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permissions import policy_registry

from comptoir.base.backoffice import may
from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.models import Level, Movement
from comptoir.stock.queries import movements_of, variant_by_code
from comptoir.stock.services import count_stock, receive_stock

MOST_PIECES = 1_000_000


def level_url(variant: Product, location: Location) -> str:
    """The screen of one variant at one location."""
    return reverse("stock:level", args=[variant.pk, location.pk])


class LevelFilters(WagtailFilterSet):
    """Where, and whether there is any."""

    location = django_filters.ModelChoiceFilter(
        queryset=Location.objects.all(), label=gettext_lazy("Location")
    )
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[("some", gettext_lazy("in stock")), ("none", gettext_lazy("sold out"))],
        method="by_state",
    )

    class Meta:
        model = Level
        fields = ["location", "state"]

    def by_state(self, levels: Any, name: str, state: str) -> Any:
        return levels.filter(on_hand__gt=0) if state == "some" else levels.filter(on_hand=0)


class LevelIndexView(generic.IndexView):
    """All levels."""

    model = Level
    any_permission_required = ["view", "change"]
    page_title = gettext_lazy("Stock")
    header_icon = "table"
    default_ordering = ("variant__title", "variant__sku", "location__name")
    paginate_by = 50
    search_fields = ["variant__title", "variant__sku", "variant__upc"]
    filterset_class = LevelFilters
    columns = [
        TitleColumn(
            "variant",
            label=gettext_lazy("Variant"),
            accessor=lambda row: row.variant.title,
            get_url=lambda row: level_url(row.variant, row.location),
        ),
        Column("sku", label=gettext_lazy("SKU"), accessor="variant.sku"),
        Column("location", label=gettext_lazy("Location"), accessor="location.name"),
        NumberColumn("on_hand", label=gettext_lazy("On hand"), classname="cpt-number"),
    ]

    def get_base_queryset(self) -> Any:
        return Level.objects.select_related("variant", "location")

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not may(self.request, "add", Movement):
            return []
        return [HeaderButton(_("Receive goods"), url=reverse("stock:receive"), icon_name="plus")]


class ReceiveForm(forms.Form):
    """Goods that came."""

    quantity = forms.IntegerField(label=gettext_lazy("Pieces"), min_value=1, max_value=MOST_PIECES)
    document = forms.CharField(
        label=gettext_lazy("Document"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Such as the number of the delivery note."),
    )


class ReceiveAnythingForm(ReceiveForm):
    """Goods that came, named by their code; made for a scanner."""

    code = forms.CharField(label=gettext_lazy("SKU or barcode"), max_length=64)
    location = forms.ModelChoiceField(
        label=gettext_lazy("Location"), queryset=Location.objects.filter(is_active=True)
    )
    field_order = ["code", "location", "quantity", "document"]

    def clean_code(self) -> Product:
        variant = variant_by_code(self.cleaned_data["code"])
        if variant is None:
            raise forms.ValidationError(_("No variant has this SKU or barcode."))
        return variant


class CountForm(forms.Form):
    """What somebody counted on the shelf."""

    counted = forms.IntegerField(label=gettext_lazy("Counted"), min_value=0, max_value=MOST_PIECES)
    document = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Such as the stocktaking."),
    )


class StockScreen(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """What the screens below the list share."""

    header_icon = "table"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        own = [
            {"url": reverse("stock:index"), "label": _("Stock")},
            {"url": "", "label": self.get_page_title()},
        ]
        return [*self.breadcrumbs_items, *own]


class ReceiveView(StockScreen):
    """Takes goods in by their code."""

    model = Movement
    permission_required = "add"
    page_title = gettext_lazy("Receive goods")
    template_name = "comptoir/stock/receive.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ReceiveAnythingForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        facts = form.cleaned_data
        level = receive_stock(
            variant=facts["code"],
            location=facts["location"],
            quantity=facts["quantity"],
            document=facts["document"],
        )
        told = {"sku": level.variant.sku, "location": level.location, "on_hand": level.on_hand}
        messages.success(request, _("%(sku)s at %(location)s: %(on_hand)s pieces now.") % told)
        return redirect("stock:receive")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{"form": ReceiveAnythingForm(), **kwargs})


class LevelView(StockScreen):
    """One variant at one location: the figure, the movements behind it, and the two ways to change it."""

    model = Level
    any_permission_required = ["view", "change"]
    template_name = "comptoir/stock/level.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.variant = get_object_or_404(Product.objects.variants(), pk=kwargs["variant"])
        self.location = get_object_or_404(Location, pk=kwargs["location"])
        self.receive, self.count = ReceiveForm(prefix="receive"), CountForm(prefix="count")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not may(request, "add", Movement):
            return HttpResponse(status=403)
        form = self._bound_form(request)
        if form.is_valid() and self._move(form):
            messages.success(request, _("The stock was changed."))
            return redirect(level_url(self.variant, self.location))
        return self.render_to_response(self.get_context_data())

    def _bound_form(self, request: HttpRequest) -> forms.Form:
        if request.POST.get("do") == "count":
            self.count = CountForm(request.POST, prefix="count")
            return self.count
        self.receive = ReceiveForm(request.POST, prefix="receive")
        return self.receive

    def _move(self, form: forms.Form) -> bool:
        """Call the service of the form; a refusal is shown beside its field."""
        service = count_stock if isinstance(form, CountForm) else receive_stock
        try:
            service(variant=self.variant, location=self.location, **form.cleaned_data)
        except ComptoirError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return False
        return True

    def get_page_title(self) -> str:
        return f"{self.variant.sku} · {self.location}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(movements_of(self.variant, self.location), 50).get_page(self.request.GET.get("p"))
        level = Level.objects.filter(variant=self.variant, location=self.location).first()
        facts = {
            "variant": self.variant,
            "location": self.location,
            "on_hand": level.on_hand if level else 0,
            "movements": page,
            "receive": self.receive,
            "count": self.count,
            "may_move": may(self.request, "add", Movement),
        }
        return super().get_context_data(**{**kwargs, **facts})


class StockMenuItem(MenuItem):
    """Shown to who may look at levels."""

    def is_shown(self, request: HttpRequest) -> bool:
        return policy_registry.get_by_type(Level).user_has_any_permission(request.user, ["view", "change"])


class StockViewSet(ViewSet):
    """How many pieces are where. Nothing here writes a level: services do, and each change is a movement."""

    name = "stock"
    icon = "table"
    menu_label = gettext_lazy("Stock")
    menu_hook = "register_shop_menu_item"
    menu_order = 300
    menu_item_class = StockMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "stock:index", "index_results_url_name": "stock:index_results"}
        return [
            path("", LevelIndexView.as_view(**names), name="index"),
            path("results/", LevelIndexView.as_view(**names, results_only=True), name="index_results"),
            path("receive/", ReceiveView.as_view(), name="receive"),
            path("<int:variant>/<int:location>/", LevelView.as_view(), name="level"),
        ]
