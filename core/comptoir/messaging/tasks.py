import logging
import threading

from django.db import close_old_connections

from comptoir.messaging.sending import send_messages

logger = logging.getLogger("comptoir.messaging")

POLL_S = 1.0


def mail_forever(stop: threading.Event) -> None:
    """Send messages until told to stop, beside the events: a slow mail server holds nobody else up."""
    while not stop.is_set():
        sent = 0
        try:
            close_old_connections()
            sent = send_messages()
        except Exception:
            logger.exception("the sender of messages stumbled and goes on")
        if not sent:
            stop.wait(POLL_S)
