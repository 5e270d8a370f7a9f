"""How the shop is doing, at a glance: orders and revenue by channel and day, what is late, kept, sold out."""

import re
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from comptoir.base.backoffice import may
from comptoir.base.money import Money, written
from comptoir.checkout.backoffice.charts import Chart, columns, round_top, sparks, spots
from comptoir.checkout.backoffice.screen import OrdersScreen
from comptoir.checkout.figures import Figures, Series, figures_for
from comptoir.orders.models import Order

#: The periods one can choose, in days.
PERIODS = (7, 28, 91)
USUAL = 28


class OverviewScreen(OrdersScreen):
    """The last days of one's own shops."""

    any_permission_required = ["view"]
    page_title = gettext_lazy("Overview")
    header_icon = "tasks"
    template_name = "comptoir/checkout/overview.html"

    def trail(self) -> list[dict[str, Any]]:
        return []

    @cached_property
    def days(self) -> int:
        said = self.request.GET.get("days", "")
        return int(said) if said.isdigit() and int(said) in PERIODS else USUAL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        figures = figures_for(self.request.user, days=self.days, zone=timezone.get_current_timezone())
        facts = {
            "days": self.days,
            "periods": PERIODS,
            "figures": figures,
            "totals": [_total(one) for one in figures.totals],
            "channels": _small(figures),
            "table": _table(figures),
            "sold_out": [
                (level, _level_url(level), level.variant.title or level.variant.get_title())
                for level in figures.sold_out
            ]
            if self.request.user.has_perm("partner.view_level")
            else [],
            "may_see_parcels": self.request.user.has_perm("fulfilment.view_parcel"),
            "late_url": reverse("fulfilment:index"),
        }
        return super().get_context_data(**{**facts, **kwargs})


def _total(one: Series) -> dict[str, Any]:
    """All channels of one currency, with two large charts."""
    days = [day.on for day in one.days]
    names = [_short(day) for day in spots(days)]
    sums = [day.revenue for day in one.days]
    top, most = round_top(max(sums)), round_top(Decimal(max(2, *(day.orders for day in one.days))))
    return {
        "series": one,
        "revenue": written(one.revenue),
        "average": written(Money(one.revenue.amount / one.orders, one.currency)) if one.orders else "",
        "revenue_chart": columns(
            sums,
            _texts(one, "revenue"),
            top=top,
            days=names,
            amounts=[_round(part * top, one.currency) for part in HALVES],
        ),
        "orders_chart": columns(
            [day.orders for day in one.days],
            _texts(one, "orders"),
            top=most,
            days=names,
            amounts=["0", *(f"{(part * most).normalize():f}" for part in HALVES[1:])],
        ),
    }


HALVES = (Decimal(0), Decimal("0.5"), Decimal(1))


def _small(figures: Figures) -> list[dict[str, Any]]:
    """A row a channel: all on one scale, so that the eye compares them without any colour."""
    revenue = max((day.revenue for one in figures.channels for day in one.days), default=Decimal(0))
    orders = max((day.orders for one in figures.channels for day in one.days), default=0)
    return [
        {
            "name": one.name,
            "orders": one.orders,
            "revenue": written(one.revenue),
            "change": one.change_percent,
            "orders_chart": _sparks(one, "orders", Decimal(orders or 1)),
            "revenue_chart": _sparks(one, "revenue", revenue or Decimal(1)),
        }
        for one in sorted(figures.channels, key=lambda one: (-one.revenue.amount, one.name))
    ]


def _sparks(one: Series, name: str, top: Decimal) -> Chart:
    return sparks([getattr(day, name) for day in one.days], _texts(one, name), top=top)


def _texts(one: Series, name: str) -> list[str]:
    """What each column says when it is pointed at."""
    if name == "orders":
        return [f"{_short(day.on)}: {day.orders}" for day in one.days]
    return [f"{_short(day.on)}: {written(Money(day.revenue, one.currency))}" for day in one.days]


def _table(figures: Figures) -> list[dict[str, Any]]:
    """The same figures as the charts, the latest day first."""
    per_day = zip(*(one.days for one in figures.channels), strict=True) if figures.channels else ()
    rows = [
        {
            "on": days[0].on,
            "cells": [
                (day.orders, written(Money(day.revenue, one.currency)) if day.orders else "")
                for day, one in zip(days, figures.channels, strict=True)
            ],
        }
        for days in per_day
    ]
    return rows[::-1]


def _level_url(level: Any) -> str:
    return reverse("stock:level", args=[level.variant_id, level.location_id])


def _short(day: Any) -> str:
    return formats.date_format(day, "j N")


def _round(amount: Decimal, currency: str) -> str:
    """A sum beside a chart: without cents when it has none."""
    return re.sub(r"[.,]00(?!\d)", "", written(Money(amount, currency)))


class OverviewMenuItem(MenuItem):
    """Shown to who may look at orders."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may(request, "view", Order)


class OverviewViewSet(ViewSet):
    """How the shop is doing."""

    name = "overview"
    icon = "tasks"
    menu_label = gettext_lazy("Overview")
    menu_hook = "register_shop_menu_item"
    menu_order = 90
    menu_item_class = OverviewMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", OverviewScreen.as_view(), name="index")]
