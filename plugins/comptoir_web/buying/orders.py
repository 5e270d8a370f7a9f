"""An order as its customer follows it: how far it is, what is in it, its papers, and cancelling it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comptoir.base.errors import ComptoirError, NotFound
from comptoir.baskets.claims import ClaimOrdered, claims_of_order
from comptoir.channels.models import Location
from comptoir.checkout.additions import addition_of
from comptoir.checkout.cancelling import cancel_with_parcels
from comptoir.checkout.delivery import VISIT
from comptoir.fulfilment.codes import collection_code
from comptoir.fulfilment.models import Parcel
from comptoir.fulfilment.options import promise_told
from comptoir.fulfilment.queries import parcels_of
from comptoir.orders.models import Order
from comptoir.orders.printing import paper_pdf
from comptoir.orders.queries import paper_of
from comptoir.orders.services import CUSTOMER_MAY_CANCEL
from comptoir.payments.queries import order_money, payments_of
from comptoir.reviews.queries import reviewable_lines
from comptoir_web.buying.cookies import order_of_link, own_order, remember_order
from comptoir_web.buying.limits import limited
from comptoir_web.buying.ways import slot_words
from comptoir_web.reviews import review_links
from comptoir_web.shop import Shop, shop_page

State = Order.State
#: The customer comes to a shop.
FETCHED = ("collection", VISIT)
#: The link of an e-mail, as ``orders.links.follow_link`` writes it.
LINK = re.compile(r"/orders/(?P<number>[A-Z0-9-]{1,20})#(?P<token>[\w-]{1,80})\s*$")


@dataclass(frozen=True)
class ParcelShown:
    """A parcel of an order. ``code`` is what opens it at the counter, while it waits there."""

    parcel: Parcel
    sentence: str
    code: str
    kept_until: str


@require_GET
@shop_page
def order(shop: Shop, number: str) -> HttpResponse:
    """The order, or the page that opens it by the link of an e-mail: its secret stands after ``#``, and never comes here."""
    try:
        return order_page(shop, own_order(shop, number))
    except NotFound:
        return shop.render("order_link.html", {"number": number, "robots": "noindex"})


def order_page(shop: Shop, found: Order, *, sentence: str = "", status: int = 200) -> HttpResponse:
    money, delivery = order_money(found), found.delivery
    instructions = _instructions(found, is_due=money.due.amount > 0)
    parcels = list(parcels_of(found))
    context: dict[str, Any] = {
        "order": found,
        "is_new": "thanks" in shop.request.GET,
        "sentence": sentence,
        "state": _state_sentence(found, parcels),
        "steps": _steps(found, parcels),
        "lines": _lines(found, shop.locale),
        "parcels": [_parcel(one) for one in parcels],
        "delivery": delivery,
        "place": _place(found),
        "is_visit": delivery.get("way") == VISIT,
        "slot": _slot(found),
        # What was promised is of no use any more once it has come, or does not come.
        "promised": "" if found.state in (State.DONE, State.CANCELLED) else promise_told(delivery),
        "delivery_price": found.money(found.delivery_total),
        "tax": found.money(found.tax),
        "total": found.money(found.total),
        "cancelled": found.money(found.cancelled_total),
        "money": money,
        # A card that was authorised is taken when the parcel leaves: nothing is left for the customer to do.
        "is_due": instructions is not None,
        "due_now": money.due - found.money(found.due_later),
        # What is not paid in the salon was paid, or promised by card, with the order.
        "paid_now": found.money(found.due_total - found.due_later),
        "due_later": found.money(found.due_later),
        "is_refunded": money.refunded.amount > 0,
        "instructions": instructions,
        "addition": _addition(found, shop),
        "papers": list(found.papers.order_by("pk")),
        "reviews": review_links(shop, reviewable_lines(found)),
        "may_cancel": found.state in CUSTOMER_MAY_CANCEL,
        "robots": "noindex",
    }
    return shop.render("order.html", context, status=status)


def _addition(order: Order, shop: Shop) -> dict[str, Any] | None:
    """Goods that wait for this customer's money, and until when."""
    waiting = addition_of(order)
    if waiting is None:
        return None
    ends_at = waiting.checkout.ends_at.astimezone(ZoneInfo(shop.channel.time_zone))
    return {"offered": waiting, "ends_at": formats.date_format(ends_at, "l j F, H:i")}


@require_http_methods(["GET", "POST"])
@shop_page
@limited("RATE_ORDERS")
def find(shop: Shop) -> HttpResponse:
    """Where somebody goes who looks for an order: by the link of the e-mail, pasted whole."""
    found = LINK.search(shop.request.POST.get("link", ""))
    if found:
        return _opened(shop, found["number"], found["token"])
    sentence = _not_opened() if shop.request.method == "POST" else ""
    return shop.render(
        "order_link.html", {"sentence": sentence, "robots": "noindex"}, status=422 if sentence else 200
    )


@require_POST
@shop_page
@limited("RATE_ORDERS")
def open_by_link(shop: Shop, number: str) -> HttpResponse:
    """Take the secret that a script read from the address, or the whole link that somebody pasted."""
    said = shop.request.POST.get("link", "").strip()
    return _opened(shop, number, said.rpartition("#")[2][:80])


def _opened(shop: Shop, number: str, token: str) -> HttpResponse:
    try:
        found = order_of_link(shop, number, token)
    except NotFound:
        context = {"number": number, "sentence": _not_opened(), "robots": "noindex"}
        return shop.render("order_link.html", context, status=404)
    response = redirect(shop.url("order", found.number))
    remember_order(shop, response, found)
    return response


