from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from comptoir.plugins import PluginConfig
from comptoir_testpay.conf import conf


class TestpayConfig(PluginConfig):
    name = "comptoir_testpay"
    label = "comptoir_testpay"
    verbose_name = _("Test gateway")

    def ready(self) -> None:
        """A shop that sells must not take play money: the start stops unless the settings say that this is a test."""
        if not conf.ENABLED:
            raise ImproperlyConfigured(
                "Plugin 'testpay' takes no real money and runs in demos and tests only. Take it out of"
                " COMPTOIR_PLUGINS, or set COMPTOIR_TESTPAY_ENABLED in the settings of a demo."
            )
