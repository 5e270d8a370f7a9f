"""Puts preparation, delivery methods and zones into the back office."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from comptoir.base.backoffice import CarefulDeleteView
from comptoir.catalogue.backoffice.translated import field_names, translated_form
from comptoir.channels.models import OpeningHours
from comptoir.fulfilment.backoffice.preparing import ParcelView, PreparationListView, SlipsView
from comptoir.fulfilment.carriers import carriers
from comptoir.fulfilment.methods import methods
from comptoir.fulfilment.models import DeliveryMethod, LocationSettings, Zone


class PreparationMenuItem(MenuItem):
    """Shown to who may see parcels."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fulfilment.view_parcel") or request.user.has_perm(
            "fulfilment.prepare_parcel"
        )


class PreparationViewSet(ViewSet):
    """What is to be prepared and given out."""

    name = "fulfilment"
    url_prefix = "preparation"
    icon = "folder-inverse"
    menu_label = gettext_lazy("Preparation")
    menu_order = 150
    add_to_admin_menu = True
    menu_item_class = PreparationMenuItem

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", PreparationListView.as_view(), name="index"),
            path("slips/", SlipsView.as_view(), name="slips"),
            path("<slug:number>/", ParcelView.as_view(), name="parcel"),
        ]


class ZoneViewSet(ModelViewSet):
    """Where goods are sent."""

    model = Zone
    name = "delivery_zones"
    icon = "globe"
    menu_label = gettext_lazy("Delivery zones")
    menu_hook = "register_shop_menu_item"
    menu_order = 420
    copy_view_enabled = False
    add_to_reference_index = False
    delete_view_class = CarefulDeleteView
    list_display = ["name", "code", "countries"]
    panels = [
        FieldPanel("name"),
        FieldPanel("code"),
        FieldPanel(
            "countries", help_text=gettext_lazy("Codes of ISO 3166 separated by commas, such as FR, BE.")
        ),
        FieldPanel(
            "postcodes",
            help_text=gettext_lazy("Separated by commas: 44000, 75*, 20000-20999. Empty: the whole country."),
        ),
        FieldPanel("except_postcodes"),
    ]


def kind_choices() -> list[tuple[str, str]]:
    """The kinds of delivery that the core and the running plugins bring."""
    return [(one.code, str(one.label)) for one in methods().values()]


def carrier_choices() -> list[tuple[str, str]]:
    """The carriers that know relay points, and none."""
    return [("", "—"), *((one.code, one.name) for one in carriers().values())]


class MethodForm(WagtailAdminModelForm):
    """A delivery that customers can choose, with its rates."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=kind_choices)
    carrier = forms.ChoiceField(
        label=gettext_lazy("Carrier"),
        choices=carrier_choices,
        required=False,
        help_text=gettext_lazy("Needed for relay points."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Works on"),
        choices=OpeningHours.Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].widget = forms.CheckboxSelectMultiple(choices=self.fields["channels"].choices)


MethodForm = translated_form(MethodForm, DeliveryMethod, ("name",))  # type: ignore[misc]


class MethodViewSet(ModelViewSet):
    """How customers can get their goods, and what it costs."""

    model = DeliveryMethod
    name = "delivery_methods"
    icon = "resubmit"
    menu_label = gettext_lazy("Delivery methods")
    menu_hook = "register_shop_menu_item"
    menu_order = 400
    copy_view_enabled = False
    add_to_reference_index = False
    list_display = [
        "name",
        "code",
        "kind",
        "carrier",
        BooleanColumn("is_active", label=gettext_lazy("Active")),
    ]
    panels = [
        MultiFieldPanel(
            [
                *(FieldPanel(name) for name in field_names("name")),
                FieldRowPanel([FieldPanel("code"), FieldPanel("kind"), FieldPanel("carrier")]),
                FieldRowPanel([FieldPanel("is_active"), FieldPanel("position")]),
                FieldPanel("channels"),
            ],
            heading=gettext_lazy("What it is"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("days_min"), FieldPanel("days_max"), FieldPanel("pickup")]),
                FieldPanel("weekdays"),
            ],
            heading=gettext_lazy("How long it takes"),
        ),
        FieldRowPanel(
            [FieldPanel("currency"), FieldPanel("free_from")], heading=gettext_lazy("What it costs")
        ),
        InlinePanel(
            "rates",
            [
                FieldRowPanel([FieldPanel("zone"), FieldPanel("price")]),
                FieldRowPanel([FieldPanel("from_weight_g"), FieldPanel("to_weight_g")]),
                FieldRowPanel([FieldPanel("from_value"), FieldPanel("to_value")]),
            ],
            heading=gettext_lazy("Rates"),
            label=gettext_lazy("rate"),
            help_text=gettext_lazy("The first that fits holds. A collection without rates is free."),
        ),
    ]

    def get_edit_handler(self) -> ObjectList:
        return ObjectList(self.panels, base_form_class=MethodForm).bind_to_model(self.model)


class LocationSettingsViewSet(ModelViewSet):
    """How locations prepare, and whether customers come by times."""

    model = LocationSettings
    name = "location_settings"
    icon = "time"
    menu_label = gettext_lazy("Preparation at locations")
    menu_hook = "register_shop_menu_item"
    menu_order = 410
    copy_view_enabled = False
    add_to_reference_index = False
    list_display = [
        "location",
        BooleanColumn("ships", label=gettext_lazy("Sends parcels")),
        BooleanColumn("collects", label=gettext_lazy("Customers collect")),
        "preparation_minutes",
        "cut_off",
        "slot_minutes",
    ]
    panels = [
        FieldPanel("location"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("ships"), FieldPanel("collects"), FieldPanel("opens_on_holidays")]),
                FieldRowPanel([FieldPanel("preparation_minutes"), FieldPanel("cut_off")]),
                FieldRowPanel([FieldPanel("parcel_cost"), FieldPanel("uncollected_days")]),
            ],
            heading=gettext_lazy("Preparation"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("slot_minutes"), FieldPanel("slot_capacity"), FieldPanel("slot_days_ahead")]
                )
            ],
            heading=gettext_lazy("Times of collection"),
        ),
    ]
