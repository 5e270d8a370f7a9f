"""A visit as the engine sees it: what is needed of whom, from when to when, counted from its begin.

Services of one visit follow one another. Getting ready is done before the first one and clearing away after the last;
between two of them both are part of the visit, one after the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from comptoir_booking.models import GRID_MINUTES, LONGEST_MINUTES, Resource, Segment
from comptoir_booking.reading import PlaceFacts, Required, ResourceFacts, ServiceFacts
from comptoir_booking.refusals import VisitTooLong

ANY, SAME, DIFFERENT = "any", "same", "different"
PEOPLE = (ANY, SAME, DIFFERENT)

#: What customers are there for.
SEEN = (Segment.Kind.ACTIVE, Segment.Kind.PROCESSING)
Span = tuple[int, int]


@dataclass(frozen=True)
class Wish:
    """One service of a visit; ``person_id`` if somebody chosen is to do it."""

    service_id: int
    person_id: int | None = None


@dataclass(frozen=True)
class Visit:
    """What somebody wants to book: services one after the other at one location.

    ``people``: whether the ``same`` person does all of them, ``different`` ones, or ``any``.
    """

    location_id: int
    wishes: tuple[Wish, ...]
    people: str = ANY

    @property
    def person_ids(self) -> set[int] | None:
        """Those who are to do it, if somebody was chosen for all of it."""
        people = {wish.person_id for wish in self.wishes}
        return None if None in people else {pk for pk in people if pk}

    @property
    def service_ids(self) -> list[int]:
        return sorted({wish.service_id for wish in self.wishes})


@dataclass(frozen=True)
class Need:
    """Somebody or something a visit needs: one of the candidates, in all of these stretches.

    Units: steps of the grid since the begin of the visit. Shapes: ``uses`` says for each stretch which service (by its
    place in the visit) and role it is for. ``apart``: whoever it is must not be one of the other needs that say so.
    """

    uses: tuple[tuple[int, str, Span], ...]
    candidates: tuple[int, ...]
    is_chosen: bool = False
    apart: bool = False

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple(span for _place, _role, span in self.uses)


@dataclass(frozen=True)
class Layout:
    """A visit on the grid. Units: steps. ``lead``: from the begin of getting ready to the start that customers see.

    Shapes: ``seen`` has what the customer sees of each service, from when to when.
    """

    needs: tuple[Need, ...]
    seen: tuple[Span, ...]
    lead: int
    length: int
    step_minutes: int
    notice_minutes: int
    horizon_days: int

    @property
    def has_choice(self) -> bool:
        """Whether there is more than one way to do it."""
        return any(len(need.candidates) > 1 for need in self.needs)


def lay_out(visit: Visit, place: PlaceFacts, resources: Sequence[ResourceFacts]) -> Layout:
    """Put the services of a visit on the grid and find the candidates of each role.

    Errors: ``VisitTooLong``.
    """
    services = [place.services[wish.service_id] for wish in visit.wishes]
    needs: list[Need] = []
    seen: list[Span] = []
    begin = 0
    for number, (wish, service) in enumerate(zip(visit.wishes, services, strict=True)):
        parts = _parts(service, begin)
        shown = [span for kind, _position, span in parts if kind in SEEN]
        seen.append((shown[0][0], shown[-1][1]))
        needs += [_need(number, wish, service, role, parts, resources) for role in service.requirements]
        begin = parts[-1][2][1]
    if begin * GRID_MINUTES > LONGEST_MINUTES:
        raise VisitTooLong(field="services")
    terms = [service.policy for service in services]
    return Layout(
        needs=tuple(_with_people(needs, visit.people, {one.id: one for one in resources})),
        seen=tuple(seen),
        lead=seen[0][0],
        length=begin,
        step_minutes=services[0].step_minutes,
        notice_minutes=max(one["notice_minutes"] for one in terms),
        horizon_days=min(one["horizon_days"] for one in terms),
    )


def _parts(service: ServiceFacts, begin: int) -> list[tuple[str, int, Span]]:
    found = []
    for kind, minutes, position in service.segments:
        end = begin + minutes // GRID_MINUTES
        found.append((kind, position, (begin, end)))
        begin = end
    return found


def _need(
    number: int, wish: Wish, service: ServiceFacts, required: Required,
    parts: list[tuple[str, int, Span]], resources: Sequence[ResourceFacts],
) -> Need:  # fmt: skip
    wanted = [
        span for _kind, position, span in parts if not required.segments or position in required.segments
    ]
    able = [one for one in resources if one.can_be(required, service.id)]
    is_chosen = wish.person_id is not None and _is_for_people(required, able)
    if is_chosen:
        able = [one for one in able if one.id == wish.person_id]
    uses = tuple((number, required.role, span) for span in _joined(wanted))
    return Need(uses, tuple(one.id for one in able), is_chosen)


def _is_for_people(required: Required, able: Sequence[ResourceFacts]) -> bool:
    return required.kind == Resource.Kind.STAFF or any(one.kind == Resource.Kind.STAFF for one in able)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Stretches that touch are one: one row in the database, and one check."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and found[-1][1] >= begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def _with_people(needs: list[Need], people: str, resources: Mapping[int, ResourceFacts]) -> list[Need]:
    """Who does several services: the first person that each needs becomes one need if it is to be the same, and so on."""
    if people == ANY:
        return needs
    others = [need for need in needs if not _has_people(need, resources)]
    of_people = [need for need in needs if _has_people(need, resources)]
    if people == DIFFERENT:
        return [*(replace(need, apart=True) for need in of_people), *others]
    merged: dict[int, Need] = {}
    places = [need.uses[0][0] for need in of_people]
    for number, need in enumerate(of_people):
        nth = places[:number].count(places[number])
        merged[nth] = _merged(merged[nth], need) if nth in merged else need
    return [*merged.values(), *others]


def _has_people(need: Need, resources: Mapping[int, ResourceFacts]) -> bool:
    return any(resources[pk].kind == Resource.Kind.STAFF for pk in need.candidates)


def _merged(one: Need, other: Need) -> Need:
    candidates = tuple(pk for pk in one.candidates if pk in other.candidates)
    return Need((*one.uses, *other.uses), candidates, one.is_chosen or other.is_chosen)
