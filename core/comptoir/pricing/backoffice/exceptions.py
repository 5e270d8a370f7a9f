"""Where prices differ: the parity page, and the form of each exception with a preview of what will hold where."""

from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

import django_filters
from django import forms
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format, number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.views import generic
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from comptoir.base import clock
from comptoir.base.backoffice import CarefulDeleteView, may
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Channel, Location
from comptoir.pricing.backoffice.exception_form import ExceptionForm
from comptoir.pricing.backoffice.fields import amount_text
from comptoir.pricing.backoffice.finding import title_of
from comptoir.pricing.backoffice.screen import SavesByService
from comptoir.pricing.backoffice.wall_time import on_the_wall, spoken, zone_of
from comptoir.pricing.models import PriceException
from comptoir.pricing.parity import (
    ChannelPrice,
    exceptions_with_base,
    number_to_check,
    prices_everywhere,
    unexplained_differences,
)
from comptoir.pricing.services import (
    add_price_exceptions,
    change_price_exception,
    end_price_exception,
    remove_price_exception,
)

#: Up to so many prices the parity page checks by itself; beyond, somebody asks for it.
CHECKED_UNASKED = 20_000


class DifferenceFilters(WagtailFilterSet):
    """Where, and when."""

    channel = django_filters.ModelChoiceFilter(queryset=Channel.objects.all(), label=gettext_lazy("Channel"))
    location = django_filters.ModelChoiceFilter(queryset=Location.objects.all(), label=gettext_lazy("Shop"))
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("When"),
        choices=[
            ("now", gettext_lazy("in force")),
            ("later", gettext_lazy("to come")),
            ("over", gettext_lazy("ended")),
        ],
        method="by_state",
    )

    class Meta:
        model = PriceException
        fields = ["channel", "location", "state"]

    def by_state(self, rows: Any, name: str, state: str) -> Any:
        now = clock.now()
        if state == "over":
            return rows.filter(ends_at__lte=now)
        if state == "later":
            return rows.filter(starts_at__gt=now)
        return rows.not_over(now).filter(Q(starts_at=None) | Q(starts_at__lte=now))


class ParityView(generic.IndexView):
    """Every price that differs, by product, with its reason; and whether anything differs without one."""

    page_title = gettext_lazy("Where prices differ")
    template_name = "comptoir/pricing/parity.html"
    results_template_name = "comptoir/pricing/parity_results.html"
    default_ordering = ("product_title", "product", "variant__sku", "-rank", "starts_at")
    paginate_by = 50
    search_fields = ["variant__sku", "variant__title", "variant__parent__title", "variant__upc", "reason"]
    filterset_class = DifferenceFilters
    add_item_label = gettext_lazy("Add a price exception")

    def get_base_queryset(self) -> Any:
        return exceptions_with_base()

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        rows = context["object_list"]
        may_change = may(self.request, "change", PriceException)
        context |= {
            "groups": list(_by_product(rows)),
            "may_change": may_change,
            "nothing_differs": not PriceException.objects.not_over(clock.now()).exists()
            if not rows
            else False,
        }
        return context if self.results_only else {**context, **self._checked()}

    def _checked(self) -> dict[str, Any]:
        number = number_to_check()
        wanted = number <= CHECKED_UNASKED or "check" in self.request.GET
        found = unexplained_differences() if wanted else []
        return {"is_checked": wanted, "number_checked": number, "unexplained": [_error(one) for one in found]}


def _error(one: Any) -> dict[str, Any]:
    currency = one.channel.currency
    return {
        "channel": one.channel,
        "sku": one.sku,
        "amount": amount_text(one.amount, currency),
        "expected": amount_text(one.expected, currency),
    }


def _by_product(rows: Any) -> Iterator[dict[str, Any]]:
    for _root, group in groupby(rows, key=lambda row: row.variant.root_id):
        shown = list(group)
        variant = shown[0].variant
        yield {"title": title_of(variant.parent or variant), "rows": [difference(row) for row in shown]}


def difference(row: PriceException) -> dict[str, Any]:
    """One line of the parity page, in words."""
    zone = zone_of(row.channel, row.location)
    return {
        "row": row,
        "sku": row.variant.sku,
        "amount": amount_text(row.amount, row.currency),
        "base": amount_text(row.base, row.currency),
        "by": _by_how_much(row.amount, row.base, row.currency),
        "where": where_words(row),
        "since": _shown(row.starts_at, zone),
        "until": _shown(row.ends_at, zone),
        "zone": zone,
        "entered_on": on_the_wall(row.created_at, zone),
        "entered_by": row.entered_by.get_full_name() if row.entered_by else "",
        "state": state_of(row, clock.now()),
    }


def _shown(moment: datetime | None, zone: str) -> str:
    """A moment by the clock of a zone that is named beside it."""
    wall = on_the_wall(moment, zone)
    return date_format(wall, "SHORT_DATETIME_FORMAT") if wall else ""


def where_words(row: PriceException) -> str:
    """Where an exception counts, in words."""
    places = [str(place) for place in (row.location, row.channel) if place]
    return " · ".join(places) or _("all channels")


def state_of(row: PriceException, moment: datetime) -> str:
    """``now``, ``later`` or ``over``."""
    if row.ends_at and row.ends_at <= moment:
        return "over"
    return "later" if row.starts_at and row.starts_at > moment else "now"


