import time
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from comptoir.channels.models import Channel, ChannelKey, Location
from comptoir.channels.services import hash_key


@dataclass(frozen=True)
class ChannelContext:
    """What every request to a channel needs to know of it; read once, kept for ``CONTEXT_S`` seconds."""

    id: int
    code: str
    name: str
    plugin: str
    enabled_plugins: tuple[str, ...]
    currency: str
    locales: tuple[str, ...]
    time_zone: str
    theme: str
    country: str
    net_prices: bool
    holds_from: str
    hold_minutes: int
    hold_minutes_max: int
    is_public: bool
    location_ids: tuple[int, ...]
    own_location_id: int | None
    has_all_locations: bool
    key_hashes: frozenset[str]
    origins: frozenset[str]

    @property
    def default_locale(self) -> str:
        return self.locales[0]

    def opens_for(self, secret: str) -> bool:
        """Whether a caller with this key (or none) may know of the channel."""
        return self.is_public or self.knows_key(secret)

    def knows_key(self, secret: str) -> bool:
        """Whether this is a key of the channel that was not revoked."""
        return bool(secret) and hash_key(secret) in self.key_hashes


#: How long a process may use what it read of a channel: the longest a revoked key or a closed channel lives on.
CONTEXT_S = 5.0

_contexts: dict[str, tuple[float, ChannelContext | None]] = {}


def channel_context(code: str) -> ChannelContext | None:
    """The channel of a request, or ``None`` if there is none that is active; at most a few seconds old."""
    kept = _contexts.get(code)
    if kept is None or time.monotonic() - kept[0] > CONTEXT_S:
        if len(_contexts) > 1000:
            _contexts.clear()
        kept = (time.monotonic(), _read_context(code))
        _contexts[code] = kept
    return kept[1]


def forget_contexts() -> None:
    """Read every channel afresh at its next request; other processes do so within ``CONTEXT_S`` seconds."""
    _contexts.clear()


def offering_locations(channel: Channel) -> list[Location]:
    """The active locations whose goods a channel offers; all of them if it names none."""
    chosen = (
        Location.objects.filter(channels=channel) if channel.locations.exists() else Location.objects.all()
    )
    return list(chosen.filter(is_active=True))


def _read_context(code: str) -> ChannelContext | None:
    """One statement, so that an answer from a cold process costs two in all."""
    places = Location.objects.order_by("pk")
    keys = ChannelKey.objects.filter(channel=OuterRef("pk"), revoked_at=None)
    channel = (
        Channel.objects.active()
        .annotate(
            chosen_ids=ArraySubquery(places.filter(channels=OuterRef("pk")).values("pk")),
            open_ids=ArraySubquery(places.filter(is_active=True).values("pk")),
            shut_ids=ArraySubquery(places.filter(is_active=False).values("pk")),
            key_hashes=ArraySubquery(keys.values("key_hash")),
        )
        .filter(code=code)
        .first()
    )
    if channel is None:
        return None
    offered = tuple(pk for pk in channel.open_ids if not channel.chosen_ids or pk in channel.chosen_ids)
    return ChannelContext(
        id=channel.pk,
        code=channel.code,
        name=channel.name,
        plugin=channel.plugin,
        enabled_plugins=channel.enabled_plugins,
        currency=channel.currency,
        locales=tuple(channel.locales),
        time_zone=channel.time_zone,
        theme=channel.theme,
        country=channel.country,
        net_prices=channel.net_prices,
        holds_from=channel.holds_from,
        hold_minutes=channel.hold_minutes,
        hold_minutes_max=channel.hold_minutes_max,
        is_public=channel.is_public,
        location_ids=offered,
        own_location_id=channel.chosen_ids[0] if len(channel.chosen_ids) == 1 else None,
        has_all_locations=not channel.shut_ids and len(offered) == len(channel.open_ids),
        key_hashes=frozenset(channel.key_hashes),
        origins=frozenset(channel.origins),
    )
