"""The screens for webhooks: which there are, and one with its secrets and a test."""

from typing import Any

from django import forms
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button

from comptoir.base import clock
from comptoir.base.backoffice import may
from comptoir.events.messages import live_secrets
from comptoir.events.models import Attempt, Delivery, Endpoint, public_type
from comptoir.events.queries import waiting_for
from comptoir.events.signing import SecretLost
from comptoir.events.subscriptions import event_types
from comptoir.events.webhooks import (
    change_endpoint,
    end_old_secret,
    ping,
    rotate_secret,
    switch_off,
    switch_on,
)

#: Hook with which a higher context says which channels there are: a function that returns (code, name) pairs.
CHANNEL_CHOICES = "comptoir_webhook_channels"
RECENT = 10


def type_choices() -> list[tuple[str, str]]:
    """Every event, by the name it has outside."""
    return [(name, public_type(name)) for name in event_types()]


def channel_choices() -> list[tuple[str, str]]:
    """Every channel, as the contexts above say."""
    return [choice for choices in hooks.get_hooks(CHANNEL_CHOICES) for choice in choices()]


def state_of(endpoint: Endpoint) -> str:
    """In two or three words, how a webhook is."""
    if endpoint.switched_off_at:
        return endpoint.get_switched_off_because_display()
    return _("failing") if endpoint.failures else _("works")


class EndpointForm(WagtailAdminModelForm):
    """Where to send, and what."""

    types = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=type_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them, new ones too."),
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"),
        choices=channel_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Limits the events that name a channel. None chosen: all of them."),
    )

    def save(self, commit: bool = True) -> Endpoint:
        """What the worker keeps of a receiver at the same time stays as it is."""
        if self.instance.pk is None:
            return super().save(commit)
        change_endpoint(endpoint=self.instance)
        return self.instance


class EndpointIndexView(generic.IndexView):
    """All webhooks; how each is and what still waits for it."""

    def get_base_queryset(self) -> QuerySet[Endpoint]:
        rows = Delivery.objects.filter(endpoint=OuterRef("pk"), parked_at=None).order_by()
        count = rows.values("endpoint").annotate(n=Count("pk")).values("n")
        last = Attempt.objects.filter(endpoint=OuterRef("pk")).order_by("-sent_at").values("sent_at")[:1]
        return Endpoint.objects.annotate(waiting=Subquery(count), last_at=Subquery(last))

    def get_list_more_buttons(self, instance: Endpoint) -> list[MenuItem]:
        buttons = super().get_list_more_buttons(instance)
        if may(self.request, "change", Endpoint):
            url = reverse("webhooks:manage", args=[instance.pk])
            buttons.append(MenuItem(_("Test and secrets"), url=url, icon_name="key", priority=15))
        return buttons


class EndpointCreateView(generic.CreateView):
    """A new webhook; the answer to the form shows its secret, and nothing shows it again."""

    def save_instance(self) -> Endpoint:
        endpoint = super().save_instance()
        self.secret = rotate_secret(endpoint=endpoint)
        return endpoint

    def save_action(self) -> HttpResponse:
        return WebhookView.show_secret(self.request, self.object, self.secret)


