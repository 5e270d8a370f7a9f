"""Accessories laid beside the clothes: scarf, hats, bags, belt, socks, shoes."""

# ruff: noqa: E501  (a curve is read as one line)

from __future__ import annotations

from comptoir_site.demo.drawings.brushes import Ramp, box, ellipse, mix, path, ribbon, symmetric
from comptoir_site.demo.drawings.marks import Cloth, Drawing
from comptoir_site.demo.drawings.sewing import BRASS, PEARL, band, both, crease, gleam, stitch

RUBBER = Ramp.of("#efe6d6")
LEATHER_SOLE = Ramp.of("#5b3d2b")
STRAW = Ramp.of("#dcb878")


def scarf(cloth: Cloth) -> Drawing:
    """A long scarf folded in two, its fringed ends one over the other."""
    drawing = Drawing()
    fringe(drawing, cloth, (58.6, 78.6), (73.4, 75), (2.0, 8.4))
    back = path("M 40 18 C 46 34 53 56 58 79 Q 66 78.4 74 75 C 70 54 64 34 58 18")
    drawing.piece(
        back,
        cloth,
        angle=-13,
        drop=0.6,
        folds=[crease("M 52 22 Q 60 48 66 77", 1.8, 26), gleam("M 56 24 Q 64 48 70 75", 2.6, 18)],
    )
    fringe(drawing, cloth, (27.6, 83), (44.4, 86), (-1.2, 8.4))
    front = path("M 38 20 C 37 40 33 62 27 83 Q 35.6 87 45 86 C 50 66 55 44 58.6 24")
    drawing.piece(
        front, cloth, angle=12, drop=1.3, roundness=3,
        folds=[crease("M 46 24 Q 42 54 34 84", 1.9, 28), gleam("M 51 26 Q 47 56 40 85", 2.8, 20), crease("M 55 30 Q 52 50 47 70", 1.5, 22)],
    )  # fmt: skip
    bend = path("M 37.6 22 Q 36.6 12 47 10.4 Q 58 9.4 60.4 18 Q 61 22 58.4 27 Q 50 20.6 37.6 22")
    drawing.piece(
        bend,
        cloth,
        angle=6,
        drop=0.9,
        roundness=3,
        folds=[
            crease("M 42 20 Q 44 14 50 12.4", 1.6, 28),
            gleam("M 47 20 Q 49 15 55 14", 2.0, 24),
            crease("M 54 22.6 Q 55 19 58 17", 1.2, 24),
        ],
    )
    return drawing


def fringe(
    drawing: Drawing,
    cloth: Cloth,
    start: tuple[float, float],
    end: tuple[float, float],
    hang: tuple[float, float],
) -> None:
    for step in range(12):
        share = (step + 0.5) / 12
        x, y = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
        sway = (step % 3 - 1) * 0.5
        tuft = path(
            f"M {x} {y - 1} Q {x + hang[0] / 2 + sway} {y + hang[1] / 2} {x + hang[0] - sway} {y + hang[1] + step % 2 * 0.7}"
        )
        drawing.piece(ribbon(tuft, 0.95), cloth.plain(), roundness=0.5, edge=0.14)


