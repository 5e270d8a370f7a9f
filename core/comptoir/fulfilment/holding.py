"""Holds follow the chosen route: each line is held exactly where it will be taken from, and nowhere else."""

import math
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest, Least

from comptoir.base import clock
from comptoir.fulfilment.routing import Part
from comptoir.stock.holds import HOLD_MINUTES, MAX_HOLD_MINUTES, hold_stock
from comptoir.stock.models import Hold, Level
from comptoir.stock.plans import Wanted
from comptoir.stock.rows import State, in_transaction, lock_levels, turn_holds
from comptoir.stock.shelves import ChannelLike


def hold_parts(
    *,
    parts: Sequence[Part],
    channel: ChannelLike | None = None,
    minutes: int = HOLD_MINUTES,
    max_minutes: int = MAX_HOLD_MINUTES,
) -> None:
    """Hold each part at its location, once, and release whatever else its owner holds; all in one transaction.

    What is held there already stays and ends later. The last moment is that of the oldest hold: choosing again and
    again does not hold for ever. Errors: ``OutOfStock``, ``StockBusy``; every hold stays as it was then.
    """

    if _stays(parts, minutes):
        return

    def hold() -> None:
        held = _held_for(parts)
        lock_levels([*held.values_list("level_id", flat=True), *_level_ids(parts)])
        before = list(held.select_for_update(no_key=True, of=("self",)).order_by("pk"))
        kept = _matching(before, parts)
        turn_holds((one.pk for one in before if one.pk not in kept), was=State.HELD, becomes=State.RELEASED)
        _extend(list(kept), minutes)
        missing = [part for part in parts if part not in kept.values()]
        for location_id in sorted({part.location_id for part in missing}):
            hold_stock(
                requests=[
                    Wanted(part.owner, part.variant_id, part.quantity)
                    for part in missing
                    if part.location_id == location_id
                ],
                location_ids=[location_id],
                channel=channel,
                minutes=minutes,
                max_minutes=_minutes_left(before, max_minutes),
            )

    in_transaction(hold)


def _stays(parts: Sequence[Part], minutes: int) -> bool:
    """Whether everything is held where it should be, and nothing else; then it only ends later, and no level is touched.

    The holds are looked at without a lock. If one ends meanwhile, fewer end later than were seen, and the answer is no.
    """
    held = list(_held_for(parts))
    kept = _matching(held, parts)
    return len(kept) == len(held) == len(parts) == _extend(list(kept), minutes)


def _held_for(parts: Sequence[Part]) -> "QuerySet[Hold]":
    owners = {part.owner for part in parts}
    return Hold.objects.held().filter(owner__in=owners).select_related("level")


def _level_ids(parts: Sequence[Part]) -> list[int]:
    wanted = Q(pk=None)
    for part in parts:
        wanted |= Q(variant=part.variant_id, location=part.location_id)
    return list(Level.objects.filter(wanted).values_list("pk", flat=True))


def _matching(held: Sequence[Hold], parts: Sequence[Part]) -> dict[object, Part]:
    """The live holds that are as they should be, with the part each of them is for."""
    now, wanted, kept = clock.now(), list(parts), {}
    for hold in held:
        part = Part(hold.owner, hold.level.variant_id, hold.level.location_id, hold.quantity)
        if hold.expires_at > now and part in wanted:
            wanted.remove(part)
            kept[hold.pk] = part
    return kept


def _extend(ids: Sequence[object], minutes: int) -> int:
    """Let live holds end later; returns how many there are."""
    now = clock.now()
    later = Greatest(F("expires_at"), Least(F("max_expires_at"), now + timedelta(minutes=minutes)))
    return Hold.objects.live(now).filter(pk__in=ids).update(expires_at=later)


def _minutes_left(held: Sequence[Hold], most: int) -> int:
    """What is left until the last moment of the oldest live hold; at least one, so that a choice can be made."""
    now = clock.now()
    last = min((one.max_expires_at for one in held if one.expires_at > now), default=None)
    if last is None:
        return most
    return max(1, min(most, math.ceil((last - now).total_seconds() / 60)))
