"""Wide pictures for stories, the home page and the campaign: 160 units by 90, cropped to the shape asked for."""

# ruff: noqa: E501  (a curve is read as one line)

from __future__ import annotations

import math
import random
from collections.abc import Callable

from PIL import Image

from comptoir_site.demo.drawings.accessories import ACCESSORIES
from comptoir_site.demo.drawings.brushes import CREAM, Ramp, box, ellipse, path, rgb, ribbon, symmetric
from comptoir_site.demo.drawings.canvas import Canvas
from comptoir_site.demo.drawings.coats import COATS
from comptoir_site.demo.drawings.dresses_and_trousers import SKIRTS_AND_TROUSERS
from comptoir_site.demo.drawings.marks import Cloth, Drawing, Piece
from comptoir_site.demo.drawings.salon import CHARCOAL, SALON, STEEL, WOOD
from comptoir_site.demo.drawings.sewing import BRASS, gleam
from comptoir_site.demo.drawings.tops import TOPS

WIDTH, HEIGHT = 160.0, 90.0
PIECES: dict[str, Callable[[Cloth], Drawing]] = {
    **TOPS,
    **SKIRTS_AND_TROUSERS,
    **COATS,
    **ACCESSORIES,
    **SALON,
}
RUST, NAVY, SAGE, SAND, ROSE, OCHRE, PINE, SNOW = (
    "#b5533c", "#2f4a6b", "#8a9a78", "#e3d5bb", "#c98a9b", "#d9a441", "#3a6b5e", "#f4f1ea",
)  # fmt: skip


def cloth(colour: str, pattern: str = "", accent: str = "#f7ecd9") -> Cloth:
    return Cloth(Ramp.of(colour), pattern, Ramp.of(accent))


def flat(colour: str) -> Cloth:
    return Cloth(Ramp.of(colour))


def lay(
    sheet: Drawing, name: str, fabric: Cloth, x: float, y: float, scale: float, turn: float = 0.0
) -> None:
    sheet.place(PIECES[name](fabric), x=x, y=y, scale=scale, turn=turn)


def sky(sheet: Drawing, top: str, bottom: str, until: float, bands: int = 24) -> None:
    """A sky from one colour to another."""
    one, other = rgb(top), rgb(bottom)
    for band in range(bands):
        share = band / (bands - 1)
        colour = tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
        y = until * band / bands
        sheet.wash(box(-2, y, WIDTH + 2, until + 0.5), colour)  # type: ignore[arg-type]


LETTERS = {
    "A": ("M 0 1 L 0.5 0 L 1 1", "M 0.2 0.66 L 0.8 0.66"), "B": ("M 0 0 L 0 1 L 0.5 1 Q 1 1 1 0.74 Q 1 0.5 0.5 0.48 L 0 0.48 L 0.45 0.48 Q 0.88 0.46 0.88 0.24 Q 0.88 0 0.45 0 L 0 0",),
    "E": ("M 0.9 0 L 0 0 L 0 1 L 0.9 1", "M 0 0.5 L 0.7 0.5"), "I": ("M 0.5 0 L 0.5 1",), "L": ("M 0 0 L 0 1 L 0.85 1",),
    "M": ("M 0 1 L 0 0 L 0.5 0.72 L 1 0 L 1 1",), "N": ("M 0 1 L 0 0 L 1 1 L 1 0",),
    "O": ("M 0.5 0 Q 1 0 1 0.5 Q 1 1 0.5 1 Q 0 1 0 0.5 Q 0 0 0.5 0",), "U": ("M 0 0 L 0 0.6 Q 0 1 0.5 1 Q 1 1 1 0.6 L 1 0",),
    "S": ("M 0.95 0.14 Q 0.8 0 0.5 0 Q 0.05 0 0.05 0.25 Q 0.05 0.46 0.5 0.5 Q 0.97 0.54 0.97 0.76 Q 0.97 1 0.5 1 Q 0.15 1 0 0.84",),
}  # fmt: skip


