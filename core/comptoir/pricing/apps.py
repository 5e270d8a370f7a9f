from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate

from comptoir.pricing.default_taxes import write_default_taxes


class PricingConfig(AppConfig):
    name = "comptoir.pricing"
    label = "pricing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(_fill_empty_taxes, sender=self)


def _fill_empty_taxes(sender: AppConfig, apps: Any = installed, **_signal: object) -> None:
    """The default rates come with a migration; a database that was flushed gets them back here."""
    if {"taxclass", "taxrate"} <= apps.all_models["pricing"].keys():
        write_default_taxes(apps)
