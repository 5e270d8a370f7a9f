"""Signatures as the Standard Webhooks specification has them."""

import base64

import pytest

from comptoir.events.signing import SecretLost, derive_secret, mark_of, new_salt, shown, sign


def test_the_signature_is_that_of_the_specification():
    """The example of the reference libraries (standard-webhooks/standard-webhooks, libraries/*/test)."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    signature = sign(
        webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
        with_secrets=[secret],
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_live_secrets_give_two_signatures():
    one, two = derive_secret(new_salt()), derive_secret(new_salt())
    message = {"webhook_id": "evt_1", "timestamp": 1, "body": b"{}"}

    both = sign(**message, with_secrets=[one, two])

    assert both.split(" ") == [sign(**message, with_secrets=[one]), sign(**message, with_secrets=[two])]


def test_a_secret_is_24_to_64_random_bytes_behind_its_prefix():
    secret = shown(derive_secret(new_salt()))

    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    assert secret != shown(derive_secret(new_salt()))


def test_a_secret_survives_a_new_key_of_the_shop_while_the_old_one_is_a_fallback(settings):
    salt = new_salt()
    secret = derive_secret(salt)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key of the shop"

    settings.SECRET_KEY_FALLBACKS = [old]
    assert derive_secret(salt, mark_of(secret)) == secret
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SecretLost):
        derive_secret(salt, mark_of(secret))
