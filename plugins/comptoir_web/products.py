"""The page of a product: pictures, a grid of what is left, related products, what else was seen."""

from dataclasses import dataclass
from itertools import product as combinations
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpResponse, HttpResponsePermanentRedirect

from comptoir.publishing import queries
from comptoir_web.browsing import blocks_of
from comptoir_web.having import FEW
from comptoir_web.seo import product_seo
from comptoir_web.shop import Shop, not_found, open_page, shop_page

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
    translations = {code: shop.url("product", one, locale=code) for code, one in document["slugs"].items()}
    context = {"seo": product_seo(document, book_at=_book_at(shop, document)), "translations": translations}
    return shop.render("product.html", {**product_context(shop, document), **context})


def product_context(shop: Shop, document: dict[str, Any]) -> dict[str, Any]:
    """What the page of a product is drawn from, beside what machines are told."""
    chosen = shop.request.GET.get("sku", "")
    return {
        "document": document,
        "shelf": document["categories"][0] if document["categories"] else None,
        "grid": grid_of(document, chosen),
        "variant": _variant(document, chosen),
        "related": related_to(shop, document),
        "blocks": blocks_of(shop, document),
        "has_size_guide": any(block["type"] == "size_guide" for block in document["body"]),
    }


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


def related_to(shop: Shop, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Other products of the same shelf; where it has few, of the one above it too."""
    path = document["categories"][0]["path"] if document["categories"] else []
    found: dict[str, dict[str, Any]] = {}
    for step in path[:-3:-1]:
        if len(found) <= RELATED:
            found |= {card["handle"]: found.get(card["handle"], card) for card in _shelf(shop, step["slug"])}
    found.pop(document["handle"], None)
    return list(found.values())[:RELATED]


def _shelf(shop: Shop, category: str) -> list[dict[str, Any]]:
    wanted = queries.ProductFilter(category=category)
    page = queries.product_list(
        shop.channel, shop.locale, wanted=wanted, sort="featured", cursor="", limit=2 * RELATED
    )
    return orjson.loads(page)["items"]


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
    if document["class"] != "service" or not shop.booking_url:
        return ""
    return f"{shop.absolute(shop.booking_url)}?{urlencode({'service': document['variants'][0]['sku']})}"


def _variant(document: dict[str, Any], chosen: str) -> dict[str, Any] | None:
    """The variant an address names, or the only one there is."""
    if len(document["variants"]) == 1:
        return document["variants"][0]
    return next((one for one in document["variants"] if one["sku"] == chosen), None)
