"""Dresses, skirts, trousers and shorts."""

# ruff: noqa: E501  (a curve is read as one line)

from __future__ import annotations

from comptoir_site.demo.drawings.brushes import (
    box,
    ellipse,
    flipped,
    path,
    ribbon,
    symmetric,
)
from comptoir_site.demo.drawings.marks import Cloth, Drawing
from comptoir_site.demo.drawings.sewing import (
    BRASS,
    BRASS_THREAD,
    HORN,
    PEARL,
    band,
    both,
    crease,
    gleam,
    neck_inside,
    stitch,
)


def dress(cloth: Cloth) -> Drawing:
    """A short-sleeved wrap-waist dress with a flared skirt."""
    drawing = Drawing()
    neck_inside(drawing, cloth, symmetric("M 50 15 Q 46 15 43.6 13.4 L 44 20 Q 47 26 50 28"))
    sleeve = path(
        "M 39.4 15 C 34.4 16.4 31.4 19.4 28.8 25.4 C 27.4 28.6 26.4 31 25.6 33.4 Q 29.6 36.4 35.4 35.6 Q 36 32 37.6 29.6"
    )
    drawing.pair(
        sleeve,
        cloth,
        angle=18,
        folds=[crease("M 37 29 Q 33 28 30.6 24.6", 1.3, 26), gleam("M 31 21.6 Q 28.6 27 28.4 31.4", 2, 18)],
    )
    skirt = symmetric(
        "M 50 42.6 Q 43 42.6 39 42 C 37 54 31.4 72 26.6 86.8 Q 31 89.4 35.6 88.4 Q 40 90.8 45 89.4 Q 48 90.6 50 90.4"
    )
    folds = both(
        crease("M 40.6 43 Q 37 64 31.6 87.4", 2.0, 34), crease("M 44.6 43 Q 42.6 66 39.6 89.4", 2.0, 32),
        crease("M 48 43 Q 47.6 66 46.6 89", 1.7, 26), gleam("M 42.4 46 Q 39 68 35.4 87.6", 2.6, 26),
        gleam("M 46.4 46 Q 45 68 43 88.8", 2.2, 24), gleam("M 39 50 Q 35 68 29.6 86.4", 2.0, 18),
    )  # fmt: skip
    drawing.piece(skirt, cloth, folds=folds, drop=0.3, roundness=2.6)
    bodice = symmetric(
        "M 50 29 C 46.8 25 44.4 20 43.2 13.4 L 38.4 15.4 C 36.8 20 36.6 25 37.2 30 C 38.6 34.6 39 38 38.8 42.4 Q 44 43.4 50 43.4"
    )
    folds = both(
        crease("M 37.6 29.6 Q 42 31.6 45 36", 1.4, 30), crease("M 39 41 Q 42 37 46 34", 1.3, 24),
        gleam("M 41.6 20 Q 41 28 42 36", 2.6, 14), crease("M 43 43 Q 44.6 39 47.6 36.4", 1.0, 22),
    )  # fmt: skip
    drawing.piece(bodice, cloth, folds=folds, drop=0.4)
    wrap = path("M 57.2 13.4 C 55.6 21 52 30 41 41")
    drawing.piece(ribbon(wrap, 1.1), cloth.plain(), roundness=0.5, drop=0.5)
    drawing.piece(
        ribbon(path("M 42.8 13.4 C 44 20 46.6 26 49.6 30.4"), 1.1), cloth.plain(), roundness=0.5, drop=0.3
    )
    drawing.piece(
        ribbon(path("M 38.6 42.4 Q 50 44.8 61.4 42.4"), 2.6), cloth.plain(), roundness=1.0, drop=0.4
    )
    for tie in ("M 41 43.4 Q 37.4 50 38.6 58", "M 41.4 43.4 Q 42.8 50 41 55"):
        drawing.piece(ribbon(path(tie), 1.4), cloth.plain(), roundness=0.7, drop=0.5)
    for loop in (
        "M 41 43 Q 35.6 39.8 34.8 43.6 Q 36 47 41 43.6",
        "M 41 43 Q 45.6 40.6 46.6 43.8 Q 45 46.8 41 43.6",
    ):
        drawing.piece(path(loop), cloth.plain(), roundness=0.8, drop=0.4)
    drawing.piece(ellipse(41, 43.4, 1.2, 1.2, 20), cloth.plain(), roundness=0.6, drop=0.3)
    return drawing


