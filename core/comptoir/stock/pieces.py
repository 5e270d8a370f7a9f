"""What counts as a number of pieces."""

from comptoir.base.errors import InvalidValue

MOST_PIECES = 1_000_000


def whole_pieces(value: object, *, field: str = "quantity", least: int = 1, most: int = MOST_PIECES) -> int:
    """The value if it is a whole number within bounds; 1.5, ``True`` and "3" are not.

    Errors: ``InvalidValue`` naming the field.
    """
    if type(value) is not int or not least <= value <= most:
        raise InvalidValue(field=field, value=value)
    return value
