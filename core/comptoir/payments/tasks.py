import logging
import threading

from django.db import close_old_connections, transaction

from comptoir.payments.checking import settle_payments

logger = logging.getLogger("comptoir.payments")

POLL_S = 2.0

#: Set when something is due at once; events are delivered by another thread of the same worker.
_news = threading.Event()


def hurry() -> None:
    """Have what this transaction asks of providers carried out as soon as it is committed, not at the next look."""
    transaction.on_commit(_news.set)


def settle_forever(stop: threading.Event) -> None:
    """Bring payments to their end until told to stop, beside the events: a slow provider holds nobody else up."""
    while not stop.is_set():
        done = 0
        try:
            close_old_connections()
            done = settle_payments()
        except Exception:
            logger.exception("settling payments stumbled and goes on")
        if not done:
            _news.wait(POLL_S)
            _news.clear()
