"""Baskets as JSON. What the schemas of ``basket_schemas`` describe is made here."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from comptoir.api.http import chosen_locale
from comptoir.base.money import Money
from comptoir.baskets.handover import Difference, Offer, PriceAt, TakenOver
from comptoir.baskets.shown import BasketView, ShownLine
from comptoir.pricing.quote_parts import Quote
from comptoir.publishing.queries import cards_of


def basket_answer(
    request: HttpRequest, view: BasketView, *, status: int = 200, **more: object
) -> HttpResponse:
    """A basket in the caller's language, with the cards of its lines: one statement. Nobody may keep it."""
    locale = chosen_locale(request, view.channel)
    products = {line.row.product_id for line in view.lines}
    value = basket_json(view, cards_of(view.channel, locale, products))
    response = private_answer({**more, **value}, status=status)
    response["Content-Language"] = locale
    return response


def private_answer(value: object, *, status: int = 200) -> HttpResponse:
    """JSON that is for one caller only."""
    response = HttpResponse(orjson.dumps(value), status=status, content_type="application/json")
    response["Cache-Control"] = "private, no-store"
    return response


def basket_json(view: BasketView, cards: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A basket with its lines, holds and prices. No owner, no token, no name of anybody."""
    basket = view.basket
    return {
        "channel": view.channel.code,
        "location": basket.location.code if basket.location else None,
        "version": basket.version,
        "has_owner": basket.owner_id is not None,
        "note": basket.note,
        "currency": view.quote.currency,
        "lines": [_line(line, cards.get(line.row.sku)) for line in view.lines],
        "pieces": sum(line.row.quantity for line in view.lines),
        "held_until": _moment(view.held_until),
        "in_checkout": basket.checkout_began_at is not None,
        "offers": _offers(view.quote.discounts),
        "vouchers": _vouchers(view.quote),
        "totals": _totals(view.quote),
    }


def quote_json(view: BasketView, *, is_explained: bool) -> dict[str, Any]:
    """The price of a basket, with every reason if it is to be explained; lines are named by their ids."""
    quote, ids = view.quote, {str(line.row.variant_id): line.row.id for line in view.lines}
    explained = quote.explain() if is_explained else None
    for line in explained["lines"] if explained else ():
        line["line"] = ids[line.pop("key")]
    return {
        "currency": quote.currency,
        "lines": [
            {"line": line.row.id, "sku": line.row.sku, "quantity": line.row.quantity, **_prices(line)}
            for line in view.lines
        ],
        "offers": _offers(quote.discounts),
        "vouchers": _vouchers(quote),
        "totals": _totals(quote),
        "explain": explained,
    }


def taken_json(taken: TakenOver) -> dict[str, Any]:
    """What is beside the basket when it was taken over."""
    return {
        "token": taken.token,
        "came_from": taken.from_channel,
        "differences": [_difference(one) for one in taken.differences],
    }


def offer_json(offer: Offer) -> dict[str, Any]:
    """A handover code for people and for a camera."""
    return {"code": offer.code, "qr": offer.qr, "ends_at": _moment(offer.ends_at)}


def _line(line: ShownLine, card: dict[str, Any] | None) -> dict[str, Any]:
    row, keeping, problem = line.row, line.keeping, line.problem
    return {
        "id": row.id,
        "sku": row.sku,
        "gtin": row.gtin,
        "quantity": row.quantity,
        "card": card,
        "price_before": _money(line.price_before),
        **_prices(line),
        "hold": {
            "state": keeping.state,
            "until": _moment(keeping.until),
            "available": keeping.available,
            "words": list(row.words),
        },
        "problem": {"code": problem.code, "message": problem.message} if problem else None,
    }


def _prices(line: ShownLine) -> dict[str, Any]:
    price = line.price
    return {
        "price": _money(price.unit_price if price else None),
        "subtotal": _money(price.subtotal if price else None),
        "discounts": _offers(price.discounts) if price else [],
        "total": _money(price.total if price else None),
    }


def _offers(discounts: Iterable[Any]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "voucher": one.voucher_code or None, "amount": one.amount.as_json()}
        for one in discounts
    ]


def _vouchers(quote: Quote) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "name": one.name,
            "used": one.is_used,
            "reason": one.refusal or None,
            "sentence": one.sentence,
        }
        for one in quote.vouchers
    ]


def _totals(quote: Quote) -> dict[str, Any]:
    names = ("subtotal", "discount", "net", "tax", "total")
    return {name: getattr(quote, name).as_json() for name in names} | {
        "prices_include_tax": quote.prices_include_tax
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "line": one.line.id,
        "sku": one.line.sku,
        "before": _price_at(one.before),
        "now": _price_at(one.now),
        "sentence": one.sentence,
    }


def _price_at(price: PriceAt | None) -> dict[str, Any] | None:
    if price is None:
        return None
    return {
        "channel": price.channel,
        "price": price.unit_price.as_json(),
        "total": price.total.as_json(),
        "rule": price.rule.kind,
        "sentence": price.sentence,
    }


def _money(amount: Money | None) -> dict[str, str] | None:
    return amount.as_json() if amount else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
