"""Stock for the staff's own programs: levels with every reason, movements, receipts, counts, transfers.

Stock belongs to locations and not to a channel, so the addresses name none: ``/api/v1/staff/stock/…``. Everything asks
for the session of the back office, a permission (what) and a workplace (where). Answers name staff: they are private.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from ninja.decorators import decorate_view

from comptoir.api.http import kept_private
from comptoir.api.idempotency import once
from comptoir.api.schemas import Problem
from comptoir.api.staff import StaffSession, any_place, check_permission, workplace
from comptoir.api.staff_schemas import (
    Adjustment,
    Arrival,
    CountSheet,
    LevelPage,
    MovementPage,
    Receipt,
    Sending,
    SetApart,
    TransferList,
    TransferShown,
)
from comptoir.base.errors import InvalidValue, NotFound
from comptoir.baskets.services import UnknownCode
from comptoir.catalogue.models import Product
from comptoir.channels.models import Location
from comptoir.conf import conf
from comptoir.customers.queries import workplaces
from comptoir.publishing.queries import decode_cursor, encode_cursor
from comptoir.stock.deliveries import receive_delivery
from comptoir.stock.models import Transfer
from comptoir.stock.pages import levels_at, movements_at, transfers_between, variants_by_code
from comptoir.stock.services import adjust_stock, count_stock_many, mark_sellable, mark_unsellable
from comptoir.stock.transfers import receive_transfer, send_transfer

LOOK, MOVE = "partner.view_level", "partner.add_movement"
MOST_SKUS = 50
PROBLEMS = {code: Problem for code in (401, 403, 404, 409, 422)}

router = Router(auth=StaffSession())


@router.get(
    "/levels",
    response={200: LevelPage, **PROBLEMS},
    operation_id="staff_levels",
    summary="Levels at a location, and what each figure is made of",
)
@decorate_view(kept_private)
def levels(
    request: HttpRequest,
    location: str,
    sku: list[str] = Query([], max_length=MOST_SKUS),
    cursor: str = "",
    limit: int | None = Query(None, ge=1),
) -> dict[str, Any]:
    """By variant; with `sku` only these. `free` is what is free before anything is kept for single channels."""
    place = workplace(check_permission(request, LOOK), location)
    return _levels(place, skus=sku, after=_place_in_list(cursor, "levels"), limit=_page_size(limit))


@router.get(
    "/movements",
    response={200: MovementPage, **PROBLEMS},
    operation_id="staff_movements",
    summary="Movements at a location, the latest first",
)
@decorate_view(kept_private)
def movements(
    request: HttpRequest,
    location: str,
    sku: list[str] = Query([], max_length=MOST_SKUS),
    cursor: str = "",
    limit: int | None = Query(None, ge=1),
) -> dict[str, Any]:
    place = workplace(check_permission(request, LOOK), location)
    size = _page_size(limit)
    rows = movements_at(place, skus=sku, before=_place_in_list(cursor, "movements"), limit=size + 1)
    items = [
        {
            "id": row.pk,
            "sku": row.variant.sku,
            "by": row.actor.get_full_name() if row.actor else None,
            **{name: getattr(row, name) for name in ("reason", "quantity", "unsellable", "note", "document")},
            "moved_at": row.moved_at,
        }
        for row in rows[:size]
    ]
    following = encode_cursor("movements", 0, rows[size - 1].pk) if len(rows) > size else None
    return {"location": place.code, "items": items, "next": following}


@router.post(
    "/receipts",
    response={201: LevelPage, **PROBLEMS},
    operation_id="staff_receive",
    summary="Take a delivery into stock, all of it or nothing",
)
@decorate_view(once, kept_private)
def receive(request: HttpRequest, payload: Receipt) -> Status[dict[str, Any]]:
    user = check_permission(request, MOVE)
    place = workplace(user, payload.location)
    lines = _by_variant((line.code, line.quantity) for line in payload.lines)
    receive_delivery(location=place, lines=lines, document=payload.document, actor_id=user.pk)
    return _moved(place, lines)


@router.post(
    "/counts",
    response={201: LevelPage, **PROBLEMS},
    operation_id="staff_count",
    summary="Set levels to what was counted; the differences become movements",
)
@decorate_view(once, kept_private)
def count(request: HttpRequest, payload: CountSheet) -> Status[dict[str, Any]]:
    """If fewer are there than baskets hold, the youngest holds end; what orders were promised is not touched."""
    user = check_permission(request, MOVE)
    place = workplace(user, payload.location)
    lines = _by_variant((line.code, line.counted) for line in payload.lines)
    counted = {variant.pk: pieces for variant, pieces in lines.items()}
    count_stock_many(location=place, counted=counted, document=payload.document, actor_id=user.pk)
    return _moved(place, lines)


@router.post(
    "/adjustments",
    response={201: LevelPage, **PROBLEMS},
    operation_id="staff_adjust",
    summary="Put a level right by some pieces, and say why",
)
@decorate_view(once, kept_private)
def adjust(request: HttpRequest, payload: Adjustment) -> Status[dict[str, Any]]:
    user = check_permission(request, MOVE)
    place, variant = workplace(user, payload.location), _variant(payload.code)
    told = {"reason": payload.reason, "document": payload.document, "actor_id": user.pk}
    adjust_stock(variant=variant, location=place, quantity=payload.quantity, **told)
    return _moved(place, [variant])


@router.post(
    "/unsellable",
    response={201: LevelPage, **PROBLEMS},
    operation_id="staff_set_apart",
    summary="Keep damaged pieces out of every offer",
)
@decorate_view(once, kept_private)
def set_apart(request: HttpRequest, payload: SetApart) -> Status[dict[str, Any]]:
    return _mark(request, payload, mark_unsellable)


@router.post(
    "/sellable",
    response={201: LevelPage, **PROBLEMS},
    operation_id="staff_offer_again",
    summary="Offer pieces again that were unsellable",
)
@decorate_view(once, kept_private)
def offer_again(request: HttpRequest, payload: SetApart) -> Status[dict[str, Any]]:
    return _mark(request, payload, mark_sellable)


@router.get(
    "/transfers",
    response={200: TransferList, **PROBLEMS},
    operation_id="staff_transfers",
    summary="Transfers from and to one's workplaces, the latest first",
)
@decorate_view(kept_private)
def transfers(
    request: HttpRequest, is_open: bool = True, limit: int | None = Query(None, ge=1)
) -> dict[str, Any]:
    """Those on their way; with `is_open=false` also those that came."""
    user = check_permission(request, LOOK)
    rows = transfers_between(workplaces(user), is_open=is_open, limit=_page_size(limit))
    return {"items": [_transfer(row) for row in rows]}


@router.post(
    "/transfers",
    response={201: TransferShown, **PROBLEMS},
    operation_id="staff_send_transfer",
    summary="Send free pieces from one's workplace to another location",
)
@decorate_view(once, kept_private)
def send(request: HttpRequest, payload: Sending) -> Status[dict[str, Any]]:
    user = check_permission(request, MOVE)
    sent = send_transfer(
        source=workplace(user, payload.source, field="source"),
        destination=any_place(payload.destination, field="destination"),
        lines=_by_variant((line.code, line.quantity) for line in payload.lines),
        document=payload.document,
        actor_id=user.pk,
    )
    return Status(201, _transfer(sent))


@router.post(
    "/transfers/{transfer_id}/receive",
    response={201: TransferShown, **PROBLEMS},
    operation_id="staff_receive_transfer",
    summary="Take in what came of a transfer to one's workplace",
)
@decorate_view(once, kept_private)
def arrive(request: HttpRequest, transfer_id: int, payload: Arrival) -> Status[dict[str, Any]]:
    user = check_permission(request, MOVE)
    transfer = Transfer.objects.select_related("destination").filter(pk=transfer_id).first()
    if transfer is None:
        raise NotFound()
    workplace(user, transfer.destination.code, field="destination")
    lines = _by_variant((line.code, line.counted) for line in payload.lines)
    received = {variant.pk: pieces for variant, pieces in lines.items()}
    return Status(201, _transfer(receive_transfer(transfer=transfer, received=received, actor_id=user.pk)))


def _mark(request: HttpRequest, payload: SetApart, service: Any) -> Status[dict[str, Any]]:
    user = check_permission(request, MOVE)
    place, variant = workplace(user, payload.location), _variant(payload.code)
    service(
        variant=variant, location=place, quantity=payload.quantity, reason=payload.reason, actor_id=user.pk
    )
    return _moved(place, [variant])


def _variant(code: str) -> Product:
    variant = variants_by_code([code]).get(code)
    if variant is None:
        raise UnknownCode(field="code", value=code)
    return variant


def _by_variant(lines: Iterable[tuple[str, int]]) -> dict[Product, int]:
    """Pieces by variant. Errors: ``UnknownCode``; ``InvalidValue`` for a variant that is there twice."""
    wanted = list(lines)
    found = variants_by_code([code for code, _pieces in wanted])
    by_variant: dict[Product, int] = {}
    for number, (code, pieces) in enumerate(wanted):
        if code not in found:
            raise UnknownCode(field=f"lines.{number}.code", value=code)
        if found[code] in by_variant:
            raise InvalidValue(field=f"lines.{number}.code", value=code)
        by_variant[found[code]] = pieces
    return by_variant


def _moved(place: Location, variants: Iterable[Product]) -> Status[dict[str, Any]]:
    """The levels that somebody has just changed, as they are now."""
    skus = [variant.sku for variant in variants]
    return Status(201, _levels(place, skus=skus, after=0, limit=len(skus)))


def _levels(place: Location, *, skus: Sequence[str], after: int, limit: int) -> dict[str, Any]:
    rows = levels_at(place, skus=skus, after=after, limit=limit + 1)
    items = [
        {
            "sku": variant.sku,
            "title": variant.get_title(),
            "on_hand": sum(one.on_hand for one in stock.places),
            "free": stock.free,
            "reasons": [
                {"code": why.code, "quantity": why.quantity, "sentence": why.sentence}
                for why in stock.reasons
            ],
        }
        for variant, stock in rows[:limit]
    ]
    following = encode_cursor("levels", 0, rows[limit - 1][0].pk) if len(rows) > limit else None
    return {
        "location": place.code,
        "as_of": rows[0][1].as_of if rows else None,
        "items": items,
        "next": following,
    }


def _transfer(row: Transfer) -> dict[str, Any]:
    lines = row.lines.all()
    return {
        "id": row.pk,
        "reference": row.reference,
        "source": row.source.code,
        "destination": row.destination.code,
        "document": row.document,
        "sent_at": row.sent_at,
        "received_at": row.received_at,
        "lines": [{"sku": line.variant.sku, "sent": line.sent, "received": line.received} for line in lines],
    }


def _page_size(limit: int | None) -> int:
    size = limit or conf.PAGE_SIZE
    if size > conf.PAGE_SIZE_MAX:
        raise InvalidValue(field="limit", value=size)
    return size


def _place_in_list(cursor: str, name: str) -> int:
    return decode_cursor(cursor, name)[1] if cursor else 0
