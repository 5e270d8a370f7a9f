"""How often one address may hold times or try links, as over the API."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from comptoir.api.limits import AddressLimit
from comptoir.baskets.storefront import ShopPage

View = Callable[..., HttpResponse]


def limited(setting: str) -> Callable[[View], View]:
    """Answer 429 with a page that says when to try again; ``setting`` names a limit such as ``RATE_ORDERS``."""
    limit = AddressLimit(setting)

    def wrapped(view: View) -> View:
        @wraps(view)
        def answer(page: ShopPage, **words: Any) -> HttpResponse:
            if limit.allow_request(page.request):
                return view(page, **words)
            seconds = limit.wait()
            sentence = _("That was often. Please try again in %(seconds)s seconds.") % {"seconds": seconds}
            context = {"heading": _("One moment, please"), "sentences": [sentence], "robots": "noindex"}
            response = page.draw("comptoir_web/notice.html", context, status=429)
            response["Retry-After"] = str(seconds)
            return response

        return answer

    return wrapped
