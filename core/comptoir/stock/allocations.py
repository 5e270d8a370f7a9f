"""From a hold to a sold piece: what placing, cancelling and handing over an order do to stock (rule 7)."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.stock.holds import _checked, hold_stock
from comptoir.stock.models import Hold, Level, Movement
from comptoir.stock.plans import Wanted
from comptoir.stock.portions import cut_holds, held_pieces
from comptoir.stock.rows import State, in_transaction, lock_levels, turn_holds
from comptoir.stock.shelves import ChannelLike


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
) -> list[Hold]:
    """Promise pieces to an order, in the transaction that places it: exactly these, all of them or none.

    The owner's holds are used first, also those that came to their end if nobody took the goods; what is missing is
    taken from free stock; what is held beyond the request is given back. ``document`` names the order.
    Errors: ``OutOfStock``, ``InvalidValue``, ``StockBusy``; nothing changes then.
    """
    wanted = _sum_up(requests)

    def allocate() -> list[Hold]:
        _lock(wanted, location_ids)
        missing = [wish for wish in (_use_held(one, document) for one in wanted) if wish.quantity]
        if missing:
            fresh = hold_stock(requests=missing, location_ids=location_ids, channel=channel)
            ids = [hold.pk for hold in fresh]
            turn_holds(ids, was=State.HELD, becomes=State.ALLOCATED, document=document)
        allocated = Hold.objects.of(*{wish.owner for wish in wanted}).filter(state=State.ALLOCATED)
        return list(allocated.select_related("level").order_by("pk"))

    return in_transaction(allocate)


def cancel_allocations(*, requests: Iterable[Wanted], location_id: int | None = None) -> None:
    """Give promised pieces back to free stock, all or a part of them; with a location only those promised there.

    Errors: ``NotAllocated``, ``InvalidValue``; nothing changes then.
    """
    wanted = _sum_up(requests)

    def cancel() -> None:
        for holds, quantity in _allocated(wanted, location_id):
            turn_holds(cut_holds(holds, quantity), was=State.ALLOCATED, becomes=State.CANCELLED)

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
        ids = [pk for holds, quantity in _allocated(wanted, location_id) for pk in cut_holds(holds, quantity)]
        _check_on_hand(Hold.objects.filter(pk__in=ids))
        gone: dict[tuple[int, int], int] = {}
        for one in turn_holds(ids, was=State.ALLOCATED, becomes=State.CONSUMED):
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


def _lock(wanted: list[Wanted], location_ids: Sequence[int]) -> None:
    """Lock the levels of what is held; and if that is not enough, every level it could come from, in one order."""
    held = Hold.objects.filter(owner__in={wish.owner for wish in wanted}, state=State.HELD)
    levels = set(held.values_list("level_id", flat=True))
    if any(held_pieces(_held(wish)) < wish.quantity for wish in wanted):
        variants = {wish.variant_id for wish in wanted}
        candidates = Level.objects.filter(variant__in=variants, location__in=location_ids)
        levels.update(candidates.values_list("pk", flat=True))
    lock_levels(levels)


def _held(wish: Wanted) -> "QuerySet[Hold]":
    """What the owner holds of the variant, whether or not its time is over: nobody else has taken it."""
    return Hold.objects.filter(owner=wish.owner, state=State.HELD, level__variant_id=wish.variant_id)


def _use_held(wish: Wanted, document: str) -> Wanted:
    """Promise what the owner holds, give back what is too much; returns what is still missing."""
    held = _held(wish)
    surplus = held_pieces(held) - wish.quantity
    if surplus > 0:
        turn_holds(cut_holds(held, surplus), was=State.HELD, becomes=State.RELEASED)
    ids = list(held.values_list("pk", flat=True))
    turned = turn_holds(ids, was=State.HELD, becomes=State.ALLOCATED, document=document)
    return wish._replace(quantity=wish.quantity - sum(one.quantity for one in turned))


def _allocated(wanted: list[Wanted], location_id: int | None) -> list[tuple["QuerySet[Hold]", int]]:
    """The allocations behind each request, with their levels locked.

    Errors: ``NotAllocated`` if one has too few.
    """
    there = {"level__location_id": location_id} if location_id else {}
    owned = [
        (
            Hold.objects.filter(
                owner=wish.owner, state=State.ALLOCATED, level__variant_id=wish.variant_id, **there
            ),
            wish,
        )
        for wish in wanted
    ]
    lock_levels(pk for holds, _wish in owned for pk in holds.values_list("level_id", flat=True))
    for holds, wish in owned:
        if (allocated := held_pieces(holds)) < wish.quantity:
            raise NotAllocated(
                field="quantity", allocated=allocated, owner=wish.owner, variant_id=wish.variant_id
            )
    return [(holds, wish.quantity) for holds, wish in owned]


def _check_on_hand(holds: "QuerySet[Hold]") -> None:
    for level in Level.objects.filter(pk__in=holds.values("level")).order_by("pk"):
        if held_pieces(holds.filter(level=level)) > level.on_hand - level.unsellable:
            raise NotOnHand(field="quantity", on_hand=level.on_hand - level.unsellable)
