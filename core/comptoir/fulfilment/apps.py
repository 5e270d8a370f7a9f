from django.apps import AppConfig

from comptoir import plugins


class FulfilmentConfig(AppConfig):
    name = "comptoir.fulfilment"
    label = "fulfilment"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from comptoir.fulfilment import plugin  # noqa: PLC0415 (needs the models)

        plugins.register("comptoir.fulfilment", plugin)
