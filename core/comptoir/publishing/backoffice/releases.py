"""Releases in the back office: choose drafts, look at them, publish or schedule them together, roll them back."""

from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateTimeInput

from comptoir.base.errors import ComptoirError
from comptoir.channels.models import Channel
from comptoir.content.models import PAGE_TYPES, ProductContent
from comptoir.publishing import releases
from comptoir.publishing.backoffice.boards import edit_url, local_value, screen_url
from comptoir.publishing.backoffice.preview import may_edit
from comptoir.publishing.models import Release, ReleaseItem
from comptoir.publishing.readiness import Draft
from comptoir.publishing.tokens import release_token

PUBLISH_PERMISSION = "publishing.publish_release"
CANDIDATES_MAX = 50


class ScheduleForm(forms.Form):
    """When a release goes live."""

    publish_at = forms.DateTimeField(label=gettext_lazy("Goes live at"), widget=AdminDateTimeInput)


class ReleaseEditView(generic.EditView):
    """One release: its name, what is in it, what can be added, and what can be done with it."""

    template_name = "comptoir/publishing/release.html"

    def get_success_url(self) -> str:
        return self.get_edit_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        release, search = self.object, self.request.GET.get("q", "")
        schedule_form = ScheduleForm(initial={"publish_at": release.publish_at})
        return {
            **context,
            "media": context["media"] + schedule_form.media,
            "release": release,
            "rows": [_row(row, release) for row in release.items.select_related("revision", "content_type")],
            "search": search,
            "candidates": [] if release.is_published else candidates(release, search, self.request),
            "can_publish": self.request.user.has_perm(PUBLISH_PERMISSION),
            "schedule_form": schedule_form,
            "api_previews": _api_previews(release),
            "is_rolled_back": release.state == Release.State.ROLLED_BACK,
        }


class ReleaseCreateView(generic.CreateView):
    """A new release, which is filled on its own screen."""

    def get_success_url(self) -> str:
        return self.get_edit_url()


class ReleaseViewSet(ModelViewSet):
    """The releases of the back office."""

    model = Release
    name = "releases"
    icon = "calendar-check"
    menu_label = gettext_lazy("Releases")
    add_to_admin_menu = True
    menu_order = 320
    form_fields = ["name"]
    copy_view_enabled = False
    add_view_class = ReleaseCreateView
    edit_view_class = ReleaseEditView
    list_display = [
        TitleColumn("name", label=gettext_lazy("Name"), url_name="releases:edit"),
        Column("get_state_display", label=gettext_lazy("State")),
        DateColumn("publish_at", label=gettext_lazy("Goes live at")),
        DateColumn("published_at", label=gettext_lazy("Went live at")),
    ]

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), *ACTIONS]


class ActionView(View):
    """One thing that can be done with a release: asked for confirmation where it changes what customers see."""

    http_method_names = ["post", "get"]
    permission = "publishing.change_release"
    question = ""
    confirm_label: Any = ""
    is_serious = False

    @cached_property
    def release(self) -> Release:
        return get_object_or_404(Release, pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.question:
            return redirect("releases:edit", self.release.pk)
        context = {
            "release": self.release,
            "rows": self.release.items.all(),
            "question": self.question,
            "confirm_label": self.confirm_label,
            "is_serious": self.is_serious,
            "page_title": self.release.name,
            "header_icon": "calendar-check",
        }
        return TemplateResponse(request, "comptoir/publishing/release_confirm.html", context)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.act())
        except ComptoirError as refusal:
            messages.error(request, str(refusal))
        return redirect("releases:edit", self.release.pk)

    def act(self) -> str:
        """Do it; returns the sentence that says what was done."""
        raise NotImplementedError


class PublishView(ActionView):
    permission = PUBLISH_PERMISSION
    question = gettext_lazy("Publish everything in this release now? All channels show it at once.")
    confirm_label = gettext_lazy("Publish now")

    def act(self) -> str:
        releases.publish_release(self.release, user=self.request.user)
        return _("“%(release)s” is published.") % {"release": self.release}


class RollBackView(ActionView):
    permission = PUBLISH_PERMISSION
    question = gettext_lazy(
        "Bring back what was live before this release? What was not live is taken off. The drafts stay."
    )
    confirm_label = gettext_lazy("Roll back")
    is_serious = True

    def act(self) -> str:
        releases.roll_back_release(self.release, user=self.request.user)
        return _("“%(release)s” is rolled back.") % {"release": self.release}


