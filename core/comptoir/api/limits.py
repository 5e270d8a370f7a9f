"""How often one address may do what somebody could abuse: open baskets, try voucher codes, guess handover codes."""

from contextlib import suppress

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from ninja.conf import settings as ninja_settings
from ninja.throttling import BaseThrottle, SimpleRateThrottle

from comptoir.api.http import KEY_HEADER
from comptoir.base import clock
from comptoir.channels.queries import channel_context
from comptoir.conf import conf


class AddressLimit(BaseThrottle):
    """So many requests an address in each stretch of time, by a setting such as ``20/min``; ``throttle=[...]`` of ninja.

    A program that sends a key of the channel (a till, a shop's own server) is not limited: many people stand behind it.
    Nothing of a request is kept on the limit itself, which all threads share; addresses are kept as hashes only.
    """

    def __init__(self, setting: str) -> None:
        self.setting = setting

    def allow_request(self, request: HttpRequest) -> bool:
        if _has_key(request):
            return True
        most, seconds = SimpleRateThrottle.parse_rate(_RATES, getattr(conf, self.setting))
        stretch = int(clock.now().timestamp() // seconds)
        key = f"comptoir-limit:{self.setting}:{stretch}:{self.get_ident(request)}"
        return _count(key, seconds) <= most

    def wait(self) -> int:
        """Seconds until the next stretch of time begins."""
        _most, seconds = SimpleRateThrottle.parse_rate(_RATES, getattr(conf, self.setting))
        return seconds - int(clock.now().timestamp() % seconds)

    def get_ident(self, request: HttpRequest) -> str:
        """The address, hashed. Without ``NINJA_NUM_PROXIES`` nothing that the caller says of it is believed."""
        nobody_between = ninja_settings.NUM_PROXIES is None
        address = request.META.get("REMOTE_ADDR") if nobody_between else super().get_ident(request)
        return salted_hmac("comptoir.limits", address or "", algorithm="sha256").hexdigest()[:32]


#: Only its way of reading ``20/min`` is used.
_RATES = SimpleRateThrottle.__new__(SimpleRateThrottle)


def _has_key(request: HttpRequest) -> bool:
    secret = request.headers.get(KEY_HEADER, "")
    channel = channel_context(request.resolver_match.kwargs["channel"]) if secret else None
    return channel is not None and channel.knows_key(secret)


def _count(key: str, seconds: int) -> int:
    """The request with the others of its stretch; most find a count that was begun."""
    for _try in range(2):
        with suppress(ValueError):  # nobody has begun, or the stretch ended in between
            return cache.incr(key)
        if cache.add(key, 1, seconds):
            break
    return 1
