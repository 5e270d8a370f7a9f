"""How long somebody of the team takes: the parts of a service in their time, on the grid."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from comptoir_booking.models import GRID_MINUTES, Resource, Segment
from comptoir_booking.reading import Part, Required, ResourceFacts, ServiceFacts

#: What customers are there for.
SEEN = (Segment.Kind.ACTIVE, Segment.Kind.PROCESSING)


class Timed(NamedTuple):
    """A service as long as some of the team take for it; ``people`` is ``None`` if all take the same time."""

    segments: tuple[Part, ...]
    people: frozenset[int] | None


def timed(service: ServiceFacts, resources: Sequence[ResourceFacts], person_id: int | None) -> list[Timed]:
    """A service in each of the times that its people take, the quickest first. Who serves first sets the time."""
    found: dict[tuple[Part, ...], set[int]] = {}
    for one in _who_sets_the_time(service, resources) if service.paces else ():
        if person_id in (None, one.id):
            found.setdefault(parts_of(service, one.id), set()).add(one.id)
    if not found:
        return [Timed(service.segments, None)]
    quickest = sorted(found.items(), key=lambda item: (seen_minutes(item[0]), item[0]))
    return [Timed(segments, frozenset(people)) for segments, people in quickest]


def parts_of(service: ServiceFacts, resource_id: int) -> tuple[Part, ...]:
    """The parts of a service as long as one of the team takes for them."""
    pace = service.paces.get(resource_id)
    return paced(service.segments, *pace) if pace else service.segments


def paced(segments: Sequence[Part], minutes: int | None, percent: int | None = None) -> tuple[Part, ...]:
    """Parts with the time of being served changed: to so many minutes together, or to a part of it, rounded up.

    Each part keeps its share, and five minutes at least. *Example*: 40 and 20 minutes at 125 per cent are 50 and 25.
    """
    served = [length for kind, length, _position in segments if kind == Segment.Kind.ACTIVE]
    wanted = minutes or -(-sum(served) * (percent or 100) // (100 * GRID_MINUTES)) * GRID_MINUTES
    lengths = iter(_shares(served, max(wanted, GRID_MINUTES * len(served))))
    return tuple(
        (kind, next(lengths) if kind == Segment.Kind.ACTIVE else length, position)
        for kind, length, position in segments
    )


def is_for_people(required: Required, able: Iterable[ResourceFacts]) -> bool:
    """Whether a role is given to somebody of the team; ``able`` are all who can have it."""
    return required.kind == Resource.Kind.STAFF or any(one.kind == Resource.Kind.STAFF for one in able)


def seen_minutes(segments: Iterable[Part]) -> int:
    """How long a customer is there."""
    return sum(length for kind, length, _position in segments if kind in SEEN)


def _shares(lengths: Sequence[int], wanted: int) -> list[int]:
    found: list[int] = []
    for number in range(1, len(lengths) + 1):
        end = round(wanted * sum(lengths[:number]) / sum(lengths) / GRID_MINUTES) * GRID_MINUTES
        latest = wanted - GRID_MINUTES * (len(lengths) - number)
        found.append(min(max(end, sum(found) + GRID_MINUTES), latest) - sum(found))
    return found


def _who_sets_the_time(service: ServiceFacts, resources: Sequence[ResourceFacts]) -> list[ResourceFacts]:
    able = ([one for one in resources if one.can_be(role, service.id)] for role in service.requirements)
    roles = zip(service.requirements, able, strict=True)
    return next((people for role, people in roles if is_for_people(role, people)), [])
