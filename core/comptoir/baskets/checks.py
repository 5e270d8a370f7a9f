"""What may be in a basket: asks the layers above (is it published here?) and the channel's plugins (how many?)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir import hookspecs, plugins
from comptoir.base.errors import ComptoirError
from comptoir.channels.queries import ChannelContext

#: Whose hooks are asked on every channel.
PUBLISHING = "comptoir.publishing"


class UnknownCode(ComptoirError):
    """No variant has this SKU or barcode."""

    code = "unknown_code"
    status = 422
    sentence = gettext_lazy("Nothing has the code “{value}”.")


class TooMany(ComptoirError):
    """More pieces of a variant, different variants or vouchers than a basket may have."""

    code = "too_many"
    status = 422
    sentence = gettext_lazy("At most {most} are possible.")
    public_facts = ("most",)


class Empty(ComptoirError):
    """There is nothing in the basket that could be bought."""

    code = "basket_empty"
    status = 409
    sentence = gettext_lazy("There is nothing in the basket.")


class LineRefused(ComptoirError):
    """A plugin of the channel does not let this into the basket; the code is the one it gives."""

    code = "line_refused"
    status = 409
    sentence = gettext_lazy("{message}")


class NotOnChannel(ComptoirError):
    """The channel does not sell this; another may."""

    code = "not_on_channel"
    status = 409
    sentence = gettext_lazy("{sku} is not sold here.")


class CannotBeChecked(ComptoirError):
    """A plugin of the channel could not say whether this may be sold; until it can, nothing goes in."""

    code = "cannot_be_checked"
    status = 409
    sentence = gettext_lazy("This cannot be put into the basket at the moment. Please try again later.")


@dataclass(frozen=True)
class CheckedLine:
    """A line as a plugin sees it. ``product_id`` is what a customer sees as one product; units: pieces."""

    variant_id: int
    product_id: int
    sku: str
    quantity: int


@dataclass(frozen=True)
class LineProblem:
    """Why a variant cannot be in a basket, or not so many of it (``is_sellable``: it keeps its price then)."""

    variant_id: int
    code: str
    message: str
    is_sellable: bool = False


Problems = dict[int, LineProblem]


def line_problems(channel: ChannelContext, lines: Iterable[CheckedLine]) -> Problems:
    """The first problem of each line that has one, by variant; one statement of the core.

    When a plugin cannot answer, every line has the problem ``cannot_be_checked``.
    """
    asked = list(lines)
    if not asked:
        return {}
    try:
        found = plugins.check(
            hookspecs.check_basket_lines,
            enabled=(PUBLISHING, *channel.enabled_plugins),
            accept=_problems,
            channel=channel,
            lines=asked,
        )
    except plugins.PluginFailed:
        message = _("Whether this can be sold is not known at the moment.")
        found = [
            LineProblem(line.variant_id, CannotBeChecked.code, message, is_sellable=True) for line in asked
        ]
    by_variant: Problems = {}
    for problem in found:
        by_variant.setdefault(problem.variant_id, problem)
    return by_variant


def refuse_problem(problem: LineProblem | None, sku: str) -> None:
    """Refuse a change for a problem, if there is one.

    Errors: ``NotOnChannel``, ``CannotBeChecked``, or ``LineRefused`` with the code of the plugin.
    """
    if problem is None:
        return
    if problem.code == NotOnChannel.code:
        raise NotOnChannel(field="sku", sku=sku)
    if problem.code == CannotBeChecked.code:
        raise CannotBeChecked(field="sku")
    refusal = LineRefused(field="quantity" if problem.is_sellable else "sku", message=problem.message)
    refusal.code = problem.code
    raise refusal


def _problems(answer: Any) -> list[LineProblem]:
    if not isinstance(answer, list) or not all(isinstance(one, LineProblem) for one in answer):
        raise TypeError("check_basket_lines did not return a list of LineProblem")
    return answer
