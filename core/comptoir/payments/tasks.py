import threading

from django.db import transaction

from comptoir.base.away import repeat_until
from comptoir.payments.checking import settle_payments

POLL_S = 2.0

#: Set when something is due at once; events are delivered by another thread of the same worker.
_news = threading.Event()


def hurry() -> None:
    """Have what this transaction asks of providers carried out as soon as it is committed, not at the next look."""
    transaction.on_commit(_news.set)


def settle_forever(stop: threading.Event) -> None:
    """Bring payments to their end until told to stop, beside the events: a slow provider holds nobody else up."""
    repeat_until(stop, settle_payments, rest=_rest, what="settling payments")


def _rest() -> None:
    _news.wait(POLL_S)
    _news.clear()
