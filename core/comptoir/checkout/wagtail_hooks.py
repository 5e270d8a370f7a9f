"""Puts orders into the back office, first below “Shop”."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks

from comptoir.checkout.backoffice.orders import OrdersViewSet


@hooks.register("register_admin_viewset")
def register_screens() -> OrdersViewSet:
    return OrdersViewSet()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """What an administrator can grant to a group: look at orders, cancel them, give money back, leave notes."""
    return Permission.objects.filter(
        content_type__app_label="order",
        codename__in=["view_order", "cancel_order", "refund_order", "draft_order", "add_ordernote"],
    )
