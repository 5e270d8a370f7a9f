"""The core's own Django app: loads the plugins at start."""

from django.apps import AppConfig

from comptoir import plugins
from comptoir.conf import check_settings


class ComptoirConfig(AppConfig):
    """Last in ``INSTALLED_APPS``: by then every model of every plugin is there."""

    name = "comptoir"
    verbose_name = "Comptoir"

    def ready(self) -> None:
        plugins.load()
        check_settings(plugins.declared_settings())
