import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections

from comptoir.events.services import deliver_events

logger = logging.getLogger("comptoir.events")

POLL_S = 0.25


def run_forever(stop: threading.Event, every_round: Callable[[], object]) -> None:
    """Deliver events until told to stop; ``every_round`` is called between batches. A failure is logged and survived."""
    while not stop.is_set():
        delivered = 0
        try:
            close_old_connections()
            every_round()
            delivered = deliver_events()
        except Exception:
            logger.exception("the event relay stumbled and goes on")
        if not delivered:
            stop.wait(POLL_S)
