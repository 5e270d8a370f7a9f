from django.utils.translation import gettext_lazy as _

from comptoir.plugins import PluginConfig


class WebConfig(PluginConfig):
    name = "comptoir_web"
    label = "comptoir_web"
    verbose_name = _("Web")
    # Customers log in (account/entrance.py); the settings of it are the site's.
    extra_apps = ("allauth", "allauth.account")
