"""What a figure was measured on."""

import os
import platform
import time
from pathlib import Path
from typing import Any

#: The two that the kernel counts processor time in: user and system, in ticks.
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


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


def cpu_ms(connection: Any) -> float:
    """What this process and the one of PostgreSQL that serves it have worked so far; the latter in steps of 10 ms."""
    pid = connection.connection.info.backend_pid
    ticks = sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
    return time.process_time() * 1000 + ticks * TICK_MS
