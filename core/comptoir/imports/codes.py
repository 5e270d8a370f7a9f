"""The codes that name goods: bar code numbers, and SKUs made for variants that have none."""

import hashlib
import keyword
import re
import unicodedata

GTIN_LENGTHS = (8, 12, 13, 14)
SKU_LENGTH = 64
CODE_LENGTH = 100
SEPARATORS = str.maketrans("", "", " -")


class BadGtin(ValueError):
    """A bar code number that cannot be right; ``code`` is the key of its sentence in ``rows.MESSAGES``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def gtin_from(text: str) -> str:
    """Give the bar code number in a cell, an ISBN-10 as its ISBN-13.

    Errors: ``BadGtin`` with the code ``gtin_format`` or ``gtin_check_digit``.
    Source: GS1 General Specifications, section 7.9 (check digit); ISBN Users' Manual, ISBN-10 check digit.
    Example: ``gtin_from("0-441-56959-5")`` is ``"9780441569595"``.
    """
    code = text.translate(SEPARATORS).upper()
    if re.fullmatch(r"[0-9]{9}[0-9X]", code):
        return _isbn_13(code)
    if not re.fullmatch(r"[0-9]+", code) or len(code) not in GTIN_LENGTHS:
        raise BadGtin("gtin_format")
    if code[-1] != check_digit(code[:-1]):
        raise BadGtin("gtin_check_digit")
    return code


def check_digit(digits: str) -> str:
    """Give the last digit of a GTIN from the others: weights 3, 1, 3 … from the right, up to the next ten."""
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def derived_sku(handle: str, option_values: tuple[str, ...] = ()) -> str:
    """Give a variant without a SKU the same one at each import, from its product's handle and its options.

    Accents go, other alphabets stay. One that is too long is cut and ends with a digest of the whole.
    Example: ``derived_sku("ocean-blue-shirt", ("Small",))`` is ``"OCEAN-BLUE-SHIRT-SMALL"``.
    """
    sku = "-".join(filter(None, map(slug, (handle, *option_values)))).upper()
    return sku if len(sku) <= SKU_LENGTH else f"{sku[: SKU_LENGTH - 9]}-{digest(sku).upper()}"


def attribute_code(name: str) -> str:
    """Give the code of a property from its name: letters, digits and underscores, a letter first; never changes.

    Example: ``attribute_code("my_fields.Puissance (W)")`` is ``"my_fields_puissance_w"``.
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    code = re.sub(r"[^0-9a-zA-Z]+", "_", letters).strip("_").lower()[:CODE_LENGTH]
    if not code:
        return f"a_{digest(name)}"
    return code if code[0].isalpha() and not keyword.iskeyword(code) else f"a_{code}"


def digest(text: str) -> str:
    """Eight characters that stand for a text."""
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def slug(text: str) -> str:
    """Write a name in small letters, digits and single hyphens, without accents."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "-", letters).strip("-").lower()


def _isbn_13(isbn_10: str) -> str:
    total = sum((10 - place) * (10 if c == "X" else int(c)) for place, c in enumerate(isbn_10))
    if total % 11:
        raise BadGtin("gtin_check_digit")
    body = "978" + isbn_10[:9]
    return body + check_digit(body)
