"""What a channel may take, level by level, in SQL: the one place where free stock is defined (rule 1 and rule 5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from comptoir.base import clock
from comptoir.base.statements import fetch_raw
from comptoir.stock.pools import COOL_AFTER
from comptoir.stock.rows import LOOSE

#: Held pieces that time has given back, though nobody has tidied up. Takes the present moment.
EXPIRED = """(CASE WHEN level.held + level.pooled > 0 THEN (
    SELECT coalesce(sum(hold.quantity), 0) FROM partner_hold hold
    WHERE hold.level_id = level.id AND hold.state = 'held' AND hold.expires_at <= %s::timestamptz) ELSE 0 END)"""

#: Free pieces in the slots of a hot variant.
UNITS = """(CASE WHEN level.hot_since IS NOT NULL THEN (
    SELECT count(*) FROM partner_unitslot unit WHERE unit.level_id = level.id) ELSE 0 END)"""

#: What stays for others: the buffers of the channel and the ring-fences of all others; the rule of the variant comes
#: before that of all variants. Takes the id of the channel; without one (``NULL``) nothing is kept. The array is
#: computed once a statement, so that a shop without such rules pays nothing.
KEPT = """(CASE WHEN level.location_id = ANY(ARRAY(SELECT location_id FROM partner_channelreserve)) THEN (
    SELECT coalesce(sum(rule.quantity), 0) FROM (
        SELECT DISTINCT ON (reserve.channel_id, reserve.kind) reserve.quantity FROM partner_channelreserve reserve
        WHERE reserve.location_id = level.location_id
            AND (reserve.variant_id = level.variant_id OR reserve.variant_id IS NULL)
            AND (reserve.kind = 'buffer') = (reserve.channel_id = %s::bigint)
        ORDER BY reserve.channel_id, reserve.kind, reserve.variant_id NULLS LAST) rule) ELSE 0 END)"""

#: Free pieces of the row ``level`` of ``partner_level`` for a channel, as an SQL expression for other statements.
#: It takes two values in this order: ``clock.now()`` and the id of the channel (or ``None``).
FREE = f"greatest(0, {LOOSE} + {UNITS} + {EXPIRED} - {KEPT})"

SHELVES = f"""
SELECT level.id, level.variant_id, level.location_id, {LOOSE}, {EXPIRED}, {KEPT}, level.hot_since
FROM partner_level level WHERE level.variant_id = ANY(%s::bigint[]) AND level.location_id = ANY(%s::bigint[])
"""  # noqa: S608


class ChannelLike(Protocol):
    """A channel, or what a request knows of it."""

    id: int


@dataclass(frozen=True)
class Shelf:
    """One level as a hold sees it. A hot one says nothing of its slots: taking from them tells."""

    level_id: int
    variant_id: int
    location_id: int
    loose: int
    expired: int
    kept: int
    hot_since: datetime | None

    @property
    def is_hot(self) -> bool:
        return self.hot_since is not None

    @property
    def is_cool(self) -> bool:
        return self.hot_since is not None and self.hot_since <= clock.now() - COOL_AFTER

    @property
    def on_row(self) -> int:
        """Pieces one conditional statement can take, with nothing else to do first."""
        return max(0, self.loose - self.kept)


def read_shelves(
    variant_ids: Collection[int], location_ids: Sequence[int], channel: ChannelLike | None
) -> dict[int, list[Shelf]]:
    """The shelves of variants by their ids, in the order of the locations; one statement."""
    values = [clock.now(), channel.id if channel else None, list(variant_ids), list(location_ids)]
    shelves = [Shelf(*row) for row in fetch_raw(SHELVES, values, keep_plan=True)]
    place = {pk: number for number, pk in enumerate(location_ids)}
    by_variant: dict[int, list[Shelf]] = {pk: [] for pk in variant_ids}
    for shelf in sorted(shelves, key=lambda one: place[one.location_id]):
        by_variant[shelf.variant_id].append(shelf)
    return by_variant
