"""Kinds of delivery, what customers ask, and what they are offered. Kinds come by the hook, ours as everybody's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from comptoir import hookspecs, plugins
from comptoir.base.errors import ComptoirError
from comptoir.base.money import Money
from comptoir.channels.queries import ChannelContext
from comptoir.fulfilment.carriers import Address, RelayPoint
from comptoir.fulfilment.promises import Promise
from comptoir.fulfilment.routing import Candidate, RouteRequest
from comptoir.pricing.quote_parts import DeliveryBenefit

if TYPE_CHECKING:
    from comptoir.fulfilment.facts import Facts
    from comptoir.fulfilment.models import DeliveryMethod


class Way(StrEnum):
    """How a parcel ends: a carrier takes it, a customer fetches it, a customer has it in his hands already."""

    SHIP = "ship"
    COLLECT = "collect"
    CARRY_OUT = "carry_out"


@dataclass(frozen=True)
class Wanted:
    """A line of a basket. ``owner`` is whose holds count as its own in stock, if it has any."""

    variant_id: int
    quantity: int
    owner: str = ""


@dataclass(frozen=True)
class Asked:
    """What a customer wants to have, and where. Units: ``value`` is what the goods cost after discounts."""

    channel: ChannelContext
    lines: tuple[Wanted, ...]
    moment: datetime
    value: Decimal = Decimal(0)
    benefits: tuple[DeliveryBenefit, ...] = ()
    address: Address | None = None
    point: RelayPoint | None = None
    location_id: int | None = None
    locale: str = ""
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Reason:
    """Why something is not offered."""

    code: str
    sentence: str


@dataclass(frozen=True)
class Option:
    """One thing a customer can choose, or why not. ``key`` names it: the code of the method, and the shop if there is one.

    ``full_price`` is the price before the benefits of offers. ``route`` says which locations give what, ``request`` what
    was asked of them.
    """

    method: "DeliveryMethod"
    way: Way
    name: str
    price: Money | None = None
    full_price: Money | None = None
    promise: Promise | None = None
    route: Candidate | None = None
    request: RouteRequest | None = None
    destination_id: int | None = None
    destination_code: str = ""
    reasons: tuple[Reason, ...] = ()
    distance_km: float | None = None
    has_slots: bool = False

    @property
    def key(self) -> str:
        return f"{self.method.code}:{self.destination_code}" if self.destination_code else self.method.code

    @property
    def is_available(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Method:
    """A kind of delivery. ``options`` takes what is ``Asked``, the ``Facts`` and one row that sets the kind up.

    ``needs_point``: it can be shown without a relay point, but not chosen.
    """

    code: str
    label: str | LazyText
    way: Way
    options: "Callable[[Asked, Facts, DeliveryMethod], list[Option]]"
    needs_point: bool = False


class UnknownMethod(ComptoirError):
    """A delivery was named that this channel does not have."""

    code = "unknown_delivery"
    status = 422
    sentence = _("There is no delivery called {value} here.")


def methods() -> dict[str, Method]:
    """Every kind of delivery that the core and the running plugins bring, by code."""
    answers = plugins.collect(hookspecs.register_fulfilment_methods, accept=_accept).values()
    return {one.code: one for answer in reversed(list(answers)) for one in reversed(answer)}


def _accept(answer: Any) -> list[Method]:
    found = list(answer)
    for one in found:
        if not isinstance(one, Method):
            raise TypeError(f"{one!r} is not a comptoir.fulfilment.methods.Method")
    return found
