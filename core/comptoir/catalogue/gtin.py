"""GTIN: the number below a barcode (EAN-8, UPC-A, EAN-13, ISBN-13, GTIN-14)."""

LENGTHS = (8, 12, 13, 14)


def check_digit(body: str) -> str:
    """The last digit of a GTIN, from the digits before it.

    Source: GS1 General Specifications, section 7.9: weights 3 and 1 from the right, modulo 10.
    Example: ``check_digit("978055338095")`` is ``"8"``.
    """
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-weighted % 10)


def is_gtin(value: str) -> bool:
    """Whether a text is a GTIN with a right check digit."""
    return (
        value.isascii() and value.isdigit() and len(value) in LENGTHS and check_digit(value[:-1]) == value[-1]
    )
