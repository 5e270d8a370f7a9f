"""A visit as the engine sees it: what is needed of whom, from when to when, counted from its begin.

Services of one visit follow one another, in one line or in several side by side: two friends, or a colour while somebody
else does the nails. All lines start at once, as customers see it. Getting ready is done before the first service of a line
and clearing away after its last; between two of them both are part of the visit, one after the other.

Where people take different times there are several ways to lay a visit out, one for each of the times.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from comptoir_booking.models import GRID_MINUTES, LONGEST_MINUTES, Resource, Segment
from comptoir_booking.paces import SEEN, Timed, is_for_people, timed
from comptoir_booking.reading import Part, PlaceFacts, Required, ResourceFacts, ServiceFacts
from comptoir_booking.refusals import VisitTooLong

ANY, SAME, DIFFERENT = "any", "same", "different"
PEOPLE = (ANY, SAME, DIFFERENT)

#: The role of a room that staff chose.
ROOM = "room"
#: Times of several services are combined up to this; the slowest combinations are left out then.
MOST_WAYS = 64
Span = tuple[int, int]


@dataclass(frozen=True)
class Wish:
    """One service of a visit; ``person_id`` if somebody chosen is to do it. Lines with other numbers go side by side.

    ``party``: how many come for it; ``pieces``: for how many of them it is paid. ``rooms``: those that staff chose for it,
    all of them, in place of the one that its service says. ``seats``: for how many a room has to be large enough.
    """

    service_id: int
    person_id: int | None = None
    line: int = 0
    party: int = 1
    pieces: int = 1
    rooms: tuple[int, ...] | None = None
    seats: int = 0


@dataclass(frozen=True)
class Visit:
    """What somebody wants to book: services one after the other, or side by side, at one location.

    ``people``: whether the ``same`` person does all of a line, ``different`` ones do all there is, or ``any``.
    """

    location_id: int
    wishes: tuple[Wish, ...]
    people: str = ANY

    def may_have(self, resource: ResourceFacts) -> bool:
        """Whether it is somebody for this visit: if somebody was chosen for all of it, nobody else of the team is."""
        people = {wish.person_id for wish in self.wishes}
        return resource.kind != Resource.Kind.STAFF or None in people or resource.id in people

    @property
    def pieces(self) -> list[Wish]:
        """The services, each as many times as it is paid for."""
        return [wish for wish in self.wishes for _piece in range(wish.pieces)]

    @property
    def service_ids(self) -> list[int]:
        return sorted({wish.service_id for wish in self.wishes})

    @property
    def room_ids(self) -> list[int]:
        """The rooms that staff chose."""
        return sorted({pk for wish in self.wishes for pk in wish.rooms or ()})


@dataclass(frozen=True)
class Need:
    """Somebody or something a visit needs: one of the candidates, in all of these stretches.

    Units: steps of the grid since the begin of the visit. Shapes: ``uses`` says for each stretch which service (by its
    place in the visit) and role it is for. ``apart``: whoever it is must not be one of the other needs that say so.
    ``quantity``: how many of a pool; of anything else it is one.
    """

    uses: tuple[tuple[int, str, Span], ...]
    candidates: tuple[int, ...]
    is_chosen: bool = False
    apart: bool = False
    quantity: int = 1

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


def lay_out(visit: Visit, place: PlaceFacts, resources: Sequence[ResourceFacts]) -> tuple[Layout, ...]:
    """Put the services of a visit on the grid and find the candidates of each role, in each of the times people take.

    Those that nobody can do are left out, as long as there are others. Errors: ``VisitTooLong``.
    """
    times = [timed(place.services[one.service_id], resources, one.person_id) for one in visit.wishes]
    ways = [_way(visit, place, resources, chosen) for chosen in islice(product(*times), MOST_WAYS)]
    short = [way for way in ways if way.length * GRID_MINUTES <= LONGEST_MINUTES]
    if not short:
        raise VisitTooLong(field="services")
    return tuple(way for way in short if all(need.candidates for need in way.needs)) or (short[0],)


def _way(
    visit: Visit, place: PlaceFacts, resources: Sequence[ResourceFacts], times: Sequence[Timed]
) -> Layout:
    services = [place.services[wish.service_id] for wish in visit.wishes]
    leads = _leads(visit, times)
    ends = {line: max(leads.values()) - lead for line, lead in leads.items()}
    needs: list[Need] = []
    seen: list[Span] = []
    for number, (wish, service, one) in enumerate(zip(visit.wishes, services, times, strict=True)):
        parts = _parts(one.segments, ends[wish.line])
        shown = [span for kind, _position, span in parts if kind in SEEN]
        seen.append((shown[0][0], shown[-1][1]))
        needs += _needs(number, wish, service, one.people, parts, resources)
        ends[wish.line] = parts[-1][2][1]
    terms = [service.policy for service in services]
    return Layout(
        needs=tuple(_with_people(needs, visit, {one.id: one for one in resources})),
        seen=tuple(seen),
        lead=max(leads.values()),
        length=max(ends.values()),
        step_minutes=services[0].step_minutes,
        notice_minutes=max(one["notice_minutes"] for one in terms),
        horizon_days=min(one["horizon_days"] for one in terms),
    )


def _leads(visit: Visit, times: Sequence[Timed]) -> dict[int, int]:
    """How long it takes to get ready for each line, in steps."""
    leads: dict[int, int] = {}
    for wish, one in zip(visit.wishes, times, strict=True):
        before = sum(minutes for kind, minutes, _ in one.segments if kind == Segment.Kind.BEFORE)
        leads.setdefault(wish.line, before // GRID_MINUTES)
    return leads


def _parts(segments: Sequence[Part], begin: int) -> list[tuple[str, int, Span]]:
    found = []
    for kind, minutes, position in segments:
        end = begin + minutes // GRID_MINUTES
        found.append((kind, position, (begin, end)))
        begin = end
    return found


def _needs(
    number: int, wish: Wish, service: ServiceFacts, people: frozenset[int] | None,
    parts: list[tuple[str, int, Span]], resources: Sequence[ResourceFacts],
) -> list[Need]:  # fmt: skip
    """What one service needs; ``people`` are those who take this time, for the first role of the team."""
    found = []
    for required, those in _roles(wish, service, resources):
        able = [one for one in those if not required.by_party or one.is_enough_for(wish.party)]
        if people is not None and is_for_people(required, able):
            able, people = [one for one in able if one.id in people], None
        found.append(_need(number, wish, required, parts, able))
    return found


def _roles(
    wish: Wish, service: ServiceFacts, resources: Sequence[ResourceFacts]
) -> Iterable[tuple[Required, list[ResourceFacts]]]:
    """What a service needs, each with those who can be it: of rooms those that staff chose, if they did."""
    for required in service.requirements:
        able = [one for one in resources if one.can_be(required, service.id)]
        is_room = bool(able) and all(one.kind == Resource.Kind.ROOM for one in able)
        if is_room and wish.rooms is None:
            yield required, [one for one in able if one.is_enough_for(wish.seats)]
        elif not is_room:
            yield required, able
    for pk in wish.rooms or ():
        yield Required(ROOM, "", None, pk, ()), [one for one in resources if one.id == pk]


def _need(
    number: int, wish: Wish, required: Required, parts: list[tuple[str, int, Span]], able: list[ResourceFacts]
) -> Need:
    wanted = [
        span for _kind, position, span in parts if not required.segments or position in required.segments
    ]
    is_chosen = wish.person_id is not None and is_for_people(required, able)
    if is_chosen:
        able = [one for one in able if one.id == wish.person_id]
    uses = tuple((number, required.role, span) for span in _joined(wanted))
    quantity = wish.party if required.by_party else 1
    return Need(uses, tuple(one.id for one in able), is_chosen, quantity=quantity)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Stretches that touch are one: one row in the database, and one check."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and found[-1][1] >= begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def _with_people(needs: list[Need], visit: Visit, resources: Mapping[int, ResourceFacts]) -> list[Need]:
    """Who does several services of a line: the first person each needs becomes one need if it is to be the same, and so on."""
    if visit.people == ANY:
        return needs
    others = [need for need in needs if not _has_people(need, resources)]
    of_people = [need for need in needs if _has_people(need, resources)]
    if visit.people == DIFFERENT:
        return [*(replace(need, apart=True) for need in of_people), *others]
    merged: dict[tuple[int, int], Need] = {}
    places = [need.uses[0][0] for need in of_people]
    for number, need in enumerate(of_people):
        nth = (visit.wishes[places[number]].line, places[:number].count(places[number]))
        merged[nth] = _merged(merged[nth], need) if nth in merged else need
    return [*merged.values(), *others]


def _has_people(need: Need, resources: Mapping[int, ResourceFacts]) -> bool:
    return any(resources[pk].kind == Resource.Kind.STAFF for pk in need.candidates)


def _merged(one: Need, other: Need) -> Need:
    candidates = tuple(pk for pk in one.candidates if pk in other.candidates)
    return Need((*one.uses, *other.uses), candidates, one.is_chosen or other.is_chosen)
