"""A class goes to another time with everybody's place; who comes is told, once, and may cancel free of charge."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.channels.queries import channel_context
from comptoir.events.models import Event
from comptoir.events.replay import replay_events
from comptoir.messaging.models import Message
from comptoir.messaging.sending import LEASE_S, claim_messages
from comptoir.orders.models import Order
from comptoir.testing.calling import Customer
from comptoir_booking.changes import cancel_visit
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.class_changes import change_session, rooms_of, whom_to_tell
from comptoir_booking.models import Booking, Session
from comptoir_booking.refusals import BookingMoved, ClassBegun, NotPossible, StartOver, TeamNotFree
from comptoir_booking.self_service import cancel_by_customer, fees_of_cancel, token_of
from comptoir_booking.sessions import book_seats, cancel_session, hold_seats, move_seats, taken_by
from comptoir_booking.tests.salon import TUESDAY, at
from comptoir_booking.tests.test_api import RIGHTS, get, patch
from comptoir_booking.tests.test_basket import buy, line_of
from comptoir_booking.tests.test_class_changes import open_yoga, rooms, team, yoga
from comptoir_booking.tests.test_messages import told
from comptoir_booking.waiting import join_class_list, offer_free_times
from comptoir_booking.wall_time import DAY

__all__ = ["rooms", "yoga"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
THURSDAY = TUESDAY + 2 * DAY


def comes(session, name="Marie", party=1, **more):
    said = {"contact_name": name, "contact_email": f"{name.lower()}@example.org", "locale": "en", **more}
    return book_seats(session=session, party=party, terms=Terms(**said))


def facts(session):
    """When the class is, and its places, and who gives it: all of them agree."""
    session.refresh_from_db()
    times = set(
        session.bookings.filter(state__in=Booking.LIVE).values_list("starts_at", "ends_at", "wall_start")
    )
    [own] = Booking.objects.filter(visit=session.visit)
    assert times <= {(session.starts_at, session.ends_at, session.wall_start)}
    assert (own.starts_at, own.ends_at) == (session.starts_at, session.ends_at)
    return session.starts_at


# --- it moves --------------------------------------------------------------------------------------------------------


def test_a_class_moves_with_everybodys_place_and_its_team_is_free_where_it_was(salon, rooms, yoga):
    anna = salon.staff["anna"]
    session = open_yoga(salon, yoga, person_id=anna.pk, rooms=(rooms["large"].pk,))
    seats = [*comes(session), *hold_seats(session=session, party=2, terms=Terms(owner="a basket"))]
    gone = comes(session, "Zoe")
    cancel_visit(visit=gone[0].visit)

    change_session(session=session, start=at(14, day=THURSDAY))

    assert facts(session) == at(14, day=THURSDAY)
    assert (session.wall_start, session.taken) == ("2027-03-04T14:00+01:00", 3)
    assert (team(session), rooms_of(session)) == (["anna", "large"], [rooms["large"]])
    assert {one.sequence for one in session.bookings.filter(pk__in=[one.pk for one in seats])} == {1}
    gone[0].refresh_from_db()
    assert gone[0].starts_at == at(10)
    assert book_visit(visit=salon.visit(salon.cut, person=anna), start=at(10), terms=Terms())


def test_who_gives_a_class_is_named_before_its_room_wherever_it_went(salon, rooms, yoga):
    session = open_yoga(salon, yoga, person_id=salon.staff["anna"].pk, rooms=(rooms["large"].pk,))
    for start in (at(14, day=THURSDAY), at(15, day=THURSDAY)):
        change_session(session=session, start=start)
        assert list(taken_by([session])[session.visit]) == ["staff", "room"]


def test_a_class_moves_onto_a_part_of_its_own_time(salon, yoga):
    session = open_yoga(salon, yoga)
    change_session(session=session, start=at(10, 30))
    assert (facts(session), session.ends_at) == (at(10, 30), at(11, 30))


def test_its_own_time_does_not_stand_in_the_way_of_another_and_is_no_alternative(salon, yoga):
    session = open_yoga(salon, yoga, hour=17, person_id=salon.staff["anna"].pk)
    with pytest.raises(TeamNotFree) as refused:
        change_session(session=session, start=at(18))
    # Anna leaves at 18:00, so the nearest are 17:00, when it is now, and these two.
    assert refused.value.alternatives == ["2027-03-02T16:30+01:00", "2027-03-02T16:45+01:00"]


def test_a_class_does_not_move_to_where_its_teacher_or_room_is_taken_and_the_nearest_times_are_named(
    salon, rooms, yoga
):
    anna, bela = (one.pk for one in salon.staff.values())
    session = open_yoga(salon, yoga, person_id=anna, rooms=(rooms["large"].pk,))
    [seat] = comes(session)
    book_visit(visit=salon.visit(salon.cut, person=salon.staff["anna"]), start=at(14), terms=Terms())
    open_yoga(salon, yoga, hour=16, person_id=bela, rooms=(rooms["large"].pk,))

    for hour, person in ((14, None), (16, bela), (16, None), (20, None)):
        with pytest.raises(TeamNotFree) as refused:
            change_session(session=session, start=at(hour), person_id=person, places=4)
        assert refused.value.field == "start"
    seat.refresh_from_db()
    assert (facts(session), team(session), session.places) == (at(10), ["anna", "large"], 5)
    assert (seat.sequence, seat.steps.filter(change="moved").exists()) == (0, False)

    change_session(session=session, start=at(14), person_id=bela)
    assert (facts(session), team(session)) == (at(14), ["bela", "large"])


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (at(10, day=TUESDAY - 2 * DAY), StartOver),
        (at(10, 3), InvalidValue),
        (at(14).replace(tzinfo=None), InvalidValue),
    ],
)
def test_a_start_that_is_over_or_off_the_grid_or_without_its_zone_is_refused(salon, yoga, start, refusal):
    session = open_yoga(salon, yoga)
    comes(session)
    with pytest.raises(refusal) as refused:
        change_session(session=session, start=start)
    assert (refused.value.field, facts(session)) == ("start", at(10))


def test_what_has_begun_or_was_cancelled_is_not_moved(salon, yoga):
    gone, running = open_yoga(salon, yoga), open_yoga(salon, yoga, hour=14)
    cancel_session(session=gone)
    with pytest.raises(NotPossible):
        change_session(session=gone, start=at(16))
    with clock.moved_to(at(14, 5)), pytest.raises(ClassBegun):
        change_session(session=running, start=at(16))
    assert (facts(gone), facts(running)) == (at(10), at(14))


def test_who_saw_the_class_before_somebody_else_moved_it_is_told_so(salon, yoga):
    session = open_yoga(salon, yoga)
    change_session(session=session, start=at(14), sequence=0)
    for wanted in ({"start": at(16)}, {"places": 9}):
        with pytest.raises(BookingMoved):
            change_session(session=session, sequence=0, **wanted)
    assert (facts(session), session.places) == (at(14), 5)
    change_session(session=session, start=at(16), sequence=1, places=9)
    assert (facts(session), session.places) == (at(16), 9)


def test_over_a_change_of_the_clocks_a_class_is_at_the_hour_on_the_wall(salon, yoga):
    session = open_yoga(salon, yoga)
    comes(session)
    change_session(session=session, start=at(10, day=date(2027, 3, 30)))
    assert (facts(session).hour, session.wall_start) == (8, "2027-03-30T10:00+02:00")


def test_a_place_that_moves_to_a_class_which_moved_meanwhile_is_where_that_is_now(salon, yoga):
    first, second = open_yoga(salon, yoga), open_yoga(salon, yoga, hour=14)
    [seat] = comes(first)
    as_seen = Session.objects.get(pk=second.pk)
    change_session(session=second, start=at(16))

    move_seats(visit=seat.visit, session=as_seen)

    assert (facts(second), second.taken, facts(first), first.taken) == (at(16), 1, at(10), 0)


def test_who_waits_for_a_class_that_moved_is_offered_a_place_of_it(salon, yoga):
    session = open_yoga(salon, yoga, places=1)
    [seat] = comes(session)
    entry = join_class_list(
        channel=channel_context("booking"), session=session, name="Camille", email="camille@example.org"
    )
    change_session(session=session, start=at(10, day=THURSDAY))
    with clock.moved_to(at(10, day=TUESDAY + DAY)):
        assert offer_free_times() == 0
        cancel_visit(visit=seat.visit)
        assert offer_free_times() == 1
    entry.refresh_from_db()
    assert Booking.objects.get(visit=entry.offered).starts_at == at(10, day=THURSDAY)


# --- who is told -----------------------------------------------------------------------------------------------------


def test_everybody_who_comes_is_told_of_a_move_once_in_their_language(salon, yoga, mailoutbox):
    session = open_yoga(salon, yoga)
    comes(session, party=2)
    comes(session, "Zoe", locale="fr")
    hold_seats(session=session, party=1, terms=Terms(owner="a basket", contact_email="hold@example.org"))
    told(salon, mailoutbox)

    change_session(session=session, start=at(14, day=THURSDAY))

    assert sorted(told(salon, mailoutbox)) == [
        "Votre rendez-vous est déplacé au jeudi 4 mars à 14:00",
        "Your appointment has moved to Thursday 4 March at 14:00",
    ]
    english, french = sorted(mailoutbox, key=lambda one: one.to)
    assert "It was on Tuesday 2 March 10:00" in english.body and "free of charge" in english.body
    assert "Il était prévu le mardi 2 mars 10:00" in french.body and "sans frais" in french.body
    [(_name, content, _kind)] = english.attachments
    [entry] = Calendar.from_ical(content).walk("VEVENT")
    assert (entry["DTSTART"].dt, entry["SEQUENCE"]) == (at(14, day=THURSDAY), 1)

    replay_events(Event.objects.filter(type="booking_changed"))
    assert told(salon, mailoutbox) == []


def test_a_worker_that_is_killed_while_it_tells_of_a_move_leaves_it_to_the_next(salon, yoga, mailoutbox):
    session = open_yoga(salon, yoga)
    comes(session)
    told(salon, mailoutbox)
    change_session(session=session, start=at(14, day=THURSDAY))
    salon.shop.settle()

    claim_messages(10)  # and dies
    assert told(salon, mailoutbox) == []
    after = clock.now() + timedelta(seconds=LEASE_S + 1)
    assert told(salon, mailoutbox, after) == ["Your appointment has moved to Thursday 4 March at 14:00"]
    assert told(salon, mailoutbox, after + timedelta(hours=1)) == []


def test_another_teacher_is_told_and_a_room_or_more_places_are_not(salon, rooms, yoga, mailoutbox):
    anna, bela = (one.pk for one in salon.staff.values())
    session = open_yoga(salon, yoga, person_id=anna)
    comes(session)
    comes(session, "Zoe", locale="fr")
    told(salon, mailoutbox)

    change_session(session=session, places=6)
    change_session(session=session, rooms=(rooms["large"].pk,))
    change_session(session=session, person_id=anna)
    assert told(salon, mailoutbox) == []

    change_session(session=session, person_id=bela)
    assert sorted(told(salon, mailoutbox)) == [
        "Votre rendez-vous du mardi 2 mars sera assuré par Bela",
        "Your appointment on Tuesday 2 March is with Bela",
    ]
    assert {"in place of Anna" in mail.body or "remplace Anna" in mail.body for mail in mailoutbox} == {True}
    replay_events(Event.objects.filter(type="booking_changed"))
    assert told(salon, mailoutbox) == []


def test_a_move_with_another_teacher_is_one_message(salon, yoga, mailoutbox):
    session = open_yoga(salon, yoga, person_id=salon.staff["anna"].pk)
    comes(session)
    told(salon, mailoutbox)
    change_session(session=session, start=at(14), person_id=salon.staff["bela"].pk)
    assert told(salon, mailoutbox) == ["Your appointment has moved to Tuesday 2 March at 14:00"]
    assert "It is with Bela now, in place of Anna." in mailoutbox[0].body


def test_an_sms_tells_of_a_move_by_day_and_at_once_where_it_would_come_too_late(salon, yoga, settings):
    settings.COMPTOIR_SMS_TRANSPORT = "console"
    session = open_yoga(salon, yoga, hour=16)
    comes(session, contact_phone="0612345678")
    for hour in (14, 9):  # to be there at nine, eight is too late to hear of it
        with clock.moved_to(at(21, day=TUESDAY - DAY)):
            change_session(session=session, start=at(hour))
            salon.shop.settle()
    due = Message.objects.filter(kind="booking_moved_sms").order_by("pk").values_list("due_at", flat=True)
    assert list(due) == [at(8), at(21, day=TUESDAY - DAY)]


def test_a_class_that_moved_is_reminded_of_at_its_new_hour_only(salon, yoga, mailoutbox):
    session = open_yoga(salon, yoga)
    comes(session)
    change_session(session=session, start=at(10, day=THURSDAY + DAY))
    told(salon, mailoutbox)
    assert told(salon, mailoutbox, at(18, day=TUESDAY + DAY)) == []
    assert told(salon, mailoutbox, at(10, day=THURSDAY)) == ["Reminder: Friday 5 March at 10:00"]


def test_whom_a_change_would_be_told_to_is_known_before_and_nothing_is_changed(salon, yoga, mailoutbox):
    anna, bela = (one.pk for one in salon.staff.values())
    session = open_yoga(salon, yoga, person_id=anna)
    [first, _second], [third] = comes(session, party=2), comes(session, "Zoe")
    told(salon, mailoutbox)

    assert whom_to_tell(session=session, start=at(14)) == [first, third]
    assert whom_to_tell(session=session, person_id=bela) == [first, third]
    assert whom_to_tell(session=session, places=9) == []
    with pytest.raises(TeamNotFree):
        whom_to_tell(session=session, start=at(20))
    assert (facts(session), team(session), session.places) == (at(10), ["anna"], 5)
    assert told(salon, mailoutbox) == []


# --- what it costs ---------------------------------------------------------------------------------------------------


def test_who_did_not_move_it_cancels_free_of_charge_until_it_begins(salon, yoga):
    strict = {"cancel_minutes": 48 * 60, "move_minutes": 48 * 60, "late_cancel_percent": 100}
    for name, value in strict.items():
        setattr(salon.policy, name, value)
    salon.policy.save()
    moved, stays = open_yoga(salon, yoga), open_yoga(salon, yoga, hour=14)
    salon.shop.settle()
    web = Customer("booking")
    for session in (moved, stays):
        basket, path = web.open("SHAMPOO")
        web.post(f"sessions/{session.uuid}/holds", {"party": 1, "basket": basket["token"]})
        assert line_of(web.get(path), "YOGA")["quantity"] == 1
        buy(web, basket)
    [ours], [theirs] = (list(one.bookings.all()) for one in (moved, stays))
    change_session(session=moved, start=at(16))
    ours.refresh_from_db()

    with clock.moved_to(at(13)):
        assert fees_of_cancel([ours]).fee.amount == 0
        assert fees_of_cancel([ours]).free_until == at(16)
        cancel_by_customer(token=token_of([ours]))
        assert fees_of_cancel([theirs]).free_until < clock.now()
    assert set(Order.objects.values_list("state", flat=True)) >= {"placed"}
    assert (facts(moved), moved.taken) == (at(16), 0)


# --- over HTTP -------------------------------------------------------------------------------------------------------


def test_staff_move_a_class_over_http_by_the_number_they_saw(salon, yoga, people):
    yoga.in_sessions = True
    yoga.save()
    salon.shop.settle()
    session = open_yoga(salon, yoga, person_id=salon.staff["anna"].pk)
    comes(session)
    nina, path = people(*RIGHTS, at=[salon.place]), f"bookings/sessions/{session.uuid}"
    [shown] = get(nina, "sessions?location=nantes&service=YOGA&first=2027-03-02").json()["items"]

    moved = patch(nina, path, {"start": at(14).isoformat()}, HTTP_IF_MATCH=f'"{shown["sequence"]}"')
    assert (moved.status_code, moved.json()["start"]) == (200, "2027-03-02T14:00:00+01:00")
    assert (moved.json()["sequence"], moved.json()["people"], facts(session)) == (1, ["Anna"], at(14))

    stale = patch(nina, path, {"start": at(16).isoformat()}, HTTP_IF_MATCH=f'"{shown["sequence"]}"')
    assert (stale.status_code, stale.json()["code"]) == (412, "booking_moved")
    book_visit(visit=salon.visit(salon.cut, person=salon.staff["anna"]), start=at(16), terms=Terms())
    for start, status, code in (
        (at(16).isoformat(), 409, "team_not_free"),
        (at(10, day=TUESDAY - 7 * DAY).isoformat(), 422, "start_over"),
        ("2027-03-02T16:03:00+01:00", 422, "invalid_value"),
        ("2027-03-02T16:00:00", 422, "invalid_value"),
        ("9999-12-31T23:00:00Z", 422, "invalid_value"),
    ):
        refused = patch(nina, path, {"start": start, "places": 9})
        said = refused.json()
        assert (refused.status_code, said["code"], said["errors"][0]["field"]) == (status, code, "start")
        assert len(said.get("alternatives", [])) == (3 if start == at(16).isoformat() else 0), said
    assert (facts(session), session.places) == (at(14), 5)
