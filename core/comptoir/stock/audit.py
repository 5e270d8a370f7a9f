"""Compares levels with what they count, explains each difference, and puts levels right (rule 10)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from comptoir.stock.models import Level
from comptoir.stock.rows import in_transaction, lock_levels

#: One statement is one moment: every change writes a level and what it counts in the same transaction.
COMPARE = """
SELECT coalesce(level.variant_id, moved.variant_id), coalesce(level.location_id, moved.location_id), level.id,
    coalesce(level.on_hand, 0), coalesce(moved.on_hand, 0),
    coalesce(level.unsellable, 0), coalesce(moved.unsellable, 0),
    coalesce(level.held, 0), coalesce(spoken.held, 0),
    coalesce(level.allocated, 0), coalesce(spoken.allocated, 0),
    coalesce(level.pooled, 0), coalesce(spoken.pooled, 0) + coalesce(unit.pieces, 0)
FROM partner_level level
FULL JOIN (SELECT variant_id, location_id, sum(quantity) AS on_hand, sum(unsellable) AS unsellable
    FROM partner_movement GROUP BY variant_id, location_id) moved
    ON moved.variant_id = level.variant_id AND moved.location_id = level.location_id
LEFT JOIN (SELECT level_id, sum(quantity) FILTER (WHERE state = 'held' AND NOT is_pooled) AS held,
        sum(quantity) FILTER (WHERE state = 'allocated' AND NOT is_pooled) AS allocated,
        sum(quantity) FILTER (WHERE is_pooled) AS pooled
    FROM partner_hold WHERE state IN ('held', 'allocated') GROUP BY level_id) spoken ON spoken.level_id = level.id
LEFT JOIN (SELECT level_id, count(*) AS pieces FROM partner_unitslot GROUP BY level_id) unit ON unit.level_id = level.id
ORDER BY 1, 2
"""

COUNTERS = ("on_hand", "unsellable", "held", "allocated", "pooled")


@dataclass(frozen=True)
class Difference:
    """A figure of a level that is not the sum of what it counts."""

    variant_id: int
    location_id: int
    level_id: int | None
    counter: str
    says: int
    counts: int

    @property
    def sentence(self) -> str:
        """What differs, in words."""
        because = {
            "on_hand": _("the level says %(says)d on hand, its movements add up to %(counts)d"),
            "unsellable": _("the level says %(says)d unsellable, its movements add up to %(counts)d"),
            "held": _("the level says %(says)d held, its holds add up to %(counts)d"),
            "allocated": _("the level says %(says)d allocated, its allocations add up to %(counts)d"),
            "pooled": _("the level says %(says)d in unit slots, slots and their holds add up to %(counts)d"),
        }
        return because[self.counter] % {"says": self.says, "counts": self.counts}


def differences() -> list[Difference]:
    """Every figure that does not add up, in the order of variants and locations; none when all is well."""
    return list(_compare())


def rebuild_levels() -> list[str]:
    """Set the figures that do not add up to what they count; returns why a level could not be put right.

    That is so when more is promised than the movements say there is: then somebody has to count, or to cancel.
    """
    for variant_id, location_id in {
        (one.variant_id, one.location_id) for one in _compare() if one.level_id is None
    }:
        Level.objects.get_or_create(variant_id=variant_id, location_id=location_id)
    broken = {one.level_id for one in _compare() if one.level_id}
    return [trouble for level_id in sorted(broken) if (trouble := _rebuild(level_id))]


def _rebuild(level_id: int) -> str:
    def rebuild() -> None:
        [level] = lock_levels([level_id]).values()
        right = {one.counter: one.counts for one in _compare() if one.level_id == level_id}
        Level.objects.filter(pk=level.pk).update(**right)

    try:
        with transaction.atomic():
            in_transaction(rebuild)
    except IntegrityError as error:
        level = Level.objects.select_related("variant", "location").get(pk=level_id)
        rule = getattr(error.__cause__, "diag", None)
        return _("%(level)s cannot be put right: %(rule)s. Count it, or cancel what was promised.") % {
            "level": level,
            "rule": getattr(rule, "constraint_name", ""),
        }
    return ""


def _compare() -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(COMPARE)
        rows = cursor.fetchall()
    for variant_id, location_id, level_id, *figures in rows:
        for counter, says, counts in zip(COUNTERS, figures[::2], figures[1::2], strict=True):
            if says != counts:
                yield Difference(variant_id, location_id, level_id, counter, int(says), int(counts))
