"""The screens for places: locations with their hours, channels with their settings."""

import zoneinfo
from itertools import pairwise
from typing import Any

from django import forms
from django.conf import settings
from django.forms.models import BaseModelForm
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.menus import MenuItem
from wagtail.admin.ui.tables import BooleanColumn, Column, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button

from comptoir import plugins
from comptoir.base.backoffice import CarefulDeleteView, may
from comptoir.channels.backoffice.keys import ChannelKeysView
from comptoir.channels.models import Channel, Location
from comptoir.channels.queries import forget_contexts
from comptoir.conf import conf

#: Hook with which higher contexts add fields to the channel form: returns a form class and its panels.
FORM_PARTS = "comptoir_channel_form_parts"


def time_zones() -> list[tuple[str, str]]:
    """Every time zone of the IANA list, as choices."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


def plugin_choices() -> list[tuple[str, str]]:
    """The running plugins, by the name their app gives itself."""
    apps = {name: plugins.app_of(name) for name in conf.PLUGINS}
    return [(name, str(app.verbose_name) if app else name) for name, app in apps.items()]


class LocationForm(WagtailAdminModelForm):
    """A location with its hours; stretches of one day may not overlap."""

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zones, initial="Europe/Paris")

    def is_valid(self) -> bool:
        valid = super().is_valid()
        return valid and not self._overlapping_hours()

    def _overlapping_hours(self) -> bool:
        formset = self.formsets.get("opening_hours")
        rows = (
            [one for one in formset.forms if one not in formset.deleted_forms and one.cleaned_data]
            if formset
            else []
        )
        rows.sort(key=lambda one: (one.cleaned_data["weekday"], one.cleaned_data["opens"]))
        found = False
        for one, following in pairwise(rows):
            same_day = one.cleaned_data["weekday"] == following.cleaned_data["weekday"]
            if same_day and following.cleaned_data["opens"] < one.cleaned_data["closes"]:
                following.add_error("opens", _("This overlaps with another stretch of the same day."))
                found = True
        return found


class LocationViewSet(ModelViewSet):
    """Shops, warehouses and relay points."""

    model = Location
    name = "locations"
    icon = "home"
    menu_hook = "register_shop_menu_item"
    menu_order = 200
    copy_view_enabled = False
    add_to_reference_index = False
    delete_view_class = type(
        "LocationDeleteView",
        (CarefulDeleteView,),
        {
            "refusal": gettext_lazy(
                "“%(object)s” has stock movements and cannot be deleted. You can make it inactive."
            )
        },
    )
    list_display = [
        "name",
        "code",
        "kind",
        "city",
        "time_zone",
        BooleanColumn("is_active", label=gettext_lazy("Active")),
    ]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "code", "city"]
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldRowPanel([FieldPanel("code"), FieldPanel("kind")]),
                FieldPanel("time_zone"),
                FieldPanel("is_active"),
            ],
            heading=gettext_lazy("What it is"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("street"),
                FieldRowPanel([FieldPanel("postcode"), FieldPanel("city"), FieldPanel("country")]),
                FieldRowPanel([FieldPanel("latitude"), FieldPanel("longitude")]),
            ],
            heading=gettext_lazy("Where it is"),
        ),
        InlinePanel(
            "opening_hours",
            [FieldRowPanel([FieldPanel("weekday"), FieldPanel("opens"), FieldPanel("closes")])],
            heading=gettext_lazy("Opening hours"),
            label=gettext_lazy("stretch"),
            help_text=gettext_lazy("In the wall time of the location. A day without a stretch is closed."),
        ),
        InlinePanel(
            "days_off",
            [FieldRowPanel([FieldPanel("on"), FieldPanel("reason")])],
            heading=gettext_lazy("Days off"),
            label=gettext_lazy("day off"),
        ),
    ]

    def get_edit_handler(self) -> ObjectList:
        return ObjectList(self.panels, base_form_class=LocationForm).bind_to_model(self.model)


class ChannelForm(WagtailAdminModelForm):
    """A channel; its own language is asked for apart, so that nobody has to know that order matters."""

    plugin = forms.ChoiceField(
        label=gettext_lazy("Plugin"),
        choices=plugin_choices,
        help_text=gettext_lazy("Gives the channel its behaviour."),
    )
    extensions = forms.MultipleChoiceField(
        label=gettext_lazy("Further plugins"),
        choices=plugin_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Their hooks are called for this channel too."),
    )
    own_locale = forms.ChoiceField(
        label=gettext_lazy("Own language"),
        choices=lambda: settings.WAGTAIL_CONTENT_LANGUAGES,
        help_text=gettext_lazy("Used when a reader asks for none."),
    )
    locales = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=lambda: settings.WAGTAIL_CONTENT_LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zones, initial="Europe/Paris")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.locales:
            self.initial.setdefault("own_locale", self.instance.locales[0])
        self.fields["locations"].widget = forms.CheckboxSelectMultiple(
            choices=self.fields["locations"].choices
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if own := cleaned.get("own_locale"):
            cleaned["locales"] = [own, *(one for one in cleaned.get("locales", []) if one != own)]
        main = cleaned.get("plugin")
        cleaned["extensions"] = [name for name in cleaned.get("extensions", []) if name != main]
        return cleaned


class ChannelIndexView(generic.IndexView):
    """All channels; the keys of each are one click away."""

    def get_list_more_buttons(self, instance: Channel) -> list[MenuItem]:
        buttons = super().get_list_more_buttons(instance)
        if may(self.request, "change", Channel):
            url = reverse("channels:keys", args=[instance.pk])
            buttons.append(MenuItem(_("Keys"), url=url, icon_name="key", priority=15))
        return buttons


class ChannelEditView(generic.EditView):
    """One channel. A new currency is allowed, and its consequence is said."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        url = reverse("channels:keys", args=[self.object.pk])
        return [*super().header_more_buttons, Button(_("Keys"), url=url, icon_name="key", priority=5)]

    def form_valid(self, form: BaseModelForm) -> HttpResponse:
        before = form.initial.get("currency")
        answer = super().form_valid(form)
        forget_contexts()
        if before and before != self.object.currency:
            facts = {"channel": self.object, "currency": self.object.currency}
            messages.warning(
                self.request,
                _(
                    "“%(channel)s” now sells in %(currency)s: products without a price in %(currency)s leave it."
                )
                % facts,
            )
        return answer


