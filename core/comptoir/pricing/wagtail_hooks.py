"""Puts prices, offers, vouchers and taxes into the back office, below “Shop”, for those who may work with them."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.viewsets.base import ViewSet, ViewSetGroup

from comptoir.pricing.backoffice.exceptions import PriceExceptionViewSet
from comptoir.pricing.backoffice.offers import OfferViewSet
from comptoir.pricing.backoffice.prices import PricesViewSet
from comptoir.pricing.backoffice.ranges import RangeViewSet
from comptoir.pricing.backoffice.screen import OFFERS, PRICES, TAXES, PricesMenuItem
from comptoir.pricing.backoffice.taxes import ClassTaxViewSet, TaxClassViewSet, TaxRateViewSet
from comptoir.pricing.backoffice.vouchers import VoucherSetViewSet, VoucherViewSet


class PricesGroup(ViewSetGroup):
    """What things cost, and why."""

    menu_label = _("Prices")
    menu_name = "prices"
    menu_icon = "tag"
    menu_order = 250
    menu_hook = "register_shop_menu_item"
    submenu_hook = "register_prices_menu_item"


@hooks.register("register_admin_viewset")
def register_screens() -> list[ViewSet | ViewSetGroup]:
    return [
        PricesGroup(),
        PricesViewSet(),
        PriceExceptionViewSet(),
        OfferViewSet(),
        RangeViewSet(),
        VoucherViewSet(),
        VoucherSetViewSet(),
        TaxRateViewSet(),
        TaxClassViewSet(),
        ClassTaxViewSet(),
    ]


@hooks.register("register_prices_menu_item")
def history_item() -> MenuItem:
    return PricesMenuItem(_("Price history"), "prices:history", PRICES, icon_name="history", order=200)


@hooks.register("register_prices_menu_item")
def try_item() -> MenuItem:
    models = (*PRICES, *OFFERS)
    return PricesMenuItem(_("Try prices and offers"), "prices:try", models, icon_name="view", order=700)


@hooks.register("register_prices_menu_item")
def taxes_item() -> MenuItem:
    return PricesMenuItem(_("Taxes"), "prices:taxes", TAXES, icon_name="doc-full", order=800)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """What an administrator can grant besides the permissions of each screen: prices themselves, and looking only."""
    return Permission.objects.filter(
        content_type__app_label="pricing", codename__in=["change_price", "view_price", "view_priceexception"]
    )


@hooks.register("insert_global_admin_css")
def price_styles() -> SafeString:
    return format_html(
        '<link rel="stylesheet" href="{}">', versioned_static("comptoir/pricing/backoffice.css")
    )
