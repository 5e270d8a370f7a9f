"""Weaves, knits and prints: each brush draws white on black, in units from the middle of a piece."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import ImageDraw

Place = Callable[[float, float], tuple[float, float]]
Pen = ImageDraw.ImageDraw
PatternBrush = Callable[[Pen, Place, float, float, float], None]


@dataclass(frozen=True)
class Pattern:
    """A brush, and how strongly it prints (0 to 255) and at which tone.

    No tone: it prints in the accent colour. A tone, 0 to 1: in the cloth's own colour, darker or lighter.
    """

    brush: PatternBrush
    strength: int = 255
    tone: float | None = None


def spread(reach: float, step: float) -> list[float]:
    """Positions from minus reach to reach, the middle one at nought."""
    count = int(reach / step) + 1
    return [index * step for index in range(-count, count + 1)]


def sagging(v: float, across: float, sag: float) -> list[tuple[float, float]]:
    """A horizontal line that follows the roundness of the body."""
    return [(u, v + sag * (1 - (u / across) ** 2)) for u in (across * step / 8 for step in range(-8, 9))]


def stripes(step: float, width: float, sag: float = 0.9) -> PatternBrush:
    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        for v in spread(down + abs(sag), step):
            line = [place(u, w) for u, w in sagging(v, across, sag)]
            pen.line(line, fill=255, width=max(1, round(width * scale)), joint="curve")

    return brush


def columns(step: float, width: float, level: int = 255) -> PatternBrush:
    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        for u in spread(across, step):
            pen.line([place(u, -down), place(u, down)], fill=level, width=max(1, round(width * scale)))

    return brush


def check(step: float, width: float, line: float) -> PatternBrush:
    """Broad translucent bands both ways, with a fine line between them."""

    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        columns(step, width, 105)(pen, place, across, down, scale)
        for v in spread(down, step):
            pen.line([place(-across, v), place(across, v)], fill=105, width=round(width * scale))
            for u in spread(across, step):
                pen.polygon([place(u + a * width / 2, v + b * width / 2) for a, b in CORNERS], fill=215)
        if line:
            for u in spread(across, step):
                pen.line(
                    [place(u + step / 2, -down), place(u + step / 2, down)],
                    fill=170,
                    width=round(line * scale),
                )
            for v in spread(down, step):
                ends = [place(-across, v + step / 2), place(across, v + step / 2)]
                pen.line(ends, fill=170, width=round(line * scale))

    return brush


CORNERS = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def dots(step: float, radius: float) -> PatternBrush:
    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        for row, v in enumerate(spread(down, step * 0.62)):
            for u in spread(across, step):
                x, y = place(u + (row % 2) * step / 2, v)
                size = radius * scale
                pen.ellipse((x - size, y - size, x + size, y + size), fill=255)

    return brush


def flowers(step: float, size: float) -> PatternBrush:
    """Five petals, two leaves, scattered a little off a grid and never twice the same way up."""

    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        chance = random.Random(7)  # noqa: S311
        for row, v in enumerate(spread(down, step * 0.8)):
            for u in spread(across, step):
                x = u + (row % 2) * step / 2 + chance.uniform(-0.14, 0.14) * step
                y = v + chance.uniform(-0.14, 0.14) * step
                flower(pen, place, x, y, size * chance.uniform(0.75, 1.15), chance.uniform(0, 6.3), scale)

    return brush


def flower(pen: Pen, place: Place, u: float, v: float, size: float, turn: float, scale: float) -> None:
    for petal in range(5):
        angle = turn + petal * 2 * math.pi / 5
        x, y = place(u + math.cos(angle) * size * 0.52, v + math.sin(angle) * size * 0.52)
        radius = size * 0.37 * scale
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    x, y = place(u, v)
    heart = size * 0.2 * scale
    pen.ellipse((x - heart, y - heart, x + heart, y + heart), fill=0)
    for side in (0.6, 2.6):
        angle = turn + side
        tip = (u + math.cos(angle) * size * 1.75, v + math.sin(angle) * size * 1.75)
        root = (u + math.cos(angle) * size * 1.02, v + math.sin(angle) * size * 1.02)
        middle = ((tip[0] + root[0]) / 2, (tip[1] + root[1]) / 2)
        off = (-math.sin(angle) * size * 0.2, math.cos(angle) * size * 0.2)
        leaf = [root, (middle[0] + off[0], middle[1] + off[1]), tip, (middle[0] - off[0], middle[1] - off[1])]
        pen.polygon([place(*point) for point in leaf], fill=200)


def stitches(step: float, row: float) -> PatternBrush:
    """The little Vs of stocking stitch."""

    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        width = max(1, round(step * 0.17 * scale))
        for u in spread(across, step):
            for v in spread(down, row):
                arms = [place(u - step * 0.42, v - row * 0.5), place(u, v + row * 0.25)]
                pen.line([*arms, place(u + step * 0.42, v - row * 0.5)], fill=255, width=width)

    return brush


def cables(step: float, width: float) -> PatternBrush:
    """Twisted cords down a fisherman's jumper, with purl columns between."""

    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        thin = max(1, round(0.34 * scale))
        for u in spread(across, step):
            for sign in (-1, 1):
                wave = [
                    place(u + sign * width / 2 * math.sin(v * 1.15), v)
                    for v in (quarter / 4 for quarter in range(-200, 201))
                    if abs(v) <= down
                ]  # fmt: skip
                pen.line(wave, fill=255, width=thin, joint="curve")
                rail = u + sign * width * 0.8
                pen.line([place(rail, -down), place(rail, down)], fill=190, width=thin)
            for v in spread(down, 1.1):
                x, y = place(u + step / 2, v)
                pen.ellipse((x - thin, y - thin * 0.7, x + thin, y + thin * 0.7), fill=150)

    return brush


