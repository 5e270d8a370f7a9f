"""Puts the overview, orders, phone orders and awaited transfers into the back office, first below “Shop”."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from comptoir.checkout.backoffice.drafts import DraftsViewSet
from comptoir.checkout.backoffice.orders import OrdersViewSet
from comptoir.checkout.backoffice.overview import OverviewViewSet
from comptoir.checkout.backoffice.receiving import TransfersViewSet


@hooks.register("register_admin_viewset")
def register_screens() -> list[ViewSet]:
    return [OverviewViewSet(), OrdersViewSet(), DraftsViewSet(), TransfersViewSet()]


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """What an administrator can grant to a group: orders, the money of orders, notes."""
    return Permission.objects.filter(
        content_type__app_label__in=("order", "payments"),
        codename__in=[
            "view_order", "change_order", "cancel_order", "refund_order", "draft_order", "add_ordernote",
            "capture_payment",
        ],
    )  # fmt: skip