def long_dress(cloth: Cloth) -> Drawing:
    """A strapped, tiered dress for the heat."""
    drawing = Drawing()
    straps = path("M 42.4 22 Q 42.8 14 44.6 9.4")
    drawing.piece(
        ribbon(flipped(path("M 44.6 9.4 Q 45.4 14 45 21"), 50), 1.5), cloth.plain(), tone=-30, roundness=0.6
    )
    drawing.piece(ribbon(path("M 44.6 9.4 Q 45.4 14 45 21"), 1.5), cloth.plain(), tone=-30, roundness=0.6)
    for line in (straps, flipped(straps)):
        drawing.piece(ribbon(line, 1.7), cloth.plain(), roundness=0.7, drop=0.4)
    tiers = (
        ("M 50 64 Q 40 64 32 62.4 C 30 72 28 80 25.4 90 Q 30 92.6 36 91.4 Q 42 93.6 50 92.8", 12, 63, 91),
        ("M 50 41 Q 43 41 37 40 C 35 48 33 56 31 64.6 Q 35 66.6 39.6 65.6 Q 44 67.6 50 66.8", 9, 41, 66),
    )
    for text, reach, top, bottom in tiers:
        folds = []
        for step in range(-3, 4):
            x = 50 + step * reach / 2
            flare = x + step * reach / 5.5
            folds.append(
                crease(f"M {x} {top} Q {x + step * 0.3} {(top + bottom) / 2} {flare} {bottom}", 1.5, 34)
            )
            folds.append(
                gleam(
                    f"M {x + 1.6} {top + 3} Q {x + 2} {(top + bottom) / 2} {flare + 1.8} {bottom - 1}",
                    1.7,
                    22,
                )
            )
        drawing.piece(symmetric(text), cloth, folds=folds, drop=0.6, roundness=2.4)
        for step in range(-14, 15):
            width = 17.4 if top > 50 else 12.6
            x = 50 + step * width / 14.5
            drawing.line(
                [(x, top + 0.4), (x + step * 0.05, top + 2.2 + step % 3 * 0.5)], cloth.ramp.at(0.22), 0.2
            )
    bodice = symmetric("M 50 21.6 Q 46 19.6 42.4 20.8 Q 39.4 24 38 29 Q 37 35 36.8 41 Q 43 43.2 50 43.2")
    drawing.piece(
        bodice,
        cloth,
        drop=0.6,
        folds=both(crease("M 38 30 Q 42 33 44 38", 1.4, 28), gleam("M 42 24 Q 41 31 42 38", 2.4, 14)),
    )
    for y in (24.6, 28, 31.4, 34.8, 38.2):
        drawing.button(50, y, 0.75, PEARL)
    band(drawing, "M 36.8 41.4 Q 43 43.4 50 43.4 Q 57 43.4 63.2 41.4", 1.8, cloth)
    return drawing


def skirt(cloth: Cloth, *, length: float = 0.0) -> Drawing:
    drawing = Drawing()
    hem = 78 + length
    drawing.piece(
        symmetric("M 50 21.4 Q 44 21.4 38.4 20.2 L 38.2 24 Q 44 25.4 50 25.4"),
        cloth.plain(),
        tone=-50,
        volume=0.3,
    )
    body = symmetric(
        f"M 50 25 Q 44 25 38.2 23.6 C 36 40 30 {hem - 22} 24.4 {hem} Q 29 {hem + 3} 34 {hem + 1.6} Q 39 {hem + 4.6} 44 {hem + 3} Q 47 {hem + 4.6} 50 {hem + 4}"
    )
    folds = []
    for step in (-3, -2, -1, 0, 1, 2, 3):
        top, low = 50 + step * 3.3, 50 + step * 7.2
        folds += [
            crease(f"M {top} 27 Q {(top + low) / 2 - step * 0.4} 52 {low} {hem + 2}", 2.1, 34),
            gleam(f"M {top + 1.7} 30 Q {(top + low) / 2 + 2} 54 {low + 3.2} {hem + 2}", 2.4, 26),
        ]
    drawing.piece(body, cloth, folds=folds, roundness=3)
    drawing.piece(
        ribbon(path("M 38 23.2 Q 44 24.8 50 24.8 Q 56 24.8 62 23.2"), 4.4),
        cloth.plain(),
        roundness=1.4,
        drop=0.5,
    )
    drawing.button(57.6, 24, 0.95, HORN)
    drawing.line(path(f"M 25 {hem - 1.4} Q 29 {hem + 1.4} 34 {hem}"), stitch(cloth), 0.16, 0.5)
    return drawing


