"""Calendars on servers (CalDAV): asked by name and password, which the database does not give away. The server is Radicale."""

import base64
import threading
from datetime import timedelta
from urllib.request import Request, urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from radicale import Application, config

from comptoir.base import clock
from comptoir_booking.calendar_file import NotRead, busy_spans, read_apart
from comptoir_booking.models import OtherCalendar
from comptoir_booking.other_calendars import EVERY_MINUTES, read_due_calendars
from comptoir_booking.queries import free_starts
from comptoir_booking.sealing import SealLost, seal, unseal
from comptoir_booking.tests.salon import TODAY, TUESDAY, Salon, at, today
from comptoir_booking.tests.test_other_calendars import DENTIST, SINCE, calendar, hours, state

PASSWORD = "Sésame, ouvre-toi"
WEEKLY = DENTIST.replace("T10", "T15").replace("T11", "T16") + "|RRULE:FREQ=WEEKLY;COUNT=4"


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """Nothing of it is of interest."""


class CalendarServer:
    """Radicale on this machine, with one calendar of Anna's."""

    def __init__(self, folder):
        (folder / "users").write_text(f"anna:{PASSWORD}\n", encoding="utf-8")
        said = config.load()
        said.update(
            {
                "auth": {
                    "type": "htpasswd", "htpasswd_filename": str(folder / "users"), "htpasswd_encryption": "plain", "delay": "0",
                },
                "storage": {"filesystem_folder": str(folder / "kept")},
                "web": {"type": "none"},
                "logging": {"level": "critical"},
            },
            "test",
        )  # fmt: skip
        self.http = make_server("127.0.0.1", 0, Application(said), handler_class=Quiet)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/anna/work/"
        self.send("MKCALENDAR", "")

    def put(self, name, event):
        self.send("PUT", f"{name}.ics", calendar(event).replace(b"UID:0", f"UID:{name}".encode()))

    def send(self, method, name, body=b""):
        login = base64.b64encode(f"anna:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "text/calendar"}
        urlopen(Request(self.url + name, body, headers, method=method)).close()


@pytest.fixture
def server(settings, tmp_path):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = True
    server = CalendarServer(tmp_path)
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def salon(db, shop):
    with today():
        salon = Salon(shop)
        salon.person("anna")
        salon.cut = salon.service(minutes=60, step=60)
        yield salon


def follow(salon, url, *, user="anna", password=PASSWORD):
    sealed = seal(password) if password else ""
    return OtherCalendar.objects.create(
        resource=salon.staff["anna"], kind="caldav", url=url, user_name=user, password=sealed
    )


def test_what_a_calendar_server_says_is_taken_cannot_be_booked(salon, server):
    server.put("dentist", DENTIST)
    server.put("course", WEEKLY)
    server.put("long-ago", DENTIST.replace("2027", "2025"))
    server.put("free", DENTIST.replace("T10", "T09").replace("T11", "T10") + "|TRANSP:TRANSPARENT")
    row = follow(salon, server.url)

    read_due_calendars()

    assert state(row) == ("", TODAY, 5)
    starts = free_starts(salon.visit(salon.cut), TUESDAY)
    assert at(9) in starts and at(10) not in starts and at(15) not in starts
    server.send("DELETE", "dentist.ics")
    with clock.moved_to(TODAY + timedelta(minutes=EVERY_MINUTES)):
        read_due_calendars()
        assert at(10) in free_starts(salon.visit(salon.cut), TUESDAY)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"password": "guessed"}, "not_let_in"),
        ({"password": ""}, "secret_lost"),
        ({"user": "bela"}, "not_let_in"),
        ({"path": "/anna/"}, "not_a_calendar"),
        ({"path": "/anna/holidays/"}, "not_reached"),
    ],
)
def test_what_keeps_a_calendar_from_being_read_is_said_and_what_was_read_stays(salon, server, wrong, problem):
    server.put("dentist", DENTIST)
    row = follow(salon, server.url)
    read_due_calendars()
    said = {"user_name": wrong.get("user", "anna")}
    if "password" in wrong:
        said["password"] = seal(wrong["password"]) if wrong["password"] else "not sealed by this shop"
    if "path" in wrong:
        said["url"] = server.url.replace("/anna/work/", wrong["path"])
    OtherCalendar.objects.update(**said)

    with clock.moved_to(TODAY + timedelta(minutes=EVERY_MINUTES)):
        read_due_calendars()

    assert state(row) == (problem, TODAY, 1)


