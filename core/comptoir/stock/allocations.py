"""From a hold to a sold piece: what placing, cancelling and handing over an order do to stock (rule 7)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.base.statements import fetch_raw
from comptoir.stock.holds import _checked, hold_stock
from comptoir.stock.models import Hold, HoldQuerySet, Level, Movement
from comptoir.stock.plans import Wanted
from comptoir.stock.portions import cut_holds, lock_holds, pieces_of
from comptoir.stock.rows import (
    Outrun,
    State,
    in_transaction,
    in_transaction_once,
    lock_levels,
    turn_holds,
)
from comptoir.stock.shelves import ChannelLike

#: What owners hold of variants, and of their levels what never changes.
HELD = f"""
SELECT {", ".join(f"hold.{one.column}" for one in Hold._meta.concrete_fields)}, level.id, level.variant_id, level.location_id
FROM partner_hold hold JOIN partner_level level ON level.id = hold.level_id
WHERE hold.owner = ANY(%s::varchar[]) AND hold.state = 'held'
    AND (hold.owner, level.variant_id) IN (SELECT * FROM unnest(%s::varchar[], %s::bigint[]))
"""  # noqa: S608
_OF_HOLD = [one.attname for one in Hold._meta.concrete_fields]
_OF_LEVEL = ("id", "variant_id", "location_id")

#: Writes down what follows from holds that are about to be promised.
Write = Callable[[list[Hold]], object]


class NotAllocated(ComptoirError):
    """Fewer pieces are promised to this owner than were to be handed over or given back."""

    code = "not_allocated"
    status = 409
    sentence = _("Only {allocated} pieces are promised to this order.")


class NotOnHand(ComptoirError):
    """What was sold before it came cannot be handed over yet."""

    code = "not_on_hand"
    status = 409
    sentence = _("Only {on_hand} pieces are there.")


def allocate_holds(
    *,
    requests: Iterable[Wanted],
    location_ids: Sequence[int],
    channel: ChannelLike | None = None,
    document: str = "",
    write: Write = lambda holds: None,
) -> list[Hold]:
    """Promise pieces to an order, in the transaction that places it: exactly these, all of them or none.

    The owner's holds are used first, also those that came to their end if nobody took the goods; what is missing is
    taken from free stock; what is held beyond the request is given back. ``document`` names the order. Returns what was
    promised, with its levels; two statements where exactly these pieces are held, as they are after a checkout.
    ``write`` writes down what follows from the holds to be promised: where exactly these pieces are held, before the rows
    that everybody waits for are locked. It may be called again, when the transaction is done again.
    Errors: ``OutOfStock``, ``InvalidValue``, ``StockBusy``; nothing changes then.
    """
    wanted = _sum_up(requests)

    def allocate() -> list[Hold]:
        held = _read_held(wanted)
        if any(pieces_of(_of(held, wish)) != wish.quantity for wish in wanted):
            return in_transaction(lambda: _allocate(wanted, location_ids, channel, document, write))
        write(held)
        promised = _promise(held, document)
        if pieces_of(promised) < sum(
            wish.quantity for wish in wanted
        ):  # they were tidied up, or cut, meanwhile
            raise Outrun
        return promised

    return in_transaction_once(allocate)


def _allocate(
    wanted: list[Wanted],
    location_ids: Sequence[int],
    channel: ChannelLike | None,
    document: str,
    write: Write,
) -> list[Hold]:
    """Promise what is wanted with every level locked that it is held at, or could come from."""

    levels = lock_levels(_level_ids(wanted, location_ids))
    held = _with_levels(lock_holds(_held(wanted), levels), levels)
    surplus = [one for wish in wanted for one in _surplus(_of(held, wish), wish.quantity)]
    turn_holds((one.pk for one in surplus), was=State.HELD, becomes=State.RELEASED)
    kept = [hold for hold in held if hold not in surplus]
    lacking = [wish._replace(quantity=wish.quantity - pieces_of(_of(kept, wish))) for wish in wanted]
    if missing := [wish for wish in lacking if wish.quantity]:
        fresh = hold_stock(requests=missing, location_ids=location_ids, channel=channel)
        kept += _with_levels(fresh, levels)
    write(kept)
    return _promise(kept, document)


def _promise(held: Sequence[Hold], document: str) -> list[Hold]:
    """Promise holds; returns those that were still held, as they are now."""
    turned = turn_holds(
        (hold.pk for hold in held), was=State.HELD, becomes=State.ALLOCATED, document=document
    )
    quantities = {one.id: one.quantity for one in turned}
    promised = [hold for hold in held if hold.pk in quantities]
    for hold in promised:
        hold.state, hold.document, hold.quantity = State.ALLOCATED, document, quantities[hold.pk]
    return promised


def cancel_allocations(*, requests: Iterable[Wanted], location_id: int | None = None) -> None:
    """Give promised pieces back to free stock, all or a part of them; with a location only those promised there.

    Errors: ``NotAllocated``, ``InvalidValue``; nothing changes then.
    """
    wanted = _sum_up(requests)

    def cancel() -> None:
        _levels, holds = _allocated(wanted, location_id)
        turn_holds((hold.pk for hold in holds), was=State.ALLOCATED, becomes=State.CANCELLED)

    in_transaction(cancel)


def consume_allocations(
    *,
    requests: Iterable[Wanted],
    document: str = "",
    actor_id: int | None = None,
    location_id: int | None = None,
) -> list[Movement]:
    """Hand promised pieces over to the customer or the carrier: they leave the shop, each level by a movement.

    With a location only what is promised there leaves.
    Errors: ``NotAllocated``, ``NotOnHand``, ``InvalidValue``; nothing changes then.
    """
    wanted = _sum_up(requests)

    def consume() -> list[Movement]:
        levels, holds = _allocated(wanted, location_id)
        _check_on_hand(levels, holds)
        gone: dict[tuple[int, int], int] = {}
        for one in turn_holds((hold.pk for hold in holds), was=State.ALLOCATED, becomes=State.CONSUMED):
            place = (one.variant_id, one.location_id)
            gone[place] = gone.get(place, 0) + one.quantity
        told = {
            "reason": Movement.Reason.SALE,
            "document": document,
            "actor_id": actor_id,
            "moved_at": clock.now(),
        }
        return Movement.objects.bulk_create(
            Movement(variant_id=variant_id, location_id=location_id, quantity=-quantity, **told)
            for (variant_id, location_id), quantity in gone.items()
        )

    return in_transaction(consume)


def _sum_up(requests: Iterable[Wanted]) -> list[Wanted]:
    """One request for each owner and variant."""
    sums: dict[tuple[str, int], int] = {}
    for wish in _checked(requests):
        key = (wish.owner, wish.variant_id)
        sums[key] = sums.get(key, 0) + wish.quantity
    return [Wanted(*key, quantity) for key, quantity in sorted(sums.items())]


def _read_held(wanted: list[Wanted]) -> list[Hold]:
    """As ``_held``, with their levels; every order asks this."""
    owners, variant_ids = [wish.owner for wish in wanted], [wish.variant_id for wish in wanted]
    values = [owners, owners, variant_ids]
    return [_held_hold(row) for row in fetch_raw(HELD, values, keep_plan=True)]


def _held_hold(row: Sequence[Any]) -> Hold:
    hold = Hold.from_db(connection.alias, _OF_HOLD, row[: len(_OF_HOLD)])
    hold.level = Level.from_db(connection.alias, _OF_LEVEL, row[len(_OF_HOLD) :])
    return hold


def _held(wanted: list[Wanted]) -> "QuerySet[Hold]":
    """What the owners hold of the variants, whether or not its time is over: nobody else has taken it."""
    return _theirs(wanted).held()


def _theirs(wanted: list[Wanted]) -> HoldQuerySet:
    of_each = (Q(owner=wish.owner, level__variant_id=wish.variant_id) for wish in wanted)
    return Hold.objects.filter(reduce(or_, of_each))


def _level_ids(wanted: list[Wanted], location_ids: Sequence[int]) -> list[int]:
    """The levels of what is held, and every level more pieces could come from."""
    here = Q(variant__in={wish.variant_id for wish in wanted}, location__in=location_ids)
    rows = Level.objects.filter(here | Q(pk__in=_held(wanted).values("level")))
    return list(rows.values_list("pk", flat=True))


def _of(holds: Iterable[Hold], wish: Wanted) -> list[Hold]:
    """Those of the holds that are for a wish; their levels are read."""
    mine = (wish.owner, wish.variant_id)
    return [hold for hold in holds if (hold.owner, hold.level.variant_id) == mine]


def _surplus(holds: Sequence[Hold], quantity: int) -> list[Hold]:
    return cut_holds(holds, pieces_of(holds) - quantity)


def _with_levels(holds: list[Hold], levels: Mapping[int, Level]) -> list[Hold]:
    for hold in holds:
        hold.level = levels[hold.level_id]
    return holds


def _allocated(wanted: list[Wanted], location_id: int | None) -> tuple[dict[int, Level], list[Hold]]:
    """The allocations of exactly what is wanted, with their levels; both are locked.

    Errors: ``NotAllocated`` if there is too little for one.
    """
    there = {"level__location_id": location_id} if location_id else {}
    owned = _theirs(wanted).filter(state=State.ALLOCATED, **there)
    levels = lock_levels(owned.values_list("level_id", flat=True))
    holds = _with_levels(lock_holds(owned, levels), levels)
    chosen: list[Hold] = []
    for wish in wanted:
        mine = _of(holds, wish)
        if (allocated := pieces_of(mine)) < wish.quantity:
            raise NotAllocated(
                field="quantity", allocated=allocated, owner=wish.owner, variant_id=wish.variant_id
            )
        chosen += cut_holds(mine, wish.quantity)
    return levels, chosen


def _check_on_hand(levels: Mapping[int, Level], holds: Iterable[Hold]) -> None:
    gone: dict[int, int] = {}
    for hold in holds:
        gone[hold.level_id] = gone.get(hold.level_id, 0) + hold.quantity
    for pk, level in levels.items():
        if gone.get(pk, 0) > level.on_hand - level.unsellable:
            raise NotOnHand(field="quantity", on_hand=level.on_hand - level.unsellable)
