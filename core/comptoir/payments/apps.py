from django.apps import AppConfig

from comptoir import plugins


class PaymentsConfig(AppConfig):
    name = "comptoir.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from comptoir.payments import plugin  # noqa: PLC0415 (needs the models)

        plugins.register("comptoir.payments", plugin)