def sign(sheet: Drawing, text: str, middle: float, top: float, height: float) -> None:
    """Brass capitals above the window, drawn in strokes: no typeface to carry along."""
    step = height * 1.22
    left = middle - step * len(text) / 2 + height * 0.2
    for index, letter in enumerate(text):
        for stroke in LETTERS.get(letter, ()):
            points = [(left + index * step + x * height * 0.8, top + y * height) for x, y in path(stroke)]
            sheet.line([(x + 0.16, y + 0.24) for x, y in points], rgb("#1d3b33"), 0.5)
            sheet.line(points, rgb("#e8cf9a"), 0.5)


def leaf(sheet: Drawing, x: float, y: float, length: float, turn: float, fabric: Cloth) -> None:
    """A long tropical leaf with its rib."""
    blade = Drawing()
    blade.piece(path("M 50 50 Q 42 36 50 12 Q 58 36 50 50"), fabric, roundness=2)
    blade.line(path("M 50 50 Q 49.4 34 50 14"), fabric.ramp.at(0.25), 0.4)
    sheet.place(blade, x=x, y=y, scale=length / 38, turn=turn)


def palm(sheet: Drawing, x: float, y: float, height: float, lean: float) -> None:
    trunk = path(f"M {x} {y} Q {x + lean * 0.2} {y - height * 0.6} {x + lean} {y - height}")
    sheet.piece(ribbon(trunk, 1.7), flat("#6d5140"), roundness=0.8)
    for turn in (-165, -140, -112, -85, -50, -18, 12):
        angle = math.radians(turn)
        reach = height * 0.42
        tip = (x + lean + math.cos(angle) * reach, y - height + math.sin(angle) * reach * 0.6 + reach * 0.32)
        middle = (
            x + lean + math.cos(angle) * reach * 0.6,
            y - height + math.sin(angle) * reach * 0.7 - reach * 0.1,
        )
        rib = path(f"M {x + lean} {y - height} Q {middle[0]} {middle[1]} {tip[0]} {tip[1]}")
        sheet.piece(
            ribbon(rib, 3.0, tapered=True),
            flat("#3f6b4f" if turn % 2 else "#537d58"),
            roundness=0.9,
            edge=0.1,
        )


# --- the scenes -------------------------------------------------------------------------------------------------------
def rail(sheet: Drawing) -> None:
    """A rail of clothes in front of a lime-washed wall."""
    sheet.wash(box(-2, 78, 162, 92), rgb("#b99877"))
    for x in range(-10, 170, 14):
        sheet.line([(x, 78), (x - 6, 92)], rgb("#a58465"), 0.3)
    sheet.wash(box(-2, 76.4, 162, 78.2), rgb("#f1e7d8"))
    sheet.wash(ellipse(80, 83, 66, 2.4), (70, 48, 40), 0.4, 1.2)
    steel = flat("#3a3638")
    for x in (16, 144):
        sheet.piece(ribbon(path(f"M {x} 12 L {x} 83"), 1.3), steel, roundness=0.6)
        sheet.piece(ribbon(path(f"M {x - 8} 83 L {x + 8} 83"), 1.3), steel, roundness=0.6)
    hung = (
        ("coat", cloth("#8c6a4f", "herringbone"), 31), ("shirt", cloth(SNOW, "fine_stripes", "#7f9abb"), 50),
        ("jumper", cloth(NAVY, "stitches"), 67), ("dress", cloth(RUST), 85), ("cardigan", cloth(SAGE, "cables"), 103),
        ("blouse", cloth(SAND, "flowers", RUST), 120), ("jacket", cloth(OCHRE), 135),
    )  # fmt: skip
    sheet.piece(ribbon(path("M 12 12 L 148 12"), 1.3), steel, roundness=0.6, drop=0.4)
    for name, fabric, x in hung:
        hook = path(f"M {x - 1.1} 12.4 Q {x - 1.6} 10 {x} 10 Q {x + 1.9} 10 {x + 1.5} 12.6 Q {x} 14 {x} 17.6")
        sheet.line(hook, STEEL.at(0.2), 0.5)
        sheet.piece(ribbon(path(f"M {x - 9} 22 Q {x} 14.4 {x + 9} 22"), 1.2), Cloth(WOOD), roundness=0.6)
        lay(sheet, name, fabric, x, 39.6 if name not in ("dress", "coat") else 41.4, 0.60)
    sheet.piece(box(24, 74, 46, 82.6, 0.8), Cloth(WOOD), roundness=1.4, drop=0.6)
    lay(sheet, "boots", flat("#6b3f2a"), 112, 75, 0.24)
    lay(sheet, "trainers", flat(SNOW), 128, 77, 0.22)
    lay(sheet, "tote", flat(SAND), 60, 71.4, 0.30)


