"""The screens of offers."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import NumberColumn, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button
from wagtail.log_actions import log

from comptoir.base.backoffice import CarefulDeleteView
from comptoir.channels.models import Channel, Location
from comptoir.pricing.backoffice.fields import amount_text
from comptoir.pricing.backoffice.offer_form import FOR_WHOM, LIMITS, OfferForm
from comptoir.pricing.backoffice.offer_words import (
    offer_words,
    state_words,
    usage_words,
    when_it_counts,
    where_it_counts,
)
from comptoir.pricing.backoffice.screen import SavesByService, Words
from comptoir.pricing.campaigns import remove_offer, save_offer
from comptoir.pricing.offer.models import ConditionalOffer


class OfferFilters(WagtailFilterSet):
    """For whom, and where."""

    offer_type = django_filters.ChoiceFilter(label=gettext_lazy("For"), choices=FOR_WHOM)
    channel = django_filters.ModelChoiceFilter(
        field_name="scope__channels", queryset=Channel.objects.all(), label=gettext_lazy("Channel")
    )
    location = django_filters.ModelChoiceFilter(
        field_name="scope__locations", queryset=Location.objects.all(), label=gettext_lazy("Shop")
    )

    class Meta:
        model = ConditionalOffer
        fields = ["offer_type", "channel", "location"]


class OfferIndexView(generic.IndexView):
    """All offers, in the order in which they are given."""

    page_title = gettext_lazy("Offers")
    add_item_label = gettext_lazy("Add an offer")
    verbose_name_plural = gettext_lazy("offers")
    default_ordering = ("-priority", "pk")
    filterset_class = OfferFilters

    def get_base_queryset(self) -> QuerySet[ConditionalOffer]:
        return ConditionalOffer.objects.select_related(
            "condition__range", "benefit__range", "scope"
        ).prefetch_related("scope__channels", "scope__locations")

    @cached_property
    def columns(self) -> list[Any]:
        return [
            self._get_title_column("name"),
            Words("what", gettext_lazy("What"), offer_words),
            Words("where", gettext_lazy("Where"), where_it_counts),
            Words("when", gettext_lazy("When"), when_it_counts),
            StatusTagColumn(
                "state", label=gettext_lazy("State"), accessor=state_words, primary=lambda row: row.is_open
            ),
            NumberColumn("priority", label=gettext_lazy("Priority"), sort_key="priority"),
            Words("given", gettext_lazy("Given"), usage_words, classname="cpt-number"),
        ]


class OfferFormView(SavesByService):
    """An offer with its condition, its benefit and its scope in one form."""

    list_name = gettext_lazy("Offers")
    template_name = "comptoir/pricing/offer_form.html"

    @cached_property
    def sections(self) -> tuple[tuple[str, Any, tuple[str, ...]], ...]:
        return (
            ("offer", _("The offer"), ("name", "description", "offer_type")),
            ("on", _("On which goods, and when"), ("range", "condition_type", "condition_value")),
            (
                "give",
                _("What it gives"),
                ("benefit_type", "benefit_value", "benefit_range", "max_affected_items"),
            ),
            (
                "days",
                _("From, until"),
                ("starts_on", "ends_on", "time_zone", "start_datetime", "end_datetime"),
            ),
            ("places", _("Where"), ("channels", "locations")),
            ("others", _("Among other offers"), ("priority", "exclusive", "combinations")),
            ("limits", _("Limits"), (*LIMITS, "is_suspended")),
        )

    def store(self, form: OfferForm) -> ConditionalOffer:
        return save_offer(**form.terms())

    def get_success_url(self) -> str:
        return self.get_edit_url()


class OfferCreateView(OfferFormView, generic.CreateView):
    """A new offer."""

    page_subtitle = gettext_lazy("Offer")
    log_action = "wagtail.create"


class OfferEditView(OfferFormView, generic.EditView):
    """One offer, what it was used for, and a way to try it."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        url = f"{reverse('prices:try')}?offer={self.object.pk}"
        return [*super().header_more_buttons, Button(_("Try it"), url=url, icon_name="view", priority=5)]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offer = self.object
        told = {
            "words": offer_words(offer),
            "state": state_words(offer),
            "try_url": f"{reverse('prices:try')}?offer={offer.pk}",
            "times": offer.num_applications,
            "orders": offer.num_orders,
            "given": amount_text(offer.total_discount, ""),
            "vouchers": offer.vouchers.count(),
        }
        return super().get_context_data(offer=offer, told=told, **kwargs)


class OfferDeleteView(CarefulDeleteView):
    """Deletes an offer that nobody was given and no voucher needs."""

    @property
    def confirmation_message(self) -> str:
        return _("Delete the offer “%(offer)s”? It is not given any more, at once.") % {"offer": self.object}

    def delete_action(self) -> None:
        log(instance=self.object, action="wagtail.delete", user=self.request.user, deleted=True)
        remove_offer(offer=self.object)


class OfferViewSet(ModelViewSet):
    """What is given under conditions."""

    model = ConditionalOffer
    name = "offers"
    icon = "pick"
    menu_hook = "register_prices_menu_item"
    menu_label = gettext_lazy("Offers")
    menu_order = 300
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = OfferIndexView
    add_view_class = OfferCreateView
    edit_view_class = OfferEditView
    delete_view_class = OfferDeleteView
    search_fields = ["name", "condition__range__name"]
    create_template_name = edit_template_name = OfferFormView.template_name

    def get_form_class(self, for_update: bool = False) -> type[forms.Form]:
        return OfferForm


def asked_offer(request: HttpRequest) -> ConditionalOffer | None:
    """The offer an address names, if there is one."""
    wanted = request.GET.get("offer", "")
    return ConditionalOffer.objects.filter(pk=wanted).first() if wanted.isdecimal() else None
