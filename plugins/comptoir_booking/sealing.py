"""Passwords that the shop has to send on: kept so that whoever reads the database alone cannot read them.

They are encrypted by a key that is worked out from ``SECRET_KEY`` (former ones: ``SECRET_KEY_FALLBACKS``) and stands nowhere.
"""

import base64
import hmac
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.db import models

PURPOSE = b"comptoir sealed password"


class SealLost(Exception):
    """The shop's ``SECRET_KEY`` is another one than when this was sealed; it has to be typed in again."""


def seal(plain: str) -> str:
    """A password as it is kept."""
    return _box().encrypt(plain.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Errors: ``SealLost``."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealLost from None


class SealedField(models.CharField):
    """A password, always sealed; in a form it is typed blind, and one that is left empty stays as it is."""

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(
            label=self.verbose_name, help_text=self.help_text, required=False, max_length=200, strip=False, widget=widget
        )  # fmt: skip

    def save_form_data(self, instance: models.Model, data: str) -> None:
        if data:
            setattr(instance, self.attname, seal(data))


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hmac.digest(key.encode(), PURPOSE, "sha256"))) for key in keys]
    )
