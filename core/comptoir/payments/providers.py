"""The protocol between the shop and a payment provider. A plugin subclasses ``Provider`` and registers an object of it.

Rules for a provider:

- Each method may be called again with the same ``asked.key``; it must then answer the same and take money once.
- Methods are never called inside a database transaction. ``read_notice`` has to be quick and calls nobody.
- A clear no is ``ProviderRefused``. Anything else that is raised (``ProviderSilent``, a bug) means: nobody knows what
  happened, and the same is asked again later with the same key.
- Answers are facts, each with the provider's own number: the shop writes a fact once however often it is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir import hookspecs, plugins
from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money
from comptoir.channels.queries import ChannelContext

#: The name under which the core's own providers are registered: they are on for every channel.
CORE = "comptoir.payments"


#: Why a person has to look: money that was said to be back with the customer is not.
REFUND_FAILED = "refund_failed"


class ProviderRefused(Exception):
    """The provider has said no, and nothing happened there. ``reason`` is its code, for people who look it up."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ProviderSilent(Exception):
    """The provider gave no usable answer: nobody knows whether anything happened."""


class NoticeForged(ComptoirError):
    """A notice was not signed by the provider."""

    code = "notice_forged"
    status = 400
    sentence = _("This notice was not signed by the payment provider.")


class NoticeStale(ComptoirError):
    """A notice was signed too long ago: somebody sends an old one again."""

    code = "notice_stale"
    status = 400
    sentence = _("This notice was signed too long ago.")


class NoticeUnreadable(ComptoirError):
    """A notice is signed, but nothing that its provider would write."""

    code = "notice_unreadable"
    status = 400
    sentence = _("This notice cannot be read.")


@dataclass(frozen=True)
class Offer:
    """What a shopper is about to pay. ``way`` is how the goods get to the customer.

    ``way``: ``"delivery"``, ``"collection"``, ``"carried_out"``, ``"visit"`` (there are no goods, the customer comes) or
    empty when it is not known yet. ``is_deposit``: the rest is paid when the customer comes, and this has to be there before.
    """

    channel: ChannelContext
    amount: Money
    way: str = ""
    location_id: int | None = None
    is_deposit: bool = False


@dataclass(frozen=True)
class Asked:
    """What the shop asks of a provider. No personal data: the provider's page asks for what it needs.

    ``payment`` is the shop's own number, which notices should bring back; ``reference`` the provider's, once known.
    ``key`` is the idempotency key of this very command; ``is_repeat`` if it was asked before, perhaps longer ago than the
    provider remembers keys.
    """

    payment: str
    reference: str
    amount: Money
    key: str
    channel: str
    locale: str
    return_url: str
    notice_url: str
    method: str = ""
    is_repeat: bool = False


@dataclass(frozen=True)
class Step:
    """What the customer does next: go to ``url``, read ``text``, use ``fields`` in the shop's own page, or nothing.

    ``kind``: ``"redirect"``, ``"instructions"``, ``"script"`` or ``"done"``. ``text`` and the labels of ``fields`` are
    written in the payment's language.
    """

    kind: str = "done"
    url: str = ""
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "fields": dict(self.fields)}


@dataclass(frozen=True)
class PageScript:
    """What a page of the shop loads for a step of kind ``"script"``: the provider's own ``script``, then ours.

    ``module`` is a static file of the plugin. It finds the step's fields as JSON in ``#payment-step``, draws into
    ``[data-payment-here]``, sends the customer to ``data-return`` of the form when it is submitted, and writes what went
    wrong into ``[data-payment-error]``. ``hosts`` are all that the page may load from, frame and talk to besides the shop.
    """

    script: str
    module: str
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """Something that happened to money at the provider. ``reference`` is its number there, unique per kind.

    ``kind``: ``authorised``, ``captured``, ``refunded``, ``voided`` or ``failed``. ``key`` names our command, if it was
    ours. ``reason`` says why it failed; ``REFUND_FAILED`` for a refund that had been told as done.
    """

    kind: str
    amount: Money
    reference: str
    key: str = ""
    reason: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "kind": self.kind,
            "amount": str(self.amount.amount),
            "currency": self.amount.currency,
            "reference": self.reference,
            "key": self.key,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> "Fact":
        money = Money(Decimal(value["amount"]), value["currency"])
        return cls(value["kind"], money, value["reference"], value["key"], value["reason"])


