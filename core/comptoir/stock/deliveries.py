"""Goods that came from a supplier, several variants at once."""

from collections.abc import Mapping

from comptoir.base.errors import InvalidValue
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.models import Level, Movement
from comptoir.stock.movements import Change, make_levels, refuse_parent, write_movements
from comptoir.stock.pieces import whole_pieces
from comptoir.stock.rows import in_transaction, lock_levels


def receive_delivery(
    *,
    location: Location,
    lines: Mapping[Product, int],
    document: str = "",
    actor_id: int | None = None,
    idempotency_key: str | None = None,
) -> list[Level]:
    """Take a whole delivery into stock, or nothing of it; the same key again changes nothing more.

    Shapes: ``lines`` is pieces by variant. Errors: ``InvalidValue``, also for a delivery of nothing.
    """
    if not lines:
        raise InvalidValue(field="lines", value="")
    for variant, pieces in lines.items():
        whole_pieces(pieces)
        refuse_parent(variant)
    pieces_of = {variant.pk: pieces for variant, pieces in lines.items()}

    def receive() -> list[Level]:
        levels = lock_levels(make_levels(pieces_of, location))
        if idempotency_key and Movement.objects.filter(idempotency_key=f"{idempotency_key}:1").exists():
            return list(levels.values())
        return write_movements(
            {
                level: Change(
                    Movement.Reason.RECEIPT,
                    quantity=pieces_of[level.variant_id],
                    document=document,
                    actor_id=actor_id,
                    idempotency_key=f"{idempotency_key}:{number}" if idempotency_key else None,
                )
                for number, level in enumerate(levels.values(), start=1)
            }
        )

    return in_transaction(receive)
