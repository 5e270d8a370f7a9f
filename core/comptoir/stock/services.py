"""What staff do with stock: receive, count, adjust, set apart. Holds, allocations, transfers have files of their own.

Every service has its own transaction. ``actor_id`` is the user who did it, ``idempotency_key`` makes a repetition
harmless. Quantities are whole pieces: 0, -1, 1.5 and a billion are refused with ``InvalidValue``, as is a product that
is sold only by its variants; nothing changes then.
"""

from collections.abc import Mapping

from comptoir.base.errors import InvalidValue
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.stock.models import ChannelReserve, Level, Movement
from comptoir.stock.movements import (
    Change,
    StockIsPromised,
    StockWouldBeNegative,
    make_level,
    make_levels,
    move,
    write_movements,
)
from comptoir.stock.pieces import MOST_PIECES, whole_pieces
from comptoir.stock.pools import drain_pool
from comptoir.stock.rows import announce, in_transaction, lock_levels

__all__ = ["StockIsPromised", "StockWouldBeNegative"]

Reason = Movement.Reason


def receive_stock(
    *,
    variant: Product,
    location: Location,
    quantity: int,
    document: str = "",
    actor_id: int | None = None,
    idempotency_key: str | None = None,
) -> Level:
    """Take pieces of a variant into stock at a location.

    Units: ``quantity`` in pieces, at least 1. Errors: ``InvalidValue``; nothing changes then.
    """
    change = Change(
        Reason.RECEIPT,
        quantity=whole_pieces(quantity),
        document=document,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
    )
    return move(variant, location, change)


def count_stock(
    *,
    variant: Product,
    location: Location,
    counted: int,
    document: str = "",
    actor_id: int | None = None,
    idempotency_key: str | None = None,
) -> Level:
    """Set a level to what was counted; the difference becomes a movement, no difference none.

    Units: ``counted`` in pieces, 0 or more. If fewer are there than baskets hold, the youngest holds end.
    Errors: ``InvalidValue``; ``StockIsPromised`` if fewer are there than orders were promised; nothing changes then.
    """
    whole_pieces(counted, field="counted", least=0)

    def count() -> Level:
        level = lock_levels([make_level(variant, location)]).popitem()[1]
        if counted == level.on_hand or _is_done(idempotency_key):
            return level
        change = _count(level, counted, document, actor_id, idempotency_key)
        return write_movements({level: change})[0]

    return in_transaction(count)


def count_stock_many(
    *, location: Location, counted: Mapping[int, int], document: str = "", actor_id: int | None = None
) -> set[int]:
    """Set the levels of many variants to what was counted; returns the variants whose level moved.

    Shapes: ``counted`` is pieces by variant id. As ``count_stock``: a difference becomes a movement, no difference
    none. Levels are locked in the order of their ids, in a constant number of statements.
    Errors: ``InvalidValue`` for a count below zero, ``StockIsPromised``; nothing changes then.
    """
    for pieces in counted.values():
        whole_pieces(pieces, field="counted", least=0)

    def count() -> set[int]:
        changes = {
            level: _count(level, counted[level.variant_id], document, actor_id)
            for level in lock_levels(make_levels(counted, location)).values()
            if level.on_hand != counted[level.variant_id]
        }
        return {level.variant_id for level in write_movements(changes)}

    return in_transaction(count)


def adjust_stock(
    *,
    variant: Product,
    location: Location,
    quantity: int,
    reason: str,
    document: str = "",
    actor_id: int | None = None,
    idempotency_key: str | None = None,
) -> Level:
    """Put a level right by so many pieces, and say why: found again, stolen, eaten by mice.

    Units: ``quantity`` in pieces, not 0; negative if they are gone, and then the youngest holds end if need be.
    Errors: ``InvalidValue`` (also without a reason), ``StockWouldBeNegative``, ``StockIsPromised``.
    """
    if whole_pieces(quantity, least=-MOST_PIECES) == 0:
        raise InvalidValue(field="quantity", value=quantity)
    if not reason.strip() or len(reason) > 240:
        raise InvalidValue(field="reason", value=reason)
    change = Change(
        Reason.ADJUSTMENT,
        quantity=quantity,
        note=reason.strip(),
        document=document,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
        ends_holds=True,
    )
    return move(variant, location, change)