@dataclass(frozen=True)
class Answer:
    """What a provider answered: its number for the payment, what happened so far, what the customer does next.

    ``is_over``: nothing more can come, such as a page that has expired.
    """

    reference: str = ""
    facts: Sequence[Fact] = ()
    step: Step | None = None
    is_over: bool = False


@dataclass(frozen=True)
class Told:
    """A notice as its provider meant it: ``id`` is unique there, ``payment`` our number or ``reference`` theirs.

    ``is_hint``: something happened that the message itself does not say in full; the provider is asked soon.
    """

    id: str
    payment: str = ""
    reference: str = ""
    facts: Sequence[Fact] = ()
    is_over: bool = False
    is_hint: bool = False


class Provider:
    """Who moves money for the shop. ``code`` is stable and unique among all plugins.

    ``is_promise``: what it calls authorised is only the customer's word, so nothing is prepared before it is captured.
    ``captures_by_hand``: somebody of the staff says that the money is there. ``page_script``: for steps of kind ``"script"``.
    """

    code: str = ""
    name: str | Promise = ""
    is_promise = False
    captures_by_hand = False
    page_script: PageScript | None = None

    def is_offered(self, offer: Offer) -> bool:
        """Whether this customer may choose it; quick, and asks nobody."""
        return True

    def start(self, asked: Asked) -> Answer:
        """Begin a payment, and say what the customer does next."""
        raise NotImplementedError

    def capture(self, asked: Asked) -> Answer:
        """Take ``asked.amount`` of what was authorised."""
        raise NotImplementedError

    def refund(self, asked: Asked) -> Answer:
        """Give ``asked.amount`` of what was captured back to where it came from."""
        raise NotImplementedError

    def void(self, asked: Asked) -> Answer:
        """Let go what was not captured, and take no more."""
        raise NotImplementedError

    def fetch(self, asked: Asked) -> Answer:
        """What the provider knows of the payment now: every fact from the beginning."""
        raise NotImplementedError

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Told | None:
        """Check who sent a message, and read it; ``None`` if it is nothing for us. Names of headers are lower-case.

        Errors: ``NoticeForged``, ``NoticeStale``, ``NoticeUnreadable``.
        """
        raise NoticeForged(field="signature")


class ProviderUnknown(ComptoirError):
    """There is no such means of payment here."""

    code = "payment_method_unknown"
    status = 422
    sentence = _("This means of payment is not offered here.")


def registered() -> dict[str, tuple[Provider, str]]:
    """Every provider with the plugin it comes from, by code.

    Errors: ``ImproperlyConfigured`` naming the plugin; two providers of one code are refused.
    """
    codes: set[str] = set()

    def accept(answer: Any) -> list[Provider]:
        for one in (providers := list(answer)):
            if not isinstance(one, Provider) or not one.code or one.code in codes:
                raise TypeError(f"{one!r} is not a Provider with a code of its own")
            codes.add(one.code)
        return providers

    by_plugin = plugins.collect(hookspecs.register_payment_providers, accept=accept)
    return {one.code: (one, plugin) for plugin, providers in by_plugin.items() for one in providers}


def provider_of(code: str) -> Provider:
    """A provider that payments were made with, whether or not it is still offered anywhere.

    Errors: ``ProviderUnknown`` if its plugin is gone.
    """
    if code not in (known := registered()):
        raise ProviderUnknown(field="provider")
    return known[code][0]


def providers_on(channel: ChannelContext) -> list[Provider]:
    """The providers of the plugins that are on for a channel, and the core's own."""
    return [
        one for one, plugin in registered().values() if plugin == CORE or plugin in channel.enabled_plugins
    ]
