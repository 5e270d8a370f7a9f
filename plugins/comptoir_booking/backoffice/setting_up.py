"""Plain forms for what can be booked: people and things with their hours, services with their parts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList, Panel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from comptoir.base.backoffice import CarefulDeleteView
from comptoir.base.errors import InvalidValue
from comptoir.customers.queries import workplaces
from comptoir_booking.backoffice.feed import FeedScreen
from comptoir_booking.backoffice.policies import PolicyViewSet
from comptoir_booking.backoffice.problems import warn_of_conflicts
from comptoir_booking.models import Resource, ResourceGroup, Service
from comptoir_booking.services import check_segments


class OwnResources:
    """People and things of one's own workplaces alone."""

    def get_base_queryset(self) -> QuerySet[Resource]:
        return self._own(super().get_base_queryset())  # type: ignore[misc]

    def get_queryset(self) -> QuerySet[Resource]:
        return self._own(super().get_queryset())  # type: ignore[misc]

    def _own(self, rows: QuerySet[Resource]) -> QuerySet[Resource]:
        return rows.filter(location__in=workplaces(self.request.user))  # type: ignore[attr-defined]

    def get_form(self, *args: Any, **kwargs: Any) -> forms.ModelForm:
        """Nobody is put at somebody else's location."""
        form = super().get_form(*args, **kwargs)  # type: ignore[misc]
        form.fields["location"].queryset = workplaces(self.request.user)  # type: ignore[attr-defined]
        return form


class ResourceIndexView(generic.IndexView):
    """The people and things of one's own locations."""

    def get_base_queryset(self) -> QuerySet[Resource]:
        rows = super().get_base_queryset().filter(location__in=workplaces(self.request.user))
        return rows.select_related("location")


class ResourceCreateView(OwnResources, generic.CreateView):
    """A new person, room or thing."""

    def get_base_queryset(self) -> QuerySet[Resource]:
        return Resource.objects.all()

    get_queryset = get_base_queryset  # type: ignore[assignment]


