"""From where an order is served: candidates, their scores and reasons, the best first. Pure reckoning, no database.

Source: docs/algorithms/fulfilment.md, rules 5 and 6.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from comptoir.base.errors import ComptoirError
from comptoir.fulfilment.promises import (
    Place,
    Promise,
    Transit,
    Work,
    promise_collection,
    promise_delivery,
    promise_transfer,
)

EARTH_RADIUS_KM = 6371.0088
#: A place whose distance is not known comes after all others.
FAR_KM = 99_999.0


class Wish(NamedTuple):
    """Pieces of a variant for an owner in stock, such as ``basket-line:17``."""

    owner: str
    variant_id: int
    quantity: int


class Part(NamedTuple):
    """Pieces of one wish that one location gives."""

    owner: str
    variant_id: int
    location_id: int
    quantity: int


@dataclass(frozen=True)
class Source:
    """A location as routing sees it. ``free`` is pieces by variant, those that the owners hold there included."""

    location_id: int
    code: str
    name: str
    place: Place
    work: Work
    free: Mapping[int, int]
    ships: bool = True
    cost: Decimal = Decimal(0)
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class RouteRequest:
    """What is wanted, and where to. ``destination`` is the shop of a collection; ``None`` for an address.

    ``region`` and ``zone`` are those of the address: its public holidays and its days. ``excluded`` locations have refused.
    """

    reference: str
    kind: str
    wishes: tuple[Wish, ...]
    since: datetime
    transit: Transit = field(default_factory=Transit)
    region: str = ""
    zone: str = ""
    latitude: float | None = None
    longitude: float | None = None
    destination: Source | None = None
    only_there: bool = False
    excluded: frozenset[int] = frozenset()


@dataclass
class Candidate:
    """One way to serve an order, with what speaks for it and against it. ``reasons``: codes with their facts."""

    parts: tuple[Part, ...]
    reasons: list[dict[str, Any]] = field(default_factory=list)
    promise: Promise | None = None
    cost: Decimal = Decimal(0)
    distance_km: float | None = None
    codes: tuple[str, ...] = ()
    location_ids: tuple[int, ...] = ()

    @property
    def is_eligible(self) -> bool:
        return not self.reasons

    def as_json(self) -> dict[str, Any]:
        """As a decision keeps it: one location alone gives everything, so that only a split names its parts."""
        kept: dict[str, Any] = {"locations": list(self.codes)}
        if self.reasons:
            return {**kept, "reasons": self.reasons}
        if len(self.location_ids) > 1:
            kept["parts"] = [part._asdict() for part in self.parts]
        promise = self.promise.as_json() if self.promise else None
        scores = {"parcels": len(self.codes), "cost": str(self.cost), "distance_km": self.distance_km}
        return {**kept, "scores": {**scores, "promise": promise}}


#: What can decide, by its name in ``COMPTOIR_ROUTING_RULES``: the smaller, the better.
RULES: dict[str, Callable[[Candidate], Any]] = {
    "parcels": lambda one: len(one.codes),
    "promise": lambda one: one.promise.sort_key if one.promise else (),
    "cost": lambda one: one.cost,
    "distance": lambda one: FAR_KM if one.distance_km is None else one.distance_km,
}


def rank_candidates(
    request: RouteRequest, sources: Sequence[Source], rules: Sequence[str]
) -> list[Candidate]:
    """Every way to serve an order: the eligible ones first, the best at the top; then the others with their reasons.

    Each location alone is a candidate; if none of them can, a split over as few locations as possible is one too. Ties
    go by the code of the location, so that the same question has the same answer.
    """
    found = [_alone(request, source) for source in sources]
    if not any(one.is_eligible for one in found) and (split := _split(request, sources)):
        found.append(split)
    by_id = {source.location_id: source for source in sources}
    for one in found:
        if one.is_eligible:
            _score(request, one, by_id)
    ordered = [RULES[rule] for rule in rules]
    good = sorted(
        (one for one in found if one.is_eligible),
        key=lambda one: (*(rule(one) for rule in ordered), one.codes),
    )
    return [*good, *sorted((one for one in found if not one.is_eligible), key=lambda one: one.codes)]


def distance_km(
    latitude: float | None,
    longitude: float | None,
    other_latitude: float | None,
    other_longitude: float | None,
) -> float | None:
    """As the crow flies, by the haversine formula on the mean Earth radius; ``None`` if a point is not known."""
    if latitude is None or longitude is None or other_latitude is None or other_longitude is None:
        return None
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half = (math.sin((other_phi - phi) / 2), math.sin(math.radians(other_longitude - longitude) / 2))
    chord = half[0] ** 2 + math.cos(phi) * math.cos(other_phi) * half[1] ** 2
    return round(2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord))), 1)


def _alone(request: RouteRequest, source: Source) -> Candidate:
    parts = tuple(
        Part(owner, variant, source.location_id, pieces) for owner, variant, pieces in request.wishes
    )
    candidate = Candidate(parts, codes=(source.code,), location_ids=(source.location_id,))
    if refusal := _refusal(request, source):
        candidate.reasons.append({"code": refusal})
        return candidate
    for variant_id, wanted in _demand(request.wishes).items():
        free = source.free.get(variant_id, 0)
        if free < wanted:
            short = {"code": "out_of_stock", "variant_id": variant_id, "free": free, "wanted": wanted}
            candidate.reasons.append(short)
    return candidate


def _refusal(request: RouteRequest, source: Source) -> str:
    """Why a location is not asked at all, whatever it has."""
    is_there = request.destination is not None and request.destination.location_id == source.location_id
    if source.location_id in request.excluded:
        return "rejected_before"
    if not is_there and request.only_there:
        return "not_there"
    if not is_there and not source.ships:
        return "does_not_ship"
    return ""


def _demand(wishes: Iterable[Wish]) -> dict[int, int]:
    """Pieces wanted by variant: two lines of one variant want the same shelf."""
    sums: dict[int, int] = {}
    for wish in wishes:
        sums[wish.variant_id] = sums.get(wish.variant_id, 0) + wish.quantity
    return sums


def _split(request: RouteRequest, sources: Sequence[Source]) -> Candidate | None:
    """As few locations as a greedy choice finds: whole lines first, then lines in pieces; ``None`` if too few are left."""
    usable = [source for source in sources if not _refusal(request, source)]
    left = {source.location_id: dict(source.free) for source in usable}
    missing = {wish.owner + f"/{wish.variant_id}": wish for wish in request.wishes}
    parts: list[Part] = []
    for in_pieces in (False, True):
        while missing:
            best = max(
                usable, key=lambda one: _gives(left[one.location_id], missing, in_pieces), default=None
            )
            taken = _take(left[best.location_id], missing, in_pieces) if best else {}
            if not best or not taken:
                break
            for key, pieces in taken.items():
                wish = missing.pop(key)
                parts.append(Part(wish.owner, wish.variant_id, best.location_id, pieces))
                if pieces < wish.quantity:
                    missing[key] = wish._replace(quantity=wish.quantity - pieces)
    if missing:
        return None
    codes = {source.location_id: source.code for source in usable}
    givers = tuple(dict.fromkeys(part.location_id for part in parts))
    return Candidate(tuple(parts), codes=tuple(codes[pk] for pk in givers), location_ids=givers)


def _gives(free: Mapping[int, int], missing: Mapping[str, Wish], in_pieces: bool) -> int:
    return sum(_take(dict(free), missing, in_pieces).values())


def _take(free: dict[int, int], missing: Mapping[str, Wish], in_pieces: bool) -> dict[str, int]:
    """What a location gives to each wish; its free pieces are counted down."""
    taken = {}
    for key, wish in missing.items():
        pieces = min(free.get(wish.variant_id, 0), wish.quantity)
        if pieces == wish.quantity or (in_pieces and pieces > 0):
            taken[key] = pieces
            free[wish.variant_id] -= pieces
    return taken


def _score(request: RouteRequest, candidate: Candidate, sources: Mapping[int, Source]) -> None:
    """What the rules look at; a candidate whose shop never opens is none."""
    givers = [sources[pk] for pk in candidate.location_ids]
    try:
        promises = [_promise(request, source) for source in givers]
    except ComptoirError as error:
        candidate.reasons.append({"code": error.code})
        return
    last = max(promises, key=lambda one: one.sort_key)
    candidate.promise = Promise(last.zone, max(one.from_on for one in promises), last.until_on, last.from_at)
    candidate.cost = sum((source.cost for source in givers), Decimal(0))
    to = request.destination
    point = (to.latitude, to.longitude) if to else (request.latitude, request.longitude)
    distances = [distance_km(source.latitude, source.longitude, *point) for source in givers]
    known = [one for one in distances if one is not None]
    candidate.distance_km = round(sum(known), 1) if len(known) == len(distances) else None


def _promise(request: RouteRequest, source: Source) -> Promise:
    to = request.destination
    if to is None:
        transit, region = request.transit, request.region
        return promise_delivery(
            source.place, request.since, source.work, transit, region=region, zone=request.zone
        )
    if to.location_id == source.location_id:
        return promise_collection(source.place, request.since, source.work)
    return promise_transfer(source.place, request.since, source.work, request.transit, to.place, to.work)


def due_at(request: RouteRequest, source: Source, promise: Promise) -> datetime:
    """By when a location has to have prepared its part: what was promised, or the end of its own preparation."""
    if promise.from_at:
        return promise.from_at
    return request.since + timedelta(minutes=source.work.minutes)
