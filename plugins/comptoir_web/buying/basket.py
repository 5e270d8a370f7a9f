"""The basket: put in, change, take out, vouchers, hold again. Each works as a form; each refusal stands beside its field."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.api.limits import AddressLimit
from comptoir.base.errors import ComptoirError, NotFound
from comptoir.baskets import services
from comptoir.baskets.handover import take_over
from comptoir.baskets.merging import join_baskets, merge_baskets
from comptoir.baskets.rows import Code, Key, find_basket
from comptoir.baskets.shown import BasketView
from comptoir.checkout.delivery import is_visit
from comptoir.conf import conf
from comptoir_web.buying.cookies import BASKET, basket_key, own_basket
from comptoir_web.buying.limits import limited, same_origin, too_often
from comptoir_web.buying.shown import Typed, kept_sentence, lines_shown, nearly_sentence, refusal_sentences
from comptoir_web.shop import Shop, shop_page

WHOLE_NUMBER = re.compile(r"[+-]?\d{1,12}")


@dataclass(frozen=True)
class Refused:
    """What could not be done just now: sentences for the page, or what was typed beside a line or as a voucher."""

    status: int = 200
    sentences: list[str] = field(default_factory=list)
    typed: Typed | None = None
    voucher: str = ""
    voucher_sentence: str = ""


@require_GET
@shop_page
def basket(shop: Shop) -> HttpResponse:
    return basket_page(shop)


def basket_page(shop: Shop, refused: Refused | None = None) -> HttpResponse:
    """The basket of this browser, with what was refused just now."""
    refused, view = refused or Refused(), own_basket(shop)
    context = {"view": view, "refused": refused, **(_shown(shop, view, refused) if view else {})}
    return shop.render("basket.html", context, status=refused.status)


def _shown(shop: Shop, view: BasketView, refused: Refused) -> dict[str, object]:
    lines = lines_shown(shop, view, refused.typed)
    return {
        "lines": lines,
        "is_visit": is_visit(view),
        "pieces": sum(line.row.quantity for line in view.lines),
        "kept": kept_sentence(view),
        "has_ended": any(line.keeping.state == "ended" for line in view.lines),
        "can_go_on": bool(lines) and not any(line.stands_in_the_way for line in lines),
        "nearly": [
            nearly_sentence(one, view.quote.currency, shop.locale) for one in view.quote.nearly_applied
        ],
        "most_pieces": conf.BASKET_PIECES_MAX,
    }


@require_POST
@same_origin
@shop_page
@limited("RATE_BASKETS")
def add(shop: Shop) -> HttpResponse:
    """Put a variant into the basket. Its form stands on pages that caches keep, so it is known by where it comes from."""
    sku, said = shop.request.POST.get("sku", "").strip()[:128], shop.request.POST.get("quantity", "1").strip()
    if not sku:
        return basket_page(shop, Refused(422, [_("Choose a size or a colour first.")]))
    quantity = _whole(said)
    if quantity is None or quantity < 1:
        return basket_page(shop, Refused(422, [_quantity_sentence()]))
    try:
        return fill_basket(
            shop, lambda key: services.add_line(key=key, code=Code(sku), quantity=quantity), added=sku
        )
    except ComptoirError as error:
        return basket_page(shop, Refused(error.status, refusal_sentences(error)))


def fill_basket(shop: Shop, fill: Callable[[Key], object], *, added: str) -> HttpResponse:
    """Let ``fill`` change the basket of this browser, or a new one, and show it. Errors: those of ``fill``."""
    token = _filled(shop, fill)
    response = redirect(f"{shop.url('basket')}?{urlencode({'added': added})}")
    if token:
        BASKET.write(shop, response, token)
    return response


def _filled(shop: Shop, fill: Callable[[Key], object]) -> str:
    """The token of the basket, if it is a new one of a guest."""
    key = basket_key(shop)
    with suppress(NotFound), transaction.atomic():
        fill(key)
        return ""
    with transaction.atomic():
        _view, token = services.open_basket(channel=shop.channel)
        fill(Key(shop.channel, token))
        if shop.request.user.is_authenticated:
            merge_baskets(channel=shop.channel, token=token, user=shop.request.user)
            return ""
    return token


@require_GET
@shop_page
def take(shop: Shop) -> HttpResponse:
    """Go on with a basket that another page or device gave a code for; what is in this browser's own stays beside it.

    The code works once, for some minutes: that is why a link may do it.
    """
    limit = AddressLimit("RATE_CODES")
    if not limit.allow_request(shop.request):
        return too_often(shop, limit.wait())
    try:
        token = _taken(shop, shop.request.GET.get("code", "")[:40])
    except ComptoirError as error:
        return basket_page(shop, Refused(error.status, refusal_sentences(error)))
    response = redirect(f"{shop.url('basket')}?added=1")
    if token:
        BASKET.write(shop, response, token)
    return response


@transaction.atomic
def _taken(shop: Shop, code: str) -> str:
    """The token of the basket that a code opens, unless it became part of one that is here."""
    token, mine = take_over(channel=shop.channel, code=code).token, BASKET.read(shop)
    if shop.request.user.is_authenticated:
        merge_baskets(channel=shop.channel, token=token, user=shop.request.user)
        return ""
    with suppress(NotFound), transaction.atomic():
        join_baskets(channel=shop.channel, token=token, into=mine)
        return ""
    return token


@require_POST
@shop_page
def line(shop: Shop, line_id: int) -> HttpResponse:
    """Change how many pieces of a line there are; none takes it out."""
    said = "0" if "remove" in shop.request.POST else shop.request.POST.get("quantity", "").strip()
    quantity, key = _whole(said), basket_key(shop)
    if quantity is None or quantity < 0:
        typed = Typed(line_id, said[:20], _quantity_sentence())
        return basket_page(shop, Refused(422, typed=typed))
    try:
        with transaction.atomic():
            if quantity:
                services.change_line(key=key, line_id=line_id, quantity=quantity)
            else:
                services.remove_line(key=key, line_id=line_id)
    except NotFound:  # taken out before, in another window
        return redirect(shop.url("basket"))
    except ComptoirError as error:
        typed = Typed(line_id, said[:20], " ".join(refusal_sentences(error)))
        return basket_page(shop, Refused(error.status, typed=typed))
    return redirect(shop.url("basket"))


@require_POST
@shop_page
@limited("RATE_VOUCHERS")
def voucher(shop: Shop) -> HttpResponse:
    """Enter a voucher, or take one out."""
    key, code = basket_key(shop), shop.request.POST.get("code", "").strip()
    if not code and "remove" not in shop.request.POST:
        return basket_page(shop, Refused(422, voucher_sentence=_("Type the code of your voucher.")))
    try:
        with transaction.atomic():
            if "remove" in shop.request.POST:
                services.remove_voucher(key=key, code=shop.request.POST["remove"])
            else:
                services.add_voucher(key=key, code=code)
    except NotFound:
        pass
    except ComptoirError as error:
        refused = Refused(error.status, voucher=code[:128], voucher_sentence=str(error))
        return basket_page(shop, refused)
    return redirect(shop.url("basket") + "#voucher")


@require_POST
@shop_page
def hold(shop: Shop) -> HttpResponse:
    """Hold again what is not held any more."""
    try:
        with transaction.atomic():
            services.keep_alive(key=basket_key(shop))
    except NotFound:
        pass
    except ComptoirError as error:
        return basket_page(shop, Refused(error.status, refusal_sentences(error)))
    return redirect(shop.url("basket"))


@require_GET
@shop_page
def count(shop: Shop) -> HttpResponse:
    """How much is in the basket, loaded apart so that the page around it can be kept; nothing for an empty one."""
    try:
        pieces = sum(line.quantity for line in find_basket(basket_key(shop)).lines)
    except NotFound:
        pieces = 0
    return HttpResponse(str(pieces) if pieces else "")


def _whole(said: str) -> int | None:
    return int(said) if WHOLE_NUMBER.fullmatch(said) else None


def _quantity_sentence() -> str:
    return _("Type a number from 1 to %(most)s.") % {"most": conf.BASKET_PIECES_MAX}
