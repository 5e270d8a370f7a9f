"""What an import came to."""

from collections import ChainMap, Counter
from collections.abc import MutableMapping
from dataclasses import dataclass, field

from comptoir.imports.rows import RowProblem


@dataclass
class Outcome:
    """Counts of one run, in products; ``refused`` in rows.

    ``vanished`` are variants of the shop that the file has no longer, ``left`` texts that are locked or in moderation,
    ``pictures`` addresses whose picture is not in the library. ``is_stored`` is False after a dry run or a refusal.
    """

    statuses: MutableMapping[str, str] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    vanished: int = 0
    left: int = 0
    pictures: int = 0
    is_stored: bool = False
    is_interrupted: bool = False
    #: The product of each SKU that was accepted: prices in further currencies stand far below their product.
    handles_by_sku: MutableMapping[str, str] = field(default_factory=dict)

    def note(self, handle: str, status: str) -> None:
        """Say what became of a product; one that was created or changed before stays so."""
        before = self.statuses.get(handle, "unchanged")
        if before == "unchanged" or (before == "changed" and status == "created"):
            self.statuses[handle] = status

    def trial(self) -> "Outcome":
        """An outcome that knows what was noted so far, and keeps what it notes itself apart until it is taken."""
        return Outcome(handles_by_sku=ChainMap({}, self.handles_by_sku), statuses=ChainMap({}, self.statuses))

    def take(self, other: "Outcome") -> None:
        """Add what a trial came to."""
        for mine, theirs in ((self.statuses, other.statuses), (self.handles_by_sku, other.handles_by_sku)):
            mine.update(theirs.maps[0] if isinstance(theirs, ChainMap) else theirs)
        self.problems += other.problems
        self.vanished += other.vanished
        self.left += other.left
        self.pictures += other.pictures

    @property
    def refused(self) -> int:
        return len({problem.line for problem in self.problems})

    def counts(self) -> dict[str, int]:
        """Everything in numbers, for tables."""
        found = Counter(self.statuses.values())
        return {
            "created": found["created"],
            "changed": found["changed"],
            "unchanged": found["unchanged"],
            "refused": self.refused,
            "vanished": self.vanished,
            "left": self.left,
            "pictures": self.pictures,
        }
