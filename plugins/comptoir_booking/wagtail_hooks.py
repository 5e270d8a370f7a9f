"""Puts the appointment book into the back office, and what an administrator can grant."""

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.viewsets.base import ViewSet

from comptoir.base.backoffice import may
from comptoir_booking.backoffice.setting_up import BookingSetup
from comptoir_booking.backoffice.today import TodayPanel
from comptoir_booking.backoffice.viewset import AppointmentsViewSet
from comptoir_booking.models import Booking


@hooks.register("register_admin_viewset")
def register_screens() -> list[ViewSet]:
    return [AppointmentsViewSet(), BookingSetup()]


@hooks.register("construct_homepage_panels")
def show_today(request: HttpRequest, panels: list[Component]) -> None:
    """Who looks after appointments sees first who comes today."""
    if may(request, "view", Booking) and (panel := TodayPanel(request.user)).days:
        panels.append(panel)


@hooks.register("register_permissions")
def register_permissions() -> QuerySet[Permission]:
    """Seeing, making and changing bookings; setting up what can be booked."""
    models = ("booking", "resource", "resourcegroup", "service", "policy")
    codenames = [f"{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in models]
    return Permission.objects.filter(content_type__app_label="booking", codename__in=codenames)
