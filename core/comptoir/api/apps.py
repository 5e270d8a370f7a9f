from corsheaders.signals import check_request_enabled
from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "comptoir.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from comptoir.api.origins import is_called_by_a_friend  # noqa: PLC0415 (needs the models)

        check_request_enabled.connect(is_called_by_a_friend, dispatch_uid="comptoir.api.origins")