def test_the_shops_own_network_is_never_asked(salon, server, settings):
    row = follow(salon, server.url)
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = False
    for url in (server.url.replace("http:", "https:"), "https://169.254.169.254/latest/"):
        with pytest.raises(ValidationError):
            OtherCalendar(resource=row.resource, url=url, kind="caldav", user_name="anna").full_clean()
        OtherCalendar.objects.update(url=url, due_at=None)
        read_due_calendars()
        assert state(row) == ("not_allowed", None, 0)


def test_a_password_is_nowhere_in_the_database(salon, server):
    follow(salon, server.url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(one)::text FROM booking_othercalendar one")
        [(dump,)] = cursor.fetchall()
    assert "anna" in dump and "same" not in dump


def test_a_password_outlives_a_change_of_the_shops_key_while_the_old_one_is_known(settings):
    sealed = seal(PASSWORD)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert unseal(sealed) == PASSWORD
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealLost):
        unseal(sealed)


def test_a_form_shows_no_password_and_one_left_empty_stays(salon, people):
    row = follow(salon, "https://dav.example/anna/work/")
    boss = people("view_resource", "change_resource", at=[salon.place])
    path = f"/admin/resources/edit/{row.resource_id}/"
    page = boss.get(path).content.decode()

    assert PASSWORD not in page and row.password not in page
    assert "It was not read yet." in page
    said = sent_by(page)
    assert said["other_calendars-0-password"] == ""
    assert boss.post(path, said).status_code == 302
    row.refresh_from_db()
    assert unseal(row.password) == PASSWORD
    assert boss.post(path, {**said, "other_calendars-0-password": "new one"}).status_code == 302
    row.refresh_from_db()
    assert unseal(row.password) == "new one"
    refused = boss.post(path, {**said, "other_calendars-0-user_name": ""})
    assert "Say the user name for the server." in refused.content.decode()


def sent_by(page):
    """What a browser would send of the form of a page."""
    form = BeautifulSoup(page, "html.parser").select_one("form[action*='/edit/']")
    said = {
        one["name"]: one.get("value", "")
        for one in form.select("input[name]")
        if one.get("type") != "checkbox" or one.has_attr("checked")
    }
    for one in form.select("select[name]"):
        chosen = one.select_one("option[selected]")
        said[one["name"]] = chosen["value"] if chosen else ""
    return said | {one["name"]: one.text.strip() for one in form.select("textarea[name]")}


def answer(*events):
    parts = "".join(
        f"<c:calendar-data><![CDATA[{calendar(one).decode()}]]></c:calendar-data>" for one in events
    )
    return f'<d:m xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{parts}</d:m>'.encode()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<html>Log in", "not_a_calendar"),
        (b"<!DOCTYPE x [<!ENTITY a 'aa'>]><x>&a;</x>", "not_a_calendar"),
        (answer(*[DENTIST] * 5001), "too_many"),
        (answer(DENTIST).replace(b"BEGIN:VCALENDAR", b"nothing"), "not_a_calendar"),
    ],
)
def test_an_answer_that_is_no_calendar_or_too_much_is_refused(content, problem):
    with pytest.raises(NotRead) as refused:
        busy_spans(content, "Europe/Paris", SINCE, is_answer=True)
    assert refused.value.problem == problem


def test_an_answer_is_read_in_a_process_of_its_own():
    spans = read_apart(answer(DENTIST, WEEKLY), "Europe/Paris", SINCE, is_answer=True)
    assert hours(spans)[:2] == [("02 09:00", "02 10:00"), ("02 14:00", "02 15:00")]
