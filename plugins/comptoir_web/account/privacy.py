"""Cookies: what is needed is named, and nothing else is set before somebody says yes.

A yes and a no are one click each (CNIL, guidelines of 17 September 2020, 2.3), and the choice is asked again after half a
year. Scripts of a theme look for their purpose in the cookie ``cookies-<channel>``, which begins with what was allowed.
"""

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from comptoir_web.buying.cookies import Kept
from comptoir_web.conf import conf
from comptoir_web.shop import Shop, shop_page

CHOICE = Kept("cookies", 182, is_open=True)
NONE = "none"


def allowed(shop: Shop) -> list[str] | None:
    """The purposes that this visitor has allowed; ``None`` for one who has not said anything."""
    said = CHOICE.read(shop)
    return [one for one in said.split(".") if one in conf.OPTIONAL_COOKIES] if said else None


@require_http_methods(["GET", "POST"])
@shop_page
def privacy(shop: Shop) -> HttpResponse:
    """What is kept on this device and why, and the choice about the rest."""
    if shop.request.method == "POST":
        return _choose(shop)
    chosen = allowed(shop) or []
    context = {
        "purposes": [(one, purpose_words(one), one in chosen) for one in conf.OPTIONAL_COOKIES],
        "has_chosen": "saved" in shop.request.GET,
        "here": shop.url("privacy"),
    }
    return shop.render("privacy.html", context)


@require_GET
@shop_page
def choice_part(shop: Shop) -> HttpResponse:
    """The question, for who was not asked yet; loaded apart, so that pages stay the same for everybody."""
    if not conf.OPTIONAL_COOKIES or allowed(shop) is not None:
        return HttpResponse("")
    here = shop.request.headers.get("Referer", "")
    return shop.render("parts/cookies.html", {"here": here if _is_ours(shop, here) else shop.home})


def _choose(shop: Shop) -> HttpResponse:
    said = shop.request.POST
    every = conf.OPTIONAL_COOKIES if "all" in said else [one for one in conf.OPTIONAL_COOKIES if one in said]
    here = said.get("next", "")
    response = HttpResponseRedirect(here if _is_ours(shop, here) else f"{shop.url('privacy')}?saved=1")
    CHOICE.write(shop, response, ".".join(every) or NONE)
    return response


def _is_ours(shop: Shop, address: str) -> bool:
    return url_has_allowed_host_and_scheme(address, allowed_hosts={shop.request.get_host()})


def purpose_words(purpose: str) -> str:
    """What a purpose is, for people; one that the shop made up is called as it was written."""
    known = {
        "audience": _("Count visits, to make the shop better"),
        "advertising": _("Show our advertisements elsewhere"),
        "media": _("Show videos and maps of others"),
    }
    return known.get(purpose, purpose)
