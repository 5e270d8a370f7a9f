"""What a figure was measured on."""

import os
import platform
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Processors, memory, versions, and how busy it was just then (processes waiting, the last minute)."""
    facts = dict(
        line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if line.count(":") == 1
    )
    names = {name.strip(): value.strip() for name, value in facts.items()}
    memory_kb = int(Path("/proc/meminfo").read_text().split()[1])
    return {
        "processor": names.get("model name", platform.machine()),
        "cores": os.cpu_count(),
        "memory_gb": round(memory_kb / 1e6),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }
