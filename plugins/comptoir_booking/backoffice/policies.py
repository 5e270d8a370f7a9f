"""The policies of bookings: how early, how late, what is paid and what is kept."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet

from comptoir.base.backoffice import CarefulDeleteView
from comptoir_booking.backoffice.spans import IN_DAYS, SpanField, span_text
from comptoir_booking.models import Policy

PREPAY = gettext_lazy("Paid with the order")
FREE_UNTIL = gettext_lazy("Cancelling is free until")
MOVED_UNTIL = gettext_lazy("Customers move it until")
BEFORE = gettext_lazy("Before the start.")
LAST_MOMENT = gettext_lazy("Before the start; 0 is until the last moment.")


class PolicyForm(WagtailAdminModelForm):
    """A policy, with its times as people say them."""

    notice_minutes = SpanField()
    horizon_days = SpanField(IN_DAYS)
    cancel_minutes = SpanField()
    move_minutes = SpanField()


def _until(name: str, label: Any) -> Column:
    """A column of how long before its start something still goes."""

    def told(policy: Policy) -> str:
        minutes = getattr(policy, name)
        return _("%(span)s before") % {"span": span_text(minutes)} if minutes else _("the start")

    return Column(name, label=label, accessor=told)


def _before(name: str, heading: Any, help_text: Any = BEFORE) -> FieldPanel:
    return FieldPanel(name, heading=heading, help_text=help_text)


class PolicyViewSet(ModelViewSet):
    """What holds for bookings: how long ahead, until when they can be moved and cancelled, what is paid and kept."""

    model = Policy
    name = "booking_policies"
    icon = "doc-full"
    menu_label = gettext_lazy("Policies")
    copy_view_enabled = False
    add_to_reference_index = False
    delete_view_class = CarefulDeleteView
    list_display = [
        "name",
        Column("prepay", label=PREPAY, accessor="get_prepay_display", classname="cpt-wide-only"),
        _until("cancel_minutes", FREE_UNTIL),
        _until("move_minutes", MOVED_UNTIL),
        Column("no_show_percent", label=gettext_lazy("Fee for who does not come"), classname="cpt-wide-only",
               accessor=lambda row: f"{row.no_show_percent}\u202f%"),
    ]  # fmt: skip
    panels = [
        FieldPanel("name"),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        _before("notice_minutes", gettext_lazy("Booked at the latest")),
                        _before("horizon_days", gettext_lazy("Booked at the earliest")),
                    ]
                )
            ],
            heading=gettext_lazy("Booking"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [FieldPanel("prepay"), FieldPanel("deposit_percent"), FieldPanel("deposit_amount")]
                )
            ],
            heading=gettext_lazy("Paying"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [_before("cancel_minutes", FREE_UNTIL, LAST_MOMENT), FieldPanel("late_cancel_percent")]
                ),
                FieldRowPanel([_before("move_minutes", MOVED_UNTIL, LAST_MOMENT), FieldPanel("most_moves")]),
                FieldPanel("no_show_percent"),
            ],
            heading=gettext_lazy("Cancelling, moving, not coming"),
        ),
    ]

    def get_edit_handler(self) -> ObjectList:
        return ObjectList(self.panels, base_form_class=PolicyForm).bind_to_model(self.model)
