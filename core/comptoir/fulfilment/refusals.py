"""What goes otherwise: a shop cannot find pieces, an order is cancelled, goods travel to the shop of collection."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError, InvalidValue
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.conf import conf
from comptoir.fulfilment.built_in import transit_of
from comptoir.fulfilment.facts import read_locations, source_at
from comptoir.fulfilment.models import DeliveryMethod, Parcel, ParcelLine, RoutingDecision
from comptoir.fulfilment.moves import lines_of, lock_parcel, move_parcel, tell, wanted_of
from comptoir.fulfilment.parcels import OtherWay, add_parcel, give_back, set_ready
from comptoir.fulfilment.promises import Transit
from comptoir.fulfilment.public_holidays import region_of
from comptoir.fulfilment.routes import NoRoute, Ranked, ranked_for
from comptoir.fulfilment.routing import Part, RouteRequest, Source, Wish
from comptoir.orders.models import OrderLine
from comptoir.stock.allocations import allocate_holds, cancel_allocations
from comptoir.stock.holds import OutOfStock
from comptoir.stock.models import Hold, Level
from comptoir.stock.pieces import whole_pieces
from comptoir.stock.plans import Wanted
from comptoir.stock.queries import free_by_location
from comptoir.stock.rows import Taking, in_transaction, lock_levels, take_rows, turn_holds
from comptoir.stock.services import adjust_stock, mark_unsellable
from comptoir.stock.transfers import receive_transfer, send_transfer

State = Parcel.State

#: Why a shop rejects pieces, and what that says of its stock: gone, there but not for sale, or nothing.
REASONS = {
    "missing": _("cannot be found"),
    "damaged": _("is damaged"),
    "too_busy": _("no time"),
}


class NothingToReject(ComptoirError):
    """More pieces were rejected than the parcel still waits for."""

    code = "nothing_to_reject"
    status = 409
    sentence = _("Only {left} pieces of it are still to be picked.")


def reject_pieces(
    *, parcel: Parcel, order_line_id: int, quantity: int, reason: str, actor_id: int | None = None
) -> list[Parcel]:
    """A shop cannot give pieces: its stock is put right by the reason, and other locations are asked.

    Returns the new parcels. What nobody can give, or what was tried ``COMPTOIR_ROUTING_ATTEMPTS`` times, is told by the
    event ``parcel_rejected``, so that its money goes back. Plugins are asked for the route before the transaction.
    Errors: ``InvalidValue`` for the reason, ``NothingToReject``, ``ParcelMoved``; nothing changes then.
    """
    if reason not in REASONS:
        raise InvalidValue(field="reason", value=reason)
    whole_pieces(quantity)
    line = _rejectable(parcel, order_line_id, quantity)
    ranked = _elsewhere(parcel, line.order_line, quantity)

    def reject() -> list[Parcel]:
        row = lock_parcel(parcel, State.WAITING, State.PICKING)
        left = _take_out(row, order_line_id, quantity, is_rejected=True)
        wanted = Wanted(line.order_line.stock_owner, line.order_line.variant_id, quantity)
        cancel_allocations(requests=[wanted], location_id=row.location_id)
        _correct_stock(row, line.order_line, quantity, reason, actor_id)
        if not left:
            move_parcel(row, State.REJECTED, actor_id=actor_id, note=str(REASONS[reason]))
        opened = _reroute(row, line.order_line, ranked, actor_id)
        lost = [] if opened else [{"order_line_id": order_line_id, "quantity": quantity}]
        tell(row, "parcel_rejected", reason=reason, rerouted=bool(opened), lines=lost)
        return opened

    return in_transaction(reject)


def cancel_parcel(*, parcel: Parcel, actor_id: int | None = None, note: str = "") -> Parcel:
    """Nothing of a parcel is wanted any more: its goods are for sale again. Not once a carrier or customer has it.

    Errors: ``ParcelMoved``.
    """

    def cancel() -> Parcel:
        row = lock_parcel(parcel, State.WAITING, State.PICKING, State.PACKED, State.READY)
        give_back(row)
        move_parcel(row, State.CANCELLED, actor_id=actor_id, note=note)
        tell(row, "parcel_cancelled")
        return row

    return in_transaction(cancel)


def cancel_pieces(*, order_line: OrderLine, quantity: int, actor_id: int | None = None) -> int:
    """A part of an order is cancelled: its pieces leave the parcels nobody has begun with; returns how many did.

    Errors: ``NothingToReject`` if fewer are still to be prepared; nothing changes then.
    """
    whole_pieces(quantity)

    def cancel() -> int:
        rows = ParcelLine.objects.filter(order_line=order_line, parcel__state=State.WAITING).order_by("-pk")
        waiting = list(rows.select_related("parcel").select_for_update(no_key=True))
        if (left := sum(line.quantity for line in waiting)) < quantity:
            raise NothingToReject(field="quantity", left=left)
        missing = quantity
        for line in waiting:
            gone = min(missing, line.quantity)
            if gone:
                _cancel_from(line, order_line, gone, actor_id)
            missing -= gone
        return quantity

    return in_transaction(cancel)


def send_to_shop(*, parcel: Parcel, actor_id: int | None = None) -> Parcel:
    """A packed parcel leaves for the shop where it is collected, as a transfer of stock.

    Errors: ``ParcelMoved``; ``OtherWay`` if it stays here or goes to a customer.
    """

    def send() -> Parcel:
        row = lock_parcel(parcel, State.PACKED)
        if row.destination_id in (None, row.location_id):
            raise OtherWay(number=row.number)
        lines = lines_of(row)
        cancel_allocations(requests=wanted_of(lines), location_id=row.location_id)
        pieces: dict[object, int] = {}
        for line in lines:
            variant = line.order_line.variant
            pieces[variant] = pieces.get(variant, 0) + line.quantity
        transfer = send_transfer(
            source=row.location,
            destination=row.destination,
            lines=pieces,
            document=f"parcel {row.number}",
            actor_id=actor_id,
        )
        move_parcel(row, State.SENT, actor_id=actor_id, transfer=transfer)
        return row

    return in_transaction(send)


def arrive_at_shop(*, parcel: Parcel, actor_id: int | None = None) -> Parcel:
    """A parcel came to the shop where it is collected: its goods are promised to the order again, and it is ready.

    Errors: ``ParcelMoved``, ``TransferReceived``.
    """

    def arrive() -> Parcel:
        row = lock_parcel(parcel, State.SENT)
        receive_transfer(transfer=row.transfer, actor_id=actor_id)
        _promise_again(row, lines_of(row))
        set_ready(row, actor_id)
        return row

    return in_transaction(arrive)


def _rejectable(parcel: Parcel, order_line_id: int, quantity: int) -> ParcelLine:
    lines = ParcelLine.objects.filter(parcel=parcel, order_line=order_line_id)
    line = lines.select_related("order_line__variant").first()
    if line is None or line.missing < quantity:
        raise NothingToReject(field="quantity", left=line.missing if line else 0)
    return line


def _take_out(parcel: Parcel, order_line_id: int, quantity: int, *, is_rejected: bool = False) -> int:
    """Fewer pieces are wanted in a parcel; returns how many are in it and still wanted."""
    also = {"rejected": F("rejected") + quantity} if is_rejected else {}
    fewer = ParcelLine.objects.filter(
        parcel=parcel, order_line=order_line_id, quantity__gte=F("picked") + quantity
    )
    if not fewer.update(quantity=F("quantity") - quantity, **also):
        raise NothingToReject(field="quantity", left=0)
    return sum(ParcelLine.objects.filter(parcel=parcel).values_list("quantity", flat=True))


def _correct_stock(parcel: Parcel, line: OrderLine, quantity: int, reason: str, actor_id: int | None) -> None:
    note = f"{REASONS[reason]} ({parcel.number})"
    place = {"variant": line.variant, "location": parcel.location, "actor_id": actor_id}
    if reason == "missing":
        adjust_stock(**place, quantity=-quantity, reason=note, document=f"parcel {parcel.number}")
    elif reason == "damaged":
        mark_unsellable(**place, quantity=quantity, reason=note)


def _elsewhere(parcel: Parcel, line: OrderLine, quantity: int) -> Ranked | None:
    """Who else can give pieces, if it was not tried too often; decided by the rules and the plugins."""
    channel = channel_context(parcel.order.channel.code)
    if channel is None or parcel.attempt >= conf.ROUTING_ATTEMPTS or parcel.kind == "carry_out":
        return None
    request, sources = _request(channel, parcel, line, quantity)
    try:
        return ranked_for(channel, request, sources, attempt=parcel.attempt + 1)
    except NoRoute as none:
        none.decision.order = parcel.order
        none.decision.save()
        return None


def _request(
    channel: ChannelContext, parcel: Parcel, line: OrderLine, quantity: int
) -> tuple[RouteRequest, list[Source]]:
    """The pieces of a rejected line, asked of all locations that have not rejected it before."""
    refused = Parcel.objects.filter(lines__order_line=line, lines__rejected__gt=0)
    free = free_by_location([line.variant_id], list(channel.location_ids), channel)[line.variant_id]
    sources = {
        one.pk: source_at(one, {line.variant_id: free.get(one.pk, 0)})
        for one in read_locations(channel.location_ids)
    }
    method = DeliveryMethod.objects.filter(code=parcel.method).first()
    to = parcel.recipient
    request = RouteRequest(
        reference=parcel.order.reference,
        kind=parcel.kind,
        wishes=(Wish(line.stock_owner, line.variant_id, quantity),),
        since=clock.now(),
        transit=transit_of(method) if method else Transit(),
        region=region_of(to.get("country", channel.country), to.get("postcode", "")),
        zone=channel.time_zone,
        destination=sources.get(parcel.destination_id or 0),
        excluded=frozenset({parcel.location_id, *refused.values_list("location_id", flat=True)}),
    )
    return request, list(sources.values())


def _reroute(parcel: Parcel, line: OrderLine, ranked: Ranked | None, actor_id: int | None) -> list[Parcel]:
    """Promise the pieces anew where the decision says, a parcel each; none if they are gone by now."""
    if ranked is None:
        return []
    decision: RoutingDecision = ranked.decision
    decision.order = parcel.order
    decision.save()
    try:
        with transaction.atomic():
            return [_parcel_of(parcel, line, part, ranked, actor_id) for part in ranked.candidate.parts]
    except OutOfStock:
        return []


def _parcel_of(parcel: Parcel, line: OrderLine, part: Part, ranked: Ranked, actor_id: int | None) -> Parcel:
    wanted = Wanted(part.owner, part.variant_id, part.quantity)
    allocate_holds(requests=[wanted], location_ids=[part.location_id], document=parcel.order.number)
    promise = ranked.candidate.promise
    return add_parcel(
        parcel,
        {line.pk: part.quantity},
        actor_id=actor_id,
        note=f"after {parcel.number}",
        location_id=part.location_id,
        attempt=parcel.attempt + 1,
        due_at=promise.from_at if promise and promise.from_at else clock.now(),
    )


def _cancel_from(line: ParcelLine, order_line: OrderLine, quantity: int, actor_id: int | None) -> None:
    wanted = Wanted(order_line.stock_owner, order_line.variant_id, quantity)
    left = _take_out(line.parcel, order_line.pk, quantity)
    cancel_allocations(requests=[wanted], location_id=line.parcel.location_id)
    if not left:
        move_parcel(line.parcel, State.CANCELLED, actor_id=actor_id)


def _promise_again(parcel: Parcel, lines: list[ParcelLine]) -> None:
    """Goods that have just come are the order's own: safety stock and reserves do not count for them."""
    levels = {
        level.variant_id: level
        for level in Level.objects.filter(
            location=parcel.destination_id, variant__in={line.order_line.variant_id for line in lines}
        )
    }
    locked = lock_levels(level.pk for level in levels.values())
    now = clock.now()
    for line in lines:
        level = locked[levels[line.order_line.variant_id].pk]
        hold = Hold(
            level_id=level.pk,
            quantity=line.quantity,
            owner=line.order_line.stock_owner,
            held_at=now,
            expires_at=now,
            max_expires_at=now,
        )
        take_rows([Taking(level.pk, line.quantity, -level.safety)], [hold])
        turn_holds([hold.pk], was=Hold.State.HELD, becomes=Hold.State.ALLOCATED, document=parcel.order.number)
