"""What plugins keep about a customer: for the copy that everybody may ask for, and for who wants to be forgotten.

Source: GDPR, art. 15, 17 and 20.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from comptoir import hookspecs, plugins


class PersonalRecords:
    """How a plugin tells what it keeps about a customer, and forgets it; see the hook ``register_personal_records``.

    ``code`` is what these records are called in the copy.
    """

    code = ""

    def kept(self, user_id: int) -> Sequence[Mapping[str, Any]]:
        """Everything that is kept about somebody, in plain values and dates, in English: programs read it."""
        raise NotImplementedError

    def forget(self, user_id: int) -> None:
        """Take the person out of all of it, in the transaction that erases their account, which is still there.

        Errors: a ``ComptoirError`` of your own if they have to wait; nothing is erased then.
        """
        raise NotImplementedError


def records_of(user_id: int) -> dict[str, Sequence[Mapping[str, Any]]]:
    """What all plugins keep about a customer, by what it is called."""
    return {one.code: one.kept(user_id) for one in _all()}


def forget_records(user_id: int) -> None:
    """Let all plugins forget a customer. Errors: those of the plugins."""
    for one in _all():
        one.forget(user_id)


def _all() -> list[PersonalRecords]:
    return list(plugins.collect(hookspecs.register_personal_records, accept=_accept).values())


def _accept(answer: object) -> PersonalRecords:
    if not isinstance(answer, PersonalRecords) or not answer.code:
        raise TypeError(f"{answer!r} is not a PersonalRecords with a code")
    return answer
