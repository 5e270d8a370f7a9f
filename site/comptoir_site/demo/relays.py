"""Escale, the demo shop's carrier: shops that keep parcels for people, all of them invented.

It meets the core as the client of a real parcel service would: by one hook, from a plugin or, as here, from the site.
"""

from dataclasses import replace

from comptoir.fulfilment.carriers import Address, Carrier, RelayPoint
from comptoir.fulfilment.routing import distance_km
from comptoir.plugins import hookimpl

MOST_POINTS = 10
NEAR_KM = 40.0
WEEK = "lun.–sam. 9 h–19 h"
EVENINGS = "mar.–dim. 7 h–20 h 30"


def _point(
    code: str, name: str, street: str, postcode: str, city: str, at: tuple[float, float], hours: str = WEEK
) -> RelayPoint:
    country = "RE" if postcode.startswith("974") else "FR"
    return RelayPoint(code, name, street, postcode, city, country, *at, hours=hours)


POINTS = (
    _point("NTE01", "Librairie du Quai-aux-Songes", "4 rue des Gabares", "44000", "Nantes", (47.2118, -1.5532)),
    _point("NTE02", "Épicerie de la Navette", "31 rue du Tisserand", "44000", "Nantes", (47.2190, -1.5631), EVENINGS),
    _point("NTE03", "Pressing des Salorges", "2 quai du Sel", "44100", "Nantes", (47.2069, -1.5785)),
    _point("REZ01", "Tabac de Trentemoult", "9 rue des Cap-Horniers", "44400", "Rezé", (47.1953, -1.5820), EVENINGS),
    _point("LYO01", "Mercerie des Pentes", "18 montée du Canut", "69001", "Lyon", (45.7702, 4.8323)),
    _point("LYO02", "Cave du Vieux-Port-de-Saône", "5 quai des Bateliers", "69002", "Lyon", (45.7560, 4.8261), EVENINGS),
    _point("PAR01", "Fleurs de la Butte", "22 rue du Moulin-Neuf", "75018", "Paris", (48.8867, 2.3406)),
    _point("PAR02", "Cordonnerie Saint-Éloi", "7 passage du Dé", "75012", "Paris", (48.8462, 2.3865)),
    _point("BDX01", "Cycles du Port-de-la-Lune", "14 rue des Merrains", "33000", "Bordeaux", (44.8412, -0.5701)),
    _point("RUN01", "Snack du Barachois", "3 rue du Letchi", "97400", "Saint-Denis", (-20.8732, 55.4489), EVENINGS),
)  # fmt: skip


def points_near(address: Address) -> list[RelayPoint]:
    """Those within forty kilometres of a point, else those of the same part of the country; the nearest first."""
    if address.latitude is not None:
        far = [replace(one, distance_km=_distance(address, one)) for one in POINTS]
        found = [one for one in far if one.distance_km is not None and one.distance_km <= NEAR_KM]
        return sorted(found, key=lambda one: one.distance_km or 0.0)[:MOST_POINTS]
    part = _part_of_country(address.postcode)
    found = [one for one in POINTS if part and _part_of_country(one.postcode) == part]
    return sorted(found, key=lambda one: (one.postcode != address.postcode, one.code))[:MOST_POINTS]


@hookimpl
def register_carriers() -> list[Carrier]:
    return [ESCALE]


def _distance(address: Address, point: RelayPoint) -> float | None:
    return distance_km(address.latitude, address.longitude, point.latitude, point.longitude)


def _part_of_country(postcode: str) -> str:
    """The département: two digits, overseas three."""
    return postcode[: 3 if postcode.startswith("97") else 2]


ESCALE = Carrier("escale", "Escale", points_near)
