"""How django-allauth behaves in this shop."""

import re
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.fields import PhoneField
from django.contrib.sites.requests import RequestSite
from django.http import HttpRequest
from django.urls import get_script_prefix
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.conf import conf
from comptoir.customers.models import User
from comptoir.customers.services import prove_phone
from comptoir.messaging.transports import Letter, transport_for

#: What people write between the digits of a number.
BETWEEN = re.compile(r"[\s.()/-]")


class NumberField(PhoneField):
    """A phone number as people type it: spaces, dots, 00 for +, a French number without its country."""

    def to_python(self, value: Any) -> str:
        number = BETWEEN.sub("", super().to_python(value))
        if number.startswith("00"):
            return f"+{number[2:]}"
        return f"+33{number[1:]}" if re.fullmatch(r"0[1-9]\d{8}", number) else number


class ShopAdapter(DefaultAccountAdapter):
    """Leads to the account of the channel at hand; ``entrance.door`` has set the prefix of its addresses."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return get_script_prefix().rstrip("/")

    get_signup_redirect_url = get_login_redirect_url
    get_password_change_redirect_url = get_login_redirect_url

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return get_script_prefix().removesuffix("account/")

    def get_login_stages(self) -> list[str]:
        """A passkey opens the account by itself: it is another key, and never a second lock on the others."""
        return [stage for stage in super().get_login_stages() if not stage.startswith("allauth.mfa.")]

    def is_reauthentication_required(self, *, app: str, **words: Any) -> bool:
        """Who has a password types it before a passkey is added; who logs in by codes has just done so."""
        return app == "allauth.mfa" and self.request.user.has_usable_password()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail names the shop, not the host."""
        site = RequestSite(self.request)
        site.name = conf.SHOP_NAME
        super().send_mail(template_prefix, email, {**context, "current_site": site})

    # Phone numbers: only proven ones are kept, so that a number opens one account, and the one of who has it.
    def phone_form_field(self, **words: Any) -> NumberField:
        label = gettext_lazy("Phone number")
        return NumberField(**{"label": label, "help_text": gettext_lazy("Such as 06 39 98 12 03."), **words})

    def send_verification_code_sms(self, user: User, phone: str, code: str, **words: Any) -> None:
        text = _("%(code)s is your code for %(shop)s. Give it to nobody.") % {
            "code": code,
            "shop": conf.SHOP_NAME,
        }
        transport_for("sms").send(Letter(reference=f"code-{uuid4()}", to=phone, text=text))

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, True) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        if verified:
            prove_phone(user=user, phone=phone)

    def set_phone_verified(self, user: User, phone: str) -> None:
        prove_phone(user=user, phone=phone)

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone, is_active=True).first()
