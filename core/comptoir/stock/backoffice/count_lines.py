"""The lines of a count as its screens read them: typed figures, and the differences in order."""

from collections.abc import Mapping
from dataclasses import dataclass

from comptoir.stock.models import Count, CountLine, Level
from comptoir.stock.pieces import MOST_PIECES

TYPED, WAS = "figure-", "was-"


@dataclass(frozen=True)
class Review:
    """What a count found."""

    differences: list[CountLine]
    matching: int
    missing: list[CountLine]

    @property
    def pieces(self) -> int:
        """All differences summed up."""
        return sum(line.difference for line in self.differences)

    @property
    def is_waiting(self) -> bool:
        """Whether lines that were sent back have no figure yet."""
        return any(line.is_recount for line in self.missing)

    @property
    def is_blocked(self) -> bool:
        """Whether a figure is below what orders were promised."""
        return any(line.promised for line in self.differences)


def figures_of(sent: Mapping[str, str]) -> tuple[dict[int, int | None], dict[int, str]]:
    """The figures that were changed, by line, and those that are no number of pieces, as they were typed.

    Only what differs from what the field held before counts: two tablets on one count do not undo each other.
    """
    figures: dict[int, int | None] = {}
    wrong: dict[int, str] = {}
    for name, value in sent.items():
        number = name.removeprefix(TYPED)
        typed = value.strip()
        if not name.startswith(TYPED) or not number.isdigit() or typed == sent.get(WAS + number, "").strip():
            continue
        if not typed:
            figures[int(number)] = None
        elif typed.isascii() and typed.isdigit() and int(typed) <= MOST_PIECES:
            figures[int(number)] = int(typed)
        else:
            wrong[int(number)] = typed
    return figures, wrong


def review_of(count: Count) -> Review:
    """The lines of a count, the greatest differences first; two statements whatever their number."""
    lines = list(count.lines.select_related("variant__parent"))
    found = [line for line in lines if line.difference]
    found.sort(key=lambda line: (-abs(line.difference), line.variant.sku))
    levels = Level.objects.filter(location=count.location, variant__in=[line.variant_id for line in found])
    by_variant = {level.variant_id: level for level in levels}
    for line in found:
        line.promised = 0 if count.booked_at else _promised(line, by_variant.get(line.variant_id))
    missing = [line for line in lines if line.counted is None]
    return Review(found, len(lines) - len(found) - len(missing), missing)


def _promised(line: CountLine, level: Level | None) -> int:
    """Pieces promised to orders, if what was counted is not enough for them."""
    if level is None:
        return 0
    on_hand = max(0, level.on_hand + line.difference)
    sellable = on_hand - min(level.unsellable, on_hand) + level.backorder
    return level.allocated if sellable < level.allocated else 0
