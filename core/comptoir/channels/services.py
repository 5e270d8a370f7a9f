import hashlib
import secrets
from collections.abc import Iterable

from django.db import transaction

from comptoir.base import clock
from comptoir.channels.models import Channel, ChannelKey, DayOff, Location, OpeningHours

KEY_PREFIX = "ck_"


@transaction.atomic
def open_channel(*, locations: Iterable[Location] = (), **fields: object) -> Channel:
    """Open a place where the shop meets people.

    Errors: ``ValidationError`` naming the field; nothing is opened then.
    """
    channel = Channel(**fields)
    channel.full_clean()
    channel.save()
    channel.locations.set(locations)
    return channel


@transaction.atomic
def open_location(
    *, hours: Iterable[tuple[int, str, str]] = (), days_off: Iterable[tuple[str, str]] = (), **fields: object
) -> Location:
    """Add a shop, a warehouse or a relay point.

    Shapes: ``hours`` are (weekday with Monday as 0, opens, closes) as ``"HH:MM"``, ``days_off`` (ISO date, reason).
    """
    location = Location(**fields)
    location.full_clean()
    location.save()
    for weekday, opens, closes in hours:
        OpeningHours.objects.create(location=location, weekday=weekday, opens=opens, closes=closes)
    for on, reason in days_off:
        DayOff.objects.create(location=location, on=on, reason=reason)
    return location


def issue_channel_key(*, channel: Channel, name: str) -> tuple[ChannelKey, str]:
    """Make a key for a channel; the second value is the key itself, which nobody can show again."""
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ChannelKey.objects.create(channel=channel, name=name, prefix=secret[:10], key_hash=hash_key(secret))
    return key, secret


def revoke_channel_key(*, key: ChannelKey) -> None:
    """Make a key worthless from now on; the channel notices within seconds."""
    ChannelKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now())


def hash_key(secret: str) -> str:
    """How a key is kept: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