def _not_opened() -> str:
    return _("This link does not open the order. Please copy the whole link from the e-mail.")


@require_POST
@shop_page
def cancel(shop: Shop, number: str) -> HttpResponse:
    """Cancel an order before somebody prepares it."""
    found = own_order(shop, number)
    try:
        reason = shop.request.POST.get("reason", "").replace("\0", "")[:240]
        cancel_with_parcels(order_id=found.pk, reason=reason, by_customer=True)
    except ComptoirError as error:
        found.refresh_from_db()
        return order_page(shop, found, sentence=str(error), status=error.status)
    return redirect(shop.url("order", found.number))


@require_GET
@shop_page
def paper(shop: Shop, number: str, paper_number: str) -> HttpResponse:
    """An invoice, a receipt or a credit note as PDF."""
    found = paper_of(own_order(shop, number), paper_number)
    response = HttpResponse(paper_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return response


def _has_goods(order: Order, parcels: Sequence[Parcel]) -> bool:
    """Whether there is anything to prepare: who comes for appointments alone has no parcel."""
    return order.delivery.get("way") != VISIT or bool(parcels)


def _are_goods_gone(order: Order, parcels: Sequence[Parcel]) -> bool:
    """Whether its customer has all the goods and is still to come for the rest."""
    return order.state == State.READY and not any(one.state in Parcel.OPEN for one in parcels)


def _state_sentence(order: Order, parcels: Sequence[Parcel]) -> str:
    way = order.delivery.get("way")
    if _are_goods_gone(order, parcels):
        return _("You have your articles. We look forward to your visit.")
    if order.state == State.DONE and not _has_goods(order, parcels):
        return _("Thank you for your visit.")
    is_collected = way in FETCHED
    ready = (
        _("Your order waits for you in the shop.")
        if is_collected
        else _("Your order is packed and about to leave.")
    )
    done = _("You have collected your order.") if is_collected else _("Your parcel is on its way to you.")
    sentences = {
        State.UNPAID: _("We wait for your transfer.")
        if way == VISIT
        else _("We wait for your transfer, and prepare your order when it has come in."),
        State.PLACED: _("Your order is confirmed.")
        if way == VISIT
        else _("We have your order and prepare it soon."),
        State.PREPARING: _("We are preparing your order."),
        State.READY: ready,
        State.DONE: done,
        State.CANCELLED: _("This order is cancelled."),
    }
    return sentences[State(order.state)]


def _steps(order: Order, parcels: Sequence[Parcel]) -> list[tuple[str, str]]:
    """The way of goods: each step with ``done``, ``now`` or ``next``; nothing for a cancelled order, nor without goods."""
    if order.state == State.CANCELLED or not _has_goods(order, parcels):
        return []
    is_collected = order.delivery.get("way") in FETCHED
    names = {
        State.PLACED: _("Order placed"),
        State.PREPARING: _("In preparation"),
        State.READY: _("Ready in the shop") if is_collected else _("Packed"),
        State.DONE: _("Collected") if is_collected else _("Sent"),
    }
    states = list(names)
    state = State.DONE if _are_goods_gone(order, parcels) else order.state
    at = states.index(State(state)) if state in states else -1
    tense = {True: "done", False: "next"}
    return [
        (name, "now" if number == at else tense[number < at]) for number, name in enumerate(names.values())
    ]


def _lines(order: Order, locale: str) -> list[dict[str, Any]]:
    lines = list(order.lines.order_by("pk"))
    claims = {} if all(line.is_counted for line in lines) else claims_of_order(order.number, locale)
    return [_line(order, line, claims.get(line.variant_id, ())) for line in lines]


def _line(order: Order, line: Any, claims: Sequence[ClaimOrdered]) -> dict[str, Any]:
    return {
        "claims": claims,
        "title": line.title,
        "options": line.options,
        "quantity": line.quantity,
        "cancelled": line.cancelled,
        "total": order.money(line.total),
        "discount": order.money(line.discount) if line.discount > Decimal(0) else None,
    }


def _parcel(parcel: Parcel) -> ParcelShown:
    is_ready = parcel.state == Parcel.State.READY
    until = parcel.expires_at if is_ready else None
    zone = (parcel.destination or parcel.location).time_zone
    return ParcelShown(
        parcel=parcel,
        sentence=str(parcel.get_state_display()).capitalize(),
        code=collection_code(parcel) if is_ready else "",
        kept_until=formats.date_format(until.astimezone(ZoneInfo(zone)), "l j F") if until else "",
    )


def _place(order: Order) -> Location | None:
    """The shop where the order is collected, or its customer comes for it."""
    if order.delivery.get("way") not in FETCHED:
        return None
    places = Location.objects.prefetch_related("opening_hours")
    return places.filter(pk=order.delivery.get("location_id")).first()


def _slot(order: Order) -> str:
    said = order.delivery.get("slot")
    if not said:
        return ""
    zone = order.location.time_zone if order.location else order.channel.time_zone
    return slot_words(said, zone)


def _instructions(order: Order, *, is_due: bool) -> dict[str, Any] | None:
    """What the customer still has to do to pay, such as a transfer with its reference."""
    if not is_due or order.state == State.CANCELLED:
        return None
    steps = [one.step for one in payments_of(order.reference) if one.step.get("kind") == "instructions"]
    return steps[-1] if steps else None
