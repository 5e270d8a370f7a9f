"""Says in plain JSON why a quote is what it is: codes for programs, sentences for people."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from comptoir.pricing.goods import PriceRule
    from comptoir.pricing.quote_parts import NearlyApplied, Quote, QuotedLine


def explain(quote: Quote) -> dict[str, Any]:
    """The reasons behind a quote: of each line, each offer, each voucher, and what nearly applied."""
    return {
        "moment": quote.moment.isoformat(),
        "country": quote.country,
        "prices_include_tax": quote.prices_include_tax,
        "rules_version": quote.rules_version,
        "lines": [_line(line) for line in quote.lines],
        "offers": [
            {
                "offer_id": one.offer_id,
                "name": one.name,
                "voucher": one.voucher_code or None,
                "amount": one.amount.as_json(),
                "times": one.times,
            }
            for one in quote.discounts
        ],
        "delivery": [
            {
                "offer_id": one.offer_id,
                "name": one.name,
                "voucher": one.voucher_code or None,
                "kind": one.kind,
                "value": _number(one.value),
            }
            for one in quote.delivery_benefits
        ],
        "vouchers": [
            {"code": one.code, "name": one.name, "used": one.is_used, "reason": one.refusal or None}
            | ({"sentence": one.sentence} if one.sentence else {})
            for one in quote.vouchers
        ],
        "nearly": [_nearly(one, quote.currency) for one in quote.nearly_applied],
        "taxes": [
            {"percent": _number(one.percent), "net": one.net.as_json(), "tax": one.tax.as_json()}
            for one in quote.taxes
        ],
    }


def _line(line: QuotedLine) -> dict[str, Any]:
    return {
        "key": line.key,
        "sku": line.sku,
        "quantity": line.quantity,
        "price": {
            "amount": line.unit_price.as_json(),
            "base": line.base_price.as_json() if line.base_price else None,
            "rule": line.rule.kind,
            "exception_id": line.rule.exception_id,
            "limited_by": list(line.rule.limits),
            "reason": line.rule.reason or None,
            "sentence": price_sentence(line.rule),
        },
        "discounts": [
            {
                "offer_id": one.offer_id,
                "name": one.name,
                "voucher": one.voucher_code or None,
                "amount": one.amount.as_json(),
                "quantity": one.quantity,
            }
            for one in line.discounts
        ],
        "tax": {
            "class": line.tax_class,
            "percent": _number(line.tax_percent),
            "amount": line.tax.as_json(),
        },
        "total": line.total.as_json(),
    }


def price_sentence(rule: PriceRule) -> str:
    """Which rule a price follows from, for people."""
    if not rule.is_exception:
        return _("The price for all channels.")
    words = {"location": _("this shop"), "channel": _("this channel"), "dates": _("these days")}
    places = ", ".join(words[name] for name in rule.limits)
    return _("A price for %(places)s only: %(reason)s") % {"places": places, "reason": rule.reason}


def _nearly(one: NearlyApplied, currency: str) -> dict[str, Any]:
    return {
        "offer_id": one.offer_id,
        "name": one.name,
        "range": one.range_name,
        "wanted": _number(one.wanted),
        "missing": _number(one.missing),
        "unit": currency if one.is_money else "pieces",
        "sentence": _nearly_sentence(one, currency),
    }


def _nearly_sentence(one: NearlyApplied, currency: str) -> str:
    facts = {
        "missing": _number(one.missing),
        "range": one.range_name,
        "offer": one.name,
        "currency": currency,
    }
    if one.is_money:
        return _("%(missing)s %(currency)s more from “%(range)s” bring “%(offer)s”.") % facts
    return (
        ngettext(
            "%(missing)s more piece from “%(range)s” brings “%(offer)s”.",
            "%(missing)s more pieces from “%(range)s” bring “%(offer)s”.",
            int(one.missing),
        )
        % facts
    )


def _number(value: Decimal) -> str:
    """A number as people write it: 20 and 5.5, not 20.000 and 5.500."""
    return f"{value.normalize():f}"
