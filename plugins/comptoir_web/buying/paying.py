"""The button “Pay”, the way to the gateway, and the way back from it."""

from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.base.errors import ComptoirError, NotFound
from comptoir.base.money import Money
from comptoir.checkout import services
from comptoir.checkout.finishing import come_back, pay
from comptoir.checkout.models import Checkout
from comptoir.checkout.queries import current_payment, live_view
from comptoir.checkout.refusals import CheckoutOver, GoodsGone, NotReady, PriceChanged
from comptoir.checkout.services import Change, CheckoutView
from comptoir.payments.models import Payment
from comptoir.payments.providers import provider_of
from comptoir.publishing.texts import money_text
from comptoir_web.buying.checkout import ended, going_on, refused_page, to_order
from comptoir_web.buying.checkout_page import PAYMENT, Page, checkout_page, means_of, reasons_page
from comptoir_web.buying.cookies import CHECKOUT
from comptoir_web.buying.limits import limited
from comptoir_web.buying.shown import kept_sentence
from comptoir_web.shop import Shop, shop_page

State = Checkout.State
OPEN = (Payment.State.STARTED, Payment.State.WAITING)
#: How long the way back from a gateway is good.
BACK_S = 24 * 60 * 60
BACK = "comptoir_web.back"


@require_POST
@shop_page
@limited("RATE_ORDERS")
def pay_now(shop: Shop) -> HttpResponse:
    """Ask for the money. A second click goes on with the same payment; after paying it leads to the order."""
    if over := going_on(shop):
        return over
    view, said = live_view(shop.channel, CHECKOUT.read(shop)), shop.request.POST.dict()
    total, provider = _total(shop, said.get("total", "")), said.get("payment", "")
    if total is None:
        return redirect(shop.url("checkout"))
    if view.due_now.amount and provider not in {one.code for one in means_of(view)}:
        errors = {"payment": _("Choose how you want to pay.")}
        return checkout_page(shop, view, Page(PAYMENT, said=said, errors=errors, status=422))
    try:
        return _pay(shop, view, provider, total, said.get("key", "")[:100])
    except ComptoirError as error:
        return _refused(shop, error, said)


def _pay(shop: Shop, view: CheckoutView, provider: str, total: Money, key: str) -> HttpResponse:
    uuid = str(view.checkout.uuid)
    if provider and provider != view.checkout.provider:
        services.change_checkout(channel=shop.channel, uuid=uuid, change=Change(provider=provider))
    checkout, payment = pay(
        channel=shop.channel, uuid=uuid, total=total, key=key or uuid, return_url=_way_back(shop, uuid)
    )
    if checkout.state == State.PLACED:
        return to_order(shop, checkout, is_new=True)
    where = _where_to_pay(shop, payment) if payment else ""
    return HttpResponseRedirect(where or shop.url("checkout_waiting"))


def _way_back(shop: Shop, uuid: str) -> str:
    return shop.absolute(shop.url("checkout_back", signing.dumps(uuid, salt=BACK)))


def _where_to_pay(shop: Shop, payment: Payment) -> str:
    """The page where the customer pays: the provider's, or ours with the provider's script in it; else nothing."""
    step = payment.step
    if step.get("kind") == "redirect" and urlsplit(step["url"]).scheme in ("http", "https"):
        return step["url"]
    is_script = step.get("kind") == "script" and provider_of(payment.provider).page_script
    return shop.url("checkout_here") if is_script else ""


@require_GET
@shop_page
def pay_here(shop: Shop) -> HttpResponse:
    """The page that carries a provider's own form. Only here may a script of another house run, and only that house's."""
    if over := going_on(shop):
        return over
    view = live_view(shop.channel, CHECKOUT.read(shop))
    payment = current_payment(view.checkout)
    script = provider_of(payment.provider).page_script if payment else None
    if payment is None or script is None or payment.state not in OPEN or payment.step.get("kind") != "script":
        return redirect(f"{shop.url('checkout')}?step=payment")
    context = {
        "script": script,
        "fields": payment.step["fields"],
        "back": _way_back(shop, str(view.checkout.uuid)),
        "amount": Money(payment.amount, payment.currency),
        "kept": kept_sentence(view.basket) if view.basket else "",
        "robots": "noindex",
    }
    response = shop.render("pay_here.html", context)
    hosts = " ".join(script.hosts)
    response["Content-Security-Policy"] = (
        f"default-src 'self'; script-src 'self' {hosts}; connect-src 'self' {hosts}; frame-src {hosts}; "
        f"img-src 'self' data: {hosts}; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'"
    )
    return response


