"""From a basket to an order over HTTP. The id of a checkout is its secret: 122 bits, for its customer only."""

import secrets
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from ninja.decorators import decorate_view

from comptoir.api.basket_answers import private_answer
from comptoir.api.baskets import basket_key
from comptoir.api.checkout_schemas import CheckoutChange, CheckoutOut, NewCheckout, PayIn
from comptoir.api.http import chosen_locale, open_channel_for
from comptoir.api.idempotency import HEADER, once, repeatable
from comptoir.api.money import money_in
from comptoir.api.schemas import Problem
from comptoir.base.money import Money
from comptoir.checkout import services
from comptoir.checkout.delivery import Wish
from comptoir.checkout.finishing import come_back, pay
from comptoir.checkout.models import Checkout
from comptoir.checkout.queries import checkout_view, current_payment, view_of
from comptoir.checkout.services import Change, CheckoutView, methods_of
from comptoir.orders.links import follow_token
from comptoir.payments.models import Payment

router = Router()
READ = {404: Problem, 422: Problem}
WRITE = {404: Problem, 409: Problem, 422: Problem}


@router.post(
    "/checkouts",
    response={201: CheckoutOut, **WRITE},
    operation_id="open_checkout",
    summary="Take a basket to the checkout",
)
@decorate_view(once)
def open_checkout(request: HttpRequest, channel: Path[str], body: NewCheckout) -> HttpResponse:
    """Everything in the basket is held from now on. Again for the same basket: the same checkout."""
    key = basket_key(request, channel, body.basket)
    view = services.begin_checkout(key=key, locale=chosen_locale(request, key.channel))
    return checkout_answer(view, status=201)


@router.get(
    "/checkouts/{id}", response={200: CheckoutOut, **READ}, operation_id="checkout", summary="A checkout"
)
def checkout(request: HttpRequest, channel: Path[str], id: UUID) -> HttpResponse:
    return checkout_answer(checkout_view(open_channel_for(request, channel), str(id)))


@router.patch(
    "/checkouts/{id}",
    response={200: CheckoutOut, **WRITE},
    operation_id="change_checkout",
    summary="Say who the order is for, how it gets there, how it is paid",
)
@decorate_view(repeatable)
def change_checkout(
    request: HttpRequest, channel: Path[str], id: Path[UUID], body: CheckoutChange
) -> HttpResponse:
    """Twice the same is once: no key is needed. While a payment is open this gives it up: its money goes back."""
    context = open_channel_for(request, channel)
    view = services.change_checkout(channel=context, uuid=str(id), change=_change(body))
    return checkout_answer(view)


@router.post(
    "/checkouts/{id}/pay",
    response={200: CheckoutOut, **WRITE},
    operation_id="pay_checkout",
    summary="Check everything once more, and begin to pay",
)
@decorate_view(repeatable)
def pay_checkout(request: HttpRequest, channel: Path[str], id: Path[UUID], body: PayIn) -> HttpResponse:
    """409 names every reason (`reasons`), or what has become dearer or cheaper (`price_changed`). With the same
    `Idempotency-Key` the same payment goes on. Where nothing more is to be done the order is placed by now."""
    context = open_channel_for(request, channel)
    key = request.headers.get(HEADER) or secrets.token_urlsafe(16)
    paid, payment = pay(
        channel=context,
        uuid=str(id),
        total=money_in(body.total, field="total"),
        key=key[:100],
        return_url=body.return_url,
    )
    return checkout_answer(CheckoutView(paid, context, None), payment=payment)


@router.post(
    "/checkouts/{id}/finish",
    response={200: CheckoutOut, **WRITE},
    operation_id="finish_checkout",
    summary="The customer is back from the payment page",
)
@decorate_view(repeatable)
def finish_checkout(request: HttpRequest, channel: Path[str], id: UUID) -> HttpResponse:
    """Asks the provider what happened, and places the order if the money is there. Safe at any time, again and again."""
    context = open_channel_for(request, channel)
    return checkout_answer(view_of(context, come_back(channel=context, uuid=str(id))))


def checkout_answer(view: CheckoutView, *, status: int = 200, payment: Payment | None = None) -> HttpResponse:
    """A checkout for its customer. Nobody may keep it."""
    return private_answer(_checkout(view, payment or current_payment(view.checkout)), status=status)


def _change(body: CheckoutChange) -> Change:
    wish = None
    if said := body.delivery:
        address = services.clean_address("delivery.address", said.address.dict()) if said.address else {}
        wish = Wish(said.key, address, {"code": said.point} if said.point else {}, said.slot)
    return Change(
        contact=body.contact.dict(exclude_unset=True) if body.contact else None,
        billing=body.billing.dict() if body.billing else None,
        wish=wish,
        provider=body.payment,
    )


def _checkout(view: CheckoutView, payment: Payment | None) -> dict[str, Any]:
    one, order = view.checkout, view.checkout.placed_order
    return {
        "id": str(one.uuid),
        "state": one.state,
        "problem": one.problem or None,
        "contact": {"name": one.name, "email": one.email, "phone": one.phone},
        "billing": _in_order(one.billing),
        "delivery": _in_order(_delivery(one)),
        "payment_method": one.provider or None,
        "payment_methods": [{"code": each.code, "name": each.name} for each in methods_of(view)],
        "goods": view.basket.quote.total.as_json() if view.basket else None,
        "delivery_price": Money(one.delivery_total, view.channel.currency).as_json(),
        "total": view.total.as_json(),
        "due_now": view.due_now.as_json(),
        "due_later": view.due_later.as_json(),
        "payment": payment and {
            "id": str(payment.uuid), "provider": payment.provider, "state": payment.state,
            "step": _in_order(payment.step),
        },
        "order": order and {"number": order.number, "token": follow_token(order)},
        "ends_at": one.ends_at.isoformat(),
    }  # fmt: skip


def _delivery(checkout: Checkout) -> dict[str, Any] | None:
    shown = ("key", "method", "name", "way", "address", "point", "slot", "promise", "promised")
    return {name: checkout.delivery.get(name) for name in shown} if checkout.delivery else None


def _in_order(kept: dict[str, Any] | None) -> orjson.Fragment:
    """What the database keeps as JSON comes back in an order of its own; the first answer is equal to the repeated ones."""
    return orjson.Fragment(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS))
