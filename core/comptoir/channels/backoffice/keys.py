"""The screen on which channel keys are issued, shown once and revoked."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from comptoir.channels.models import Channel, ChannelKey
from comptoir.channels.queries import forget_contexts
from comptoir.channels.services import issue_channel_key, revoke_channel_key


class KeyForm(forms.ModelForm):
    """Who a new key is for."""

    class Meta:
        model = ChannelKey
        fields = ["name"]


class ChannelKeysView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """The keys of one channel. A new one is in the answer to its request and nowhere else, so nothing keeps it
    (and Wagtail sends every screen with ``no-store``)."""

    model = Channel
    permission_required = "change"
    template_name = "comptoir/channels/keys.html"
    header_icon = "key"
    secret = ""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.channel = get_object_or_404(Channel, pk=kwargs["pk"])
        self.form = KeyForm()

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if revoked := request.POST.get("revoke"):
            return self._revoke(revoked)
        self.form = KeyForm(request.POST)
        if self.form.is_valid():
            _key, self.secret = issue_channel_key(channel=self.channel, name=self.form.cleaned_data["name"])
            forget_contexts()
            self.form = KeyForm()
        return self.render_to_response(self.get_context_data())

    def _revoke(self, pk: str) -> HttpResponse:
        key = get_object_or_404(self.channel.keys, pk=int(pk) if pk.isdigit() else 0)
        revoke_channel_key(key=key)
        forget_contexts()
        messages.success(self.request, _("The key “%(name)s” is worthless now.") % {"name": key.name})
        return redirect("channels:keys", self.channel.pk)

    def get_page_title(self) -> str:
        return _("Keys of %(channel)s") % {"channel": self.channel}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("channels:index"), "label": _("Channels")},
            {"url": reverse("channels:edit", args=[self.channel.pk]), "label": str(self.channel)},
            {"url": "", "label": _("Keys")},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        keys = self.channel.keys.order_by("revoked_at", "name")
        facts = {"channel": self.channel, "keys": keys, "form": self.form, "secret": self.secret}
        return super().get_context_data(**facts, **kwargs)
