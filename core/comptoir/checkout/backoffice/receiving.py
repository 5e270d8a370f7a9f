"""Money that comes by hand: the list of awaited transfers, and the form that says that it came."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSet

from comptoir.base.backoffice import may
from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money, written
from comptoir.checkout.backoffice.order_forms import ReceivedForm
from comptoir.checkout.backoffice.screen import OrderScreen, show_refusal
from comptoir.checkout.queries import awaited_transfers
from comptoir.checkout.receiving import receive_money
from comptoir.payments.built_in import BankTransfer, transfer_reference
from comptoir.payments.models import Payment
from comptoir.payments.providers import registered


class ReceivedScreen(OrderScreen):
    """Says that the money of a tender came, in full or in part; the order goes on with it."""

    model = Payment
    any_permission_required = ["capture"]
    page_title = gettext_lazy("Confirm money received")
    header_icon = "check"
    template_name = "comptoir/checkout/received.html"

    @cached_property
    def payment(self) -> Payment:
        """A tender of the order that staff confirm by hand, and of which something is still to come."""
        one = Payment.objects.of_order(self.order).filter(uuid=self.kwargs["payment"]).first()
        known = registered().get(one.provider) if one else None
        if one is None or known is None or not known[0].captures_by_hand:
            raise Http404
        return one

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = ReceivedForm(request.POST, payment=self.payment)
        if form.is_valid():
            said = form.cleaned_data
            amount = Money(said["amount"], self.payment.currency).rounded()
            try:
                receive_money(
                    payment=self.payment,
                    amount=amount,
                    received_on=said["received_on"],
                    key=f"screen:{said['key']}",
                    actor=request.user,
                )
                messages.success(request, _("%(amount)s were received.") % {"amount": written(amount)})
                return redirect(self.next_url)
            except ComptoirError as error:
                show_refusal(form, error)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    @property
    def next_url(self) -> str:
        """Back to where one came from: the list of transfers, or the order."""
        is_listed = self.request.GET.get("from") == "transfers"
        return reverse("transfers:index") if is_listed else self.order_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "form": kwargs.pop("form", None) or ReceivedForm(payment=self.payment),
            "payment": self.payment,
            "provider": registered()[self.payment.provider][0].name,
            "reference": transfer_reference(str(self.payment.uuid))
            if self.payment.provider == BankTransfer.code
            else "",
            "cancel_url": self.next_url,
        }
        return super().get_context_data(**{**facts, **kwargs})


class TransferIndexView(generic.IndexView):
    """What customers promised to transfer and has not come, the oldest first."""

    model = Payment
    any_permission_required = ["capture"]
    page_title = gettext_lazy("Awaited transfers")
    header_icon = "time"
    paginate_by = 100
    default_ordering = ("started_at", "pk")
    # Only says that there is a search box.
    search_fields = ["reference"]
    columns = [
        TitleColumn(
            "reference",
            label=gettext_lazy("Reference"),
            classname="cpt-code",
            accessor=lambda row: transfer_reference(str(row.uuid)),
            get_url=lambda row: (
                reverse("orders:received", args=[row.order.number, row.uuid]) + "?from=transfers"
            ),
        ),
        Column(
            "order",
            label=pgettext_lazy("what was bought", "Order"),
            accessor="order.number",
            classname="cpt-wide-only",
        ),
        Column(
            "name", label=gettext_lazy("Customer"), accessor=lambda row: row.order.name or row.order.email
        ),
        Column(
            "awaited",
            label=gettext_lazy("Awaited"),
            accessor=lambda row: written(Money(row.capturable, row.currency)),
            classname="cpt-number",
        ),
        Column(
            "captured",
            label=gettext_lazy("Received"),
            accessor=lambda row: written(Money(row.captured, row.currency)) if row.captured else "—",
            classname="cpt-number",
        ),
        DateColumn("started_at", label=gettext_lazy("Since")),
    ]

    def get_base_queryset(self) -> QuerySet[Payment]:
        return awaited_transfers(self.request.user)

    def search_queryset(self, queryset: QuerySet[Payment]) -> QuerySet[Payment]:
        """By what a customer wrote on the transfer, or by order, name and e-mail."""
        said = self.search_query.strip()
        # A reference is the beginning of the payment's number, without its hyphens.
        return queryset.filter(
            Q(uuid__startswith=f"{said[:8]}-{said[8:]}".lower() if len(said) > 8 else said.lower())
            | Q(order__number__iexact=said) | Q(order__name__icontains=said) | Q(order__email__iexact=said)
        ) if said else queryset  # fmt: skip

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        nothing = _("No transfer is awaited.")
        return {**super().get_context_data(*args, **kwargs), "no_results_message": nothing}


class TransfersMenuItem(MenuItem):
    """Shown to who may confirm money."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request, "capture", Payment)


class TransfersViewSet(ViewSet):
    """What is to come from customers' banks."""

    name = "transfers"
    icon = "time"
    menu_label = gettext_lazy("Awaited transfers")
    menu_hook = "register_shop_menu_item"
    menu_order = 130
    menu_item_class = TransfersMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        names = {"index_url_name": "transfers:index", "index_results_url_name": "transfers:index_results"}
        return [
            path("", TransferIndexView.as_view(**names), name="index"),
            path("results/", TransferIndexView.as_view(**names, results_only=True), name="index_results"),
        ]
