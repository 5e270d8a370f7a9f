"""The page of a product: pictures, a grid of what is left, related products; and how a chosen variant can be had."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import product as combinations
from math import inf
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect

from comptoir.base import clock
from comptoir.channels.queries import ChannelContext
from comptoir.fulfilment.carriers import Address
from comptoir.fulfilment.facts import read_locations
from comptoir.fulfilment.methods import Asked, Option, Wanted, Way
from comptoir.fulfilment.options import delivery_options, promise_sentence
from comptoir.pricing.quote import context_at, quote
from comptoir.pricing.quote_parts import QuoteLine
from comptoir.publishing import queries
from comptoir.publishing.availability import Point, PublicPlace, public_stock
from comptoir.stock.pages import variants_by_code
from comptoir_web.browsing import blocks_of
from comptoir_web.seo import product_seo
from comptoir_web.shop import Shop, not_found, open_page, shop_page

#: From so few on, a customer reads how many are left.
FEW = 5
RELATED = 4
#: Most products that a visitor's own list of what was seen may ask for.
SEEN_MOST = 12


@dataclass(frozen=True)
class Cell:
    """One variant in the grid. ``left`` is ``None`` when it is not counted."""

    sku: str
    label: str
    left: int | None
    price: dict[str, str] | None
    is_chosen: bool = False
    picture: str = ""

    @property
    def is_sold_out(self) -> bool:
        return self.left == 0

    @property
    def is_scarce(self) -> bool:
        return self.left is not None and 0 < self.left <= FEW


@dataclass(frozen=True)
class Row:
    """The variants of one colour (or whatever the second option is), in the order of the first option's values."""

    label: str
    swatch: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Grid:
    """All variants of a product: what the columns are, and a row for each value of the other options."""

    column_name: str
    columns: list[str]
    row_name: str
    rows: list[Row]

    @property
    def is_table(self) -> bool:
        return bool(self.row_name)


@open_page
def product(shop: Shop, slug: str) -> HttpResponse:
    body = queries.product_by_slug(shop.channel, shop.locale, slug)
    if body is None:
        now = queries.slug_now(shop.channel, shop.locale, "product", slug)
        return HttpResponsePermanentRedirect(shop.url("product", now)) if now else not_found(shop)
    document = orjson.loads(body)
    chosen = shop.request.GET.get("sku", "")
    shelf = document["categories"][0] if document["categories"] else None
    context = {
        "document": document,
        "seo": product_seo(document, book_at=_book_at(shop, document)),
        "translations": {
            code: shop.url("product", one, locale=code) for code, one in document["slugs"].items()
        },
        "shelf": shelf,
        "grid": grid_of(document, chosen),
        "variant": _variant(document, chosen),
        "related": related_to(shop, document, shelf["slug"]) if shelf else [],
        "blocks": blocks_of(shop, document),
        "has_size_guide": any(block["type"] == "size_guide" for block in document["body"]),
    }
    return shop.render("product.html", context)


@shop_page
def ways(shop: Shop) -> HttpResponse:
    """How one piece of a variant can be had: where it is in stock, and when it could be there. For ``data-part``."""
    sku = shop.request.GET.get("sku", "")[:64]
    found = variants_by_code([sku]) if sku and "\0" not in sku else {}
    if sku not in found or sku not in queries.published_skus(shop.channel, {found[sku].root_id}):
        raise Http404(sku)
    stock = public_stock(shop.channel, [sku], near=_point(shop)).get(sku)
    options = ways_to_have(shop.channel, shop.locale, found[sku].pk)
    at_shops = {option.destination_code: option for option in options if option.way == Way.COLLECT}
    places = {place.code: place for place in stock.places} if stock else {}
    shops = [
        {
            "name": location.name,
            "city": location.city,
            "code": location.code,
            "place": places.get(location.code),
            "promise": _promise(at_shops.get(location.code)),
        }
        for location in read_locations(shop.channel.location_ids)
        if location.kind == location.Kind.SHOP
    ]
    shops.sort(key=lambda one: _distance(one["place"]))
    sent = next((one for one in options if one.way == Way.SHIP and one.is_available), None)
    context = {
        "shops": shops,
        "sent": sent,
        "promise": _promise(sent),
        "few": FEW,
        "is_near": bool(_point(shop)),
    }
    return shop.render("parts/ways.html", context)