def shopfront(sheet: Drawing) -> None:
    """One of the three shops: pine-green joinery, a striped awning, two windows and a door."""
    sheet.wash(box(-2, -2, 162, 92), rgb("#d9c9b2"))
    chance = random.Random(3)  # noqa: S311
    for row in range(5):
        for column in range(-1, 14):
            x, y = column * 13 + (row % 2) * 6.5, row * 5.6 - 2
            shade = chance.choice(("#d3c2a9", "#dccdb7", "#d6c5ad", "#e0d2bd"))
            sheet.wash(box(x + 0.2, y + 0.2, x + 12.8, y + 5.4, 0.3), rgb(shade))
    sheet.wash(box(-2, 82, 162, 92), rgb("#a79c91"))
    sheet.wash(box(-2, 82, 162, 83.4), rgb("#c3b8ab"))
    wood = flat("#2f5a4e")
    sheet.piece(box(12, 17, 148, 83), wood, roundness=1.6)
    sheet.piece(box(12, 17, 148, 26, 0.4), wood, roundness=1.2, drop=0.6, tone=10)
    sign(sheet, "MAISON AUBELAINE", 80, 19.8, 3.4)
    for left, right in ((16, 64), (96, 144)):
        sheet.piece(box(left, 34, right, 76), flat("#f2dfb8"), roundness=5, volume=-0.8)
        sheet.wash(ellipse((left + right) / 2, 44, 18, 12), (255, 246, 220), 0.5, 4)
        sheet.piece(box(left, 70, right, 76), Cloth(WOOD), roundness=1)
        sheet.piece(box(left - 1, 76, right + 1, 82.4), wood, roundness=1.2, drop=0.4)
        sheet.line([*box(left + 4, 77.4, right - 4, 81), (left + 4, 77.4)], wood.ramp.at(0.25), 0.3)
    for name, fabric, x in (
        ("dress", cloth(RUST, "flowers"), 29),
        ("coat", cloth("#c9a06a"), 50),
        ("jumper", cloth(NAVY, "breton"), 110),
        ("skirt", cloth(ROSE), 129),
    ):
        sheet.piece(ribbon(path(f"M {x} 54 L {x} 70"), 0.8), Cloth(BRASS), roundness=0.4)
        lay(sheet, name, fabric, x, 53 if name != "jumper" else 55, 0.34)
    lay(sheet, "handbag", flat("#8a4b2d"), 40, 66, 0.13)
    lay(sheet, "boots", flat("#6b3f2a"), 120, 66.4, 0.13)
    sheet.piece(box(69, 33, 91, 83), flat("#284d43"), roundness=1.4)
    sheet.piece(box(72, 36, 88, 68), flat("#e9d3a6"), roundness=4, volume=-0.7)
    sheet.piece(box(77, 47, 83, 52, 0.4), flat("#f7efdf"), roundness=0.6, drop=0.4)
    sheet.line([(78, 49.4), (82, 49.4)], rgb("#8a4b2d"), 0.5)
    sheet.line(path("M 77.6 47 L 80 43 L 82.4 47"), rgb("#6b5a48"), 0.24)
    sheet.piece(ribbon(path("M 70.6 54 L 70.6 64"), 0.9), Cloth(BRASS), roundness=0.4, drop=0.3)
    for index in range(34):
        x = 11 + index * 4.06
        colour = "#f3e8d4" if index % 2 else "#b5533c"
        strip = path(f"M {x + 1.6} 26 L {x + 5.66} 26 L {x + 4.06} 35 Q {x + 2.03} 38.4 {x} 35")
        sheet.piece(strip, flat(colour), roundness=0.8, drop=0.5, edge=0.08)
    for left in (16, 96):
        sheet.wash(path(f"M {left + 8} 76 L {left + 26} 38 L {left + 33} 38 L {left + 15} 76"), CREAM, 0.16)
    for x in (8, 152):
        sheet.piece(
            path(f"M {x - 4} 74 L {x + 4} 74 L {x + 3} 84 L {x - 3} 84"), flat("#a4623f"), roundness=1.4
        )
        for turn in (-64, -38, -14, 12, 36, 62):
            leaf(sheet, x, 74, 17, turn, flat("#4c7a58" if turn % 4 else "#5f8a62"))