class ChannelViewSet(ModelViewSet):
    """Where the shop meets people."""

    model = Channel
    name = "channels"
    icon = "site"
    menu_hook = "register_shop_menu_item"
    menu_order = 100
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = ChannelIndexView
    edit_view_class = ChannelEditView
    delete_view_class = CarefulDeleteView
    list_display = [
        "name",
        "code",
        "plugin",
        "currency",
        Column("locales", label=gettext_lazy("Languages"), accessor=lambda row: ", ".join(row.locales)),
        StatusTagColumn(
            "is_public",
            label=gettext_lazy("Access"),
            accessor=lambda row: _("public") if row.is_public else _("with a key"),
            primary=lambda row: row.is_public,
        ),
        BooleanColumn("is_active", label=gettext_lazy("Active")),
    ]
    panels = [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldRowPanel([FieldPanel("code"), FieldPanel("plugin")]),
                FieldPanel("extensions"),
                FieldRowPanel([FieldPanel("theme"), FieldPanel("position")]),
            ],
            heading=gettext_lazy("What it is"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("own_locale"), FieldPanel("locales")]),
                FieldRowPanel([FieldPanel("currency"), FieldPanel("time_zone")]),
                FieldRowPanel([FieldPanel("country"), FieldPanel("net_prices")]),
            ],
            heading=gettext_lazy("Language, money and time"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("holds_from"),
                FieldRowPanel([FieldPanel("hold_minutes"), FieldPanel("hold_minutes_max")]),
            ],
            heading=gettext_lazy("Baskets"),
        ),
        MultiFieldPanel(
            [FieldPanel("is_active"), FieldPanel("is_public"), FieldPanel("origins")],
            heading=gettext_lazy("Who can read it"),
        ),
        MultiFieldPanel([FieldPanel("locations")], heading=gettext_lazy("Locations")),
    ]

    def get_edit_handler(self) -> ObjectList:
        """The channel's own panels, then those that higher contexts add."""
        parts = [part() for part in hooks.get_hooks(FORM_PARTS)]
        form = type("ChannelForm", (*(form for form, _panels in parts), ChannelForm), {})
        panels = [*self.panels, *(panel for _form, panels in parts for panel in panels)]
        return ObjectList(panels, base_form_class=form).bind_to_model(self.model)

    def get_urlpatterns(self) -> list[URLPattern]:
        keys = self.construct_view(ChannelKeysView)
        return [*super().get_urlpatterns(), path("keys/<int:pk>/", keys, name="keys")]
