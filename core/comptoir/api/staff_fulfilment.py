"""The work on parcels, for the staff's own programs: ``/api/v1/staff/fulfilment/…``.

Everything asks for the session of the back office, the permission to prepare parcels, and a workplace: the location that
prepares a parcel, or the shop where it is collected once it is there.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router
from ninja.decorators import decorate_view

from comptoir.api.fulfilment_schemas import (
    Cancel,
    Collect,
    HandOver,
    Pack,
    ParcelPage,
    ParcelShown,
    Pick,
    Reject,
)
from comptoir.api.http import kept_private
from comptoir.api.idempotency import once, repeatable
from comptoir.api.schemas import Problem
from comptoir.api.staff import NotYourLocation, StaffSession, check_permission, workplace
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.conf import conf
from comptoir.customers.models import User
from comptoir.customers.queries import workplaces
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.parcels import (
    collect_parcel,
    deliver_parcel,
    hand_over,
    make_ready,
    pack_parcel,
    pick_pieces,
)
from comptoir.fulfilment.queries import parcel_by_number, preparation_list
from comptoir.fulfilment.refusals import arrive_at_shop, cancel_parcel, reject_pieces, send_to_shop
from comptoir.publishing.queries import decode_cursor, encode_cursor

LOOK, PREPARE = "fulfilment.view_parcel", "fulfilment.prepare_parcel"
PROBLEMS = {code: Problem for code in (401, 403, 404, 409, 422)}

router = Router(auth=StaffSession())


@router.get(
    "/parcels",
    response={200: ParcelPage, **PROBLEMS},
    operation_id="staff_parcels",
    summary="What is to be prepared and given out at a location, the most urgent first",
)
@decorate_view(kept_private)
def parcels(
    request: HttpRequest,
    location: str,
    state: list[str] = Query([], max_length=12, description="only these; open ones by default"),
    cursor: str = "",
    limit: int | None = Query(None, ge=1),
) -> dict[str, Any]:
    user = check_permission(request, LOOK)
    place = workplace(user, location)
    for one in state:
        if one not in Parcel.State:
            raise InvalidValue(field="state", value=one[:20])
    size = limit or conf.PAGE_SIZE
    if size > conf.PAGE_SIZE_MAX:
        raise InvalidValue(field="limit", value=size)
    begin = decode_cursor(cursor, "parcels")[1] if cursor else 0
    rows = list(preparation_list([place], states=state or Parcel.OPEN)[begin : begin + size + 1])
    following = encode_cursor("parcels", 0, begin + size) if len(rows) > size else None
    return {"location": place.code, "items": [shown(row) for row in rows[:size]], "next": following}


@router.get(
    "/parcels/{number}",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_parcel",
    summary="One parcel",
)
@decorate_view(kept_private)
def parcel(request: HttpRequest, number: str) -> dict[str, Any]:
    return shown(_parcel(check_permission(request, LOOK), number))


@router.post(
    "/parcels/{number}/pick",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_pick",
    summary="Put a scanned piece into a parcel",
)
@decorate_view(once, kept_private)
def pick(request: HttpRequest, number: str, payload: Pick) -> dict[str, Any]:
    scan = {"scanned": payload.scanned, "quantity": payload.quantity}
    return _step(request, number, pick_pieces, **scan)


@router.post(
    "/parcels/{number}/pack",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_pack",
    summary="Close a parcel",
)
@decorate_view(once, kept_private)
def pack(request: HttpRequest, number: str, payload: Pack) -> dict[str, Any]:
    return _step(request, number, pack_parcel, is_partial=payload.is_partial)


@router.post(
    "/parcels/{number}/hand-over",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_hand_over",
    summary="The carrier takes a parcel",
)
@decorate_view(once, kept_private)
def hand(request: HttpRequest, number: str, payload: HandOver) -> dict[str, Any]:
    return _step(request, number, hand_over, tracking=payload.tracking)


@router.post(
    "/parcels/{number}/delivered",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_delivered",
    summary="The carrier has delivered a parcel",
)
@decorate_view(once, kept_private)
def delivered(request: HttpRequest, number: str) -> dict[str, Any]:
    return _step(request, number, deliver_parcel)


@router.post(
    "/parcels/{number}/ready",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_ready",
    summary="A packed parcel waits in this shop for its customer",
)
@decorate_view(once, kept_private)
def ready(request: HttpRequest, number: str) -> dict[str, Any]:
    return _step(request, number, make_ready)


@router.post(
    "/parcels/{number}/send",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_send_parcel",
    summary="A packed parcel leaves for the shop where it is collected",
)
@decorate_view(once, kept_private)
def send(request: HttpRequest, number: str) -> dict[str, Any]:
    return _step(request, number, send_to_shop)


@router.post(
    "/parcels/{number}/arrive",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_arrive_parcel",
    summary="A parcel came to the shop where it is collected",
)
@decorate_view(once, kept_private)
def arrive(request: HttpRequest, number: str) -> dict[str, Any]:
    return _step(request, number, arrive_at_shop)


@router.post(
    "/parcels/{number}/collect",
    response={200: ParcelShown, 429: Problem, **PROBLEMS},
    operation_id="staff_collect",
    summary="Give a parcel to who shows its code",
)
@decorate_view(repeatable, kept_private)
def collect(request: HttpRequest, number: str, payload: Collect) -> dict[str, Any]:
    """Safe to repeat without a key: the right code of a collected parcel has the same answer. A wrong code is counted for
    good, so this write is not undone as a whole."""
    return _step(request, number, collect_parcel, code=payload.code)


@router.post(
    "/parcels/{number}/reject",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_reject",
    summary="Pieces cannot be given: stock is put right, others are asked",
)
@decorate_view(once, kept_private)
def reject(request: HttpRequest, number: str, payload: Reject) -> dict[str, Any]:
    user = check_permission(request, PREPARE)
    row = _parcel(user, number)
    line = next((one for one in row.lines.all() if one.order_line.sku == payload.sku), None)
    if line is None:
        raise InvalidValue(field="sku", value=payload.sku[:64])
    opened = reject_pieces(
        parcel=row,
        order_line_id=line.order_line_id,
        quantity=payload.quantity,
        reason=payload.reason,
        actor_id=user.pk,
    )
    return shown(_again(number), opened)


@router.post(
    "/parcels/{number}/cancel",
    response={200: ParcelShown, **PROBLEMS},
    operation_id="staff_cancel_parcel",
    summary="A parcel is not wanted any more; its goods are for sale again",
)
@decorate_view(once, kept_private)
def cancel(request: HttpRequest, number: str, payload: Cancel) -> dict[str, Any]:
    return _step(request, number, cancel_parcel, note=payload.note)


def shown(row: Parcel, opened: Sequence[Parcel] = ()) -> dict[str, Any]:
    """A parcel as the staff sees it."""
    slot = {"starts_at": row.slot.starts_at, "ends_at": row.slot.ends_at} if row.slot else None
    return {
        "number": row.number,
        "order": row.order.number,
        "customer": row.order.name,
        "kind": row.kind,
        "state": row.state,
        "state_name": row.get_state_display(),
        "location": row.location.code,
        "destination": row.destination.code if row.destination else None,
        "due_at": row.due_at,
        "is_late": row.is_late,
        "kept_back_until": row.kept_back_until if row.is_kept_back else None,
        "slot": slot,
        "here_at": row.here_at,
        "here_note": row.here_note,
        "carrier": row.carrier,
        "tracking": row.tracking,
        "recipient": row.recipient,
        "expires_at": row.expires_at,
        "lines": [
            {
                "sku": line.order_line.sku,
                "gtin": line.order_line.gtin,
                "title": line.order_line.description,
                "quantity": line.quantity,
                "picked": line.picked,
                "rejected": line.rejected,
            }
            for line in row.lines.all()
        ],
        "opened": [one.number for one in opened],
    }


def _step(request: HttpRequest, number: str, service: Callable[..., Any], **said: Any) -> dict[str, Any]:
    """One step by somebody who may and works there; the parcel as it is then."""
    user = check_permission(request, PREPARE)
    answer = service(parcel=_parcel(user, number), actor_id=user.pk, **said)
    rest = [answer] if isinstance(answer, Parcel) and answer.number != number else []
    return shown(_again(number), rest)


def _parcel(user: User, number: str) -> Parcel:
    """Errors: ``NotFound``, ``NotYourLocation``."""
    row = parcel_by_number(number)
    if row is None:
        raise NotFound()
    if not workplaces(user).filter(pk=row.workplace_id).exists():
        place = row.location if row.workplace_id == row.location_id else row.destination
        raise NotYourLocation(location=place.name)
    return row


def _again(number: str) -> Parcel:
    row = parcel_by_number(number)
    if row is None:
        raise NotFound()
    return row
