"""Which starts are free, who can do it, and why not: the same code offers, validates and explains.

Pure: it knows masks and needs, no tables. A visit fits at a start if each need can be given to a candidate who is free in
all of its stretches, and nobody is given two needs that want them at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from comptoir_booking.layout import Layout, Need, Span
from comptoir_booking.masks import bits, holds_all, runs, union_of

Free = Mapping[int, int]
Rank = Callable[[Need, int, set[int]], tuple[float, ...]]
Assignment = list[tuple[Need, int]]


def fitting_begins(layout: Layout, free: Free) -> int:
    """The steps at which a visit can begin, as a mask; getting ready is part of it."""
    mask = -1
    for need in layout.needs:
        mask &= union_of(_begins(free.get(pk, 0), need.spans) for pk in need.candidates)
        if not mask:
            return 0
    if mask < 0:  # it needs nobody: nobody could say when
        return 0
    if _compete(layout.needs):
        return sum(1 << begin for begin in bits(mask) if assign(layout.needs, free, begin))
    return mask


def assign(needs: Sequence[Need], free: Free, begin: int, rank: Rank | None = None) -> Assignment | None:
    """Somebody for each need of a visit that begins then, the best first as ``rank`` says; ``None`` if it does not fit."""
    able = [
        (need, [pk for pk in need.candidates if holds_all(free.get(pk, 0), need.spans, begin)])
        for need in needs
    ]
    if not all(candidates for _need, candidates in able):
        return None
    able.sort(key=lambda pair: len(pair[1]))
    return _assign(able, [], rank)


def unassigned(needs: Sequence[Need], free: Free, begin: int) -> list[Need]:
    """The needs for which nobody at all is free at a begin."""
    return [
        need for need in needs
        if not any(holds_all(free.get(pk, 0), need.spans, begin) for pk in need.candidates)
    ]  # fmt: skip


def _assign(able: list[tuple[Need, list[int]]], given: Assignment, rank: Rank | None) -> Assignment | None:
    if len(given) == len(able):
        return list(given)
    need, candidates = able[len(given)]
    used = {pk for _need, pk in given}
    for pk in sorted(candidates, key=lambda one: rank(need, one, used)) if rank else candidates:
        if any(pk == other and _exclude(need, before) for before, other in given):
            continue
        given.append((need, pk))
        if found := _assign(able, given, rank):
            return found
        given.pop()
    return None


def _begins(free: int, spans: Iterable[Span]) -> int:
    """The steps at which all stretches of a need are free, counted from there."""
    mask = -1
    for begin, end in spans:
        mask &= runs(free, end - begin) >> begin
        if not mask:
            break
    return mask


def _compete(needs: Sequence[Need]) -> bool:
    """Whether two needs might want the same one at once; else each can be looked at by itself."""
    return any(
        _exclude(one, other) and set(one.candidates) & set(other.candidates)
        for one, other in combinations(needs, 2)
    )


def _exclude(one: Need, other: Need) -> bool:
    """Whether one candidate cannot have both."""
    if one.apart and other.apart and one.uses[0][0] != other.uses[0][0]:
        return True
    return any(a < d and c < b for a, b in one.spans for c, d in other.spans)
