from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.models import Level, Movement


class StockWouldBeNegative(ComptoirError):
    """More pieces were to go than are there."""

    code = "stock_would_be_negative"
    status = 409
    sentence = _("Only {on_hand} pieces are there.")


@transaction.atomic
def receive_stock(*, variant: Product, location: Location, quantity: int, document: str = "") -> Level:
    """Take pieces of a variant into stock at a location.

    Units: ``quantity`` in pieces, at least 1. Errors: ``InvalidValue``; nothing changes then.
    """
    if quantity < 1:
        raise InvalidValue(field="quantity", value=quantity)
    return _move(variant, location, quantity, Movement.Reason.RECEIPT, document)


@transaction.atomic
def count_stock(*, variant: Product, location: Location, counted: int, document: str = "") -> Level:
    """Set a level to what was counted; the difference becomes a movement, no difference none.

    Units: ``counted`` in pieces, 0 or more. Errors: ``InvalidValue``; nothing changes then.
    """
    if counted < 0:
        raise InvalidValue(field="counted", value=counted)
    Level.objects.get_or_create(variant=variant, location=location)
    level = Level.objects.select_for_update().get(variant=variant, location=location)
    if counted == level.on_hand:
        return level
    return _move(variant, location, counted - level.on_hand, Movement.Reason.COUNT, document)


def _move(variant: Product, location: Location, quantity: int, reason: str, document: str) -> Level:
    """Write the movement and change the level in one conditional statement."""
    Movement.objects.create(
        variant=variant, location=location, quantity=quantity, reason=reason, document=document, moved_at=clock.now()
    )
    level, _created = Level.objects.get_or_create(variant=variant, location=location)
    enough = Level.objects.filter(pk=level.pk, on_hand__gte=-quantity)
    if not enough.update(on_hand=F("on_hand") + quantity):
        raise StockWouldBeNegative(on_hand=level.on_hand)
    level.refresh_from_db()
    return level
