"""Columns by day as a drawing, ready for SVG; the figures themselves stand in a table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, log10

#: The drawing, in its own units: the browser scales it.
WIDTH, HEIGHT = 440, 180
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 12, 28
SMALL_WIDTH, SMALL_HEIGHT = 240, 48


@dataclass(frozen=True)
class Column:
    """One day: where its column stands, and what is read aloud or shown when pointed at."""

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True)
class Tick:
    """A figure or a day beside the drawing."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """Columns with what stands beside them. Units: those of its box."""

    width: int
    height: int
    left: int
    base: float
    columns: tuple[Column, ...]
    amounts: tuple[Tick, ...] = ()
    days: tuple[Tick, ...] = ()


def round_top(most: Decimal) -> Decimal:
    """The next round figure above: 1, 2 or 5 and noughts."""
    if most <= 0:
        return Decimal(1)
    ten = Decimal(10) ** (ceil(log10(most)) - 1)
    return next(step * ten for step in (1, 2, 5, 10) if step * ten >= most)


def columns(
    values: Sequence[Decimal | int],
    texts: Sequence[str],
    *,
    top: Decimal,
    amounts: Sequence[str],
    days: Sequence[str],
) -> Chart:
    """A large chart with two lines of figures (half of ``top``, and ``top``) and the first, middle and last day."""
    base = HEIGHT - BOTTOM
    drawn = _columns(values, texts, top, left=LEFT, right=WIDTH - RIGHT, upper=TOP, base=base)
    half = TOP + (base - TOP) / 2
    spots = (drawn[0], drawn[len(drawn) // 2], drawn[-1])
    return Chart(
        WIDTH,
        HEIGHT,
        LEFT,
        base,
        drawn,
        (Tick(base, amounts[0]), Tick(half, amounts[1]), Tick(TOP, amounts[2])),
        tuple(Tick(round(one.x + one.width / 2, 1), text) for one, text in zip(spots, days, strict=True)),
    )


def sparks(values: Sequence[Decimal | int], texts: Sequence[str], *, top: Decimal) -> Chart:
    """A small chart of one channel; ``top`` is that of all, so that they can be compared."""
    drawn = _columns(values, texts, top, left=0, right=SMALL_WIDTH, upper=2, base=SMALL_HEIGHT - 2)
    return Chart(SMALL_WIDTH, SMALL_HEIGHT, 0, SMALL_HEIGHT - 2, drawn)


def _columns(
    values: Sequence[Decimal | int],
    texts: Sequence[str],
    top: Decimal,
    *,
    left: float,
    right: float,
    upper: float,
    base: float,
) -> tuple[Column, ...]:
    step = (right - left) / max(len(values), 1)
    gap = min(step / 4, 6)
    found = []
    for number, (value, text) in enumerate(zip(values, texts, strict=True)):
        height = float(max(Decimal(value), Decimal(0)) / top) * (base - upper)
        # A day on which something was sold is never an empty place.
        height = max(height, 1.5) if value > 0 else 0
        found.append(
            Column(
                round(left + number * step + gap / 2, 2), round(base - height, 2), round(step - gap, 2),
                round(height, 2), text,
            )
        )  # fmt: skip
    return tuple(found)


def spots(days: Sequence[date]) -> tuple[date, date, date]:
    """The days that are named below a chart."""
    return days[0], days[len(days) // 2], days[-1]
