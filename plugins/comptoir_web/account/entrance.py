"""The doors of the account: log-in by a code or a password, sign-up, log-out. All of it is django-allauth's.

Its views are called below ``/<channel>/<locale>/account/`` and find their own addresses there, so that every channel has
a log-in in its own language and look; what they would draw is drawn by the channel's theme.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.urls import Resolver404, get_script_prefix, get_urlconf, resolve, set_script_prefix, set_urlconf

from comptoir_web.buying.limits import too_often
from comptoir_web.shop import Shop, shop_page

ALLAUTH = "allauth.urls"
OPEN_DOORS = {
    "account_login", "account_logout", "account_signup", "account_inactive", "account_request_login_code",
    "account_confirm_login_code", "account_email_verification_sent", "account_reset_password",
    "account_confirm_password_reset_code", "account_complete_password_reset", "account_change_password",
    "account_set_password",
}  # fmt: skip


@shop_page
def door(shop: Shop, path: str) -> HttpResponse:
    """One page of django-allauth, as this channel has it."""
    try:
        found = resolve(f"/{path}", urlconf=ALLAUTH)
    except Resolver404 as error:
        raise Http404(path) from error
    if not _is_open(found.url_name or ""):
        raise Http404(path)
    with below(shop):
        response = found.func(shop.request, *found.args, **found.kwargs)
    if response.status_code == 429:
        return too_often(shop, 60)
    return _drawn(shop, response) if isinstance(response, TemplateResponse) else response


@contextmanager
def below(shop: Shop) -> Iterator[None]:
    """Let django-allauth find its addresses below the account of this channel."""
    prefix, urlconf = get_script_prefix(), get_urlconf()
    set_script_prefix(f"{shop.url('account')}/")
    set_urlconf(ALLAUTH)
    try:
        yield
    finally:
        set_script_prefix(prefix)
        set_urlconf(urlconf)


def _drawn(shop: Shop, response: TemplateResponse) -> HttpResponse:
    """The page in the look of the channel; our templates have the names of theirs."""
    name = response.template_name if isinstance(response.template_name, str) else response.template_name[0]
    return shop.render(
        name, {**(response.context_data or {}), "robots": "noindex"}, status=response.status_code
    )


def _is_open(name: str) -> bool:
    """Doors of the account, and those of social log-in where the site has it."""
    return name in OPEN_DOORS or not name.startswith(("account_", "mfa_", "headless"))
