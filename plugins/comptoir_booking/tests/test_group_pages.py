"""Classes, recurring visits and the waiting list on their pages, without JavaScript."""

import re
from datetime import timedelta

import pytest

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.channels.queries import forget_contexts
from comptoir.messaging.sending import send_messages
from comptoir_booking.changes import cancel_visit
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.class_dates import open_sessions
from comptoir_booking.models import Booking, Session, WaitEntry
from comptoir_booking.refusals import SessionFull
from comptoir_booking.self_service import token_of
from comptoir_booking.sessions import book_seats, cancel_session, move_seats, open_session
from comptoir_booking.tests.salon import TODAY, TUESDAY, at
from comptoir_booking.tests.test_pages import CHOSEN, salon, visitor
from comptoir_booking.waiting import offer_free_times, wait_token

__all__ = ["salon", "visitor"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
NEXT_TUESDAY = TUESDAY + timedelta(weeks=1)


# --- classes ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def yoga(salon):
    """A class of three that Bela gives on a Tuesday at ten, and a week later."""
    service = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}}, skilled=[salon.staff["bela"]])
    made = [
        open_session(service=service, location=salon.place, start=at(10, day=day), places=3)
        for day in (TUESDAY, NEXT_TUESDAY)
    ]
    salon.shop.settle()
    forget_contexts()
    return made


def taken(session):
    return Session.objects.get(pk=session.pk).taken


def test_a_class_has_its_own_page_and_does_not_stand_among_the_appointments(visitor, yoga):
    text = visitor.get("booking/")
    assert "YOGA" not in text and "/web/en/booking/classes" in text

    shown = visitor.get("booking/classes")
    for words in (
        "Tuesday 2 March at 10:00",
        "Tuesday 9 March at 10:00",
        "with Bela",
        "3 places left",
        "€49.90",
    ):
        assert words in shown
    visitor.get("booking/", service="YOGA")
    assert visitor.answer["Location"] == "/web/en/booking/classes?service=YOGA"


def test_places_go_into_the_basket_as_one_line_and_no_more_than_there_are(visitor, yoga):
    path = f"booking/classes/{yoga[0].uuid}"
    assert visitor.post(path, party="0") and visitor.status == 422
    visitor.post(path, party="2")
    basket = visitor.followed()
    assert basket.count("Tuesday 2 March at 10:00 with Bela") == 1
    assert (taken(yoga[0]), "Places left: 1." in visitor.post(path, party="2")) == (2, True)
    assert (visitor.status, taken(yoga[0])) == (409, 2)


def test_a_full_class_is_shown_and_cannot_be_booked(visitor, yoga):
    book_seats(session=yoga[0], party=3, terms=Terms())
    text = visitor.get("booking/classes")
    assert f'classes/{yoga[0].uuid}"' not in text and f'classes/{yoga[1].uuid}"' in text
    assert "full" in text


def test_places_are_moved_to_another_date_by_their_link_all_of_them_or_none(visitor, yoga):
    booked = book_seats(session=yoga[0], party=2, terms=Terms(contact_name="Camille"))
    link = f"booking/visits/{token_of(booked)}"
    assert "Yoga, 2 places with Bela" in visitor.get(link)
    assert str(yoga[1].uuid) in visitor.get(f"{link}/move")

    visitor.post(f"{link}/move", session=str(yoga[1].uuid), sequence="0")
    assert "Your appointment has been moved." in visitor.followed()
    assert (taken(yoga[0]), taken(yoga[1])) == (0, 2)
    assert {(one.starts_at, one.sequence) for one in Booking.objects.filter(session=yoga[1])} == {
        (yoga[1].starts_at, 1)
    }

    book_seats(session=yoga[0], party=2, terms=Terms())
    with pytest.raises(SessionFull):
        move_seats(visit=booked[0].visit, session=yoga[0])
    assert str(yoga[0].uuid) not in visitor.get(f"{link}/move")
    assert (taken(yoga[0]), taken(yoga[1])) == (2, 2)

    visitor.post(f"{link}/cancel", sequence="1")
    assert taken(yoga[1]) == 0


def test_somebody_comes_to_several_dates_of_a_weekly_class_as_one_line(visitor, yoga):
    book_seats(session=yoga[1], party=2, terms=Terms())
    path = f"booking/classes/{yoga[0].uuid}/dates"
    assert path in visitor.get("booking/classes")
    shown = visitor.get(path)
    assert "2 of 2 dates are free." in shown and "1 place left" in shown

    both = [str(one.uuid) for one in yoga]
    assert "Places left: 1." in visitor.post(path, session=both, party="2")
    assert (visitor.status, taken(yoga[0]), taken(yoga[1])) == (409, 0, 2)
    visitor.post(path, session=both, party="1")
    basket = visitor.followed()
    assert (
        "Tuesday 2 March at 10:00" in basket and "Tuesday 9 March at 10:00" in basket and "€99.80" in basket
    )
    assert (taken(yoga[0]), taken(yoga[1])) == (1, 3)
    held = Booking.objects.filter(state="held")
    assert (len({one.visit for one in held}), len({one.series for one in held})) == (2, 1)


