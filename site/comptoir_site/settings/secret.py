"""The secret key of a demo shop: made once, kept beside its data, readable by its owner only."""

import os
import secrets
from pathlib import Path


def kept_secret_key(home: Path) -> str:
    """Read the shop's secret key, or make one at the first start."""
    path = home / "secret-key"
    home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()
