"""Parts of holds: when fewer pieces are given back, sold or promised than a hold has, it is cut in two."""

from collections.abc import Iterable, Sequence
from uuid import uuid4

from django.db.models import F, QuerySet

from comptoir.stock.models import Hold


def lock_holds(holds: QuerySet[Hold], level_ids: Iterable[int]) -> list[Hold]:
    """Lock holds on levels that are locked already, and read them as they are now, the latest first.

    They are read once, and everything is decided from these rows: unit slots take no lock of a level, so a hold may
    come at any moment; what is not among the rows comes after what is done with them.
    """
    rows = holds.filter(level__in=set(level_ids)).order_by("pk").select_for_update(no_key=True, of=("self",))
    return sorted(rows, key=lambda hold: hold.held_at, reverse=True)


def pieces_of(holds: Iterable[Hold]) -> int:
    """The pieces of some holds, in sum."""
    return sum(hold.quantity for hold in holds)


def cut_holds(holds: Sequence[Hold], quantity: int) -> list[Hold]:
    """Holds of exactly so many pieces out of these locked ones, the first of them; one may have to be cut in two.

    There are enough of them.
    """
    chosen: list[Hold] = []
    for hold in holds:
        if quantity <= 0:
            break
        chosen.append(hold if hold.quantity <= quantity else _cut_off(hold, quantity))
        quantity -= chosen[-1].quantity
    return chosen


def _cut_off(hold: Hold, quantity: int) -> Hold:
    """Make a second hold of a part of this one; the level counts the same as before."""
    Hold.objects.filter(pk=hold.pk).update(quantity=F("quantity") - quantity)
    hold.quantity -= quantity
    columns = {field.attname: getattr(hold, field.attname) for field in Hold._meta.concrete_fields}
    return Hold.objects.create(**{**columns, "id": uuid4(), "quantity": quantity})
