"""What is wrong with a value of a request, in the caller's language. Pydantic, which finds it, speaks English only."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: By the types of https://docs.pydantic.dev/latest/errors/validation_errors/; any other type keeps Pydantic's own words.
SENTENCES = {
    "missing": gettext_lazy("This is required."),
    "extra_forbidden": gettext_lazy("This is not known here."),
    "int_type": gettext_lazy("This has to be a whole number."),
    "int_parsing": gettext_lazy("This has to be a whole number."),
    "int_from_float": gettext_lazy("This has to be a whole number."),
    "int_parsing_size": gettext_lazy("This number is too large."),
    "float_type": gettext_lazy("This has to be a number."),
    "float_parsing": gettext_lazy("This has to be a number."),
    "finite_number": gettext_lazy("This has to be a number."),
    "decimal_type": gettext_lazy("This has to be a number."),
    "decimal_parsing": gettext_lazy("This has to be a number."),
    "greater_than": gettext_lazy("This has to be more than {gt}."),
    "greater_than_equal": gettext_lazy("This has to be {ge} or more."),
    "less_than": gettext_lazy("This has to be less than {lt}."),
    "less_than_equal": gettext_lazy("This has to be {le} or less."),
    "string_type": gettext_lazy("This has to be a text."),
    "string_too_short": gettext_lazy("This has to have at least {min_length} characters."),
    "string_too_long": gettext_lazy("This may have {max_length} characters at most."),
    "string_pattern_mismatch": gettext_lazy("This is not in the right form."),
    "bool_type": gettext_lazy("This has to be true or false."),
    "bool_parsing": gettext_lazy("This has to be true or false."),
    "list_type": gettext_lazy("This has to be a list."),
    "dict_type": gettext_lazy("This has to be an object."),
    "model_type": gettext_lazy("This has to be an object."),
    "model_attributes_type": gettext_lazy("This has to be an object."),
    "too_short": gettext_lazy("There have to be at least {min_length}."),
    "too_long": gettext_lazy("There may be {max_length} at most."),
    "literal_error": gettext_lazy("This has to be one of {expected}."),
    "enum": gettext_lazy("This has to be one of {expected}."),
}


def field_problem(error: Mapping[str, Any]) -> dict[str, str]:
    """One finding of Pydantic as field, code and sentence."""
    sentence = str(SENTENCES.get(error["type"], ""))
    message = sentence.format(**error.get("ctx", {})) if sentence else error["msg"]
    return {"field": _field(error["loc"]), "code": error["type"], "message": message}


def _field(place: Sequence[str | int]) -> str:
    """``("body", "payload", "lines", 0, "quantity")`` is ``lines.0.quantity``: what the caller wrote, not our parameter."""
    source, *names = place
    if source == "body":
        names = names[1:]
    return ".".join(str(name) for name in names) or str(source)


def status_sentence(status: int, otherwise: str) -> str:
    """What a refusal of the framework means; it speaks English only."""
    sentences = {
        401: _("Please log in first."),
        403: _("You may not do this."),
        429: _("Too many requests: please wait a little."),
    }
    return sentences.get(status, otherwise)
