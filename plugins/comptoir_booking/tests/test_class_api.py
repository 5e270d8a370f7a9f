"""Several dates of a class, and the waiting list of a full one, over HTTP."""

from uuid import uuid4

import pytest

from comptoir.channels.queries import channel_context
from comptoir_booking.changes import cancel_visit
from comptoir_booking.claims import Terms
from comptoir_booking.models import Booking, WaitEntry
from comptoir_booking.sessions import book_seats, cancel_session, open_session
from comptoir_booking.tests.salon import TUESDAY, at
from comptoir_booking.tests.test_basket import buy, line_of, states
from comptoir_booking.tests.test_groups import later, seats, state_of, taken, wait, yoga
from comptoir_booking.waiting import join_class_list, offer_free_times
from comptoir_booking.wall_time import DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

__all__ = ["yoga"]


@pytest.fixture
def weekly(salon, yoga):
    """The class of ten again, on the next two Tuesdays, with two places each."""
    return [
        yoga,
        *(
            open_session(
                service=yoga.service,
                location=salon.place,
                start=at(10, day=TUESDAY + week * 7 * DAY),
                places=2,
            )
            for week in (1, 2)
        ),
    ]


def ids(sessions):
    return [str(one.uuid) for one in sessions]


def test_several_dates_of_a_class_are_one_line_and_the_same_key_takes_them_once(web, weekly):
    basket, path = web.open("SHAMPOO")
    said = {"sessions": ids([*weekly, weekly[0]]), "party": 2, "basket": basket["token"]}

    answers = [
        web.post("sessions/holds", said, **{"Idempotency-Key": "dates-of-yoga-0001"}) for _again in range(2)
    ]

    assert (web.status, answers[0]) == (201, answers[1])
    assert [one["start"][:10] for one in answers[0]["services"][::2]] == [
        "2027-03-02",
        "2027-03-09",
        "2027-03-16",
    ]
    assert line_of(web.get(path), "YOGA")["quantity"] == 6
    assert [taken(one) for one in weekly] == [2, 2, 2]
    buy(web, basket)
    assert states() == ["confirmed"] * 9
    assert Booking.objects.filter(session__isnull=False).values("visit").distinct().count() == 3


def test_when_one_date_is_full_none_is_held_and_it_is_named(web, weekly):
    seats(weekly[1], 1)
    basket, path = web.open("SHAMPOO")

    refused = web.post("sessions/holds", {"sessions": ids(weekly), "party": 2, "basket": basket["token"]})

    assert (web.status, refused["code"], refused["left"]) == (409, "session_full", 1)
    assert refused["session"] == str(weekly[1].uuid)
    assert [taken(one) for one in weekly] == [0, 1, 0]
    assert [one["sku"] for one in web.get(path)["lines"]] == ["SHAMPOO"]


def test_dates_that_cannot_be_taken_together_are_refused_with_the_field(salon, web, weekly):
    dance = open_session(
        service=salon.service("dance", 60, needs={"coach": {"kind": "staff"}}),
        location=salon.place, start=at(14), places=5,
    )  # fmt: skip
    salon.shop.settle()
    basket, _path = web.open("SHAMPOO")
    said = {"sessions": ids(weekly), "party": 1, "basket": basket["token"]}

    for wrong, field in (
        ({"sessions": []}, "sessions"),
        ({"sessions": ids([*weekly, dance])}, "sessions"),
        ({"sessions": ["yoga"]}, "sessions"),
        ({"sessions": [str(uuid4()) for _n in range(13)]}, "sessions"),
        ({"party": 0}, "party"),
        ({"party": 21}, "party"),
        ({"basket": ""}, "basket"),
    ):
        refused = web.post("sessions/holds", {**said, **wrong})
        assert (web.status, field in refused["errors"][0]["field"]) == (422, True), (wrong, refused)
    assert web.post("sessions/holds", {**said, "sessions": [str(uuid4())]})["code"] == "not_found"
    assert [taken(one) for one in (*weekly, dance)] == [0, 0, 0, 0]


def test_who_waits_for_a_full_class_over_http_is_offered_a_place_and_takes_it_or_leaves(salon, web, weekly):
    full = weekly[1]
    booked = book_seats(session=full, party=2, terms=Terms())
    said = {"session": str(full.uuid), "name": "Camille", "email": "camille@example.org"}

    first = web.post("waiting", said, **{"Idempotency-Key": "camille-waits-0001"})
    again = web.post("waiting", said, **{"Idempotency-Key": "camille-waits-0001"})
    second = web.post("waiting", {**said, "name": "Dominique"})
    assert (web.status, first["token"], WaitEntry.objects.count()) == (201, again["token"], 2)
    assert (first["state"], first["service"], first["session"]) == ("waiting", "YOGA", str(full.uuid))

    with later(60):
        assert offer_free_times() == 0
        cancel_visit(visit=booked[0].visit)
        assert offer_free_times() == 2
        offer = web.get(f"waiting/{first['token']}")
        assert (offer["state"], offer["start"]) == ("offered", "2027-03-09T10:00:00+01:00")
        basket, path = web.open("SHAMPOO")
        assert web.post(f"waiting/{first['token']}/accept", {"basket": basket["token"]})["state"] == "taken"
        assert line_of(web.get(path), "YOGA")["quantity"] == 1
        web("DELETE", f"waiting/{second['token']}")
        assert (web.status, taken(full)) == (204, 1)
        assert web.get(f"waiting/{second['token']}")["state"] == "ended"


def test_a_class_that_is_not_there_or_does_not_take_place_is_not_waited_for(web, yoga):
    said = {"name": "Camille", "email": "camille@example.org"}

    assert web.post("waiting", {**said, "session": str(uuid4())})["code"] == "not_found"
    assert web.post("waiting", {**said, "session": "yoga"})["errors"][0]["field"].endswith("session")
    assert (
        web.post("waiting", {"name": "Camille", "session": str(yoga.uuid)})["errors"][0]["field"] == "email"
    )
    assert web.post("waiting", said)["errors"][0]["field"] == "first"
    cancel_session(session=yoga)
    refused = web.post("waiting", {**said, "session": str(yoga.uuid)})
    assert (refused["code"], refused["errors"][0]["field"]) == ("session_full", "session")
    assert WaitEntry.objects.count() == 0


def test_a_long_list_for_a_full_class_keeps_nobody_else_from_an_offer(salon, yoga):
    book_seats(session=yoga, party=10, terms=Terms())
    for name in ("Ada", "Bo"):
        join_class_list(
            session=yoga, channel=channel_context("booking"), name=name, email=f"{name}@example.org"
        )
    entry = wait(salon)
    with later(60):
        assert offer_free_times(limit=1) == 1
    assert state_of(entry) == "offered"
