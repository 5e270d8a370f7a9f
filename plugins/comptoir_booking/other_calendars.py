"""Reads calendars of others to know when somebody of the team is away; by the worker, never while somebody waits.

A file is at most 5 MB and is looked at from now until a year ahead. A rule that never ends is followed that far and no
further, and one with too many appointments is not believed. What could not be read leaves what was read before.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from comptoir.base import clock
from comptoir.events.calling import MOST_FETCHED, Fetched, fetch
from comptoir.events.calling import Problem as CallProblem
from comptoir_booking.calendar_file import NotRead, Span, read_apart
from comptoir_booking.calendar_server import ask_server
from comptoir_booking.models import BusyTime, OtherCalendar

EVERY_MINUTES = 15
#: While one worker reads it, no other does.
LEASE_MINUTES = 5
Problem = OtherCalendar.Problem


def read_due_calendars() -> None:
    """Read one of the calendars that were not read for a while; called by each worker now and then."""
    calendar = _claim()
    if calendar is None:
        return
    try:
        since, is_server = clock.now() - timedelta(days=1), calendar.kind == OtherCalendar.Kind.SERVER
        fetched = ask_server(calendar, since) if is_server else fetch(calendar.url, etag=calendar.etag)
        if fetched.status == 304:
            _write_down(calendar, None, calendar.etag)
            return
        zone_name = calendar.resource.location.time_zone
        spans = read_apart(_content(fetched), zone_name, since, is_answer=is_server)
    except NotRead as error:
        OtherCalendar.objects.filter(pk=calendar.pk).update(problem=error.problem, due_at=_next())
        return
    _write_down(calendar, spans, "" if is_server else fetched.etag)


def _content(fetched: Fetched) -> bytes:
    if fetched.problem == CallProblem.NOT_ALLOWED:
        raise NotRead(Problem.NOT_ALLOWED)
    if fetched.problem or fetched.status not in (200, 207):
        raise NotRead(Problem.NOT_REACHED)
    if len(fetched.body) >= MOST_FETCHED:
        raise NotRead(Problem.TOO_LARGE)
    return fetched.body


@transaction.atomic(durable=True)
def _claim() -> OtherCalendar | None:
    now = clock.now()
    due = OtherCalendar.objects.filter(Q(due_at=None) | Q(due_at__lte=now), resource__is_active=True)
    rows = due.order_by(F("due_at").asc(nulls_first=True)).select_related("resource__location")
    found = rows.select_for_update(skip_locked=True, of=("self",)).first()
    if found:
        OtherCalendar.objects.filter(pk=found.pk).update(due_at=now + timedelta(minutes=LEASE_MINUTES))
    return found


@transaction.atomic
def _write_down(calendar: OtherCalendar, spans: list[Span] | None, etag: str) -> None:
    """Put what was read in the place of what was read before, in one go: nobody sees slots free in between."""
    if not OtherCalendar.objects.select_for_update().filter(pk=calendar.pk, url=calendar.url).exists():
        return
    if spans is not None and not _is_known(calendar, spans):
        BusyTime.objects.filter(calendar=calendar).delete()
        BusyTime.objects.bulk_create(
            BusyTime(calendar=calendar, resource_id=calendar.resource_id, during=span) for span in spans
        )
    fresh = {"read_at": clock.now(), "due_at": _next(), "problem": "", "etag": etag[:200]}
    OtherCalendar.objects.filter(pk=calendar.pk).update(**fresh)


def _is_known(calendar: OtherCalendar, spans: list[Span]) -> bool:
    """Whether nothing is new: then nobody has to read again when the team is away."""
    known = BusyTime.objects.filter(calendar=calendar).values_list("during", flat=True)
    return {(one.lower, one.upper) for one in known} == set(spans)


def _next() -> datetime:
    return clock.now() + timedelta(minutes=EVERY_MINUTES)
