import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections

from comptoir.events.sending import Sender
from comptoir.events.services import deliver_events
from comptoir.events.webhooks import forget_old_attempts

logger = logging.getLogger("comptoir.events")

POLL_S = 0.25
TIDY_EVERY_S = 3600


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


def send_forever(stop: threading.Event) -> None:
    """Call webhooks until told to stop, and keep their log short. A failure is logged and survived."""
    sender, tidied_at = Sender(), 0.0
    while not stop.is_set():
        busy = False
        try:
            close_old_connections()
            busy = sender.round(POLL_S)
            if time.monotonic() - tidied_at > TIDY_EVERY_S:
                forget_old_attempts()
                tidied_at = time.monotonic()
        except Exception:
            logger.exception("the sender of webhooks stumbled and goes on")
        if not busy:
            stop.wait(POLL_S)
    sender.stop()
