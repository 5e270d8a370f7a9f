from django.apps import AppConfig

from comptoir import plugins


class MessagingConfig(AppConfig):
    name = "comptoir.messaging"
    label = "messaging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from comptoir.messaging import plugin  # noqa: PLC0415 (needs the models)

        plugins.register("comptoir.messaging", plugin)
