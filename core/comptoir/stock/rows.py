"""The statements that change the counters of levels, and the order in which rows are locked.

The order: levels by id, then holds by id, unit slots last and without waiting. Who follows it is in no deadlock.
"""

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.base.statements import fetch_raw
from comptoir.events.services import record_events
from comptoir.stock.models import Hold, Level

Answer = TypeVar("Answer")
State = Hold.State

#: What PostgreSQL says when transactions waited for each other in a circle, or could not be put in an order.
CONFLICTS = {"40P01", "40001", "55P03"}
ATTEMPTS = 5

#: As many holds on one level within so long make it hot (rule 6).
HOT_HOLDS, HEAT_WINDOW = 50, timedelta(seconds=1)

#: Pieces that the row ``level`` can still promise (``Level.loose``).
LOOSE = (
    "(level.on_hand - level.unsellable - level.safety + level.backorder"
    " - level.held - level.allocated - level.pooled)"
)

#: Fresh holds, written by the statement that takes their pieces. Takes what ``hold_values`` gives.
FRESH_HOLDS = """
INSERT INTO partner_hold (channel_id, held_at, expires_at, max_expires_at, is_pooled, state, document,
    id, level_id, quantity, owner)
SELECT %s::bigint, %s::timestamptz, %s::timestamptz, %s::timestamptz, %s::boolean, 'held', '', fresh.*
FROM unnest(%s::uuid[], %s::bigint[], %s::int[], %s::text[]) AS fresh(id, level_id, quantity, owner)
"""

#: The last statement of a hold and the only one that waits: the sooner the end of the transaction, the better.
TAKE = f"""
WITH taken AS (
    UPDATE partner_level AS level SET held = level.held + wanted.quantity,
        heat = CASE WHEN level.heat_since > %s::timestamptz THEN level.heat + 1 ELSE 1 END,
        heat_since = CASE WHEN level.heat_since > %s::timestamptz THEN level.heat_since ELSE %s::timestamptz END
    FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS wanted(level_id, quantity, kept)
    WHERE level.id = wanted.level_id AND {LOOSE} >= wanted.quantity + wanted.kept
    RETURNING level.id, level.variant_id, {LOOSE} AS loose, level.heat
), fresh AS ({FRESH_HOLDS} WHERE (SELECT count(*) FROM taken) = %s::int)
SELECT id, variant_id, loose, heat FROM taken
"""  # noqa: S608

#: What the counters of a level gain or lose by each piece of a hold that goes from one state to another:
#: for holds of the row, for holds that came from unit slots.
TURNS: Mapping[tuple[str, str], tuple[Mapping[str, int], Mapping[str, int]]] = {
    (State.HELD, State.RELEASED): ({"held": -1}, {"pooled": -1}),
    (State.HELD, State.EXPIRED): ({"held": -1}, {"pooled": -1}),
    (State.HELD, State.ALLOCATED): ({"held": -1, "allocated": 1}, {}),
    (State.ALLOCATED, State.CANCELLED): ({"allocated": -1}, {"pooled": -1}),
    (State.ALLOCATED, State.CONSUMED): ({"allocated": -1, "on_hand": -1}, {"pooled": -1, "on_hand": -1}),
}

#: Levels that the change moves are locked first, in their order, then the holds: so a hold needs no statement before it.
TURN = f"""
WITH places AS (
    SELECT id FROM partner_level WHERE id IN (
        SELECT level_id FROM partner_hold WHERE id = ANY(%(ids)s::uuid[]) AND (NOT is_pooled OR %(moves_pool)s::boolean)
    ) ORDER BY id FOR NO KEY UPDATE
), turned AS (
    UPDATE partner_hold AS hold
    SET state = %(becomes)s::text, ended_at = %(ended_at)s::timestamptz,
        document = coalesce(%(document)s::text, hold.document)
    WHERE hold.id IN (
        SELECT id FROM partner_hold WHERE (SELECT count(*) FROM places) >= 0 AND id = ANY(%(ids)s::uuid[]) AND state = %(was)s::text
        ORDER BY id FOR NO KEY UPDATE
    ) RETURNING hold.id, hold.level_id, hold.quantity, hold.is_pooled
), sums AS (
    SELECT level_id, coalesce(sum(quantity) FILTER (WHERE NOT is_pooled), 0) AS of_row,
        coalesce(sum(quantity) FILTER (WHERE is_pooled), 0) AS of_pool
    FROM turned WHERE NOT is_pooled OR %(moves_pool)s::boolean GROUP BY level_id
), changed AS (
    UPDATE partner_level AS level SET {{changes}} FROM sums WHERE level.id = sums.level_id
    RETURNING level.id, {LOOSE} AS loose
)
SELECT turned.id, level.id, level.variant_id, level.location_id, turned.quantity, coalesce(changed.loose, 0)
FROM turned JOIN partner_level level ON level.id = turned.level_id LEFT JOIN changed ON changed.id = turned.level_id
ORDER BY level.id, turned.id
"""  # noqa: S608


class StockBusy(ComptoirError):
    """Others change the same stock at this moment."""

    code = "stock_busy"
    status = 409
    sentence = _("Many people want this at the moment. Please try again.")


