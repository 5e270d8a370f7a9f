"""What becomes of a parcel in the hands of the staff: opened, picked by scan, packed, sent, made ready, collected.

Each service is one verb in one transaction, moves the state by a conditional update, writes the story with who did it,
and tells the event. Source: docs/algorithms/fulfilment.md, rules 8 to 10.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Location
from comptoir.fulfilment.codes import check_code, new_nonce
from comptoir.fulfilment.facts import settings_of
from comptoir.fulfilment.methods import Way
from comptoir.fulfilment.models import Parcel, ParcelLine, ParcelStep, Slot
from comptoir.fulfilment.moves import lines_of, lock_parcel, move_parcel, tell, wanted_of
from comptoir.orders.models import Order, OrderLine
from comptoir.stock.allocations import cancel_allocations, consume_allocations
from comptoir.stock.models import Hold
from comptoir.stock.pieces import whole_pieces
from comptoir.stock.rows import in_transaction, in_transaction_once

State = Parcel.State

#: The pieces that stock has promised to an order, by location and order line.
Promised = Mapping[int, Mapping[int, int]]


class WrongScan(ComptoirError):
    """What was scanned is not in the parcel."""

    code = "wrong_scan"
    status = 422
    sentence = _("{scanned} is not in {number}.")


class PickedAlready(ComptoirError):
    """All pieces of what was scanned are in the parcel."""

    code = "picked_already"
    status = 409
    sentence = _("{sku}: all {quantity} pieces are picked already.")


class ParcelKeptBack(ComptoirError):
    """Somebody begins with a parcel to which more goods may still come."""

    code = "parcel_kept_back"
    status = 409
    sentence = _("{number} waits: the customer has still to pay for goods that were added.")


class NotAllPicked(ComptoirError):
    """A parcel is to be packed, and pieces are missing."""

    code = "not_all_picked"
    status = 409
    sentence = _(
        "{missing} pieces of {number} are not picked yet. Pack what is there, or say that it cannot be found."
    )


class NothingPicked(ComptoirError):
    """A parcel is to be packed, and nothing is in it."""

    code = "nothing_picked"
    status = 409
    sentence = _("Nothing of {number} is picked yet.")


def open_parcels(
    *,
    order: Order,
    way: Way,
    kind: str,
    method: str = "",
    carrier: str = "",
    recipient: Mapping[str, Any] | None = None,
    destination: Location | None = None,
    promise: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    slot: Slot | None = None,
    actor_id: int | None = None,
    promised: Promised | None = None,
) -> list[Parcel]:
    """Open the parcels of an order that was just placed: one for each location that promised goods.

    In the transaction that places it, after ``allocate_holds``. Safe to do twice: an order that has parcels keeps them;
    only who has written the order in this very transaction says what was ``promised``, and nothing is looked up.
    What is carried out is collected at once. ``due_at``: by when the parcels have to be prepared, now by default.
    """
    now = clock.now()

    def open_them() -> list[Parcel]:
        giving = promised
        if giving is None:
            Order.objects.select_for_update(no_key=True).get(pk=order.pk)
            if found := list(Parcel.objects.filter(order=order)):
                return found
            giving = promised_pieces(order)
        facts = {
            "order": order, "kind": kind, "method": method, "carrier": carrier, "recipient": dict(recipient or {}),
            "destination": destination, "promise": dict(promise or {}), "due_at": due_at or now, "slot": slot,
            "opened_at": now,
        }  # fmt: skip
        fresh = [
            (Parcel(location_id=pk, number=f"{order.number}-{place}", **facts), giving[pk])
            for place, pk in enumerate(sorted(giving), start=1)
        ]
        opened = _open(fresh, actor_id)
        if way is Way.CARRY_OUT:
            for parcel in opened:
                _carry_out(parcel, actor_id)
        return opened

    return in_transaction_once(open_them)


def keep_back(*, order_id: int, until: datetime) -> None:
    """Let nobody begin with the parcels of an order before then; the caller has locked them."""
    Parcel.objects.filter(order=order_id, state=State.WAITING).update(kept_back_until=until)


def let_begin(*, order_id: int) -> None:
    """The parcels of an order may be prepared; in the caller's transaction."""
    Parcel.objects.filter(order=order_id).exclude(kept_back_until=None).update(kept_back_until=None)


