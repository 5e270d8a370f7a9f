"""What the page of the checkout shows: the steps, what was typed, what stands in the way, and the summary."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import formats
from django.utils.translation import gettext as _

from comptoir.base.money import Money
from comptoir.channels.models import Location
from comptoir.checkout.additions import of_checkout
from comptoir.checkout.models import Checkout
from comptoir.checkout.queries import current_payment
from comptoir.checkout.services import CheckoutView, methods_of
from comptoir.customers.queries import addresses_of
from comptoir.fulfilment.queries import delivery_countries
from comptoir.orders.models import Order
from comptoir.payments.models import Payment
from comptoir.payments.queries import OfferedMethod
from comptoir.publishing.texts import money_text
from comptoir_web.buying.forms import AddressForm, ContactForm
from comptoir_web.buying.shown import kept_sentence, lines_shown
from comptoir_web.buying.ways import SHIP, said_before, slot_words, ways_of
from comptoir_web.shop import Shop

CONTACT, DELIVERY, PAYMENT = STEPS = ("contact", "delivery", "payment")


@dataclass(frozen=True)
class Page:
    """What is to be shown: the step, what was typed and refused there, and sentences above it."""

    step: str = ""
    contact: ContactForm | None = None
    address: AddressForm | None = None
    said: Mapping[str, str] | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    changes: list[dict[str, str]] = field(default_factory=list)
    status: int = 200


def checkout_page(shop: Shop, view: CheckoutView, page: Page) -> HttpResponse:
    """The checkout at one step, with everything else of it in sight."""
    assert view.basket is not None
    if view.checkout.adds_to:
        return _addition_page(shop, view, page, view.checkout.adds_to)
    step = _step(view, page.step)
    steps, lines = steps_of(view), lines_shown(shop, view.basket)
    titles = {one.line.row.sku: one.title for one in lines}
    context: dict[str, Any] = {
        "view": view,
        "checkout": view.checkout,
        "page": page,
        "step": step,
        "number": steps.index(step) + 1,
        "is_done": {name: _is_done(view.checkout, name) for name in steps},
        "lines": lines,
        "changes": [{**one, "title": titles.get(one["sku"], one["sku"])} for one in page.changes],
        "stands_in_the_way": [one for one in lines if one.stands_in_the_way],
        "goods": view.basket.quote.total,
        "delivery_price": Money(view.checkout.delivery_total, shop.channel.currency),
        "kept": kept_sentence(view.basket),
        **_chosen(view.checkout),
        "robots": "noindex",
        **_of_step(shop, view, page, step),
    }
    return shop.render("checkout.html", context, status=page.status)


def _addition_page(shop: Shop, view: CheckoutView, page: Page, order: Order) -> HttpResponse:
    """Goods that staff added to an order: what they are, what they cost, how to pay. Nothing else is asked."""
    offered = of_checkout(view.checkout, order.currency)
    zone = ZoneInfo(shop.channel.time_zone)
    context = {
        "page": page,
        "order": order,
        "offered": offered,
        "ends_at": formats.date_format(view.checkout.ends_at.astimezone(zone), "l j F, H:i"),
        **_payment(shop, view),
        "robots": "noindex",
    }
    return shop.render("addition.html", context, status=page.status)


def _chosen(checkout: Checkout) -> dict[str, str]:
    """The shop and the time that were chosen, in words."""
    delivery = checkout.delivery
    place = (
        Location.objects.filter(pk=delivery.get("location_id")).first()
        if delivery.get("location_id")
        else None
    )
    if place is None:
        return {}
    slot = delivery.get("slot")
    return {"chosen_place": place.name, "chosen_slot": slot_words(slot, place.time_zone) if slot else ""}


def _of_step(shop: Shop, view: CheckoutView, page: Page, step: str) -> dict[str, Any]:
    checkout = view.checkout
    if step == CONTACT:
        known = {"email": checkout.email, "name": checkout.name, "phone": checkout.phone}
        return {"form": page.contact or ContactForm(initial=known)}
    return _delivery(shop, view, page) if step == DELIVERY else _payment(shop, view)


def _delivery(shop: Shop, view: CheckoutView, page: Page) -> dict[str, Any]:
    """The ways to have the goods, with what was chosen or typed."""
    said = page.said if page.said is not None else said_before(view.checkout)
    ways, own = ways_of(shop, view, said), own_addresses(shop)
    is_bound = page.said is not None and "street" in said and said.get("way") == SHIP
    address = page.address or address_form(shop, said, is_bound=is_bound)
    return {
        "ways": ways,
        "said": said,
        "way": said.get("way") or (ways.kinds[0] if len(ways.kinds) == 1 else ""),
        "address": address,
        "own_addresses": own,
        "own_choice": "" if address.errors else _own_choice(own, said),
        "shop_choice": said.get("shop", ""),
        "slot_choice": said.get(f"slot-{said.get('shop', '')}", ""),
    }


def own_addresses(shop: Shop) -> list[dict[str, Any]]:
    """The addresses that the customer keeps, the proposed one first; none for a guest."""
    user = shop.request.user
    return addresses_of(user) if user.is_authenticated else []


def _own_choice(own: list[dict[str, Any]], said: Mapping[str, str]) -> int | str:
    """Which of the customer's addresses is meant: what was chosen, what was typed before, else the proposed one."""
    if "own" in said:
        return next((one["id"] for one in own if str(one["id"]) == said["own"]), "")
    if not said.get("street"):
        return own[0]["id"] if own else ""
    names = ("street", "street2", "postcode", "city", "country")
    return next((one["id"] for one in own if all(one[name] == said.get(name, "") for name in names)), "")


