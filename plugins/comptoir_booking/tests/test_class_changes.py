"""Classes that change: the room that staff choose, who gives them instead, more places and fewer."""

import pytest

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.channels.queries import channel_context
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.class_changes import change_session, rooms_of
from comptoir_booking.models import Allocation, Booking, Session
from comptoir_booking.refusals import (
    NotPossible,
    PlacesTaken,
    RoomTooSmall,
    SessionFull,
    StartNotFree,
    TeamNotFree,
)
from comptoir_booking.services import save_group, save_resource, set_pace
from comptoir_booking.sessions import book_seats, cancel_session, hold_seats, open_session
from comptoir_booking.tests.salon import at
from comptoir_booking.tests.test_api import RIGHTS, get, patch, post
from comptoir_booking.tests.test_groups import later
from comptoir_booking.waiting import join_class_list, offer_free_times

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

COACH = {"coach": {"kind": "staff"}}


@pytest.fixture
def rooms(salon):
    """A small one and a large one, of which a class with a room takes the first that is free."""
    made = {
        code: save_resource(code=code, location=salon.place, kind="room", hours="always", seats=seats)
        for code, seats in (("small", 6), ("large", 12))
    }
    save_group(code="rooms", name="Rooms", members=made.values())
    return made


@pytest.fixture
def yoga(salon):
    """A class without a room of its own, which Anna and Bela give."""
    return salon.service("yoga", 60, needs=COACH)


def open_yoga(salon, service, places=5, hour=10, **how):
    return open_session(service=service, location=salon.place, start=at(hour), places=places, **how)


def with_room(salon, rooms):
    group = rooms["small"].groups.get()
    return salon.service("dance", 60, needs={**COACH, "hall": {"group": group}})


def team(session):
    rows = Allocation.objects.filter(booking__visit=session.visit, is_active=True)
    return sorted(rows.values_list("resource__code", flat=True))


def facts(session):
    session.refresh_from_db()
    return session.places, session.taken


# --- rooms -----------------------------------------------------------------------------------------------------------


def test_staff_choose_the_room_of_a_class_and_nobody_else_gets_it(salon, rooms, yoga):
    chosen = open_yoga(salon, yoga, rooms=(rooms["large"].pk,), person_id=salon.staff["anna"].pk)

    assert (team(chosen), rooms_of(chosen)) == (["anna", "large"], [rooms["large"]])
    with pytest.raises(StartNotFree):
        open_yoga(salon, yoga, rooms=(rooms["large"].pk,), person_id=salon.staff["bela"].pk)
    assert Session.objects.count() == 1


def test_a_room_that_is_chosen_takes_the_place_of_the_one_the_class_would_get(salon, rooms):
    dance = with_room(salon, rooms)

    first = open_yoga(salon, dance, hour=10)
    chosen = open_yoga(salon, dance, hour=11, rooms=(rooms["large"].pk,))
    outside = open_yoga(salon, dance, hour=14, rooms=())

    assert [[one.code for one in rooms_of(each)] for each in (first, chosen, outside)] == [
        ["small"],
        ["large"],
        [],
    ]


def test_a_class_gets_a_room_that_is_large_enough_and_a_small_one_is_refused(salon, rooms):
    dance = with_room(salon, rooms)

    assert [one.code for one in rooms_of(open_yoga(salon, dance, places=7))] == ["large"]
    with pytest.raises(RoomTooSmall) as refused:
        open_yoga(salon, dance, places=7, hour=14, rooms=(rooms["small"].pk,))
    assert (refused.value.field, refused.value.seats, Session.objects.count()) == ("places", 6, 1)


def test_a_room_of_another_salon_is_not_free(salon, yoga):
    far = save_resource(code="far", location=salon.shop.location("lyon"), kind="room", hours="always")
    with pytest.raises(StartNotFree):
        open_yoga(salon, yoga, rooms=(far.pk,))


