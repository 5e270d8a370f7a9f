"""Holds: pieces kept for somebody until a moment. See docs/algorithms/stock.md, rules 2 to 6.

Call them last in a transaction of your own, and once: the demand of all lines together is what keeps locks in order.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from enum import IntEnum
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.channels.models import Location
from comptoir.stock.models import Hold, Level
from comptoir.stock.pieces import whole_pieces
from comptoir.stock.plans import Part, Plan, Wanted, plan_demand
from comptoir.stock.pools import (
    COOL_AFTER,
    MOST_UNITS,
    Taken,
    drain_pool,
    fill_pool,
    is_cool,
    take_units,
    top_up,
)
from comptoir.stock.portions import cut_holds, lock_holds, pieces_of
from comptoir.stock.queries import free_by_location
from comptoir.stock.rows import (
    State,
    StockBusy,
    Taking,
    in_transaction,
    is_conflict,
    lock_levels,
    sweep,
    take_rows,
    turn_holds,
)
from comptoir.stock.shelves import ChannelLike, Shelf, read_shelves

HOLD_MINUTES, MAX_HOLD_MINUTES = 15, 120
LONGEST_MINUTES = 60 * 24 * 31


class OutOfStock(ComptoirError):
    """Fewer pieces are free than were wanted; nothing was held.

    ``lines`` says for each line that cannot be had: ``owner``, ``variant_id``, ``wanted``, ``free`` here, and
    ``elsewhere``, other locations that have some (``location_id``, ``free``).
    """

    code = "out_of_stock"
    status = 409
    sentence = _("Not enough is left: {free} of {wanted} pieces.")
    public_facts = ("free", "wanted")

    def __init__(self, lines: list[dict[str, object]]) -> None:
        first = lines[0]
        super().__init__(field="quantity", lines=lines, free=first["free"], wanted=first["wanted"])


class _TryHarder(Exception):
    """This way did not work; the transaction is undone and a slower, surer way is tried."""


class _Way(IntEnum):
    """How hard to try. ``QUICK`` waits for one row only; ``LOCKED`` first tidies up all shelves and fills the slots of
    hot ones; ``EXACT`` empties the slots, so that what it does not find is not there."""

    QUICK = 0
    LOCKED = 1
    EXACT = 2


def hold_stock(
    *,
    requests: Iterable[Wanted],
    location_ids: Sequence[int],
    channel: ChannelLike | None = None,
    minutes: int = HOLD_MINUTES,
    max_minutes: int = MAX_HOLD_MINUTES,
) -> list[Hold]:
    """Keep pieces for basket lines until they are paid or the holds end: all of them or none.

    Units: quantities in pieces, both times in minutes from ``clock.now()``; ``extend_holds`` goes up to the second.
    Shapes: ``location_ids`` in order of preference. A line gets one location that has enough, else several.
    Errors: ``OutOfStock`` with what is free for each line; ``InvalidValue``; ``StockBusy``. Nothing is held then.
    Source: docs/algorithms/stock.md, rules 2 to 6.
    """
    wanted = _checked(requests)
    terms = _terms(channel, minutes, max_minutes)
    with suppress(_TryHarder):
        plan = _plan(wanted, location_ids, channel, _Way.QUICK)
        if plan.is_from_one_level and transaction.get_connection().in_atomic_block:
            return _take(plan, terms)  # one statement that does all or nothing needs no savepoint
        if plan.is_from_one_level:
            with suppress(_TryHarder):
                return _take_alone(plan, terms)
        return in_transaction(lambda: _take(plan, terms))
    for way in (_Way.LOCKED, _Way.EXACT):
        with suppress(_TryHarder):
            return in_transaction(lambda way=way: _take(_plan(wanted, location_ids, channel, way), terms))  # type: ignore[misc]
    raise StockBusy


def extend_holds(*, owners: Collection[str], minutes: int = HOLD_MINUTES) -> list[Hold]:
    """Let the holds of these owners end so many minutes from now, but not after their last moment.

    Returns those that live on; a hold that has ended is not among them and stays ended.
    """
    ends_at = clock.now() + timedelta(minutes=whole_pieces(minutes, field="minutes", most=LONGEST_MINUTES))

    def extend() -> list[Hold]:
        live = Hold.objects.live(clock.now()).filter(owner__in=owners)
        ids = [hold.pk for hold in live.order_by("pk").select_for_update(no_key=True)]
        later = Greatest(F("expires_at"), Least(F("max_expires_at"), ends_at))
        Hold.objects.filter(pk__in=ids).update(expires_at=later)
        return list(Hold.objects.filter(pk__in=ids).order_by("pk"))

    return in_transaction(extend)


def release_holds(*, owners: Collection[str]) -> int:
    """Give the pieces held for these owners back at once; returns how many holds ended by it."""

    def release() -> int:
        # What somebody holds for them meanwhile comes after this.
        ids = Hold.objects.held().filter(owner__in=owners).values_list("pk", flat=True)
        return len(turn_holds(ids, was=State.HELD, becomes=State.RELEASED))

    return in_transaction(release)


def move_holds(*, owners: Mapping[str, str], channel: ChannelLike | None = None) -> int:
    """Hand holds and allocations over to other owners, such as the lines of a basket that another channel takes over.

    Shapes: ``owners`` is the new owner by the old one. Neither pieces nor ends change; what has ended stays behind.
    """
    for owner in owners.values():
        _check_owner(owner)
    said = {"channel_id": channel.id} if channel else {}

    def move() -> int:
        owned = Hold.objects.of(*owners).exclude(state=State.HELD, expires_at__lte=clock.now())
        rows = list(owned.order_by("pk").select_for_update(no_key=True))
        for hold in rows:
            Hold.objects.filter(pk=hold.pk).update(owner=owners[hold.owner], **said)
        return len(rows)

    return in_transaction(move)


def change_hold(
    *,
    owner: str,
    variant_id: int,
    quantity: int,
    location_ids: Sequence[int],
    channel: ChannelLike | None = None,
    minutes: int = HOLD_MINUTES,
    max_minutes: int = MAX_HOLD_MINUTES,
) -> None:
    """Let an owner hold exactly so many pieces of a variant: the difference is held or given back; 0 releases all.

    Errors: as ``hold_stock``; what was held before stays held then.
    """
    whole_pieces(quantity, least=0)

    def change() -> None:
        held = Hold.objects.live(clock.now()).filter(owner=owner, level__variant_id=variant_id)
        if (more := quantity - pieces_of(held)) > 0:
            hold_stock(
                requests=[Wanted(owner, variant_id, more)],
                location_ids=location_ids,
                channel=channel,
                minutes=minutes,
                max_minutes=max_minutes,
            )
            return
        mine = lock_holds(held, lock_levels(hold.level_id for hold in held))
        surplus = cut_holds(mine, pieces_of(mine) - quantity)
        turn_holds((hold.pk for hold in surplus), was=State.HELD, becomes=State.RELEASED)

    in_transaction(change)


def sweep_expired(*, limit: int = 500) -> int:
    """Tidy up holds that time has ended, and slots that nobody needs; returns how many holds. Nothing depends on it.

    ``limit``: how many of the oldest to begin with. Levels that somebody is working on are left for the next time.
    """
    return in_transaction(lambda: _sweep(limit))


def _plan(wanted: list[Wanted], location_ids: Sequence[int], channel: ChannelLike | None, way: _Way) -> Plan:
    """Where the pieces can come from, as far as this way of looking sees."""
    variant_ids = {wish.variant_id for wish in wanted}
    if way > _Way.QUICK:
        _prepare(variant_ids, location_ids, way)
    shelves = read_shelves(variant_ids, location_ids, channel)
    plan = plan_demand(wanted, shelves, _takeable(shelves))
    if plan.short and (way is _Way.EXACT or not _may_have_more(shelves)):
        raise OutOfStock(_refused_lines(plan, location_ids, channel))
    if plan.short or (way is _Way.QUICK and any(part.shelf.is_cool for part in plan.parts)):
        raise _TryHarder
    return plan


def _take_alone(plan: Plan, terms: dict[str, Any]) -> list[Hold]:
    """Take pieces by one statement without a transaction around it.

    Who only waits in a queue can be the one that is broken off when those before it wait for each other in a circle.
    """
    try:
        return _take(plan, terms, spare=1)
    except OperationalError as error:
        if is_conflict(error):
            raise _TryHarder from error
        raise


def _take(plan: Plan, terms: dict[str, Any], *, spare: int = 0) -> list[Hold]:
    """Write the holds and take their pieces: rows first, in their order; then unit slots, which never wait.

    With a spare piece that must stay, nothing can be sold out by it, so that there is no event to go with it: then one
    level is one statement and needs no transaction around it. A row is locked much shorter that way.
    """
    by_level = plan.by_level()
    holds = {pk: [_fresh_hold(part, terms) for part in parts] for pk, parts in by_level.items()}
    rows = {pk: parts for pk, parts in by_level.items() if not parts[0].shelf.is_hot}
    if rows:
        takings = [
            Taking(pk, sum(part.quantity for part in parts), parts[0].shelf.kept + spare)
            for pk, parts in rows.items()
        ]
        heated = take_rows(takings, [hold for pk in rows for hold in holds[pk]])
        if heated is None:
            raise _TryHarder
        if heated:
            _tend(lambda: [fill_pool(level) for level in lock_levels(heated).values()])
    for pk in by_level.keys() - rows.keys():
        taken = take_units(pk, holds[pk])
        if taken is Taken.NO:
            raise _TryHarder
        if taken is Taken.LAST:
            _tend(lambda pk=pk: top_up(pk))  # type: ignore[misc]
    return [hold for pk in by_level for hold in holds[pk]]


def _tend(work: Callable[[], object]) -> None:
    """Look after unit slots. The pieces are held by now: trouble with the slots is no trouble of the shopper."""
    with suppress(StockBusy):
        in_transaction(work)


def _fresh_hold(part: Part, terms: dict[str, Any]) -> Hold:
    shelf = part.shelf
    return Hold(
        level_id=shelf.level_id, quantity=part.quantity, owner=part.owner, is_pooled=shelf.is_hot, **terms
    )


def _prepare(variant_ids: Collection[int], location_ids: Sequence[int], way: _Way) -> None:
    """Lock every shelf there is for these variants, tidy up, and fill or empty the slots of hot ones."""
    levels = lock_levels(_level_ids(variant_ids, location_ids))
    if sweep(levels):
        levels = lock_levels(levels)
    for level in levels.values():
        if level.hot_since and (way is _Way.EXACT or is_cool(level) or not fill_pool(level)):
            drain_pool(level)


def _takeable(shelves: Mapping[int, list[Shelf]]) -> dict[int, int]:
    """Pieces by level that can be tried for; slots say when they are tried whether they have as many."""
    rows = [shelf for of_variant in shelves.values() for shelf in of_variant]
    return {shelf.level_id: MOST_UNITS if shelf.is_hot else shelf.on_row for shelf in rows}


def _may_have_more(shelves: Mapping[int, list[Shelf]]) -> bool:
    """Whether there is anything that the quick way does not see: slots, or holds that time has ended."""
    return any(shelf.is_hot or shelf.expired for of_variant in shelves.values() for shelf in of_variant)


def _refused_lines(
    plan: Plan, location_ids: Sequence[int], channel: ChannelLike | None
) -> list[dict[str, object]]:
    others = Location.objects.filter(is_active=True).exclude(pk__in=location_ids)
    ids = list(others.order_by("pk").values_list("pk", flat=True))
    found = free_by_location({wish.variant_id for wish, _free in plan.short}, ids, channel)
    return [
        {
            **wish._asdict(),
            "wanted": wish.quantity,
            "free": free,
            "elsewhere": [
                {"location_id": location_id, "free": pieces}
                for location_id, pieces in found[wish.variant_id].items()
                if pieces > 0
            ],
        }
        for wish, free in plan.short
    ]


def _sweep(limit: int) -> int:
    now = clock.now()
    oldest = Hold.objects.expired(now).order_by("expires_at")[:limit]
    wanted = {hold.level_id for hold in oldest}
    levels = Level.objects.filter(Q(pk__in=wanted) | Q(hot_since__lte=now - COOL_AFTER))
    free = [level.pk for level in levels.order_by("pk").select_for_update(no_key=True, skip_locked=True)]
    swept = sweep(free)
    for level in lock_levels(free).values():
        if is_cool(level):
            drain_pool(level)
    return swept


def _level_ids(variant_ids: Collection[int], location_ids: Sequence[int]) -> list[int]:
    levels = Level.objects.filter(variant__in=variant_ids, location__in=location_ids)
    return list(levels.values_list("pk", flat=True))


def _terms(channel: ChannelLike | None, minutes: int, max_minutes: int) -> dict[str, Any]:
    """What all holds of one call share."""
    now = clock.now()
    whole_pieces(minutes, field="minutes", most=LONGEST_MINUTES)
    whole_pieces(max_minutes, field="max_minutes", most=LONGEST_MINUTES)
    last = now + timedelta(minutes=max_minutes)
    return {
        "channel_id": channel.id if channel else None,
        "held_at": now,
        "expires_at": min(now + timedelta(minutes=minutes), last),
        "max_expires_at": last,
    }


def _checked(requests: Iterable[Wanted]) -> list[Wanted]:
    wanted = [Wanted(*request) for request in requests]
    for wish in wanted:
        _check_owner(wish.owner)
        whole_pieces(wish.quantity)
    if not wanted:
        raise InvalidValue(field="requests", value=wanted)
    return wanted


def _check_owner(owner: str) -> None:
    if not owner or len(owner) > 80 or "\0" in owner:
        raise InvalidValue(field="owner", value=owner)