def _payment(shop: Shop, view: CheckoutView) -> dict[str, Any]:
    """The means of payment, each with the words on its button, and the key that makes a second click the same payment."""
    begun = begun_payment(view)
    return {
        "means": [_means(one, view, shop, begun) for one in means_of(view)] or _nothing_to_pay(view),
        "begun": begun,
        "total_said": str(view.total.rounded().amount),
    }


def _means(method: OfferedMethod, view: CheckoutView, shop: Shop, begun: Payment | None) -> dict[str, str]:
    is_begun = begun is not None and begun.provider == method.code
    key = begun.start_key if begun and is_begun else secrets.token_urlsafe(16)
    return {
        "code": method.code, "name": method.name, "key": key, "words": button_words(method, view.due_now, shop.locale)
    }  # fmt: skip


def _nothing_to_pay(view: CheckoutView) -> list[dict[str, str]]:
    if view.due_now.amount:
        return []
    return [{"code": "", "name": "", "key": secrets.token_urlsafe(16), "words": _nothing_words(view)}]


def _nothing_words(view: CheckoutView) -> str:
    return _("Order, and pay when you come") if view.due_later.amount else _("Order now: nothing to pay")


def means_of(view: CheckoutView) -> list[OfferedMethod]:
    """The means of payment of this checkout; none for one that costs nothing."""
    return methods_of(view) if view.due_now.amount else []


def button_words(method: OfferedMethod, total: Money, locale: str) -> str:
    """What happens on pressing: the law wants the duty to pay on the button (Code de la consommation, art. L221-14)."""
    amount = {"amount": money_text(total, locale)}
    if method.code == "shop":
        return _("Order, and pay %(amount)s in the shop") % amount
    return _("Order, and transfer %(amount)s") % amount if method.is_promise else _("Pay %(amount)s") % amount


def begun_payment(view: CheckoutView) -> Payment | None:
    """The payment that was begun for just this and can go on: whoever comes back from the gateway pays once."""
    payment, checkout, basket = current_payment(view.checkout), view.checkout, view.basket
    if payment is None or basket is None or checkout.state != Checkout.State.PAYING:
        return None
    is_same = checkout.basket_version == basket.basket.version and payment.amount == view.due_now.amount
    is_open = (
        payment.state in (Payment.State.STARTED, Payment.State.WAITING) and payment.fate == Payment.Fate.OPEN
    )
    return payment if is_same and is_open else None


def address_form(shop: Shop, said: Mapping[str, str], *, is_bound: bool = True) -> AddressForm:
    """The form of an address, filled in with what was said; checked if ``is_bound``."""
    countries = delivery_countries(shop.channel)
    filled = {"country": shop.channel.country, **{name: text for name, text in said.items() if text}}
    if is_bound:
        return AddressForm(filled, countries=countries, locale=shop.locale)
    return AddressForm(initial=filled, countries=countries, locale=shop.locale)


def steps_of(view: CheckoutView) -> tuple[str, ...]:
    """What has to be asked: whoever comes for all of it wants nothing delivered."""
    return (CONTACT, PAYMENT) if view.is_visit else STEPS


def _step(view: CheckoutView, wanted: str) -> str:
    """The step that was asked for if those before it are done, else the first that is not."""
    for name in steps_of(view):
        if name == wanted or not _is_done(view.checkout, name):
            return name
    return PAYMENT


def _is_done(checkout: Checkout, step: str) -> bool:
    if step == CONTACT:
        return bool(checkout.name and (checkout.email or checkout.phone))
    return bool(checkout.delivery) if step == DELIVERY else False


def reasons_page(
    shop: Shop, view: CheckoutView, reasons: list[dict[str, str]], said: Mapping[str, str]
) -> HttpResponse:
    """Everything that stands against paying, at the first step it concerns."""
    fields = {one["field"].partition(".")[0] for one in reasons}
    step = next((name for name in STEPS if name in fields), PAYMENT)
    errors = {one["field"].rpartition(".")[2]: one["message"] for one in reasons}
    sentences = [one["message"] for one in reasons]
    return checkout_page(
        shop,
        view,
        Page(step, said=said if step == PAYMENT else None, errors=errors, sentences=sentences, status=409),
    )
