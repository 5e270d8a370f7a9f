"""The screens for orders: which there are, one with its lines, money and story, and what the staff may do with it.

They stand here and not in ``orders`` because they show what payments and fulfilment know of an order, too.
"""

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permissions import policy_registry

from comptoir.base.errors import ComptoirError, NotFound
from comptoir.base.money import Money
from comptoir.channels.models import Channel, Location
from comptoir.checkout.backoffice.order_forms import CancelForm, NoteForm, RefundForm
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.orders.models import Order
from comptoir.orders.papers import issue_paper
from comptoir.orders.printing import paper_pdf
from comptoir.orders.queries import find_orders, history_of, orders_for, paper_of, staff_order
from comptoir.orders.services import CANCELLABLE, note_order, request_refund
from comptoir.payments.queries import order_money


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
            label=gettext_lazy("Order"),
            accessor=str,
            get_url=lambda row: reverse("orders:order", args=[row.number]),
        ),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
        Column("name", label=gettext_lazy("Customer"), accessor=lambda row: row.name or row.email or "—"),
        Column("channel", label=gettext_lazy("Channel"), accessor="channel.name"),
        Column(
            "location",
            label=gettext_lazy("Shop"),
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


class OrderScreen(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One order: what was bought, how it gets there, what was paid, what happened to it, and what can be done."""

    model = Order
    any_permission_required = ["view", "change"]
    header_icon = "form"
    template_name = "comptoir/checkout/order.html"

    @cached_property
    def order(self) -> Order:
        try:
            return staff_order(self.request.user, self.kwargs["number"])
        except NotFound as error:
            raise Http404 from error

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        """One of the forms was sent; ``verb`` says which. What is refused is said above the page."""
        work, form, permission = self._verbs().get(request.POST.get("verb", ""), (None, None, ""))
        if work is None or not request.user.has_perm(permission):
            return HttpResponse(_("You may not do this."), status=403)
        if form is not None and not form.is_valid():
            messages.error(request, " ".join(str(one) for errors in form.errors.values() for one in errors))
            return redirect("orders:order", self.order.number)
        try:
            messages.success(request, work(form.cleaned_data if form is not None else {}))
        except ComptoirError as error:
            messages.error(request, str(error))
        return redirect("orders:order", self.order.number)

    def get_page_title(self) -> str:
        return _("Order %(number)s") % {"number": self.order.number}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        own = [
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": "", "label": self.get_page_title()},
        ]
        return [*self.breadcrumbs_items, *own]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order, may = self.order, self.request.user.has_perm
        money = order_money(order)
        lines = list(order.lines.order_by("pk"))
        facts = {
            "order": order,
            "lines": [
                (line, written(order.money(line.unit_price)), written(order.money(line.total)))
                for line in lines
            ],
            "delivery_price": written(order.money(order.delivery_total)),
            "total": written(order.money(order.due_total)),
            "cancelled": written(order.money(order.cancelled_total)) if order.cancelled_total else "",
            "money": {
                name: written(getattr(money, name)) for name in ("authorised", "captured", "refunded", "due")
            },
            "payments": order.payments.order_by("pk").prefetch_related("entries"),
            "history": history_of(order),
            "notes": order.notes.select_related("user").order_by("pk"),
            "papers": order.papers.order_by("pk"),
            "cancel_form": CancelForm(lines=lines)
            if may("order.cancel_order") and order.state in CANCELLABLE
            else None,
            "refund_form": RefundForm() if may("order.refund_order") and money.refundable.amount else None,
            "note_form": NoteForm() if may("order.add_ordernote") else None,
        }
        return super().get_context_data(**{**kwargs, **facts})

    def _verbs(self) -> dict[str, tuple[Callable[[dict[str, Any]], str], Any, str]]:
        post, lines = self.request.POST, list(self.order.lines.order_by("pk"))
        return {
            "cancel": (self._cancel, CancelForm(post, lines=lines), "order.cancel_order"),
            "refund": (self._refund, RefundForm(post), "order.refund_order"),
            "note": (self._note, NoteForm(post), "order.add_ordernote"),
            "invoice": (self._invoice, None, "order.view_order"),
        }

    def _cancel(self, said: dict[str, Any]) -> str:
        cancel_with_parcels(
            order_id=self.order.pk, lines=said["pieces"], actor_id=self.request.user.pk, reason=said["reason"]
        )
        return _("Cancelled. The goods are free again, and the money goes back.")

    def _refund(self, said: dict[str, Any]) -> str:
        request_refund(
            order_id=self.order.pk,
            key=f"screen:{said['key']}",
            amount=Money(said["amount"], self.order.currency).rounded(),
            actor_id=self.request.user.pk,
            reason=said["reason"],
        )
        return _("The money goes back to where it came from.")

    def _note(self, said: dict[str, Any]) -> str:
        note_order(order_id=self.order.pk, message=said["message"], actor_id=self.request.user.pk)
        return _("The note was kept.")

    def _invoice(self, said: dict[str, Any]) -> str:
        return _("%(number)s was issued.") % {"number": issue_paper(order_id=self.order.pk).number}


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


def written(money: Money) -> str:
    """A sum as people read it in a table."""
    return f"{money.rounded().amount}\N{NO-BREAK SPACE}{money.currency}"


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
            path("<str:number>/", OrderScreen.as_view(), name="order"),
            path("<str:number>/papers/<str:paper>/", PaperView.as_view(), name="paper"),
        ]
