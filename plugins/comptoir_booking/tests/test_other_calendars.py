"""Calendars of others: who is away there cannot be booked here, whatever is in the file and wherever it lies."""

import http.server
import threading
from datetime import UTC, datetime, timedelta

import pytest

from comptoir.base import clock
from comptoir_booking.calendar_file import NotRead, busy_spans, read_apart
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import BusyTime, OtherCalendar, RulesVersion
from comptoir_booking.other_calendars import EVERY_MINUTES, read_due_calendars
from comptoir_booking.queries import free_starts
from comptoir_booking.refusals import StartNotFree
from comptoir_booking.tests.salon import TODAY, TUESDAY, Salon, at, today

SINCE = datetime(2027, 3, 1, tzinfo=UTC)


def calendar(*events):
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//EN"]
    for number, event in enumerate(events):
        rows += ["BEGIN:VEVENT", f"UID:{number}", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*rows, "END:VCALENDAR", ""]).encode()


def hours(spans):
    return [(f"{a:%d %H:%M}", f"{b:%d %H:%M}") for a, b in spans]


DENTIST = "DTSTART;TZID=Europe/Paris:20270302T100000|DTEND;TZID=Europe/Paris:20270302T110000"


@pytest.mark.parametrize(
    ("event", "spans"),
    [
        (DENTIST, [("02 09:00", "02 10:00")]),
        (f"{DENTIST}|TRANSP:TRANSPARENT", []),
        (f"{DENTIST}|STATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20270302|DTEND;VALUE=DATE:20270304", [("01 23:00", "03 23:00")]),
        ("DTSTART:20270302T100000|DTEND:20270302T110000", [("02 09:00", "02 10:00")]),
        (f"{DENTIST}|RRULE:FREQ=DAILY;COUNT=3|EXDATE;TZID=Europe/Paris:20270303T100000",
         [("02 09:00", "02 10:00"), ("04 09:00", "04 10:00")]),
        (f"{DENTIST}|RRULE:FREQ=MONTHLY;COUNT=2", [("02 09:00", "02 10:00"), ("02 08:00", "02 09:00")]),
    ],
)  # fmt: skip
def test_what_a_calendar_says_is_read_as_its_owner_meant_it(event, spans):
    """The last one is on both sides of the clock change of March."""
    assert hours(busy_spans(calendar(event), "Europe/Paris", SINCE)) == spans


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<html>Log in</html>", "not_a_calendar"),
        (b"\x00\xff" * 1000, "not_a_calendar"),
        (b"", "not_a_calendar"),
        (calendar(*[DENTIST] * 5001), "too_many"),
    ],
)
def test_what_is_no_calendar_or_too_much_is_refused(content, problem):
    with pytest.raises(NotRead) as refused:
        busy_spans(content, "Europe/Paris", SINCE)
    assert refused.value.problem == problem


def test_a_calendar_is_read_in_a_process_of_its_own():
    assert hours(read_apart(calendar(DENTIST), "Europe/Paris", SINCE)) == [("02 09:00", "02 10:00")]


def test_a_rule_that_never_ends_costs_its_own_process_and_no_more():
    hostile = calendar(f"{DENTIST}|RRULE:FREQ=SECONDLY")
    with pytest.raises(NotRead) as refused:
        read_apart(hostile, "Europe/Paris", SINCE)
    assert refused.value.problem == "too_many"


class Server:
    """A calendar server on this machine, as others have theirs elsewhere."""

    def __init__(self):
        self.content, self.status, self.headers, self.seen = b"", 200, {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.seen.append(dict(self.headers))
                self.send_response(outer.status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(outer.content)

            def log_message(self, *args):
                """Nothing of it is of interest."""

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/anna.ics"


@pytest.fixture
def server(settings):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = True
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def salon(shop):
    with today():
        salon = Salon(shop)
        salon.person("anna")
        salon.cut = salon.service(minutes=60, step=60)
        yield salon


def follow(salon, url):
    return OtherCalendar.objects.create(resource=salon.staff["anna"], url=url)


def state(row):
    row.refresh_from_db()
    return row.problem, row.read_at, BusyTime.objects.count()


def test_who_is_away_in_another_calendar_cannot_be_booked_except_by_staff_on_purpose(db, salon, server):
    server.content, server.headers = calendar(DENTIST), {"ETag": '"1"'}
    row = follow(salon, server.url)

    read_due_calendars()

    assert state(row) == ("", TODAY, 1)
    assert at(10) not in free_starts(salon.visit(salon.cut), TUESDAY)
    with pytest.raises(StartNotFree):
        book_visit(visit=salon.visit(salon.cut), start=at(10), terms=Terms())
    assert book_visit(visit=salon.visit(salon.cut), start=at(10), terms=Terms(overrides=frozenset({"hours"})))

    server.status, server.content = 304, b""
    with clock.moved_to(TODAY + timedelta(minutes=EVERY_MINUTES)):
        read_due_calendars()
        read_due_calendars()
    assert server.seen[-1]["If-None-Match"] == '"1"' and len(server.seen) == 2
    assert state(row) == ("", TODAY + timedelta(minutes=EVERY_MINUTES), 1)


def test_a_calendar_that_says_the_same_again_is_not_written_again(db, salon, server):
    server.content = calendar(DENTIST)
    row = follow(salon, server.url)
    read_due_calendars()
    before, version = BusyTime.objects.get(), RulesVersion.objects.get().version

    with clock.moved_to(TODAY + timedelta(minutes=EVERY_MINUTES)):
        read_due_calendars()

    assert state(row) == ("", TODAY + timedelta(minutes=EVERY_MINUTES), 1)
    assert BusyTime.objects.get() == before and RulesVersion.objects.get().version == version


@pytest.mark.parametrize(
    ("status", "content", "problem"),
    [
        (500, b"", "not_reached"),
        (302, b"", "not_reached"),
        (200, b"hello", "not_a_calendar"),
        (200, b"x" * (5 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_cannot_be_read_is_said_and_leaves_what_was_read_before(
    db, salon, server, status, content, problem
):
    server.content = calendar(DENTIST)
    row = follow(salon, server.url)
    read_due_calendars()
    server.status, server.content = status, content
    server.headers = {"Location": "http://127.0.0.1/elsewhere"} if status == 302 else {}

    with clock.moved_to(TODAY + timedelta(minutes=EVERY_MINUTES)):
        read_due_calendars()

    assert state(row) == (problem, TODAY, 1)


def test_the_shops_own_network_is_never_asked(db, salon, server, settings):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = False
    for url in (server.url, server.url.replace("http:", "https:"), "https://169.254.169.254/latest/"):
        row = follow(salon, url)
        read_due_calendars()
        assert state(row)[0] == "not_allowed"
    assert server.seen == []
