"""Coats, jackets and raincoats."""

# ruff: noqa: E501  (a curve is read as one line)

from __future__ import annotations

from comptoir_site.demo.drawings.brushes import (
    Ramp,
    flipped,
    path,
    ribbon,
    symmetric,
)
from comptoir_site.demo.drawings.marks import Cloth, Drawing, Fold
from comptoir_site.demo.drawings.sewing import (
    BRASS,
    HORN,
    PEARL,
    back_collar,
    both,
    crease,
    gleam,
    neck_inside,
    stitch,
)


def coat_sleeve(drawing: Drawing, cloth: Cloth) -> None:
    sleeve = path(
        "M 36.6 17.2 C 31.6 19.2 28.4 22 26.4 29 C 22.6 43 19.4 55 17.2 67.4 Q 21 70.4 26.4 69.6 C 28.4 60 30.6 50 34 42"
    )
    drawing.pair(
        sleeve, cloth, angle=11, roundness=3.2,
        folds=[
            crease("M 33.6 41 Q 29 40 26 35", 1.8, 30), crease("M 30 51 Q 26 50.4 22.4 46", 1.5, 26),
            gleam("M 27 28 Q 23.4 42 21.4 60", 2.8, 18), crease("M 28 60 Q 24.6 59.6 21 56", 1.3, 22),
        ],
    )  # fmt: skip
    drawing.lines(path("M 17.7 62.8 Q 21.6 65.6 27 64.8"), stitch(cloth), 0.26)


def coat(cloth: Cloth, *, hem: float = 89.0) -> Drawing:
    """A straight double-breasted coat with notched lapels."""
    drawing = Drawing()
    back = symmetric("M 50 11.4 Q 46 11 43.4 11.8 Q 42 14 42.6 17 L 46 19 L 50 18.4")
    drawing.piece(back, cloth.plain(), tone=-14, roundness=1.6)
    neck_inside(drawing, Cloth(Ramp.of("#8c6f5c")), symmetric("M 50 16.4 Q 46 16 43.6 14 L 42 24 L 50 42"))
    coat_sleeve(drawing, cloth)
    folds = [
        crease("M 34 41 Q 38 45 40 52", 1.8, 30), gleam("M 38.4 30 Q 36.6 54 36.6 78", 4, 14),
        crease(f"M 37 {hem - 1} Q 39 {hem - 14} 38.4 {hem - 26}", 2, 24),
    ]  # fmt: skip
    left = path(
        f"M 42.2 14 L 35 17.8 C 33 25 33 34 33.6 42 C 33.8 56 32.2 72 30.6 {hem} Q 41 {hem + 1.6} 53 {hem + 1.2} L 53 44 Q 46 34 42.2 14"
    )
    right = path(
        f"M 57.8 14 L 65 17.8 C 67 25 67 34 66.4 42 C 66.2 56 67.8 72 69.4 {hem} Q 58 {hem + 1.8} 44 {hem + 1.2} L 44.6 46 Q 54 36 57.8 14"
    )
    drawing.piece(left, cloth, folds=folds, roundness=3.4)
    drawing.piece(
        right,
        cloth,
        folds=[Fold(flipped(f.points), f.width, f.depth) for f in folds],
        drop=0.8,
        roundness=3.4,
    )
    flap = path("M 33.6 60 L 42 61.2 L 41.8 64.8 L 33.2 63.6")
    drawing.pair(flap, cloth, drop=0.5, roundness=1, angle=8)
    lapel_left = path(
        "M 42.6 13.6 Q 44 28 50.6 40.4 Q 44.6 39.6 39.6 33 L 41.4 28.6 L 36.6 27.6 Q 38 19 42.6 13.6"
    )
    lapel_right = path(
        "M 57.4 13.6 Q 56 30 44.8 46 Q 53.6 44 61 34 L 58.8 28.6 L 63.4 27.6 Q 62 19 57.4 13.6"
    )
    drawing.piece(lapel_left, cloth, drop=0.7, roundness=1.6, angle=-16)
    drawing.piece(lapel_right, cloth, drop=0.8, roundness=1.6, angle=16)
    collar = path("M 43.4 11.8 Q 38.6 16 36.4 26.6 L 42 28.6 Q 43.4 23.4 45.8 19.6 Q 43.6 16 43.4 11.8")
    drawing.pair(
        collar, cloth, drop=0.6, roundness=1.5, angle=20, folds=[gleam("M 42 15 Q 40 20 39.2 25", 1.5, 14)]
    )
    for y in (50, 59.4, 68.8):
        drawing.button(47.6, y, 1.5, HORN)
        drawing.button(57.6, y, 1.5, HORN)
    return drawing