def salon(sheet: Drawing) -> None:
    """A chair before a round mirror, a shelf of care products, a hanging lamp."""
    sheet.wash(box(-2, -2, 162, 92), rgb("#e6cfc3"))
    sheet.wash(box(-2, 50, 162, 80), rgb("#d9b9ab"))
    for x in range(-4, 166, 6):
        sheet.line([(x, 50.6), (x, 79)], rgb("#cfae9f"), 0.3)
    sheet.wash(box(-2, 49.4, 162, 50.8), rgb("#f0ddd2"))
    sheet.wash(box(-2, 79, 162, 92), rgb("#a9795c"))
    for row in range(3):
        for column in range(-1, 12):
            x = column * 16 + row * 6
            sheet.line([(x, 79 + row * 4.4), (x, 83.4 + row * 4.4)], rgb("#94674c"), 0.26)
        sheet.line([(-2, 79 + row * 4.4), (162, 79 + row * 4.4)], rgb("#94674c"), 0.26)
    sheet.piece(ellipse(66, 30, 21, 21, 72), Cloth(BRASS), roundness=1.4, drop=1.2)
    sheet.piece(ellipse(66, 30, 19.4, 19.4, 72), flat("#d3e0de"), roundness=4, volume=-0.8)
    sheet.wash(path("M 52 38 L 68 11 L 74 12.6 L 57 43"), CREAM, 0.45)
    sheet.wash(path("M 61 46 L 81 16 L 83 18.6 L 65 48"), CREAM, 0.32)
    sheet.piece(box(40, 53, 92, 56.4, 0.6), Cloth(WOOD), roundness=1, drop=1.0)
    for name, fabric, x, scale in (
        ("bottle", flat(SAGE), 47, 0.16),
        ("tube", flat(RUST), 54, 0.13),
        ("jar", flat(SAND), 85, 0.14),
    ):
        lay(sheet, name, fabric, x, 53 - scale * (41 if name != "jar" else 31), scale)
    chair(sheet)
    for y, goods in (
        (24, ("bottle", "bottle", "oil", "jar")),
        (42, ("spray", "jar", "bottle", "tube", "oil")),
    ):
        sheet.piece(box(106, y, 152, y + 2, 0.4), Cloth(WOOD), roundness=0.8, drop=1.2)
        for index, name in enumerate(goods):
            scale = 0.155
            tint = (SAGE, ROSE, OCHRE, SAND, RUST, PINE)[(index * 2 + int(y)) % 6]
            foot = {"jar": 81, "oil": 88, "spray": 90, "tube": 91}.get(name, 91)
            lay(sheet, name, flat(tint), 112 + index * 9.2, y - (foot - 50) * scale, scale)
    sheet.line([(28, -2), (28, 12)], rgb("#3a3638"), 0.4)
    sheet.wash(ellipse(28, 26, 16, 14), (255, 240, 205), 0.55, 5)
    sheet.piece(symmetric("M 28 11 Q 20 12 18 22 L 28 22", 28), Cloth(BRASS), roundness=1.6, drop=0.5)
    sheet.piece(ellipse(28, 22.4, 2.8, 2.2, 24), flat("#fff3d6"), roundness=1, edge=0)
    sheet.piece(path("M 136 66 L 150 66 L 148.4 83 L 137.6 83"), flat("#f0e2d2"), roundness=2)
    for turn in (-70, -46, -22, 0, 24, 48, 72):
        leaf(sheet, 143, 67, 24 + turn % 5, turn, flat("#4c7a58" if turn % 4 else "#5f8a62"))


