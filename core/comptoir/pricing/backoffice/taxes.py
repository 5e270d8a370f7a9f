"""The screens of taxes: the rates of each country at a glance, and the rows behind them."""

from collections import defaultdict
from typing import Any

from django.db.models import ProtectedError
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.catalogue.models import ProductClass
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from comptoir.base import clock
from comptoir.base.backoffice import CarefulDeleteView, may
from comptoir.channels.models import Channel
from comptoir.pricing.backoffice.screen import TAXES, PriceScreen
from comptoir.pricing.models import ProductClassTax, TaxClass, TaxRate


class TaxesView(PriceScreen):
    """Which tax is in a price: by country and tax class, by product class, and where prices are net."""

    models = TAXES
    page_title = gettext_lazy("Taxes")
    header_icon = "doc-full"
    template_name = "comptoir/pricing/taxes.html"

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        wanted = (
            (TaxRate, "tax_rates:add", _("Add a rate")),
            (TaxClass, "tax_classes:add", _("Add a tax class")),
        )
        return [
            HeaderButton(label, url=reverse(name), icon_name="plus")
            for model, name, label in wanted
            if may(self.request, "add", model)
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        classes = list(TaxClass.objects.order_by("-is_default", "code"))
        channels = list(Channel.objects.active())
        return super().get_context_data(
            classes=classes,
            countries=_countries(classes),
            product_classes=_product_classes(classes),
            net_channels=[channel for channel in channels if channel.net_prices],
            uncovered=_uncovered(channels, classes),
            may_change_rates=may(self.request, "change", TaxRate),
            may_change_classes=may(self.request, "change", TaxClass),
            may_add_class_tax=may(self.request, "add", ProductClassTax),
            may_change_class_tax=may(self.request, "change", ProductClassTax),
            **kwargs,
        )


def _countries(classes: list[TaxClass]) -> list[dict[str, Any]]:
    """One row a country, one cell a tax class: the rates in force today and those to come."""
    today = clock.now().date()
    cells: defaultdict[str, defaultdict[int, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for rate in TaxRate.objects.order_by("country", "starts_on"):
        if rate.ends_on is None or rate.ends_on >= today:
            cells[rate.country][rate.tax_class_id].append(_rate(rate, today))
    return [{"code": code, "cells": [cells[code][row.pk] for row in classes]} for code in sorted(cells)]


def _rate(rate: TaxRate, today: Any) -> dict[str, Any]:
    dates = {"first": rate.starts_on, "last": rate.ends_on}
    told = {name: date_format(day, "SHORT_DATE_FORMAT") for name, day in dates.items() if day}
    words = _("from %(first)s") % told if rate.starts_on and rate.starts_on > today else ""
    if rate.ends_on:
        words = f"{words} {_('until %(last)s') % told}".strip()
    return {"pk": rate.pk, "percent": f"{rate.rate.normalize():f}", "words": words}


def _product_classes(classes: list[TaxClass]) -> list[dict[str, Any]]:
    """Every product class with the tax class it is in, by its own row or by default."""
    rows = {row.product_class_id: row for row in ProductClassTax.objects.all()}
    names = {row.pk: row for row in classes}
    default = next((row for row in classes if row.is_default), None)
    found = []
    for kind in ProductClass.objects.order_by("name"):
        own = rows.get(kind.pk)
        found.append({"kind": kind, "own": own, "tax_class": names.get(own.tax_class_id) if own else default})
    return found


def _uncovered(channels: list[Channel], classes: list[TaxClass]) -> list[str]:
    """Countries of channels without a rate for some tax class: quotes there are refused."""
    today = clock.now().date()
    rates = TaxRate.objects.values_list("country", "tax_class", "starts_on", "ends_on")
    known = {
        (country, kind)
        for country, kind, first, last in rates
        if (first is None or first <= today) and (last is None or last >= today)
    }
    wanted = sorted({channel.country for channel in channels})
    return [
        f"{country}: {row.name}" for country in wanted for row in classes if (country, row.pk) not in known
    ]


class TaxDeleteView(CarefulDeleteView):
    """Says what a deletion does to quotes."""

    @property
    def confirmation_message(self) -> str:
        return _(
            "Delete “%(object)s”? From then on nothing that needs it can be sold in its country: "
            "a basket without a rate is refused. To change a rate from some day on, give it a last day and add another."
        ) % {"object": self.object}

    def get_success_url(self) -> str:
        return reverse("prices:taxes")


class TaxClassDeleteView(TaxDeleteView):
    """A tax class takes its rates along, so one that goods are in stays; so does the default one."""

    refusal = gettext_lazy("“%(object)s” stays: goods are taxed by it.")

    def delete_action(self) -> None:
        if self.object.is_default:
            raise ProtectedError("the default tax class", {self.object})
        super().delete_action()


class FromOverview:
    """Rows that are reached from the page of taxes, which may say what a new one is for, and lead back to it."""

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("product_class", "")
        named = {"product_class": asked} if asked.isdecimal() else {}
        return {**super().get_initial(), **named}

    def get_success_url(self) -> str:
        return reverse("prices:taxes")


class TaxViewSet(ModelViewSet):
    """What the three kinds of rows share."""

    copy_view_enabled = False
    add_to_reference_index = False
    delete_view_class = TaxDeleteView
    icon = "doc-full"
    model = TaxRate
    add_view_class = type("TaxCreateView", (FromOverview, ModelViewSet.add_view_class), {})
    edit_view_class = type("TaxEditView", (FromOverview, ModelViewSet.edit_view_class), {})


class TaxRateViewSet(TaxViewSet):
    """Rates."""

    model = TaxRate
    name = "tax_rates"
    list_display = ["country", "tax_class", "rate", "starts_on", "ends_on"]
    list_filter = ["country", "tax_class"]
    panels = [
        FieldRowPanel([FieldPanel("country"), FieldPanel("tax_class")]),
        FieldPanel("rate"),
        FieldRowPanel(
            [FieldPanel("starts_on"), FieldPanel("ends_on")],
            help_text=gettext_lazy("Both days included, in the zone of the shop. Empty: always."),
        ),
    ]


class TaxClassViewSet(TaxViewSet):
    """Kinds of goods that tax law treats alike."""

    model = TaxClass
    name = "tax_classes"
    delete_view_class = TaxClassDeleteView
    list_display = ["name", "code", BooleanColumn("is_default", label=gettext_lazy("Default"))]
    panels = [FieldPanel("name"), FieldPanel("code"), FieldPanel("is_default")]


class ClassTaxViewSet(TaxViewSet):
    """The tax class of a class of products."""

    model = ProductClassTax
    name = "class_taxes"
    list_display = ["product_class", "tax_class"]
    panels = [FieldPanel("product_class"), FieldPanel("tax_class")]
