"""How a chosen variant can be had: in which shop it is, when it could be there or at home; and the shop that is mine."""

from decimal import Decimal
from math import inf
from typing import Any

import orjson
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from comptoir.base import clock
from comptoir.channels.models import Location
from comptoir.channels.queries import ChannelContext
from comptoir.fulfilment.carriers import Address
from comptoir.fulfilment.facts import read_locations
from comptoir.fulfilment.methods import Asked, Option, Wanted, Way
from comptoir.fulfilment.options import delivery_options, promise_sentence
from comptoir.pricing.quote import context_at, quote
from comptoir.pricing.quote_parts import QuoteLine
from comptoir.publishing import queries
from comptoir.publishing.availability import Point, public_stock
from comptoir.stock.pages import variants_by_code
from comptoir_web.buying.cookies import Kept
from comptoir_web.buying.limits import same_origin
from comptoir_web.buying.places import place_of_postcode
from comptoir_web.shop import Shop, shop_page

#: From so few on, a customer reads how many are left.
FEW = 5
#: Set when somebody chooses a shop, and only then: it is needed for what they asked for, so nobody is asked.
MY_SHOP = Kept("shop", 365)


@shop_page
def ways(shop: Shop) -> HttpResponse:
    """How one piece of a variant can be had, as a piece of a page. For ``data-part``."""
    return shop.render("parts/ways.html", ways_context(shop, shop.request.GET.get("sku", "")))


@shop_page
def in_shops(shop: Shop, slug: str) -> HttpResponse:
    """The same as a page of its own, for browsers without JavaScript; before a choice it asks for one."""
    body = queries.product_by_slug(shop.channel, shop.locale, slug)
    if body is None:
        raise Http404(slug)
    document, sku = orjson.loads(body), shop.request.GET.get("sku", "")
    chosen = next((one for one in document["variants"] if one["sku"] == sku), None)
    context = {
        "document": document,
        "choices": [(_words(document, one), one["sku"], one["sku"] == sku) for one in document["variants"]],
        "near": shop.request.GET.get("near", "")[:80],
        "robots": "noindex, follow",
        **(ways_context(shop, sku) if chosen else {}),
    }
    return shop.render("in_shops.html", context)


@same_origin
@require_POST
@shop_page
def my_shop(shop: Shop) -> HttpResponse:
    """Remember a shop for this browser, or forget it."""
    code, here = shop.request.POST.get("code", ""), shop.request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(here, allowed_hosts={shop.request.get_host()})
    response = redirect(here if is_ours else shop.url("shops"))
    if any(location.code == code for location in _shops(shop.channel)):
        MY_SHOP.write(shop, response, code)
    else:
        MY_SHOP.forget(shop, response)
    return response


def ways_context(shop: Shop, sku: str) -> dict[str, Any]:
    """Every shop of the channel with what it has of a variant, one's own first, then the nearest; and the delivery.

    Errors: ``Http404`` for a variant that the channel does not show.
    """
    found = variants_by_code([sku]) if sku and len(sku) <= 64 and "\0" not in sku else {}
    if sku not in found or sku not in queries.published_skus(shop.channel, {found[sku].root_id}):
        raise Http404(sku)
    point, mine = _point(shop), MY_SHOP.read(shop)
    stock = public_stock(shop.channel, [sku], near=point).get(sku)
    options = ways_to_have(shop.channel, shop.locale, found[sku].pk)
    at_shops = {option.destination_code: option for option in options if option.way == Way.COLLECT}
    places = {place.code: place for place in stock.places} if stock else {}
    shops = [
        {
            "name": location.name,
            "city": location.city,
            "code": location.code,
            "is_mine": location.code == mine,
            "place": places.get(location.code),
            "promise": _promise(at_shops.get(location.code)),
        }
        for location in _shops(shop.channel)
    ]
    sent = next((one for one in options if one.way == Way.SHIP and one.is_available), None)
    return {
        "shops": sorted(shops, key=_first),
        "sent": sent,
        "promise": _promise(sent),
        "few": FEW,
        "is_near": bool(point),
        "here": _here(shop),
    }


def ways_to_have(channel: ChannelContext, locale: str, variant_id: int) -> list[Option]:
    """Every way one piece can reach somebody in the country of the channel, as the checkout would offer it."""
    worth = quote(context_at(channel), [QuoteLine("1", variant_id, 1)])
    asked = Asked(
        channel=channel,
        lines=(Wanted(variant_id, 1),),
        moment=clock.now(),
        value=worth.total.amount,
        benefits=worth.delivery_benefits,
        address=Address(channel.country),
        locale=locale,
    )
    return delivery_options(asked)


def _shops(channel: ChannelContext) -> list[Location]:
    return [one for one in read_locations(channel.location_ids) if one.kind == Location.Kind.SHOP]


def _words(document: dict[str, Any], variant: dict[str, Any]) -> str:
    """What tells a variant from the others: its colour, its size."""
    labels = {
        (option["code"], value["code"]): value["label"]
        for option in document["options"]
        for value in option["values"]
    }
    return ", ".join(labels[pair] for pair in reversed(variant["options"].items())) or document["title"]


def _here(shop: Shop) -> str:
    """The page to come back to: that which asked for a part of it, or this one."""
    return (
        shop.request.headers.get("Referer", "")
        if "X-Part" in shop.request.headers
        else shop.request.get_full_path()
    )


def _promise(option: Option | None) -> str:
    return promise_sentence(option.promise) if option and option.is_available and option.promise else ""


def _first(one: dict[str, Any]) -> tuple[bool, float]:
    """For the order of shops: one's own, then the nearest, those of which it is not known last."""
    place = one["place"]
    return not one["is_mine"], place.distance_km if place and place.distance_km is not None else inf


def _point(shop: Shop) -> Point | None:
    """Where a visitor says to be, rounded by the browser to a kilometre or so, or typed as a postcode."""
    if typed := place_of_postcode(shop.request.GET.get("near", "")[:80]):
        return Point(*typed)
    try:
        latitude, longitude = (Decimal(shop.request.GET[name]) for name in ("lat", "lon"))
    except (KeyError, ArithmeticError):
        return None
    is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    return Point(float(latitude), float(longitude)) if is_on_earth else None