@shop_page
def seen(shop: Shop) -> HttpResponse:
    """The cards of products that a browser remembers; which ones, only the browser knows."""
    handles = shop.request.GET.get("handles", "")[:1000].split(",")[:SEEN_MOST]
    cards = queries.cards_by_handle(shop.channel, shop.locale, [one for one in handles if one])
    return shop.render("parts/cards.html", {"cards": cards})


def grid_of(document: dict[str, Any], chosen: str) -> Grid | None:
    """The variants as a grid: the first option across, all others down; ``None`` where there is nothing to choose."""
    options, stock = document["options"], document["availability"]["variants"]
    if not options or len(document["variants"]) < 2:
        return None
    across, down = _across(options)
    variants = {tuple(sorted(one["options"].items())): one for one in document["variants"]}
    rows = []
    for values in combinations(*(option["values"] for option in down)):
        fixed = {option["code"]: value["code"] for option, value in zip(down, values, strict=True)}
        label = ", ".join(value["label"] for value in values)
        cells: list[Cell | None] = []
        for value in across["values"]:
            variant = variants.get(tuple(sorted({**fixed, across["code"]: value["code"]}.items())))
            words = ", ".join(filter(None, (label, value["label"])))
            cells.append(_cell(variant, words, stock, chosen) if variant else None)
        if any(cells):
            rows.append(Row(label, next((one["swatch"] for one in values if one["swatch"]), ""), cells))
    return Grid(
        column_name=across["name"],
        columns=[value["label"] for value in across["values"]],
        row_name=", ".join(option["name"] for option in down),
        rows=rows,
    )


def related_to(shop: Shop, document: dict[str, Any], category: str) -> list[dict[str, Any]]:
    """Other products of the same shelf."""
    wanted = queries.ProductFilter(category=category)
    page = queries.product_list(
        shop.channel, shop.locale, wanted=wanted, sort="featured", cursor="", limit=RELATED + 1
    )
    return [card for card in orjson.loads(page)["items"] if card["handle"] != document["handle"]][:RELATED]


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


def _across(options: list[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Colours go down, as they have pictures and long names; sizes across."""
    plain = [option for option in options if not any(value["swatch"] for value in option["values"])]
    across = (plain or options)[0]
    return across, [option for option in options if option is not across]


def _cell(variant: dict[str, Any], label: str, stock: dict[str, int] | None, chosen: str) -> Cell:
    pictures = variant["pictures"]
    return Cell(
        sku=variant["sku"],
        label=label,
        left=None if stock is None else max(stock.get(variant["sku"], 0), 0),
        price=variant["price"],
        is_chosen=variant["sku"] == chosen,
        picture=next(iter(pictures[0]["sources"].values()), "") if pictures else "",
    )


def _book_at(shop: Shop, document: dict[str, Any]) -> str:
    """Where a service is booked, if a plugin of the channel lets customers do so."""
    address = shop.url_or_none("booking:home")
    if document["class"] != "service" or not address or "booking" not in shop.channel.enabled_plugins:
        return ""
    return f"{shop.absolute(address)}?{urlencode({'service': document['variants'][0]['sku']})}"


def _variant(document: dict[str, Any], chosen: str) -> dict[str, Any] | None:
    """The variant an address names, or the only one there is."""
    if len(document["variants"]) == 1:
        return document["variants"][0]
    return next((one for one in document["variants"] if one["sku"] == chosen), None)


def _promise(option: Option | None) -> str:
    return promise_sentence(option.promise) if option and option.is_available and option.promise else ""


def _distance(place: PublicPlace | None) -> float:
    """For the order of shops: the nearest first, those of which it is not known last."""
    return place.distance_km if place and place.distance_km is not None else inf


def _point(shop: Shop) -> Point | None:
    """Where a visitor says to be, rounded by the browser to a kilometre or so; nothing for nonsense."""
    try:
        latitude, longitude = (Decimal(shop.request.GET[name]) for name in ("lat", "lon"))
    except (KeyError, ArithmeticError):
        return None
    is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    return Point(float(latitude), float(longitude)) if is_on_earth else None
