"""Switches a hook of a plugin off for a while when it keeps failing; every process shows what it did in the cache."""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache

from comptoir.base import clock
from comptoir.conf import conf

logger = logging.getLogger("comptoir.plugins")

#: How long the last failure of a hook is shown when nothing is heard of it any more.
SHOWN_S = 3600


class Breaker:
    """Counts the failures in a row of one hook of one plugin in this process; open means: do not call it now."""

    def __init__(self, plugin: str, hook: str) -> None:
        self.plugin, self.hook = plugin, hook
        self.failures = 0
        self.open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self.open_until

    def failed(self, reason: str) -> None:
        """One failure more; after the pause a single further one is enough to open it again."""
        self.failures += 1
        trouble = {"failures": self.failures, "reason": reason[:300], "at": clock.now().isoformat()}
        if self.failures >= conf.BREAKER_FAILURES:
            self.open_until = time.monotonic() + conf.BREAKER_PAUSE_S
            trouble["off_until"] = (clock.now() + timedelta(seconds=conf.BREAKER_PAUSE_S)).isoformat()
        self._tell(trouble)

    def succeeded(self) -> None:
        """All is well again."""
        if self.failures:
            self.failures = 0
            self._tell(None)

    def _tell(self, trouble: dict[str, Any] | None) -> None:
        """Other processes see the state; a cache that is down must not make a plugin's failure worse."""
        key = _key(self.plugin, self.hook)
        try:
            cache.set(key, trouble, SHOWN_S) if trouble else cache.delete(key)
        except Exception:
            logger.exception("the health of plugin %s could not be shown", self.plugin)


_breakers: dict[tuple[str, str], Breaker] = {}


def breaker_of(plugin: str, hook: str) -> Breaker:
    """The breaker of one hook of one plugin in this process."""
    if (plugin, hook) not in _breakers:
        _breakers[plugin, hook] = Breaker(plugin, hook)
    return _breakers[plugin, hook]


def reset_breakers() -> None:
    """Forget all failures of this process: for tests and after a plugin was repaired."""
    for breaker in _breakers.values():
        breaker.succeeded()
    _breakers.clear()


def troubles(plugin: str, hooks: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The last failures of hooks, as all processes report them, by hook; ``off`` says whether it is off just now."""
    keys = {_key(plugin, hook): hook for hook in hooks}
    found = cache.get_many(keys)
    return {hook: {**found[key], "off": _is_off(found[key])} for key, hook in keys.items() if key in found}


def _is_off(trouble: dict[str, Any]) -> bool:
    return "off_until" in trouble and datetime.fromisoformat(trouble["off_until"]) > clock.now()


def _key(plugin: str, hook: str) -> str:
    return f"comptoir-plugin-health:{plugin}:{hook}"
