"""Which starts are free, who can do it, and why not: the same code offers, validates and explains.

Pure: it knows masks and needs, no tables. A visit fits at a start if each need can be given to a candidate who is free in
all of its stretches, and nobody is given two needs that want them at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, combinations
from typing import NamedTuple

from comptoir_booking.layout import Layout, Need, Span
from comptoir_booking.masks import bits, depths, holds_all, levels_of, runs, union_of

#: So many needs of the same candidates are counted in all their combinations; more are tried begin by begin.
MOST_COUNTED = 6
#: Where at least one of a resource is free, where at least two, and so on; of all but pools there is one.
Levels = tuple[int, ...]
Free = Mapping[int, Levels]
Rank = Callable[[Need, int, set[int]], tuple[float, ...]]
Assignment = list[tuple[Need, int]]


def fitting_begins(layout: Layout, free: Free) -> int:
    """The steps at which a visit can begin, as a mask; getting ready is part of it."""
    mask, begins = -1, []
    for need in layout.needs:
        begins.append({pk: _begins(_enough(free, pk, need), need.spans) for pk in need.candidates})
        mask &= union_of(begins[-1].values())
        if not mask:
            return 0
    if mask < 0:  # it needs nobody: nobody could say when
        return 0
    for group in _rivals(layout.needs):
        needs = [layout.needs[number] for number in group]
        if _can_be_counted(needs, free):
            mask &= _each_has_one([begins[number] for number in group])
        else:
            mask = sum(1 << begin for begin in bits(mask) if assign(needs, free, begin))
    return mask


def assign(needs: Sequence[Need], free: Free, begin: int, rank: Rank | None = None) -> Assignment | None:
    """Somebody for each need of a visit that begins then, the best first as ``rank`` says; ``None`` if it does not fit."""
    able = [(need, [pk for pk in need.candidates if is_free(free, pk, need, begin)]) for need in needs]
    if not all(candidates for _need, candidates in able):
        return None
    able.sort(key=lambda pair: len(pair[1]))
    return _assign(able, [], _Pools(free, begin), rank)


def is_free(free: Free, pk: int, need: Need, begin: int) -> bool:
    """Whether somebody, or enough of a pool, is free for all of a need."""
    return holds_all(_enough(free, pk, need), need.spans, begin)


def unassigned(needs: Sequence[Need], free: Free, begin: int) -> list[Need]:
    """The needs for which nobody at all is free at a begin."""
    return [
        need for need in needs
        if not any(is_free(free, pk, need, begin) for pk in need.candidates)
    ]  # fmt: skip


class _Pools(NamedTuple):
    """What is free of pools for a visit that begins then: several needs may have some of one."""

    free: Free
    begin: int

    def have(self, pk: int, needs: Sequence[Need]) -> bool:
        """Whether there is enough for all of these at once."""
        levels = self.free[pk]
        if len(levels) == 1:
            return False
        spans = [span for need in needs for span in need.spans * need.quantity]
        wanted = depths(spans, max(end for _begin, end in spans), sum(need.quantity for need in needs))
        return all(
            not mask or (number < len(levels) and not mask & ~(levels[number] >> self.begin))
            for number, mask in enumerate(wanted)
        )


def _assign(
    able: list[tuple[Need, list[int]]], given: Assignment, pools: _Pools, rank: Rank | None
) -> Assignment | None:
    if len(given) == len(able):
        return list(given)
    need, candidates = able[len(given)]
    used = {pk for _need, pk in given}
    for pk in sorted(candidates, key=lambda one: rank(need, one, used)) if rank else candidates:
        rivals = [before for before, other in given if pk == other and _exclude(need, before)]
        if rivals and not pools.have(pk, [need, *rivals]):
            continue
        given.append((need, pk))
        if found := _assign(able, given, pools, rank):
            return found
        given.pop()
    return None


def _enough(free: Free, pk: int, need: Need) -> int:
    """Where a candidate is free, so many of a pool as are needed. Who is too small is no candidate."""
    levels = free.get(pk)
    return levels[min(need.quantity, len(levels)) - 1] if levels else 0


def _begins(free: int, spans: Iterable[Span]) -> int:
    """The steps at which all stretches of a need are free, counted from there."""
    mask = -1
    for begin, end in spans:
        mask &= runs(free, end - begin) >> begin
        if not mask:
            break
    return mask


def _rivals(needs: Sequence[Need]) -> list[list[int]]:
    """The needs that might want the same one at once, in groups; all others can be looked at by themselves."""
    groups: list[list[int]] = []
    for number, need in enumerate(needs):
        mine = [group for group in groups if any(_compete(needs[other], need) for other in group)]
        groups = [
            *(group for group in groups if group not in mine),
            [*chain.from_iterable(mine), number],
        ]
    return [group for group in groups if len(group) > 1]


def _compete(one: Need, other: Need) -> bool:
    return _exclude(one, other) and not set(one.candidates).isdisjoint(other.candidates)


def _can_be_counted(needs: Sequence[Need], free: Free) -> bool:
    """Whether each of some needs wants one for itself alone: no pools, and nobody can have two of them."""
    return (
        len(needs) <= MOST_COUNTED
        and all(_exclude(one, other) for one, other in combinations(needs, 2))
        and all(len(free.get(pk, ())) < 2 for need in needs for pk in need.candidates)
    )


def _each_has_one(begins: Sequence[Mapping[int, int]]) -> int:
    """Where each need can have one for itself: where as many are free for any of some needs as these are, for all some.

    Shapes: for each need the begins by candidate. Source: Hall's marriage theorem.
    """
    mask = -1
    for size in range(2, len(begins) + 1):
        for some in combinations(begins, size):
            people = set().union(*some)
            able = (union_of(one.get(pk, 0) for one in some) for pk in people)
            mask &= levels_of(able, size)[-1]
    return mask


def _exclude(one: Need, other: Need) -> bool:
    """Whether one candidate cannot have both."""
    if one.apart and other.apart and one.uses[0][0] != other.uses[0][0]:
        return True
    return any(a < d and c < b for a, b in one.spans for c, d in other.spans)
