import threading
import time
from collections.abc import Callable

from comptoir.base.away import repeat_until
from comptoir.events.sending import Sender
from comptoir.events.services import deliver_events
from comptoir.events.webhooks import forget_old_attempts

POLL_S = 0.25
TIDY_EVERY_S = 3600


def run_forever(stop: threading.Event, every_round: Callable[[], object]) -> None:
    """Deliver events until told to stop; ``every_round`` is called between batches. A failure is logged and survived."""

    def work() -> int:
        every_round()
        return deliver_events()

    repeat_until(stop, work, rest=lambda: stop.wait(POLL_S), what="the event relay")


def send_forever(stop: threading.Event) -> None:
    """Call webhooks until told to stop, and keep their log short. A failure is logged and survived."""
    sender, tidied_at = Sender(), 0.0

    def work() -> bool:
        nonlocal tidied_at
        busy = sender.round(POLL_S)
        if time.monotonic() - tidied_at > TIDY_EVERY_S:
            forget_old_attempts()
            tidied_at = time.monotonic()
        return busy

    repeat_until(stop, work, rest=lambda: stop.wait(POLL_S), what="the sender of webhooks")
    sender.stop()
