"""Who gets an event: the plugins that have its hook, and the webhooks that asked for it."""

from collections.abc import Iterable
from itertools import groupby

from django.db import connection

from comptoir import hookspecs, plugins
from comptoir.base import clock
from comptoir.events.models import Event

#: One statement, whether there are webhooks or not: the shop's own transactions pay for this.
ADDRESS = """
INSERT INTO events_delivery (event_id, subject, subscriber, endpoint_id, due_at)
SELECT event.id, %(noun)s || ':' || event.subject_id, who.subscriber, who.endpoint_id, %(now)s
FROM unnest(%(events)s::bigint[], %(subjects)s::bigint[]) WITH ORDINALITY AS event (id, subject_id, place)
CROSS JOIN (
    SELECT subscriber, NULL::bigint AS endpoint_id
    FROM unnest(%(plugins)s::text[]) AS subscriber
    UNION ALL
    SELECT 'webhook:' || id, id
    FROM events_endpoint
    WHERE switched_off_at IS NULL
      AND (types = '{}' OR %(type)s = ANY (types))
      AND (channels = '{}' OR %(channels)s::text[] IS NULL OR channels && %(channels)s::text[]::varchar[])
) AS who
WHERE %(only)s::text IS NULL OR who.subscriber = %(only)s
ORDER BY event.place
ON CONFLICT DO NOTHING
"""


def address_events(events: Iterable[Event], *, only: str | None = None) -> int:
    """Write a delivery of each event for every subscriber, or for one, that is not waiting for it already.

    Returns how many. The order of the events is the order in which each subject's are delivered.
    """
    alike = groupby(events, key=lambda event: (event.type, channels_of(event)))
    return sum(_address(type, channels, list(rows), only) for (type, channels), rows in alike)


def plugin_subscribers(type: str) -> list[str]:
    """The plugins that have the hook of an event; none for an event that a former version knew."""
    spec = getattr(hookspecs, f"on_{type}", None)
    return plugins.subscribers(spec) if spec else []


def event_types() -> list[str]:
    """Every kind of event that can happen in this shop."""
    return sorted(name.removeprefix("on_") for name in vars(hookspecs) if name.startswith("on_"))


def channels_of(event: Event) -> tuple[str, ...]:
    """The codes of the channels that an event names; most name none."""
    named = event.payload.get("channels") or event.payload.get("channel") or ()
    return (named,) if isinstance(named, str) else tuple(named)


def _address(type: str, channels: tuple[str, ...], events: list[Event], only: str | None) -> int:
    facts = {
        "noun": type.partition("_")[0],
        "type": type,
        "channels": list(channels) or None,
        "events": [event.pk for event in events],
        "subjects": [event.subject_id for event in events],
        "plugins": plugin_subscribers(type),
        "now": clock.now(),
        "only": only,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADDRESS, facts)
        return cursor.rowcount
