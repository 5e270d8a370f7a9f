"""Who does it, when anybody may: whoever a plugin says, else fairly, and without leaving gaps.

Fair is to the hour: who was booked least in the four weeks up to that day is asked first. Among those, who has another
booking, or the end of the day, nearest to it: short gaps are of no use to anybody. What decided is kept with the booking.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from comptoir import hookspecs, plugins
from comptoir.channels.models import Channel
from comptoir.channels.queries import channel_context
from comptoir_booking.board import Board
from comptoir_booking.engine import Assignment, Rank, assign, is_free
from comptoir_booking.layout import Layout, Need
from comptoir_booking.models import GRID_MINUTES, Resource
from comptoir_booking.wall_time import instant_of

CHOSEN, ONLY, SAME, LEAST, COMPACT, PLUGIN = "chosen", "only", "same", "least_booked", "compact", "plugin"


@dataclass(frozen=True)
class Candidate:
    """Somebody who could do it. Units: minutes booked in the four weeks up to that day; minutes left idle beside it."""

    resource_id: int
    code: str
    booked_minutes: int
    gap_minutes: int

    @property
    def place(self) -> tuple[int, int]:
        return self.booked_minutes // 60, self.gap_minutes


@dataclass(frozen=True)
class Choice:
    """The order in which people are asked for a visit, and why."""

    begin: int
    candidates: Mapping[int, Candidate]
    sizes: Mapping[int, int]
    first: int | None = None

    @property
    def rank(self) -> Rank:
        """Somebody of the visit already, then who a plugin chose, then the fair and compact; of rooms the smallest that is
        large enough. A lot decides a tie."""

        def rank(_need: Need, pk: int, used: set[int]) -> tuple[float, ...]:
            seen = self.candidates.get(pk)
            place = seen.place if seen else (self.sizes.get(pk, 0), 0)
            return (pk not in used, pk != self.first, *place, (pk * 2654435761 + self.begin) % 4093)

        return rank

    def reason(self, need: Need, pk: int, times: int) -> str:
        """Why this one, in a word that is kept."""
        if need.is_chosen:
            return CHOSEN
        if len(need.candidates) == 1:
            return ONLY
        if times > 1:
            return SAME
        if pk == self.first:
            return PLUGIN
        mine = self.candidates.get(pk)
        others = [one for one in self.candidates.values() if one.resource_id != pk]
        if mine and any(
            one.place[0] == mine.place[0] and one.gap_minutes > mine.gap_minutes for one in others
        ):
            return COMPACT
        return LEAST


def choose(board: Board, begin: int, channel_id: int | None = None) -> Choice:
    """Whom to ask first for a visit that begins then, on the board of that start."""
    sizes = {pk: one.seats for pk, one in board.resources.items() if one.seats}
    able = {
        pk: need
        for need in board.needs
        if not need.is_chosen
        for pk in need.candidates
        if board.resources[pk].kind == Resource.Kind.STAFF and is_free(board.free, pk, need, begin)
    }
    if len(able) < 2:
        return Choice(begin, {}, sizes)
    found = {
        pk: Candidate(
            pk,
            board.resources[pk].code,
            board.booked_minutes.get(pk, 0),
            _gap_minutes(board.free[pk][0], need, begin),
        )
        for pk, need in able.items()
    }
    return Choice(begin, found, sizes, _ask_plugins(board, begin, list(found.values()), channel_id))


def best_way(board: Board, choice: Choice) -> tuple[Layout, Assignment] | None:
    """The way to do a visit, and with whom: where people take different times, by who is first in the order."""
    found = [(way, assign(way.needs, board.free, choice.begin, choice.rank)) for way in board.ways]
    able = [(way, given) for way, given in found if given is not None]
    return min(able, key=lambda one: sorted(choice.rank(*pair, set()) for pair in one[1]), default=None)


def _gap_minutes(free: int, need: Need, begin: int) -> int:
    """How long the shorter of the two idle stretches beside a visit is."""
    since, until = begin + need.spans[0][0], begin + need.spans[-1][1]
    before = since - (~free & ((1 << since) - 1)).bit_length()
    rest = ~(free >> until)
    after = (rest & -rest).bit_length() - 1
    return min(before, after) * GRID_MINUTES


def _ask_plugins(board: Board, begin: int, candidates: list[Candidate], channel_id: int | None) -> int | None:
    """An answer that is none of the candidates counts as no answer."""
    if channel_id is None or not plugins.subscribers(hookspecs.choose_person):
        return None
    code = Channel.objects.filter(pk=channel_id).values_list("code", flat=True).first()
    channel = channel_context(code) if code else None
    if channel is None:
        return None
    skus = [board.place.services[wish.service_id].sku for wish in board.visit.wishes]
    start = instant_of(board.window.since + begin + board.layout.lead)
    ordered = sorted(candidates, key=lambda one: one.place)
    answer = plugins.choose(
        hookspecs.choose_person, enabled=channel.enabled_plugins, default=None,
        channel=channel, skus=skus, start=start, candidates=ordered,
    )  # fmt: skip
    is_one = type(answer) is int and 0 <= answer < len(ordered)
    return ordered[answer].resource_id if is_one else None
