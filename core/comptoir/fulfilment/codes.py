"""The code a customer shows to collect a parcel: worked out from a secret, kept nowhere, and guarded against guessing."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.fulfilment.models import Parcel

#: No vowels and nothing that looks like another sign: 20 ** 6 = 64 million codes, and none of them is a word.
ALPHABET = "23456789CFGHJMPQRVWX"
LENGTH = 6
MOST_TRIES, PAUSE = 5, timedelta(minutes=15)


class WrongCode(ComptoirError):
    """A code is not that of the parcel."""

    code = "wrong_collection_code"
    status = 422
    sentence = _("This is not the code of {number}.")


class CodeBlocked(ComptoirError):
    """Too many wrong codes were tried; for a while not even the right one opens."""

    code = "collection_code_blocked"
    status = 429
    sentence = _(
        "Too many wrong codes. Try again in a quarter of an hour, or ask for a paper with the name on it."
    )


def new_nonce() -> str:
    """What makes the code of one parcel its own."""
    return secrets.token_hex(16)


def collection_code(parcel: Parcel) -> str:
    """The code of a parcel that is ready, for the message to its customer, such as ``7GH-2QM``; else nothing.

    Whoever has only the database cannot work it out: the key is the ``SECRET_KEY`` of the site.
    """
    return _code(settings.SECRET_KEY, parcel) if parcel.code_nonce else ""


def check_code(parcel: Parcel, code: str) -> None:
    """Let only the right code pass, and only a few tries in a quarter of an hour, at once or one after the other.

    A try is counted before it is looked at, and for good: so never call it inside a transaction that may be undone.
    Errors: ``WrongCode``, ``CodeBlocked``.
    """
    now = clock.now()
    row = Parcel.objects.filter(pk=parcel.pk)
    row.filter(code_blocked_until__lte=now).update(code_tries=0, code_blocked_until=None)
    if not row.filter(code_tries__lt=MOST_TRIES).update(code_tries=F("code_tries") + 1):
        raise CodeBlocked(field="code")
    if _is_right(parcel, code):
        row.update(code_tries=0, code_blocked_until=None)
        return
    tired = row.filter(code_tries__gte=MOST_TRIES, code_blocked_until=None)
    tired.update(code_blocked_until=now + PAUSE)
    raise WrongCode(field="code", number=parcel.number)


def _is_right(parcel: Parcel, code: str) -> bool:
    """Compared in constant time, with the secret of today and those it replaced."""
    said = "".join(sign for sign in code.upper() if sign.isalnum())
    if not parcel.code_nonce or not said.isascii():
        return False
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    right = [hmac.compare_digest(said, _code(key, parcel).replace("-", "")) for key in keys]
    return any(right)


def _code(key: str, parcel: Parcel) -> str:
    words = f"comptoir.collection:{parcel.number}:{parcel.code_nonce}"
    number = int.from_bytes(hmac.new(key.encode(), words.encode(), hashlib.sha256).digest())
    signs = []
    for _place in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return f"{''.join(signs[:3])}-{''.join(signs[3:])}"
