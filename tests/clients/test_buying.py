"""The page about buying tells the truth: its commands, as they stand, end in an order."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from comptoir.orders.models import Order

PAGE = (Path(__file__).parents[2] / "docs" / "buying.md").read_text("utf-8")
NEEDED = ("bash", "curl", "jq", "openssl")
MISSING = [name for name in NEEDED if not shutil.which(name)]


@pytest.mark.skipif(bool(MISSING), reason=f"not on this machine: {', '.join(MISSING)}")
def test_the_commands_of_the_page_buy_something(server, tmp_path):
    commands = "".join(re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL))

    ended = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path,
        env={**os.environ, "SHOP": f"http://127.0.0.1:{server.port}"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    seen = json.loads("{" + ended.stdout.rpartition("\n{")[2])
    assert (seen["state"], seen["total"]) == ("placed", {"amount": "49.90", "currency": "EUR"})
    order = Order.objects.get(number=seen["number"])
    assert (order.email, order.delivery["way"]) == ("camille@example.org", "collection")
