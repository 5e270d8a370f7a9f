"""How the goods get to the customer, as the checkout shows it: to an address, to a shop, to a relay point."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.channels.models import Location
from comptoir.checkout.delivery import ways_for
from comptoir.checkout.models import Checkout
from comptoir.checkout.services import CheckoutView
from comptoir.fulfilment.carriers import Address, RelayPoint, relay_points
from comptoir.fulfilment.facts import read_locations
from comptoir.fulfilment.methods import Option, Way, methods
from comptoir.fulfilment.options import promise_sentence
from comptoir.fulfilment.slots import free_slots
from comptoir_web.buying.places import Drawing, Point, drawing_of, far, place_of_postcode
from comptoir_web.shop import Shop

#: The nearest shops that are shown; whoever types another postcode sees others.
MOST_SHOPS = 12
MOST_POINTS = 12
SHIP, COLLECT, RELAY = "ship", "collect", "relay"

Said = Mapping[str, str]


@dataclass(frozen=True)
class WayShown:
    """One choice with its price and promise. ``name`` of a shop is its own."""

    option: Option
    name: str
    promise: str
    number: int = 0
    location: Location | None = None
    distance_km: float | None = None
    slots: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    @property
    def why_not(self) -> str:
        return " ".join(reason.sentence for reason in self.option.reasons)


@dataclass(frozen=True)
class Ways:
    """Everything a customer can choose from. ``relay_problem``: why no relay points are shown."""

    ships: tuple[WayShown, ...]
    shops: tuple[WayShown, ...]
    relays: tuple[WayShown, ...]
    points: tuple[RelayPoint, ...]
    drawing: Drawing | None
    relay_problem: str = ""

    @property
    def kinds(self) -> list[str]:
        found = ((SHIP, self.ships), (COLLECT, self.shops), (RELAY, self.relays))
        return [kind for kind, ways in found if ways]

    @property
    def open_ships(self) -> list[WayShown]:
        return [one for one in self.ships if one.option.is_available]


def said_before(checkout: Checkout) -> dict[str, str]:
    """What was chosen in a checkout, as the form would say it."""
    if not checkout.delivery:
        return {}
    wish, key = checkout.delivery["wish"], checkout.delivery["key"]
    said = {**wish["address"], "point": wish["point"].get("code", "")}
    if checkout.delivery["way"] == "collection":
        return {**said, "way": COLLECT, "shop": key, f"slot-{key}": wish["slot"]}
    return {**said, "way": RELAY, "relay": key} if wish["point"] else {**said, "way": SHIP, "option": key}


def ways_of(shop: Shop, view: CheckoutView, said: Said) -> Ways:
    """What can be chosen for what was typed so far; without an address, as it would be in the country of the channel."""
    assert view.basket is not None
    customer = _customer(said)
    address = Address(
        said.get("country") or shop.channel.country,
        said.get("postcode", ""),
        said.get("city", ""),
        *(customer or (None, None)),
    )
    options = ways_for(view=view.basket, near=address, locale=shop.locale)
    kinds = methods()
    relays = [one for one in options if kinds[one.method.kind].needs_point]
    ships = [one for one in options if one.way is Way.SHIP and one not in relays]
    shops = _shops([one for one in options if one.way is Way.COLLECT], shop, customer)
    points, problem = _points(relays, said, shop)
    dots = [(one.number, one.name, where) for one in shops if (where := _point(one.location))]
    return Ways(
        tuple(map(_shown, ships)),
        tuple(shops),
        tuple(map(_shown, relays)),
        tuple(points),
        drawing_of(dots, customer),
        problem,
    )


def _shown(option: Option) -> WayShown:
    promise = promise_sentence(option.promise) if option.promise else ""
    return WayShown(option, option.name, promise)


def _shops(options: list[Option], shop: Shop, customer: Point | None) -> list[WayShown]:
    """Shops with their times; those that can be chosen first, then the nearest."""
    places = {one.pk: one for one in read_locations(shop.channel.location_ids)}
    known = [(one, places[one.destination_id]) for one in options if one.destination_id in places]
    sorted_ones = sorted(
        ((option, place, far(customer, _point(place))) for option, place in known),
        key=lambda one: (not one[0].is_available, one[2] is None, one[2] or 0, one[1].name),
    )
    return [
        WayShown(
            option=option,
            name=place.name,
            promise=promise_sentence(option.promise) if option.promise else "",
            number=number,
            location=place,
            distance_km=distance,
            slots=_slots(option, place),
        )
        for number, (option, place, distance) in enumerate(sorted_ones[:MOST_SHOPS], start=1)
    ]


def _slots(option: Option, place: Location) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The free times of a shop by day: (moment, words) each."""
    if not (option.has_slots and option.is_available):
        return ()
    zone = ZoneInfo(place.time_zone)
    free = [
        one
        for one in free_slots(place, since=option.promise.from_at if option.promise else None)
        if one.free > 0
    ]
    by_day = groupby(free, key=lambda one: one.starts_at.astimezone(zone).date())
    return tuple(
        (
            formats.date_format(day, "l j F"),
            tuple((one.starts_at.isoformat(), _span(one.starts_at, one.ends_at, zone)) for one in slots),
        )
        for day, slots in by_day
    )


def slot_words(said: str, zone: str) -> str:
    """The beginning of a slot as people say it: “Monday 23 November at 10:00”."""
    at = datetime.fromisoformat(said).astimezone(ZoneInfo(zone))
    words = {"day": formats.date_format(at, "l j F"), "time": formats.time_format(at.time(), "H:i")}
    return _("%(day)s at %(time)s") % words


def _span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    times = [formats.time_format(moment.astimezone(zone).time(), "H:i") for moment in (starts_at, ends_at)]
    return "–".join(times)


def _points(relays: list[Option], said: Said, shop: Shop) -> tuple[list[RelayPoint], str]:
    """The relay points near what was typed; nobody is asked before."""
    typed = said.get("near", "").strip() or said.get("postcode", "")
    if said.get("way") != RELAY or not relays or not typed:
        return [], ""
    chosen = next((one for one in relays if one.key == said.get("relay")), relays[0])
    near = _near(said, shop)
    try:
        found = relay_points(chosen.method.carrier, near)[:MOST_POINTS]
    except ComptoirError as error:
        return [], str(error)
    return found, "" if found else _("There is no relay point near “%(typed)s”.") % {"typed": typed}


def _near(said: Said, shop: Shop) -> Address:
    typed = said.get("near", "").strip() or said.get("postcode", "")
    is_code = any(letter.isdigit() for letter in typed)
    country = said.get("country") or shop.channel.country
    return Address(country, typed if is_code else "", "" if is_code else typed)


def relay_address(shop: Shop, said: Said) -> dict[str, str]:
    """Where a relay point was looked for, as an address that the order keeps. Errors: ``InvalidValue`` for nothing."""
    near = _near(said, shop)
    if not (near.postcode or near.city):
        raise InvalidValue(field="near", value="")
    return {"country": near.country, "postcode": near.postcode, "city": near.city}


def _customer(said: Said) -> Point | None:
    """Where the customer is: as the browser says, else by the postcode."""
    with suppress(KeyError, ValueError):
        north, east = float(said["lat"]), float(said["lon"])
        if -90 <= north <= 90 and -180 <= east <= 180:
            return north, east
    return place_of_postcode(said.get("near") or said.get("postcode", ""))


def _point(place: Location | None) -> Point | None:
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return float(place.latitude), float(place.longitude)
