from django.utils.translation import gettext_lazy as _

from comptoir.plugins import PluginConfig


class StripeConfig(PluginConfig):
    name = "comptoir_stripe"
    label = "comptoir_stripe"
    verbose_name = _("Stripe")
