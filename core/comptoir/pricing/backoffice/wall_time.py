"""Moments as people of a shop say them: by the clock on its wall."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _
from wagtail.admin.widgets import AdminDateTimeInput

from comptoir.channels.models import Channel, Location


def zone_of(channel: Channel | None = None, location: Location | None = None) -> str:
    """The time zone that counts at a place: of the location, else of the channel, else of the house."""
    if location is not None:
        return location.time_zone
    return channel.time_zone if channel is not None else settings.TIME_ZONE


def spoken(moment: datetime | None, zone: str) -> str:
    """A moment by the clock of a zone, with the zone's name; nothing for no moment."""
    if moment is None:
        return ""
    return f"{date_format(moment.astimezone(ZoneInfo(zone)), 'SHORT_DATETIME_FORMAT')} ({zone})"


def on_the_wall(moment: datetime | None, zone: str) -> datetime | None:
    """What the clock of a zone shows at a moment, to put into a form."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment else None


def from_the_wall(shown: datetime | None, zone: str) -> datetime | None:
    """The moment at which the clock of a zone shows this; the first one, if it shows it twice.

    Errors: ``ValidationError`` if it never does, because the clocks are put forward then.
    """
    if shown is None:
        return None
    moment = make_aware(shown, ZoneInfo(zone))
    if moment.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != shown:
        raise ValidationError(_("The clocks in %(zone)s never show this time.") % {"zone": zone})
    return moment


class WallTimeField(forms.DateTimeField):
    """A date and a time without a zone: the form says later whose clock it is."""

    widget = AdminDateTimeInput

    def prepare_value(self, value: Any) -> Any:
        return value

    def to_python(self, value: Any) -> datetime | None:
        if isinstance(value, datetime) or value in self.empty_values:
            return value or None
        for wanted in self.input_formats:
            try:
                return self.strptime(value.strip(), wanted)
            except (ValueError, TypeError):
                continue
        raise ValidationError(self.error_messages["invalid"], code="invalid")


def set_moments(form: forms.Form, names: tuple[str, ...], zone: str) -> None:
    """Turn the wall times of a form into moments of a zone; what the clock never shows is an error of its field."""
    for name in names:
        try:
            form.cleaned_data[name] = from_the_wall(form.cleaned_data.get(name), zone)
        except ValidationError as error:
            form.add_error(name, error)
