"""Words as a search sees them: without accents, capitals and punctuation, the same for what is asked and what is found."""

import re
import unicodedata

#: Letters that Unicode does not take apart.
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})

#: Letters and digits; compounds such as ``t-shirt`` stay together at first.
COMPOUND = re.compile(r"[^\W_]+(?:[-‐‑'’.][^\W_]+)*")
PART = re.compile(r"[^\W_]+")

#: Small words that French writes as one with the next, and the English genitive: they say nothing.
ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu|lorsqu|jusqu)['’]|['’]s\b")


def fold(text: str) -> str:
    """Text in small letters, without accents, ligatures and elisions: ``Œillet d'Été`` is ``oeillet  ete``."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in taken_apart if not unicodedata.combining(one)).translate(LIGATURES)
    return ELIDED.sub(" ", plain)


def compounds(text: str) -> list[tuple[str, ...]]:
    """The words of a text in their order, each with its parts: ``("t", "shirt")``, ``("robe",)``."""
    return [tuple(PART.findall(one)) for one in COMPOUND.findall(fold(text))]


def words(text: str) -> list[str]:
    """The words of a text in their order, compounds in their parts."""
    return PART.findall(fold(text))


def indexed_words(text: str) -> str:
    """What an index stores of a text: its words, and compounds also in one word, so that ``tshirt`` finds ``t-shirt``."""
    found = []
    for parts in compounds(text):
        found += parts
        if len(parts) > 1:
            found.append("".join(parts))
    return " ".join(found)


def compact(text: str) -> str:
    """A code as people type it, without blanks, dashes and capitals: ``CHE-001 M`` is ``che001m``."""
    return "".join(words(text))


def singular(word: str) -> str:
    """A word without its plural, roughly: enough to recognise a synonym."""
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word


def distance(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour between two words."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        here = [row]
        for column, right in enumerate(other, 1):
            cost = min(last[column] + 1, here[column - 1] + 1, last[column - 1] + (left != right))
            if row > 1 and column > 1 and left == other[column - 2] and one[row - 2] == right:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, last = last, here
    return last[-1]
