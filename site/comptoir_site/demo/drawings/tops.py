"""T-shirts, knitwear, shirts and blouses, laid flat: sleeves first, then the body, the collar, the buttons."""

# ruff: noqa: E501  (a curve is read as one line)

from __future__ import annotations

from comptoir_site.demo.drawings.brushes import (
    Ramp,
    box,
    ellipse,
    flipped,
    path,
    ribbon,
    symmetric,
)
from comptoir_site.demo.drawings.marks import Cloth, Drawing
from comptoir_site.demo.drawings.sewing import (
    HORN,
    PEARL,
    back_collar,
    band,
    both,
    crease,
    gleam,
    neck_inside,
    stitch,
)


def t_shirt(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    neck_inside(drawing, cloth, symmetric("M 50 20.5 Q 45 20 41.8 18.5 L 42 22 Q 45 28 50 28"))
    sleeve = path(
        "M 36 20.6 Q 30.4 22.4 27 25.6 C 22 31 18 38 14.2 45.6 Q 19 50.4 26.8 51.6 C 28.6 48 30.6 45 33.6 42.6"
    )
    drawing.pair(
        sleeve,
        cloth,
        angle=28,
        folds=[crease("M 33 40 Q 27 38 23 33", 1.6, 26), gleam("M 24 34 Q 21 40 20 45", 2.4)],
    )
    cuff = path("M 15.2 44.4 Q 20.4 48.2 27.8 49.4")
    drawing.lines(cuff, stitch(cloth), 0.2, 0.6)
    body = symmetric(
        "M 50 28 C 45.5 28 42.6 24.6 41.6 18.4 L 34.4 21 C 32.8 28 32.8 36 33 44 C 33.4 57 32.8 70 31.6 83.4 Q 40 85.4 50 85.4"
    )
    folds = [
        *both(
        crease("M 33 43 Q 38 47 40 53", 1.7, 30), crease("M 33 47 Q 36 53 36.6 62", 1.3, 22),
        gleam("M 38 30 Q 37 46 38 66", 4, 12), crease("M 36 80 Q 38.5 70 38 60", 1.8, 18),
        ),
        crease("M 46 84 Q 47 74 45 66", 1.6, 16), crease("M 57 84 Q 55.4 76 56.4 70", 1.4, 14),
    ]  # fmt: skip
    drawing.piece(body, cloth, folds=folds, drop=0.5)
    band(drawing, "M 41.2 18.6 C 42.4 25.4 45.4 29 50 29 C 54.6 29 57.6 25.4 58.8 18.6", 2.0, cloth)
    drawing.line(path("M 31.8 81.2 Q 40 83.2 50 83.2 Q 60 83.2 68.2 81.2"), stitch(cloth), 0.2, 0.6)
    return drawing


def knit_sleeve(drawing: Drawing, cloth: Cloth, *, puff: float = 0.0) -> None:
    sleeve = path(
        f"M 36 20.8 C 31 22.6 {27.6 - puff} 26 {25 - puff} 34 C 20.6 48 17.6 60 15.4 71.4 Q 18.6 73.8 23 73.6 C 25.6 64 28.6 54 33.4 46"
    )
    drawing.pair(
        sleeve, cloth, angle=12, roundness=3.4,
        folds=[
            crease("M 33 45 Q 27 44 23.6 39", 2.0, 30), crease("M 28.6 55 Q 24 54 20.6 50", 1.7, 26),
            crease("M 25.4 64 Q 21.4 62.6 18.6 59", 1.5, 22), gleam("M 25 32 Q 21 44 19.4 60", 3.2, 16),
        ],
    )  # fmt: skip


def jumper(cloth: Cloth, *, neckband: bool = True) -> Drawing:
    drawing = Drawing()
    neck_inside(drawing, cloth, symmetric("M 50 20.5 Q 45 20 42.4 17.6 L 42 22 Q 45 26 50 26"))
    knit_sleeve(drawing, cloth)
    for side in (1, -1):
        line = path("M 15.2 73.6 Q 18.4 76.2 22.6 75.8")
        text = line if side == 1 else flipped(line)
        drawing.piece(ribbon(text, 5.6), cloth.plain(), roundness=1.6)
        for step in range(9):
            share = step / 8
            x, y = (
                text[0][0] + (text[-1][0] - text[0][0]) * share,
                text[0][1] + (text[-1][1] - text[0][1]) * share,
            )
            drawing.line([(x + side * 0.35, y - 1.6), (x - side * 0.35, y + 3.0)], cloth.ramp.at(0.3), 0.18)
    body = symmetric(
        "M 50 27 C 45.5 27 42.8 23.6 41.6 17.8 L 34.6 21 C 32.4 29 32.2 38 32.6 46 C 33 58 32.6 68 32 78.4 Q 40 80 50 80"
    )
    folds = [
        *both(
        crease("M 32.8 45 Q 38 49 40.6 56", 2.0, 30), crease("M 32.8 50 Q 36 57 36 66", 1.6, 22),
        gleam("M 38.6 30 Q 37.6 46 38.6 64", 4.4, 12), crease("M 36 77 Q 38 70 37 62", 2.0, 20),
        ),
        crease("M 47 79 Q 48 72 46 66", 2, 14),
    ]  # fmt: skip
    drawing.piece(body, cloth, folds=folds, drop=0.6, roundness=4)
    band(drawing, "M 32 80.6 Q 40 82.4 50 82.4 Q 60 82.4 68 80.6", 5.0, cloth)
    if neckband:
        band(drawing, "M 41.4 18.8 C 42.8 24.8 45.6 28 50 28 C 54.4 28 57.2 24.8 58.6 18.8", 2.8, cloth)
    return drawing


def roll_neck(cloth: Cloth) -> Drawing:
    drawing = jumper(cloth, neckband=False)
    collar = symmetric("M 50 12.2 Q 45 12.2 42 13.4 Q 40.2 19 39.8 25.6 Q 44 30.4 50 30.4")
    drawing.piece(
        collar, cloth.plain(), drop=0.7, roundness=2.4, folds=[crease("M 43 19 Q 50 22 57 18.4", 1.6, 26)]
    )
    for x in range(-6, 7):
        drawing.line(
            [(50 + x * 1.28, 13.4 + abs(x) * 0.04), (50 + x * 1.46, 29.4 - abs(x) * 0.3)],
            cloth.ramp.at(0.3),
            0.18,
        )
    return drawing


def cardigan(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    neck_inside(drawing, cloth, symmetric("M 50 19.6 Q 45 19.4 42.4 17.6 L 40.6 30 L 50 47"))
    knit_sleeve(drawing, cloth, puff=1.0)
    for line in (
        path("M 15.2 73.6 Q 18.4 76.2 22.6 75.8"),
        flipped(path("M 15.2 73.6 Q 18.4 76.2 22.6 75.8")),
    ):
        drawing.piece(ribbon(line, 5.2), cloth.plain(), roundness=1.6)
    front = path(
        "M 41.8 17.6 L 34.6 21 C 32.4 29 32.2 38 32.6 46 C 33 58 32.4 70 31.8 81.4 Q 40 83.2 50 83.2 L 50 48 Q 43 34 41.8 17.6"
    )
    folds = [
        crease("M 32.8 45 Q 38 49 40.6 56", 2.0, 30), crease("M 32.8 50 Q 36 57 36 66", 1.6, 22),
        gleam("M 38.6 34 Q 37.6 50 38.6 68", 4.4, 12), crease("M 36 80 Q 38 72 37 64", 2.0, 20),
    ]  # fmt: skip
    drawing.pair(front, cloth, folds=folds, drop=0.5, roundness=3.6)
    pocket = box(34.6, 63, 44.4, 74.6, 0.8)
    drawing.pair(pocket, cloth, drop=0.4, roundness=1.6, volume=0.6)
    for line in (path("M 34.6 64 L 44.4 64"), flipped(path("M 34.6 64 L 44.4 64"))):
        drawing.piece(ribbon(line, 2.2), cloth.plain(), roundness=1)
    placket = "M 58.0 18.2 Q 57 34 51.2 48 L 51.2 83.4"
    drawing.piece(ribbon(flipped(path(placket), 50), 3.0), cloth.plain(), roundness=1.2, drop=0.4)
    drawing.piece(ribbon(path(placket), 3.0), cloth.plain(), roundness=1.2, drop=0.5)
    for y in (50, 57.6, 65.2, 72.8, 80):
        drawing.button(51.2, y, 1.15, HORN)
    return drawing


def shirt_sleeve(drawing: Drawing, cloth: Cloth) -> None:
    sleeve = path(
        "M 36 20.4 C 31 22.2 28 25 26 32 C 22.4 45 19 58 16.6 70.6 Q 19.6 72.6 23.4 72.2 C 25.8 62 29 52 33.4 44"
    )
    drawing.pair(
        sleeve, cloth, angle=12,
        folds=[
            crease("M 33 43 Q 28 42 25 37", 1.5, 30), crease("M 29 53 Q 25 52 21.6 47", 1.3, 28),
            crease("M 26 61 Q 23 60 20 55.6", 1.2, 24), gleam("M 26 31 Q 22 44 20.6 60", 2.4, 18),
        ],
    )  # fmt: skip
    cuff = path("M 16.2 70 Q 19.8 72.4 24 71.8 L 23 78 Q 18.6 78.4 15.2 76.2")
    drawing.pair(
        cuff, cloth.plain() if cloth.pattern == "flowers" else cloth, angle=12, drop=0.35, roundness=1.4
    )
    drawing.lines(path("M 15.9 75.2 Q 18.8 77.2 22.6 77"), stitch(cloth), 0.16, 0.5)


def shirt(cloth: Cloth, *, buttons: Ramp = PEARL, pocket: bool = True) -> Drawing:
    drawing = Drawing()
    back_collar(drawing, cloth)
    neck_inside(drawing, cloth, symmetric("M 50 18.2 Q 45 18 42.4 16.6 L 43 21 Q 46 27 50 28"))
    shirt_sleeve(drawing, cloth)
    body = symmetric(
        "M 50 27.6 C 46 26 43.4 23 42 17.4 L 34.6 20.8 C 32.8 28 32.8 36 33 44 C 33.4 57 33 68 32.2 78.6 C 34 84 41 86.6 50 86.8"
    )
    folds = both(
        crease("M 33 43 Q 38 46 40.6 52", 1.6, 32), crease("M 33 46 Q 36 53 36.6 62", 1.3, 24),
        gleam("M 38.4 28 Q 37.6 46 38.6 66", 3.6, 14), crease("M 36 80 Q 38.4 70 37.6 61", 1.7, 22),
        crease("M 43 84 Q 44.4 76 43.4 68", 1.4, 18),
    )  # fmt: skip
    drawing.piece(body, cloth, folds=folds, drop=0.5)
    drawing.lines(path("M 34.4 24.6 Q 39 26.6 43.8 24.2"), stitch(cloth), 0.2)
    if pocket:
        drawing.piece(
            path("M 55 38 L 63 38 L 63 46 L 59 48.4 L 55 46"), cloth, drop=0.3, roundness=1.2, volume=0.5
        )
        drawing.line(path("M 55 39.4 L 63 39.4"), stitch(cloth), 0.18, 0.5)
    drawing.piece(
        path("M 48.2 27 L 51.8 27 L 51.8 86.8 L 48.2 86.8"), cloth, drop=0.35, roundness=0.9, volume=0.7
    )
    for x in (48.8, 51.2):
        drawing.line([(x, 29), (x, 86)], stitch(cloth), 0.14, 0.5)
    drawing.line(path("M 33 77.4 C 35 82.4 42 85 50 85.2 C 58 85 65 82.4 67 77.4"), stitch(cloth), 0.16, 0.5)
    for y in (32.6, 42, 51.4, 60.8, 70.2, 79.6):
        drawing.button(50, y, 0.95, buttons)
    shirt_collar(drawing, cloth)
    drawing.button(50, 25.9, 0.85, buttons)
    return drawing


def shirt_collar(drawing: Drawing, cloth: Cloth) -> None:
    stand = symmetric("M 50 27.4 Q 45.4 25 42.6 18.6 L 41.6 18 Q 44 26.6 50 29")
    drawing.piece(stand, cloth.plain(), roundness=1)
    leaf = path(
        "M 42.6 14.8 Q 41 16 40.4 18.6 Q 39.4 24.6 38.6 29.6 Q 43 31.6 45.6 31.8 Q 47.8 28.6 49.6 26.2 Q 44.6 22.4 42.6 14.8"
    )
    drawing.pair(
        leaf, cloth, drop=0.6, roundness=1.4, angle=-24, folds=[gleam("M 41.6 18 Q 41 24 41 29", 1.6, 14)]
    )
    drawing.lines(path("M 39.5 28.8 Q 43 30.6 45.3 30.8 Q 47 28.2 48.6 26"), stitch(cloth), 0.15, 0.5)


def blouse(cloth: Cloth) -> Drawing:
    """A gathered blouse with a tie at the neck and full sleeves."""
    drawing = Drawing()
    neck_inside(drawing, cloth, symmetric("M 50 19.6 Q 45 19.4 42.4 17.6 L 43 21 Q 46 28 50 33"))
    sleeve = path(
        "M 36 20 C 29.4 22 25 27 22 36 C 18 48 13 60 14.4 69.6 Q 18.6 73.4 24.6 71.4 C 29.4 62 30.8 52 33.4 44"
    )
    drawing.pair(
        sleeve, cloth, angle=12, roundness=4,
        folds=[
            crease("M 33 43 Q 28 41 24 36", 1.7, 30), crease("M 17 69.6 Q 18.6 60 21 52", 1.5, 28),
            crease("M 20.4 70.6 Q 22 62 24.6 55", 1.4, 28), crease("M 23.6 70 Q 25.6 63 27 58", 1.2, 22),
            crease("M 33 21.6 Q 28 26 26 32", 1.0, 22), gleam("M 24 32 Q 19 46 17 60", 3.2, 20),
        ],
    )  # fmt: skip
    drawing.pair(
        path("M 16.4 69.6 Q 20 72.2 24.4 70.8 L 24 74.6 Q 20 75.8 16 73.8"),
        cloth.plain(),
        drop=0.3,
        roundness=1.2,
    )
    body = symmetric(
        "M 50 33 C 46 29 43.2 24 42 17.6 L 34.6 20.6 C 32.8 28 32.8 36 33 44 C 33 56 31.8 68 29.8 79.6 Q 39 83.4 50 83.4"
    )
    folds = both(
        crease("M 33 43 Q 38 46 40 52", 1.6, 30), crease("M 38 81 Q 39.6 62 42.6 34", 1.8, 22),
        crease("M 44.6 82.6 Q 45.4 66 46.6 42", 1.6, 20), crease("M 33 79.4 Q 35.6 66 37 52", 1.7, 24),
        gleam("M 41 80 Q 42.4 62 44.6 40", 2.2, 16), gleam("M 36 78 Q 38 60 38.6 34", 2.6, 16),
    )  # fmt: skip
    drawing.piece(body, cloth, folds=folds, drop=0.5)
    band(drawing, "M 41.6 17.8 C 43 25 46 30 50 33.4 C 54 30 57 25 58.4 17.8", 1.8, cloth, ribbed=False)
    for tie in ("M 49.6 34 Q 45.6 42 46.4 54", "M 50.4 34 Q 54.6 41 53 50"):
        drawing.piece(ribbon(path(tie), 1.7), cloth.plain(), roundness=0.8, drop=0.5)
    for loop in (
        "M 50 34.2 Q 44 30.6 41.4 35 Q 43 39.6 50 34.6",
        "M 50 34.2 Q 56 30.6 58.6 35 Q 57 39.6 50 34.6",
    ):
        drawing.piece(path(loop), cloth.plain(), roundness=1.2, drop=0.5)
    drawing.piece(ellipse(50, 34.4, 1.5, 1.4, 24), cloth.plain(), roundness=0.8, drop=0.3)
    return drawing


TOPS = {
    "t_shirt": t_shirt,
    "jumper": jumper,
    "roll_neck": roll_neck,
    "cardigan": cardigan,
    "shirt": shirt,
    "blouse": blouse,
}
