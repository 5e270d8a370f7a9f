"""Colours and curves: a ramp from shadow to light, and the lines a drawing is cut along.

Units: a drawing lives on a sheet 100 units wide; x goes to the right, y goes down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

Point = tuple[float, float]
Colour = tuple[int, int, int]

INK = (44, 36, 48)
CREAM = (255, 249, 238)


def rgb(colour: str) -> Colour:
    """Read a colour written ``#rrggbb``."""
    digits = colour.lstrip("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Blend two colours; ``share`` is how much of the other one, 0 to 1."""
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


def brightness(colour: Colour) -> float:
    """How light a colour looks, 0 to 1 (Rec. 601 luma)."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


@dataclass(frozen=True)
class Ramp:
    """A colour from its deepest shadow to its brightest light."""

    dark: Colour
    own: Colour
    light: Colour

    @classmethod
    def of(cls, colour: str | Colour) -> Ramp:
        """Shadows lean to plum, lights to cream: white cloth is not grey and black cloth is not a hole."""
        own = rgb(colour) if isinstance(colour, str) else colour
        lightness = brightness(own)
        shaded = tuple(round(channel * (0.40 + 0.14 * lightness)) for channel in own)
        dark = mix(shaded, (74, 58, 84), 0.16 + 0.16 * lightness)  # type: ignore[arg-type]
        return cls(dark=dark, own=own, light=mix(own, CREAM, 0.30 + 0.35 * lightness))

    def at(self, tone: float) -> Colour:
        """The colour at a tone from 0 (deep shadow) through 0.5 (its own) to 1 (full light)."""
        return mix(self.dark, self.own, tone * 2) if tone < 0.5 else mix(self.own, self.light, tone * 2 - 1)

    def seen_through(self, tones: Image.Image) -> Image.Image:
        """Colour a tone map."""
        steps = [self.at(level / 255) for level in range(256)]
        return Image.merge("RGB", [tones.point([step[channel] for step in steps]) for channel in range(3)])


def bezier(points: Sequence[Point], steps: int = 18) -> list[Point]:
    """Points along a Bézier curve of any degree (de Casteljau), without its first point."""
    found = []
    for step in range(1, steps + 1):
        share, row = step / steps, list(points)
        while len(row) > 1:
            row = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairwise(row)]
        found.append(row[0])
    return found


def path(text: str) -> list[Point]:
    """Read ``M x y``, ``L x y``, ``Q cx cy x y`` and ``C cx cy dx dy x y``, as in SVG, into points."""
    arity = {"M": 1, "L": 1, "Q": 2, "C": 3}
    points: list[Point] = []
    words = text.split()
    command, index = "M", 0
    while index < len(words):
        if words[index] in arity:
            command, index = words[index], index + 1
        numbers = [float(word) for word in words[index : index + 2 * arity[command]]]
        index += 2 * arity[command]
        pairs = list(zip(numbers[0::2], numbers[1::2], strict=True))
        points += pairs if len(pairs) == 1 else bezier([points[-1], *pairs])
    return points


def flipped(points: Iterable[Point], axis: float = 50.0) -> list[Point]:
    """The mirror image on the other side of a vertical axis."""
    return [(2 * axis - x, y) for x, y in points]


def symmetric(text: str, axis: float = 50.0) -> list[Point]:
    """Close a left half, drawn from the axis and back to it, with its mirror image."""
    half = path(text)
    return half + flipped(reversed(half), axis)


def ellipse(x: float, y: float, across: float, down: float, steps: int = 48) -> list[Point]:
    """Points around an ellipse given its centre and its two radii."""
    turns = [2 * math.pi * step / steps for step in range(steps)]
    return [(x + across * math.cos(turn), y + down * math.sin(turn)) for turn in turns]


def box(left: float, top: float, right: float, bottom: float, corner: float = 0.0) -> list[Point]:
    """A rectangle, with round corners if asked."""
    if not corner:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    centres = (
        (right - corner, top + corner, 270), (right - corner, bottom - corner, 0),
        (left + corner, bottom - corner, 90), (left + corner, top + corner, 180),
    )  # fmt: skip
    return [
        (x + corner * math.cos(math.radians(start + turn)), y + corner * math.sin(math.radians(start + turn)))
        for x, y, start in centres
        for turn in range(0, 91, 10)
    ]


def ribbon(points: Sequence[Point], width: float, *, tapered: bool = False) -> list[Point]:
    """The outline of a stroke along a line, as a brush would leave it if tapered."""
    left, right = [], []
    last = len(points) - 1
    for index, (x, y) in enumerate(points):
        before, after = points[max(index - 1, 0)], points[min(index + 1, last)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = math.hypot(dx, dy) or 1.0
        half = width / 2 * (math.sin(math.pi * index / last) ** 0.7 if tapered else 1.0)
        left.append((x - dy / length * half, y + dx / length * half))
        right.append((x + dy / length * half, y - dx / length * half))
    return left + right[::-1]


def dashes(points: Sequence[Point], length: float) -> Iterable[tuple[Point, Point]]:
    """Cut a line into stitches: one length drawn, six tenths left out."""
    along, drawn_until, period = 0.0, length, length * 1.6
    for (x1, y1), (x2, y2) in pairwise(points):
        span = math.hypot(x2 - x1, y2 - y1)
        position = 0.0
        while position < span:
            phase = (along + position) % period
            step = (drawn_until - phase) if phase < drawn_until else (period - phase)
            end = min(span, position + max(step, 0.01))
            if phase < drawn_until:
                a, b = position / span, end / span
                yield (x1 + (x2 - x1) * a, y1 + (y2 - y1) * a), (x1 + (x2 - x1) * b, y1 + (y2 - y1) * b)
            position = end
        along += span
