"""What customers are told of their visits, when, and what is attached; calendars as strict parsers read them."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.customers.models import User
from comptoir.messaging.models import Message
from comptoir.messaging.sending import send_messages
from comptoir.testing.once import built_once
from comptoir_booking.calendars import (
    calendar_address,
    calendar_by_token,
    calendar_of_visit,
    renew_calendar_address,
)
from comptoir_booking.changes import cancel_visit, move_visit
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.marks import mark_visit
from comptoir_booking.self_service import token_of
from comptoir_booking.tests.salon import EVERY_DAY, TODAY, TUESDAY, Salon, at, today
from comptoir_booking.wall_time import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
THURSDAY = TUESDAY + 2 * DAY


@built_once
def salon(shop):
    with today():
        salon = Salon(shop, street="1 rue des Lilas", postcode="44000", city="Nantes")
        salon.person("anna")
        salon.cut = salon.service("cut", minutes=45)
        return salon


def book(salon, start, **terms):
    said = {"contact_name": "Marie", "contact_email": "marie@example.org", "locale": "en", **terms}
    return book_visit(visit=salon.visit(salon.cut), start=start, terms=Terms(**said))[0]


def told(salon, mailoutbox, moment=None):
    """The subjects of what went out by a moment, as the worker does it; each is told of once."""
    salon.shop.settle()
    mailoutbox.clear()
    with clock.moved_to(moment or clock.now()):
        while send_messages():
            pass
    return [mail.subject for mail in mailoutbox]


def test_a_booking_is_confirmed_at_once_with_an_entry_for_the_calendar(salon, mailoutbox):
    book(salon, at(10))

    assert told(salon, mailoutbox) == ["Your appointment on Tuesday 2 March at 10:00"]

    [mail] = mailoutbox
    assert mail.to == ["marie@example.org"]
    assert "10:00–10:45" in mail.body and "Anna" in mail.body and "1 rue des Lilas" in mail.body
    [(name, content, kind)] = mail.attachments
    assert (name, kind.split(";")[0]) == ("appointment.ics", "text/calendar")
    assert b"METHOD:PUBLISH" in (content if isinstance(content, bytes) else content.encode())


def test_messages_speak_the_language_that_was_said_at_the_desk(salon, mailoutbox):
    book(salon, at(10), locale="fr")
    assert told(salon, mailoutbox) == ["Votre rendez-vous du mardi 2 mars à 10:00"]


def test_moving_and_cancelling_are_told_once_each_and_the_first_hour_is_not_told_any_more(salon, mailoutbox):
    booking = book(salon, at(10))
    move_visit(visit=booking.visit, start=at(14))
    move_visit(visit=booking.visit, start=at(15))
    assert told(salon, mailoutbox) == ["Your appointment has moved to Tuesday 2 March at 15:00"]
    assert "It was on Tuesday 2 March 14:00" in mailoutbox[0].body

    cancel_visit(visit=booking.visit)
    assert told(salon, mailoutbox) == ["Your appointment on Tuesday 2 March is cancelled"]
    assert told(salon, mailoutbox) == []


def test_a_visit_is_remembered_a_day_before_once_and_thanked_for_the_day_after(
    salon, mailoutbox, capsys, settings
):
    settings.COMPTOIR_SMS_TRANSPORT = "console"
    booking = book(salon, at(10, day=THURSDAY), contact_phone="0612345678")
    told(salon, mailoutbox)

    assert told(salon, mailoutbox, at(9, 59, TUESDAY + DAY)) == []
    assert told(salon, mailoutbox, at(10, 0, TUESDAY + DAY)) == ["Reminder: Thursday 4 March at 10:00"]
    assert capsys.readouterr().out.count("SMS to 0612345678") == 1
    assert told(salon, mailoutbox, at(11, 0, TUESDAY + DAY)) == []

    with today(at(10, day=THURSDAY)):
        mark_visit(visit=booking.visit, state="arrived")
    assert told(salon, mailoutbox, at(9, 59, THURSDAY + DAY)) == []
    assert told(salon, mailoutbox, at(10, 0, THURSDAY + DAY)) == ["Thank you for your visit"]


def test_nobody_is_reminded_of_what_was_cancelled_or_thanked_for_not_coming(salon, mailoutbox):
    gone, away = (book(salon, at(hour, day=THURSDAY)) for hour in (10, 14))
    cancel_visit(visit=gone.visit)
    with today(at(14, day=THURSDAY)):
        mark_visit(visit=away.visit, state="missed")
    told(salon, mailoutbox)

    assert told(salon, mailoutbox, at(18, day=THURSDAY + 3 * DAY)) == []
    assert set(Message.objects.exclude(state="sent").values_list("state", flat=True)) == {"dropped"}


def test_a_visit_that_moved_is_reminded_of_at_its_new_hour_only(salon, mailoutbox):
    booking = book(salon, at(10, day=THURSDAY))
    move_visit(visit=booking.visit, start=at(10, day=THURSDAY + DAY))
    told(salon, mailoutbox)

    assert told(salon, mailoutbox, at(18, day=TUESDAY + DAY)) == []
    assert told(salon, mailoutbox, at(10, day=THURSDAY)) == ["Reminder: Friday 5 March at 10:00"]


def due_of(booking, kind="booking_reminder"):
    step = booking.steps.get()
    return Message.objects.get(kind=kind, subject=f"step:{step.pk}").due_at


def test_a_reminder_comes_between_eight_and_twenty_of_the_shop_whatever_the_clocks_do(salon):
    salon.person("early", weekly=[(day, "05:00", "23:00") for day in EVERY_DAY])
    salon.cut = salon.service("early-cut", minutes=30)
    sunday = date(2027, 3, 28)  # clocks go forward at two in the morning

    for start, due in (
        (at(10, day=sunday), at(9, day=sunday - DAY)),  # 24 real hours
        (at(6, day=THURSDAY), at(20, day=THURSDAY - 2 * DAY)),
        (at(21, day=THURSDAY), at(20, day=THURSDAY - DAY)),
    ):
        booking = book(salon, start)
        salon.shop.settle()
        assert due_of(booking) == due


def test_who_books_for_today_is_not_reminded(salon, mailoutbox):
    booking = book(salon, at(10))
    with clock.moved_to(TODAY):
        salon.shop.settle()
    assert (
        Message.objects.filter(kind="booking_reminder", subject=f"step:{booking.steps.get().pk}").count() == 1
    )
    with clock.moved_to(at(8)):
        later = book(salon, at(15))
        salon.shop.settle()
        assert not Message.objects.filter(
            kind="booking_reminder", subject=f"step:{later.steps.get().pk}"
        ).exists()


# --- calendars -------------------------------------------------------------------------------------------------------


def entries(content):
    """As a strict parser reads it: any error raises."""
    calendar = Calendar.from_ical(content)
    assert calendar.errors == [] and calendar["VERSION"] == "2.0"
    return calendar.walk("VEVENT")


@pytest.mark.parametrize(
    ("day", "utc_hour"), [(date(2027, 3, 27), 9), (date(2027, 3, 30), 8), (date(2027, 11, 2), 9)]
)
def test_an_entry_shows_the_right_hour_on_both_sides_of_a_clock_change(salon, day, utc_hour):
    booking = book(salon, at(10, day=day))

    [entry] = entries(calendar_of_visit(booking.visit))
    calendar = Calendar.from_ical(calendar_of_visit(booking.visit))

    assert entry["DTSTART"].params["TZID"] == "Europe/Paris"
    assert entry["DTSTART"].dt.replace(tzinfo=None) == datetime(day.year, day.month, day.day, 10)
    assert entry["DTSTART"].dt.astimezone(UTC).hour == utc_hour
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Paris"
    # The rules in the file itself say the same, for programs that know no zones.
    moment = datetime(day.year, day.month, day.day, 10, tzinfo=zone.to_tz(lookup_tzid=False))
    assert moment.astimezone(UTC).hour == utc_hour


def test_an_entry_keeps_its_name_and_its_number_goes_up(salon):
    booking = book(salon, at(10))
    seen = []
    for change in (
        None,
        lambda: move_visit(visit=booking.visit, start=at(14)),
        lambda: cancel_visit(visit=booking.visit),
    ):
        if change:
            change()
        [entry] = entries(calendar_of_visit(booking.visit))
        seen.append((str(entry["UID"]), entry["SEQUENCE"], str(entry["STATUS"])))
    assert len({uid for uid, _number, _state in seen}) == 1
    assert [one[1:] for one in seen] == [(0, "CONFIRMED"), (1, "CONFIRMED"), (2, "CANCELLED")]


def test_a_feed_of_the_team_is_read_by_its_secret_until_it_is_renewed(salon, client):
    book(salon, at(10), contact_phone="0612345678")
    channel = salon.shop.channel("booking")
    anna = salon.staff["anna"]
    address = calendar_address(channel_code=channel.code, resource=anna)
    path = address[address.index("/api/") :]

    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    [entry] = entries(answer.content)
    assert "Marie" in entry["SUMMARY"] and b"0612345678" not in answer.content

    renew_calendar_address(resource=anna)
    assert client.get(path).status_code == 404
    assert client.get(path[:-8] + "AAAA.ics").status_code == 404


def test_a_feed_of_a_customer_has_their_own_visits_alone(salon):
    marie, louise = (
        User.objects.create_user(f"{name}@example.org", "a-long-password") for name in ("marie", "louise")
    )
    book(salon, at(10), customer_id=marie.pk)
    book(salon, at(14), customer_id=louise.pk)

    address = calendar_address(channel_code="booking", user=marie)
    [entry] = entries(calendar_by_token(address.rpartition("/")[2].removesuffix(".ics")))
    assert entry["DTSTART"].dt == at(10)
    with pytest.raises(NotFound):
        calendar_by_token("nothing")


def test_a_customer_fetches_the_entry_by_the_link_of_the_visit(salon, client):
    booking = book(salon, at(10))
    channel = salon.shop.channel("booking")
    answer = client.get(f"/api/v1/{channel.code}/calendars/visits/{token_of([booking])}.ics")
    assert answer.status_code == 200
    assert len(entries(answer.content)) == 1
