"""The same class again and again: a customer takes places in several of its dates at once."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comptoir.base.errors import ComptoirError
from comptoir.baskets.storefront import ShopPage, shop_page
from comptoir_booking.class_dates import dates_like, hold_dates_in_basket
from comptoir_booking.models import Session
from comptoir_booking.pages.choice import policy_sentences
from comptoir_booking.pages.classes import class_sold, party_of, shown_classes
from comptoir_booking.pages.limits import limited
from comptoir_booking.sessions import MOST_PLACES


@require_http_methods(["GET", "POST"])
@shop_page
@limited("RATE_BASKETS")
def dates(page: ShopPage, session: UUID) -> HttpResponse:
    """Show the dates of a weekly class; then keep places in those that were chosen, in all of them or in none."""
    found = class_sold(page, session)
    if page.request.method == "GET":
        return dates_page(page, found)
    chosen = set(page.request.POST.getlist("session"))
    wanted = [one for one in dates_like(found) if str(one.uuid) in chosen]
    party = party_of(page)
    if not wanted or not 1 <= party <= MOST_PLACES:
        sentence = _("Choose at least one date.") if not wanted else _("Choose how many places.")
        return dates_page(page, found, sentence=sentence, status=422)
    try:
        return page.put_in(lambda key: hold_dates_in_basket(key=key, sessions=wanted, party=party))
    except ComptoirError as error:
        return dates_page(page, found, sentence=str(error), status=error.status)


def dates_page(page: ShopPage, session: Session, *, sentence: str = "", status: int = 200) -> HttpResponse:
    shown = shown_classes(page, [session.service], dates_like(session))
    if not shown:
        return redirect(page.url("booking:classes"))
    context = {
        "dates": shown,
        "first": shown[0],
        "free": sum(one.left > 0 for one in shown),
        "most": min(MOST_PLACES, max(one.left for one in shown)),
        "party": party_of(page) or 1,
        "policy": policy_sentences([shown[0].service], page.locale),
        "sentence": sentence,
        "back": page.url("booking:classes"),
        "translations": {
            code: page.url("booking:class_dates", session.uuid, locale=code) for code in page.channel.locales
        },
        "robots": "noindex",
    }
    return page.draw("comptoir_booking/pages/class_dates.html", context, status=status)
