"""The screens of prices that change nothing: the history of a variant, a basket to try, the taxes at a glance."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.viewsets.base import ViewSet

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.pricing.backoffice.exceptions import shown_price
from comptoir.pricing.backoffice.fields import GoodsField, amount_text, currency_choices
from comptoir.pricing.backoffice.finding import title_of
from comptoir.pricing.backoffice.price_chart import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Step,
    draw,
    price_steps,
)
from comptoir.pricing.backoffice.screen import PRICES, PriceScreen, SuggestionsView
from comptoir.pricing.backoffice.taxes import TaxesView
from comptoir.pricing.backoffice.trying import TryView
from comptoir.pricing.backoffice.wall_time import spoken, zone_of
from comptoir.pricing.models import PriceChange
from comptoir.pricing.parity import prices_everywhere
from comptoir.pricing.queries import PRIOR_PRICE_DAYS, lowest_price_30_days, price_history

#: How far back the drawing goes, in days, and how many lines of the history are listed.
SHOWN_DAYS = 120
SHOWN_LINES = 200


class HistoryForm(forms.Form):
    """Whose history, and as seen from where."""

    goods = GoodsField(label=gettext_lazy("SKU or barcode"), only_one=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=currency_choices, required=False)
    channel = forms.ModelChoiceField(
        Channel.objects.all(),
        label=gettext_lazy("Channel"),
        required=False,
        empty_label=gettext_lazy("All channels"),
    )
    location = forms.ModelChoiceField(
        Location.objects.all(),
        label=gettext_lazy("Shop"),
        required=False,
        empty_label=gettext_lazy("none chosen"),
    )


class HistoryView(PriceScreen):
    """What a variant cost, when and where, and the lowest price that a reduction has to name. Nothing here can be edited."""

    models = PRICES
    page_title = gettext_lazy("Price history")
    header_icon = "history"
    template_name = "comptoir/pricing/history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked: QueryDict = self.request.GET
        form = HistoryForm(asked if "goods" in asked else None)
        context = super().get_context_data(form=form, media=form.media, **kwargs)
        if form.is_bound and form.is_valid():
            context |= self._history(form.cleaned_data)
        return context

    def _history(self, asked: dict[str, Any]) -> dict[str, Any]:
        variant, *others = asked["goods"]
        currency = asked["currency"] or currency_choices()[0][0]
        channel, location = asked["channel"], asked["location"]
        place = {
            "channel_id": channel.pk if channel else None,
            "location_id": location.pk if location else None,
        }
        now, zone = clock.now(), zone_of(channel, location)
        lines = list(price_history(variant.pk, currency))
        steps = price_steps(lines, since=_beginning(lines), until=now, **place)
        lowest = lowest_price_30_days([variant.pk], currency, now, **place).get(variant.pk)
        return {
            "variant": variant,
            "title": title_of(variant),
            "others": [_link(other, currency, channel, location) for other in others],
            "currency": currency,
            "zone": zone,
            "lowest": amount_text(lowest, currency) if lowest is not None else "",
            "lowest_days": PRIOR_PRICE_DAYS,
            "drawing": draw(
                steps, window=timedelta(days=PRIOR_PRICE_DAYS), lowest=lowest, day_text=lambda at: _day(at, zone)
            ),
            "box": {"width": WIDTH, "height": HEIGHT, "left": LEFT, "top": TOP, "right": WIDTH - RIGHT,
                    "bottom": HEIGHT - BOTTOM, "inner": HEIGHT - TOP - BOTTOM},
            "steps": [_step(step, currency, zone) for step in reversed(steps)],
            "lines": _lines(lines[:SHOWN_LINES]),
            "more_lines": max(0, len(lines) - SHOWN_LINES),
            "prices": [shown_price(one) for one in prices_everywhere(variant)],
        }  # fmt: skip


def _beginning(lines: list[PriceChange]) -> Any:
    """Where the drawing begins: with the first line, not more than some months ago, and before the days that count."""
    now = clock.now()
    latest = now - timedelta(days=PRIOR_PRICE_DAYS + 5)
    first = lines[-1].recorded_at if lines else latest
    return max(now - timedelta(days=SHOWN_DAYS), min(first, latest))


def _day(moment: Any, zone: str) -> str:
    return date_format(moment.astimezone(ZoneInfo(zone)), "SHORT_DATE_FORMAT")


def _link(
    variant: Product, currency: str, channel: Channel | None, location: Location | None
) -> dict[str, str]:
    asked = {"goods": variant.sku, "currency": currency}
    asked |= {name: row.pk for name, row in (("channel", channel), ("location", location)) if row}
    return {"sku": variant.sku or "", "url": f"{reverse('prices:history')}?{urlencode(asked)}"}


def _step(step: Step, currency: str, zone: str) -> dict[str, str]:
    return {
        "since": spoken(step.since, zone),
        "until": spoken(step.until, zone),
        "amount": _("not sold") if step.amount is None else amount_text(step.amount, currency),
        "reason": step.reason or ("" if step.amount is None else _("The price for all channels.")),
    }


def _lines(lines: list[PriceChange]) -> list[dict[str, Any]]:
    """The append-only lines in words; channels and locations may be gone by now."""
    channels = Channel.objects.in_bulk({line.channel_id for line in lines if line.channel_id})
    locations = Location.objects.in_bulk({line.location_id for line in lines if line.location_id})
    found = []
    for line in lines:
        channel, location = channels.get(line.channel_id), locations.get(line.location_id)
        zone = zone_of(channel, location)
        named = [place for place in (location, channel) if place]
        gone = (line.channel_id and not channel) or (line.location_id and not location)
        places = [str(place) for place in named] + ([_("a place that is gone")] if gone else [])
        found.append(
            {
                "recorded": spoken(line.recorded_at, zone),
                "what": _("the price") if line.exception_id is None else _("an exception"),
                "where": " · ".join(places) or _("all channels"),
                "amount": amount_text(line.amount, line.currency)
                if line.amount is not None
                else _("taken away"),
                "since": spoken(line.starts_at, zone),
                "until": spoken(line.ends_at, zone),
                "reason": line.reason,
            }
        )
    return found


class PricesViewSet(ViewSet):
    """Looking at prices."""

    name = "prices"
    icon = "tag"

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("history/", HistoryView.as_view(), name="history"),
            path("try/", TryView.as_view(), name="try"),
            path("taxes/", TaxesView.as_view(), name="taxes"),
            path("suggestions/", SuggestionsView.as_view(), name="suggestions"),
        ]
