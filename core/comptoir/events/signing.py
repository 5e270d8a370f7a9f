"""Signatures by the Standard Webhooks specification, version 1.0.0 (https://www.standardwebhooks.com).

The secret of a webhook is needed in plain to sign, so it cannot be kept as a hash. It is not kept at all: it is derived
from a random salt in the database and the shop's ``SECRET_KEY``. Who reads the database alone learns no secret.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from django.conf import settings

PREFIX = "whsec_"
PURPOSE = b"comptoir webhook secret "


class SecretLost(Exception):
    """The shop's ``SECRET_KEY`` is another one than when this secret was made; it has to be rotated."""


def new_salt() -> str:
    """The random half of a secret."""
    return secrets.token_hex(32)


def derive_secret(salt: str, mark: str = "") -> bytes:
    """The 32 bytes of a secret; former keys are in ``SECRET_KEY_FALLBACKS``, and ``mark`` tells which it was made with.

    Errors: ``SecretLost`` if none fits.
    """
    for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        derived = hmac.digest(key.encode(), PURPOSE + salt.encode(), "sha256")
        if not mark or hmac.compare_digest(mark_of(derived), mark):
            return derived
    raise SecretLost


def mark_of(secret: bytes) -> str:
    """Eight letters by which people and programs tell secrets apart; they give nothing of it away."""
    return hashlib.sha256(b"mark " + secret).hexdigest()[:8]


def shown(secret: bytes) -> str:
    """A secret as its receiver keeps it."""
    return PREFIX + base64.b64encode(secret).decode()


def sign(*, webhook_id: str, timestamp: int, body: bytes, with_secrets: Iterable[bytes]) -> str:
    """The ``webhook-signature`` header: one signature for each live secret. Units: seconds since 1970."""
    content = f"{webhook_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(secret, content, "sha256") for secret in with_secrets)
    return " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)
