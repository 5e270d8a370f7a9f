"""How long ahead something holds, read and written as people say it: a number with its unit, kept as one number."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, ngettext

#: Units with their length in what is kept, the smallest first.
IN_MINUTES = (
    (1, gettext_lazy("minute(s)")),
    (60, gettext_lazy("hour(s)")),
    (24 * 60, gettext_lazy("day(s)")),
)
IN_DAYS = ((1, gettext_lazy("day(s)")), (7, gettext_lazy("week(s)")))
Units = tuple[tuple[int, Any], ...]

WORDS: dict[int, Callable[[int], str]] = {
    1: lambda n: ngettext("%(n)s minute", "%(n)s minutes", n),
    60: lambda n: ngettext("%(n)s hour", "%(n)s hours", n),
    24 * 60: lambda n: ngettext("%(n)s day", "%(n)s days", n),
}


def parts_of(length: int, units: Units = IN_MINUTES) -> tuple[int, int]:
    """A length as a number of the largest unit of which it is whole: 1440 minutes are one day, 90 stay minutes."""
    unit = max((size for size, _name in units if length and length % size == 0), default=units[0][0])
    return length // unit, unit


def span_text(minutes: int) -> str:
    """Minutes in words, such as “1 day” or “90 minutes”."""
    number, unit = parts_of(minutes)
    return WORDS[unit](number) % {"n": number}


class SpanWidget(forms.MultiWidget):
    """A number and, beside it, the unit; the label of the field is that of the number, the unit says what it is."""

    template_name = "comptoir_booking/backoffice/span.html"

    def __init__(self, units: Units) -> None:
        self.units = units
        number = forms.NumberInput({"min": 0, "inputmode": "numeric", "size": 6})
        super().__init__([number, forms.Select({"aria-label": gettext_lazy("Unit")}, choices=units)])

    def decompress(self, value: int | None) -> list[int | None]:
        return [None, self.units[0][0]] if value is None else [*parts_of(value, self.units)]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""


class SpanField(forms.MultiValueField):
    """So many of a unit; what was typed stays as it was typed until it is kept."""

    def __init__(self, units: Units = IN_MINUTES, **how: Any) -> None:
        unit = forms.TypedChoiceField(choices=units, coerce=int)
        super().__init__([forms.IntegerField(min_value=0), unit], widget=SpanWidget(units), **how)

    def compress(self, said: list[int]) -> int | None:
        return said[0] * said[1] if said else None