class EndpointEditView(generic.EditView):
    """One webhook."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        url = reverse("webhooks:manage", args=[self.object.pk])
        own = Button(_("Test and secrets"), url=url, icon_name="key", priority=5)
        return [*super().header_more_buttons, own]


class WebhookView(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """One webhook: how it is, a test, its secrets. A new secret is in the answer to its request and nowhere else
    (Wagtail sends every screen with ``no-store``)."""

    model = Endpoint
    permission_required = "change"
    template_name = "comptoir/events/webhook.html"
    header_icon = "link-external"
    secret = ""
    tested: Attempt | None = None

    @classmethod
    def show_secret(cls, request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
        view = cls(secret=secret)
        view.setup(request, pk=endpoint.pk)
        return view.render_to_response(view.get_context_data())

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.endpoint = get_object_or_404(Endpoint, pk=kwargs["pk"])

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        action = request.POST.get("do", "")
        if action == "ping":
            self.tested = ping(endpoint=self.endpoint)
        elif action == "rotate":
            self.secret = rotate_secret(endpoint=self.endpoint)
        else:
            self._switch(action)
            return redirect("webhooks:manage", pk)
        self.endpoint.refresh_from_db()
        return self.render_to_response(self.get_context_data())

    def _switch(self, action: str) -> None:
        chosen = {
            "on": (switch_on, _("The webhook is on. What waited is sent now.")),
            "off": (switch_off, _("The webhook is off.")),
            "end": (end_old_secret, _("The old secret signs no more.")),
        }.get(action)
        if chosen:
            service, said = chosen
            service(endpoint=self.endpoint)
            messages.success(self.request, said)

    def get_page_title(self) -> str:
        return str(self.endpoint)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("webhooks:index"), "label": _("Webhooks")},
            {"url": reverse("webhooks:edit", args=[self.endpoint.pk]), "label": str(self.endpoint)},
            {"url": "", "label": _("Test and secrets")},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        endpoint, now = self.endpoint, clock.now()
        live = endpoint.secrets.filter(Q(retired_at=None) | Q(retired_at__gt=now))
        facts = {
            "endpoint": endpoint,
            "state": state_of(endpoint),
            "waiting": waiting_for(endpoint),
            "secrets": live,
            "secret_is_lost": not _can_sign(endpoint),
            "secret": self.secret,
            "tested": self.tested,
            "attempts": endpoint.attempts.order_by("-sent_at")[:RECENT],
            "types": [public_type(one) for one in endpoint.types],
            "here": reverse("webhooks:manage", args=[endpoint.pk]),
            "log": reverse("webhook_calls:index") + f"?endpoint={endpoint.pk}",
        }
        return super().get_context_data(**facts, **kwargs)


def _can_sign(endpoint: Endpoint) -> bool:
    try:
        return bool(live_secrets(endpoint))
    except SecretLost:
        return False


class EndpointViewSet(ModelViewSet):
    """Addresses outside that hear of events."""

    model = Endpoint
    name = "webhooks"
    icon = "link-external"
    menu_label = gettext_lazy("Webhooks")
    menu_hook = "register_settings_menu_item"
    menu_order = 850
    copy_view_enabled = False
    inspect_view_enabled = False
    add_to_reference_index = False
    index_view_class = EndpointIndexView
    add_view_class = EndpointCreateView
    edit_view_class = EndpointEditView
    search_fields = ["url", "description"]
    list_display = [
        TitleColumn(
            "webhook",
            label=gettext_lazy("Webhook"),
            accessor=str,
            get_url=lambda row: reverse("webhooks:manage", args=[row.pk]),
        ),
        Column("url", label=gettext_lazy("Address")),
        Column(
            "types",
            label=gettext_lazy("Events"),
            accessor=lambda row: ", ".join(map(public_type, row.types)) or _("all"),
        ),
        StatusTagColumn(
            "state",
            label=gettext_lazy("State"),
            accessor=state_of,
            primary=lambda row: not row.switched_off_at and not row.failures,
        ),
        NumberColumn(
            "waiting",
            label=gettext_lazy("Waiting"),
            accessor=lambda row: row.waiting or 0,
            classname="cpt-number",
        ),
        DateColumn("last_at", label=gettext_lazy("Last call")),
    ]
    panels = [
        MultiFieldPanel([FieldPanel("url"), FieldPanel("description")], heading=gettext_lazy("Where")),
        MultiFieldPanel([FieldPanel("types"), FieldPanel("channels")], heading=gettext_lazy("What")),
    ]

    def get_edit_handler(self) -> ObjectList:
        return ObjectList(self.panels, base_form_class=EndpointForm).bind_to_model(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        manage = path("<int:pk>/test/", WebhookView.as_view(), name="manage")
        return [*super().get_urlpatterns(), manage]
