"""The salon's shelf and its tools: bottles, jars, tubes, scissors, dryer, brushes."""

# ruff: noqa: E501  (a curve is read as one line)

from __future__ import annotations

from comptoir_site.demo.drawings.brushes import Ramp, box, ellipse, mix, path, ribbon, symmetric
from comptoir_site.demo.drawings.marks import Cloth, Drawing
from comptoir_site.demo.drawings.sewing import BRASS, crease, gleam

STEEL = Ramp.of("#b9bdc2")
CHARCOAL = Ramp.of("#3a3638")
WOOD = Ramp.of("#b5814f")
LABEL = Ramp.of("#f6eedf")
BRISTLE = Ramp.of("#4a3a33")
INK = (92, 68, 60)


def label(drawing: Drawing, left: float, top: float, right: float, bottom: float, tint: Ramp) -> None:
    """The house's label: its monogram in a ring, a name, two lines of text."""
    drawing.piece(
        box(left, top, right, bottom, 0.7), Cloth(LABEL), roundness=1.4, volume=0.5, drop=0.2, edge=0.12
    )
    middle, size = (left + right) / 2, min(right - left, bottom - top) / 2
    y = top + size * 0.62
    ring = ellipse(middle, y, size * 0.36, size * 0.36, 40)
    drawing.line([*ring, ring[0]], INK, size * 0.045)
    w, h = size * 0.15, size * 0.17
    drawing.line(
        [
            (middle - w, y + h),
            (middle - w, y - h),
            (middle, y + h * 0.4),
            (middle + w, y - h),
            (middle + w, y + h),
        ],
        INK,
        size * 0.07,
    )
    for share, reach, width in ((1.22, 0.62, 0.10), (1.46, 0.40, 0.05), (1.60, 0.48, 0.05)):
        if top + size * share < bottom - size * 0.2:
            drawing.line(
                [(middle - size * reach, top + size * share), (middle + size * reach, top + size * share)],
                INK,
                size * width,
            )
    drawing.piece(
        box(left + 0.2, bottom - size * 0.34, right - 0.2, bottom - size * 0.2),
        Cloth(tint),
        volume=0.2,
        edge=0,
    )


def sheen(x: float, top: float, bottom: float) -> list:
    return [gleam(f"M {x} {top} Q {x - 0.6} {(top + bottom) / 2} {x} {bottom}", 2.6, 44)]


def bottle(cloth: Cloth) -> Drawing:
    """A pump bottle: shampoo, conditioner."""
    drawing = Drawing()
    metal = Cloth(Ramp.of("#d9c7a4"))
    drawing.piece(path("M 48.6 9.6 L 48.6 18 L 51.4 18 L 51.4 9.6"), metal, roundness=0.7)
    drawing.piece(
        path(
            "M 54.6 5.4 Q 57.4 5.4 57.4 8 Q 57.4 10 55.4 10 L 45 10 L 34.4 11.6 Q 33 11.6 33 10.2 Q 33 8.8 34.4 8.4 L 44.6 5.4"
        ),
        metal,
        roundness=1.2,
        drop=0.4,
    )
    drawing.piece(box(45.4, 14.8, 54.6, 19.8, 0.9), metal, roundness=1.6, folds=sheen(47.6, 15, 19.6))
    drawing.piece(box(43.4, 18.8, 56.6, 25.4, 1.0), metal, roundness=2, drop=0.4, folds=sheen(46.4, 19, 25))
    body = symmetric("M 50 25 L 43.6 25 Q 42.6 27.6 38 29.6 Q 32 32.4 32 38.6 L 32 86 Q 32 91 37 91 L 50 91")
    drawing.piece(
        body,
        cloth,
        roundness=4.4,
        volume=1.2,
        folds=[*sheen(36, 38, 84), crease("M 64.6 38 Q 65.6 60 64.6 86", 3, 24)],
    )
    label(drawing, 36, 45, 64, 80, cloth.ramp)
    return drawing