def jacket(cloth: Cloth) -> Drawing:
    """A workwear jacket: small collar, three patch pockets, five buttons."""
    drawing = Drawing()
    back_collar(drawing, cloth)
    neck_inside(drawing, cloth, symmetric("M 50 18.8 Q 45 18.6 42.4 17.0 L 43 21 Q 46 27 50 28"))
    shift = Drawing()
    coat_sleeve(shift, cloth)
    drawing.place(shift, x=50, y=53)
    folds = [
        crease("M 33.4 44 Q 38 47 40.4 53", 1.7, 30), gleam("M 38 32 Q 37 50 37.4 72", 4, 14), crease("M 36.6 80 Q 38.4 72 37.8 64", 1.8, 20),
    ]  # fmt: skip
    left = path(
        "M 42.2 17.6 L 35 21 C 33 28 33 36 33.4 44 C 33.6 58 33 68 32.4 81 Q 42 82.8 51.6 82.6 L 51.6 28 Q 44.6 26 42.2 17.6"
    )
    right = path(
        "M 57.8 17.6 L 65 21 C 67 28 67 36 66.6 44 C 66.4 58 67 68 67.6 81 Q 58 82.8 48.2 82.6 L 48.2 28 Q 55.4 26 57.8 17.6"
    )
    drawing.piece(right, cloth, folds=[Fold(flipped(f.points), f.width, f.depth) for f in folds], roundness=3)
    drawing.piece(left, cloth, folds=folds, drop=0.6, roundness=3)
    drawing.line([(50.2, 30), (50.2, 82)], stitch(cloth), 0.18, 0.6)
    drawing.line(path("M 33 79 Q 42 80.8 51 80.6"), stitch(cloth), 0.18, 0.6)
    pocket = path("M 34.8 61 L 45 61.6 L 45 73.6 Q 45 75 43.6 75 L 35.6 74.4 Q 34.4 74.2 34.4 73")
    drawing.pair(pocket, cloth, drop=0.5, roundness=1.4, volume=0.6)
    drawing.lines(
        path(
            "M 35.4 63.2 L 44.2 63.8 L 44.2 73.4 Q 44.2 74.2 43.4 74.2 L 36 73.6 Q 35.2 73.4 35.2 72.6 L 35.6 63"
        ),
        stitch(cloth),
        0.18,
        0.6,
    )
    drawing.piece(
        path("M 55.4 39 L 63.4 38.6 L 63.4 47 Q 63.4 48.2 62.4 48.2 L 56.6 48.4 Q 55.4 48.4 55.4 47.4"),
        cloth,
        drop=0.4,
        roundness=1.3,
        volume=0.6,
    )
    drawing.line(path("M 55.6 40.8 L 63.2 40.4"), stitch(cloth), 0.18, 0.6)
    for y in (34, 44.4, 54.8, 65.2, 75.6):
        drawing.button(49.9 - 0.2, y, 1.25, HORN)
    leaf = path(
        "M 42.8 14.6 Q 40.6 17.6 40 20.6 Q 39 26 38.4 29.4 Q 42.6 32.8 46 33.4 Q 48.6 29.6 50 26.4 Q 44.8 22.8 42.8 15.6"
    )
    drawing.pair(leaf, cloth, drop=0.7, roundness=1.5, angle=-20)
    drawing.lines(path("M 39.4 28.8 Q 42.8 31.6 45.7 32.2 Q 47.6 29.4 49 26.8"), stitch(cloth), 0.17, 0.6)
    return drawing


def raincoat(cloth: Cloth) -> Drawing:
    """A hooded raincoat with poppers, worn in Nantes nine months out of twelve."""
    drawing = Drawing()
    hood_back = symmetric("M 50 6.4 Q 41.6 6.4 39.6 14 Q 38.4 20 42 26 L 50 29")
    drawing.piece(hood_back, cloth, tone=-8, roundness=3)
    drawing.piece(
        symmetric("M 50 10 Q 43.8 10.4 43 16.4 Q 43 22 46 27 L 50 30"), cloth.plain(), tone=-62, volume=0.5
    )
    coat_sleeve(drawing, cloth)
    folds = both(
        crease("M 34 41 Q 38 45 40 52", 1.7, 30), gleam("M 38 30 Q 36.4 54 36.4 76", 3.6, 26), crease("M 36 84 Q 38.4 74 38 64", 2, 22),
        crease("M 43.4 84 Q 44.6 76 43.6 68", 1.6, 18),
    )  # fmt: skip
    body = symmetric(
        "M 50 32 Q 45 29 42.6 15.4 L 35 18.2 C 33 25 33 34 33.6 42 C 33.6 56 32 70 30.4 84 Q 40 86 50 86"
    )
    drawing.piece(body, cloth, folds=folds, roundness=3.4, drop=0.4)
    drawing.pair(path("M 34.6 60.6 L 44.6 58.2 L 45 61.6 L 35 64"), cloth, drop=0.5, roundness=1)
    drawing.piece(path("M 47.4 30 L 52.6 30 L 52.6 86 L 47.4 86"), cloth, drop=0.6, roundness=1.2, volume=0.7)
    collar = path("M 42.4 15 Q 39.8 18 39.6 23 Q 42 31.6 49.4 35.4 L 50 31.6 Q 45 27 43.4 17")
    drawing.pair(collar, cloth, drop=0.5, roundness=1.2)
    for line in ("M 46.6 33.6 Q 45.6 40 46.2 46", "M 53.4 33.6 Q 54.6 39 53.8 44"):
        drawing.piece(ribbon(path(line), 0.6), Cloth(PEARL), roundness=0.3, drop=0.35, edge=0.1)
    for y in (38, 48, 58, 68, 78):
        drawing.button(50, y, 1.1, BRASS)
    return drawing


COATS = {"coat": coat, "jacket": jacket, "raincoat": raincoat}
