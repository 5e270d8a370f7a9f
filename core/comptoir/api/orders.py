"""Orders of customers: by the safe link they got, or by the session of who placed them."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from ninja.utils import check_csrf

from comptoir.api.basket_answers import private_answer
from comptoir.api.http import open_channel_for
from comptoir.api.idempotency import once
from comptoir.api.limits import AddressLimit
from comptoir.api.order_answers import order_json, row_json
from comptoir.api.order_schemas import CancelIn, OrderOut, OrderPage
from comptoir.api.schemas import Problem
from comptoir.base.errors import NotFound
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.conf import conf
from comptoir.orders.links import order_by_link
from comptoir.orders.models import Order
from comptoir.orders.printing import paper_pdf
from comptoir.orders.queries import order_of_customer, orders_of_customer, paper_of
from comptoir.publishing.queries import decode_cursor, encode_cursor

router = Router()
TOKEN = "X-Order-Token"  # noqa: S105 (the name of a header)
READ = {401: Problem, 404: Problem, 429: Problem}
BY_LINK = {
    "parameters": [
        {
            "in": "header", "name": TOKEN, "required": False, "schema": {"type": "string", "maxLength": 200},
            "description": "the token of the order's link, for whoever is not logged in",
        }
    ]
}  # fmt: skip
PDF = {
    "responses": {
        200: {
            "description": "OK",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get(
    "/orders",
    response={200: OrderPage, **READ},
    operation_id="my_orders",
    summary="The orders of the customer who is logged in, on all channels",
)
def my_orders(
    request: HttpRequest, channel: Path[str], cursor: str = "", limit: int | None = Query(None, ge=1)
) -> HttpResponse:
    open_channel_for(request, channel)
    if not request.user.is_authenticated:
        raise HttpError(401, "Unauthorized")
    rows = orders_of_customer(request.user.pk).select_related("location")
    return private_answer(page_of(rows, cursor, limit, "my-orders"))


@router.get(
    "/orders/{number}",
    response={200: OrderOut, **READ},
    operation_id="order",
    summary="An order, by its link's token or for its own customer",
    throttle=[AddressLimit("RATE_ORDERS")],
    openapi_extra=BY_LINK,
)
def order(request: HttpRequest, channel: Path[str], number: str) -> HttpResponse:
    """Send the token of the link as the header `X-Order-Token`. Any other caller gets the same 404."""
    return private_answer(order_json(_order(request, channel, number)))


@router.post(
    "/orders/{number}/cancel",
    response={200: OrderOut, 409: Problem, 422: Problem, **READ},
    operation_id="cancel_order",
    summary="Cancel an order, or pieces of it, before anybody works on it",
    openapi_extra=BY_LINK,
)
@decorate_view(once)
def cancel(request: HttpRequest, channel: Path[str], number: Path[str], body: CancelIn) -> HttpResponse:
    """The goods are free at once, and the money goes back to where it came from."""
    found = _order(request, channel, number)
    cancel_with_parcels(order_id=found.pk, lines=pieces_of(body), reason=body.reason, by_customer=True)
    found.refresh_from_db()
    return private_answer(order_json(found))


@router.get(
    "/orders/{number}/papers/{paper}",
    response=READ,
    operation_id="order_paper",
    summary="An invoice, receipt or credit note as PDF",
    throttle=[AddressLimit("RATE_ORDERS")],
    openapi_extra={**BY_LINK, **PDF},
)
def paper(request: HttpRequest, channel: Path[str], number: str, paper: str) -> HttpResponse:
    return pdf_answer(_order(request, channel, number), paper)


def pdf_answer(order: Order, number: str) -> HttpResponse:
    """A paper of an order as a file."""
    found = paper_of(order, number)
    response = HttpResponse(paper_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def pieces_of(body: CancelIn) -> dict[int, int] | None:
    """Pieces by line, one line named twice added up."""
    if body.lines is None:
        return None
    pieces: dict[int, int] = {}
    for one in body.lines:
        pieces[one.line] = pieces.get(one.line, 0) + one.quantity
    return pieces


def page_of(
    rows: QuerySet, cursor: str, limit: int | None, name: str, shown: Callable[[Any], object] = row_json
) -> dict[str, object]:
    """One page of rows, the latest first; orders, unless ``shown`` draws something else.

    Errors: ``InvalidValue`` for a cursor of another list.
    """
    size = min(limit or conf.PAGE_SIZE, conf.PAGE_SIZE_MAX)
    rows = rows.order_by("-pk")
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor, name)[1])
    found = list(rows[: size + 1])
    following = encode_cursor(name, 0, found[size - 1].pk) if len(found) > size else None
    return {"items": [shown(one) for one in found[:size]], "next": following}


def _order(request: HttpRequest, channel: str, number: str) -> Order:
    context = open_channel_for(request, channel)
    if token := request.headers.get(TOKEN, ""):
        found = order_by_link(number, token)
    elif request.user.is_authenticated:
        if request.method != "GET" and check_csrf(request):
            raise HttpError(403, "CSRF check failed")
        found = order_of_customer(number, request.user.pk)
    else:
        raise NotFound()
    # An order is followed where it was placed; its customer, who is logged in, sees it everywhere.
    if token and found.channel_id != context.id:
        raise NotFound()
    return found
