"""Refusals the shop expects. Services raise them; ``api/errors.py`` alone gives them a status."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ComptoirError(Exception):
    """Something was refused, with a reason a person and a program can both act on.

    ``code`` is stable and documented in ``docs/errors.md``; ``sentence`` is in the caller's language; the facts
    (and ``field``, when one is to blame) are attributes. Answers of the API carry only the ``public_facts``, beside
    the sentence: what a class does not name stays inside.
    """

    code = "refused"
    status = 400
    sentence: str | Promise = _("This cannot be done.")
    public_facts: tuple[str, ...] = ()

    def __init__(self, *, field: str = "", **facts: object) -> None:
        self.field = field
        self.facts = facts
        for name, fact in facts.items():
            setattr(self, name, fact)
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.sentence).format(**self.facts)


class NotFound(ComptoirError):
    """What was asked for is not here, or not for this caller: the answer does not tell which."""

    code = "not_found"
    status = 404
    sentence = _("There is nothing here.")


class InvalidValue(ComptoirError):
    """A value of the request cannot be used."""

    code = "invalid_value"
    status = 422
    sentence = _("{value} cannot be used here.")
