"""The core's own hooks of fulfilment: the built-in kinds of delivery, and our own relay points as a carrier."""

from comptoir.channels.models import Location
from comptoir.fulfilment.built_in import BUILT_IN
from comptoir.fulfilment.carriers import Address, Carrier, RelayPoint
from comptoir.fulfilment.methods import Method
from comptoir.fulfilment.routing import FAR_KM, distance_km
from comptoir.plugins import hookimpl

MOST_POINTS = 20


@hookimpl
def register_fulfilment_methods() -> list[Method]:
    return BUILT_IN


@hookimpl
def register_carriers() -> list[Carrier]:
    return [OWN]


def own_points(address: Address) -> list[RelayPoint]:
    """Our locations that are relay points in the country of an address: the nearest first, those in its town before others."""
    rows = Location.objects.filter(kind=Location.Kind.RELAY, is_active=True, country=address.country)
    points = [_point(row, address) for row in rows.order_by("code")]

    def nearness(one: RelayPoint) -> tuple[float, bool]:
        return (FAR_KM if one.distance_km is None else one.distance_km), one.postcode != address.postcode

    return sorted(points, key=nearness)[:MOST_POINTS]


def _point(row: Location, address: Address) -> RelayPoint:
    latitude = None if row.latitude is None else float(row.latitude)
    longitude = None if row.longitude is None else float(row.longitude)
    return RelayPoint(
        code=row.code,
        name=row.name,
        street=row.street,
        postcode=row.postcode,
        city=row.city,
        country=row.country,
        latitude=latitude,
        longitude=longitude,
        distance_km=distance_km(latitude, longitude, address.latitude, address.longitude),
    )


OWN = Carrier("own", "Comptoir", own_points)
