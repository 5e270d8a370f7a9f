"""Puts stock into the back office, below “Shop”."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks

from comptoir.stock.backoffice import StockViewSet


@hooks.register("register_admin_viewset")
def register_screens() -> StockViewSet:
    return StockViewSet()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Looking at levels and moving stock: what an administrator can grant to a group."""
    return Permission.objects.filter(
        content_type__app_label="partner", codename__in=["view_level", "add_movement"]
    )
