"""What staff fill in: who comes for what and when, where a visit moves to, who is away."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.channels.models import Location
from comptoir_booking.backoffice.screen import AT_THE_DESK
from comptoir_booking.board import HOURS
from comptoir_booking.models import GRID_MINUTES, MOST_PEOPLE, Resource, Service
from comptoir_booking.wall_time import FIRST_DAY, LAST_DAY, instant_at

#: Services one after the other that the form has room for.
MOST_SERVICES = 4


def day_field(**how: Any) -> forms.DateField:
    """A day, by the calendar that every browser brings."""
    known = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, validators=known, **how)


def time_field(**how: Any) -> forms.TimeField:
    """A time of the day."""
    return forms.TimeField(
        widget=forms.TimeInput({"type": "time", "step": GRID_MINUTES * 60}, format="%H:%M"), **how
    )


class StartForm(forms.Form):
    """When, and with whom; with the rules that staff may put aside."""

    on = day_field(label=gettext_lazy("Day"))
    time = time_field(label=gettext_lazy("Time"))
    person = forms.ChoiceField(label=gettext_lazy("With"), required=False)
    outside_hours = forms.BooleanField(
        label=gettext_lazy("Also outside of the working hours"),
        required=False,
        help_text=gettext_lazy("Nobody is ever booked twice."),
    )
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=120, required=False)

    def __init__(self, *args: Any, place: Location, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        self.fields["person"].choices = people

    def clean_time(self) -> Any:
        said = self.cleaned_data["time"]
        if said.minute % GRID_MINUTES:
            raise ValidationError(_("Times are in steps of five minutes."))
        return said

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("outside_hours") and not said.get("reason", "").strip():
            self.add_error("reason", _("Say why the working hours do not count this time."))
        return said

    @property
    def start(self) -> datetime:
        """The instant that is meant, in the zone of the location."""
        return instant_at(self.cleaned_data["on"], self.cleaned_data["time"], self.place.time_zone)

    @property
    def overrides(self) -> frozenset[str]:
        return AT_THE_DESK | {HOURS} if self.cleaned_data["outside_hours"] else AT_THE_DESK


class NewVisitForm(StartForm):
    """A visit for who walks in or rings up."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"type": "tel"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        required=False,
        help_text=gettext_lazy("Gets the confirmation and the reminder."),
    )
    locale = forms.ChoiceField(label=gettext_lazy("Language"), choices=lambda: settings.LANGUAGES)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)
    party = forms.IntegerField(
        label=gettext_lazy("How many people"), initial=1, required=False, min_value=1, max_value=MOST_PEOPLE
    )
    at_once = forms.BooleanField(
        label=gettext_lazy("All at the same time, side by side"),
        required=False,
        help_text=gettext_lazy("Such as for two friends: each is done by somebody else."),
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    field_order = (
        *(f"service-{number}" for number in range(MOST_SERVICES)), "at_once", "party", "on",
        "time", "person", "name", "phone", "email",
        "locale", "note", "outside_hours", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, services: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {one.pk: one for one in services}
        choices = sorted(((one.pk, str(one.product.get_title())) for one in services), key=lambda one: one[1])
        for number in range(MOST_SERVICES):
            self.fields[f"service-{number}"] = forms.TypedChoiceField(
                label=_("Service") if number == 0 else _("and then"),
                choices=[("", "—"), *choices],
                coerce=int,
                empty_value=None,
                required=number == 0,
            )
        self.order_fields(self.field_order)

    @property
    def services(self) -> list[Service]:
        """The services in their order."""
        said = (self.cleaned_data[f"service-{number}"] for number in range(MOST_SERVICES))
        return [self.by_id[pk] for pk in said if pk]

    @property
    def first_service(self) -> forms.BoundField:
        return self["service-0"]

    @property
    def further_services(self) -> list[forms.BoundField]:
        return [self[f"service-{number}"] for number in range(1, MOST_SERVICES)]

    @property
    def has_more_services(self) -> bool:
        return any(field.value() or field.errors for field in self.further_services)


def with_time_taken(said: QueryDict) -> QueryDict:
    """What was sent, with the day and time of the button that was pressed, if it was one of the other times."""
    if not (taken := said.get("take")):
        return said
    said = said.copy()
    said["on"], _t, said["time"] = taken.partition("T")
    return said


class MoveForm(StartForm):
    """Where a visit moves to; ``sequence`` is that of what was seen."""

    sequence = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    booking = forms.UUIDField(required=False, widget=forms.HiddenInput)


class BlockForm(forms.Form):
    """Who is away, from when to when."""

    who = forms.ChoiceField(label=gettext_lazy("Who or what"))
    first_day = day_field(label=gettext_lazy("First day"))
    last_day = day_field(label=gettext_lazy("Last day"), required=False)
    starts = time_field(label=gettext_lazy("Begins at"), required=False)
    ends = time_field(label=gettext_lazy("Ends at"), required=False)
    is_open = forms.BooleanField(
        label=gettext_lazy("Open then, other than in other weeks"),
        required=False,
        help_text=gettext_lazy("Without the tick nothing can be booked in this time."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=120, required=False)

    def __init__(self, *args: Any, place: Location, team: Sequence[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owners: Mapping[str, Any] = {"": place, **{str(one.pk): one for one in team}}
        self.fields["who"].choices = [
            ("", _("Everybody: %(place)s") % {"place": place}),
            *((str(one.pk), one.name) for one in team),
        ]
        self.fields["who"].required = False

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first_day"), said.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("It ends before it begins."))
        if (said.get("starts") is None) != (said.get("ends") is None):
            self.add_error("ends", _("Say both times, or none for the whole day."))
        elif said.get("starts") is not None and said["starts"] == said["ends"]:
            self.add_error("ends", _("It has to end at another time than it starts."))
        return said

    @property
    def said(self) -> dict[str, Any]:
        """What the service wants to know."""
        said = self.cleaned_data
        names = ("first_day", "last_day", "starts", "ends", "is_open", "reason")
        return {"owner": self.owners[said["who"]], **{name: said[name] for name in names}}


def whole_day(day: date) -> dict[str, str]:
    """What a form begins with."""
    return {"first_day": str(day), "last_day": str(day)}
