"""Puts the list of messages among the reports of the back office."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from wagtail import hooks

from comptoir.messaging.backoffice.messages import MessagesViewSet


@hooks.register("register_admin_viewset")
def register_screens() -> MessagesViewSet:
    return MessagesViewSet()


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Looking at messages, and sending one again: what an administrator can grant to a group."""
    return Permission.objects.filter(
        content_type__app_label="messaging", codename__in=["view_message", "change_message"]
    )
