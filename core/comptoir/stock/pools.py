"""Unit slots: how a hot variant is held without a row that everybody waits for (docs/algorithms/stock.md, rule 6).

Taking never waits: it skips what others are taking. So an empty answer is not "sold out": the caller then locks the
level, fills the slots again from what is loose on it, or gives them back to it and counts exactly.
"""

import random
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum

from django.db import connection
from django.db.models import Q, Sum

from comptoir.base import clock
from comptoir.stock.models import ChannelReserve, Hold, Level, UnitSlot
from comptoir.stock.rows import FRESH_HOLDS, hold_values

#: Rows of a pool at most, over how many slots they are spread, and the fewest that are worth it.
POOL_SIZE, SLOTS, SMALLEST_POOL = 1000, 64, 100

#: More pieces than this in one line are taken from the row.
MOST_UNITS = 20

#: A pool that lasts longer than this is not hot any more: its pieces go back to the row.
COOL_AFTER = timedelta(seconds=60)

TAKE_UNITS = f"""
WITH chosen AS MATERIALIZED (
    SELECT id FROM partner_unitslot WHERE level_id = %s AND slot BETWEEN %s AND %s LIMIT %s FOR UPDATE SKIP LOCKED
), taken AS (
    DELETE FROM partner_unitslot WHERE id = ANY(ARRAY(SELECT id FROM chosen)) AND (SELECT count(*) FROM chosen) = %s
    RETURNING id
) {FRESH_HOLDS} WHERE (SELECT count(*) FROM taken) = %s
"""  # noqa: S608
FILL = "INSERT INTO partner_unitslot (level_id, slot) SELECT %s, number %% %s FROM generate_series(1, %s) AS number"


class Taken(Enum):
    """How taking from slots went; ``LAST`` means that the slots are running out."""

    YES = "yes"
    LAST = "last"
    NO = "no"


def take_units(level_id: int, holds: Sequence[Hold]) -> Taken:
    """Write holds and take their pieces from the slots of a level, in one statement that never waits: from a slot
    chosen by chance, then from any.

    ``NO`` if there were too few that nobody else was just taking: nothing was taken then.
    """
    wanted = sum(hold.quantity for hold in holds)
    slot = random.randrange(SLOTS)  # noqa: S311 (spreads, hides nothing)
    with connection.cursor() as cursor:
        for first, last, taken in ((slot, slot, Taken.YES), (0, SLOTS, Taken.LAST)):
            values = [level_id, first, last, wanted, wanted, *hold_values(holds), wanted]
            cursor.execute(TAKE_UNITS, values)
            if cursor.rowcount:
                return taken
    return Taken.NO


def top_up(level_id: int) -> None:
    """Fill slots that run out before anybody has to wait for it; not if somebody else is at the level just now."""
    level = Level.objects.filter(pk=level_id).select_for_update(no_key=True, skip_locked=True).first()
    if level and level.hot_since and UnitSlot.objects.filter(level_id=level_id).count() < POOL_SIZE // 2:
        fill_pool(level)


def is_cool(level: Level) -> bool:
    """Whether its slots have lasted so long that the row would do."""
    return level.hot_since is not None and level.hot_since <= clock.now() - COOL_AFTER


def fill_pool(level: Level) -> bool:
    """Spread loose pieces of a locked level over its slots; returns whether it has slots worth using now.

    What is kept for channels stays on the row, and one piece more: the last one always goes over the row, which
    notices that the variant is sold out.
    """
    there = UnitSlot.objects.filter(level_id=level.pk).count()
    more = max(0, min(POOL_SIZE - there, level.loose - _kept_for_channels(level) - 1))
    if there + more < SMALLEST_POOL:
        return False
    with connection.cursor() as cursor:
        cursor.execute(FILL, [level.pk, SLOTS, more])
    level.pooled += more
    level.hot_since = clock.now()
    level.save(update_fields=["pooled", "hot_since"])
    return True


def drain_pool(level: Level) -> None:
    """Give the pieces in the slots of a locked level back to its row; waits for who is taking one at this moment."""
    if level.hot_since is None:
        return
    returned, _by_model = UnitSlot.objects.filter(level_id=level.pk).delete()
    level.pooled -= returned
    level.hot_since = None
    level.heat = 0
    level.save(update_fields=["pooled", "hot_since", "heat"])


def _kept_for_channels(level: Level) -> int:
    rules = ChannelReserve.objects.filter(
        Q(variant=level.variant_id) | Q(variant=None), location=level.location_id
    )
    return rules.aggregate(pieces=Sum("quantity", default=0))["pieces"]
