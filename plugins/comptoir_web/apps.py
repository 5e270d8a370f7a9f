from django.utils.translation import gettext_lazy as _

from comptoir.plugins import PluginConfig


class WebConfig(PluginConfig):
    name = "comptoir_web"
    label = "comptoir_web"
    verbose_name = _("Web")
