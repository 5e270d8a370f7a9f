"""Carriers that know relay points, and the points themselves; a chosen point is frozen in the order."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir import hookspecs, plugins
from comptoir.base.errors import ComptoirError
from comptoir.fulfilment.models import DeliveryMethod


class RelayPointsUnavailable(ComptoirError):
    """A carrier does not say at present where its relay points are."""

    code = "relay_points_unavailable"
    status = 503
    sentence = _("{carrier} does not answer at the moment. Please try again, or choose another delivery.")


class UnknownCarrier(ComptoirError):
    """A method names a carrier that no running plugin brings."""

    code = "unknown_carrier"
    status = 404
    sentence = _("There is no carrier called {carrier}.")


class UnknownRelayPoint(ComptoirError):
    """The carrier has no such relay point near the address."""

    code = "unknown_relay_point"
    status = 422
    sentence = _("There is no relay point {point} near this address.")


@dataclass(frozen=True)
class Address:
    """Where goods go, as far as fulfilment wants to know. Units: degrees (WGS 84)."""

    country: str = ""
    postcode: str = ""
    city: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class RelayPoint:
    """A place where a carrier keeps parcels for people. ``hours`` is text as the carrier gives it."""

    code: str
    name: str
    street: str
    postcode: str
    city: str
    country: str
    latitude: float | None = None
    longitude: float | None = None
    distance_km: float | None = None
    hours: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is shown, and frozen in an order."""
        return asdict(self)


@dataclass(frozen=True)
class Carrier:
    """Somebody who carries parcels. ``points_near`` takes an ``Address`` and gives its relay points, the nearest first."""

    code: str
    name: str
    points_near: Callable[[Address], list[RelayPoint]]


def carriers() -> dict[str, Carrier]:
    """Every carrier that the running plugins bring, by code; a later plugin does not replace an earlier one's."""
    answers = plugins.collect(hookspecs.register_carriers, accept=_accept).values()
    return {one.code: one for answer in reversed(list(answers)) for one in reversed(answer)}


def relay_points(code: str, address: Address) -> list[RelayPoint]:
    """The relay points of a carrier near an address; asks the carrier, so never inside a transaction.

    Errors: ``UnknownCarrier``; ``RelayPointsUnavailable`` if the carrier fails.
    """
    carrier = carriers().get(code)
    if carrier is None:
        raise UnknownCarrier(field="carrier", carrier=code)
    try:
        return list(carrier.points_near(address))
    except Exception as error:
        plugins.logger.exception("carrier %s failed", code)
        raise RelayPointsUnavailable(field="point", carrier=carrier.name) from error


def relay_point(code: str, address: Address, point: str) -> RelayPoint:
    """One relay point as the carrier tells it now. Errors: ``UnknownRelayPoint`` and those of ``relay_points``."""
    found = next((one for one in relay_points(code, address) if one.code == point), None)
    if found is None:
        raise UnknownRelayPoint(field="point", point=point)
    return found


def chosen_point(*, method: str, code: str, near: Address) -> RelayPoint:
    """The relay point a customer chose for a delivery, as its carrier tells it now; asks the carrier.

    Errors: ``UnknownRelayPoint``, also for a delivery without relay points; those of ``relay_points``.
    """
    row = DeliveryMethod.objects.filter(code=method, is_active=True).first()
    if row is None or not row.carrier:
        raise UnknownRelayPoint(field="point", point=code)
    return relay_point(row.carrier, near, code)


def _accept(answer: Any) -> list[Carrier]:
    found = list(answer)
    for one in found:
        if not isinstance(one, Carrier):
            raise TypeError(f"{one!r} is not a comptoir.fulfilment.carriers.Carrier")
    return found
