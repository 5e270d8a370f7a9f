"""The shop as its tests run it, for servers in processes of their own; all shoppers of a test have one address."""

import os

from comptoir_site.settings.test import *  # noqa: F403
from comptoir_site.settings.test import DATABASES, INSTALLED_APPS

DATABASES["default"].update(
    {"NAME": os.environ["SURVIVAL_DATABASE"], "HOST": os.environ["SURVIVAL_HOST"], "CONN_MAX_AGE": 600}
)
COMPTOIR_RATE_BASKETS = "1000000/min"
# What is done later is done by the worker, which may be killed.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
INSTALLED_APPS.append("tests.survival.witness.WitnessConfig")
