"""Puts channels and locations into the back office, below “Shop”."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from comptoir.channels.backoffice.places import ChannelViewSet, LocationViewSet
from comptoir.channels.models import Channel
from comptoir.events.backoffice.webhooks import CHANNEL_CHOICES


class ShopGroup(ViewSetGroup):
    """Where the shop is and what it has there; other contexts add their screens by the hook."""

    menu_label = _("Shop")
    menu_name = "shop"
    menu_icon = "home"
    menu_order = 160
    submenu_hook = "register_shop_menu_item"


@hooks.register("register_admin_viewset")
def register_screens() -> list[ModelViewSet | ViewSetGroup]:
    return [ShopGroup(), ChannelViewSet(), LocationViewSet()]


@hooks.register("insert_global_admin_css")
def backoffice_styles() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("comptoir/backoffice.css"))


@hooks.register(CHANNEL_CHOICES)
def webhook_channels() -> list[tuple[str, str]]:
    """The channels that a webhook can be limited to."""
    return list(Channel.objects.values_list("code", "name"))