def _by_how_much(amount: Decimal, base: Decimal | None, currency: str) -> str:
    """The difference to the price for all channels, in money and per cent."""
    if base is None:
        return _("no price besides")
    change = amount - base
    sign = "+" if change > 0 else "−" if change < 0 else ""
    text = f"{sign}{amount_text(abs(change), currency)}"
    if not base:
        return text
    percent = abs(change / base * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{text} ({sign}{number_format(percent, decimal_pos=1)} %)"


class WithPreview(SavesByService):
    """A form of an exception that can be tried: what would hold where, worked out by the real rules and undone."""

    list_name = gettext_lazy("Where prices differ")
    template_name = "comptoir/pricing/exception_form.html"
    preview: dict[str, Any] | None = None

    @property
    def sections(self) -> tuple[tuple[str, Any, tuple[str, ...]], ...]:
        return (
            ("what", _("What it costs"), ("goods", "amount", "currency")),
            ("where", _("Where and when"), ("channel", "location", "starts_at", "ends_at")),
            ("why", _("Why"), ("reason",)),
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("do") != "preview":
            return super().post(request, *args, **kwargs)
        self.object = self.get_object() if "pk" in self.kwargs else None
        self.form = self.get_form()
        if self.form.is_valid():
            self.preview = self._tried(self.form)
        return self.render_to_response(self.get_context_data())

    def _tried(self, form: ExceptionForm) -> dict[str, Any] | None:
        """Save, look and undo: nobody outside this transaction ever sees it."""
        starts_at = form.cleaned_data["starts_at"]
        now = clock.now()
        moment = max(starts_at, now) if starts_at else now
        try:
            with transaction.atomic():
                self.store(form)
                prices = prices_everywhere(form.variants[0], moment=moment)
                transaction.set_rollback(True)
        except (ComptoirError, forms.ValidationError) as error:
            form.add_error(None, str(error))
            return None
        zone = zone_of(form.cleaned_data["channel"], form.cleaned_data["location"])
        return {
            "sku": form.variants[0].sku,
            "others": len(form.variants) - 1,
            "moment": spoken(moment, zone),
            "rows": [shown_price(one) for one in prices],
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(preview=self.preview, **kwargs)


def shown_price(one: ChannelPrice) -> dict[str, Any]:
    """What holds on one channel, in words."""
    currency = one.channel.currency
    return {
        "channel": one.channel,
        "amount": amount_text(one.amount, currency),
        "reason": one.exception.reason if one.exception else _("The price for all channels."),
        "differs": one.exception is not None,
        "shops": [
            {
                "location": shop.location,
                "amount": amount_text(shop.amount, currency),
                "reason": shop.exception.reason if shop.exception else "",
            }
            for shop in one.shops
        ],
    }


class ExceptionCreateView(WithPreview, generic.CreateView):
    """A new exception, for one variant or for all of a product."""

    page_subtitle = gettext_lazy("Price exception")
    log_action = "wagtail.create"

    def get_initial(self) -> dict[str, Any]:
        """The address may name what the exception is for: other screens lead here."""
        return {**super().get_initial(), "goods": self.request.GET.get("goods", "")[:255]}

    def store(self, form: ExceptionForm) -> PriceException:
        return add_price_exceptions(variants=form.variants, entered_by=self.request.user, **form.terms)[0]


class ExceptionEditView(WithPreview, generic.EditView):
    """One exception, as long as it is not over."""

    def store(self, form: ExceptionForm) -> PriceException:
        return change_price_exception(exception=self.object, **form.terms)

    @cached_property
    def state(self) -> str:
        return state_of(self.object, clock.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        history = f"{reverse('prices:history')}?goods={self.object.variant.sku}"
        return super().get_context_data(state=self.state, history_of_prices=history, **kwargs)


class ExceptionDeleteView(CarefulDeleteView):
    """Takes an exception away; the price history keeps that it was there."""

    @property
    def confirmation_message(self) -> str:
        return _(
            "Delete this price exception? The price for all channels holds there again, at once. "
            "The price history keeps that it was there."
        )

    def delete_action(self) -> None:
        log(instance=self.object, action="wagtail.delete", user=self.request.user, deleted=True)
        remove_price_exception(exception=self.object)


class EndView(PermissionCheckedMixin, View):
    """Ends an exception that is in force, now."""

    model = PriceException
    permission_required = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        exception = get_object_or_404(PriceException, pk=pk)
        try:
            end_price_exception(exception=exception)
        except ComptoirError as error:
            messages.error(request, str(error))
        else:
            log(instance=exception, action="wagtail.edit", user=request.user)
            messages.success(request, _("The price exception has ended."))
        return redirect("price_exceptions:index")


class PriceExceptionViewSet(ModelViewSet):
    """Prices that differ."""

    model = PriceException
    name = "price_exceptions"
    icon = "tag"
    menu_hook = "register_prices_menu_item"
    menu_label = gettext_lazy("Where prices differ")
    menu_order = 100
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = ParityView
    index_template_name = ParityView.template_name
    index_results_template_name = ParityView.results_template_name
    add_view_class = ExceptionCreateView
    edit_view_class = ExceptionEditView
    delete_view_class = ExceptionDeleteView
    search_fields = ParityView.search_fields
    create_template_name = edit_template_name = WithPreview.template_name

    def get_form_class(self, for_update: bool = False) -> type[forms.Form]:
        return ExceptionForm

    def get_urlpatterns(self) -> list[URLPattern]:
        end = self.construct_view(EndView)
        return [*super().get_urlpatterns(), path("end/<int:pk>/", end, name="end")]