def chair(sheet: Drawing) -> None:
    leather, metal = flat("#7d3b3f"), Cloth(STEEL)
    sheet.wash(ellipse(66, 86, 19, 2.2), (60, 36, 30), 0.5, 1)
    sheet.piece(ellipse(66, 85, 12, 2.2, 40), metal, roundness=0.9)
    sheet.piece(box(64.4, 74, 67.6, 85, 0.4), metal, roundness=1)
    sheet.piece(
        symmetric("M 66 40 L 55.6 40 Q 53 40.4 53 43 L 54.4 62 L 66 63", 66), leather, roundness=2.4, drop=0.8
    )
    for x in (60.4, 66, 71.6):
        sheet.line([(x, 42), (x, 60)], leather.ramp.at(0.25), 0.34)
    sheet.piece(box(60.6, 34, 71.4, 39.6, 1.6), leather, roundness=1.6, drop=0.5)
    sheet.piece(
        box(50, 61.4, 82, 70, 2.4),
        leather,
        roundness=2.2,
        drop=0.9,
        folds=[gleam("M 53 63.4 L 79 63.4", 1.2, 36)],
    )
    for x in (50.4, 81.6):
        sheet.piece(ribbon(path(f"M {x} 53 L {x} 66"), 1.3), metal, roundness=0.6)
        sheet.piece(box(x - 2.4, 50.6, x + 2.4, 54, 1.2), leather, roundness=1.2, drop=0.5)
    sheet.piece(box(56, 70, 76, 74.6, 0.8), flat("#3a3638"), roundness=1.2)
    sheet.piece(ribbon(path("M 58 79.6 L 74 79.6"), 1.4), metal, roundness=0.6, drop=0.4)


