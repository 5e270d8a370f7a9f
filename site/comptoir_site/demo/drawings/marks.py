"""What a drawing is made of: pieces of cloth with folds, seams and washes, from back to front."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from comptoir_site.demo.drawings.brushes import INK, Colour, Point, Ramp, ellipse, flipped

if TYPE_CHECKING:
    from comptoir_site.demo.drawings.canvas import Canvas


@dataclass(frozen=True)
class Fold:
    """A crease in the cloth; a positive depth is a shadow, a negative one a light."""

    points: Sequence[Point]
    width: float = 2.0
    depth: float = 34.0


@dataclass(frozen=True)
class Cloth:
    """What a piece is cut from: a colour and perhaps a pattern in a second colour."""

    ramp: Ramp
    pattern: str = ""
    accent: Ramp | None = None

    def plain(self) -> Cloth:
        """The same colour without its pattern, for collars and linings."""
        return replace(self, pattern="")


@dataclass(frozen=True)
class Piece:
    """A cut piece: an outline filled with cloth, rounded by the light, with folds and a fine edge."""

    outline: Sequence[Point]
    cloth: Cloth
    folds: Sequence[Fold] = ()
    angle: float = 0.0
    weave: float = 1.0  # how large the pattern is, against a garment at full size
    volume: float = 1.0
    roundness: float = 3.0
    drop: float = 0.0
    edge: float = 0.22
    tone: float = 0.0

    def moved(self, move: Callable[[Point], Point], scale: float, turn: float) -> Piece:
        folds = [replace(f, points=[move(p) for p in f.points], width=f.width * scale) for f in self.folds]
        return replace(
            self, outline=[move(p) for p in self.outline], folds=folds, angle=self.angle + turn,
            weave=self.weave * scale,
            roundness=self.roundness * scale, drop=self.drop * scale, edge=self.edge * scale,
        )  # fmt: skip

    def paint(self, canvas: Canvas) -> None:
        canvas.lay(self)


@dataclass(frozen=True)
class Line:
    """A seam, a stitch (dashed) or a drawn line."""

    points: Sequence[Point]
    colour: Colour
    width: float = 0.3
    dash: float = 0.0

    def moved(self, move: Callable[[Point], Point], scale: float, turn: float) -> Line:
        points = [move(point) for point in self.points]
        return replace(self, points=points, width=self.width * scale, dash=self.dash * scale)

    def paint(self, canvas: Canvas) -> None:
        canvas.trace(self)


@dataclass(frozen=True)
class Wash:
    """A flat or translucent patch of colour, blurred if asked: a shadow, a glow, a far hill."""

    outline: Sequence[Point]
    colour: Colour
    opacity: float = 1.0
    blur: float = 0.0

    def moved(self, move: Callable[[Point], Point], scale: float, turn: float) -> Wash:
        return replace(self, outline=[move(point) for point in self.outline], blur=self.blur * scale)

    def paint(self, canvas: Canvas) -> None:
        canvas.wash(self)


@dataclass
class Drawing:
    """Marks from back to front. Pieces cast the shadow on the paper."""

    marks: list[Piece | Line | Wash] = field(default_factory=list)

    def piece(self, outline: Sequence[Point], cloth: Cloth, **facts: object) -> None:
        self.marks.append(Piece(outline, cloth, **facts))  # type: ignore[arg-type]

    def pair(
        self, outline: Sequence[Point], cloth: Cloth, *, folds: Sequence[Fold] = (), **facts: object
    ) -> None:
        """A piece and its mirror image: sleeves, pockets, collars."""
        angle = float(facts.pop("angle", 0.0))  # type: ignore[arg-type]
        self.piece(outline, cloth, folds=folds, angle=angle, **facts)
        mirrored = [replace(fold, points=flipped(fold.points)) for fold in folds]
        self.piece(flipped(outline), cloth, folds=mirrored, angle=-angle, **facts)

    def line(self, points: Sequence[Point], colour: Colour, width: float = 0.3, dash: float = 0.0) -> None:
        self.marks.append(Line(points, colour, width, dash))

    def lines(self, points: Sequence[Point], colour: Colour, width: float = 0.3, dash: float = 0.0) -> None:
        """A line and its mirror image."""
        self.line(points, colour, width, dash)
        self.line(flipped(points), colour, width, dash)

    def wash(self, outline: Sequence[Point], colour: Colour, opacity: float = 1.0, blur: float = 0.0) -> None:
        self.marks.append(Wash(outline, colour, opacity, blur))

    def button(self, x: float, y: float, radius: float, ramp: Ramp) -> None:
        self.wash(ellipse(x + radius * 0.25, y + radius * 0.4, radius, radius, 20), INK, 0.30)
        self.wash(ellipse(x, y, radius, radius, 24), ramp.at(0.36))
        self.wash(
            ellipse(x - radius * 0.06, y - radius * 0.08, radius * 0.84, radius * 0.84, 24), ramp.at(0.62)
        )
        for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
            centre = x + dx * radius * 0.26, y + dy * radius * 0.26
            self.wash(ellipse(*centre, radius * 0.13, radius * 0.13, 10), ramp.at(0.05))

    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the pieces."""
        points = [point for mark in self.marks if isinstance(mark, Piece) for point in mark.outline]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return min(xs), min(ys), max(xs), max(ys)

    def place(self, other: Drawing, *, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> None:
        """Put another drawing's centre (50, 50) at a point, smaller or larger, turned by degrees."""
        cos, sin = math.cos(math.radians(turn)) * scale, math.sin(math.radians(turn)) * scale

        def move(point: Point) -> Point:
            dx, dy = point[0] - 50, point[1] - 50
            return x + dx * cos - dy * sin, y + dx * sin + dy * cos

        self.marks += [mark.moved(move, scale, turn) for mark in other.marks]
