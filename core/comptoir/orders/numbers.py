"""Order numbers: drawn by lot, for reading aloud, with a last letter that catches typing errors."""

import secrets

#: 31 letters and digits that nobody takes for another. A prime number of them: then the check letter catches every
#: wrong letter and every two that changed places.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
DRAWN = 11  # 54 bits by lot
_READ_AS = str.maketrans({"-": "", " ": "", ".": ""})


def new_number() -> str:
    """A number such as ``K7QM-3XTD-9RBW``; it says nothing of when, where or what."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(DRAWN))
    return _grouped(drawn + _check_letter(drawn))


def normal_number(typed: str) -> str:
    """A number as it is kept, however it was typed; empty if it cannot be one."""
    letters = typed.upper().translate(_READ_AS)
    if len(letters) != DRAWN + 1 or not set(letters) <= set(ALPHABET):
        return ""
    return _grouped(letters) if _check_letter(letters[:-1]) == letters[-1] else ""


def _check_letter(drawn: str) -> str:
    """The letter that makes the weighted sum of all places a multiple of 31."""
    weighted = sum(place * ALPHABET.index(letter) for place, letter in enumerate(drawn, start=2))
    return ALPHABET[-weighted % len(ALPHABET)]


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
