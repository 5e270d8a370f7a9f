"""The secret address by which somebody of the team reads their appointments in a calendar program: made, shown, renewed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin import messages

from comptoir.channels.models import Channel
from comptoir_booking.backoffice.screen import BookScreen
from comptoir_booking.calendars import calendar_address, has_calendar_address, renew_calendar_address
from comptoir_booking.links import PLUGIN
from comptoir_booking.models import Resource


class FeedScreen(BookScreen):
    """For who may change people and things, at their own workplaces. An address is made, or made anew, by a button only."""

    model = Resource
    permission_required = "change"
    any_permission_required = None
    template_name = "comptoir_booking/backoffice/feed.html"

    @cached_property
    def resource(self) -> Resource:
        return get_object_or_404(Resource, pk=self.kwargs["pk"], location__in=self.places)

    @cached_property
    def channel(self) -> Channel | None:
        """The channel at which calendars are read: the first open one with appointments."""
        open_ones = Channel.objects.active().filter(is_public=True)
        return next((one for one in open_ones if PLUGIN in (one.plugin, *one.extensions)), None)

    def get_page_title(self) -> str:
        return _("Calendar of %(name)s") % {"name": self.resource.name}

    def trail(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("resources:index"), "label": _("People and things")},
            {"url": reverse("resources:edit", args=[self.resource.pk]), "label": self.resource.name},
        ]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.channel:
            renew_calendar_address(resource=self.resource)
            calendar_address(channel_code=self.channel.code, resource=self.resource)
            messages.success(request, _("The address is new. Whoever had the old one sees nothing any more."))
        return redirect(request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_there = self.channel and has_calendar_address(resource=self.resource)
        address = calendar_address(channel_code=self.channel.code, resource=self.resource) if is_there else ""
        return super().get_context_data(**{"address": address, "channel": self.channel, **kwargs})
