from django.utils.translation import gettext_lazy as _

from comptoir.plugins import PluginConfig


class SocialConfig(PluginConfig):
    name = "comptoir_social"
    label = "comptoir_social"
    verbose_name = _("Social")
