"""A basket to try: what a customer would be asked for it, and why, also before an offer starts. Nothing is saved."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import formset_factory
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.base import clock
from comptoir.base.backoffice import GrowingFormSet
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Channel, Location
from comptoir.channels.queries import channel_context
from comptoir.pricing.backoffice.fields import GoodsField, amount_text
from comptoir.pricing.backoffice.offers import asked_offer
from comptoir.pricing.backoffice.screen import PriceScreen
from comptoir.pricing.backoffice.wall_time import WallTimeField, set_moments, spoken, zone_of
from comptoir.pricing.offer.models import ConditionalOffer
from comptoir.pricing.queries import context_at, quote
from comptoir.pricing.quote_parts import Quote, QuoteLine

EMPTY_ROWS = 3


class BasketForm(forms.Form):
    """Where, when and with what the basket is priced."""

    channel = forms.ModelChoiceField(
        Channel.objects.active(), label=gettext_lazy("Channel"), empty_label=None
    )
    location = forms.ModelChoiceField(
        Location.objects.filter(is_active=True),
        label=gettext_lazy("Shop"),
        required=False,
        empty_label=gettext_lazy("none chosen"),
        help_text=gettext_lazy("The shop a basket belongs to, such as that of a till."),
    )
    moment = WallTimeField(
        label=gettext_lazy("When"),
        required=False,
        help_text=gettext_lazy("By the clock of the shop, else of the channel. Empty: now."),
    )
    vouchers = forms.CharField(
        label=gettext_lazy("Vouchers"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Codes, separated by commas."),
    )
    is_known = forms.BooleanField(
        label=gettext_lazy("The customer has logged in"),
        required=False,
        help_text=gettext_lazy("It is worked out as for yourself."),
    )
    suspended = forms.ModelChoiceField(
        ConditionalOffer.objects.filter(status=ConditionalOffer.SUSPENDED),
        label=gettext_lazy("As if this suspended offer were given"),
        required=False,
        empty_label=gettext_lazy("none chosen"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        set_moments(self, ("moment",), zone_of(cleaned.get("channel"), cleaned.get("location")))
        return cleaned

    def clean_vouchers(self) -> tuple[str, ...]:
        codes = self.cleaned_data["vouchers"].split(",")
        return tuple(code.strip() for code in codes if code.strip())


class BasketRow(forms.Form):
    """Some pieces of one variant."""

    goods = GoodsField(label=gettext_lazy("SKU or barcode"), only_one=True)
    quantity = forms.IntegerField(
        label=gettext_lazy("Pieces"),
        min_value=1,
        max_value=10_000,
        initial=1,
        widget=forms.NumberInput(attrs={"class": "cpt-short"}),
    )


class BasketRowsBase(GrowingFormSet):
    """The goods of the basket."""

    def clean(self) -> None:
        if not any(self.errors) and not self.kept_forms:
            raise ValidationError(_("Put something into the basket."))


BasketRows = formset_factory(
    BasketRow, formset=BasketRowsBase, extra=EMPTY_ROWS, can_delete=True, max_num=200
)


class TryView(PriceScreen):
    """Asks the same engine as every channel does."""

    page_title = gettext_lazy("Try prices and offers")
    header_icon = "view"
    template_name = "comptoir/pricing/try.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        form, rows = BasketForm(request.POST), BasketRows(request.POST, prefix="goods")
        answer = None
        if form.is_valid() and rows.is_valid():
            answer = self._answer(form, rows)
        return self.render_to_response(self.get_context_data(form=form, rows=rows, answer=answer))

    def _answer(self, form: BasketForm, rows: BasketRowsBase) -> dict[str, Any] | None:
        try:
            return shown_quote(self._quote(form.cleaned_data, rows), form.cleaned_data)
        except ComptoirError as error:
            form.add_error(None, str(error))
            return None

    def _quote(self, asked: dict[str, Any], rows: BasketRowsBase) -> Quote:
        lines = [
            QuoteLine(str(number), row.cleaned_data["goods"][0].pk, row.cleaned_data["quantity"])
            for number, row in enumerate(rows.kept_forms, start=1)
        ]
        channel = channel_context(asked["channel"].code)
        context = context_at(
            channel,
            asked["location"],
            moment=asked["moment"] or clock.now(),
            voucher_codes=asked["vouchers"],
            customer_id=self.request.user.pk if asked["is_known"] else None,
        )
        with transaction.atomic():
            if asked["suspended"]:
                open_ones = ConditionalOffer.objects.filter(pk=asked["suspended"].pk)
                open_ones.update(status=ConditionalOffer.OPEN)
            found = quote(context, lines)
            # Rules compiled under a version that is undone are never used again: see ``PricingVersion``.
            transaction.set_rollback(True)
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        offer = asked_offer(self.request)
        defaults: dict[str, Any] = {"offer": offer, "answer": None}
        if "form" not in kwargs:
            suspended = offer if offer and offer.is_suspended else None
            defaults |= {"form": BasketForm(initial={"suspended": suspended}), "rows": self._empty_rows()}
        context = super().get_context_data(**{**defaults, **kwargs})
        return {**context, "media": context["form"].media + context["rows"].media}

    def _empty_rows(self) -> BasketRowsBase:
        goods = self.request.GET.get("goods", "")[:255]
        return BasketRows(prefix="goods", initial=[{"goods": goods, "quantity": 1}] if goods else None)


def shown_quote(found: Quote, asked: dict[str, Any]) -> dict[str, Any]:
    """A quote with its reasons, in words."""
    reasons = found.explain()
    return {
        "moment": spoken(found.moment, zone_of(asked["channel"], asked["location"])),
        "country": found.country,
        "prices_include_tax": found.prices_include_tax,
        "lines": [_line(line, why) for line, why in zip(found.lines, reasons["lines"], strict=True)],
        "discounts": [
            {"name": one.name, "voucher": one.voucher_code, "times": one.times, "amount": _money(one.amount)}
            for one in found.discounts
        ],
        "delivery": [{"name": one.name, "words": _delivery(one)} for one in found.delivery_benefits],
        "vouchers": [
            {"code": one.code, "name": one.name, "is_used": one.is_used, "sentence": one.sentence}
            for one in found.vouchers
        ],
        "nearly": [one["sentence"] for one in reasons["nearly"]],
        "taxes": [
            {"percent": one["percent"], "net": _money(total.net), "tax": _money(total.tax)}
            for one, total in zip(reasons["taxes"], found.taxes, strict=True)
        ],
        **{name: _money(getattr(found, name)) for name in ("subtotal", "discount", "net", "tax", "total")},
    }


def _line(line: Any, why: dict[str, Any]) -> dict[str, Any]:
    return {
        "sku": line.sku,
        "quantity": line.quantity,
        "unit": _money(line.unit_price),
        "base": _money(line.base_price) if line.base_price and line.rule.is_exception else "",
        "why": why["price"]["sentence"],
        "discounts": [{"name": one.name, "amount": _money(one.amount)} for one in line.discounts],
        "tax": f"{why['tax']['percent']} %",
        "total": _money(line.total),
    }


def _money(money: Any) -> str:
    return amount_text(money.amount, money.currency)


def _delivery(one: Any) -> str:
    words = {
        "Shipping percentage": _("%(value)s %% off the delivery"),
        "Shipping absolute": _("%(value)s off the delivery"),
        "Shipping fixed price": _("delivery for %(value)s"),
    }
    return words.get(one.kind, "%(value)s") % {"value": f"{one.value.normalize():f}"}
