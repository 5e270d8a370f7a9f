from django.utils.translation import gettext_lazy as _

from comptoir.plugins import PluginConfig


class BookingConfig(PluginConfig):
    name = "comptoir_booking"
    label = "booking"
    verbose_name = _("Booking")
