"""What stock, baskets, money, events and appointments must survive, at full size: ``make stress``.

Each file has a process of its own, one after the other: each wants the whole machine, and none finds what a broken one left
behind. Tells how long each took; fails if one of them did. With names of files: only those.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = (
    "tests/survival/test_away.py",
    "tests/survival/test_killed.py",
    "tests/survival/test_purchases.py",
    "tests/survival/test_shoppers.py",
    "tests/core/stock/test_races.py",
    "tests/core/stock/test_sequences.py",
    "tests/core/baskets/test_races.py",
    "tests/core/baskets/test_sequences.py",
    "tests/core/checkout/test_notices.py",
    "tests/core/checkout/test_races.py",
    "tests/core/checkout/test_sequences.py",
    "tests/core/payments/test_races.py",
    "tests/core/events/test_survival.py",
    "tests/core/pricing/test_oracle.py",
    "tests/core/api/test_idempotency.py",
    "plugins/comptoir_booking/tests/test_races.py",
    "plugins/comptoir_booking/tests/test_class_races.py",
    "plugins/comptoir_booking/tests/test_after_the_visit.py",
    "plugins/comptoir_booking/tests/test_oracle.py",
)


def main(files: list[str]) -> int:
    """Run them all, whatever becomes of one; the number of those that failed."""
    began, failed = time.monotonic(), []
    for file in files:
        at = time.monotonic()
        if not _survives(file):
            failed.append(file)
        print(f"{file}: {'FAILED' if file in failed else 'survived'}, {_minutes(at)}", flush=True)
    print(f"{len(files) - len(failed)} of {len(files)} survived, {_minutes(began)}", *failed, sep="\n  ")
    return len(failed)


def _survives(file: str) -> bool:
    command, full_size = [sys.executable, "-m", "pytest", file], {**os.environ, "COMPTOIR_STRESS": "1"}
    return subprocess.run(command, cwd=ROOT, env=full_size, check=False).returncode == 0


def _minutes(since: float) -> str:
    return f"{(time.monotonic() - since) / 60:.1f} minutes"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(FILES)))