def start_picking(*, parcel: Parcel, actor_id: int | None = None) -> Parcel:
    """Somebody begins with a parcel. Errors: ``ParcelMoved``, ``ParcelKeptBack``."""
    with transaction.atomic():
        _begin(lock_parcel(parcel, State.WAITING), actor_id)
    parcel.state = State.PICKING
    return parcel


def pick_pieces(
    *, parcel: Parcel, scanned: str, quantity: int = 1, actor_id: int | None = None
) -> ParcelLine:
    """Put pieces into a parcel by scanning their SKU or barcode; the first scan begins the picking.

    Errors: ``WrongScan``, ``PickedAlready``, ``ParcelMoved``, ``ParcelKeptBack``, ``InvalidValue``; nothing is put in then.
    """
    whole_pieces(quantity)
    with transaction.atomic():
        row = lock_parcel(parcel, State.WAITING, State.PICKING)
        fitting = [line for line in lines_of(row) if _is(line.order_line, scanned)]
        if not fitting:
            raise WrongScan(field="scanned", scanned=scanned[:64], number=row.number)
        line = next((one for one in fitting if one.missing >= quantity), None)
        if line is None:
            total = sum(one.quantity for one in fitting)
            raise PickedAlready(field="scanned", sku=fitting[0].order_line.sku, quantity=total)
        if row.state == State.WAITING:
            _begin(row, actor_id)
        ParcelLine.objects.filter(pk=line.pk).update(picked=F("picked") + quantity)
        line.picked += quantity
        parcel.state = row.state
        return line


def pack_parcel(*, parcel: Parcel, is_partial: bool = False, actor_id: int | None = None) -> Parcel | None:
    """Close a parcel. With ``is_partial`` what is not picked becomes a parcel of its own, which is returned.

    Errors: ``NotAllPicked``, ``NothingPicked``, ``ParcelMoved``.
    """
    with transaction.atomic():
        row = lock_parcel(parcel, State.PICKING)
        lines = lines_of(row)
        missing = sum(line.missing for line in lines)
        if not any(line.picked for line in lines):
            raise NothingPicked(field="parcel", number=row.number)
        if missing and not is_partial:
            raise NotAllPicked(field="parcel", number=row.number, missing=missing)
        rest = _split_off(row, lines, actor_id) if missing else None
        move_parcel(row, State.PACKED, actor_id=actor_id)
        parcel.state = row.state
        return rest


def hand_over(*, parcel: Parcel, tracking: str = "", actor_id: int | None = None) -> Parcel:
    """The carrier takes a parcel: its goods leave the stock. Errors: ``ParcelMoved``, ``NotOnHand``."""

    def hand() -> Parcel:
        row = lock_parcel(parcel, State.PACKED)
        _check_way(row, is_collected=False)
        _consume(row, actor_id)
        move_parcel(row, State.HANDED_OVER, actor_id=actor_id, tracking=tracking[:80])
        tell(row, "parcel_handed_over", carrier=row.carrier, tracking=row.tracking)
        return row

    return in_transaction(hand)


def deliver_parcel(*, parcel: Parcel, actor_id: int | None = None, note: str = "") -> Parcel:
    """The carrier says that a parcel was delivered. Errors: ``ParcelMoved``."""
    with transaction.atomic():
        row = lock_parcel(parcel, State.HANDED_OVER)
        move_parcel(row, State.DELIVERED, actor_id=actor_id, note=note)
        tell(row, "parcel_delivered")
        return row