def spray(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    dark = Cloth(CHARCOAL)
    drawing.piece(box(45, 24, 55, 31, 0.8), dark, roundness=1.8)
    drawing.piece(
        path(
            "M 43 11 L 56 9.6 Q 59 9.8 59.6 13 Q 60 18 57 24 L 45 24 Q 45 20 44 18 L 36 17.4 Q 34.6 17.2 34.6 15.8 L 34.8 12.4 Q 35 11 36.4 11"
        ),
        dark,
        roundness=1.8,
        drop=0.4,
        folds=[gleam("M 45 13 L 56 12", 1.6, 30)],
    )
    drawing.piece(
        path("M 43.6 19 Q 42 27 38.6 31 L 40.6 32 Q 45.6 27 46.6 19.6"), dark, roundness=0.9, drop=0.4
    )
    body = symmetric("M 50 30 L 45.4 30 Q 44.6 36 40 40 Q 36 44 36 51 L 36 85 Q 36 90 41 90 L 50 90")
    drawing.piece(
        body,
        cloth,
        roundness=4.4,
        volume=1.2,
        folds=[*sheen(39.6, 50, 84), crease("M 61.4 50 Q 62 66 61.4 86", 2.6, 24)],
    )
    label(drawing, 39, 54, 61, 82, cloth.ramp)
    return drawing


def oil(cloth: Cloth) -> Drawing:
    """A dropper bottle of glass with oil in it."""
    drawing = Drawing()
    drawing.piece(
        symmetric("M 50 10 Q 45.6 10 45.6 15 L 45 25 L 50 25"),
        Cloth(CHARCOAL),
        roundness=2.2,
        folds=sheen(47, 13, 24),
    )
    drawing.piece(
        box(42.6, 24, 57.4, 34, 0.8), Cloth(BRASS), roundness=2.4, drop=0.3, folds=sheen(45.4, 25, 33)
    )
    for step in range(12):
        x = 43.8 + step * 1.13
        drawing.line([(x, 24.8), (x, 33.2)], BRASS.at(0.26), 0.22)
    body = symmetric(
        "M 50 34 L 43.6 34 Q 43.4 38 39 39.6 Q 33.4 41.6 33.4 47 L 33.4 83 Q 33.4 88 38.4 88 L 50 88"
    )
    glass = Cloth(Ramp.of(mix(cloth.ramp.own, (255, 252, 244), 0.55)))
    drawing.piece(body, glass, roundness=3.4, volume=0.9)
    drawing.piece(
        symmetric("M 50 46 L 35 46 L 35 82.4 Q 35 86.4 39 86.4 L 50 86.4"),
        cloth,
        roundness=3.4,
        edge=0.1,
        folds=sheen(37.4, 48, 82),
    )
    drawing.wash(path("M 48.8 36 L 51.2 36 L 50.8 66 L 50 69 L 49.2 66"), (255, 250, 240), 0.45)
    label(drawing, 37.4, 54, 62.6, 79, cloth.ramp)
    return drawing


def jar(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    body = symmetric("M 50 44 L 25 44 Q 23.6 46 23.6 50 L 23.6 74 Q 23.6 81 31 81 L 50 81")
    drawing.piece(
        body,
        cloth,
        roundness=4.6,
        volume=1.2,
        folds=[*sheen(28, 50, 76), crease("M 71.6 50 Q 73 64 71.6 78", 3, 24)],
    )
    drawing.piece(
        box(22.4, 27, 77.6, 45, 2.0),
        Cloth(WOOD),
        roundness=3,
        drop=0.7,
        folds=[
            *sheen(27.6, 29, 43),
            crease("M 30 34 Q 50 35.6 76 33.4", 0.6, 18),
            crease("M 24 39.6 Q 46 38 72 40.4", 0.6, 18),
        ],
    )
    label(drawing, 32, 51, 68, 76, cloth.ramp)
    return drawing


def tube(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    body = symmetric("M 50 11 L 34 11 Q 34.6 40 39.4 74 L 50 75")
    drawing.piece(
        body,
        cloth,
        roundness=4,
        volume=1.2,
        folds=[*sheen(39, 20, 68), crease("M 61.6 20 Q 61 44 58.4 72", 2.4, 24)],
    )
    drawing.piece(box(33.6, 9.6, 66.4, 15.6, 0.5), cloth, tone=-12, roundness=1, drop=0.3)
    for step in range(29):
        x = 34.6 + step * 1.1
        drawing.line([(x, 10.4), (x, 14.8)], cloth.ramp.at(0.24), 0.2)
    drawing.piece(
        symmetric("M 50 73 L 39.4 73 Q 38.4 73.4 38.6 75 L 40 89 Q 40.4 91 42.4 91 L 50 91"),
        Cloth(Ramp.of("#efe4d0")),
        roundness=2.6,
        drop=0.5,
        folds=sheen(43, 76, 89),
    )
    label(drawing, 40, 27, 60, 58, cloth.ramp)
    return drawing


def soap(cloth: Cloth) -> Drawing:
    """A solid shampoo, pressed with the monogram, on its paper."""
    drawing = Drawing()
    drawing.piece(
        path("M 18 40 L 62 24 L 84 62 L 38 80"), Cloth(Ramp.of("#e7d5b6")), roundness=1.4, volume=0.5
    )
    drawing.piece(ellipse(50, 52, 25, 22, 72), cloth, roundness=5, drop=2.0, volume=1.2)
    ring = ellipse(50, 51, 17, 14.6, 60)
    drawing.line([*ring, ring[0]], cloth.ramp.at(0.2), 0.6)
    drawing.line([(x + 0.3, y + 0.5) for x, y in [*ring, ring[0]]], cloth.ramp.at(0.85), 0.3)
    letter = path("M 43 57.6 L 43 44.4 L 50 54 L 57 44.4 L 57 57.6")
    drawing.line([(x + 0.35, y + 0.5) for x, y in letter], cloth.ramp.at(0.85), 1.0)
    drawing.line(letter, cloth.ramp.at(0.2), 1.2)
    return drawing


def blade_and_bow(cloth: Cloth, metal: Cloth) -> Drawing:
    half = Drawing()
    half.piece(
        path("M 49 8 Q 53 24 53.4 47 L 52.6 55 L 47.4 55 Q 46.6 30 49 8"),
        metal,
        roundness=1.4,
        drop=0.6,
        folds=[gleam("M 50.6 16 Q 52 34 51.6 52", 1.2, 56)],
    )
    half.piece(ribbon(path("M 50 52 Q 50.4 60 52.6 67"), 3.6), metal, roundness=1.2, drop=0.5)
    ring = ellipse(55.6, 77, 7.6, 10.6, 56)
    half.piece(ribbon([*ring, ring[0], ring[1]], 3.4), cloth, roundness=1.3, drop=0.6)
    return half


def scissors(cloth: Cloth) -> Drawing:
    """Cutting scissors, open, and a comb."""
    drawing = Drawing()
    metal = Cloth(STEEL)
    drawing.place(comb(Cloth(Ramp.of("#7a4f36"))), x=72, y=50, scale=0.86, turn=6)
    half = blade_and_bow(cloth, metal)
    other = Drawing()
    other.marks = [mark.moved(lambda p: (100 - p[0], p[1]), 1.0, 0.0) for mark in half.marks]
    drawing.place(other, x=42, y=50, turn=17)
    drawing.place(half, x=42, y=50, turn=-17)
    drawing.piece(ellipse(42, 53.6, 1.9, 1.9, 24), Cloth(BRASS), roundness=0.9, drop=0.4)
    drawing.line([(40.9, 53.2), (43.1, 54)], BRASS.at(0.1), 0.36)
    return drawing


def comb(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    for step in range(36):
        y = 16 + step * 1.94
        drawing.piece(box(46, y, 57.4, y + 1.05, 0.45), cloth, roundness=0.5, edge=0.12)
    drawing.piece(
        box(43.6, 12, 49.6, 88, 2.4), cloth, roundness=1.8, folds=[gleam("M 45 16 L 45 84", 1.0, 40)]
    )
    return drawing


def hair_dryer(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    dark = Cloth(CHARCOAL)
    drawing.piece(ribbon(path("M 58 78 C 58 92 76 94 82 86 C 87 78 78 74 80 66"), 1.5), dark, roundness=0.6)
    drawing.piece(
        path("M 52 50 Q 53.6 64 52.8 76 Q 52.6 82 58 82 Q 63.4 82 64 76 Q 65.6 62 67.6 50"),
        cloth,
        roundness=2.8,
        folds=[gleam("M 55 56 Q 56.4 66 55.6 76", 1.6, 36)],
    )
    drawing.piece(box(55.6, 59, 61, 67, 1.2), dark, roundness=0.9, drop=0.3)
    drawing.line([(56.8, 61.6), (59.8, 61.6)], (220, 205, 180), 0.4)
    drawing.piece(
        path("M 12 31 L 17 28.4 L 32 31.6 L 32 50.4 L 17 53.6 L 12 51"),
        dark,
        roundness=2,
        folds=[gleam("M 14 33.6 L 31 35", 1.8, 26)],
    )
    drawing.piece(
        path("M 31 30 C 42 27 52 22 64 22 C 78 22 84 30 84 41 C 84 52 78 60 64 60 C 52 60 42 55 31 52"),
        cloth,
        drop=0.6,
        roundness=5,
        volume=1.2,
        folds=[gleam("M 36 33 C 48 29 56 27 68 27", 2.6, 42)],
    )
    drawing.piece(ribbon(path("M 34 29.6 Q 35.6 41 34 52.4"), 1.8), Cloth(BRASS), roundness=0.7)
    drawing.piece(ellipse(69, 41, 11, 13.6, 56), dark, roundness=2.2, drop=0.3)
    for share in (0.8, 0.6, 0.4, 0.2):
        ring = ellipse(69, 41, 11 * share, 13.6 * share, 40)
        drawing.line([*ring, ring[0]], (128, 120, 118), 0.34)
    return drawing


def hairbrush(cloth: Cloth) -> Drawing:
    """A round brush for blow-drying beside a paddle brush."""
    drawing = Drawing()
    paddle = Drawing()
    paddle.piece(
        path("M 46.6 52 Q 47.4 70 46.4 86 Q 46.4 91 50 91 Q 53.6 91 53.6 86 Q 52.6 70 53.4 52"),
        Cloth(WOOD),
        roundness=2,
        folds=[gleam("M 48.4 58 L 48.2 86", 1.2, 36)],
    )
    paddle.piece(symmetric("M 50 9 Q 35 9 34.6 24 L 34.6 42 Q 35 56 50 57"), Cloth(WOOD), roundness=2.8)
    paddle.piece(
        symmetric("M 50 13 Q 38.6 13 38.2 25 L 38.2 41 Q 38.6 52 50 53"), cloth, roundness=3, drop=0.4
    )
    for row in range(8):
        for column in range(-3, 4):
            x, y = 50 + column * 2.9 + (row % 2) * 1.4 - 0.7, 18 + row * 4.3
            if abs(x - 50) > 10.4 or (row in (0, 7) and abs(x - 50) > 7):
                continue
            paddle.wash(ellipse(x + 0.5, y + 0.8, 0.6, 0.6, 10), (40, 26, 30), 0.35)
            paddle.wash(ellipse(x, y, 0.62, 0.62, 12), BRISTLE.at(0.5))
            paddle.wash(ellipse(x - 0.18, y - 0.2, 0.24, 0.24, 8), (240, 228, 210), 0.9)
    roller = Drawing()
    for step in range(30):
        y = 13 + step * 1.45
        for side in (-1, 1):
            roller.line(
                [(50 + side * 4, y), (50 + side * 11.4, y - 0.8 + step % 2 * 0.6)], BRISTLE.at(0.5), 0.42
            )
    roller.piece(
        box(44.6, 10, 55.4, 57, 2.6), Cloth(STEEL), roundness=3, folds=[gleam("M 47.4 13 L 47.4 54", 1.8, 50)]
    )
    for row in range(9):
        for x in (46.8, 50, 53.2):
            roller.wash(ellipse(x, 14.6 + row * 4.8, 0.85, 0.85, 12), (70, 66, 70))
    for step in range(30):
        roller.line(
            [(46.4 + step % 4 * 2.4, 12 + step * 1.5), (45.8 + step % 4 * 2.8, 10.6 + step * 1.5)],
            BRISTLE.at(0.5),
            0.36,
        )
    roller.piece(
        path("M 46.4 56 L 53.6 56 Q 52 64 52.6 74 Q 53.6 88 50 90 Q 46.4 88 47.4 74 Q 48 64 46.4 56"),
        cloth,
        roundness=2,
        folds=[gleam("M 48.6 62 L 48.6 84", 1.2, 36)],
    )
    drawing.place(paddle, x=38, y=50, scale=0.94, turn=-12)
    drawing.place(roller, x=66, y=52, scale=0.88, turn=16)
    return drawing


def colour_bowl(cloth: Cloth) -> Drawing:
    """A colourist's bowl with the mixture in it, and the tint brush."""
    drawing = Drawing()
    drawing.piece(ellipse(48, 55, 30, 30, 72), Cloth(CHARCOAL), roundness=4)
    drawing.piece(ellipse(48, 55, 25.6, 25.6, 64), Cloth(Ramp.of("#57504f")), roundness=4, volume=-0.9)
    cream = path("M 26 58 C 25 44 38 33 51 35 C 66 37 73 48 70 60 C 67 73 55 78 44 76 C 33 74 27 68 26 58")
    drawing.piece(cream, cloth, roundness=3.6, volume=1.1, folds=[
        gleam("M 34 56 C 36 46 46 41 56 45 C 63 49 62 60 53 63 C 46 64.6 42 59 47 55", 2.4, 44), crease("M 37 60 C 40 50 47 46.4 55 49 C 60 53 57 59 51.6 59.6", 1.8, 30),
    ])  # fmt: skip
    brush = Drawing()
    brush.piece(
        path("M 48.4 40 L 47.6 88 Q 48 92 50 92 Q 52 92 52.4 88 L 51.6 40"),
        Cloth(WOOD),
        roundness=1.4,
        folds=[gleam("M 49 46 L 48.8 86", 0.8, 40)],
    )
    brush.piece(
        box(43, 30, 57, 41, 1.0), Cloth(STEEL), roundness=2, folds=[gleam("M 45 31 L 45 40", 1.4, 50)]
    )
    brush.piece(
        path("M 43.4 30.6 Q 43 22 44.6 13 Q 50 11 55.4 13 Q 57 22 56.6 30.6"), Cloth(BRISTLE), roundness=2
    )
    for step in range(14):
        x = 44.6 + step * 0.83
        brush.line([(x, 29.6), (x + (x - 50) * 0.02, 14)], BRISTLE.at(0.8), 0.18)
    brush.piece(
        path(
            "M 43.6 20 Q 43.8 16 44.6 12.6 Q 50 9.6 55.4 12.6 Q 56.2 17 56.4 21 Q 52 18.6 50 21.4 Q 47 17.6 43.6 20"
        ),
        cloth,
        roundness=1.4,
    )
    drawing.place(brush, x=66, y=37, scale=0.86, turn=-142)
    return drawing


def beard(cloth: Cloth) -> Drawing:
    """A cut-throat razor and a shaving brush."""
    drawing = Drawing()
    brush = Drawing()
    brush.piece(
        symmetric("M 50 12 Q 38 12 36 22 Q 36.6 36 44 50 L 50 51"), Cloth(Ramp.of("#d9c3a0")), roundness=3.6
    )
    for step in range(-9, 10):
        brush.line(
            path(f"M {50 + step * 0.6} 50 Q {50 + step * 1.1} 34 {50 + step * 1.42} {14 + abs(step) * 0.5}"),
            (120, 92, 70),
            0.22,
        )
    brush.piece(
        symmetric("M 50 48 L 42 48 Q 41 52 43.4 55 Q 45 60 42 66 Q 37.6 73 39 81 Q 40 88 50 88"),
        cloth,
        roundness=3.6,
        drop=0.4,
        volume=1.2,
        folds=[gleam("M 45.4 56 Q 46 64 42.6 74", 1.6, 46)],
    )
    brush.piece(ribbon(path("M 42 49.4 Q 50 51 58 49.4"), 2.8), Cloth(BRASS), roundness=1)
    razor = Drawing()
    razor.piece(
        path("M 44.6 50 L 45 12 Q 50 8.6 56 11 L 55.4 50"),
        Cloth(STEEL),
        roundness=1.6,
        folds=[gleam("M 47.6 15 L 47.4 46", 2.0, 56), crease("M 53 13 L 52.6 48", 1.4, 30)],
    )
    razor.piece(path("M 47.4 48 L 52.8 48 L 52.4 58 L 48 58"), Cloth(STEEL), roundness=0.9)
    razor.piece(
        path(
            "M 46 54 Q 50 51.6 54 54 Q 56.4 70 55.4 88 Q 53 92.6 49.6 91.6 Q 46.6 90.6 46.4 87 Q 46.8 70 46 54"
        ),
        cloth,
        roundness=2.2,
        drop=0.5,
        folds=[gleam("M 48.2 60 Q 49 74 48.4 86", 1.2, 42)],
    )
    for y in (56.4, 88):
        razor.piece(ellipse(50.4, y, 1.2, 1.2, 18), Cloth(BRASS), roundness=0.6, drop=0.2)
    drawing.place(brush, x=36, y=51, scale=0.94, turn=-9)
    drawing.place(razor, x=66, y=50, scale=0.92, turn=12)
    return drawing


def mirror(cloth: Cloth) -> Drawing:
    """A hand mirror: styling advice."""
    drawing = Drawing()
    drawing.piece(
        path("M 46.4 62 Q 47.8 74 46 88 Q 46 93 50 93 Q 54 93 54 88 Q 52.2 74 53.6 62"),
        cloth,
        roundness=2.2,
        folds=[gleam("M 48.4 68 L 48 88", 1.2, 40)],
    )
    drawing.piece(ellipse(50, 38, 28, 30, 72), cloth, roundness=3.4)
    drawing.piece(ellipse(50, 38, 23.6, 25.6, 72), Cloth(Ramp.of("#c9dadb")), roundness=2.6, volume=-0.8)
    drawing.wash(path("M 34 50 L 56 14.6 Q 60 16 63 18.4 L 39.4 57 Q 36 54 34 50"), (255, 255, 252), 0.5)
    drawing.wash(path("M 42.6 59.6 L 66 21.6 L 68 24.4 L 45.4 61.2"), (255, 255, 252), 0.38)
    return drawing


def tape(cloth: Cloth) -> Drawing:
    """A tailor's tape and pins: fittings and alterations."""
    drawing = Drawing()
    spiral = path(
        "M 24 78 C 44 92 84 80 82 54 C 80 30 46 22 32 38 C 20 54 34 70 50 68 C 66 66 68 48 54 44 C 46 42 41 49 46 54"
    )
    drawing.piece(ribbon(spiral, 5.6), cloth, drop=1.0, roundness=1.6)
    for index in range(2, len(spiral) - 1):
        (x1, y1), (x2, y2) = spiral[index], spiral[index + 1]
        length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 0.01)
        nx, ny = -(y2 - y1) / length, (x2 - x1) / length
        reach = 0.6 if index % 5 else -1.6
        drawing.line(
            [(x1 + nx * 2.6, y1 + ny * 2.6), (x1 + nx * reach, y1 + ny * reach)], cloth.ramp.at(0.02), 0.3
        )
    drawing.piece(box(20.4, 74.6, 25.6, 81.6, 0.5), Cloth(BRASS), roundness=1, drop=0.4)
    for x, y, tint in ((68, 20, "#b5533c"), (76, 26, "#2f4a6b"), (60, 16, "#d9a441")):
        drawing.line([(x, y), (x - 5, y + 11)], STEEL.at(0.3), 0.5)
        drawing.piece(ellipse(x, y, 1.9, 1.9, 24), Cloth(Ramp.of(tint)), roundness=0.9, drop=0.4)
    return drawing


SALON = {
    "bottle": bottle, "spray": spray, "oil": oil, "jar": jar, "tube": tube, "soap": soap, "scissors": scissors, "comb": comb,
    "hair_dryer": hair_dryer, "hairbrush": hairbrush, "colour_bowl": colour_bowl, "beard": beard, "mirror": mirror, "tape": tape,
}  # fmt: skip
