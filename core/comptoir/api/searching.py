"""Searching a channel, and what to offer while somebody types."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from comptoir.api.http import chosen_locale, json_answer, open_channel_for
from comptoir.api.schemas import Problem, SearchResults, SearchSuggestions
from comptoir.base.errors import InvalidValue
from comptoir.base.money import Money
from comptoir.conf import conf
from comptoir.search import queries
from comptoir.search.questions import Filters

router = Router()
PROBLEMS = {404: Problem, 422: Problem}


@router.get(
    "/search",
    response={200: SearchResults, **PROBLEMS},
    operation_id="search",
    summary="Products that fit a text and filters, with counts",
)
def search(
    request: HttpRequest,
    channel: Path[str],
    q: str = "",
    locale: str = "",
    category: list[str] = Query([], description="slugs; repeat for alternatives"),
    attribute: list[str] = Query(
        [], description="`code:value`; repeat for alternatives and further attributes"
    ),
    price_min: Decimal | None = Query(None, ge=0, max_digits=12),
    price_max: Decimal | None = Query(None, ge=0, max_digits=12),
    in_stock: bool = False,
    sort: str = Query("", description="relevance, featured, newest, price, -price or title"),
    cursor: str = "",
    limit: int | None = Query(None, ge=1),
) -> HttpResponse:
    """Cards as in the list of products, best first. A facet counts what fits all filters but its own."""
    context = open_channel_for(request, channel)
    language = chosen_locale(request, context, locale)
    size = limit or conf.PAGE_SIZE
    if size > conf.PAGE_SIZE_MAX:
        raise InvalidValue(field="limit", value=size)
    wanted = Filters(tuple(category), tuple(attribute), price_min, price_max, in_stock)
    found = queries.search(context, language, q, filters=wanted, sort=sort, cursor=cursor, limit=size)
    return json_answer(request, context, language, _results(found, context.currency))


@router.get(
    "/search/suggest",
    response={200: SearchSuggestions, **PROBLEMS},
    operation_id="search_suggest",
    summary="What somebody who is typing may mean",
)
def suggest(request: HttpRequest, channel: Path[str], q: str = "", locale: str = "") -> HttpResponse:
    """Texts to search for, products and categories; at most five of each."""
    context = open_channel_for(request, channel)
    language = chosen_locale(request, context, locale)
    return json_answer(request, context, language, asdict(queries.suggest(context, language, q)))


def _results(found: queries.Result, currency: str) -> dict[str, Any]:
    price = None
    if found.price_min is not None and found.price_max is not None:
        low, high = Money(found.price_min, currency), Money(found.price_max, currency)
        price = {"from": low.as_json(), "to": high.as_json()}
    return {
        "text": found.text,
        "corrected": found.corrected,
        "is_relaxed": found.is_relaxed,
        "total": found.total,
        "items": found.items,
        "next": found.next,
        "facets": [asdict(facet) for facet in found.facets],
        "price": price,
        "in_stock": found.in_stock,
        "in_stock_relation": "gte" if found.has_more_in_stock else "eq",
    }
