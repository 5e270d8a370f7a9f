"""Webhooks of these tests may go to this machine, where their receivers listen."""

import time
from collections.abc import Callable

import pytest

from comptoir.events.sending import Sender
from comptoir.events.webhooks import add_endpoint


@pytest.fixture
def hook(db, settings) -> Callable:
    """Adds a webhook: ``hook(receiver.url)``."""
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = True
    return lambda url, **fields: add_endpoint(url=url, **fields)[0]


@pytest.fixture
def send() -> Callable[[], None]:
    """Makes all calls that are due now, as the worker would, and waits for their answers."""
    sender = Sender(threads=8)

    def until_nothing_is_due() -> None:
        deadline = time.monotonic() + 30
        while sender.round(0.05):
            assert time.monotonic() < deadline, "The calls do not end."

    yield until_nothing_is_due
    sender.stop()
