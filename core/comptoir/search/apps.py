from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save

from comptoir import plugins


class SearchConfig(AppConfig):
    name = "comptoir.search"
    label = "search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from comptoir.search import plugin, rules  # noqa: PLC0415 (needs the models)

        plugins.register("comptoir.search", plugin)
        for changed in (post_save, post_delete):
            for name in ("Synonym", "Boost"):
                changed.connect(rules.forget_rules, sender=self.get_model(name))
