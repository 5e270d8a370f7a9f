"""Baskets of a channel: who has the token may read and change one; ``mine`` stands for the token of one's own."""

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from ninja.decorators import decorate_view
from ninja.errors import HttpError
from ninja.security import SessionAuth
from ninja.utils import check_csrf

from comptoir.api.basket_answers import basket_answer, offer_json, private_answer, quote_json, taken_json
from comptoir.api.basket_schemas import (
    Basket,
    BasketChange,
    HandoverCode,
    HandoverOffer,
    LineChange,
    NewBasket,
    NewLine,
    OpenedBasket,
    QuoteAnswer,
    TakenBasket,
    VoucherCode,
)
from comptoir.api.http import open_channel_for
from comptoir.api.idempotency import once
from comptoir.api.limits import AddressLimit
from comptoir.api.schemas import Problem
from comptoir.base.errors import InvalidValue
from comptoir.baskets import services
from comptoir.baskets.handover import offer_handover, take_over
from comptoir.baskets.merging import merge_baskets
from comptoir.baskets.queries import basket_view
from comptoir.baskets.rows import Code, Key
from comptoir.channels.models import Location

router = Router()

#: What a customer who is logged in writes where others have a token.
MINE = "mine"
READ = {404: Problem, 422: Problem}
WRITE = {404: Problem, 409: Problem, 422: Problem}


@router.post(
    "/baskets",
    response={201: OpenedBasket, 429: Problem, **WRITE},
    operation_id="open_basket",
    summary="Open a basket",
    throttle=[AddressLimit("RATE_BASKETS")],
)
@decorate_view(once)
def open_basket(request: HttpRequest, channel: Path[str], body: NewBasket) -> HttpResponse:
    """The answer has the token that opens the basket. It is shown here once."""
    view, token = services.open_basket(
        channel=open_channel_for(request, channel),
        location=_location(body.location),
        lines=[(Code(line.sku, line.gtin), line.quantity) for line in body.lines],
    )
    return basket_answer(request, view, status=201, token=token)


@router.post(
    "/baskets/handover",
    response={200: TakenBasket, 429: Problem, **WRITE},
    operation_id="take_basket_over",
    summary="Take a basket over from another channel, or another device",
    throttle=[AddressLimit("RATE_CODES")],
)
@decorate_view(once)
def take_basket_over(request: HttpRequest, channel: Path[str], body: HandoverCode) -> HttpResponse:
    """Its goods stay held; the token it had stops working. `differences` tells each price that is another here, and why."""
    context = open_channel_for(request, channel)
    taken = take_over(channel=context, code=body.code, location=_location(body.location))
    return basket_answer(request, taken.view, **taken_json(taken))


@router.get(
    "/baskets/{token}",
    response={200: Basket, **READ},
    operation_id="basket",
    summary="A basket with its prices and holds",
)
def basket(request: HttpRequest, channel: Path[str], token: str) -> HttpResponse:
    """With `mine` as the token: the basket of the customer who is logged in."""
    return basket_answer(request, basket_view(basket_key(request, channel, token)))


@router.patch(
    "/baskets/{token}",
    response={200: Basket, **WRITE},
    operation_id="change_basket",
    summary="Write a note",
)
@decorate_view(once)
def change_basket(
    request: HttpRequest, channel: Path[str], token: Path[str], body: BasketChange
) -> HttpResponse:
    key = basket_key(request, channel, token)
    return basket_answer(request, services.set_note(key=key, note=body.note))


@router.delete(
    "/baskets/{token}",
    response={204: None, **WRITE},
    operation_id="close_basket",
    summary="Give a basket up; its goods are free at once",
)
@decorate_view(once)
def close_basket(request: HttpRequest, channel: Path[str], token: str) -> HttpResponse:
    services.close_basket(key=basket_key(request, channel, token))
    return HttpResponse(status=204)


@router.post(
    "/baskets/{token}/lines",
    response={200: Basket, **WRITE},
    operation_id="add_basket_line",
    summary="Put pieces of a variant into a basket",
)
@decorate_view(once)
def add_line(request: HttpRequest, channel: Path[str], token: Path[str], body: NewLine) -> HttpResponse:
    """More of what is there already adds up. 409 `out_of_stock` names shops that have some, and other variants."""
    key = basket_key(request, channel, token)
    view = services.add_line(key=key, code=Code(body.sku, body.gtin), quantity=body.quantity)
    return basket_answer(request, view)


@router.patch(
    "/baskets/{token}/lines/{line_id}",
    response={200: Basket, **WRITE},
    operation_id="change_basket_line",
    summary="Change how many pieces a line has",
)
@decorate_view(once)
def change_line(
    request: HttpRequest, channel: Path[str], token: Path[str], line_id: Path[int], body: LineChange
) -> HttpResponse:
    key = basket_key(request, channel, token)
    return basket_answer(request, services.change_line(key=key, line_id=line_id, quantity=body.quantity))