class Outrun(OperationalError):
    """Somebody was quicker between a look and the act that followed from it: the transaction is done again."""


@dataclass(frozen=True)
class Turned:
    """A hold that went from one state to the next, and what its level could promise afterwards."""

    id: UUID
    level_id: int
    variant_id: int
    location_id: int
    quantity: int
    loose: int


@dataclass(frozen=True)
class Taking:
    """Pieces wanted from one level; ``kept`` of it must stay because they are meant for other channels."""

    level_id: int
    quantity: int
    kept: int


def in_transaction(step: Callable[[], Answer]) -> Answer:
    """Run a step of one transaction, again when the database broke it off for another's sake.

    Errors: ``StockBusy`` when that happened too often in a row.
    """
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return step()
        except OperationalError as error:
            if not is_conflict(error):
                raise
            if attempt == ATTEMPTS - 1:
                raise StockBusy from error
        time.sleep(random.uniform(0, 0.02) * 2**attempt)  # noqa: S311 (jitter, not a secret)
    raise AssertionError


def in_transaction_once(step: Callable[[], Answer]) -> Answer:
    """As ``in_transaction``, but a caller's transaction is joined as it is: its owner does all of it again if need be."""
    return step() if connection.in_atomic_block else in_transaction(step)


def is_conflict(error: OperationalError) -> bool:
    """Whether the database broke something off for another's sake, so that doing it again is right."""
    return isinstance(error, Outrun) or getattr(error.__cause__, "sqlstate", "") in CONFLICTS


def lock_levels(ids: Iterable[int]) -> dict[int, Level]:
    """Lock levels in the order of their ids and read them as they are now; keys that point at them are no matter."""
    rows = Level.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update(no_key=True)
    return {level.pk: level for level in rows}


def take_rows(takings: Sequence[Taking], holds: Sequence[Hold]) -> list[int] | None:
    """Write holds and count their pieces as held, in one conditional statement; returns the levels that are hot by now.

    ``None`` if one of the levels has too few: then the caller undoes the transaction.
    """
    if len(takings) > 1:
        lock_levels(taking.level_id for taking in takings)
    now = clock.now()
    since = now - HEAT_WINDOW
    columns = [
        [taking.level_id for taking in takings],
        [taking.quantity for taking in takings],
        [taking.kept for taking in takings],
    ]
    rows = fetch_raw(TAKE, [since, since, now, *columns, *hold_values(holds), len(takings)], keep_plan=True)
    if len(rows) < len(takings):
        return None
    announce(variant for _id, variant, loose, _heat in rows if loose <= 0)
    return [level for level, _variant, _loose, heat in rows if heat >= HOT_HOLDS]


def hold_values(holds: Sequence[Hold]) -> list[Any]:
    """The values of ``FRESH_HOLDS``: what all holds of one call share, and a column each of what they do not."""
    one = holds[0]
    shared = [one.channel_id, one.held_at, one.expires_at, one.max_expires_at, one.is_pooled]
    names = ("pk", "level_id", "quantity", "owner")
    return [*shared, *([getattr(hold, name) for hold in holds] for name in names)]


def turn_holds(
    ids: Iterable[UUID], *, was: State, becomes: State, document: str | None = None
) -> list[Turned]:
    """Let holds go from one state to the next, and their levels with them, in one statement that locks both.

    Only those that still are what they were go: a hold ends exactly once. A level that does not change, because what
    came from its unit slots is promised, is not locked.
    """
    wanted = sorted(ids)
    if not wanted:
        return []
    by_row, by_pool = TURNS[was, becomes]
    changes = ", ".join(
        f"{column} = level.{column} + ({by_row.get(column, 0)}) * sums.of_row"
        f" + ({by_pool.get(column, 0)}) * sums.of_pool"
        for column in ("held", "allocated", "pooled", "on_hand")
    )
    values = {
        "ids": wanted, "was": was, "becomes": becomes, "document": document, "moves_pool": bool(by_pool),
        "ended_at": None if becomes == State.ALLOCATED else clock.now(),
    }  # fmt: skip
    turned = [Turned(*row) for row in fetch_raw(TURN.format(changes=changes), values, keep_plan=True)]
    if becomes in (State.RELEASED, State.EXPIRED, State.CANCELLED):
        _announce_return(turned)
    return turned


def sweep(level_ids: Iterable[int]) -> int:
    """Tidy up the holds of these levels that time has ended; returns how many. The caller has locked the levels.

    The holds are locked first and looked at again: one may just have been extended.
    """
    expired = Hold.objects.expired(clock.now()).filter(level__in=level_ids)
    ids = [hold.pk for hold in expired.order_by("pk").select_for_update(no_key=True)]
    return len(turn_holds(ids, was=State.HELD, becomes=State.EXPIRED))


def announce(variant_ids: Iterable[int]) -> None:
    """Write down that variants are sold out somewhere, or there again: once a variant and transaction."""
    if wanted := set(variant_ids):
        record_events("stock_changed", subject_ids=wanted)


def _announce_return(turned: list[Turned]) -> None:
    freed: dict[int, int] = {}
    for one in turned:
        freed[one.level_id] = freed.get(one.level_id, 0) + one.quantity
    announce(one.variant_id for one in turned if one.loose > 0 >= one.loose - freed[one.level_id])
