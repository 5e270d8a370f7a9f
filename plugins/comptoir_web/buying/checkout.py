"""The checkout: one page, three steps. What is refused stands beside its field, and what was typed stays."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.errors import ComptoirError, NotFound
from comptoir.checkout import services
from comptoir.checkout.delivery import Wish
from comptoir.checkout.models import Checkout
from comptoir.checkout.queries import live_view
from comptoir.checkout.services import Change, CheckoutView
from comptoir.customers.services import save_address
from comptoir.fulfilment.methods import UnknownMethod
from comptoir.fulfilment.routes import NotDeliverable
from comptoir.fulfilment.slots import NoSlotHeld, SlotFull, SlotPast, UnknownSlot
from comptoir_web.buying.basket import Refused, basket_page
from comptoir_web.buying.checkout_page import (
    CONTACT,
    DELIVERY,
    Page,
    address_form,
    checkout_page,
    own_addresses,
    steps_of,
)
from comptoir_web.buying.cookies import BASKET, CHECKOUT, basket_key, remember_order
from comptoir_web.buying.forms import ContactForm
from comptoir_web.buying.limits import limited
from comptoir_web.buying.shown import refusal_sentences
from comptoir_web.buying.ways import COLLECT, RELAY, SHIP, WayShown, relay_address, ways_of
from comptoir_web.shop import Shop, shop_page

State = Checkout.State
SLOT_REFUSALS = (NoSlotHeld, SlotFull, SlotPast, UnknownSlot)


@require_POST
@shop_page
@limited("RATE_BASKETS")
def begin(shop: Shop) -> HttpResponse:
    """Take the basket to the checkout: everything in it is held from now on."""
    try:
        key = basket_key(shop)
        with transaction.atomic():
            view = services.begin_checkout(key=key, locale=shop.locale)
    except NotFound:
        return redirect(shop.url("basket"))
    except ComptoirError as error:
        return basket_page(shop, Refused(error.status, refusal_sentences(error)))
    _know_customer(shop, view)
    response = redirect(shop.url("checkout"))
    CHECKOUT.write(shop, response, str(view.checkout.uuid))
    return response


@require_GET
@shop_page
def checkout(shop: Shop) -> HttpResponse:
    """The step that is to be done next, or the one asked for by ``?step=``; or what opens the link of a message."""
    if "link" in shop.request.GET:
        return shop.render("checkout_link.html", {"robots": "noindex"})
    if over := going_on(shop):
        return over
    refused = _(
        "Your bank has refused, or you went back. Nothing was charged: try again, or pay in another way."
    )
    sentences = [refused] if "refused" in shop.request.GET else []
    return checkout_page(shop, _live(shop), Page(step=shop.request.GET.get("step", ""), sentences=sentences))


@require_POST
@shop_page
@limited("RATE_ORDERS")
def open_draft(shop: Shop) -> HttpResponse:
    """Go on with an order that was taken on the phone, by the secret of the link that was sent."""
    said = shop.request.POST.get("link", "").strip().rpartition("#")[2]
    try:
        view = live_view(shop.channel, str(UUID(said)))
    except (NotFound, ValueError):
        sentence = _("This link does not open an order. Please copy the whole link from the message.")
        return shop.render("checkout_link.html", {"sentence": sentence, "robots": "noindex"}, status=404)
    response = redirect(shop.url("checkout"))
    CHECKOUT.write(shop, response, str(view.checkout.uuid))
    return response


@require_POST
@shop_page
def contact(shop: Shop) -> HttpResponse:
    """Who the order is for."""
    if over := going_on(shop):
        return over
    view, form = _live(shop), ContactForm(shop.request.POST)
    if form.is_valid():
        try:
            changed = _change(shop, view, Change(contact=form.cleaned_data))
            following = steps_of(changed)[1]
            return redirect(f"{shop.url('checkout')}#{following}")
        except ComptoirError as error:
            if not form.blame(error):
                return refused_page(shop, view, error, CONTACT)
    return checkout_page(shop, view, Page(CONTACT, contact=form, status=422))


@require_POST
@shop_page
def delivery(shop: Shop) -> HttpResponse:
    """How the goods get there. What needs a second answer (several carriers, relay points, shops nearby) asks for it."""
    if over := going_on(shop):
        return over
    typed = {name: text.replace("\0", "") for name, text in shop.request.POST.items()}
    view, said = _live(shop), {**typed, **_own_address(shop)}
    if said.get("way") == RELAY:
        said["near"] = said.get("near-relay", "")
    if _only_looks(said):
        return checkout_page(shop, view, Page(DELIVERY, said=said))
    try:
        wish = _wish(shop, view, said)
        if isinstance(wish, HttpResponse):
            return wish
        _change(shop, view, Change(wish=wish))
    except ComptoirError as error:
        return _delivery_refused(shop, view, said, error)
    if "keep" in said and said.get("way") == SHIP and shop.request.user.is_authenticated:
        save_address(user=shop.request.user, address=wish.address)
    return redirect(f"{shop.url('checkout')}#payment")


def _own_address(shop: Shop) -> dict[str, str]:
    """The address of the customer's own that was chosen, as if it had been typed."""
    chosen = shop.request.POST.get("own", "")
    own = next((one for one in own_addresses(shop) if str(one["id"]) == chosen), None)
    return (
        {name: str(own[name]) for name in ("street", "street2", "postcode", "city", "country")} if own else {}
    )


