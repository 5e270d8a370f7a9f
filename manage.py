#!/usr/bin/env python3
"""Every command starts here."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT / folder) for folder in ("core", "plugins", "site")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comptoir_site.settings.demo")

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
