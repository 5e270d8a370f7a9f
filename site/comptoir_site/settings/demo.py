"""Settings of `make demo`: production-like, on this machine only, with a secret key kept in COMPTOIR_HOME."""

from comptoir_site.settings.base import *  # noqa: F403
from comptoir_site.settings.base import COMPTOIR_HOME
from comptoir_site.settings.secret import kept_secret_key

SECRET_KEY = kept_secret_key(COMPTOIR_HOME)
DEMO = True