def reunion(sheet: Drawing) -> None:
    """The cirques above Saint-Denis, cane fields, the lagoon and a line of washing."""
    sky(sheet, "#8fc0c9", "#f6dfc0", 52)
    sheet.wash(ellipse(118, 22, 7.4, 7.4), (255, 244, 214))
    sheet.wash(ellipse(118, 22, 17, 17), (255, 240, 200), 0.5, 5)
    hills = (
        ("M -2 46 L 12 30 L 20 35 L 34 14 L 42 22 L 50 17 L 64 34 L 74 28 L 90 42 L 104 34 L 124 46 L 162 40 L 162 60 L -2 60", "#8fa6ad"),
        ("M -2 52 Q 10 38 22 44 L 32 33 L 44 42 Q 58 30 70 44 L 84 38 Q 100 50 120 46 Q 140 42 162 52 L 162 64 L -2 64", "#6d9088"),
        ("M -2 58 Q 20 44 42 53 Q 62 45 84 54 Q 110 48 162 58 L 162 68 L -2 68", "#54806a"),
    )  # fmt: skip
    for text, colour in hills:
        sheet.piece(path(text), flat(colour), roundness=4, edge=0)
    for x, y, width in ((22, 27, 15), (58, 30, 19), (96, 24, 14), (140, 30, 16)):
        for dx, dy, size in ((-0.5, 0.5, 0.5), (0, 0, 0.7), (0.5, 0.5, 0.45)):
            sheet.wash(
                ellipse(x + dx * width, y + dy * 2, width * size, width * 0.16), (255, 250, 240), 0.75, 0.9
            )
    sheet.piece(box(-2, 64, 162, 92), flat("#3f97a0"), roundness=4, volume=0.3, edge=0)
    sheet.wash(box(-2, 74, 162, 92), rgb("#7cc4bd"), 0.7, 2)
    for index in range(40):
        chance = random.Random(index)  # noqa: S311
        start, depth, length = chance.uniform(0, 160), chance.uniform(66, 80), chance.uniform(2, 7)
        ripple = f"M {start} {depth} Q {start + length / 2} {depth - 0.5} {start + length} {depth}"
        sheet.line(path(ripple), rgb("#d9efe8"), 0.24)
    sheet.wash(path("M -2 82 Q 40 76.6 84 82.6 Q 124 87 162 81 L 162 92 L -2 92"), rgb("#f4f3e6"))
    sheet.piece(
        path("M -2 84 Q 40 78.6 84 84.6 Q 124 89 162 83 L 162 92 L -2 92"),
        flat("#e6cfa4"),
        roundness=1.6,
        edge=0,
    )
    for foot, height, lean in ((14, 44, 7), (26, 33, -4), (146, 50, -9)):
        palm(sheet, foot, 88, height, lean)
    sheet.line(path("M 19 52 Q 76 66 138 46"), rgb("#6d5140"), 0.4)
    hung = (
        ("t_shirt", cloth(SNOW, "breton", NAVY), 44, 0.25, 3),
        ("long_dress", cloth(RUST, "flowers"), 70, 0.30, 1),
        ("shirt", cloth(OCHRE), 95, 0.27, -4),
        ("shorts", cloth(PINE), 116, 0.23, -8),
    )
    for name, fabric, x, scale, turn in hung:
        line_y = 52 + 14 * 2 * ((x - 19) / 119) * (1 - (x - 19) / 119) - 6 * ((x - 19) / 119) ** 2
        top = PIECES[name](fabric).extent()[1]
        lay(sheet, name, fabric, x, line_y + (50 - top) * scale - 0.8, scale, turn)
        for peg in (-1.6, 1.6):
            sheet.piece(
                box(x + peg - 0.35, line_y - 1, x + peg + 0.35, line_y + 1.6, 0.2),
                Cloth(WOOD),
                roundness=0.3,
                edge=0.08,
            )


def two_hemispheres(sheet: Drawing) -> None:
    """The campaign: winter in Nantes on the left, summer in Saint-Denis on the right, one wardrobe."""
    sheet.wash(box(-2, -2, 162, 92), rgb("#c9d2d6"))
    sheet.wash(path("M 86 -2 L 162 -2 L 162 92 L 74 92"), rgb("#f2c796"))
    chance = random.Random(5)  # noqa: S311
    for _ in range(60):
        x, y, size = chance.uniform(0, 70), chance.uniform(0, 90), chance.uniform(0.25, 0.8)
        sheet.wash(ellipse(x, y, size, size, 12), (250, 250, 248), 0.85)
    sheet.wash(ellipse(140, 18, 13, 13), (252, 232, 188), 0.9)
    for x, y, turn, size in (
        (160, 92, -40, 46),
        (160, 84, -62, 40),
        (150, 94, -18, 38),
        (96, -4, 168, 24),
        (104, -5, 190, 26),
    ):
        leaf(sheet, x, y, size, turn, flat("#4c8063" if turn % 4 else "#639670"))
    lay(sheet, "boots", flat("#6b3f2a"), 16, 72, 0.30, -8)
    lay(sheet, "coat", cloth("#4a5a70", "herringbone"), 42, 46, 0.92, -5)
    lay(sheet, "scarf", cloth(RUST, "check"), 68, 54, 0.56, 12)
    lay(sheet, "beanie", flat(OCHRE), 15, 22, 0.32, -12)
    lay(sheet, "gloves", flat(SAGE), 66, 17, 0.27, 14)
    lay(sheet, "long_dress", cloth(RUST, "flowers"), 112, 47, 0.92, 5)
    lay(sheet, "straw_hat", flat(NAVY), 142, 28, 0.42, 10)
    lay(sheet, "tote", flat(SAND), 143, 66, 0.42, 8)