def trousers(
    cloth: Cloth, *, thread: tuple[int, int, int] | None = None, pressed: bool = True, hem: float = 90.0
) -> Drawing:
    drawing = Drawing()
    thread = thread or stitch(cloth)
    drawing.piece(
        symmetric("M 50 13 Q 44 13 37.6 11.6 L 37.4 15 Q 44 16.6 50 16.6"),
        cloth.plain(),
        tone=-50,
        volume=0.3,
    )
    leg = path(
        f"M 50 16 Q 43 16 37.4 14.6 C 35.6 24 33.6 34 32.8 44 C 31.6 60 30.4 76 29.6 {hem} Q 36 {hem + 1.4} 43.4 {hem + 0.6} C 45.4 70 47.4 54 50 38.6"
    )
    folds = [
        crease("M 49.6 37 Q 43 38 38.6 35", 1.7, 32), crease("M 49.4 40 Q 44 43 41 43", 1.4, 28),
        crease(f"M 44 {hem * 0.66} Q 39.6 {hem * 0.68} 35 {hem * 0.66}", 1.4, 22), crease(f"M 44.6 {hem * 0.70} Q 40 {hem * 0.72} 37 {hem * 0.71}", 1.2, 20),
        gleam(f"M 37.4 26 Q 35.6 48 34 {hem - 4}", 2.8, 20), crease(f"M 45.6 50 Q 43.6 66 41.6 {hem - 2}", 1.8, 20),
    ]  # fmt: skip
    drawing.pair(leg, cloth, folds=folds, roundness=3.2)
    if pressed:
        for side in (1, -1):
            line = path(f"M 41.4 30 Q 38.6 56 36.6 {hem}")
            line = line if side == 1 else flipped(line)
            drawing.line(line, cloth.ramp.at(0.32), 0.22)
    drawing.lines(path(f"M 29.7 {hem - 2.6} Q 36 {hem - 1.4} 43.6 {hem - 2}"), thread, 0.2, 0.6)
    drawing.lines(
        path("M 37.4 18.6 Q 41 19 42.6 18.6") if pressed else path("M 43.6 17.6 Q 43 23 36 24"), thread, 0.22
    )
    if pressed:
        drawing.lines(path("M 42.4 18.6 Q 40.6 24 36.2 27"), cloth.ramp.at(0.14), 0.3)
    drawing.line(path("M 50.6 18 L 50.6 33 Q 50.2 36.6 48.6 38.6"), cloth.ramp.at(0.2), 0.26)
    drawing.line(path("M 53.2 18 L 53.2 31 Q 53 34.6 50.8 36.6"), thread, 0.2, 0.6)
    drawing.piece(
        ribbon(path("M 37.2 14.6 Q 43.6 16.2 50 16.2 Q 56.4 16.2 62.8 14.6"), 4.0),
        cloth.plain(),
        roundness=1.2,
        drop=0.4,
    )
    for x, y in ((40.4, 15.4), (46.0, 16.1), (54.0, 16.1), (59.6, 15.4)):
        drawing.piece(
            box(x - 0.6, y - 2.6, x + 0.6, y + 2.8, 0.2), cloth.plain(), roundness=0.4, drop=0.25, edge=0.15
        )
    return drawing


def dress_trousers(cloth: Cloth) -> Drawing:
    drawing = trousers(cloth)
    drawing.button(50, 16.2, 1.0, HORN)
    return drawing


def jeans(cloth: Cloth) -> Drawing:
    denim = Cloth(cloth.ramp, cloth.pattern or "denim", cloth.accent)
    drawing = trousers(denim, thread=BRASS_THREAD, pressed=False)
    for shift in (0, 0.8):
        drawing.lines(
            path(f"M {44.2 + shift} 17.8 Q {43.4 + shift} {23.4 + shift} 36 {24.4 + shift}"),
            BRASS_THREAD,
            0.22,
            0.7,
        )
    drawing.lines(
        path("M 36.6 19.6 C 34.8 28 33.6 36 33.2 44 C 32 60 30.8 76 30.1 87"), BRASS_THREAD, 0.18, 0.7
    )
    drawing.wash(ellipse(38.6, 52, 2.4, 10, 30), cloth.ramp.light, 0.30, 1.8)
    drawing.wash(ellipse(61.4, 52, 2.4, 10, 30), cloth.ramp.light, 0.30, 1.8)
    for x, y in ((37.2, 24), (43.8, 18.8), (62.8, 24), (56.2, 18.8)):
        drawing.wash(ellipse(x, y, 0.42, 0.42, 14), BRASS.at(0.55))
    drawing.button(50, 16.2, 1.15, BRASS)
    return drawing