class ResourceEditView(OwnResources, generic.EditView):
    """A person or thing with its hours. What is booked stays booked: what no longer fits is pointed out."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        address = reverse("resources:feed", args=[self.object.pk])
        feed = Button(_("Address for calendar programs"), url=address, icon_name="calendar-alt", priority=5)
        return [feed, *super().header_more_buttons]

    def form_valid(self, form: forms.ModelForm) -> HttpResponse:
        answer = super().form_valid(form)
        warn_of_conflicts(self.request, self.object.location)
        return answer


class ResourceDeleteView(OwnResources, CarefulDeleteView):
    """Deletes who was never booked."""

    get_form = CarefulDeleteView.get_form


class FreshnessPanel(Panel):
    """When another calendar was last read, and what keeps it from being read."""

    class BoundPanel(Panel.BoundPanel):
        def render_html(self, parent_context: dict[str, Any] | None = None) -> str:
            return format_html("<p>{}</p>", self.instance.freshness)


class ResourceViewSet(ModelViewSet):
    """Who and what can be booked."""

    model = Resource
    name = "resources"
    icon = "group"
    menu_label = gettext_lazy("People and things")
    copy_view_enabled = False
    inspect_view_enabled = False
    add_to_reference_index = False
    index_view_class = ResourceIndexView
    add_view_class = ResourceCreateView
    edit_view_class = ResourceEditView
    delete_view_class = ResourceDeleteView

    def get_urlpatterns(self) -> list[URLPattern]:
        return [*super().get_urlpatterns(), path("calendar/<int:pk>/", FeedScreen.as_view(), name="feed")]

    list_display = [
        "name", Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"), "location",
        Column("hours", label=gettext_lazy("Can be had"), accessor="get_hours_display"),
        BooleanColumn("is_active", label=gettext_lazy("Active")),
    ]  # fmt: skip
    list_filter = ["kind", "location"]
    panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("name"), FieldPanel("code")]),
                FieldRowPanel([FieldPanel("kind"), FieldPanel("capacity"), FieldPanel("seats")]),
                FieldRowPanel([FieldPanel("location"), FieldPanel("hours")]),
                FieldRowPanel([FieldPanel("user"), FieldPanel("is_active")]),
            ],
            heading=gettext_lazy("Who or what"),
        ),
        InlinePanel(
            "weekly_hours",
            [
                FieldRowPanel([FieldPanel("weekday"), FieldPanel("starts"), FieldPanel("ends")]),
                FieldPanel("location", heading=gettext_lazy("Location")),
                FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until"), FieldPanel("every_weeks")]),
            ],
            heading=gettext_lazy("Hours of the week"),
            label=gettext_lazy("stretch"),
            help_text=gettext_lazy("A stretch that ends before it starts ends the next day."),
        ),
        InlinePanel(
            "other_calendars",
            [
                FieldRowPanel([FieldPanel("kind"), FieldPanel("url")]),
                FieldRowPanel([FieldPanel("user_name"), FieldPanel("password", heading=gettext_lazy("Password"))]),
                FreshnessPanel(heading=gettext_lazy("State")),
            ],
            heading=gettext_lazy("Calendars that say when they are away"),
            label=gettext_lazy("calendar"),
            max_num=5,
        ),
    ]  # fmt: skip


class ServiceForm(WagtailAdminModelForm):
    """A service with its parts; their order and lengths have to make sense together."""

    def is_valid(self) -> bool:
        valid = super().is_valid()
        return valid and self._parts_make_sense()

    def _parts_make_sense(self) -> bool:
        rows = [
            row.cleaned_data for row in self.formsets["segments"].forms if not row.cleaned_data.get("DELETE")
        ]
        said = sorted((row for row in rows if row.get("kind")), key=lambda row: row["position"])
        try:
            if len({row["position"] for row in said}) < len(said):
                raise ValidationError(_("Two parts have the same place in the order."))
            check_segments([(row["kind"], row["minutes"]) for row in said])
        except InvalidValue:
            problem = _(
                "Somebody has to be served, getting ready comes first, clearing away last; minutes in steps of five."
            )
            self.add_error(None, problem)
        except ValidationError as error:
            self.add_error(None, error)
        needs = [row for row in self.formsets["requirements"].forms if not row.cleaned_data.get("DELETE")]
        if not any(row.cleaned_data.get("role") for row in needs):
            self.add_error(None, _("Say whom or what it needs."))
        return not self.errors


class ServiceViewSet(ModelViewSet):
    """Products that take time: their parts, whom and what they need, who can do them."""

    model = Service
    name = "services"
    icon = "time"
    menu_label = gettext_lazy("Services")
    copy_view_enabled = False
    add_to_reference_index = False
    delete_view_class = CarefulDeleteView
    list_display = [
        "__str__", "step_minutes", "policy", BooleanColumn("is_active", label=gettext_lazy("Active")),
    ]  # fmt: skip
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("product"),
                FieldRowPanel([FieldPanel("step_minutes"), FieldPanel("policy")]),
                FieldRowPanel([FieldPanel("is_active"), FieldPanel("in_sessions")]),
                FieldRowPanel([FieldPanel("party_min"), FieldPanel("party_max"), FieldPanel("price_for")]),
                FieldPanel("skilled", widget=forms.CheckboxSelectMultiple),
            ],
            heading=gettext_lazy("What it is"),
        ),
        InlinePanel(
            "segments",
            [FieldRowPanel([FieldPanel("position"), FieldPanel("kind"), FieldPanel("minutes")])],
            heading=gettext_lazy("Parts, in their order"),
            label=gettext_lazy("part"),
            min_num=1,
        ),
        InlinePanel(
            "requirements",
            [
                FieldRowPanel([FieldPanel("role"), FieldPanel("kind")]),
                FieldRowPanel(
                    [
                        FieldPanel("group", heading=gettext_lazy("One of a group")),
                        FieldPanel("resource", heading=gettext_lazy("A certain one")),
                    ]
                ),
                FieldRowPanel(
                    [
                        FieldPanel("segments", heading=gettext_lazy("Parts it is needed for")),
                        FieldPanel("by_party"),
                    ]
                ),
            ],
            heading=gettext_lazy("Whom and what it needs"),
            label=gettext_lazy("need"),
            min_num=1,
            help_text=gettext_lazy("Each is of a kind, one of a group, or a certain one."),
        ),
        InlinePanel(
            "paces",
            [
                FieldPanel("resource"),
                FieldRowPanel([FieldPanel("minutes"), FieldPanel("percent")]),
            ],
            heading=gettext_lazy("Who takes another time"),
            label=gettext_lazy("other time"),
            help_text=gettext_lazy("Minutes, or per cent of what the parts above say, of being served."),
        ),
    ]

    def get_edit_handler(self) -> ObjectList:
        return ObjectList(self.panels, base_form_class=ServiceForm).bind_to_model(self.model)


class GroupViewSet(ModelViewSet):
    """Things of which any will do."""

    model = ResourceGroup
    name = "resource_groups"
    icon = "list-ul"
    menu_label = gettext_lazy("Groups of things")
    copy_view_enabled = False
    add_to_reference_index = False
    delete_view_class = CarefulDeleteView
    list_display = ["name", "code"]
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("code")]),
        FieldPanel("members", widget=forms.CheckboxSelectMultiple),
    ]


class BookingSetup(ViewSetGroup):
    """What has to be set up once."""

    menu_label = gettext_lazy("Appointment book")
    menu_icon = "cogs"
    menu_order = 145
    items = (ResourceViewSet(), ServiceViewSet(), GroupViewSet(), PolicyViewSet())