def make_ready(*, parcel: Parcel, actor_id: int | None = None) -> Parcel:
    """A parcel waits for its customer in the shop that prepared it: it gets its code, and is kept for some days.

    Errors: ``ParcelMoved``; ``OtherWay`` if it is to be sent, to a customer or to another shop.
    """
    with transaction.atomic():
        row = lock_parcel(parcel, State.PACKED)
        _check_way(row, is_collected=True)
        if row.destination_id != row.location_id:
            raise OtherWay(number=row.number)
        set_ready(row, actor_id)
        return row


def collect_parcel(*, parcel: Parcel, code: str, actor_id: int | None = None) -> Parcel:
    """Give a parcel to who shows its code: its goods leave the stock.

    Safe to do twice: with the right code a collected parcel is answered as it is.
    Errors: ``WrongCode``, ``CodeBlocked``, ``ParcelMoved``. Wrong codes are counted, so call it outside a transaction.
    """
    with transaction.atomic():
        row = lock_parcel(parcel, State.READY, State.COLLECTED)
    check_code(row, code)

    def collect() -> Parcel:
        row = lock_parcel(parcel, State.READY, State.COLLECTED)
        if row.state == State.COLLECTED:
            return row
        _consume(row, actor_id, location_id=row.destination_id)
        move_parcel(row, State.COLLECTED, actor_id=actor_id)
        tell(row, "parcel_collected")
        return row

    return in_transaction(collect)


def say_here(*, parcel: Parcel, code: str, where: str = "") -> Parcel:
    """The customer is at the door, and proves by the code who it is; the shop sees it at the top of its list.

    Errors: ``WrongCode``, ``CodeBlocked``, ``ParcelMoved``.
    """
    with transaction.atomic():
        row = lock_parcel(parcel, State.READY)
    check_code(row, code)
    now = parcel.here_at or clock.now()
    Parcel.objects.filter(pk=parcel.pk, state=State.READY).update(here_at=now, here_note=where[:120])
    parcel.here_at, parcel.here_note = now, where[:120]
    return parcel


def expire_uncollected(*, limit: int = 200) -> int:
    """Parcels that nobody fetched in time: their goods are for sale again, the event brings the money back."""
    due = Parcel.objects.filter(state=State.READY, expires_at__lte=clock.now()).order_by("expires_at", "pk")
    return sum(_expire(parcel) for parcel in due[:limit])


class OtherWay(ComptoirError):
    """A step belongs to parcels that go another way: sent, collected here, collected elsewhere."""

    code = "other_way"
    status = 409
    sentence = _("{number} goes another way.")


def set_ready(parcel: Parcel, actor_id: int | None) -> None:
    """What becoming ready does; the caller has locked the parcel."""
    now = clock.now()
    days = settings_of(parcel.destination or parcel.location).uncollected_days
    move_parcel(
        parcel,
        State.READY,
        actor_id=actor_id,
        code_nonce=new_nonce(),
        ready_at=now,
        expires_at=now + timedelta(days=days),
    )
    tell(parcel, "parcel_ready")


def _begin(parcel: Parcel, actor_id: int | None) -> None:
    if parcel.is_kept_back:
        raise ParcelKeptBack(number=parcel.number)
    move_parcel(parcel, State.PICKING, actor_id=actor_id)
    tell(parcel, "parcel_started")


def give_back(parcel: Parcel) -> list[dict[str, int]]:
    """Make the goods of a parcel free again; returns its lines as events tell them."""
    lines = [line for line in lines_of(parcel) if line.quantity]
    cancel_allocations(requests=wanted_of(lines), location_id=parcel.workplace_id)
    return [{"order_line_id": line.order_line_id, "quantity": line.quantity} for line in lines]


def _expire(parcel: Parcel) -> bool:
    def expire() -> bool:
        row = Parcel.objects.select_for_update(no_key=True).get(pk=parcel.pk)
        if row.state != State.READY:
            return False
        told = give_back(row)
        move_parcel(row, State.EXPIRED)
        tell(row, "parcel_expired", lines=told)
        return True

    return in_transaction(expire)


def next_number(order: Order) -> str:
    """The number of the next parcel of an order, which the caller has locked."""
    return f"{order.number}-{Parcel.objects.filter(order=order).count() + 1}"


