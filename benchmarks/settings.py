"""The example shop as in production, on databases of its own, with addresses more for the limits."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("COMPTOIR_HOME", str(Path(tempfile.gettempdir()) / "comptoir-benchmarks"))
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks")
os.environ.pop("COMPTOIR_PLUGINS", None)  # the tests run the test gateway too; measured is the shop as it is

from comptoir_site.settings.base import *  # noqa: F403
from comptoir_site.settings.base import DATABASES

DATABASES["default"]["NAME"] = os.environ.get("BENCHMARK_DATABASE", "comptoir")
ROOT_URLCONF = "benchmarks.urls"
ALLOWED_HOSTS = ["*"]  # Django's test client calls itself testserver
COMPTOIR_RATE_BASKETS = "1000000/min"  # all shoppers have one address
