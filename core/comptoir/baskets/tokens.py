"""Secrets of baskets: the token that opens one, and the short code that hands it over. Only hashes are kept."""

import hashlib
import secrets

from django.utils.crypto import salted_hmac

#: Letters and digits that nobody takes for another when they are read aloud (Crockford's base 32 without U).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8  # 40 bits: good for a quarter of an hour, once, with few tries an address
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def new_token() -> str:
    """A secret of 192 bits, safe in addresses."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> str:
    """How a token is kept: SHA-256 is enough for that many random bits."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def new_code() -> str:
    """A code for reading aloud, such as ``7KQM-2XVD``."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def hash_code(code: str) -> str:
    """How a code is kept, however it was typed: keyed with the secret of the site, since it is short."""
    plain = code.strip().upper().removeprefix("COMPTOIR:").translate(_READ_AS)
    return salted_hmac("comptoir.baskets.handover", plain, algorithm="sha256").hexdigest()