def add_parcel(
    like: Parcel, pieces: Mapping[int, int], *, actor_id: int | None, note: str = "", **changed: Any
) -> Parcel:
    """A further parcel of the same order. Shapes: ``pieces`` by the id of the order line."""
    Order.objects.select_for_update(no_key=True).get(pk=like.order_id)
    names = (
        "order",
        "kind",
        "method",
        "carrier",
        "recipient",
        "destination",
        "promise",
        "due_at",
        "kept_back_until",
        "slot",
        "attempt",
    )
    facts = {name: getattr(like, name) for name in names}
    facts |= {"number": next_number(like.order), "opened_at": clock.now(), **changed}
    [parcel] = _open([(Parcel(**{"location_id": like.location_id, **facts}), pieces)], actor_id, note)
    return parcel


def _open(
    fresh: Sequence[tuple[Parcel, Mapping[int, int]]], actor_id: int | None, note: str = ""
) -> list[Parcel]:
    """Write parcels down with what is in each, by the id of the order line; three statements, however many."""
    parcels = Parcel.objects.bulk_create(parcel for parcel, _pieces in fresh)
    ParcelLine.objects.bulk_create(
        ParcelLine(parcel=parcel, order_line_id=pk, quantity=quantity)
        for parcel, pieces in fresh
        for pk, quantity in sorted(pieces.items())
    )
    ParcelStep.objects.bulk_create(
        ParcelStep(parcel=parcel, becomes=State.WAITING, actor_id=actor_id, note=note, at=parcel.opened_at)
        for parcel in parcels
    )
    return parcels


def promised_pieces(order: Order) -> Promised:
    """The pieces that stock has promised to an order, by location and order line."""
    lines = OrderLine.objects.filter(order=order).exclude(stock_owner="")
    owners = lines.values("stock_owner")
    line = Subquery(lines.filter(stock_owner=OuterRef("owner")).values("pk")[:1])
    holds = Hold.objects.filter(owner__in=owners, state=Hold.State.ALLOCATED).annotate(line=line)
    found: dict[int, dict[int, int]] = {}
    for pk, location_id, quantity in holds.values_list("line", "level__location_id", "quantity"):
        at = found.setdefault(location_id, {})
        at[pk] = at.get(pk, 0) + quantity
    return found


def _carry_out(parcel: Parcel, actor_id: int | None) -> None:
    _consume(parcel, actor_id)
    now = clock.now()
    Parcel.objects.filter(pk=parcel.pk).update(state=State.COLLECTED, closed_at=now)
    ParcelLine.objects.filter(parcel=parcel).update(picked=F("quantity"))
    ParcelStep.objects.create(
        parcel=parcel, was=parcel.state, becomes=State.COLLECTED, actor_id=actor_id, at=now
    )
    parcel.state, parcel.closed_at = State.COLLECTED, now
    tell(parcel, "parcel_collected")


def _consume(parcel: Parcel, actor_id: int | None, location_id: int | None = None) -> None:
    consume_allocations(
        requests=wanted_of(lines_of(parcel)),
        document=f"parcel {parcel.number}",
        actor_id=actor_id,
        location_id=location_id or parcel.location_id,
    )


def _split_off(parcel: Parcel, lines: Sequence[ParcelLine], actor_id: int | None) -> Parcel:
    """What is not picked yet, as a parcel of its own."""
    rest = {line.order_line_id: line.missing for line in lines if line.missing}
    for line in lines:
        if line.picked:
            ParcelLine.objects.filter(pk=line.pk).update(quantity=F("picked"))
        else:
            line.delete()
    return add_parcel(parcel, rest, actor_id=actor_id, note=f"rest of {parcel.number}")


def _is(line: OrderLine, scanned: str) -> bool:
    return bool(scanned.strip()) and scanned.strip().upper() in (line.sku.upper(), line.gtin.upper())


def _check_way(parcel: Parcel, *, is_collected: bool) -> None:
    if (parcel.destination_id is not None) != is_collected:
        raise OtherWay(number=parcel.number)