def mark_unsellable(
    *,
    variant: Product,
    location: Location,
    quantity: int,
    reason: str = "",
    actor_id: int | None = None,
    idempotency_key: str | None = None,
) -> Level:
    """Keep pieces that are there but cannot be sold out of every offer; the youngest holds end if need be.

    Errors: ``InvalidValue``, ``StockIsPromised`` if so many are not there or promised to orders.
    """
    change = Change(
        Reason.UNSELLABLE,
        unsellable=whole_pieces(quantity),
        note=reason,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
        ends_holds=True,
    )
    return move(variant, location, change)


def mark_sellable(
    *,
    variant: Product,
    location: Location,
    quantity: int,
    reason: str = "",
    actor_id: int | None = None,
    idempotency_key: str | None = None,
) -> Level:
    """Offer pieces again that were unsellable.

    Errors: ``InvalidValue``; ``StockWouldBeNegative`` if fewer are unsellable.
    """
    change = Change(
        Reason.SELLABLE,
        unsellable=-whole_pieces(quantity),
        note=reason,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
    )
    return move(variant, location, change)


def return_stock(
    *,
    variant: Product,
    location: Location,
    quantity: int,
    is_sellable: bool = True,
    document: str = "",
    actor_id: int | None = None,
    idempotency_key: str | None = None,
) -> Level:
    """Take pieces back that a customer returns, sellable or not. Errors: ``InvalidValue``."""
    change = Change(
        Reason.RETURN,
        quantity=whole_pieces(quantity),
        unsellable=0 if is_sellable else quantity,
        document=document,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
    )
    return move(variant, location, change)


def set_safety(*, variant: Product, location: Location, quantity: int) -> Level:
    """Say how many pieces are not offered anywhere. Units: pieces, 0 or more. Errors: ``InvalidValue``."""
    return _set(variant, location, "safety", quantity)


def set_backorder(*, variant: Product, location: Location, quantity: int) -> Level:
    """Say how many pieces may be sold before they come. Units: pieces, 0 or more.

    Errors: ``InvalidValue``; ``StockIsPromised`` if more are already sold that way.
    """
    return _set(variant, location, "backorder", quantity)


def set_reserve(
    *,
    channel: Channel,
    location: Location,
    kind: str,
    quantity: int,
    variant: Product | None = None,
    purpose: str = "",
) -> ChannelReserve | None:
    """Keep pieces from a channel (buffer) or for it alone (ring-fence), of one variant or of all; 0 ends the rule.

    Errors: ``InvalidValue``.
    """
    whole_pieces(quantity, least=0)
    if kind not in ChannelReserve.Kind:
        raise InvalidValue(field="kind", value=kind)
    rule = {"channel": channel, "location": location, "variant": variant, "kind": kind}

    def save() -> ChannelReserve | None:
        hot = Level.objects.filter(location=location, hot_since__isnull=False)
        for level in lock_levels(hot.values_list("pk", flat=True)).values():
            drain_pool(level)
        if not quantity and variant is None:
            ChannelReserve.objects.filter(**rule).delete()
            return None
        values = {"quantity": quantity, "purpose": purpose}
        return ChannelReserve.objects.update_or_create(**rule, defaults=values)[0]

    return in_transaction(save)


def _set(variant: Product, location: Location, field: str, quantity: int) -> Level:
    whole_pieces(quantity, least=0)

    def save() -> Level:
        level = lock_levels([make_level(variant, location)]).popitem()[1]
        drain_pool(level)
        before = level.loose
        setattr(level, field, quantity)
        if field == "backorder" and level.room < 0:
            raise StockIsPromised(field="quantity", free=max(0, quantity + level.room))
        level.save(update_fields=[field])
        if (before > 0) != (level.loose > 0):
            announce([level.variant_id])
        return level

    return in_transaction(save)


def _count(
    level: Level, counted: int, document: str, actor_id: int | None, idempotency_key: str | None = None
) -> Change:
    return Change(
        Reason.COUNT,
        quantity=counted - level.on_hand,
        unsellable=min(0, counted - level.unsellable),
        document=document,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
        ends_holds=True,
    )


def _is_done(idempotency_key: str | None) -> bool:
    return bool(idempotency_key) and Movement.objects.filter(idempotency_key=idempotency_key).exists()
