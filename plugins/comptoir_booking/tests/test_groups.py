"""Classes with places, recurring visits, the waiting list."""

from datetime import date, datetime, timedelta

import pytest

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.channels.queries import channel_context
from comptoir_booking.changes import cancel_visit, confirm_holds, move_visit
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import Booking, WaitEntry
from comptoir_booking.ordered import cancel_booked
from comptoir_booking.refusals import SeatsStay, SessionFull
from comptoir_booking.self_service import token_of
from comptoir_booking.series import book_series, series_starts
from comptoir_booking.sessions import book_seats, cancel_session, free_sessions, hold_seats, open_session
from comptoir_booking.tests.salon import PARIS, TODAY, TUESDAY, at
from comptoir_booking.tests.test_basket import buy, hold, is_free, line_of, states
from comptoir_booking.waiting import (
    entry_for,
    join_waiting_list,
    leave_waiting_list,
    offer_free_times,
    wait_token,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def yoga(salon):
    """A class of ten on Tuesday at ten."""
    service = salon.service("yoga", 60, needs={"coach": {"kind": "staff"}})
    made = open_session(service=service, location=salon.place, start=at(10), places=10)
    salon.shop.settle()
    return made


def taken(session):
    session.refresh_from_db()
    return session.taken


def seats(session, party, owner=""):
    return hold_seats(session=session, party=party, terms=Terms(owner=owner))


def later(minutes):
    return clock.moved_to(TODAY + timedelta(minutes=minutes))


# --- classes ---------------------------------------------------------------------------------------------------------


def test_a_class_takes_its_coach_once_and_its_places_one_by_one(salon, yoga):
    seats(yoga, 3, "a")
    book_seats(session=yoga, party=6, terms=Terms())

    assert taken(yoga) == 9
    assert Booking.objects.filter(session=yoga).count() == 9
    assert [one.left for one in free_sessions(yoga.service_id, salon.place, TUESDAY, 1)] == [1]
    with pytest.raises(SessionFull) as refused:
        seats(yoga, 2, "b")
    assert (refused.value.left, taken(yoga)) == (1, 9)


@pytest.mark.parametrize("party", [0, -1, 50])
def test_a_party_of_nobody_or_of_a_bus_is_refused_with_the_field(yoga, party):
    with pytest.raises(InvalidValue) as refused:
        seats(yoga, party)

    assert (refused.value.field, taken(yoga)) == ("party", 0)


def test_places_that_were_held_too_long_go_to_who_wants_them_and_a_late_payment_wins_before(yoga):
    seats(yoga, 10, "slow")
    with later(20):
        confirm_holds(owners=["slow"])
    seats_of_nobody = Booking.objects.filter(session=yoga, state="confirmed").count()
    assert (seats_of_nobody, taken(yoga)) == (10, 10)

    [first, *_others] = Booking.objects.filter(session=yoga)
    cancel_visit(visit=first.visit)
    assert taken(yoga) == 0
    seats(yoga, 10, "slow again")
    with later(20):
        seats(yoga, 4, "quick")
    assert taken(yoga) == 4
    assert Booking.objects.filter(session=yoga, state="expired").count() == 10


def test_places_of_a_class_are_a_line_of_the_order_and_one_of_them_can_be_cancelled(salon, web, yoga):
    basket, path = web.open("SHAMPOO")
    held = web.post(f"sessions/{yoga.uuid}/holds", {"party": 2, "basket": basket["token"]})
    line = line_of(web.get(path), "YOGA")
    buy(web, basket)

    assert (len(held["services"]), line["quantity"], web.status) == (2, 2, 200)
    assert (taken(yoga), states()) == (2, ["confirmed", "confirmed", "confirmed"])
    one = Booking.objects.filter(session=yoga).first()
    cancel_booked(visit=one.visit)
    salon.shop.settle()
    assert taken(yoga) == 0


def test_a_line_with_fewer_pieces_gives_its_places_back(web, yoga):
    basket, path = web.open("SHAMPOO")
    web.post(f"sessions/{yoga.uuid}/holds", {"party": 3, "basket": basket["token"]})

    web("PATCH", f"{path}/lines/{line_of(web.get(path), 'YOGA')['id']}", {"quantity": 1})
    assert taken(yoga) == 1
    web("DELETE", path)
    assert taken(yoga) == 0


def test_a_class_is_told_with_its_places_and_is_no_free_time(salon, web, yoga):
    seats(yoga, 4)

    [shown] = web.get("sessions?location=nantes&service=YOGA&first=2027-03-02")["items"]
    web.get("appointments/starts?location=nantes&service=YOGA&first=2027-03-02")

    assert (shown["left"], shown["start"], web.status) == (6, "2027-03-02T10:00:00+01:00", 422)


def test_a_place_is_not_moved_and_a_class_that_does_not_take_place_frees_its_coach(salon, yoga):
    [place] = book_seats(session=yoga, party=1, terms=Terms())
    coach = Booking.objects.get(visit=yoga.visit).allocations.get().resource

    with pytest.raises(SeatsStay):
        move_visit(visit=place.visit, start=at(14))
    assert cancel_session(session=yoga) == 1
    salon.shop.settle()

    assert (states(), taken(yoga)) == (["cancelled", "cancelled"], 0)
    assert book_visit(visit=salon.visit(salon.cut, person=coach), start=at(10), terms=Terms())
    with pytest.raises(SessionFull):
        seats(yoga, 1)


def test_a_place_is_moved_over_http_to_another_date_of_its_class_and_to_no_other_thing(salon, web, yoga):
    later_one = open_session(service=yoga.service, location=salon.place, start=at(14), places=1)
    [place] = book_seats(session=yoga, party=1, terms=Terms())
    path = f"bookings/self/{token_of([place])}"

    assert web.get(path)["move"]["is_possible"]
    moved = web.post(f"{path}/move", {"session": str(later_one.uuid)})
    assert (web.status, moved["bookings"][0]["start"], moved["sequence"]) == (
        200,
        "2027-03-02T14:00:00+01:00",
        1,
    )
    assert (taken(yoga), taken(later_one)) == (0, 1)

    assert web.post(f"{path}/move", {"start": at(16).isoformat()})["code"] == "seats_stay"
    assert web.post(f"{path}/move", {})["errors"][0]["field"] == "start"
    dance = open_session(
        service=salon.service("dance", 60, needs={"coach": {"kind": "staff"}}),
        location=salon.place, start=at(16), places=5,
    )  # fmt: skip
    assert web.post(f"{path}/move", {"session": str(dance.uuid)})["errors"][0]["field"] == "session"
    assert (taken(later_one), taken(dance)) == (1, 0)


# --- series ----------------------------------------------------------------------------------------------------------


def test_a_series_keeps_its_time_on_the_wall_when_the_clocks_change(salon):
    """Summer time begins on 28 March 2027."""
    start = at(10, day=date(2027, 3, 16))

    made = book_series(visit=salon.visit(salon.cut), start=start, terms=Terms(), every_weeks=1, times=3)

    assert [one.wall_start for one in made.bookings] == [
        "2027-03-16T10:00+01:00", "2027-03-23T10:00+01:00", "2027-03-30T10:00+02:00",
    ]  # fmt: skip
    assert {one.series for one in made.bookings} == {made.uuid}


def test_a_series_that_meets_the_gap_begins_at_the_first_instant_after_it():
    start = datetime(2027, 3, 21, 2, 30, tzinfo=PARIS)

    starts = series_starts(start, "Europe/Paris", every_weeks=1, times=3)

    assert [f"{one.astimezone(PARIS):%d %H:%M}" for one in starts] == ["21 02:30", "28 03:00", "04 02:30"]


def test_what_of_a_series_is_not_free_is_said_and_the_rest_is_booked_or_nothing(salon):
    anna = salon.visit(salon.cut, person=salon.staff["anna"])
    book_visit(visit=anna, start=at(10, day=date(2027, 3, 9)), terms=Terms())
    how = {"visit": anna, "start": at(10), "terms": Terms(), "every_weeks": 1, "times": 3}

    whole = book_series(**how, only_whole=True)
    made = book_series(**how)

    assert (len(whole.bookings), [one.start for one in whole.missed]) == (0, [at(10, day=date(2027, 3, 9))])
    assert [one.starts_at for one in made.bookings] == [at(10), at(10, day=date(2027, 3, 16))]
    assert len(made.missed[0].alternatives) == 3
    assert Booking.objects.count() == 3


def test_a_series_in_a_basket_is_a_line_and_counts_as_one_hold(salon, web):
    basket, path = web.open("SHAMPOO")
    said = {"location": "nantes", "services": ["CUT"], "start": at(10).isoformat(), "basket": basket["token"]}

    made = web.post("series", {**said, "every_weeks": 2, "times": 6})
    hold(web, basket["token"], 14)

    assert (len(made["starts"]), made["missed"]) == (6, [])
    assert line_of(web.get(path), "CUT")["quantity"] == 7


@pytest.mark.parametrize(
    ("field", "value"), [("times", 1), ("times", 13), ("every_weeks", 0), ("every_weeks", 9)]
)
def test_a_series_has_sensible_bounds(web, salon, field, value):
    basket, _path = web.open("SHAMPOO")
    said = {"location": "nantes", "services": ["CUT"], "start": at(10).isoformat(), "basket": basket["token"]}

    refused = web.post("series", {**said, "every_weeks": 1, "times": 2, field: value})

    assert (web.status, refused["errors"][0]["field"], Booking.objects.count()) == (422, field, 0)


# --- the waiting list ------------------------------------------------------------------------------------------------


def wait(salon, name="Camille", **more):
    return join_waiting_list(
        channel=channel_context("booking"), location=salon.place, service_id=salon.cut.pk, first_day=TUESDAY,
        last_day=TUESDAY, name=name, email=f"{name.lower()}@example.org",
        person_id=salon.staff["anna"].pk, **more,
    )  # fmt: skip


def anna_is_full(salon):
    visit = salon.visit(salon.cut, person=salon.staff["anna"])
    return {
        hour: book_visit(visit=visit, start=at(hour), terms=Terms())[0]
        for hour in (9, 10, 11, 13, 14, 15, 16, 17)
    }


def state_of(entry):
    entry.refresh_from_db()
    return entry.state


def test_who_waited_longest_is_offered_what_becomes_free_and_nobody_else(salon, web):
    booked = anna_is_full(salon)
    first, second = wait(salon), wait(salon, "Dominique")
    with later(60):
        assert offer_free_times() == 0
        cancel_visit(visit=booked[14].visit)
        assert (offer_free_times(), offer_free_times()) == (1, 0)

        assert (state_of(first), state_of(second)) == ("offered", "waiting")
        offer = Booking.objects.get(visit=first.offered)
        assert (offer.starts_at, offer.state, is_free(salon, 14)) == (at(14), "held", False)
        basket, _path = web.open("SHAMPOO")
        accepted = web.post(f"waiting/{wait_token(first)}/accept", {"basket": basket["token"]})
        bought = buy(web, basket)

    assert (accepted["state"], bought["state"]) == ("taken", "placed")
    assert Booking.objects.get(visit=offer.visit).state == "confirmed"
    assert state_of(second) == "waiting"


def test_an_offer_that_nobody_takes_goes_to_the_next_and_after_three_nobody_is_asked_any_more(salon):
    booked = anna_is_full(salon)
    first, second = wait(salon), wait(salon, "Dominique")
    cancel_visit(visit=booked[14].visit)
    offered = []
    for hour in range(1, 9):
        with later(61 * hour):
            offer_free_times()
            offered.append((state_of(first), state_of(second)))

    assert offered[:3] == [("offered", "waiting"), ("waiting", "offered"), ("offered", "waiting")]
    assert offered[-1] == ("ended", "ended")
    assert (first.offers, second.offers) == (3, 3)
    assert is_free(salon, 14)


def test_nothing_is_offered_at_night_nor_for_days_that_are_over(salon):
    entry = wait(salon)
    with clock.moved_to(at(3)):
        assert offer_free_times() == 0
    with clock.moved_to(at(9, day=date(2027, 3, 3))):
        assert offer_free_times() == 0

    assert state_of(entry) == "ended"


def test_who_leaves_the_list_frees_the_offer_and_a_wrong_token_finds_nothing(salon, web):
    entry = wait(salon)
    with later(60):
        offer_free_times()
        token = wait_token(entry)
        assert web.get(f"waiting/{token}")["start"] == "2027-03-02T09:00:00+01:00"
        web.get(f"waiting/{token[:-1]}x")
        assert web.status == 404
        leave_waiting_list(token=token)
        basket, _path = web.open("SHAMPOO")
        refused = web.post(f"waiting/{token}/accept", {"basket": basket["token"]})

    assert (state_of(entry), states(), refused["code"]) == ("ended", ["released"], "nothing_offered")
    assert entry_for(token) == entry


def test_waiting_for_the_past_or_without_a_way_to_be_told_is_refused(salon, web):
    said = {
        "location": "nantes",
        "service": "CUT",
        "first": "2027-03-02",
        "last": "2027-03-02",
        "name": "Camille",
    }

    answers = [
        web.post("waiting", {**said, **more})["errors"][0]["field"]
        for more in ({}, {"email": "c@example.org", "first": "2027-02-01", "last": "2027-02-02"},
                     {"email": "c@example.org", "last": "2028-03-02"})
    ]  # fmt: skip
    made = web.post("waiting", {**said, "email": "c@example.org"})

    assert answers == ["email", "last_day", "last_day"]
    assert (web.status, made["state"], WaitEntry.objects.count()) == (201, "waiting", 1)
