"""What a merchant sets up: zones, kinds of delivery with their rates, how a location works."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from comptoir.channels.models import Channel, Location
from comptoir.fulfilment.methods import UnknownMethod, methods
from comptoir.fulfilment.models import DeliveryMethod, LocationSettings, Rate, Zone


@transaction.atomic
def save_zone(*, code: str, **fields: Any) -> Zone:
    """Add a delivery zone or change it. Errors: ``ValidationError`` naming the field; nothing changes then."""
    zone = Zone.objects.filter(code=code).first() or Zone(code=code)
    return _save(zone, fields)


@transaction.atomic
def save_method(
    *,
    code: str,
    kind: str,
    rates: Iterable[Mapping[str, Any]] | None = None,
    channels: Iterable[Channel] | None = None,
    **fields: Any,
) -> DeliveryMethod:
    """Add a delivery that customers can choose, or change it; ``rates`` replace those it had, in their order.

    Errors: ``UnknownMethod`` for a kind nobody brings, ``ValidationError`` naming the field; nothing changes then.
    """
    if kind not in methods():
        raise UnknownMethod(field="kind", value=kind)
    method = DeliveryMethod.objects.filter(code=code).first() or DeliveryMethod(code=code)
    _save(method, {**fields, "kind": kind})
    if channels is not None:
        method.channels.set(channels)
    if rates is not None:
        method.rates.all().delete()
        for position, rate in enumerate(rates):
            _save(Rate(method=method, position=position), rate)
    return method


@transaction.atomic
def set_up_location(*, location: Location, **fields: Any) -> LocationSettings:
    """Say how a location works for orders. Errors: ``ValidationError`` naming the field; nothing changes then."""
    kept = LocationSettings.objects.filter(location=location).first() or LocationSettings(location=location)
    return _save(kept, fields)


def _save(row: Any, fields: Mapping[str, Any]) -> Any:
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    return row
