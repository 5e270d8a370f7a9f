"""Where shops are, as seen by a customer: how far from what they typed, and on a small drawing. No map of another house.

A French postcode says the département, and each is taken as the place of its main town: good enough to sort shops.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from comptoir.fulfilment.routing import distance_km

#: Degrees (WGS 84) of the main town of each département, by the first digits of its postcodes; rounded to a tenth.
TOWNS = {
    "01": (46.2, 5.2), "02": (49.6, 3.6), "03": (46.6, 3.3), "04": (44.1, 6.2), "05": (44.6, 6.1), "06": (43.7, 7.3),
    "07": (44.7, 4.6), "08": (49.8, 4.7), "09": (43.0, 1.6), "10": (48.3, 4.1), "11": (43.2, 2.4), "12": (44.4, 2.6),
    "13": (43.3, 5.4), "14": (49.2, -0.4), "15": (44.9, 2.4), "16": (45.6, 0.2), "17": (46.2, -1.2), "18": (47.1, 2.4),
    "19": (45.3, 1.8), "20": (42.3, 9.1), "21": (47.3, 5.0), "22": (48.5, -2.8), "23": (46.2, 1.9), "24": (45.2, 0.7),
    "25": (47.2, 6.0), "26": (44.9, 4.9), "27": (49.0, 1.2), "28": (48.4, 1.5), "29": (48.0, -4.1), "30": (43.8, 4.4),
    "31": (43.6, 1.4), "32": (43.6, 0.6), "33": (44.8, -0.6), "34": (43.6, 3.9), "35": (48.1, -1.7), "36": (46.8, 1.7),
    "37": (47.4, 0.7), "38": (45.2, 5.7), "39": (46.7, 5.6), "40": (43.9, -0.5), "41": (47.6, 1.3), "42": (45.4, 4.4),
    "43": (45.0, 3.9), "44": (47.2, -1.6), "45": (47.9, 1.9), "46": (44.4, 1.4), "47": (44.2, 0.6), "48": (44.5, 3.5),
    "49": (47.5, -0.6), "50": (49.1, -1.1), "51": (49.0, 4.4), "52": (48.1, 5.1), "53": (48.1, -0.8), "54": (48.7, 6.2),
    "55": (48.8, 5.2), "56": (47.7, -2.8), "57": (49.1, 6.2), "58": (47.0, 3.2), "59": (50.6, 3.1), "60": (49.4, 2.1),
    "61": (48.4, 0.1), "62": (50.3, 2.8), "63": (45.8, 3.1), "64": (43.3, -0.4), "65": (43.2, 0.1), "66": (42.7, 2.9),
    "67": (48.6, 7.8), "68": (48.1, 7.4), "69": (45.8, 4.8), "70": (47.6, 6.2), "71": (46.3, 4.8), "72": (48.0, 0.2),
    "73": (45.6, 5.9), "74": (45.9, 6.1), "75": (48.9, 2.3), "76": (49.4, 1.1), "77": (48.5, 2.7), "78": (48.8, 2.1),
    "79": (46.3, -0.5), "80": (49.9, 2.3), "81": (43.9, 2.1), "82": (44.0, 1.4), "83": (43.1, 5.9), "84": (43.9, 4.8),
    "85": (46.7, -1.4), "86": (46.6, 0.3), "87": (45.8, 1.3), "88": (48.2, 6.4), "89": (47.8, 3.6), "90": (47.6, 6.9),
    "91": (48.6, 2.4), "92": (48.9, 2.2), "93": (48.9, 2.4), "94": (48.8, 2.5), "95": (49.0, 2.1), "971": (16.0, -61.7),
    "972": (14.6, -61.1), "973": (4.9, -52.3), "974": (-20.9, 55.5), "976": (-12.8, 45.2),
}  # fmt: skip

#: The mainland in a few strokes, as degrees east and north; drawn under the shops that lie on it.
MAINLAND = (
    (2.5, 51.1), (4.2, 50.0), (6.2, 49.5), (8.2, 49.0), (7.5, 47.6), (6.1, 46.4), (7.0, 45.9), (6.8, 45.1),
    (7.6, 44.1), (7.4, 43.7), (6.2, 43.0), (4.8, 43.4), (3.1, 43.1), (3.1, 42.5), (1.5, 42.5), (-1.8, 43.4),
    (-1.2, 44.6), (-1.1, 45.6), (-1.2, 46.2), (-2.2, 47.1), (-4.4, 47.9), (-4.7, 48.5), (-3.2, 48.8), (-1.6, 48.6),
    (-1.9, 49.7), (-1.2, 49.4), (0.1, 49.5), (1.6, 50.2), (1.6, 50.9),
)  # fmt: skip
WIDTH, HEIGHT = 320, 300
MARGIN = 24
#: Shops further than this from the first one are in the list, and not on the drawing.
ON_MAP_KM = 1500


@dataclass(frozen=True)
class Dot:
    """A place on the drawing. Units: px from the left and from the top."""

    x: float
    y: float
    number: int
    name: str
    is_customer: bool = False
    on_left: bool = False


@dataclass(frozen=True)
class Drawing:
    """Shops as dots, and the outline they lie on (empty for another country)."""

    dots: tuple[Dot, ...]
    outline: str
    width: int = WIDTH
    height: int = HEIGHT


Point = tuple[float, float]


def place_of_postcode(typed: str) -> Point | None:
    """About where a French postcode is, in degrees north and east; ``None`` for anything else."""
    found = re.match(r"\s*(\d{2})(\d)?", typed)
    if found is None:
        return None
    return TOWNS.get("".join(part for part in found.groups() if part)) or TOWNS.get(found[1])


def far(first: Point | None, second: Point | None) -> float | None:
    """Kilometres between two points in degrees."""
    return distance_km(*first, *second) if first and second else None


def drawing_of(places: Sequence[tuple[int, str, Point]], customer: Point | None = None) -> Drawing | None:
    """Numbered shops on a small drawing, and the customer if near; ``None`` for fewer than two shops to compare.

    Shapes: ``places`` are (number, name, degrees north and east).
    """
    if not places:
        return None
    near = [one for one in places if (far(places[0][2], one[2]) or 0) < ON_MAP_KM]
    if len(near) < 2:
        return None
    seen = [point for _number, _name, point in near]
    is_here = customer is not None and (far(seen[0], customer) or 0) < ON_MAP_KM
    on_mainland = all(42 < north < 51.5 and -5 < east < 8.5 for north, east in seen)
    frame = (
        [(north, east) for east, north in MAINLAND]
        if on_mainland
        else [*seen, *([customer] if is_here else [])]
    )
    fit = _fit(frame)
    dots = [_dot(fit(point), number, name) for number, name, point in near]
    if customer and is_here:
        dots.append(_dot(fit(customer), 0, "", is_customer=True))
    outline = (
        " ".join("{:.0f},{:.0f}".format(*fit((north, east))) for east, north in MAINLAND)
        if on_mainland
        else ""
    )
    return Drawing(tuple(dots), outline)


def _dot(at: Point, number: int, name: str, *, is_customer: bool = False) -> Dot:
    return Dot(round(at[0], 1), round(at[1], 1), number, name, is_customer, on_left=at[0] > WIDTH * 0.6)


def _fit(points: Sequence[Point]):
    """From degrees to px: everything inside the frame, not stretched (a degree east is shorter the further north)."""
    norths, easts = [point[0] for point in points], [point[1] for point in points]
    shrink = cos(radians(sum(norths) / len(norths)))
    wide, high = (max(easts) - min(easts)) * shrink or 1, (max(norths) - min(norths)) or 1
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    left, top = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2

    def fit(point: Point) -> Point:
        return left + (point[1] - min(easts)) * shrink * scale, top + (max(norths) - point[0]) * scale

    return fit
