"""What merchandisers have said: synonyms and boosts; read once, kept for a few seconds."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from comptoir.search.entries import CATEGORY
from comptoir.search.models import Boost, Synonym
from comptoir.search.words import singular, words

#: How long a process may use what it read.
RULES_S = 5.0
Words = tuple[str, ...]

_kept: dict[str, tuple[float, "Rules"]] = {}

#: What a word counts for by where it stands: the title before brand and category, these before properties and text.
WEIGHTS = {"title": 1.0, "shelf": 0.5, "property": 0.45, "text": 0.12}


@dataclass(frozen=True)
class Rules:
    """The rules of one language. ``weights`` are of fields; ``factors`` of facets, by code and value."""

    synonyms: dict[Words, list[Words]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    factors: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        """How many words the longest phrase has that synonyms are known of."""
        return max((len(phrase) for phrase in self.synonyms), default=0)


def rules_of(locale: str) -> Rules:
    """The synonyms of a language and the boosts of the shop; at most a few seconds old."""
    kept = _kept.get(locale)
    if kept is None or time.monotonic() - kept[0] > RULES_S:
        kept = _kept[locale] = (time.monotonic(), _read(locale))
    return kept[1]


def forget_rules(**_signal: Any) -> None:
    """Read the rules afresh at the next search; other processes do so within ``RULES_S`` seconds."""
    _kept.clear()


def phrase_key(phrase: Words) -> Words:
    """What phrases are recognised by: their words in the singular."""
    return tuple(singular(word) for word in phrase)


def _read(locale: str) -> Rules:
    found: dict[Words, list[Words]] = defaultdict(list)
    for row in Synonym.objects.filter(locale=locale):
        group = [tuple(words(one)) for one in (row.word, *row.others)]
        for phrase in group if row.is_two_way else group[:1]:
            found[phrase_key(phrase)] += [other for other in group if other != phrase]
    weights, factors = dict(WEIGHTS), {}
    for boost in Boost.objects.all():
        factor = float(boost.factor)
        if not boost.is_of_products:
            weights[boost.field] *= factor
        elif boost.field == Boost.Field.CATEGORY:
            factors[CATEGORY, boost.value] = factor
        else:
            code, _, value = boost.value.partition(":")
            factors[code, value] = factor
    return Rules(dict(found), weights, factors)
