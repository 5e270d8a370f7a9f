"""A process of its own that finishes a checkout and is killed at its n-th statement: no clean-up of any kind."""

import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT / part) for part in ("core", "plugins", "site")] + [str(ROOT)]
os.environ["DJANGO_SETTINGS_MODULE"] = "comptoir_site.settings.test"

import django  # noqa: E402

django.setup()

from django.db import connection, connections  # noqa: E402

from comptoir.checkout.finishing import finish  # noqa: E402


def main(uuid: str, at: int) -> None:
    """Finish, and die by SIGKILL right after statement number ``at``."""
    named = {key: os.environ[f"KILLED_{key}"] for key in ("NAME", "USER", "HOST", "PORT")}
    connections["default"].settings_dict.update(named)
    seen = 0

    def count(execute, *statement):
        nonlocal seen
        answer = execute(*statement)
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    with connection.execute_wrapper(count):
        finish(uuid=uuid)


main(sys.argv[1], int(sys.argv[2]))
