from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from comptoir.events.models import Delivery, Endpoint, Event
from comptoir.events.subscriptions import event_types, plugin_subscribers


@dataclass(frozen=True)
class Queue:
    """What one subscriber has not handled yet."""

    subscriber: str
    waiting: int
    parked: int
    oldest_at: datetime | None


def queues() -> list[Queue]:
    """What waits for each subscriber and what was given up, by name; who has everything is not listed."""
    waits = Q(parked_at=None)
    rows = Delivery.objects.values("subscriber").annotate(
        waiting=Count("pk", filter=waits),
        parked=Count("pk", filter=~waits),
        oldest_at=Min("event__recorded_at", filter=waits),
    )
    return [Queue(**row) for row in rows.order_by("subscriber")]


def subscribers() -> list[str]:
    """Everybody who can get events: plugins that have a hook, and webhooks."""
    plugins = {name for type in event_types() for name in plugin_subscribers(type)}
    return [*sorted(plugins), *(endpoint.subscriber for endpoint in Endpoint.objects.order_by("pk"))]


def kept_events(*, type: str = "", subject: str = "", since: datetime | None = None) -> QuerySet[Event]:
    """The events of a type, of a subject such as ``product:12``, or since a moment, in the order they were recorded."""
    events = Event.objects.order_by("pk")
    if type:
        events = events.filter(type=type)
    if subject:
        noun, _colon, subject_id = subject.partition(":")
        events = events.filter(type__startswith=f"{noun}_", subject_id=int(subject_id))
    if since:
        events = events.filter(recorded_at__gte=since)
    return events


def waiting_for(endpoint: Endpoint) -> int:
    """How many events a webhook has still to get."""
    return Delivery.objects.filter(endpoint=endpoint, parked_at=None).count()


def parked_deliveries() -> int:
    """How many deliveries were given up, to plugins and webhooks."""
    return Delivery.objects.exclude(parked_at=None).count()


def webhooks_that_gave_up() -> QuerySet[Endpoint]:
    """The webhooks that were switched off because of what their receivers did, not by hand."""
    return Endpoint.objects.filter(switched_off_because__in=[Endpoint.Off.GONE, Endpoint.Off.FAILING])
