import logging
import threading

from django.db import close_old_connections

from comptoir.payments.checking import settle_payments

logger = logging.getLogger("comptoir.payments")

POLL_S = 2.0


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
            stop.wait(POLL_S)
