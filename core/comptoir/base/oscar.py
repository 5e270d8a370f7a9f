"""How an app of Oscar is forked: our package, Oscar's label, none of Oscar's views."""

from importlib import import_module
from typing import Any

from oscar.core.application import OscarConfig


class ForkedApp(OscarConfig):
    """An Oscar app under our name.

    Oscar's own ``ready`` loads its views; ours loads only its signal receivers, where it has any.
    """

    default = False
    receivers = ""
    default_auto_field = "django.db.models.BigAutoField"

    def __init_subclass__(cls, **options: Any) -> None:
        """Django picks the one config of an ``apps.py`` that says so; this base is imported there too."""
        super().__init_subclass__(**options)
        cls.default = True

    def ready(self) -> None:
        if self.receivers:
            import_module(self.receivers)
