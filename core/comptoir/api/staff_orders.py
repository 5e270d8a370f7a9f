"""Orders for the staff's own programs: ``/api/v1/staff/orders/…``; a permission (what) and a workplace (where)."""

import secrets
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.decorators import decorate_view

from comptoir.api.basket_answers import private_answer
from comptoir.api.idempotency import HEADER, once
from comptoir.api.money import money_in
from comptoir.api.order_answers import staff_json
from comptoir.api.order_schemas import (
    AddGoodsIn,
    BalanceIn,
    CancelIn,
    DraftIn,
    DraftOut,
    NoteIn,
    OrderPage,
    RefundIn,
    RefundOut,
    StaffOrder,
)
from comptoir.api.orders import PDF, page_of, pdf_answer, pieces_of
from comptoir.api.schemas import Problem
from comptoir.api.staff import NotAllowed, StaffSession, check_permission
from comptoir.base.errors import InvalidValue
from comptoir.baskets.rows import Code
from comptoir.channels.queries import channel_context
from comptoir.checkout.additions import BY_LINK, offer_goods, withdraw_goods
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.drafts import draft_order, offer_draft, payment_link
from comptoir.checkout.editing import add_goods
from comptoir.checkout.receiving import take_balance
from comptoir.customers.queries import workplaces
from comptoir.orders.models import Order
from comptoir.orders.papers import issue_paper
from comptoir.orders.queries import find_orders, staff_order
from comptoir.orders.services import note_order, request_refund

LOOK, CHANGE, CANCEL, REFUND, NOTE, DRAFT = (
    f"order.{name}"
    for name in ("view_order", "change_order", "cancel_order", "refund_order", "add_ordernote", "draft_order")
)
CAPTURE = "payments.capture_payment"
PROBLEMS = {code: Problem for code in (401, 403, 404, 409, 422)}

router = Router(auth=StaffSession())


@router.get(
    "", response={200: OrderPage, **PROBLEMS}, operation_id="staff_orders", summary="Orders, the latest first"
)
def orders(
    request: HttpRequest,
    search: str = Query("", max_length=100, description="number, e-mail, phone, name or SKU"),
    state: list[str] = Query([], max_length=10),
    channel: str = "",
    location: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
    limit: int | None = Query(None, ge=1),
) -> HttpResponse:
    """Those of one's own shops, and those whose goods lie there."""
    user = check_permission(request, LOOK)
    rows = find_orders(
        user, text=search, states=state, channel=channel, location=location, since=since, until=until
    )
    return private_answer(page_of(rows, cursor, limit, "staff-orders"))


@router.post(
    "/drafts",
    response={201: DraftOut, **PROBLEMS},
    operation_id="staff_draft",
    summary="Take an order on the phone: its goods are kept, and the customer pays by a link",
)
@decorate_view(once)
def draft(request: HttpRequest, body: DraftIn) -> HttpResponse:
    """The link is the customer's: whoever has it can fill in the delivery, and pay."""
    user = check_permission(request, DRAFT)
    context = channel_context(body.channel)
    if context is None:
        raise InvalidValue(field="channel", value=body.channel)
    if not workplaces(user).filter(pk__in=context.location_ids).exists():
        raise NotAllowed
    view = draft_order(
        channel=context,
        lines=[(Code(line.sku, line.gtin), line.quantity) for line in body.lines],
        contact=body.contact.dict(),
        locale=body.locale if body.locale in context.locales else context.default_locale,
        staff_id=user.pk,
        hours=body.hours,
    )
    draft = view.checkout
    answer = {"id": str(draft.uuid), "link": payment_link(draft), "ends_at": draft.ends_at.isoformat()}
    return private_answer({**answer, "total": view.total.as_json()}, status=201)


@router.post(
    "/drafts/{id}/link",
    response={204: None, **PROBLEMS},
    operation_id="staff_send_link",
    summary="Send the customer the link by SMS; once, however often it is asked for",
)
@decorate_view(once)
def send_link(request: HttpRequest, id: UUID) -> HttpResponse:
    check_permission(request, DRAFT)
    offer_draft(uuid=str(id))
    return HttpResponse(status=204)


@router.get(
    "/{number}", response={200: StaffOrder, **PROBLEMS}, operation_id="staff_order", summary="One order"
)
def order(request: HttpRequest, number: str) -> HttpResponse:
    return private_answer(staff_json(_order(request, LOOK, number)))


@router.post(
    "/{number}/cancel",
    response={200: StaffOrder, **PROBLEMS},
    operation_id="staff_cancel_order",
    summary="Cancel an order, or pieces of it",
)
@decorate_view(once)
def cancel(request: HttpRequest, number: Path[str], body: CancelIn) -> HttpResponse:
    """Until it is handed over. The goods are free at once, and the money goes back to where it came from."""
    found = _order(request, CANCEL, number)
    cancel_with_parcels(
        order_id=found.pk, lines=pieces_of(body), actor_id=request.auth.pk, reason=body.reason
    )
    return private_answer(staff_json(_order(request, CANCEL, number)))


