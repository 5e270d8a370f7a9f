"""Parts of holds: when fewer pieces are given back, sold or promised than a hold has, it is cut in two."""

from uuid import UUID, uuid4

from django.db.models import F, QuerySet, Sum

from comptoir.stock.models import Hold


def held_pieces(holds: QuerySet[Hold]) -> int:
    """The pieces of some holds, in sum."""
    return holds.aggregate(pieces=Sum("quantity", default=0))["pieces"]


def cut_holds(holds: QuerySet[Hold], quantity: int) -> list[UUID]:
    """Holds of exactly so many pieces out of these, the latest first; one may have to be cut in two.

    The caller has locked their levels, and there are enough.
    """
    ids: list[UUID] = []
    for hold in holds.order_by("-held_at", "pk").select_for_update(no_key=True, of=("self",)):
        if quantity <= 0:
            break
        ids.append(hold.pk if hold.quantity <= quantity else _cut_off(hold, quantity))
        quantity -= min(quantity, hold.quantity)
    return ids


def _cut_off(hold: Hold, quantity: int) -> UUID:
    """Make a second hold of a part of this one; the level counts the same as before."""
    Hold.objects.filter(pk=hold.pk).update(quantity=F("quantity") - quantity)
    hold.pk, hold.quantity, hold._state.adding = uuid4(), quantity, True
    hold.save(force_insert=True)
    return hold.pk
