"""Where a visit can be seen, moved and cancelled: the safe link for messages and for the pages of its order."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir_booking.models import Booking
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
    channels = [bookings[0].channel, *Channel.objects.active().filter(extensions__contains=[PLUGIN])]
    for channel in channels:
        if channel and channel.is_public and PLUGIN in channel.extensions:
            spoken = locale if locale in channel.locales else channel.default_locale
            try:
                path = reverse(
                    f"{channel.plugin}:{PLUGIN}:visit", args=[channel.code, spoken, token_of(bookings)]
                )
            except NoReverseMatch:
                continue
            return conf.BASE_URL.rstrip("/") + path
    return ""
