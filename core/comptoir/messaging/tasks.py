import threading

from comptoir.base.away import repeat_until
from comptoir.messaging.sending import send_messages

POLL_S = 1.0


def mail_forever(stop: threading.Event) -> None:
    """Send messages until told to stop, beside the events: a slow mail server holds nobody else up."""
    repeat_until(stop, send_messages, rest=lambda: stop.wait(POLL_S), what="the sender of messages")
