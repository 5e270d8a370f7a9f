"""How django-allauth behaves in this shop."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.sites.requests import RequestSite
from django.http import HttpRequest
from django.urls import get_script_prefix

from comptoir.conf import conf


class ShopAdapter(DefaultAccountAdapter):
    """Leads to the account of the channel at hand; ``entrance.door`` has set the prefix of its addresses."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return get_script_prefix().rstrip("/")

    get_signup_redirect_url = get_login_redirect_url
    get_password_change_redirect_url = get_login_redirect_url

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return get_script_prefix().removesuffix("account/")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail names the shop, not the host."""
        site = RequestSite(self.request)
        site.name = conf.SHOP_NAME
        super().send_mail(template_prefix, email, {**context, "current_site": site})