@router.delete(
    "/baskets/{token}/lines/{line_id}",
    response={200: Basket, **WRITE},
    operation_id="remove_basket_line",
    summary="Take a line out of a basket",
)
@decorate_view(once)
def remove_line(request: HttpRequest, channel: Path[str], token: str, line_id: int) -> HttpResponse:
    view = services.remove_line(key=basket_key(request, channel, token), line_id=line_id)
    return basket_answer(request, view)


@router.post(
    "/baskets/{token}/vouchers",
    response={200: Basket, 429: Problem, **WRITE},
    operation_id="add_basket_voucher",
    summary="Enter a voucher",
    throttle=[AddressLimit("RATE_VOUCHERS")],
)
@decorate_view(once)
def add_voucher(
    request: HttpRequest, channel: Path[str], token: Path[str], body: VoucherCode
) -> HttpResponse:
    view = services.add_voucher(key=basket_key(request, channel, token), code=body.code)
    return basket_answer(request, view)


@router.delete(
    "/baskets/{token}/vouchers/{code}",
    response={200: Basket, **WRITE},
    operation_id="remove_basket_voucher",
    summary="Take a voucher out again",
)
@decorate_view(once)
def remove_voucher(request: HttpRequest, channel: Path[str], token: str, code: str) -> HttpResponse:
    view = services.remove_voucher(key=basket_key(request, channel, token), code=code)
    return basket_answer(request, view)


@router.get(
    "/baskets/{token}/quote",
    response={200: QuoteAnswer, **READ},
    operation_id="basket_quote",
    summary="The price of a basket, with its reasons",
)
def quote(request: HttpRequest, channel: Path[str], token: str, explain: bool = False) -> HttpResponse:
    view = basket_view(basket_key(request, channel, token))
    return private_answer(quote_json(view, is_explained=explain))


@router.post(
    "/baskets/{token}/hold",
    response={200: Basket, **WRITE},
    operation_id="hold_basket",
    summary="Hold what is in a basket longer, and again what is not held any more",
)
@decorate_view(once)
def hold(request: HttpRequest, channel: Path[str], token: str) -> HttpResponse:
    return basket_answer(request, services.keep_alive(key=basket_key(request, channel, token)))


@router.post(
    "/baskets/{token}/checkout",
    response={200: Basket, **WRITE},
    operation_id="begin_checkout",
    summary="Take a basket to the checkout: everything in it is held",
)
@decorate_view(once)
def checkout(request: HttpRequest, channel: Path[str], token: str) -> HttpResponse:
    return basket_answer(request, services.begin_checkout(key=basket_key(request, channel, token)))


@router.post(
    "/baskets/{token}/handover",
    response={200: HandoverOffer, **WRITE},
    operation_id="offer_basket",
    summary="A code by which another channel, or another device, takes the basket over",
)
@decorate_view(once)
def handover(request: HttpRequest, channel: Path[str], token: str) -> HttpResponse:
    """Good once and for some minutes. A code that was given out before stops working."""
    return private_answer(offer_json(offer_handover(key=basket_key(request, channel, token))))


@router.post(
    "/baskets/{token}/claim",
    response={200: Basket, 401: Problem, 403: Problem, **WRITE},
    operation_id="claim_basket",
    summary="Make a guest's basket one's own after logging in",
    auth=SessionAuth(),
)
@decorate_view(once)
def claim(request: HttpRequest, channel: Path[str], token: str) -> HttpResponse:
    """It is joined with the basket the customer has here already, if any. From then on it opens as `mine`."""
    context = open_channel_for(request, channel)
    return basket_answer(request, merge_baskets(channel=context, token=token, user=request.user))


def basket_key(request: HttpRequest, channel: str, token: str) -> Key:
    """What opens the basket: the token, or for ``mine`` the session, whose writes need Django's CSRF token.

    Errors: ``NotFound`` for the channel; 401 and 403 for ``mine`` without a log-in or without the CSRF token.
    """
    context = open_channel_for(request, channel)
    if token != MINE:
        return Key(context, token)
    if not request.user.is_authenticated:
        raise HttpError(401, "Unauthorized")
    if check_csrf(request):
        raise HttpError(403, "CSRF check failed")
    return Key(context, owner_id=request.user.pk)


def _location(code: str) -> Location | None:
    """Errors: ``InvalidValue`` for a location that there is not."""
    if not code:
        return None
    location = None if "\0" in code else Location.objects.filter(code=code, is_active=True).first()
    if location is None:
        raise InvalidValue(field="location", value=code.replace("\0", ""))
    return location