@router.post(
    "/{number}/goods",
    response={201: StaffOrder, **PROBLEMS},
    operation_id="staff_add_goods",
    summary="Put more goods into an order that nobody prepares yet",
)
@decorate_view(once)
def add(request: HttpRequest, number: Path[str], body: AddGoodsIn) -> HttpResponse:
    """At today's price. With `link` they are kept, the customer gets a link to pay once, and nothing is prepared until it is
    paid or the time is over; else they are in the order at once, and staff take the money."""
    found = _order(request, CHANGE, number)
    said = {
        "order_id": found.pk,
        "lines": [(Code(line.sku, line.gtin), line.quantity) for line in body.lines],
        "total": money_in(body.total, field="total"),
        "key": f"staff:{request.headers.get(HEADER) or secrets.token_hex(8)}"[:80],
        "actor_id": request.auth.pk,
    }
    if body.payment == BY_LINK:
        offer_goods(**said, hours=body.hours)
    else:
        add_goods(**said, provider=body.payment)
    return private_answer(staff_json(_order(request, CHANGE, number)), status=201)


@router.post(
    "/{number}/goods/withdraw",
    response={200: StaffOrder, **PROBLEMS},
    operation_id="staff_withdraw_goods",
    summary="Give up the goods that an order waits for",
)
@decorate_view(once)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """They are free at once, the link does nothing any more, money under way goes back, and the order stands as before."""
    found = _order(request, CHANGE, number)
    withdraw_goods(order_id=found.pk, actor_id=request.auth.pk)
    return private_answer(staff_json(found))


@router.post(
    "/{number}/refunds",
    response={201: RefundOut, **PROBLEMS},
    operation_id="staff_refund",
    summary="Give money back for pieces, or an amount",
)
@decorate_view(once)
def refund(request: HttpRequest, number: Path[str], body: RefundIn) -> HttpResponse:
    """To the tenders that paid. Never more than was paid, with what was given back before."""
    found = _order(request, REFUND, number)
    lines = {one.line: one.quantity for one in body.lines}
    asked = request_refund(
        order_id=found.pk,
        key=f"staff:{request.auth.pk}:{request.headers.get(HEADER) or secrets.token_hex(8)}"[:80],
        lines=lines,
        amount=money_in(body.amount, field="amount") if body.amount else None,
        actor_id=request.auth.pk,
        reason=body.reason,
    )
    answer = {"id": asked.pk, "amount": found.money(asked.amount).as_json(), "order": found.number}
    return private_answer(answer, status=201)


@router.post(
    "/{number}/balance",
    response={201: StaffOrder, **PROBLEMS},
    operation_id="staff_take_balance",
    summary="Take what is paid at arrival, or a part of it",
)
@decorate_view(once)
def balance(request: HttpRequest, number: Path[str], body: BalanceIn) -> HttpResponse:
    """Over the counter, unless another means of payment is named. 409 `above_balance` if less is still to be paid."""
    found = _order(request, CAPTURE, number)
    take_balance(
        order_id=found.pk,
        key=f"staff:{request.headers.get(HEADER) or secrets.token_hex(8)}"[:80],
        actor=request.auth,
        amount=money_in(body.amount, field="amount") if body.amount else None,
        provider=body.provider,
    )
    return private_answer(staff_json(_order(request, CAPTURE, number)), status=201)


@router.post(
    "/{number}/notes",
    response={201: StaffOrder, **PROBLEMS},
    operation_id="staff_note",
    summary="Leave a note for colleagues",
)
@decorate_view(once)
def note(request: HttpRequest, number: Path[str], body: NoteIn) -> HttpResponse:
    found = _order(request, NOTE, number)
    note_order(order_id=found.pk, message=body.message, actor_id=request.auth.pk)
    return private_answer(staff_json(found), status=201)


@router.post(
    "/{number}/invoice",
    response={200: StaffOrder, **PROBLEMS},
    operation_id="staff_invoice",
    summary="Issue the invoice; the first time only, the same one ever after",
)
@decorate_view(once)
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    found = _order(request, LOOK, number)
    issue_paper(order_id=found.pk)
    return private_answer(staff_json(found))


@router.get(
    "/{number}/papers/{paper}",
    response=PROBLEMS,
    operation_id="staff_paper",
    summary="An invoice, receipt or credit note as PDF",
    openapi_extra=PDF,
)
def paper(request: HttpRequest, number: str, paper: str) -> HttpResponse:
    return pdf_answer(_order(request, LOOK, number), paper)


def _order(request: HttpRequest, permission: str, number: str) -> Order:
    return staff_order(check_permission(request, permission), number)
