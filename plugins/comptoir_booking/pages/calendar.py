"""The secret address by which a customer's own calendar program reads their appointments: made, shown, renewed."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from comptoir.base.errors import NotFound
from comptoir.baskets.storefront import ShopPage, shop_page
from comptoir_booking.calendars import calendar_address, has_calendar_address, renew_calendar_address


@require_http_methods(["GET", "POST"])
@shop_page
def own_calendar(page: ShopPage) -> HttpResponse:
    """For who is logged in; everybody else logs in first. An address is made, or made anew, by a button only."""
    user = page.request.user
    if not user.is_authenticated:
        return _log_in(page)
    if page.request.method == "POST":
        renew_calendar_address(user=user)
        calendar_address(channel_code=page.channel.code, user=user)
        return redirect(page.url("booking:calendar"))
    address = (
        calendar_address(channel_code=page.channel.code, user=user) if has_calendar_address(user=user) else ""
    )
    context = {
        "address": address,
        "subscribe": address.replace("https:", "webcal:", 1).replace("http:", "webcal:", 1),
        "account": page.url("account"),
        "translations": {code: page.url("booking:calendar", locale=code) for code in page.channel.locales},
        "robots": "noindex",
    }
    return page.draw("comptoir_booking/pages/own_calendar.html", context)


def _log_in(page: ShopPage) -> HttpResponse:
    door = page.url("account_door", "login/code/")
    if not door:
        raise NotFound()
    return redirect(f"{door}?{urlencode({'next': page.url('booking:calendar')})}")
