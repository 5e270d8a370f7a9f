"""Puts open baskets into the back office, below “Shop”."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks

from comptoir.baskets.backoffice import BasketsViewSet


@hooks.register("register_admin_viewset")
def register_screens() -> BasketsViewSet:
    return BasketsViewSet()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Looking at open baskets and giving their goods back: what an administrator can grant to a group."""
    return Permission.objects.filter(
        content_type__app_label="basket", codename__in=["view_basket", "change_basket"]
    )
