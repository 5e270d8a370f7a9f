from django.utils.translation import gettext_lazy as _

from comptoir.plugins import PluginConfig


class StoreConfig(PluginConfig):
    name = "comptoir_store"
    label = "comptoir_store"
    verbose_name = _("Store")