def _refused(shop: Shop, error: ComptoirError, said: dict[str, str]) -> HttpResponse:
    """What a refusal leads to: the reasons at their step, the new total, the page of an end."""
    if isinstance(error, GoodsGone | CheckoutOver | NotFound):
        return going_on(shop) or redirect(shop.url("checkout"))
    view = live_view(shop.channel, CHECKOUT.read(shop))
    if isinstance(error, PriceChanged):
        return _price_changed(shop, view, error, said)
    if isinstance(error, NotReady):
        return reasons_page(shop, view, error.facts["reasons"], said)  # type: ignore[arg-type]
    if error.field in ("provider", "payment", "key"):
        page = Page(PAYMENT, said=said, errors={"payment": str(error)}, status=error.status)
        return checkout_page(shop, view, page)
    return refused_page(shop, view, error, PAYMENT, said=said)


def _price_changed(shop: Shop, view: CheckoutView, error: PriceChanged, said: dict[str, str]) -> HttpResponse:
    """Nothing was taken: the new total is on the button, and what has changed stands above it."""
    sentence = _("Prices have changed since you saw them: the total is %(total)s now. Nothing was charged.")
    total = money_text(error.facts["total"], shop.locale)  # type: ignore[arg-type]
    changes = [
        {
            "sku": one["sku"],
            "before": money_text(one["before"], shop.locale),
            "now": money_text(one["now"], shop.locale),
        }
        for one in error.facts["lines"]  # type: ignore[attr-defined]
    ]
    page = Page(PAYMENT, said=said, sentences=[sentence % {"total": total}], changes=changes, status=409)
    return checkout_page(shop, view, page)


@require_GET
@shop_page
def back(shop: Shop, signed: str) -> HttpResponse:
    """The customer comes back from the gateway: it is asked what happened, and the order is placed if it was paid.

    The address alone finishes the checkout, and shows nothing of it: only the browser that began it sees the order.
    """
    try:
        uuid = signing.loads(signed, salt=BACK, max_age=BACK_S)
        checkout = come_back(channel=shop.channel, uuid=uuid)
    except (signing.BadSignature, NotFound):
        return redirect(shop.url("basket"))
    except GoodsGone:
        return ended(shop, live_view(shop.channel, uuid).checkout)
    if CHECKOUT.read(shop) != uuid:
        return _elsewhere(shop, checkout)
    if checkout.state == State.PLACED:
        return to_order(shop, checkout, is_new=True)
    payment = current_payment(checkout)
    if checkout.state == State.PAYING and payment and payment.state == Payment.State.WAITING:
        return redirect(shop.url("checkout_waiting"))
    return going_on(shop) or redirect(f"{shop.url('checkout')}?step=payment&refused=1")


@require_GET
@shop_page
def waiting(shop: Shop) -> HttpResponse:
    """The bank has not answered yet: look again, go on with the payment, or choose another way."""
    if over := going_on(shop):
        return over
    view = live_view(shop.channel, CHECKOUT.read(shop))
    try:
        checkout = come_back(channel=shop.channel, uuid=str(view.checkout.uuid))
    except GoodsGone:
        return ended(shop, live_view(shop.channel, CHECKOUT.read(shop)).checkout)
    if checkout.state == State.PLACED:
        return to_order(shop, checkout, is_new=True)
    payment = current_payment(checkout)
    if payment is None or payment.state not in OPEN:
        return redirect(f"{shop.url('checkout')}?step=payment&refused=1")
    pay_url = _where_to_pay(shop, payment)
    context = {"view": view, "step": payment.step, "pay_url": pay_url, "robots": "noindex"}
    return shop.render("waiting.html", context)


def _elsewhere(shop: Shop, checkout: Checkout) -> HttpResponse:
    """Another browser than the one that ordered, such as a bank's app: no more than that it went well."""
    is_placed = checkout.state == State.PLACED
    sentence = (
        _("Your order is placed. You find everything in the e-mail that we send you.")
        if is_placed
        else _("Your payment is not confirmed yet. Please go back to the window where you ordered.")
    )
    heading = _("Thank you") if is_placed else _("Not paid yet")
    return shop.render("notice.html", {"heading": heading, "sentences": [sentence], "robots": "noindex"})


def _total(shop: Shop, typed: str) -> Money | None:
    """The total that the customer saw, as the page wrote it; ``None`` for anything else."""
    try:
        amount = Decimal(typed) if len(typed) < 16 else None
    except InvalidOperation:
        return None
    return Money(amount, shop.channel.currency) if amount is not None and amount.is_finite() else None