def test_no_date_and_no_place_are_asked_for_again(visitor, yoga):
    path = f"booking/classes/{yoga[0].uuid}/dates"
    assert "Choose at least one date." in visitor.post(path, party="1") and visitor.status == 422
    assert "Choose how many places." in visitor.post(path, session=str(yoga[0].uuid), party="x")
    visitor.post(path, session="nonsense", party="1")
    assert visitor.status == 422 and taken(yoga[0]) == 0


def test_who_waits_for_a_full_class_is_offered_the_place_that_becomes_free_and_it_is_kept(visitor, yoga):
    booked = book_seats(session=yoga[0], party=3, terms=Terms(contact_name="Zoe"))
    path = f"booking/classes/{yoga[0].uuid}/wait"
    assert path in visitor.get("booking/classes")
    assert "Tuesday 2 March at 10:00" in visitor.get(path)
    assert "This field is required." in visitor.post(path, name="", email="c@example.org")
    visitor.post(path, name="Camille", email="camille@example.org")
    link = visitor.answer["Location"].removeprefix("/web/en/")
    assert "You are on the waiting list" in visitor.followed() and "Tuesday 2 March at 10:00" in visitor.text
    entry = WaitEntry.objects.get()
    assert (entry.session, entry.locale, offer_free_times()) == (yoga[0], "en", 0)

    cancel_visit(visit=booked[0].visit)
    book_seats(session=yoga[0], party=2, terms=Terms())
    with clock.moved_to(TODAY + timedelta(hours=2)):
        assert offer_free_times() == 1
        assert taken(yoga[0]) == 3
        with pytest.raises(SessionFull):
            book_seats(session=yoga[0], party=1, terms=Terms())
        assert "We keep it for you until" in visitor.get(link)
        visitor.post(f"{link}/accept")
        assert "Tuesday 2 March at 10:00 with Bela" in visitor.followed()
    assert (taken(yoga[0]), WaitEntry.objects.get().state) == (3, "taken")


def test_nobody_waits_for_a_class_that_does_not_take_place(visitor, yoga):
    book_seats(session=yoga[0], party=3, terms=Terms())
    path = f"booking/classes/{yoga[0].uuid}/wait"
    visitor.post(path, name="Camille", email="camille@example.org")
    cancel_session(session=yoga[0])
    assert visitor.get(path) == "" and visitor.answer["Location"] == "/web/en/booking/classes"
    with clock.moved_to(TODAY + timedelta(hours=2)):
        assert (offer_free_times(), WaitEntry.objects.get().state) == (0, "ended")


def test_a_class_is_opened_for_many_weeks_and_the_dates_on_which_nobody_can_are_said(salon):
    service = salon.service("pilates", 60, needs={"coach": {"kind": "staff"}}, skilled=[salon.staff["anna"]])
    book_visit(
        visit=salon.visit(salon.cut, person=salon.staff["anna"]),
        start=at(10, day=NEXT_TUESDAY),
        terms=Terms(),
    )
    asked = {"service": service, "location": salon.place, "start": at(10), "places": 8}
    opened, missed = open_sessions(**asked, times=4)
    assert [one.starts_at for one in opened] == [at(10, day=TUESDAY + timedelta(weeks=n)) for n in (0, 2, 3)]
    assert missed == [at(10, day=NEXT_TUESDAY)]
    assert open_sessions(**asked, times=1) == ([], [at(10)])
    for wrong in ({"times": 0}, {"times": 53}, {"times": 27, "every_weeks": 2}):
        with pytest.raises(InvalidValue):
            open_sessions(**asked, **wrong)
    assert Session.objects.count() == 3


# --- recurring visits ------------------------------------------------------------------------------------------------


def test_a_series_shows_which_dates_are_free_and_puts_those_chosen_into_the_basket(visitor, salon):
    for person in salon.staff.values():
        book_visit(visit=salon.visit(salon.cut, person=person), start=at(10, day=NEXT_TUESDAY), terms=Terms())
    rhythm = {**CHOSEN, "every": "1", "times": "3"}
    text = visitor.get("booking/times", **rhythm, day="2027-03-02")
    assert 'method="get" action="/web/en/booking/series"' in text

    shown = visitor.get("booking/series", **rhythm, start=at(10).isoformat())
    assert "2 of 3 dates are free." in shown
    free = re.findall(r'name="start" value="([^"]+)" checked', shown)
    near = re.findall(r'name="start-2" value="(2027[^"]+)"', shown)
    assert free == [at(10).isoformat(), at(10, day=TUESDAY + timedelta(weeks=2)).isoformat()]
    assert at(9, day=NEXT_TUESDAY).isoformat() in near and at(10, day=NEXT_TUESDAY).isoformat() not in near

    visitor.post("booking/series", **rhythm, start=free, **{"start-2": at(9, day=NEXT_TUESDAY).isoformat()})
    assert "at 10:00" in visitor.followed()
    held = Booking.objects.filter(state="held").order_by("starts_at")
    assert [one.starts_at for one in held] == [
        at(10),
        at(9, day=NEXT_TUESDAY),
        at(10, day=TUESDAY + timedelta(weeks=2)),
    ]
    assert len({one.series for one in held}) == 1