def _only_looks(said: Mapping[str, str]) -> bool:
    """Whether somebody looks for shops or relay points nearby, and has not chosen one yet."""
    way = said.get("way", "")
    chosen = {COLLECT: "shop", RELAY: "point"}.get(way)
    if chosen is None or said.get("choose") == way:
        return False
    # Enter in the field of the postcode presses the first button of the form, whichever that is.
    return "look" in said or bool(said.get("near") and not said.get(chosen))


def _wish(shop: Shop, view: CheckoutView, said: Mapping[str, str]) -> Wish | HttpResponse:
    """What was chosen, or the page that asks for what is missing."""
    way = said.get("way")
    if way == COLLECT and said.get("shop"):
        return Wish(said["shop"], slot=said.get(f"slot-{said['shop']}", ""))
    if way == RELAY:
        ways = ways_of(shop, view, said)
        key = said.get("relay") or (ways.relays[0].option.key if ways.relays else "")
        address = relay_address(shop, said)
        if not said.get("point"):
            errors = {"point": _("Choose a relay point.")}
            return checkout_page(shop, view, Page(DELIVERY, said=said, errors=errors, status=422))
        return Wish(key, address, {"code": said["point"]})
    if way == SHIP:
        return _sent(shop, view, said)
    missing = _("Choose a shop.") if way == COLLECT else _("Choose how you want to get your goods.")
    field = "shop" if way == COLLECT else "way"
    return checkout_page(shop, view, Page(DELIVERY, said=said, errors={field: missing}, status=422))


def _sent(shop: Shop, view: CheckoutView, said: Mapping[str, str]) -> Wish | HttpResponse:
    """Delivery to an address: the one way that goes there, or the one that was chosen of several."""
    form = address_form(shop, said)
    if not form.is_valid():
        return checkout_page(shop, view, Page(DELIVERY, said=said, address=form, status=422))
    ways = ways_of(shop, view, {**said, **form.cleaned_data})
    found = {one.option.key: one for one in ways.open_ships}
    if not found:
        form.add_error(None, _no_way(ways.ships))
        return checkout_page(shop, view, Page(DELIVERY, said=said, address=form, status=409))
    key = said.get("option") or (next(iter(found)) if len(found) == 1 else "")
    if key not in found:
        return checkout_page(shop, view, Page(DELIVERY, said=said, address=form))
    return Wish(key, {"name": "", "company": "", **form.cleaned_data})


def _no_way(ships: tuple[WayShown, ...]) -> str:
    """Why nothing is sent to an address, in one sentence for all carriers."""
    return " ".join(dict.fromkeys(one.why_not for one in ships)) or _("We do not deliver to this address.")


def _delivery_refused(
    shop: Shop, view: CheckoutView, said: Mapping[str, str], error: ComptoirError
) -> HttpResponse:
    """The refusal beside what it is about: a time, a shop, an address, a relay point."""
    if isinstance(error, SLOT_REFUSALS):
        field = "slot"
    elif isinstance(error, NotDeliverable | UnknownMethod):
        field = {COLLECT: "shop", RELAY: "point"}.get(said.get("way", ""), "way")
    elif error.field in ("point", "near"):
        field = "point"
    else:
        return refused_page(shop, view, error, DELIVERY, said=said)
    sentence = _("Type a postcode or a town.") if error.field == "near" else str(error)
    return checkout_page(shop, view, Page(DELIVERY, said=said, errors={field: sentence}, status=error.status))


