"""How a level changes: by a movement, and never without one (rule 8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.models import Hold, Level, Movement
from comptoir.stock.pools import drain_pool
from comptoir.stock.portions import cut_holds, lock_holds, pieces_of
from comptoir.stock.rows import State, announce, in_transaction, lock_levels, sweep, turn_holds

MOST_ON_HAND = 1_000_000_000


class StockWouldBeNegative(ComptoirError):
    """More pieces were to go than are there."""

    code = "stock_would_be_negative"
    status = 409
    sentence = _("Only {on_hand} pieces are there.")


class StockIsPromised(ComptoirError):
    """Pieces were to go that are held in baskets or promised to orders."""

    code = "stock_is_promised"
    status = 409
    sentence = _("Only {free} pieces are free to go; the others are held or promised to orders.")


class KeyReused(ComptoirError):
    """An idempotency key came back with something else to do."""

    code = "idempotency_key_reused"
    status = 422
    sentence = _("This key was used for another change.")


@dataclass(frozen=True)
class Change:
    """What a movement does to a level, and what it says of itself.

    ``quantity`` and ``unsellable`` in pieces that come (or go, negative). ``ends_holds``: what is gone is gone; holds
    in baskets end for it, the youngest first, but never what is promised to orders.
    """

    reason: str
    quantity: int = 0
    unsellable: int = 0
    document: str = ""
    note: str = ""
    actor_id: int | None = None
    idempotency_key: str | None = None
    ends_holds: bool = False

    @property
    def taken(self) -> int:
        """Pieces that can be sold no more."""
        return self.unsellable - self.quantity


def refuse_parent(variant: Product) -> None:
    """Errors: ``InvalidValue`` for a product that is sold only by its variants."""
    if variant.structure == Product.PARENT:
        raise InvalidValue(field="variant", value=variant.handle)


def make_level(variant: Product, location: Location) -> int:
    """The id of the level of a variant at a location; an empty one is made when there is none.

    Errors: ``InvalidValue`` for a product that is sold only by its variants.
    """
    refuse_parent(variant)
    level, _created = Level.objects.get_or_create(variant=variant, location=location)
    return level.pk


def make_levels(variant_ids: Iterable[int], location: Location) -> list[int]:
    """The ids of the levels of variants at a location, in a constant number of statements; missing ones are made, empty."""
    wanted = set(variant_ids)
    levels = Level.objects.filter(location=location, variant__in=wanted)
    missing = sorted(wanted - set(levels.values_list("variant_id", flat=True)))
    Level.objects.bulk_create(
        (Level(variant_id=pk, location=location) for pk in missing), ignore_conflicts=True
    )
    return list(levels.values_list("pk", flat=True))


def move(variant: Product, location: Location, change: Change) -> Level:
    """Change one level by one movement, in its own transaction; the same key again changes nothing more."""

    def apply() -> Level:
        level = lock_levels([make_level(variant, location)]).popitem()[1]
        return level if _is_repeated(level, change) else write_movements({level: change})[0]

    return in_transaction(apply)


def write_movements(changes: Mapping[Level, Change]) -> list[Level]:
    """Change locked levels, each by one movement, in a constant number of statements.

    Errors: ``StockWouldBeNegative``, ``StockIsPromised``; the caller's transaction is undone then.
    """
    levels = [_with_room(level, change) for level, change in changes.items()]
    now = clock.now()
    crossed = []
    for level, change in zip(levels, changes.values(), strict=True):
        before = level.loose
        level.on_hand += change.quantity
        level.unsellable += change.unsellable
        if level.on_hand > MOST_ON_HAND:
            raise InvalidValue(field="quantity", value=change.quantity)
        if (before > 0) != (level.loose > 0) and not level.hot_since:
            crossed.append(level.variant_id)
    Movement.objects.bulk_create(
        Movement(variant_id=level.variant_id, location_id=level.location_id, moved_at=now, **_told(change))
        for level, change in zip(levels, changes.values(), strict=True)
    )
    Level.objects.bulk_update(levels, ["on_hand", "unsellable"])
    announce(crossed)
    return levels


def _told(change: Change) -> dict[str, Any]:
    names = ("reason", "quantity", "unsellable", "document", "note", "actor_id", "idempotency_key")
    return {name: getattr(change, name) for name in names}


def _is_repeated(level: Level, change: Change) -> bool:
    """Whether the movement of this key was written before.

    Errors: ``KeyReused`` if that one did something else.
    """
    if not change.idempotency_key:
        return False
    before = Movement.objects.filter(idempotency_key=change.idempotency_key).first()
    if before is None:
        return False
    same = (before.variant_id, before.location_id, before.reason) == (
        level.variant_id,
        level.location_id,
        change.reason,
    )
    if not same:
        raise KeyReused(field="idempotency_key")
    return True


def _with_room(level: Level, change: Change) -> Level:
    """The level, ready to lose what the change takes; reads and ends holds only if they are in the way."""
    on_hand, unsellable = level.on_hand + change.quantity, level.unsellable + change.unsellable
    if unsellable < 0 or on_hand < unsellable:
        there = level.unsellable if unsellable < 0 else level.on_hand - level.unsellable
        raise StockWouldBeNegative(field="quantity", on_hand=there)
    if level.room >= change.taken or change.taken <= 0:
        return level
    sweep([level.pk])
    level = lock_levels([level.pk])[level.pk]
    drain_pool(level)
    if level.room < change.taken and change.ends_holds:
        held = lock_holds(Hold.objects.held(), [level.pk])
        ended = cut_holds(held, min(change.taken - level.room, pieces_of(held)))
        turn_holds((hold.pk for hold in ended), was=State.HELD, becomes=State.RELEASED)
        level = lock_levels([level.pk])[level.pk]
    if level.room < change.taken:
        raise StockIsPromised(field="quantity", free=max(0, level.room))
    return level