# --- who gives it, and where, by and by ------------------------------------------------------------------------------


def test_somebody_else_gives_a_class_in_the_same_room_and_the_first_is_free(salon, rooms, yoga):
    session = open_yoga(salon, yoga, rooms=(rooms["large"].pk,), person_id=salon.staff["anna"].pk)
    change_session(session=session, person_id=salon.staff["bela"].pk)

    assert team(session) == ["bela", "large"]
    assert book_visit(visit=salon.visit(salon.cut, person=salon.staff["anna"]), start=at(10), terms=Terms())


def test_a_class_goes_to_another_room_or_to_none_and_what_is_not_free_stays_as_it_was(salon, rooms, yoga):
    session = open_yoga(salon, yoga, rooms=(rooms["small"].pk,), person_id=salon.staff["anna"].pk)
    other = open_yoga(salon, yoga, rooms=(rooms["large"].pk,), person_id=salon.staff["bela"].pk)

    for wrong in ({"rooms": (rooms["large"].pk,)}, {"person_id": salon.staff["bela"].pk, "places": 4}):
        with pytest.raises(TeamNotFree):
            change_session(session=session, **wrong)
    assert (team(session), facts(session)) == (["anna", "small"], (5, 0))

    change_session(session=other, rooms=())
    change_session(session=session, rooms=(rooms["large"].pk,), places=12)
    assert (team(session), team(other), facts(session)) == (["anna", "large"], ["bela"], (12, 0))


def test_who_takes_longer_for_a_class_ends_it_later_for_everybody(salon, yoga):
    set_pace(service=yoga, person=salon.staff["bela"], minutes=90)
    session = open_yoga(salon, yoga, person_id=salon.staff["anna"].pk)
    [seat] = book_seats(session=session, party=1, terms=Terms())

    change_session(session=session, person_id=salon.staff["bela"].pk)

    session.refresh_from_db()
    seat.refresh_from_db()
    assert (session.ends_at, seat.ends_at, seat.sequence) == (at(11, 30), at(11, 30), 1)


# --- places ----------------------------------------------------------------------------------------------------------


def test_a_class_gets_more_places_and_never_fewer_than_are_taken(salon, yoga):
    session = open_yoga(salon, yoga)
    book_seats(session=session, party=4, terms=Terms())

    change_session(session=session, places=4)
    with pytest.raises(SessionFull):
        book_seats(session=session, party=1, terms=Terms())
    with pytest.raises(PlacesTaken) as refused:
        change_session(session=session, places=3)
    assert (refused.value.field, refused.value.taken, facts(session)) == ("places", 4, (4, 4))

    change_session(session=session, places=6)
    assert len(book_seats(session=session, party=2, terms=Terms())) == 2


def test_places_that_were_held_too_long_are_none_that_are_taken(salon, yoga):
    session = open_yoga(salon, yoga)
    book_seats(session=session, party=1, terms=Terms())
    hold_seats(session=session, party=4, terms=Terms(owner="slow"))
    with pytest.raises(PlacesTaken):
        change_session(session=session, places=2)
    with later(20):
        change_session(session=session, places=2)

    assert facts(session) == (2, 1)
    assert Booking.objects.filter(session=session, state="expired").count() == 4


def test_a_class_has_no_more_places_than_its_room(salon, rooms, yoga):
    session = open_yoga(salon, yoga, rooms=(rooms["small"].pk,))
    with pytest.raises(RoomTooSmall) as refused:
        change_session(session=session, places=7)
    assert (refused.value.field, refused.value.room, facts(session)) == ("places", "Small", (5, 0))


@pytest.mark.parametrize("places", [0, -3, 501])
def test_a_class_of_nobody_or_of_a_stadium_is_refused(salon, yoga, places):
    session = open_yoga(salon, yoga)
    with pytest.raises(InvalidValue) as refused:
        change_session(session=session, places=places)
    assert (refused.value.field, facts(session)) == ("places", (5, 0))


