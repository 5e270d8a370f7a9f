"""Who gets an event: the plugins that have its hook, and the webhooks that asked for it."""

from collections.abc import Iterable
from itertools import groupby

from django.db import connection
from psycopg.types.json import Jsonb

from comptoir import hookspecs, plugins
from comptoir.base import clock
from comptoir.base.statements import fetch_raw
from comptoir.events.models import Event

#: Who hears of an event; the shop's own transactions pay for this, whether there are webhooks or not.
_WHO = """(
    SELECT subscriber, NULL::bigint AS endpoint_id
    FROM unnest(%(plugins)s::text[]) AS subscriber
    UNION ALL
    SELECT 'webhook:' || id, id
    FROM events_endpoint
    WHERE switched_off_at IS NULL
      AND (types = '{}' OR %(type)s::varchar = ANY (types))
      AND (channels = '{}' OR %(channels)s::text[] IS NULL OR channels && %(channels)s::text[]::varchar[])
) AS who"""

ADDRESS = f"""
INSERT INTO events_delivery (event_id, subject, subscriber, endpoint_id, due_at)
SELECT event.id, %(noun)s::text || ':' || event.subject_id, who.subscriber, who.endpoint_id, %(now)s::timestamptz
FROM unnest(%(events)s::bigint[], %(subjects)s::bigint[]) WITH ORDINALITY AS event (id, subject_id, place)
CROSS JOIN {_WHO}
WHERE %(only)s::text IS NULL OR who.subscriber = %(only)s
ORDER BY event.place
ON CONFLICT DO NOTHING
"""  # noqa: S608

#: Events and their deliveries at once; ``told`` are those that this transaction has written down already.
RECORD = f"""
WITH told AS (
    SELECT event.id, event.subject_id FROM events_event event
    WHERE event.type = %(type)s::varchar AND event.subject_id = ANY(%(subjects)s::bigint[]) AND event.payload = %(payload)s::jsonb
        AND event.recorded_in = pg_current_xact_id()::text::bigint
        AND EXISTS (SELECT FROM events_delivery WHERE event_id = event.id AND attempts = 0)
), fresh AS (
    INSERT INTO events_event (type, subject_id, payload, recorded_at, recorded_in)
    SELECT %(type)s::varchar, subject_id, %(payload)s::jsonb, %(now)s::timestamptz, pg_current_xact_id()::text::bigint
    FROM unnest(%(subjects)s::bigint[]) AS subject_id
    WHERE subject_id NOT IN (SELECT subject_id FROM told) ORDER BY subject_id
    RETURNING id, subject_id
), addressed AS (
    INSERT INTO events_delivery (event_id, subject, subscriber, endpoint_id, due_at)
    SELECT fresh.id, %(noun)s::text || ':' || fresh.subject_id, who.subscriber, who.endpoint_id, %(now)s::timestamptz
    FROM fresh CROSS JOIN {_WHO} ORDER BY fresh.id
)
SELECT id, true FROM fresh UNION ALL SELECT id, false FROM told
"""  # noqa: S608


def record_and_address(event: Event, subject_ids: Iterable[int]) -> list[tuple[int, bool]]:
    """Write down an event like this one for each subject, with a delivery for every subscriber; one statement.

    Returns their ids, and whether each is new: the same fact twice in one transaction is one event.
    """
    facts = {
        **_facts(event.type, channels_of(event)),
        "subjects": sorted(set(subject_ids)),
        "payload": Jsonb(event.payload),
        "now": event.recorded_at,
    }
    return fetch_raw(RECORD, facts, keep_plan=True)


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
        **_facts(type, channels),
        "events": [event.pk for event in events],
        "subjects": [event.subject_id for event in events],
        "now": clock.now(),
        "only": only,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADDRESS, facts)
        return cursor.rowcount


def _facts(type: str, channels: tuple[str, ...]) -> dict[str, object]:
    """What both statements ask of a kind of event."""
    return {
        "noun": type.partition("_")[0],
        "type": type,
        "channels": list(channels) or None,
        "plugins": plugin_subscribers(type),
    }
