"""Classes in the back office: dates put on the calendar week by week, who comes, who rings up, and what does not take place."""

import re
from datetime import timedelta

import pytest
from django.utils import translation

from comptoir.base import clock
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import Booking, HoursException, Session
from comptoir_booking.services import close_on_public_holidays, save_resource
from comptoir_booking.sessions import book_seats, open_session
from comptoir_booking.tests.salon import PARIS, TUESDAY, at
from comptoir_booking.tests.test_calendar import DAY_URL, desk, salon, staff_of

__all__ = ["desk", "salon"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
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
    assert re.findall(r"(\d+) mars<br>10:00–11:00", text) == ["2", "16", "23"]
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


# --- the room, who gives it, more places ---------------------------------------------------------------------------


@pytest.fixture
def halls(salon):
    """A small and a large one."""
    return {
        code: save_resource(code=code, location=salon.place, kind="room", hours="always", seats=seats)
        for code, seats in (("small", 4), ("large", 20))
    }


def team_of(session):
    rows = Booking.objects.get(visit=session.visit).allocations.filter(is_active=True)
    return sorted(rows.values_list("resource__code", flat=True))


def change(client, session, **said):
    """The form of a class as it stands, with what is said else; it follows to where that leads."""
    session.refresh_from_db()
    start = session.starts_at.astimezone(PARIS)
    now = {"on": f"{start:%Y-%m-%d}", "time": f"{start:%H:%M}", "places": session.places}
    url = f"/admin/appointments/classes/{session.uuid}/change/"
    return client.post(url, {**now, **said}, follow=True)


def test_staff_choose_the_room_of_a_class_and_are_told_when_it_is_too_small_or_taken(
    salon, desk, yoga, halls
):
    assert "Small (pour 4)" in desk.get(f"{NEW}?at=nantes").content.decode()

    too_small = desk.post(NEW, said(yoga, room="small", places=5))
    assert too_small.status_code == 409 and "Small est pour 4 personnes" in too_small.content.decode()
    desk.post(NEW, said(yoga, room="large", times=1))
    session = Session.objects.get()
    assert team_of(session) == ["bela", "large"]

    again = desk.post(NEW, said(yoga, room="large", times=1))
    text = again.content.decode()
    assert (
        again.status_code == 409
        and "Large est pris à ce moment." in text
        and "Bela est pris à ce moment." in text
    )
    assert desk.post(NEW, said(yoga, room="attic", times=1)).status_code == 422
    assert Session.objects.count() == 1


def test_a_salon_without_rooms_is_asked_for_none(salon, desk, yoga):
    assert 'name="room"' not in desk.get(f"{NEW}?at=nantes").content.decode()


def test_a_class_gets_another_teacher_room_and_more_places_from_its_screen(salon, desk, yoga, halls):
    yoga.skilled.add(salon.staff["anna"])
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    book_seats(session=session, party=3, terms=Terms(contact_name="Camille"))
    [before] = team_of(session)
    other = {"anna": "bela", "bela": "anna"}[before]

    text = change(desk, session, tell="yes", places=5, person=other, room="large").content.decode()
    assert "Le cours est modifié." in text and "3 places sur 5" in text
    assert team_of(session) == sorted([other, "large"])

    for wrong, status, words in (
        ({"places": 2}, 409, "3 places sont déjà prises"),
        ({"places": 5, "room": "small"}, 409, "Small est pour 4 personnes"),
        ({"places": 0}, 422, "w-field__errors"),
        ({"places": 5, "person": "nobody"}, 422, "w-field__errors"),
    ):
        answer = change(desk, session, **wrong)
        assert (answer.status_code, words in answer.content.decode()) == (status, True)
    session.refresh_from_db()
    assert (session.places, team_of(session)) == (5, sorted([other, "large"]))

    change(desk, session, places=3, room="*")
    assert team_of(session) == [other]


def test_a_class_is_moved_once_it_was_said_how_many_are_told_and_who_cannot_be(salon, desk, yoga, settings):
    settings.COMPTOIR_SMS_TRANSPORT = ""
    session = open_session(service=yoga, location=salon.place, start=at(10), places=6)
    for name, email, phone in (
        ("Camille", "camille@example.org", ""), ("Zoe", "zoe@example.org", "0612345678"), ("Ines", "", "0698765432")
    ):  # fmt: skip
        terms = Terms(contact_name=name, contact_email=email, contact_phone=phone)
        book_seats(session=session, party=2, terms=terms)
    page = desk.get(f"/admin/appointments/classes/{session.uuid}/change/").content.decode()
    assert 'value="2027-03-02"' in page and 'value="10:00"' in page

    asked = change(desk, session, time="14:00", sequence=0)
    text = asked.content.decode()
    assert asked.status_code == 200 and "2 clients seront prévenus" in text
    assert "mardi 2 mars à 10:00" in text and "mardi 2 mars à 14:00" in text
    assert "Ines" in text and "tel:0698765432" in text and "tel:0612345678" not in text
    assert 'name="time" value="14:00' in text
    session.refresh_from_db()
    assert session.starts_at == at(10)

    done = change(desk, session, time="14:00", sequence=0, tell="yes").content.decode()
    assert "2 clients sont prévenus" in done and "mardi 2 mars à 14:00" in done.lower()
    session.refresh_from_db()
    assert session.starts_at == at(14)
    late = change(desk, session, time="16:00", sequence=0, tell="yes")
    assert (late.status_code, "modifié entre-temps" in late.content.decode()) == (412, True)


def test_places_of_a_class_are_said_once_and_lead_to_the_class(salon, desk, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=6)
    seats = book_seats(session=session, party=2, terms=Terms(contact_name="Camille"))
    url = f"/admin/appointments/{seats[0].visit}/"
    text = desk.get(url).content.decode()
    assert text.count(", 2 places</th><td>Bela</td>") == 1
    assert f'href="/admin/appointments/classes/{session.uuid}/"' in text and f"{url}move/" not in text


def test_a_class_that_nobody_comes_to_moves_without_a_question(salon, desk, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    assert "Le cours est modifié." in change(desk, session, time="14:00").content.decode()
    session.refresh_from_db()
    assert session.starts_at == at(14)


def test_where_a_class_cannot_move_to_it_is_said_why_and_other_times_are_buttons(salon, desk, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    book_seats(session=session, party=1, terms=Terms(contact_name="Camille", contact_email="c@example.org"))
    book_visit(visit=salon.visit(salon.cut, person=salon.staff["bela"]), start=at(14), terms=Terms())

    refused = change(desk, session, time="14:00", tell="yes")
    text = refused.content.decode()
    assert refused.status_code == 409 and "Bela est pris à ce moment." in text
    [*times] = re.findall(r'name="take" value="([^"]+)"', text)
    assert len(times) == 3
    for said, field, status in (
        ({"time": "14:03"}, "time", 422),
        ({"on": "9999-12-31"}, "on", 422),
        ({"on": "2027-02-01"}, "__all__", 422),
        ({"outside_hours": "on"}, "reason", 422),
    ):
        answer = change(desk, session, tell="yes", **said)
        assert answer.status_code == status
        assert list(answer.context["form"].errors) == [field]
    session.refresh_from_db()
    assert session.starts_at == at(10)

    change(desk, session, time="14:00", take=times[0], tell="yes")
    session.refresh_from_db()
    assert f"{session.starts_at.astimezone(PARIS):%Y-%m-%dT%H:%M}" == times[0]


def test_in_the_gap_of_the_clocks_a_class_is_at_the_first_instant_after_it(salon, desk, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    said = {"on": "2027-03-28", "time": "02:30", "outside_hours": "on", "reason": "Nuit blanche"}
    change(desk, session, **said)
    session.refresh_from_db()
    assert session.wall_start == "2027-03-28T03:00+02:00"


def test_a_class_that_has_begun_can_have_more_places_and_no_other_time(salon, desk, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    with clock.moved_to(at(10, 30)):
        page = desk.get(f"/admin/appointments/classes/{session.uuid}/change/").content.decode()
        assert 'name="time"' not in page
        change(desk, session, time="14:00", places=5)
    session.refresh_from_db()
    assert (session.starts_at, session.places) == (at(10), 5)


def test_who_may_only_look_changes_no_class(salon, client, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    client.force_login(staff_of(salon, "view_booking", "add_booking"))
    url = f"/admin/appointments/classes/{session.uuid}/"

    assert change(client, session, places=9).redirect_chain == [("/admin/", 302)]
    assert client.get(f"{url}change/")["Location"] == "/admin/"
    assert f"{url}change/" not in client.get(url).content.decode()
    session.refresh_from_db()
    assert session.places == 3


def test_what_takes_the_time_of_a_class_leads_to_the_class(salon, desk, yoga):
    session = open_session(service=yoga, location=salon.place, start=at(10), places=3)
    for path in ("", "move/"):
        answer = desk.get(f"/admin/appointments/{session.visit}/{path}")
        assert (answer.status_code, answer["Location"]) == (
            302,
            f"/admin/appointments/classes/{session.uuid}/",
        )
