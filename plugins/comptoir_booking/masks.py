"""Stretches of time as the bits of one integer: bit ``n`` is the step ``since + n`` of the grid.

Thirty days are 8,640 bits, a kilobyte; "and", "or" and shifts of that are a few machine instructions per word.
"""

from collections.abc import Iterable, Iterator, Sequence


def stretch(begin: int, end: int) -> int:
    """The steps from ``begin`` up to, not including, ``end``."""
    return (1 << end) - (1 << begin) if end > begin else 0


def union(stretches: Iterable[tuple[int, int]], length: int) -> int:
    """All steps in any of these stretches, which may overlap and reach beyond both ends."""
    mask = 0
    for begin, end in stretches:
        mask |= stretch(max(begin, 0), min(end, length))
    return mask


def union_of(masks: Iterable[int]) -> int:
    """The steps that are in any of these masks."""
    found = 0
    for mask in masks:
        found |= mask
    return found


def disjoint_union(begins: Iterable[int], ends: Iterable[int], length: int) -> int:
    """The same for stretches that do not overlap: the sum of all ends less the sum of all begins, as numbers."""
    return _points(ends, length) - _points(begins, length)


def depths(stretches: Iterable[tuple[int, int]], length: int, depth: int) -> list[int]:
    """The steps that lie in at least one of these stretches, in at least two, and so on up to ``depth``."""
    return levels_of((stretch(max(begin, 0), min(end, length)) for begin, end in stretches), depth)


def levels_of(masks: Iterable[int], depth: int) -> list[int]:
    """The steps that are in at least one of these masks, in at least two, and so on up to ``depth``."""
    levels = [0] * depth
    for mask in masks:
        fresh = mask
        for level in range(depth):
            levels[level], fresh = levels[level] | fresh, levels[level] & fresh
    return levels


def runs(free: int, steps: int) -> int:
    """The steps at which so many free ones in a row begin; O(log steps) operations."""
    have = 1
    while have < steps and free:
        more = min(have, steps - have)
        free &= free >> more
        have += more
    return free


def every(step: int, phase: int, length: int) -> int:
    """Every step whose number plus ``phase`` is a multiple of ``step``."""
    first = -phase % step
    if first >= length:
        return 0
    count = (length - first + step - 1) // step
    return ((1 << count * step) - 1) // ((1 << step) - 1) << first


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, the lowest first."""
    text = mask.to_bytes((mask.bit_length() + 7) // 8, "little")
    for place, byte in enumerate(text):
        left = byte
        while left:
            yield place * 8 + (left & -left).bit_length() - 1
            left &= left - 1


def highest_first(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, the highest first."""
    while mask:
        highest = mask.bit_length() - 1
        yield highest
        mask ^= 1 << highest


def stretches(mask: int) -> Iterator[tuple[int, int]]:
    """The steps that are set, as stretches: from each begin up to, not including, its end."""
    begin = 0
    while mask:
        zeros = (mask & -mask).bit_length() - 1
        mask >>= zeros
        length = (~mask & mask + 1).bit_length() - 1
        begin += zeros
        yield begin, begin + length
        begin, mask = begin + length, mask >> length


def lowest(mask: int) -> int | None:
    """The number of the first bit that is set."""
    return (mask & -mask).bit_length() - 1 if mask else None


def holds_all(free: int, spans: Sequence[tuple[int, int]], start: int) -> bool:
    """Whether all these stretches, counted from ``start``, are free."""
    for begin, end in spans:
        wanted = (1 << end - begin) - 1
        if start + begin < 0 or free >> start + begin & wanted != wanted:
            return False
    return True


def _points(places: Iterable[int], length: int) -> int:
    text = bytearray(length // 8 + 1)
    for place in places:
        inside = 0 if place < 0 else min(place, length)
        text[inside >> 3] |= 1 << (inside & 7)
    return int.from_bytes(text, "little")