def twill(step: float, width: float) -> PatternBrush:
    """The diagonal of denim and gabardine."""

    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        for u in spread(across + down, step):
            ends = [place(u - down * 0.6, down), place(u + down * 0.6, -down)]
            pen.line(ends, fill=255, width=max(1, round(width * scale)))

    return brush


def herringbone(step: float, row: float) -> PatternBrush:
    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        width = max(1, round(row * 0.4 * scale))
        for index, u in enumerate(spread(across, step)):
            lean = step / 2 if index % 2 else -step / 2
            for v in spread(down + step, row):
                pen.line(
                    [place(u - step / 2, v - lean), place(u + step / 2, v + lean)], fill=255, width=width
                )

    return brush


def flecks(step: float) -> PatternBrush:
    """The coloured knots of tweed."""

    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        chance = random.Random(11)  # noqa: S311
        for _ in range(round(4 * across * down / step)):
            x, y = place(chance.uniform(-across, across), chance.uniform(-down, down))
            size = chance.uniform(0.07, 0.2) * scale
            pen.ellipse(
                (x - size, y - size * 0.7, x + size, y + size * 0.7), fill=chance.choice((90, 160, 230))
            )

    return brush


def quilting(step: float) -> PatternBrush:
    def brush(pen: Pen, place: Place, across: float, down: float, scale: float) -> None:
        width = max(1, round(0.3 * scale))
        for u in spread(across + down, step):
            pen.line([place(u - down, -down), place(u + down, down)], fill=255, width=width)
            pen.line([place(u - down, down), place(u + down, -down)], fill=255, width=width)

    return brush


PATTERNS: dict[str, Pattern] = {
    "breton": Pattern(stripes(4.2, 1.25)),
    "stripes": Pattern(stripes(9.0, 4.4)),
    "fine_stripes": Pattern(columns(2.1, 0.5), 200),
    "pinstripes": Pattern(columns(3.2, 0.22), 120),
    "check": Pattern(check(8.0, 3.2, 0.35), 210),
    "gingham": Pattern(check(3.2, 1.6, 0), 235),
    "dots": Pattern(dots(4.2, 0.62)),
    "flowers": Pattern(flowers(6.4, 1.5)),
    "stitches": Pattern(stitches(1.7, 1.5), 70, 0.1),
    "cables": Pattern(cables(9.0, 2.6), 105, 0.1),
    "ribs": Pattern(columns(1.25, 0.4), 80, 0.1),
    "velvet_ribs": Pattern(columns(1.5, 0.6), 90, 0.08),
    "denim": Pattern(twill(0.62, 0.2), 62, 1.0),
    "herringbone": Pattern(herringbone(3.0, 0.9), 75, 0.12),
    "tweed": Pattern(flecks(0.5), 170),
    "quilting": Pattern(quilting(9.0), 120, 0.1),
    "linen": Pattern(columns(0.9, 0.22), 34, 0.05),
    "pleats": Pattern(columns(4.4, 0.5), 120, 0.12),
}