class ScheduleView(ActionView):
    permission = PUBLISH_PERMISSION

    def act(self) -> str:
        form = ScheduleForm(self.request.POST)
        if not form.is_valid():
            raise NoMoment()
        releases.schedule_release(self.release, form.cleaned_data["publish_at"])
        return _("“%(release)s” is scheduled.") % {"release": self.release}


class NoMoment(ComptoirError):
    code = "release_needs_a_moment"
    status = 422
    sentence = gettext_lazy("Choose the date and the time at which the release goes live.")


class UnscheduleView(ActionView):
    permission = PUBLISH_PERMISSION

    def act(self) -> str:
        releases.unschedule_release(self.release)
        return _("“%(release)s” is not scheduled any more.") % {"release": self.release}


class AddView(ActionView):
    def act(self) -> str:
        item = _item(self.request.POST.get("item", ""))
        if not may_edit(self.request.user, item):
            raise PermissionDenied
        releases.add_to_release(self.release, item)
        return _("“%(item)s” is in the release, with its latest draft.") % {"item": item}


class RemoveView(ActionView):
    def act(self) -> str:
        row = get_object_or_404(ReleaseItem, pk=self.kwargs["row"], release=self.release)
        releases.remove_from_release(row)
        return _("“%(item)s” is not in the release any more.") % {"item": row.title}


ACTIONS = [
    path("<int:pk>/publish/", PublishView.as_view(), name="publish"),
    path("<int:pk>/roll-back/", RollBackView.as_view(), name="roll_back"),
    path("<int:pk>/schedule/", ScheduleView.as_view(), name="schedule"),
    path("<int:pk>/unschedule/", UnscheduleView.as_view(), name="unschedule"),
    path("<int:pk>/add/", AddView.as_view(), name="add_item"),
    path("<int:pk>/remove/<int:row>/", RemoveView.as_view(), name="remove_item"),
]


def candidates(release: Release, search: str, request: HttpRequest) -> list[dict[str, Any]]:
    """Drafts that wait to be published and are not in the release yet, the last changed first."""
    taken = {(row.content_type_id, row.object_id) for row in release.items.all()}
    found = []
    for model in (ProductContent, *PAGE_TYPES):
        content_type = ContentType.objects.get_for_model(model)
        waiting = model._default_manager.filter(Q(has_unpublished_changes=True) | Q(live=False))
        waiting = waiting.exclude(latest_revision=None).select_related("latest_revision", "locale")
        if search:
            waiting = waiting.filter(latest_revision__object_str__icontains=search)
        for item in waiting.order_by("-latest_revision__created_at")[:CANDIDATES_MAX]:
            if (content_type.pk, item.pk) not in taken and may_edit(request.user, item):
                found.append(item)
    found.sort(key=lambda item: item.latest_revision.created_at, reverse=True)
    return [
        {
            "item": item,
            "key": _key(item),
            "title": item.latest_revision.object_str,
            "kind": item._meta.verbose_name,
        }
        for item in found[:CANDIDATES_MAX]
    ]


def _key(item: Draft) -> str:
    return f"{item._meta.label_lower}:{item.pk}"


def _item(key: str) -> Draft:
    label, _colon, pk = key.partition(":")
    models = {model._meta.label_lower: model for model in (ProductContent, *PAGE_TYPES)}
    if label not in models or not pk.isdecimal():
        raise Http404
    return get_object_or_404(models[label], pk=pk)


def _row(row: ReleaseItem, release: Release) -> dict[str, Any]:
    """One line of the release's table, with its links."""
    if row.is_gone:
        return {"row": row}
    at = local_value(release.publish_at) if release.publish_at and not release.is_published else ""
    return {
        "row": row,
        "item": row.item,
        "key": _key(row.item),
        "kind": row.item._meta.verbose_name,
        "language": str(row.item.locale),
        "preview_url": screen_url(row.item, revision=row.revision_id, at=at),
        "edit_url": edit_url(row.item),
    }


def _api_previews(release: Release) -> list[tuple[Channel, str]]:
    token = release_token(release)
    channels = Channel.objects.active()
    return [(channel, reverse("comptoir:preview", args=(channel.code, token))) for channel in channels]
