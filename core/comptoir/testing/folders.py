"""Where tests keep files that come and go."""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 (made private by whoever makes a folder in it)
ROOM_BYTES = 4 * 1024**3


def quick_folder() -> Path:
    """In memory if there is room, else the folder for temporary files.

    A copy of the template database is 2,000 files: 0.05 s in memory; on a disk with ext4 it was 0.1 s the first time, and
    1 to 2 s after each time that another one was dropped.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        return MEMORY
    return Path(tempfile.gettempdir())
