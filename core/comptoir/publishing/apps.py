from django.apps import AppConfig

from comptoir import plugins


class PublishingConfig(AppConfig):
    name = "comptoir.publishing"
    label = "publishing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from comptoir.publishing import plugin  # noqa: PLC0415 (needs the models)
        from comptoir.publishing.backoffice import panels  # noqa: PLC0415 (needs the models)

        plugins.register("comptoir.publishing", plugin)
        panels.attach_panels()
