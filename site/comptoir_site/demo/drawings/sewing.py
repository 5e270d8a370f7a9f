"""What every garment is finished with: folds, stitches, bands, labels, collars, buttons."""

from __future__ import annotations

from comptoir_site.demo.drawings.brushes import (
    Point,
    Ramp,
    box,
    flipped,
    mix,
    path,
    ribbon,
    symmetric,
)
from comptoir_site.demo.drawings.marks import Cloth, Drawing, Fold

HORN = Ramp.of("#6b4a34")
PEARL = Ramp.of("#e9dfd0")
BRASS = Ramp.of("#b98a45")
BRASS_THREAD = (206, 148, 78)


def crease(text: str, width: float = 1.8, depth: float = 30) -> Fold:
    return Fold(path(text), width, depth)


def gleam(text: str, width: float = 2.2, depth: float = 20) -> Fold:
    return Fold(path(text), width, -depth)


def both(*folds: Fold) -> list[Fold]:
    """Folds and their mirror images."""
    return [*folds, *(Fold(flipped(fold.points), fold.width, fold.depth) for fold in folds)]


def stitch(cloth: Cloth) -> tuple[int, int, int]:
    """Thread a shade darker than pale cloth, a shade lighter than dark cloth."""
    own = cloth.ramp.own
    return cloth.ramp.at(0.2) if sum(own) > 200 else mix(own, cloth.ramp.light, 0.5)


def neck_inside(drawing: Drawing, cloth: Cloth, outline: list[Point]) -> None:
    """The inside of the back, seen through the neck, with the house's label."""
    drawing.piece(outline, cloth.plain(), tone=-52, volume=0.4)
    top = min(y for _, y in outline)
    drawing.piece(box(47.4, top + 1.5, 52.6, top + 3.6, 0.2), Cloth(Ramp.of("#f3ead9")), volume=0.2, edge=0.1)
    drawing.line([(48.4, top + 2.55), (51.6, top + 2.55)], (120, 84, 70), 0.3)


def back_collar(drawing: Drawing, cloth: Cloth) -> None:
    """The fall of the collar behind the neck, between its two points."""
    outline = symmetric("M 50 14.6 Q 45.4 14.4 42.6 14.4 Q 41.6 16 41.6 18.4 L 44 21 Q 47 20.2 50 20.2")
    drawing.piece(outline, cloth.plain(), tone=-14, roundness=1.6)


def band(drawing: Drawing, text: str, width: float, cloth: Cloth, *, ribbed: bool = True) -> None:
    """A cuff, a hem or a neckband along a line, usually of ribbed knit."""
    line = path(text)
    drawing.piece(ribbon(line, width), cloth.plain(), roundness=1.2, volume=0.8, drop=0.3)
    if not ribbed:
        return
    for index in range(1, len(line) * 3 - 3):
        a, b = line[index // 3], line[min(index // 3 + 1, len(line) - 1)]
        share = index % 3 / 3
        x, y = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        length = max(((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5, 0.01)
        nx, ny = -(b[1] - a[1]) / length * width * 0.4, (b[0] - a[0]) / length * width * 0.4
        drawing.line([(x - nx, y - ny), (x + nx, y + ny)], cloth.ramp.at(0.3), 0.16)