def shorts(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    drawing.piece(
        symmetric("M 50 23 Q 42 23 34.6 21.2 L 34.4 26 Q 42 27.6 50 27.6"),
        cloth.plain(),
        tone=-50,
        volume=0.3,
    )
    leg = path("M 50 26 Q 42 26 34.2 24.4 C 30.6 40 27.4 58 25.4 75 Q 34 78.6 45.6 78 Q 47.4 66 50 54")
    folds = [
        crease("M 49.6 53 Q 42 53 36 49", 2.0, 32), crease("M 49.4 57 Q 44 61 40 61", 1.7, 28),
        gleam("M 35.4 34 Q 32.4 54 30.6 72", 3.4, 20), crease("M 46 62 Q 44 70 43 77", 2.0, 22), crease("M 38 76 Q 38.6 66 40 58", 1.8, 18),
    ]  # fmt: skip
    drawing.pair(leg, cloth, folds=folds, roundness=3.6)
    drawing.lines(path("M 25.9 71.4 Q 34.4 75 46 74.4"), stitch(cloth), 0.22, 0.7)
    drawing.lines(path("M 41.8 29 Q 38.6 37 32.2 41"), cloth.ramp.at(0.14), 0.34)
    drawing.line(path("M 50 29 L 50 53"), cloth.ramp.at(0.2), 0.3)
    drawing.piece(
        ribbon(path("M 34 24.4 Q 42 26.2 50 26.2 Q 58 26.2 66 24.4"), 5.0),
        cloth.plain(),
        roundness=1.4,
        drop=0.4,
    )
    for step in range(-12, 13):
        x, y = 50 + step * 1.28, 26.2 - (step / 12.4) ** 2 * 1.8
        drawing.line([(x, y - 1.9), (x + 0.1, y + 1.9)], cloth.ramp.at(0.27), 0.2)
    for tie in ("M 49.4 27 Q 46.4 35 47.4 42", "M 50.6 27 Q 54.4 34 52.8 40"):
        drawing.piece(ribbon(path(tie), 0.9), Cloth(PEARL), roundness=0.4, drop=0.4)
    return drawing


def dungarees(cloth: Cloth) -> Drawing:
    """Children's dungarees, straps crossed behind."""
    drawing = Drawing()
    for line in (path("M 41 33 Q 41.4 20 46 12"), flipped(path("M 41 33 Q 41.4 20 46 12"))):
        drawing.piece(ribbon(line, 3.0), cloth, roundness=1, drop=0.4)
    leg = path("M 50 44 L 36.4 44 C 33.4 56 31.4 68 30 86 Q 37.4 88.4 46 87.6 Q 47.4 76 50 66")
    folds = [
        crease("M 49.6 64 Q 43 65 37.6 62", 1.8, 30),
        gleam("M 36.6 52 Q 34.4 66 33.4 82", 3.2, 20),
        crease("M 46.6 72 Q 45 80 44 87", 1.7, 20),
    ]
    drawing.pair(leg, cloth, folds=folds, roundness=3.4)
    for line in (path("M 30 85.6 Q 37.4 88 46 87.2"), flipped(path("M 30 85.6 Q 37.4 88 46 87.2"))):
        drawing.piece(ribbon(line, 5.0), cloth.plain(), tone=26, roundness=1.4, drop=0.5)
    drawing.line([(50, 46), (50, 65)], cloth.ramp.at(0.2), 0.3)
    bib = symmetric("M 50 28.6 L 39.4 28.6 Q 38 36 36.2 45.6 Q 43 47 50 47")
    drawing.piece(bib, cloth, drop=0.5, roundness=2.2, folds=both(crease("M 37 44 Q 40 41 42 37", 1.2, 22)))
    drawing.line(path("M 39.8 30.2 L 60.2 30.2"), BRASS_THREAD, 0.22, 0.7)
    drawing.piece(
        path("M 43.6 34 L 56.4 34 L 56.4 41.6 L 50 43.8 L 43.6 41.6"),
        cloth,
        drop=0.4,
        roundness=1.3,
        volume=0.6,
    )
    drawing.line(path("M 44.2 35.4 L 55.8 35.4"), BRASS_THREAD, 0.22, 0.7)
    drawing.lines(path("M 35.2 50 Q 38.4 55 37.2 60"), BRASS_THREAD, 0.24, 0.7)
    for x in (41, 59):
        drawing.button(x, 31.2, 1.5, BRASS)
    return drawing


SKIRTS_AND_TROUSERS = {
    "dress": dress, "long_dress": long_dress, "skirt": skirt, "trousers": dress_trousers, "jeans": jeans, "shorts": shorts,
    "dungarees": dungarees,
}  # fmt: skip