def test_a_basket_shows_three_of_many_dates_and_the_others_behind_a_word(visitor, salon):
    weekly = [at(10, day=TUESDAY + timedelta(weeks=week)).isoformat() for week in range(6)]
    visitor.post("booking/series", **CHOSEN, every="1", times="6", start=weekly)

    said = visitor.followed()
    shown, _summary, rest = said.partition("<summary>and 3 more</summary>")
    assert "16 March at 10:00" in shown and "23 March at 10:00" not in shown
    assert rest.count("<li>Tuesday ") == 3


def test_when_one_date_is_taken_meanwhile_nothing_is_held_and_the_dates_are_shown_again(visitor, salon):
    for person in salon.staff.values():
        book_visit(visit=salon.visit(salon.cut, person=person), start=at(10), terms=Terms())
    starts = [at(10).isoformat(), at(11).isoformat()]
    text = visitor.post("booking/series", **CHOSEN, every="1", times="2", start=starts)
    assert (visitor.status, "not free any more" in text) == (409, True)
    assert not Booking.objects.filter(state="held").exists()


# --- the waiting list ------------------------------------------------------------------------------------------------


@pytest.fixture
def full(salon):
    """Tuesday, on which Anna has no time left."""
    visit = salon.visit(salon.cut, person=salon.staff["anna"])
    return [
        book_visit(visit=visit, start=at(hour), terms=Terms())[0] for hour in (9, 10, 11, 13, 14, 15, 16, 17)
    ]


ANNA = {**CHOSEN, "person": "anna"}
CAMILLE = {"first": "2027-03-02", "last": "2027-03-02", "name": "Camille", "email": "camille@example.org"}


def test_a_full_day_leads_to_the_list_and_an_offer_to_the_basket(visitor, full, salon):
    assert "booking/wait?location=nantes&amp;person=anna&amp;service=CUT&amp;day=2027-03-02" in visitor.get(
        "booking/times", **ANNA, day="2027-03-02"
    )
    visitor.post("booking/wait", **ANNA, **CAMILLE)
    assert "You are on the waiting list" in visitor.followed()
    entry = WaitEntry.objects.get()
    link = f"booking/waiting/{wait_token(entry)}"

    cancel_visit(visit=full[4].visit)
    with clock.moved_to(TODAY + timedelta(minutes=60)):
        assert offer_free_times() == 1
        assert "Tuesday 2 March at 14:00" in visitor.get(link)
        visitor.post(f"{link}/accept")
        assert "Tuesday 2 March at 14:00 with Anna" in visitor.followed()
    assert "You took the time" in visitor.get(link)


def send_all(salon):
    salon.shop.settle()
    while send_messages():
        pass


def test_they_are_written_to_when_they_join_and_for_each_offer_with_the_link(
    visitor, full, salon, mailoutbox
):
    visitor.post("booking/wait", **ANNA, **CAMILLE)
    send_all(salon)
    cancel_visit(visit=full[4].visit)
    with clock.moved_to(TODAY + timedelta(minutes=60)):
        offer_free_times()
        send_all(salon)
    with clock.moved_to(TODAY + timedelta(minutes=121)):
        offer_free_times()
        offer_free_times()
        send_all(salon)

    joined, *offered = (one for one in mailoutbox if one.to == ["camille@example.org"])
    assert joined.subject == "You are on the waiting list: Cut, Tuesday 2 March"
    assert [one.subject for one in offered] == ["A time is free: Tuesday 2 March at 14:00"] * 2
    link = f"/web/en/booking/waiting/{wait_token(WaitEntry.objects.get())}"
    assert all(link in one.body for one in (joined, *offered))


def test_the_list_is_left_by_the_link_and_a_wrong_one_opens_nothing(visitor, full):
    visitor.post("booking/wait", **ANNA, **CAMILLE)
    link = f"booking/waiting/{wait_token(WaitEntry.objects.get())}"
    visitor.post(f"{link}/leave")
    assert "You are not on the list any more" in visitor.followed()
    assert WaitEntry.objects.get().state == "ended"
    assert visitor.post(f"{link}/accept") and visitor.status == 409
    visitor.get(f"{link[:-1]}x")
    assert visitor.status == 404


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"email": "camille"}, "valid email"),
        ({"last": "2027-03-01", "first": "2027-03-02"}, "not before the first one"),
        ({"last": "2026-03-01", "first": "2026-03-01"}, "not over"),
        ({"last": "2028-03-01"}, "Two months"),
        ({"name": "a\0b"}, "Null characters"),
    ],
)
def test_what_cannot_be_waited_for_is_said_beside_its_field(visitor, full, said, words):
    text = visitor.post("booking/wait", **ANNA, **{**CAMILLE, **said})
    assert (visitor.status, words in text) == (422, True)
    assert not WaitEntry.objects.exists()
