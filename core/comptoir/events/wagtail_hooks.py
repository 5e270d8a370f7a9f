"""Puts parked deliveries among the reports of the back office."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail import hooks
from wagtail.models import Page

from comptoir.events.backoffice import DeliveriesViewSet
from comptoir.events.records import RecordsChanges


@hooks.register("register_admin_viewset")
def register_screens() -> DeliveriesViewSet:
    return DeliveriesViewSet()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Looking at parked deliveries and trying them again: what an administrator can grant to a group."""
    codenames = ["view_delivery", "change_delivery"]
    return Permission.objects.filter(content_type__app_label="events", codename__in=codenames)


@hooks.register("before_bulk_action")
@transaction.atomic
def delete_one_by_one(request: HttpRequest, action_type: str, objects: list[Any], action: object) -> None:
    """Wagtail deletes a selection in one statement that our models do not see; this leaves an event for each row."""
    for row in objects if action_type == "delete" else []:
        if isinstance(row, RecordsChanges) and not isinstance(row, Page):
            row.delete()
