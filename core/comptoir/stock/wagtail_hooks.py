"""Puts stock into the back office, below “Shop”, and its movements below “Reports”."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.staticfiles import versioned_static

from comptoir.stock.backoffice.movements import MovementReportItem
from comptoir.stock.backoffice.viewset import StockViewSet


@hooks.register("register_admin_viewset")
def register_screens() -> StockViewSet:
    return StockViewSet()


@hooks.register("register_reports_menu_item")
def register_report() -> MenuItem:
    return MovementReportItem()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """What an administrator can grant to a group: look, move goods, set limits, keep pieces for channels."""
    return Permission.objects.filter(
        content_type__app_label="partner",
        codename__in=["view_level", "change_level", "add_movement", "change_channelreserve"],
    )


@hooks.register("insert_global_admin_css")
def stock_styles() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("comptoir/stock/stock.css"))
