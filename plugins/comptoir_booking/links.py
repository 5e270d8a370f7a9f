"""Where a visit can be seen, moved and cancelled: the safe link for messages and for the pages of its order."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir_booking.models import Booking, WaitEntry
from comptoir_booking.self_service import token_of

PLUGIN = "booking"


def home_link(channel: ChannelContext | Channel, locale: str, **chosen: str) -> str:
    """The whole address of the booking pages of a channel, with what was chosen; empty if it has none."""
    try:
        path = reverse(f"{channel.plugin}:{PLUGIN}:home", args=[channel.code, locale])
    except NoReverseMatch:
        return ""
    query = f"?{urlencode(chosen)}" if chosen else ""
    return conf.BASE_URL.rstrip("/") + path + query


def visit_link(bookings: Sequence[Booking], locale: str = "") -> str:
    """The whole address of a visit's page; empty if no open channel has such pages.

    That of the channel it was booked on, else of the first that has some: for visits that staff booked.
    """
    return _whole(bookings[0].channel, locale, "visit", token_of(bookings))


def wait_link(entry: WaitEntry, token: str) -> str:
    """The whole address of the page of somebody on the waiting list; empty if no open channel has such pages."""
    return _whole(entry.channel, entry.locale, "waiting", token)


def _whole(booked_on: Channel | None, locale: str, name: str, token: str) -> str:
    for channel in [booked_on, *Channel.objects.active().filter(extensions__contains=[PLUGIN])]:
        if channel and channel.is_public and PLUGIN in channel.extensions:
            spoken = locale if locale in channel.locales else channel.default_locale
            if path := page_path(channel, spoken, name, token):
                return conf.BASE_URL.rstrip("/") + path
    return ""


def page_path(channel: Channel | ChannelContext, locale: str, name: str, *args: object) -> str:
    """Where a page of this plugin stands on a channel, by the name of its pattern; empty if the channel has none."""
    try:
        return reverse(f"{channel.plugin}:{PLUGIN}:{name}", args=[channel.code, locale, *args])
    except NoReverseMatch:
        return ""


def calendar_path(channel_code: str, token: str) -> str:
    """Where a visit is had as a file for one's own calendar."""
    return f"/api/v1/{channel_code}/calendars/visits/{token}.ics"
