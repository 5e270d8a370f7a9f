from django.apps import AppConfig

from comptoir import plugins


class CheckoutConfig(AppConfig):
    name = "comptoir.checkout"
    label = "checkout"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from comptoir.checkout import plugin  # noqa: PLC0415 (needs the models)

        plugins.register("comptoir.checkout", plugin)
