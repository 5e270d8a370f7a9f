"""What an engine has to do. All else is done outside, once for all engines: words, typos, synonyms, cards, labels."""

from collections.abc import Collection, Iterable
from typing import Protocol

from comptoir.channels.queries import ChannelContext
from comptoir.search.entries import Entry
from comptoir.search.questions import Found, Known, Question, Term


class Engine(Protocol):
    """Keeps entries and finds them. ``tests/core/search`` is what any engine has to pass."""

    def keep(self, entries: Iterable[Entry]) -> None:
        """Put entries in, in the place of what was there for the same documents."""

    def tidy(self) -> None:
        """Forget what no entry has any more, after all were put in again."""

    def missing(self, limit: int) -> list[int]:
        """Some of the products that are published and not kept, or kept as they were before an update."""

    def known(
        self, channel: ChannelContext, locale: str, words: list[str], typed: Collection[str]
    ) -> dict[str, Known]:
        """How many products have each word, and for those typed that none has which words are near."""

    def complete(
        self, channel: ChannelContext, locale: str, beginning: str, terms: tuple[Term, ...], limit: int
    ) -> list[str]:
        """Words as they are written that begin so and go with the terms, those of most products first."""

    def find(self, channel: ChannelContext, locale: str, question: Question) -> Found:
        """The products that fit, in order, with their counts; live stock and windows of time respected."""
