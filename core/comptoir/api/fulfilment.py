"""Delivery for customers: what can be chosen and why not, times of collection, relay points, “I am here”."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from comptoir.api.fulfilment_schemas import Here, HereShown, OptionList, PointList, SlotList
from comptoir.api.http import chosen_locale, kept_private, open_channel_for
from comptoir.api.idempotency import repeatable
from comptoir.api.limits import AddressLimit
from comptoir.api.schemas import Problem
from comptoir.base import clock
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.baskets.services import UnknownCode
from comptoir.channels.queries import ChannelContext
from comptoir.fulfilment.carriers import Address, relay_points
from comptoir.fulfilment.facts import place_of, read_locations, settings_of
from comptoir.fulfilment.methods import Asked, Option, Wanted
from comptoir.fulfilment.options import delivery_options, method_on, promise_sentence
from comptoir.fulfilment.parcels import say_here
from comptoir.fulfilment.promises import Work, promise_collection
from comptoir.fulfilment.queries import parcel_by_number
from comptoir.fulfilment.slots import free_slots
from comptoir.pricing.quote import context_at, quote
from comptoir.pricing.quote_parts import QuoteLine
from comptoir.publishing.queries import published_skus
from comptoir.stock.pages import variants_by_code

router = Router()
PROBLEMS = {code: Problem for code in (404, 409, 422, 503)}
MOST_LINES = 50

Latitude = Query(None, ge=-90, le=90, description="degrees (WGS 84), with `lon`")
Longitude = Query(None, ge=-180, le=180)
Country = Query("", pattern="^([A-Z]{2})?$", description="ISO 3166", examples=["FR"])


@router.get(
    "/delivery-options",
    response={200: OptionList, **PROBLEMS},
    operation_id="delivery_options",
    summary="Every way some goods can get to the customer, with price and promise, or why not",
)
@decorate_view(kept_private)
def options(
    request: HttpRequest,
    channel: Path[str],
    line: list[str] = Query(
        ..., min_length=1, max_length=MOST_LINES, description="`SKU` or `SKU:pieces`; repeat"
    ),
    country: str = Country,
    postcode: str = Query("", max_length=16),
    city: str = Query("", max_length=120),
    lat: float | None = Latitude,
    lon: float | None = Longitude,
    locale: str = "",
) -> dict[str, Any]:
    """Shown before a basket is there: the goods are priced as a basket of their own. Nothing is held."""
    context = open_channel_for(request, channel)
    language = chosen_locale(request, context, locale)
    lines = _lines(context, line)
    worth = quote(context_at(context), [QuoteLine(str(pk), pk, pieces) for pk, pieces in lines.items()])
    asked = Asked(
        channel=context,
        lines=tuple(Wanted(pk, pieces) for pk, pieces in lines.items()),
        moment=clock.now(),
        value=worth.total.amount,
        benefits=worth.delivery_benefits,
        address=_address(country, postcode, city, lat, lon),
        locale=language,
    )
    with translation.override(language):
        found = delivery_options(asked)
        names = {one.pk: one.name for one in read_locations(context.location_ids)}
        return {"items": [option_shown(one, names) for one in found]}


@router.get(
    "/slots",
    response={200: SlotList, **PROBLEMS},
    operation_id="slots",
    summary="When goods can be collected in a shop that works by times",
)
@decorate_view(kept_private)
def slots(request: HttpRequest, channel: Path[str], location: str) -> dict[str, Any]:
    """From when the shop could have prepared an order of now. Full ones have `free` 0. None: come whenever it is open."""
    context = open_channel_for(request, channel)
    place = next((one for one in read_locations(context.location_ids) if one.code == location), None)
    if place is None or not settings_of(place).collects:
        raise InvalidValue(field="location", value=location[:40])
    kept = settings_of(place)
    ready = promise_collection(place_of(place), clock.now(), Work(kept.preparation_minutes, kept.cut_off))
    found = free_slots(place, since=ready.from_at)
    items = [{"starts_at": one.starts_at, "ends_at": one.ends_at, "free": one.free} for one in found]
    return {"location": place.code, "zone": place.time_zone, "items": items}


@router.get(
    "/relay-points",
    response={200: PointList, **PROBLEMS},
    operation_id="relay_points",
    summary="Relay points of a delivery near an address",
)
@decorate_view(kept_private)
def points(
    request: HttpRequest,
    channel: Path[str],
    delivery: str = Query(..., max_length=40, description="key of the option"),
    country: str = Country,
    postcode: str = Query("", max_length=16),
    city: str = Query("", max_length=120),
    lat: float | None = Latitude,
    lon: float | None = Longitude,
) -> dict[str, Any]:
    context = open_channel_for(request, channel)
    method = method_on(context, delivery)
    address = _address(country or context.country, postcode, city, lat, lon)
    found = relay_points(method.carrier, address or Address())
    return {"carrier": method.carrier, "items": [one.as_json() for one in found]}


@router.post(
    "/collections/{number}/here",
    response={200: HereShown, 429: Problem, **PROBLEMS},
    operation_id="i_am_here",
    summary="“I am here”: the shop brings a parcel that is ready",
    throttle=[AddressLimit("RATE_ORDERS")],
)
@decorate_view(repeatable, kept_private)
def here(request: HttpRequest, channel: Path[str], number: str, payload: Here) -> dict[str, Any]:
    """The code of the parcel proves who it is. The same twice is one arrival; wrong codes are counted and soon blocked."""
    context = open_channel_for(request, channel)
    parcel = parcel_by_number(number)
    if parcel is None or parcel.order.channel_id != context.id:
        raise NotFound()
    told = say_here(parcel=parcel, code=payload.code, where=payload.where)
    return {"number": told.number, "here_at": told.here_at}


def option_shown(option: Option, names: dict[int, str]) -> dict[str, Any]:
    """An option as customers see it, in the active language. Shapes: ``names`` of locations by id."""
    promise = option.promise
    return {
        "key": option.key,
        "kind": option.method.kind,
        "name": option.name,
        "location": option.destination_code or None,
        "location_name": names.get(option.destination_id or 0),
        "distance_km": option.distance_km,
        "is_available": option.is_available,
        "price": option.price.as_json() if option.price else None,
        "full_price": option.full_price.as_json() if option.full_price else None,
        "promise": {"sentence": promise_sentence(promise), **promise.as_json()} if promise else None,
        "parcels": len(option.route.location_ids) if option.route and option.is_available else None,
        "needs_slot": option.has_slots,
        "carrier": option.method.carrier,
        "reasons": [{"code": one.code, "sentence": one.sentence} for one in option.reasons],
    }


def _address(
    country: str, postcode: str, city: str, latitude: float | None, longitude: float | None
) -> Address | None:
    """Errors: ``InvalidValue`` for half a point."""
    if (latitude is None) != (longitude is None):
        raise InvalidValue(field="lat" if latitude is None else "lon", value="")
    if not country and latitude is None:
        return None
    return Address(country, postcode, city, latitude, longitude)


def _lines(context: ChannelContext, said: Sequence[str]) -> dict[int, int]:
    """Pieces by variant. Errors: ``UnknownCode`` for what the channel does not show, ``InvalidValue``."""
    wanted: dict[str, int] = {}
    for one in said:
        head, _colon, tail = one.rpartition(":")
        sku, pieces = (head, tail) if head and tail.isdigit() and len(tail) < 6 else (one, "1")
        if not 1 <= (count := int(pieces)) <= 9999:
            raise InvalidValue(field="line", value=one[:64])
        wanted[sku] = wanted.get(sku, 0) + count
    found = variants_by_code(list(wanted))
    shown = published_skus(context, {variant.root_id for variant in found.values()})
    for sku in wanted:
        if sku not in found or found[sku].sku not in shown:
            raise UnknownCode(field="line", value=sku[:64])
    return {found[sku].pk: pieces for sku, pieces in wanted.items()}
