"""Reads a calendar file that somebody else wrote, in a process of its own: as long and as large as it may get, and no more.

A rule may be written so that it never comes to an end, or never finds a day; only a limit from outside stops that. Knows
neither the database nor Django, so that the process starts quickly. Run by ``read_apart``.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

#: What one file may cost.
MOST_CPU_S, MOST_BYTES = 15, 1024 * 1024 * 1024
MOST_EVENTS = 5000
AHEAD_DAYS = 400
CALENDAR_DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"
NOT_A_CALENDAR, TOO_MANY = "not_a_calendar", "too_many"
Span = tuple[datetime, datetime]


class NotRead(Exception):
    """A calendar cannot be used; ``problem`` says why."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


def read_apart(content: bytes, zone_name: str, since: datetime, *, is_answer: bool = False) -> list[Span]:
    """When a calendar says its owner is away, from a moment on. Errors: ``NotRead``, also when it takes too long.

    ``is_answer``: it is what a calendar server answered, as XML.
    """
    command = [sys.executable, "-m", __name__, zone_name, since.isoformat(), "xml" if is_answer else "ics"]
    path = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, env=path, timeout=MOST_CPU_S * 4, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NotRead(TOO_MANY) from error
    if done.returncode:
        raise NotRead(TOO_MANY)
    said = json.loads(done.stdout)
    if "problem" in said:
        raise NotRead(said["problem"])
    return [(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in said["spans"]]


def busy_spans(content: bytes, zone_name: str, since: datetime, *, is_answer: bool = False) -> list[Span]:
    """The same, without limits. Days without hours are whole days of the zone; names and reasons are left out."""
    try:
        calendars = [Calendar.from_ical(one) for one in (_in_answer(content) if is_answer else [content])]
        if any(not isinstance(one, Calendar) or one.name != "VCALENDAR" for one in calendars):
            raise NotRead(NOT_A_CALENDAR)
        if sum(len(one.walk("VEVENT")) for one in calendars) > MOST_EVENTS:
            raise NotRead(TOO_MANY)
        series = (recurring_ical_events.of(one, skip_bad_series=True) for one in calendars)
        found = chain.from_iterable(one.between(since, since + timedelta(days=AHEAD_DAYS)) for one in series)
        zone = ZoneInfo(zone_name)
        spans = [_span(one, zone) for one in islice(found, MOST_EVENTS + 1) if _is_away(one)]
    except NotRead:
        raise
    except Exception as error:  # whatever somebody else's program writes must not stop the reader
        raise NotRead(NOT_A_CALENDAR) from error
    if len(spans) > MOST_EVENTS:
        raise NotRead(TOO_MANY)
    return _joined(one for one in spans if one[0] < one[1])


def _in_answer(content: bytes) -> list[str]:
    """The entries of a calendar in what a server answered, a small calendar each. No server has to define words of its own."""
    if b"<!DOCTYPE" in content:
        raise NotRead(NOT_A_CALENDAR)
    answer = ElementTree.fromstring(content)  # noqa: S314 (fetches nothing, and is in a process with limits)
    return [one.text or "" for one in answer.iter(CALENDAR_DATA)]


def _is_away(event: Event) -> bool:
    is_free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    return not is_free and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _span(event: Event, zone: ZoneInfo) -> Span:
    return _instant(event.start, zone), _instant(event.end, zone)


def _instant(said: date | datetime, zone: ZoneInfo) -> datetime:
    """A day begins at midnight, and a time without a zone is meant where the shop is."""
    if not isinstance(said, datetime):
        said = datetime.combine(said, time())
    return (said if said.tzinfo else said.replace(tzinfo=zone)).astimezone(UTC)


def _joined(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def main() -> None:
    """Read a file from the standard input and write its stretches, or the problem, as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    zone_name, since, form = sys.argv[1:4]
    try:
        moment = datetime.fromisoformat(since)
        spans = busy_spans(sys.stdin.buffer.read(), zone_name, moment, is_answer=form == "xml")
        answer: dict[str, object] = {"spans": [(a.timestamp(), b.timestamp()) for a, b in spans]}
    except NotRead as error:
        answer = {"problem": error.problem}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
