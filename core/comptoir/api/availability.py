"""Live stock for customers: what a channel may sell of some variants, in sum, by location, near a point.

Customers are told how many are free and where, and of what is not free only whether others have the last ones in their
baskets. How many are held, promised or kept back is for staff (``staff_stock.py``).
"""

from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router, Schema
from ninja.decorators import decorate_view

from comptoir.api.http import kept_private, open_channel_for
from comptoir.api.schemas import Problem
from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.publishing.availability import Point, PublicStock, public_stock

router = Router()
MOST_VARIANTS = 50


class StockAt(Schema):
    code: str = Field(examples=["nantes"])
    name: str = Field(examples=["Boutique de Nantes"])
    free: int = Field(description="pieces")
    distance_km: float | None = Field(
        description="as the crow flies; null without a point, or where it is not known"
    )


class VariantStock(Schema):
    sku: str = Field(examples=["MARIN-M"])
    state: str = Field(
        description="`available`; `in_baskets`: others hold the last ones and may put them back; or `sold_out`"
    )
    free: int | None = Field(description="pieces in sum; null when stock is not counted")
    locations: list[StockAt] = Field(
        description="where the channel offers it; the nearest first if a point is given"
    )


class StockAnswer(Schema):
    as_of: datetime
    items: list[VariantStock]
    unknown: list[str] = Field(description="SKUs that this channel does not show")


@router.get(
    "/availability",
    response={200: StockAnswer, 404: Problem, 422: Problem},
    operation_id="availability",
    summary="Live stock of up to 50 variants, by location",
)
@decorate_view(kept_private)
def availability(
    request: HttpRequest,
    channel: Path[str],
    sku: list[str] = Query(
        ..., min_length=1, max_length=MOST_VARIANTS, description="repeat for more variants"
    ),
    lat: float | None = Query(None, ge=-90, le=90, description="degrees (WGS 84), with `lon`"),
    lon: float | None = Query(None, ge=-180, le=180),
) -> HttpResponse:
    """What the channel may sell at this moment. The SKUs come back in the order in which they were asked for."""
    context = open_channel_for(request, channel)
    as_of = clock.now()
    found = public_stock(context, sku, near=_point(lat, lon))
    items = [_item(found[one]) for one in dict.fromkeys(sku) if one in found]
    unknown = [one for one in dict.fromkeys(sku) if one not in found]
    return HttpResponse(
        orjson.dumps({"as_of": as_of, "items": items, "unknown": unknown}), content_type="application/json"
    )


def _point(latitude: float | None, longitude: float | None) -> Point | None:
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None:
        raise InvalidValue(field="lat" if latitude is None else "lon", value="")
    return Point(latitude, longitude)


def _item(stock: PublicStock) -> dict[str, Any]:
    places = [
        {
            "code": place.code,
            "name": place.name,
            "free": place.free,
            "distance_km": None if place.distance_km is None else round(place.distance_km, 1),
        }
        for place in stock.places
    ]
    return {"sku": stock.sku, "state": stock.state, "free": stock.free, "locations": places}