def atelier(sheet: Drawing) -> None:
    """The cutting table seen from above: cloth, tape, scissors, thread, a shirt half made."""
    sheet.wash(box(-2, -2, 162, 92), rgb("#c39a6f"))
    for y in range(0, 92, 15):
        sheet.line(path(f"M -2 {y} Q 60 {y + 0.8} 162 {y - 0.4}"), rgb("#ad855c"), 0.3)
        sheet.line(path(f"M 20 {y + 6} Q 80 {y + 9} 140 {y + 5}"), rgb("#b98f65"), 0.24)
    sheet.piece(path("M 6 12 L 58 6 L 64 50 L 12 58"), flat("#efe6d2"), roundness=1, volume=0.4)
    for text in ("M 16 18 Q 30 26 28 50", "M 28 50 Q 44 44 54 46", "M 20 14 L 54 10 L 58 44"):
        sheet.line(path(text), rgb("#8c7a66"), 0.34, 1.4)
    for index, (colour, pattern) in enumerate(
        ((NAVY, ""), (SAND, "linen"), (RUST, ""), (SAGE, "herringbone"))
    ):
        y = 66 + index * 5
        sheet.piece(
            box(8 + index * 1.6, y, 54 - index * 1.2, y + 7, 2.2),
            cloth(colour, pattern),
            roundness=2,
            drop=0.9,
        )
    lay(sheet, "shirt", cloth(SNOW, "fine_stripes", "#7f9abb"), 86, 46, 0.86, 6)
    lay(sheet, "tape", flat("#e8c95c"), 132, 66, 0.46, 8)
    lay(sheet, "scissors", flat("#2b2a30"), 136, 26, 0.50, 24)
    for x, y, colour in ((62, 72, RUST), (69, 80, NAVY), (57, 82, OCHRE), (112, 84, PINE)):
        sheet.piece(ellipse(x, y, 4.2, 4.2, 40), Cloth(WOOD), roundness=1)
        sheet.piece(ellipse(x, y, 3.5, 3.5, 40), flat(colour), roundness=1, drop=0.3)
        for radius in (2.9, 2.3, 1.7):
            ring = ellipse(x, y, radius, radius, 30)
            sheet.line([*ring, ring[0]], Ramp.of(colour).at(0.3), 0.2)
        sheet.piece(ellipse(x, y, 1.1, 1.1, 24), Cloth(WOOD), roundness=0.5)
    button = Drawing()
    for x, y, ramp in (
        (118, 12, WOOD),
        (111, 17, BRASS),
        (116, 20, CHARCOAL),
        (152, 50, WOOD),
        (149, 56, BRASS),
    ):
        button.button(x, y, 1.9, ramp)
    sheet.marks += button.marks


def outfit(sheet: Drawing) -> None:
    """A week in six pieces, laid out on linen."""
    lay(sheet, "jeans", cloth("#3c5a7d"), 38, 46, 0.92, -4)
    lay(sheet, "jumper", cloth(SNOW, "breton", NAVY), 76, 43, 0.84, 3)
    lay(sheet, "jacket", cloth("#4f6b58"), 124, 38, 0.76, 6)
    lay(sheet, "belt", flat("#5b3422"), 16, 24, 0.32, -10)
    lay(sheet, "trainers", flat(SNOW), 102, 75, 0.34, -6)
    lay(sheet, "beanie", flat(OCHRE), 72, 80, 0.24, -8)
    lay(sheet, "handbag", flat("#8a4b2d"), 143, 73, 0.34, 8)


