"""How often one address may do what somebody could abuse (the limits of the API), and where a form has to come from."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from comptoir.api.limits import AddressLimit
from comptoir_web.shop import Shop

View = Callable[..., HttpResponse]


def limited(setting: str) -> Callable[[View], View]:
    """Answer writes with 429 and a page that says when to try again; ``setting`` names a limit such as ``RATE_VOUCHERS``."""
    limit = AddressLimit(setting)

    def wrapped(draw: View) -> View:
        @wraps(draw)
        def answer(shop: Shop, **words: Any) -> HttpResponse:
            if shop.request.method != "POST" or limit.allow_request(shop.request):
                return draw(shop, **words)
            return too_often(shop, limit.wait())

        return answer

    return wrapped


def too_often(shop: Shop, seconds: int) -> HttpResponse:
    """The page for whoever tries too often."""
    sentence = _("That was often. Please try again in %(seconds)s seconds.") % {"seconds": seconds}
    context = {"heading": _("One moment, please"), "sentences": [sentence], "robots": "noindex"}
    response = shop.render("notice.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def same_origin(view: View) -> View:
    """Take a form from pages of this very site only, by what the browser says of where it comes from.

    For forms on pages that caches keep: those cannot carry a token of one visitor. Every browser of today sends
    ``Origin`` with a POST; ``Referer`` stands in for old ones. Source: OWASP, Cross-Site Request Forgery Prevention Cheat
    Sheet, “Verifying Origin with Standard Headers”.
    """

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **words: Any) -> HttpResponse:
        said = request.headers.get("Origin") or request.headers.get("Referer", "")
        if request.method == "POST" and urlsplit(said)[:2] != (request.scheme, request.get_host()):
            return HttpResponseForbidden(_("This form has to be sent from the shop itself."))
        return view(request, **words)

    return answer
