"""The doors of the account: log-in by code, password, passkey or another house, sign-up, log-out: all of it django-allauth's.

Its views are called below ``/<channel>/<locale>/account/`` and find their own addresses there, so that every channel has
a log-in in its own language and look; what they would draw is drawn by the channel's theme.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.app_settings import SOCIALACCOUNT_ENABLED
from allauth.core.exceptions import ImmediateHttpResponse, RateLimited, ReauthenticationRequired
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import (
    Resolver404,
    ResolverMatch,
    get_script_prefix,
    get_urlconf,
    resolve,
    reverse,
    set_script_prefix,
    set_urlconf,
)
from django.utils.translation import gettext as _

from comptoir.messaging.transports import NotAccepted, NoTransport, NotReached
from comptoir_web.buying.limits import too_often
from comptoir_web.shop import Shop, shop_page

ALLAUTH = "comptoir_web.account.doors"
OPEN_DOORS = {
    "account_login", "account_logout", "account_signup", "account_inactive", "account_request_login_code",
    "account_confirm_login_code", "account_email_verification_sent", "account_reset_password",
    "account_confirm_password_reset_code", "account_complete_password_reset", "account_change_password",
    "account_set_password", "account_change_phone", "account_verify_phone", "account_reauthenticate",
    "mfa_login_webauthn", "mfa_add_webauthn", "mfa_remove_webauthn",
}  # fmt: skip


@shop_page
def door(shop: Shop, path: str) -> HttpResponse:
    """One page of django-allauth, as this channel has it."""
    try:
        found = resolve(f"/{path}", urlconf=ALLAUTH)
    except Resolver404 as error:
        raise Http404(path) from error
    if found.url_name in (
        "mfa_index",
        "mfa_list_webauthn",
    ):  # where django-allauth lists what our account shows itself
        return redirect(shop.url("account"))
    if not _is_open(found.url_name or ""):
        raise Http404(path)
    try:
        with below(shop):
            response, more = _opened(shop, found), {"social_logins": social_logins(shop)}
    except RateLimited:
        return too_often(shop, 60)
    except (NotReached, NotAccepted, NoTransport):
        sentence = _("The code could not be sent to this number just now. Please log in another way.")
        context = {"heading": _("No code"), "sentences": [sentence], "robots": "noindex"}
        return shop.render("notice.html", context, status=503)
    if response.status_code == 429:
        return too_often(shop, 60)
    return _drawn(shop, response, more) if isinstance(response, TemplateResponse) else response


def _opened(shop: Shop, found: ResolverMatch) -> HttpResponse:
    """What is behind a door; django-allauth's middleware sees nothing of what is raised here."""
    try:
        return found.func(shop.request, *found.args, **found.kwargs)
    except ImmediateHttpResponse as error:
        return error.response
    except ReauthenticationRequired:
        return suspend_request(shop.request, reverse("account_reauthenticate"))


def social_logins(shop: Shop) -> list[tuple[str, str]]:
    """Name and door of each house whose accounts open ours, as far as the site has any (``SOCIAL_LOGINS``)."""
    if not SOCIALACCOUNT_ENABLED:
        return []
    providers = get_social_adapter().list_providers(shop.request)
    return [(one.name, one.get_login_url(shop.request)) for one in providers]


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


def _drawn(shop: Shop, response: TemplateResponse, more: dict[str, object]) -> HttpResponse:
    """The page in the look of the channel; our templates have the names of theirs."""
    name = response.template_name if isinstance(response.template_name, str) else response.template_name[0]
    context = {**(response.context_data or {}), **more, "robots": "noindex"}
    return shop.render(name, context, status=response.status_code)


def _is_open(name: str) -> bool:
    """Doors of the account, and those of social log-in where the site has it."""
    return name in OPEN_DOORS or not name.startswith(("account_", "mfa_", "headless"))