def care_shelf(sheet: Drawing) -> None:
    """The salon's own care range on a stone shelf, with a branch of geranium."""
    sheet.wash(box(-2, -2, 162, 92), rgb("#dfe0d0"))
    sheet.wash(path("M 26 -2 L 84 -2 L 140 70 L 82 70"), (255, 250, 236), 0.5, 3)
    sheet.piece(box(-4, 70, 164, 96), flat("#d8c7b3"), roundness=2, edge=0.1)
    sheet.wash(box(-4, 70, 164, 71.4), rgb("#efe4d5"))
    goods = (
        ("spray", ROSE, 30, 0.60),
        ("bottle", SAGE, 54, 0.70),
        ("oil", OCHRE, 79, 0.54),
        ("jar", SAND, 103, 0.42),
        ("tube", RUST, 126, 0.60),
    )
    for name, tint, x, scale in goods:
        foot = {"jar": 81, "oil": 88, "spray": 90}.get(name, 91)
        sheet.wash(ellipse(x + 5, 76, 15 * scale + 6, 1.8), (86, 62, 52), 0.5, 1.2)
        lay(sheet, name, flat(tint), x, 76 - (foot - 50) * scale, scale)
    sheet.piece(ribbon(path("M 160 84 Q 146 60 150 22"), 0.8), flat("#5f7a55"), roundness=0.4)
    for x, y, turn in (
        (150, 34, -60),
        (150, 42, 58),
        (149, 52, -64),
        (150, 60, 60),
        (150, 26, 20),
        (152, 70, -70),
    ):
        leaf(sheet, x, y, 15, turn, flat("#6b8f66"))
    for x, y in ((150, 18), (146, 21), (154, 21), (150, 24), (147, 15), (153, 15)):
        for petal in range(5):
            angle = petal * math.tau / 5
            sheet.piece(
                ellipse(x + math.cos(angle) * 1.5, y + math.sin(angle) * 1.5, 1.3, 1.3, 16),
                flat(ROSE),
                roundness=0.6,
                edge=0.08,
            )
        sheet.wash(ellipse(x, y, 0.7, 0.7, 12), rgb("#f6e3a8"))


SCENES: dict[str, tuple[Callable[[Drawing], None], str, bool]] = {
    "rail": (rail, "#e9dccb", False), "shopfront": (shopfront, "#d9c9b2", False), "salon": (salon, "#e6cfc3", False),
    "reunion": (reunion, "#f0e0c4", False), "two_hemispheres": (two_hemispheres, "#e6ded2", True),
    "atelier": (atelier, "#c39a6f", True), "outfit": (outfit, "#e4d9c8", True), "care_shelf": (care_shelf, "#dfe0d0", False),
}  # fmt: skip  # what is drawn, on which paper, and whether it lies flat (things lying flat cast their shadow on the sheet)


def scene(kind: str, *, width_px: int = 1600, height_px: int = 900) -> Image.Image:
    """Draw a scene; another shape than 16:9 shows its middle.

    Errors: ``KeyError`` for a scene that does not exist.
    """
    compose, paper, lies_flat = SCENES[kind]
    shape = width_px / height_px
    width = min(WIDTH, HEIGHT * shape)
    window = ((WIDTH - width) / 2, (HEIGHT - width / shape) / 2, width)
    canvas = Canvas(width_px, height_px, window)
    canvas.paper(rgb(paper))
    sheet = Drawing()
    compose(sheet)
    ground = 0
    while ground < len(sheet.marks) and not isinstance(sheet.marks[ground], Piece):
        sheet.marks[ground].paint(canvas)
        ground += 1
    canvas.cast_shadow(sheet, strength=1.0 if lies_flat else 0.45)
    for mark in sheet.marks[ground:]:
        mark.paint(canvas)
    return canvas.finish(kind)