def beanie(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    crown = symmetric("M 50 26 C 38 26.6 28.6 37 27.4 54 L 27 66 Q 38 70 50 70")
    folds = both(
        crease("M 49 27 Q 38 38 35 64", 1.6, 26),
        crease("M 46 27.6 Q 33 36 30 62", 1.3, 24),
        gleam("M 46 30 Q 36 42 34 62", 2.6, 22),
    )
    drawing.piece(
        crown,
        Cloth(cloth.ramp, cloth.pattern or "ribs", cloth.accent),
        roundness=5,
        folds=[*folds, crease("M 50 27 L 50 66", 1.2, 18)],
    )
    cuff = symmetric("M 50 60 Q 36 60 26 57 Q 25 65 26 73.4 Q 38 77.4 50 77.4")
    drawing.piece(cuff, cloth.plain(), drop=1.0, roundness=2.6)
    for step in range(-22, 23):
        x = 50 + step * 1.06
        lift = (step / 22) ** 2
        drawing.line(
            [(x, 60.8 - lift * 2.8), (x + step * 0.006, 76.4 - lift * 3.4)], cloth.ramp.at(0.26), 0.3
        )
    drawing.piece(box(60, 65.4, 67, 70, 0.3), Cloth(Ramp.of("#c9a06a")), volume=0.5, drop=0.4)
    drawing.line([(61.6, 67.7), (65.4, 67.7)], (110, 74, 44), 0.4)
    return drawing


def straw_hat(cloth: Cloth) -> Drawing:
    """A wide straw hat for Réunion; the colour asked for is the ribbon's."""
    drawing = Drawing()
    straw = Cloth(STRAW)
    brim = ellipse(50, 54, 38, 30, 72)
    drawing.piece(brim, straw, roundness=5, volume=0.8)
    for step in range(1, 11):
        share = step / 11
        drawing.line(
            [*ellipse(50, 54 - share * 1.0, 38 - 18 * share, 30 - 14.4 * share, 60)],
            STRAW.at(0.3 + step % 2 * 0.1),
            0.22,
        )
    crown = symmetric("M 50 29 C 39 29 33.6 35 32.6 45 L 31.4 56 Q 38 64.6 50 64.6")
    drawing.piece(
        crown,
        straw,
        roundness=5,
        drop=1.6,
        folds=[crease("M 41 33 Q 50 38.6 59 33", 2.6, 30), gleam("M 38 36 Q 36 46 36 54", 3.4, 24)],
    )
    for step in range(6):
        y = 33 + step * 3.4
        half = 11 + step * 1.3
        drawing.line(path(f"M {50 - half} {y} Q 50 {y + 8} {50 + half} {y}"), STRAW.at(0.32), 0.2)
    drawing.piece(
        path(
            "M 32.2 48.6 Q 38 56.8 50 56.8 Q 62 56.8 67.8 48.6 L 68.6 56 Q 62 64.8 50 64.8 Q 38 64.8 31.4 56"
        ),
        cloth,
        drop=0.4,
        roundness=1.6,
    )
    for tail in ("M 66 57 Q 73 63 74 71", "M 66.4 57 Q 70 65 68 73"):
        drawing.piece(ribbon(path(tail), 2.4), cloth, drop=0.6, roundness=0.8)
    drawing.piece(ellipse(66.4, 57, 2.2, 2.6, 24), cloth, drop=0.5, roundness=1)
    return drawing


def tote(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    drawing.piece(ribbon(path("M 38 40 C 38 6 62 6 62 40"), 2.8), cloth.plain(), tone=-30, roundness=0.9)
    body = symmetric("M 50 35 L 28 34.4 Q 26.4 60 25 85 Q 37 88.4 50 88.4")
    folds = both(
        crease("M 26.4 82 Q 32 70 31 56", 2.2, 24),
        gleam("M 34 42 Q 32 60 33 78", 4.4, 14),
        crease("M 40 86 Q 42 76 40 68", 2, 18),
    )
    drawing.piece(body, cloth, folds=folds, roundness=3.4)
    drawing.line(path("M 28 38.4 Q 50 39.6 72 38.4"), stitch(cloth), 0.24, 0.8)
    drawing.piece(
        ribbon(path("M 37 46 L 37 34 C 37 8 63 8 63 34 L 63 46"), 3.0), cloth.plain(), drop=0.9, roundness=0.9
    )
    for x in (37, 63):
        drawing.line([(x - 0.9, 40), (x + 0.9, 44.6), (x + 0.9, 40), (x - 0.9, 44.6)], stitch(cloth), 0.2)
    drawing.line([*ellipse(50, 61, 8, 8, 60), (58, 61)], stitch(cloth), 0.4)
    drawing.line(path("M 45.6 66 L 45.6 57 L 50 63.6 L 54.4 57 L 54.4 66"), stitch(cloth), 0.75)
    return drawing


def handbag(cloth: Cloth) -> Drawing:
    """A saddle bag in leather with a brass clasp."""
    drawing = Drawing()
    drawing.piece(ribbon(path("M 27.6 48 C 22 6 78 6 72.4 48"), 1.9), cloth, tone=-14, roundness=0.7)
    body = symmetric("M 50 42 L 30 42 Q 25.4 42.4 25 47 L 24 74 Q 25 84 35 84.6 Q 43 85.2 50 85.2")
    drawing.piece(body, cloth, roundness=4, folds=both(gleam("M 29 50 Q 27 64 29 78", 2.6, 26)))
    drawing.lines(
        path("M 50 83.4 Q 40 83.4 34.4 82.8 Q 26.6 82 25.8 73.4 L 26.6 60"), stitch(cloth), 0.22, 0.8
    )
    flap = symmetric("M 50 40 L 30 40 Q 26 40.4 25 44.6 Q 24.4 56 30 63.6 Q 38 70 50 70.4")
    drawing.piece(flap, cloth, drop=1.3, roundness=3.4, folds=[gleam("M 31 45 Q 50 42 69 45", 3, 24)])
    drawing.lines(path("M 50 68.8 Q 38.6 68.4 31.2 62.4 Q 26.4 55.6 26.6 45.6"), stitch(cloth), 0.22, 0.8)
    drawing.piece(
        box(46.6, 64.4, 53.4, 73.4, 1.2),
        Cloth(BRASS),
        drop=0.7,
        roundness=1.4,
        folds=[gleam("M 47.8 66 L 47.8 72", 1.4, 50)],
    )
    drawing.piece(ellipse(50, 69, 1.3, 1.3, 20), Cloth(BRASS), drop=0.3, roundness=0.6)
    for x in (27.8, 72.2):
        drawing.piece(ellipse(x, 46.4, 1.9, 1.9, 24), Cloth(BRASS), drop=0.4, roundness=0.8)
    return drawing


def belt(cloth: Cloth) -> Drawing:
    """A leather belt, coiled, its buckle in front."""
    drawing = Drawing()
    for radius, tone in ((30, -30), (26.4, -18)):
        ring = ellipse(50, 48, radius, radius * 0.78, 72)
        drawing.piece(ribbon([*ring, ring[0]], 2.6), cloth, tone=tone, roundness=1.0, drop=0.9)
    outer = path("M 28 60 C 16 44 28 22 50 22 C 74 22 86 46 71 61 C 64 68 50 70 40 68.6")
    drawing.piece(ribbon(outer, 5.0), cloth, drop=1.0, roundness=1.6)
    strap = path("M 22 57 C 30 70 48 74 78 70")
    drawing.piece(ribbon(strap, 6.6), cloth, drop=1.2, roundness=1.8)
    drawing.line(path("M 24.6 56.6 C 32 67.6 48 71.4 77.6 67.8"), stitch(cloth), 0.22, 0.8)
    drawing.line(path("M 21 59.6 C 29.6 72 48 76.4 78.2 72.2"), stitch(cloth), 0.22, 0.8)
    for x, y in ((58, 72.2), (63, 71.9), (68, 71.4), (73, 70.8)):
        drawing.wash(ellipse(x, y, 0.7, 0.7, 16), cloth.ramp.at(0.02))
    drawing.piece(ribbon(path("M 33.4 63.6 L 32 72.4"), 2.2), cloth, drop=0.6, roundness=0.8)
    frame = box(38.6, 63, 50.4, 79.6, 2.2)
    drawing.piece(ribbon([*frame, frame[0]], 1.9), Cloth(BRASS), drop=0.9, roundness=0.8, edge=0.16)
    drawing.piece(ribbon(path("M 39 70.6 L 52.4 72"), 1.5), Cloth(BRASS), drop=0.6, roundness=0.6)
    return drawing


def sock_outline() -> list[tuple[float, float]]:
    return path(
        "M 40 14 L 57 14 Q 57.6 32 56.8 48 Q 57 55 62 60.6 L 76 73.4 Q 82.4 80 77 85 Q 71.4 88.8 64 83.4 L 43.6 67.4 Q 38 62.4 39.4 54 Q 41.4 34 40 14"
    )


def one_sock(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    toe_cloth = Cloth(cloth.accent or cloth.ramp)
    folds = [
        crease("M 57 50 Q 50 52 45 49", 1.7, 30),
        crease("M 57.6 54.6 Q 50 58 44 57", 1.5, 28),
        gleam("M 44 20 Q 44.6 36 43.4 52", 2.8, 20),
    ]
    drawing.piece(sock_outline(), cloth, folds=folds, roundness=2.8)
    drawing.piece(
        path("M 69 67 L 76 73.4 Q 82.4 80 77 85 Q 71.4 88.8 64 83.4 L 61.4 81.4 Q 67.6 76 69 67"),
        toe_cloth,
        roundness=2.4,
    )
    drawing.piece(
        path("M 40.2 53 Q 38 62.4 43.6 67.4 L 49.4 72 Q 52 65 49.6 58 Q 45 53.6 40.2 53"),
        toe_cloth,
        roundness=2,
    )
    band(drawing, "M 39.6 17 L 57.4 17", 7.0, toe_cloth)
    return drawing


def socks(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    sock = one_sock(cloth)
    drawing.place(sock, x=57, y=47, scale=0.86, turn=8)
    drawing.place(sock, x=41, y=53, scale=0.86, turn=-6)
    return drawing


def one_boot(cloth: Cloth) -> Drawing:
    """An ankle boot with an elastic side, seen from the side."""
    drawing = Drawing()
    sole = path(
        "M 27.4 74 L 28 81.4 Q 28 83 30 83 L 42.4 83 L 43 79.6 Q 52 80.6 60 82.6 L 82 83.4 Q 86 83 85.6 79 L 84 76"
    )
    drawing.piece(sole, Cloth(LEATHER_SOLE), roundness=1.6)
    upper = path(
        "M 31 22 Q 42 24 52.4 21.6 C 52 34 52.6 44 57 52.6 C 63 59.6 76 62 82.6 69 Q 86 73.6 84.6 78.4 L 60 79 Q 50 76.4 43 76.6 L 27.6 76.4 C 27.8 66 30 56 31 46 Q 31.6 34 31 22"
    )
    folds = [
        crease("M 57 54 Q 50 60 42 62", 2.0, 30), crease("M 60 58 Q 54 64 47 66", 1.6, 26), gleam("M 62 61 Q 74 63 80 70", 2.6, 42),
        gleam("M 34 28 Q 35 46 31.6 70", 2.8, 24), crease("M 30 62 Q 36 64 40 62", 1.4, 22),
    ]  # fmt: skip
    drawing.piece(upper, cloth, folds=folds, roundness=4)
    elastic = path("M 38 23.4 L 46.6 23 Q 46.4 40 43 53 Q 38.4 40 38 23.4")
    drawing.piece(elastic, Cloth(Ramp.of(mix(cloth.ramp.own, (30, 24, 28), 0.55))), roundness=1.2)
    for step in range(7):
        drawing.line(
            [(39 + step * 1.1, 24.2), (40.4 + step * 0.75, 24 + 24 - abs(step - 3) * 4.4)],
            cloth.ramp.at(0.1),
            0.22,
        )
    drawing.line(path("M 29.4 57 Q 40 58 49 63.6 Q 53 67 53 76.6"), stitch(cloth), 0.26, 0.9)
    drawing.line(path("M 27.8 74.6 L 43 74.8 Q 50 74.6 60 77.2 L 84.6 76.6"), stitch(cloth), 0.22, 0.8)
    drawing.piece(
        ribbon(path("M 32.6 25 Q 29.4 17 33.4 16 Q 36.6 16.6 35.6 24.6"), 1.6), cloth, roundness=0.6, drop=0.3
    )
    return drawing


def boots(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    boot = one_boot(cloth)
    drawing.place(boot, x=55, y=44, scale=0.84)
    drawing.place(boot, x=45, y=56, scale=0.84)
    return drawing


def one_trainer(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    sole = path("M 14.6 62 Q 13 71 18 72.6 L 80 73 Q 87 72.4 86.6 66.4 L 85.4 61")
    drawing.piece(sole, Cloth(RUBBER), roundness=2)
    drawing.line(path("M 15 68.6 L 86 69"), RUBBER.at(0.22), 0.26)
    upper = path(
        "M 17 36 Q 22 33.6 27.4 36.6 Q 34 42 41 40.4 L 48.6 35 Q 53 34 55.4 38 C 60 47 70 50 78 52.6 Q 86 56 85.8 64.4 L 15.4 64.4 Q 13.6 50 17 36"
    )
    folds = [
        gleam("M 62 50 Q 74 53 82 60", 2.8, 34),
        crease("M 58 49 Q 61 57 60 64", 1.6, 24),
        gleam("M 20 42 Q 18.6 52 20 60", 2.4, 20),
    ]
    drawing.piece(upper, cloth, folds=folds, roundness=3.4)
    drawing.piece(
        path("M 71.6 50.4 Q 86 54.6 85.8 64.4 L 70 64.4 Q 67 57 71.6 50.4"), Cloth(RUBBER), roundness=2.4
    )
    heel = Cloth(cloth.accent or Ramp.of(mix(cloth.ramp.own, (40, 30, 30), 0.35)))
    drawing.piece(
        path("M 16.6 38.4 Q 22 40 23.4 46 Q 24.4 56 22 64.4 L 15.4 64.4 Q 13.8 50 16.6 38.4"),
        heel,
        roundness=1.6,
    )
    drawing.piece(
        path("M 41 41.6 L 49 35.8 Q 53 35 55.4 39.4 Q 59 46.6 64 49.6 L 58 56 Q 47 51.6 41 41.6"),
        cloth.plain(),
        roundness=1.4,
        drop=0.3,
    )
    for step in range(4):
        x, y = 46 + step * 4.4, 45.6 + step * 2.4
        drawing.piece(
            ribbon(path(f"M {x} {y} Q {x + 3} {y - 4.6} {x + 6} {y - 5.4}"), 1.35),
            Cloth(PEARL),
            roundness=0.5,
            drop=0.4,
            edge=0.14,
        )
    drawing.line(path("M 26 47 Q 34 53 33 64"), stitch(cloth), 0.24, 0.8)
    drawing.line(path("M 15.6 62.2 L 85.4 62.2"), stitch(cloth), 0.2, 0.7)
    return drawing


def trainers(cloth: Cloth) -> Drawing:
    drawing = Drawing()
    trainer = one_trainer(cloth)
    drawing.place(trainer, x=54, y=40, scale=0.88)
    drawing.place(trainer, x=46, y=58, scale=0.88)
    return drawing


def gloves(cloth: Cloth) -> Drawing:
    glove = Drawing()
    hand = path(
        "M 38 70 Q 36 58 36.6 48 L 35 30 Q 35 26.6 38 26.6 Q 40.6 26.8 40.8 30 L 42 44 L 42.4 22 Q 42.8 18.8 45.6 19 Q 48 19.2 48.2 22.4 L 48.6 43 L 50.8 22 Q 51.4 19 54 19.4 Q 56.6 20 56.4 23.4 L 55 44 L 58.8 28.6 Q 59.8 25.8 62.4 26.6 Q 64.8 27.8 64.2 31 L 60.6 50 Q 64 44 68.6 41 Q 72 39.8 73.4 42.4 Q 74 44.6 72 46.8 Q 66 53 63 62 L 62 70"
    )
    glove.piece(
        hand,
        cloth,
        roundness=2.2,
        folds=[crease("M 61 56 Q 54 60 48 58", 1.6, 26), gleam("M 40 48 Q 40.6 58 42 66", 2.6, 20)],
    )
    for line in ("M 42.2 44 L 42.8 50", "M 48.6 44 L 48.8 50", "M 54.8 45 L 54.4 51"):
        glove.line(path(line), cloth.ramp.at(0.14), 0.34)
    band(glove, "M 37.4 74 L 62.6 74", 10, cloth)
    drawing = Drawing()
    mirrored = Drawing()
    mirrored.marks = [mark.moved(lambda p: (100 - p[0], p[1]), 1.0, 0.0) for mark in glove.marks]
    drawing.place(mirrored, x=38, y=47, scale=0.84, turn=-10)
    drawing.place(glove, x=62, y=53, scale=0.84, turn=8)
    return drawing


ACCESSORIES = {
    "scarf": scarf, "beanie": beanie, "straw_hat": straw_hat, "tote": tote, "handbag": handbag, "belt": belt,
    "socks": socks, "boots": boots, "trainers": trainers, "gloves": gloves,
}  # fmt: skip