def refused_page(
    shop: Shop, view: CheckoutView, error: ComptoirError, step: str, said: Mapping[str, str] | None = None
) -> HttpResponse:
    """A refusal that no field of the step can be blamed for: above the step, with what to do about it."""
    if isinstance(error, NotFound):
        return redirect(shop.url("basket"))
    page = Page(step, said=said, sentences=refusal_sentences(error), status=error.status)
    return checkout_page(shop, view, page)


def going_on(shop: Shop) -> HttpResponse | None:
    """Where a checkout leads that is not one any more: to its order, to the basket, or to a page that says why."""
    uuid = CHECKOUT.read(shop)
    if not uuid:
        return (
            shop.render("checkout_link.html", {"robots": "noindex"})
            if _may_have_link(shop)
            else redirect(shop.url("basket"))
        )
    try:
        view = live_view(shop.channel, uuid)
    except NotFound:
        return redirect(shop.url("basket"))
    if view.checkout.state == State.PLACED:
        return to_order(shop, view.checkout)
    if not view.checkout.is_live or view.basket is None:
        return ended(shop, view.checkout)
    return None


def _may_have_link(shop: Shop) -> bool:
    """Whether this is somebody who opened the link of an order taken on the phone: a browser without a basket here."""
    return shop.request.method == "GET" and not BASKET.read(shop) and not shop.request.user.is_authenticated


def to_order(shop: Shop, checkout: Checkout, *, is_new: bool = False) -> HttpResponse:
    """To the page of the order, which this browser may follow from now on."""
    order = checkout.placed_order
    assert order is not None
    query = f"?{urlencode({'thanks': 1})}" if is_new else ""
    response = redirect(shop.url("order", order.number) + query)
    remember_order(shop, response, order)
    if not checkout.adds_to_id:
        BASKET.forget(shop, response)
    return response


def ended(shop: Shop, checkout: Checkout) -> HttpResponse:
    """Why there is no order, and what becomes of the money."""
    if checkout.adds_to_id:
        return _not_added(shop, checkout)
    sentences = {
        "unpaid": _("What you chose was kept for you, but the time is over. Nothing was charged."),
        "handed_over": _("Your basket is used on another device or in a shop now."),
    }
    sold_out = _(
        "While you paid, something in your basket was sold out, so there is no order. "
        "What you paid goes back to you by itself."
    )
    context = {
        "heading": _("There is no order"),
        "sentences": [sentences.get(checkout.problem, sold_out)],
        "robots": "noindex",
        "link": shop.url("basket"),
        "link_label": _("Back to the basket"),
    }
    return _over(shop, context)


def _not_added(shop: Shop, checkout: Checkout) -> HttpResponse:
    """Why goods did not come to an order: that one stands as before."""
    sentences = {
        "unpaid": _("These articles were kept for your order, but the time is over. Nothing was charged."),
        "withdrawn": _("The shop does not keep these articles for your order any more. Nothing was charged."),
        "cancelled": _("The order that these articles were for is cancelled. Nothing was charged."),
    }
    too_late = _("These articles could not be added any more. What you paid goes back to you by itself.")
    context = {
        "heading": _("Nothing was added to your order"),
        "sentences": [sentences.get(checkout.problem, too_late)],
        "robots": "noindex",
    }
    return _over(shop, context)


def _over(shop: Shop, context: dict[str, object]) -> HttpResponse:
    response = shop.render("notice.html", context, status=409 if shop.request.method == "POST" else 200)
    CHECKOUT.forget(shop, response)
    return response


def _live(shop: Shop) -> CheckoutView:
    return live_view(shop.channel, CHECKOUT.read(shop))


def _change(shop: Shop, view: CheckoutView, change: Change) -> CheckoutView:
    return services.change_checkout(channel=shop.channel, uuid=str(view.checkout.uuid), change=change)


def _know_customer(shop: Shop, view: CheckoutView) -> None:
    """Whoever has logged in does not type their name again."""
    user = shop.request.user
    if not user.is_authenticated or view.checkout.email:
        return
    name = f"{user.first_name} {user.last_name}".strip()
    _change(shop, view, Change(contact={"email": user.email, **({"name": name} if name else {})}))
