from django.utils.translation import gettext_lazy as _

from comptoir.plugins import PluginConfig


class AppConfig(PluginConfig):
    name = "comptoir_app"
    label = "comptoir_app"
    verbose_name = _("App")
