from django.apps import AppConfig
from django.conf import settings

from comptoir import plugins


class SiteConfig(AppConfig):
    name = "comptoir_site"
    label = "comptoir_site"

    def ready(self) -> None:
        if settings.DEMO:
            from comptoir_site.demo import relays  # noqa: PLC0415 (needs the models)

            plugins.register("escale", relays)
