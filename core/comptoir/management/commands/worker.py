import logging
import threading
from typing import Any

from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import Error

from comptoir import hookspecs, plugins
from comptoir.api.health import WORKER_KEY
from comptoir.api.idempotency import prune_answers
from comptoir.base import clock
from comptoir.base.away import is_away, wait_for_database
from comptoir.checkout.finishing import cancel_unpaid, end_unpaid
from comptoir.events.tasks import run_forever, send_forever
from comptoir.fulfilment.parcels import expire_uncollected
from comptoir.fulfilment.slots import sweep_slots
from comptoir.messaging.tasks import mail_forever
from comptoir.payments.tasks import settle_forever
from comptoir.pricing.services import tell_price_changes
from comptoir.publishing.schedule import run_due
from comptoir.publishing.services import due_attention
from comptoir.search.tasks import fill_index

logger = logging.getLogger("comptoir.worker")

HEARTBEAT_S = 5
DUE_EVERY_S = 15


class Command(BaseCommand):
    """Does what is done behind the counter: events, webhooks, messages, payments, what is due, background tasks."""

    help = "Deliver events, call webhooks, publish what is scheduled and run background tasks. Start as many as you like."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        rounds = Rounds()
        loops = [
            threading.Thread(target=run_forever, args=(stop, rounds), name="events", daemon=True),
            threading.Thread(target=send_forever, args=(stop,), name="webhooks", daemon=True),
            threading.Thread(target=settle_forever, args=(stop,), name="payments", daemon=True),
            threading.Thread(target=fill_index, name="search", daemon=True),
            threading.Thread(target=mail_forever, args=(stop,), name="messages", daemon=True),
        ]
        for loop in loops:
            loop.start()
        try:
            self._run_tasks()
        finally:
            stop.set()
            for loop in loops:
                loop.join(timeout=5)

    def _run_tasks(self) -> None:
        """Until told to stop; who is without a database waits for it."""
        while True:
            try:
                return call_command("db_worker", "--interval", "1", "--no-startup-delay", verbosity=0)
            except Error as error:
                if not is_away(error):
                    raise
                wait_for_database()


class Rounds:
    """What the relay does between two batches: show that it lives, and now and then look for what is due."""

    def __init__(self) -> None:
        self.seen_at = self.looked_at = 0.0

    def __call__(self) -> None:
        moment = clock.now().timestamp()
        if moment - self.seen_at >= HEARTBEAT_S:
            cache.set(WORKER_KEY, moment, 60)
            self.seen_at = moment
        if moment - self.looked_at >= DUE_EVERY_S:
            run_due()
            tell_price_changes()
            due_attention()
            prune_answers()
            end_unpaid()
            cancel_unpaid()
            expire_uncollected()
            sweep_slots()
            self._do_those_of_plugins()
            self.looked_at = moment

    def _do_those_of_plugins(self) -> None:
        """One that fails holds up neither the others nor the core."""
        for name, functions in plugins.collect(hookspecs.register_rounds).items():
            for function in functions:
                try:
                    function()
                except Exception:
                    logger.exception("a round of plugin %s stumbled and goes on", name)
