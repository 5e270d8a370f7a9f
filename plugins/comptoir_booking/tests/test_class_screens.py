"""Classes in the back office: dates put on the calendar week by week, who comes, who rings up, and what does not take place."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import Booking, HoursException, Session
from comptoir_booking.services import close_on_public_holidays
from comptoir_booking.sessions import book_seats, open_session
from comptoir_booking.tests.salon import TUESDAY, at
from comptoir_booking.tests.test_calendar import DAY_URL, desk, salon

__all__ = ["desk", "salon"]

pytestmark = pytest.mark.django_db
NEW = "/admin/appointments/classes/new/"


@pytest.fixture
def yoga(salon):
    """A service that is a class, which Bela gives."""
    service = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}}, skilled=[salon.staff["bela"]])
    service.in_sessions = True
    service.save()
    return service


def said(yoga, **other):
    return {
        "at": "nantes", "service": yoga.pk, "on": f"{TUESDAY}", "time": "10:00", "places": 3, "times": 4,
        "every_weeks": 1, **other,
    }  # fmt: skip


def test_dates_are_put_on_the_calendar_and_those_on_which_nobody_can_are_said(salon, desk, yoga):
    later = at(10, day=TUESDAY + timedelta(weeks=1))
    book_visit(visit=salon.visit(salon.cut, person=salon.staff["bela"]), start=later, terms=Terms())
    text = desk.post(NEW, said(yoga), follow=True).content.decode()
    assert "3 dates sont au calendrier." in text
    assert "aucune salle n’est libre\u202f: mardi 9 mars." in text
    assert re.findall(r"(\d+) mars 10:00–11:00", text) == ["2", "16", "23"]
    answer = desk.post(NEW, said(yoga))
    assert (answer.status_code, Session.objects.count()) == (409, 3)


def test_nonsense_is_said_beside_its_field_and_opens_nothing(salon, desk, yoga):
    for wrong in (
        {"places": 0},
        {"times": 53},
        {"times": 20, "every_weeks": 8},
        {"time": "10:03"},
        {"service": salon.cut.pk},
    ):
        answer = desk.post(NEW, said(yoga, **wrong))
        assert (answer.status_code, Session.objects.count()) == (422, 0)
        assert "w-field__errors" in answer.content.decode()


def test_the_calendar_leads_to_who_comes_and_places_are_booked_for_who_rings_up(salon, desk, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    book_seats(session=session, party=2, terms=Terms(contact_name="Camille"))
    url = f"/admin/appointments/classes/{session.uuid}/"
    day = desk.get(DAY_URL).content.decode()
    assert url in day and "Cours, 2 places sur 3" in day

    text = desk.get(url).content.decode()
    assert "Camille" in text and "2 places sur 3" in text and "Bela" in text
    answer = desk.post(url, {"name": "Zoe", "party": 2})
    assert answer.status_code == 409 and "Places restantes\u202f: 1." in answer.content.decode()
    text = desk.post(url, {"name": "Zoe", "party": 1}, follow=True).content.decode()
    assert "Zoe" in text and "3 places sur 3" in text
    assert Booking.objects.filter(session=session, state="confirmed").count() == 3


def test_a_class_that_does_not_take_place_gives_everybody_their_place_back(salon, desk, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    book_seats(session=session, party=2, terms=Terms(contact_name="Camille"))
    desk.post(f"/admin/appointments/classes/{session.uuid}/", {"do": "cancel"})
    session.refresh_from_db()
    assert (session.is_cancelled, session.taken) == (True, 0)
    assert "Aucun cours au calendrier ici." in desk.get("/admin/appointments/classes/").content.decode()


def test_a_party_says_in_the_calendar_how_many_they_are(salon, desk):
    [booked] = book_visit(visit=salon.visit(salon.cut), start=at(10), terms=Terms(contact_name="Camille"))
    assert "Camille, " not in desk.get(DAY_URL).content.decode()
    Booking.objects.filter(pk=booked.pk).update(party=4)
    assert "Camille, 4 personnes" in desk.get(DAY_URL).content.decode()


def test_each_service_of_the_list_can_be_opened(salon, admin_client):
    page = admin_client.get("/admin/services/").content.decode()
    assert (
        f"/admin/services/edit/{salon.cut.pk}/" in page and f"/admin/services/edit/{salon.colour.pk}/" in page
    )


def test_public_holidays_are_named_in_the_language_of_who_closes_on_them(salon):
    salon.place.country = "FR"
    with translation.override("fr"):
        close_on_public_holidays(location=salon.place, year=2027)
    assert HoursException.objects.get(first_day="2027-12-25").reason == "Noël"
