"""What the price screens share: who may see them, how a form calls a service, and what a SKU field proposes."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log
from wagtail.permissions import policy_registry

from comptoir.base.backoffice import show_errors
from comptoir.base.errors import ComptoirError
from comptoir.pricing.backoffice.finding import suggestions
from comptoir.pricing.models import Price, PriceException, ProductClassTax, TaxClass, TaxRate
from comptoir.pricing.offer.models import ConditionalOffer, Range
from comptoir.pricing.voucher.models import Voucher, VoucherSet

#: Whose permissions open which screens.
PRICES = (Price, PriceException)
OFFERS = (ConditionalOffer, Range, Voucher, VoucherSet)
TAXES = (TaxRate, TaxClass, ProductClassTax)
ACTIONS = ("add", "change", "delete", "view")


def may_any(request: HttpRequest, models: tuple[type, ...]) -> bool:
    """Whether the person at the screen may do anything at all with rows of one of some models."""
    return any(
        policy_registry.get_by_type(model).user_has_any_permission(request.user, ACTIONS) for model in models
    )


class PricesMenuItem(MenuItem):
    """Shown to who may do something with what its screen is about."""

    def __init__(self, label: Any, url_name: str, models: tuple[type, ...], **kwargs: Any) -> None:
        super().__init__(label, reverse(url_name), **kwargs)
        self.models = models

    def is_shown(self, request: HttpRequest) -> bool:
        return may_any(request, self.models)


class ForPricing:
    """Refuses who may do nothing with what a screen is about."""

    models: tuple[type, ...] = (*PRICES, *OFFERS)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not may_any(request, self.models):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class PriceScreen(ForPricing, WagtailAdminTemplateMixin, TemplateView):
    """A screen that is neither a list nor a form of one row."""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]


class SuggestionsView(ForPricing, View):
    """Proposes goods to somebody who types a SKU."""

    def get(self, request: HttpRequest) -> JsonResponse:
        found = suggestions(request.GET.get("q", "")[:100])
        answer = JsonResponse({"found": [{"code": code, "title": title} for code, title in found]})
        answer["Cache-Control"] = "private, no-store"
        return answer


class SavesByService:
    """A form whose fields go to a service; what the service refuses is shown beside them.

    ``store`` calls the service and returns the row. Wagtail's log keeps who did it.
    """

    log_action = "wagtail.edit"
    success_message = gettext_lazy("“%(object)s” was saved.")
    #: What the list is called; Oscar's models have names of their own.
    list_name: Any = ""

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = super().get_breadcrumbs_items()
        if self.list_name:
            items[-2] = {**items[-2], "label": self.list_name}
        return items

    def store(self, form: forms.Form) -> Any:
        raise NotImplementedError

    def save_instance(self) -> Any:
        saved = self.store(self.form)
        log(instance=saved, action=self.log_action, user=self.request.user)
        return saved

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except (ComptoirError, ValidationError) as error:
            show_errors(form, error)
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)

    @cached_property
    def sections(self) -> tuple[tuple[str, Any, tuple[str, ...]], ...]:
        """How the form is laid out: (id, heading, names of fields)."""
        return ()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        context["sections"] = [
            {"id": code, "heading": heading, "fields": [form[name] for name in names if name in form.fields]}
            for code, heading, names in self.sections
        ]
        context["media"] = context["media"] + form.media
        return context


class Words(Column):
    """A column whose text is worked out from the row."""

    def __init__(self, name: str, label: Any, words: Any, **kwargs: Any) -> None:
        super().__init__(name, label=label, accessor=words, **kwargs)