def test_what_is_over_or_cancelled_is_not_changed(salon, yoga):
    gone, over = open_yoga(salon, yoga), open_yoga(salon, yoga, hour=14)
    cancel_session(session=gone)
    with pytest.raises(NotPossible):
        change_session(session=gone, places=9)
    with clock.moved_to(at(16)), pytest.raises(NotPossible):
        change_session(session=over, places=9)
    assert (facts(gone), facts(over)) == ((5, 0), (5, 0))


def test_more_places_are_offered_to_who_waits(salon, yoga):
    session = open_yoga(salon, yoga, places=1)
    book_seats(session=session, party=1, terms=Terms())
    entry = join_class_list(
        channel=channel_context("booking"), session=session, name="Camille", email="camille@example.org"
    )
    with later(60):
        assert offer_free_times() == 0
        change_session(session=session, places=2)
        assert offer_free_times() == 1
    entry.refresh_from_db()
    assert (entry.state, facts(session)) == ("offered", (2, 2))


# --- over HTTP -------------------------------------------------------------------------------------------------------


def new(**more):
    return {"location": "nantes", "service": "YOGA", "start": at(10).isoformat(), "places": 5, **more}


def test_staff_open_a_class_in_a_room_and_change_it_over_http(salon, rooms, yoga, people):
    yoga.in_sessions = True
    yoga.save()
    salon.shop.settle()
    nina = people(*RIGHTS, at=[salon.place])

    made = post(nina, "bookings/sessions", new(room="small", person="anna"))
    path = f"bookings/sessions/{made.json()['id']}"
    session = Session.objects.get()
    assert (made.status_code, team(session)) == (201, ["anna", "small"])
    assert (made.json()["people"], made.json()["rooms"]) == (["Anna"], ["Small"])

    changed = patch(nina, path, {"places": 6, "person": "bela"})
    assert (changed.status_code, changed.json()["places"], team(session)) == (200, 6, ["bela", "small"])
    assert patch(nina, path, {"room": None}).json()["rooms"] == []
    assert patch(nina, path, {"room": "large"}).json()["rooms"] == ["Large"]

    book_seats(session=session, party=3, terms=Terms())
    refused = patch(nina, path, {"places": 2})
    assert (refused.status_code, refused.json()["code"]) == (409, "places_taken")
    assert (refused.json()["errors"][0]["field"], refused.json()["taken"]) == ("places", 3)
    for wrong in ({"room": "attic"}, {"person": "nobody"}, {"places": 0}, {"override": ["everything"]}):
        assert patch(nina, path, wrong).json()["errors"][0]["field"] == next(iter(wrong))
    assert facts(session) == (6, 3)


def test_classes_are_changed_at_ones_own_location_with_the_right_to(salon, yoga, people):
    session = open_yoga(salon, yoga)
    path, body = f"bookings/sessions/{session.uuid}", {"places": 9}

    elsewhere = people(*RIGHTS, at=[salon.shop.location("lyon")], name="lea")
    looks = people("view_booking", at=[salon.place], name="luc")
    assert patch(elsewhere, path, body).json()["code"] == "not_your_location"
    assert patch(looks, path, body).json()["code"] == "not_allowed"
    assert facts(session) == (5, 0)


def test_what_takes_the_time_of_a_class_is_no_appointment_to_be_moved_or_cancelled(salon, yoga, people):
    session = open_yoga(salon, yoga)
    nina, path = people(*RIGHTS, at=[salon.place]), f"bookings/{session.visit}"

    assert patch(nina, path, {"start": at(14).isoformat()}).json()["code"] == "class_itself"
    assert post(nina, f"{path}/cancel").json()["code"] == "class_itself"
    [row] = get(nina, "bookings?location=nantes&first=2027-03-02").json()["items"]
    assert (row["start"], row["state"]) == ("2027-03-02T10:00:00+01:00", "confirmed")
