"""What a variant cost over time at a place, and that as a drawing of steps."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from comptoir.pricing.models import PriceChange

#: The drawing, in its own units: the browser scales it.
WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 36


@dataclass(frozen=True)
class Step:
    """A price that held from a moment to before another. Units: with tax; no amount means not sold."""

    since: datetime
    until: datetime
    amount: Decimal | None
    reason: str = ""


def price_steps(
    lines: Iterable[PriceChange],
    *,
    since: datetime,
    until: datetime,
    channel_id: int | None = None,
    location_id: int | None = None,
) -> list[Step]:
    """What held at a place in a stretch of time, from the history alone, by the same rules as a quote.

    Shape: ``lines`` are all of one variant and one currency, in any order; ``price_history`` gives them.
    """
    held = _held(lines, since, until, channel_id, location_id)
    moments = sorted({since, until, *(edge for start, end, _line in held for edge in (start, end))})
    steps: list[Step] = []
    for start, end in itertools.pairwise(moments):
        there = [line for begins, ends, line in held if begins <= start < ends]
        best = max(there, key=lambda line: line.rank, default=None)
        step = Step(start, end, best.amount if best else None, best.reason if best else "")
        if steps and (steps[-1].amount, steps[-1].reason) == (step.amount, step.reason):
            step = Step(steps.pop().since, end, step.amount, step.reason)
        steps.append(step)
    return steps


def _held(
    lines: Iterable[PriceChange],
    since: datetime,
    until: datetime,
    channel_id: int | None,
    location_id: int | None,
) -> list[tuple[datetime, datetime, PriceChange]]:
    """Each line with the stretch in which it could hold: until the next line of its row, within its own dates."""
    of_row: defaultdict[int | None, list[PriceChange]] = defaultdict(list)
    for line in sorted(lines, key=lambda one: (one.recorded_at, one.pk)):
        of_row[line.exception_id].append(line)
    found = []
    for rows in of_row.values():
        for line, following in zip(rows, [*rows[1:], None], strict=True):
            start = max(filter(None, (line.recorded_at, line.starts_at, since)))
            end = min(filter(None, (following.recorded_at if following else None, line.ends_at, until)))
            here = line.channel_id in (None, channel_id) and line.location_id in (None, location_id)
            if line.amount is not None and here and start < end:
                found.append((start, end, line))
    return found


@dataclass(frozen=True)
class Label:
    """A figure beside the drawing."""

    at: float
    text: str


@dataclass(frozen=True)
class Drawing:
    """A step chart, ready for SVG. Units: those of ``WIDTH`` and ``HEIGHT``."""

    paths: tuple[str, ...]
    amounts: tuple[Label, ...]
    days: tuple[Label, ...]
    window_left: float
    window_width: float
    lowest_at: float | None


def draw(
    steps: Sequence[Step], *, window: timedelta, lowest: Decimal | None, day_text: Callable[[datetime], str]
) -> Drawing | None:
    """The steps as a drawing with the last days marked; none if nothing was sold in that time.

    ``day_text`` turns a moment into the words of a label; ``window`` is the stretch that is marked at the end.
    """
    amounts = [step.amount for step in steps if step.amount is not None]
    if not amounts:
        return None
    since, until = steps[0].since, steps[-1].until
    low, high = min(amounts), max(amounts)
    margin = (high - low) / 5 or high / 10 or Decimal(1)
    bottom, top = max(low - margin, Decimal(0)), high + margin

    def x(moment: datetime) -> float:
        return round(LEFT + (moment - since) / (until - since) * (WIDTH - LEFT - RIGHT), 1)

    def y(amount: Decimal) -> float:
        return round(TOP + float((top - amount) / (top - bottom)) * (HEIGHT - TOP - BOTTOM), 1)

    window_left = x(max(since, until - window))
    return Drawing(
        paths=tuple(_paths(steps, x, y)),
        amounts=tuple(Label(y(amount), f"{amount.normalize():f}") for amount in dict.fromkeys((low, high))),
        days=tuple(Label(x(moment), day_text(moment)) for moment in _days(since, until)),
        window_left=window_left,
        window_width=round(WIDTH - RIGHT - window_left, 1),
        lowest_at=None if lowest is None else y(lowest),
    )


def _days(since: datetime, until: datetime) -> list[datetime]:
    return [since + (until - since) * part / 4 for part in range(5)]


def _paths(steps: Sequence[Step], x: Callable[[datetime], float], y: Callable[[Decimal], float]) -> list[str]:
    """One path for each unbroken stretch of sale."""
    found: list[str] = []
    is_open = False
    for step in steps:
        if step.amount is None:
            is_open = False
            continue
        level = y(step.amount)
        start = f"V{level}" if is_open else f"M{x(step.since)} {level}"
        if is_open:
            found[-1] += f" {start} H{x(step.until)}"
        else:
            found.append(f"{start} H{x(step.until)}")
        is_open = True
    return found
