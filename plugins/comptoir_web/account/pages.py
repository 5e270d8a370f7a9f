"""The customer's own pages: orders, addresses, choices, baskets from elsewhere, what is kept, and erasing it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import orjson
from allauth.account import app_settings
from allauth.account.app_settings import LoginMethod
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.api.order_answers import order_json
from comptoir.base.errors import ComptoirError
from comptoir.baskets.handover import offer_handover, take_over
from comptoir.baskets.merging import merge_baskets
from comptoir.baskets.queries import baskets_elsewhere
from comptoir.baskets.rows import Key
from comptoir.channels.queries import channel_context
from comptoir.checkout.erasing import erase_customer
from comptoir.customers import services
from comptoir.customers.account import account_parts
from comptoir.customers.models import Consent, User
from comptoir.customers.queries import addresses_of, consents_of
from comptoir.customers.records import records_of
from comptoir.fulfilment.queries import delivery_countries
from comptoir.orders.queries import orders_of_customer
from comptoir.reviews.queries import kept_of
from comptoir_web.buying.cookies import BASKET, CHECKOUT, ORDERS
from comptoir_web.buying.forms import AddressForm, ShopForm, text_field
from comptoir_web.shop import Shop, shop_page

View = Callable[..., HttpResponse]
#: Orders of one page.
PAGE = 20


def members_page(draw: View) -> View:
    """A page for the customer who is logged in; everybody else logs in first and then comes back."""

    @shop_page
    @wraps(draw)
    def view(shop: Shop, **words: Any) -> HttpResponse:
        if shop.request.user.is_authenticated:
            return draw(shop, **words)
        here = shop.request.get_full_path() if shop.request.method == "GET" else shop.url("account")
        wanted = shop.request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(wanted, allowed_hosts={shop.request.get_host()}):
            here = wanted
        return redirect(f"{shop.url('account_door', 'login/code/')}?{urlencode({'next': here})}")

    return view


class ProfileForm(ShopForm):
    """How a customer is called, and in which language they are written to."""

    first_name = text_field(_("First name"), "given-name", most=150)
    last_name = text_field(_("Last name"), "family-name", most=150)
    locale = forms.ChoiceField(label=_("Language of our messages"))

    def __init__(self, *args: Any, languages: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["locale"].choices = [(code, name.capitalize()) for code, name in languages]


class ErasureForm(ShopForm):
    """Erasing is asked twice: by the button, and by a tick."""

    is_sure = forms.BooleanField(
        label=_("Yes, erase my account. I know that this cannot be undone."),
        error_messages={"required": _("Tick this box to erase your account.")},
    )


@require_GET
@members_page
def account(shop: Shop) -> HttpResponse:
    return account_page(shop)


def account_page(shop: Shop, *, status: int = 200, **forms_shown: Any) -> HttpResponse:
    """Everything of the account on one page; a form that was refused is shown as it was typed."""
    user, locale = shop.request.user, shop.locale
    known = {"first_name": user.first_name, "last_name": user.last_name, "locale": user.locale or locale}
    given = consents_of(user)
    context = {
        "orders": [(one, one.money(one.total)) for one in orders_of_customer(user.pk).order_by("-pk")[:PAGE]],
        "parts": account_parts(shop.channel, user.pk, locale),
        "addresses": addresses_of(user),
        "elsewhere": [] if status != 200 else baskets_elsewhere(user, shop.channel),
        "profile": ProfileForm(initial=known, languages=shop.languages),
        "address": AddressForm(
            initial={"country": shop.channel.country}, countries=_countries(shop), locale=locale
        ),
        "consents": [(value, label, given.get(value, False)) for value, label in Consent.Purpose.choices],
        "erasure": ErasureForm(),
        "has_phone_login": LoginMethod.PHONE in app_settings.LOGIN_METHODS,
        "passkeys": passkeys_of(user),
        "robots": "noindex",
        **forms_shown,
    }
    return shop.render("account/home.html", context, status=status)


def passkeys_of(user: User) -> list[dict[str, str]]:
    """The keys on somebody's devices: what they are called, and the door that removes them."""
    rows = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk")
    return [{"name": str(one), "remove_path": f"2fa/webauthn/keys/{one.pk}/remove/"} for one in rows]


