"""Puts the work on parcels into the back office, and what an administrator can grant."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSet

from comptoir.fulfilment.backoffice.setting_up import (
    LocationSettingsViewSet,
    MethodViewSet,
    PreparationViewSet,
    ZoneViewSet,
)


@hooks.register("register_admin_viewset")
def register_screens() -> list[ViewSet]:
    return [PreparationViewSet(), MethodViewSet(), LocationSettingsViewSet(), ZoneViewSet()]


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Seeing and preparing parcels, setting up zones and locations."""
    return Permission.objects.filter(
        content_type__app_label="fulfilment",
        codename__in=[
            "view_parcel", "prepare_parcel", "add_deliverymethod",
            "change_deliverymethod",
            "delete_deliverymethod",
            "add_zone", "change_zone", "delete_zone", "add_locationsettings",
            "change_locationsettings", "delete_locationsettings",
        ],
    )  # fmt: skip
