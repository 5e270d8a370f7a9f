"""The page about webhooks tells the truth: its code checks what is sent, its table is the one in use."""

import re
import time
from pathlib import Path

import pytest

from comptoir.events.retries import LONGEST_WAITS_S
from comptoir.events.webhooks import add_endpoint, ping
from tests.core.events.receivers import listening

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text("utf-8")
UNITS = {"s": 1, "min": 60, "h": 3600}


@pytest.fixture
def is_genuine():
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict = {}
    exec(code, names)
    return names["is_genuine"]


def test_the_example_accepts_a_message_and_nothing_else(is_genuine, hook):
    with listening() as receiver:
        endpoint, secret = add_endpoint(url=receiver.url)
        _other, other_secret = add_endpoint(url=receiver.url + "/2")
        ping(endpoint=endpoint)

    [(headers, body)] = receiver.got
    assert is_genuine(secret, headers, body)
    assert not is_genuine(other_secret, headers, body)
    assert not is_genuine(secret, headers, body + b" ")
    assert not is_genuine(secret, {**headers, "webhook-id": "evt_1"}, body)
    assert not is_genuine(secret, {**headers, "webhook-timestamp": str(int(time.time()) - 301)}, body)


def test_the_table_of_waits_is_the_one_in_use():
    cells = re.findall(r"\| (\d+) \| (\d+) (s|min|h)(?= \|)", PAGE)
    waits = {int(number): int(amount) * UNITS[unit] for number, amount, unit in cells}
    assert [waits[number] for number in sorted(waits)] == list(LONGEST_WAITS_S)
