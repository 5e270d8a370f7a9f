"""What plugins show in a customer's account beside orders and addresses, such as appointments; see ``add_account_part``."""

from collections.abc import Sequence
from dataclasses import dataclass

from comptoir import hookspecs, plugins
from comptoir.channels.queries import ChannelContext

#: Words and an address.
Link = tuple[str, str]


@dataclass(frozen=True)
class AccountRow:
    """One thing a customer has: what it is, more about it, its state if that is worth a word, what can be done with it."""

    words: str
    more: str = ""
    state: str = ""
    links: Sequence[Link] = ()


@dataclass(frozen=True)
class AccountPart:
    """A part of the account: what is to come, what was, and a sentence for who has nothing yet. ``code`` is its anchor."""

    code: str
    title: str
    rows: Sequence[AccountRow] = ()
    earlier: Sequence[AccountRow] = ()
    empty: str = ""
    links: Sequence[Link] = ()


def account_parts(channel: ChannelContext, customer_id: int, locale: str) -> list[AccountPart]:
    """What the plugins of a channel show of a customer's own; a plugin that fails is left out."""
    added = plugins.add(
        hookspecs.add_account_part, enabled=channel.enabled_plugins, accept=_accept,
        channel=channel, customer_id=customer_id, locale=locale,
    )  # fmt: skip
    return list(added.answers.values())


def _accept(answer: object) -> AccountPart:
    if not isinstance(answer, AccountPart):
        raise TypeError(f"{answer!r} is not an AccountPart")
    return answer
