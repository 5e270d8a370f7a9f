"""Counting a shop: a draft that survives anything, booked at the end by ``count_stock_many``.

What is sold between counting and booking is no difference: each line keeps what was on hand when its figure was
written down, and the difference to that is what is booked.
"""

from collections.abc import Collection, Mapping

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.stock.models import Count, CountLine, Level
from comptoir.stock.pieces import MOST_PIECES, whole_pieces
from comptoir.stock.rows import in_transaction, lock_levels
from comptoir.stock.services import count_stock_many


class CountBooked(ComptoirError):
    """A count stays as it is once it is booked."""

    code = "count_booked"
    status = 409
    sentence = _("This count was booked already.")


class CountUnfinished(ComptoirError):
    """Lines that were sent back have not been counted again."""

    code = "count_unfinished"
    status = 409
    sentence = _("Some lines are still to be counted again.")


def open_count(*, location: Location, name: str, actor_id: int | None = None) -> Count:
    """Begin to count a location. Errors: ``InvalidValue`` without a name."""
    if not name.strip() or len(name) > 100:
        raise InvalidValue(field="name", value=name)
    return Count.objects.create(
        location=location, name=name.strip(), opened_by_id=actor_id, opened_at=clock.now()
    )


def add_to_count(*, count: Count, variant: Product, pieces: int = 0) -> CountLine:
    """Put a scanned variant on the count, or find its line again; ``pieces`` are added to its figure.

    Units: ``pieces`` 0 for a line that gets its figure later. Errors: ``CountBooked``, ``InvalidValue``.
    """
    whole_pieces(pieces, least=0)
    if variant.structure == Product.PARENT:
        raise InvalidValue(field="variant", value=variant.handle)

    def add() -> CountLine:
        _lock(count)
        line, _created = CountLine.objects.update_or_create(
            count=count, variant=variant, defaults={"touched_at": clock.now()}
        )
        if pieces:
            _write(count, [line], {line.pk: (line.counted or 0) + pieces})
        return line

    return in_transaction(add)


def fill_count(*, count: Count) -> int:
    """Put everything that should be at the location on the count; returns how many lines came.

    Errors: ``CountBooked``.
    """

    def fill() -> int:
        _lock(count)
        there = Level.objects.filter(location=count.location, on_hand__gt=0).exclude(
            variant__in=count.lines.values("variant")
        )
        now = clock.now()
        wanted = there.order_by("-variant__title", "-variant__sku").values_list("variant_id", flat=True)
        return len(
            CountLine.objects.bulk_create(
                CountLine(count=count, variant_id=pk, touched_at=now) for pk in wanted
            )
        )

    return in_transaction(fill)


def write_figures(*, count: Count, figures: Mapping[int, int | None]) -> None:
    """Write down what was counted, by line id; ``None`` takes a figure back.

    Errors: ``InvalidValue`` for a figure that is no number of pieces; ``CountBooked``; nothing changes then.
    """
    for pieces in figures.values():
        if pieces is not None:
            whole_pieces(pieces, field="counted", least=0)

    def write() -> None:
        _lock(count)
        _write(count, list(count.lines.filter(pk__in=figures)), figures)

    in_transaction(write)


def recount_lines(*, count: Count, line_ids: Collection[int]) -> int:
    """Send lines back to be counted again, blind: their figures go; returns how many. Errors: ``CountBooked``."""

    def forget() -> int:
        _lock(count)
        return count.lines.filter(pk__in=line_ids).update(
            counted=None, expected=None, is_recount=True, touched_at=clock.now()
        )

    return in_transaction(forget)


def leave_out(*, count: Count, line_id: int) -> None:
    """Take a line off the count: its level stays as it is. Errors: ``CountBooked``."""

    def remove() -> None:
        _lock(count)
        count.lines.filter(pk=line_id).delete()

    in_transaction(remove)


def book_count(*, count: Count, actor_id: int | None = None) -> set[int]:
    """Make the differences movements, under the name of the count; returns the variants whose level moved.

    Lines without a figure stay as they are. A second call changes nothing.
    Errors: ``CountUnfinished``; ``StockIsPromised`` if fewer are there than orders were promised; nothing changes then.
    """

    def book() -> set[int]:
        locked = Count.objects.select_for_update(no_key=True).get(pk=count.pk)
        if locked.booked_at:
            return set()
        if locked.lines.filter(is_recount=True, counted=None).exists():
            raise CountUnfinished
        locked.booked_at = clock.now()
        locked.save(update_fields=["booked_at"])
        return count_stock_many(
            location=locked.location,
            counted=_corrected(locked),
            document=locked.name,
            actor_id=actor_id,
        )

    return in_transaction(book)


def drop_count(*, count: Count) -> None:
    """Throw a draft away; no level changes. Errors: ``CountBooked``."""

    def drop() -> None:
        _lock(count).delete()

    in_transaction(drop)


def _lock(count: Count) -> Count:
    locked = Count.objects.select_for_update().get(pk=count.pk)
    if locked.booked_at:
        raise CountBooked
    return locked


def _write(count: Count, lines: list[CountLine], figures: Mapping[int, int | None]) -> None:
    on_hand = dict(
        Level.objects.filter(location=count.location, variant__in=[line.variant_id for line in lines])
        .values_list("variant_id", "on_hand")
    )  # fmt: skip
    for line in lines:
        pieces = figures[line.pk]
        if pieces is not None and pieces > MOST_PIECES:
            raise InvalidValue(field="counted", value=pieces)
        line.counted = pieces
        line.expected = None if pieces is None else on_hand.get(line.variant_id, 0)
    CountLine.objects.bulk_update(lines, ["counted", "expected"])


def _corrected(count: Count) -> dict[int, int]:
    """What has to be on hand now, by variant: what came or went since the counting is kept."""
    lines = list(count.lines.exclude(counted=F("expected")).exclude(counted=None))
    levels = Level.objects.filter(location=count.location, variant__in=[line.variant_id for line in lines])
    locked = lock_levels(levels.values_list("pk", flat=True)).values()
    on_hand = {level.variant_id: level.on_hand for level in locked}
    return {line.variant_id: max(0, on_hand.get(line.variant_id, 0) + line.difference) for line in lines}
