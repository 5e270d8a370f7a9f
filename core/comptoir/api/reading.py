"""Reading a channel: its descriptor, categories, products, pages and menus."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from comptoir.api.http import answer, chosen_locale, json_answer, open_channel_for
from comptoir.api.schemas import (
    CategoryTree,
    Descriptor,
    MenuDocument,
    PageDocument,
    Problem,
    ProductDocument,
    ProductPage,
)
from comptoir.api.short_way import text_only
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir.publishing import queries

router = Router()
PROBLEMS = {404: Problem, 422: Problem}


@router.get(
    "", response={200: Descriptor, **PROBLEMS}, operation_id="channel", summary="What this channel can do"
)
def channel(request: HttpRequest, channel: Path[str], locale: str = "") -> HttpResponse:
    """Its languages, currency, sorts and capabilities, so that a client can set itself up. Other channels are not named."""
    context = open_channel_for(request, channel)
    return json_answer(request, context, chosen_locale(request, context, locale), descriptor(context))


@router.get(
    "/categories",
    response={200: CategoryTree, **PROBLEMS},
    operation_id="categories",
    summary="The category tree",
)
def categories(request: HttpRequest, channel: Path[str], locale: str = "") -> HttpResponse:
    return _document(request, channel, locale, "categories", "")


@router.get(
    "/products",
    response={200: ProductPage, **PROBLEMS},
    operation_id="products",
    summary="A page of products",
)
@decorate_view(text_only("locale", "category", "sort", "cursor"))
def products(
    request: HttpRequest,
    channel: Path[str],
    locale: str = "",
    category: str = "",
    attribute: list[str] = Query(
        [], description="`code:value`; repeat for alternatives and further attributes"
    ),
    price_min: Decimal | None = Query(None, ge=0, max_digits=12),
    price_max: Decimal | None = Query(None, ge=0, max_digits=12),
    sort: str = Query("featured", description="featured, newest, price, -price or title"),
    cursor: str = "",
    limit: int | None = Query(None, ge=1),
) -> HttpResponse:
    """Cards with price, picture and live availability. `next` is the cursor of the following page."""
    context = open_channel_for(request, channel)
    language = chosen_locale(request, context, locale)
    size = limit or conf.PAGE_SIZE
    if size > conf.PAGE_SIZE_MAX:
        raise InvalidValue(field="limit", value=size)
    wanted = queries.ProductFilter(category, tuple(attribute), price_min, price_max)
    body = queries.product_list(context, language, wanted=wanted, sort=sort, cursor=cursor, limit=size)
    if (
        category
        and body.startswith(b'{"items":[]')
        and not queries.category_is_known(context, language, category)
    ):
        raise NotFound(field="category")
    return answer(request, context, language, body)


@router.get(
    "/products/{slug}",
    response={200: ProductDocument, **PROBLEMS},
    operation_id="product",
    summary="A product by its slug",
)
@decorate_view(text_only("locale"))
def product(request: HttpRequest, channel: Path[str], slug: str, locale: str = "") -> HttpResponse:
    context = open_channel_for(request, channel)
    language = chosen_locale(request, context, locale)
    return answer(request, context, language, queries.product_by_slug(context, language, slug))


@router.get(
    "/codes/{code}",
    response={200: ProductDocument, **PROBLEMS},
    operation_id="product_by_code",
    summary="A product by the SKU or barcode (GTIN) of a variant",
)
@decorate_view(text_only("locale"))
def product_by_code(request: HttpRequest, channel: Path[str], code: str, locale: str = "") -> HttpResponse:
    context = open_channel_for(request, channel)
    language = chosen_locale(request, context, locale)
    return answer(request, context, language, queries.product_by_code(context, language, code))


@router.get(
    "/pages", response={200: PageDocument, **PROBLEMS}, operation_id="page", summary="A page by its path"
)
def page(request: HttpRequest, channel: Path[str], path: str = "/", locale: str = "") -> HttpResponse:
    address = "/" + path.strip("/") + "/" if path.strip("/") else "/"
    return _document(request, channel, locale, "page", address)


@router.get("/menus/{code}", response={200: MenuDocument, **PROBLEMS}, operation_id="menu", summary="A menu")
def menu(request: HttpRequest, channel: Path[str], code: str, locale: str = "") -> HttpResponse:
    return _document(request, channel, locale, "menu", code)


def descriptor(context: ChannelContext) -> dict[str, object]:
    """What a client may know of a channel."""
    return {
        "code": context.code,
        "name": context.name,
        "kind": context.plugin,
        "currency": context.currency,
        "locales": list(context.locales),
        "time_zone": context.time_zone,
        "theme": context.theme,
        "sorts": list(queries.SORTS),
        "page_size": conf.PAGE_SIZE,
        "page_size_max": conf.PAGE_SIZE_MAX,
        "capabilities": ["browse", "availability", "baskets", "handover"],
    }


def _document(request: HttpRequest, code: str, locale: str, kind: str, slug: str) -> HttpResponse:
    context = open_channel_for(request, code)
    language = chosen_locale(request, context, locale)
    return answer(request, context, language, queries.document(context, language, kind, slug))
