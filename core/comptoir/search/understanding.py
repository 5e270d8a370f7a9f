"""Turns what somebody typed into terms: words that say nothing go, typos are set right, synonyms come along."""

import math
from dataclasses import dataclass, field

from comptoir.channels.queries import ChannelContext
from comptoir.search.engines import Engine
from comptoir.search.questions import Alternative, Known, Term
from comptoir.search.rules import Rules, Words, phrase_key
from comptoir.search.words import compounds, distance

#: More of a text than this is not read: nobody types it, but somebody sends it.
TEXT_MAX, WORDS_MAX, LETTERS_MAX = 200, 10, 40
SYNONYM, PART, BEGINNING = 0.8, 0.9, 0.5
NEAR_MAX = 3


@dataclass(frozen=True)
class Understood:
    """The terms of a text; ``corrected`` is the text as it was understood, where that differs from what was typed."""

    terms: tuple[Term, ...] = ()
    corrected: str = ""


@dataclass
class _Piece:
    """A stretch of the text: a word, a compound or a phrase that synonyms are known of."""

    typed: Words
    alternatives: list[Alternative] = field(default_factory=list)


def readable(text: str) -> str:
    """The part of a text that is searched for; what PostgreSQL cannot store is no part of it."""
    clean = "".join(one if one.isprintable() else " " for one in text[: TEXT_MAX * 2])
    return " ".join(clean.encode("utf-8", "ignore").decode().split())[:TEXT_MAX]


def understand(
    engine: Engine, channel: ChannelContext, locale: str, text: str, rules: Rules, *, is_typing: bool = False
) -> Understood:
    """What a text asks for on a channel; one question to the engine.

    While somebody is still typing, the last word may be the beginning of one.
    """
    pieces = _pieces(text, rules)
    every = {word for piece in pieces for one in piece.alternatives for word in one.words}
    typed = {piece.alternatives[0].words[0] for piece in pieces}
    known = engine.known(channel, locale, sorted(every), typed) if every else {}
    terms, corrected = [], []
    for place, piece in enumerate(pieces):
        term, shown = _term(piece, known, is_last=is_typing and place == len(pieces) - 1)
        corrected.append(shown)
        if term:
            terms.append(term)
    as_typed = [" ".join(piece.typed) for piece in pieces]
    return Understood(tuple(terms), "" if corrected == as_typed else " ".join(corrected))


def _pieces(text: str, rules: Rules) -> list[_Piece]:
    rest = [tuple(part[:LETTERS_MAX] for part in one) for one in compounds(text)]
    pieces: list[_Piece] = []
    while rest and len(pieces) < WORDS_MAX:
        phrase, others, taken = _known_phrase(rest, rules)
        if others:
            alternatives = [Alternative(phrase), *(Alternative(other, SYNONYM) for other in others)]
            pieces.append(_Piece(phrase, alternatives))
        else:
            pieces.append(_compound(rest[0]))
        rest = rest[taken:]
    return pieces


def _known_phrase(rest: list[Words], rules: Rules) -> tuple[Words, list[Words], int]:
    """The longest beginning of the words that synonyms are known of, these, and how many compounds it takes."""
    for size in range(min(len(rest), rules.longest), 0, -1):
        phrase = tuple(part for one in rest[:size] for part in one)
        if others := rules.synonyms.get(phrase_key(phrase)):
            return phrase, others, size
    return (), [], 1


def _compound(parts: Words) -> _Piece:
    if len(parts) == 1:
        return _Piece(parts, [Alternative(parts)])
    joined = "".join(parts)[:LETTERS_MAX]
    return _Piece(parts, [Alternative((joined,)), Alternative(parts[:WORDS_MAX], PART)])


def _term(piece: _Piece, known: dict[str, Known], *, is_last: bool) -> tuple[Term | None, str]:
    """The term of a piece without words that say nothing, and how it is written when set right."""
    shown = " ".join(piece.typed)
    usable, counts = [], []
    for one in piece.alternatives:
        words = tuple(word for word in one.words if not known[word].is_noise)
        if words and all(known[word].products for word in words):
            usable.append(Alternative(words, one.factor))
            counts.append(min(known[word].products for word in words))
    if is_last and len(piece.typed) == 1:
        usable.append(Alternative(piece.typed, BEGINNING, is_beginning=True))
    if usable:
        return Term(tuple(usable), _rarity(max(counts, default=10))), shown
    if all(known[word].is_noise for word in piece.typed):
        return None, shown
    return _set_right(piece, known)


def _set_right(piece: _Piece, known: dict[str, Known]) -> tuple[Term, str]:
    """A word that no product has: the words it was probably meant to be, or what it begins."""
    words = [word for word in piece.typed if not known[word].is_noise]
    if len(words) > 1 and any(known[word].products for word in words):
        return Term((), _rarity(1)), " ".join(piece.typed)
    word = piece.alternatives[0].words[0]
    near = nearest(word, known[word])
    alternatives = [Alternative((other,), factor) for other, _shown, factor in near]
    if len(word) >= 3 and not near and known[word].begins:
        alternatives.append(Alternative((word,), BEGINNING, is_beginning=True))
    return Term(tuple(alternatives), _rarity(10)), near[0][1] if near else " ".join(piece.typed)


def nearest(word: str, known: Known) -> list[tuple[str, str, float]]:
    """The words a typo was probably meant to be, best first, with what each counts for."""
    if any(letter.isdigit() for letter in word):
        return []
    allowed = min(3, (len(word) + 3) // 4) if len(word) > 2 else 0
    found = []
    for other, shown, products in known.near:
        wrong = distance(word, other) + (0.5 if other[0] != word[0] else 0)
        if wrong <= allowed:
            found.append((wrong, -products, other, shown))
    found.sort()
    closest = [one for one in found if one[0] <= found[0][0] + 0.5][:NEAR_MAX]
    return [(other, shown, round(0.9**wrong, 3)) for wrong, _products, other, shown in closest]


def _rarity(products: int) -> float:
    return math.log(2 + 1000 / (1 + products))