@require_POST
@members_page
def profile(shop: Shop) -> HttpResponse:
    form = ProfileForm(shop.request.POST, languages=shop.languages)
    if not form.is_valid():
        return account_page(shop, profile=form, status=422)
    services.change_profile(user=shop.request.user, **form.cleaned_data)
    return _saved(shop, "profile")


@require_POST
@members_page
def consents(shop: Shop) -> HttpResponse:
    given = {purpose: purpose in shop.request.POST for purpose in Consent.Purpose.values}
    services.record_consents(user=shop.request.user, given=given, channel=shop.channel.code)
    return _saved(shop, "consents")


@require_POST
@members_page
def add_address(shop: Shop) -> HttpResponse:
    form = AddressForm(shop.request.POST, countries=_countries(shop), locale=shop.locale)
    if not form.is_valid():
        return account_page(shop, address=form, status=422)
    services.save_address(user=shop.request.user, address=form.cleaned_data)
    return _saved(shop, "addresses")


@require_POST
@members_page
def remove_address(shop: Shop, address_id: int) -> HttpResponse:
    services.forget_address(user=shop.request.user, address_id=address_id)
    return _saved(shop, "addresses")


@require_POST
@members_page
def bring_basket(shop: Shop, code: str) -> HttpResponse:
    """Go on here with the basket of another channel; what it holds stays held."""
    there, user = channel_context(code), shop.request.user
    try:
        with transaction.atomic():
            if there:
                offer = offer_handover(key=Key(there, owner_id=user.pk))
                taken = take_over(channel=shop.channel, code=offer.code)
                merge_baskets(channel=shop.channel, token=taken.token, user=user)
    except ComptoirError as error:
        return account_page(shop, sentences=[str(error)], status=error.status)
    return redirect(shop.url("basket"))


@require_GET
@members_page
def export(shop: Shop) -> HttpResponse:
    """Everything the shop keeps about a customer, as a file that programs can read. Source: GDPR, art. 15 and 20."""
    user = shop.request.user
    with translation.override("en"):
        kept = {
            "profile": {
                "email": user.email, "first_name": user.first_name, "last_name": user.last_name,
                "phone": user.phone, "language": user.locale, "joined_at": user.date_joined, "last_login_at": user.last_login,
            },
            "addresses": addresses_of(user),
            "consents": list(user.consents.values("purpose", "is_given", "channel", "said_at")),
            "reviews": kept_of(user),
            "orders": [order_json(one) for one in orders_of_customer(user.pk)],
            **records_of(user.pk),
        }  # fmt: skip
    response = HttpResponse(orjson.dumps(kept, option=orjson.OPT_INDENT_2), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="my-account.json"'
    return response


@require_POST
@members_page
def erase(shop: Shop) -> HttpResponse:
    """Forget the customer; what the law wants kept of orders stays without a name."""
    form = ErasureForm(shop.request.POST)
    if not form.is_valid():
        return account_page(shop, erasure=form, status=422)
    try:
        erase_customer(user_id=shop.request.user.pk)
    except ComptoirError as error:
        form.add_error("is_sure", str(error))
        return account_page(shop, erasure=form, status=error.status)
    logout(shop.request)
    sentences = [_("Your account is erased. Invoices stay as long as the law wants them kept.")]
    response = shop.render(
        "notice.html", {"heading": _("Good-bye"), "sentences": sentences, "robots": "noindex"}
    )
    for cookie in (BASKET, CHECKOUT, ORDERS):
        cookie.forget(shop, response)
    return response


def _saved(shop: Shop, part: str) -> HttpResponse:
    return redirect(f"{shop.url('account')}?{urlencode({'saved': part})}#{part}")


def _countries(shop: Shop) -> list[str] | None:
    return delivery_countries(shop.channel)
