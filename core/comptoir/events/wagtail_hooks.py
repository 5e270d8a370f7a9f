"""Puts webhooks, their calls and parked deliveries into the back office, and says on its first page what is in trouble."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Page

from comptoir.base.backoffice import may
from comptoir.events.backoffice.calls import CallsViewSet
from comptoir.events.backoffice.deliveries import DeliveriesViewSet
from comptoir.events.backoffice.webhooks import EndpointViewSet
from comptoir.events.models import Delivery, Endpoint
from comptoir.events.queries import parked_deliveries, webhooks_that_gave_up
from comptoir.events.records import RecordsChanges


@hooks.register("register_admin_viewset")
def register_screens() -> list[ViewSet]:
    return [DeliveriesViewSet(), EndpointViewSet(), CallsViewSet()]


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Looking at deliveries and calls, trying again, keeping webhooks: what an administrator can grant to a group."""
    codenames = ["view_delivery", "change_delivery", "view_attempt"]
    return Permission.objects.filter(content_type__app_label="events", codename__in=codenames)


class TroublePanel(Component):
    """What did not arrive, for those who can do something about it."""

    name = "events-trouble"
    template_name = "comptoir/events/trouble.html"
    order = 90

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"parked": parked_deliveries(), "off": webhooks_that_gave_up()}


@hooks.register("construct_homepage_panels")
def show_trouble(request: HttpRequest, panels: list[Component]) -> None:
    allowed = may(request, "change", Delivery) and may(request, "change", Endpoint)
    if allowed and (parked_deliveries() or webhooks_that_gave_up()):
        panels.append(TroublePanel())


@hooks.register("before_bulk_action")
@transaction.atomic
def delete_one_by_one(request: HttpRequest, action_type: str, objects: list[Any], action: object) -> None:
    """Wagtail deletes a selection in one statement that our models do not see; this leaves an event for each row."""
    for row in objects if action_type == "delete" else []:
        if isinstance(row, RecordsChanges) and not isinstance(row, Page):
            row.delete()
