"""What staff fill in for classes: dates for the calendar, what changes, who rings up for places."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from comptoir.channels.models import Location
from comptoir_booking.asking import rooms_asked
from comptoir_booking.backoffice.booking_forms import StartForm
from comptoir_booking.class_dates import MOST_DATES
from comptoir_booking.models import Resource, Service, Session
from comptoir_booking.sessions import MOST_IN_A_SESSION, MOST_PLACES

#: What the choice of a room says for none; no code looks like that.
NO_ROOM = "*"
Choices = Sequence[tuple[str, str]]


def places_field(**how: Any) -> forms.IntegerField:
    """How many can come to a class."""
    return forms.IntegerField(
        label=pgettext_lazy("class", "Places"), min_value=1, max_value=MOST_IN_A_SESSION, **how
    )


def room_field() -> forms.ChoiceField:
    """The room of a class; the form says which there are."""
    return forms.ChoiceField(label=gettext_lazy("Room"), required=False)


def rooms_at(place: Location) -> list[tuple[str, str]]:
    """The rooms of a location by code, with their names and for how many they are; at last that none is wanted."""
    rows = Resource.objects.filter(location=place, kind=Resource.Kind.ROOM, is_active=True).order_by("name")
    found = [(one.code, _room_words(one)) for one in rows]
    return [*found, (NO_ROOM, pgettext("room", "none"))] if found else []


def rooms_chosen(place: Location, said: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The room that a form says, none of them, or ``None`` where nothing was chosen."""
    code = said.get("room") or ""
    return rooms_asked(place, None if code == NO_ROOM else code)


def _room_words(room: Resource) -> str:
    if room.seats is None:
        return room.name
    return _("%(room)s (for %(seats)s)") % {"room": room.name, "seats": room.seats}


class NewClassForm(StartForm):
    """A class, its first date, its places, and for how many weeks."""

    service = forms.ModelChoiceField(
        Service.objects.none(), label=pgettext_lazy("class", "Class"), empty_label="—"
    )
    places = places_field(initial=8)
    room = room_field()
    times = forms.IntegerField(
        label=gettext_lazy("How many dates"), initial=1, min_value=1, max_value=MOST_DATES,
        help_text=gettext_lazy("At the same time each week, or every few weeks."),
    )  # fmt: skip
    every_weeks = forms.IntegerField(
        label=gettext_lazy("Weeks from one to the next"), initial=1, min_value=1, max_value=8
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Service.objects.filter(in_sessions=True, is_active=True).select_related("product__parent")
        self.fields["service"].queryset = rows
        self.fields["service"].label_from_instance = lambda one: one.product.get_title()
        if len(rows) == 1:  # nothing to choose
            self.initial.setdefault("service", rows[0].pk)
        self.fields["person"].label = _("Who gives it")
        rooms = rooms_at(self.place)
        self.fields["room"].choices = [("", _("as the class needs")), *rooms]
        if not rooms:
            del self.fields["room"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if (said.get("times") or 1) * (said.get("every_weeks") or 1) > MOST_DATES:
            self.add_error("times", ValidationError(_("A year ahead is the most.")))
        return said


class SeatsForm(forms.Form):
    """Who rings up for places."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput({"type": "tel"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    party = forms.IntegerField(
        label=pgettext_lazy("class", "Places"), initial=1, min_value=1, max_value=MOST_PLACES
    )


class ChangeForm(StartForm):
    """When a class is from now on, how many places it has, who gives it, in which room; ``sequence`` is of what was seen."""

    places = places_field()
    room = room_field()
    sequence = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, session: Session, rooms: Choices, **kwargs: Any) -> None:
        """The first of the people and of the rooms is what it is now."""
        now = session.starts_at.astimezone(ZoneInfo(session.time_zone)).replace(tzinfo=None)
        begin = {"on": now.date(), "time": now.time(), "places": session.places, **kwargs.pop("initial")}
        super().__init__(*args, place=session.location, initial=begin, **kwargs)
        self.session = session
        self.fields["person"].label, self.fields["room"].choices = _("Who gives it"), rooms
        for name, choices in (("person", self.fields["person"].choices), ("room", rooms)):
            if len(choices) < 2:
                del self.fields[name]
        if not session.is_open:
            del self.fields["on"], self.fields["time"]

    @property
    def start(self) -> datetime:
        """The instant that is meant; its own, where an hour comes twice, unless another time was said."""
        return super().start if {"on", "time"} & set(self.changed_data) else self.session.starts_at
