"""Bookings over HTTP: what customers see and hold, what staff do, and who may not."""

from datetime import timedelta

import pytest

from comptoir.base import clock
from comptoir.testing.once import built_once
from comptoir_booking.models import Booking
from comptoir_booking.services import set_pace
from comptoir_booking.tests.salon import TODAY, Salon, at, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

KEY = {"HTTP_IDEMPOTENCY_KEY": "a-key-of-the-customer-1"}
ASK = "location=nantes&service=CUT&first=2027-03-02"
HOLD = {"location": "nantes", "services": ["CUT"], "start": "2027-03-02T10:00:00+01:00"}
RIGHTS = ("view_booking", "add_booking", "change_booking")


@built_once
def salon(shop):
    with today():
        shop.channel("booking")
        salon = Salon(shop)
        salon.person("anna", name="Anna")
        salon.person("bela", name="Bela")
        salon.cut = salon.service(minutes=60, step=60)
        shop.settle()
        return salon


def post(client, path, body=None, **headers):
    return client.post(f"/api/v1/booking/{path}", body or {}, content_type="application/json", **headers)


def patch(client, path, body=None, **headers):
    return client.patch(f"/api/v1/booking/{path}", body or {}, content_type="application/json", **headers)


def get(client, path):
    return client.get(f"/api/v1/booking/{path}")


def test_services_say_how_long_and_who(salon, client):
    [service] = get(client, "services").json()["items"]

    assert (service["sku"], service["handle"], service["minutes"]) == ("CUT", "cut", 60)
    assert [one["code"] for one in service["people"]] == ["anna", "bela"]
    assert service["policy"]["horizon_days"] == 400


def test_days_and_starts_are_told_with_the_offset_of_the_place(salon, client):
    days = get(client, f"appointments/days?{ASK}&days=7").json()
    starts = get(client, f"appointments/starts?{ASK}").json()

    assert [one["state"] for one in days["days"]] == ["open"] * 5 + ["closed"] * 2
    assert days["time_zone"] == "Europe/Paris"
    assert starts["starts"][0] == {"start": "2027-03-02T09:00:00+01:00", "people": ["anna", "bela"]}
    following = get(client, "appointments/next?location=nantes&service=CUT&limit=2").json()
    assert [one["start"][:16] for one in following["starts"]] == ["2027-03-02T09:00", "2027-03-02T10:00"]


def test_a_hold_is_made_once_extended_and_given_back(salon, client):
    first = post(client, "holds", HOLD, **KEY)
    again = post(client, "holds", HOLD, **KEY)

    assert (first.status_code, first.json(), Booking.objects.count()) == (201, again.json(), 1)
    assert first.json()["expires_at"] == "2027-03-01T07:15:00Z"
    other = post(client, "holds", {**HOLD, "person": "anna"}, **KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    with clock.moved_to(TODAY + timedelta(minutes=10)):
        longer = patch(client, f"holds/{first.json()['hold']}")
    assert longer.json()["expires_at"] == "2027-03-01T07:25:00Z"
    assert client.delete(f"/api/v1/booking/holds/{first.json()['hold']}").status_code == 204
    assert Booking.objects.get().state == "released"
    gone = patch(client, f"holds/{first.json()['hold']}")
    assert (gone.status_code, gone.json()["code"]) == (409, "booking_hold_gone")
    assert patch(client, "holds/of-somebody-else").status_code == 404


def test_two_friends_are_held_at_once_in_one_basket_or_not_at_all(salon, client):
    basket = post(client, "baskets").json()["token"]
    both = {**HOLD, "person": "anna", "together": ["CUT@bela"]}
    ask = f"{ASK}&person=anna&together=CUT%40bela"
    assert len(get(client, f"appointments/starts?{ask}").json()["starts"]) == 8

    held = post(client, "holds", {**both, "basket": basket})

    assert held.status_code == 201
    assert [(one["service"], one["start"]) for one in held.json()["services"]] == [
        ("CUT", "2027-03-02T10:00+01:00")
    ] * 2
    [line] = get(client, f"baskets/{basket}").json()["lines"]
    assert (line["sku"], line["quantity"]) == ("CUT", 2)
    assert len(get(client, f"appointments/starts?{ask}").json()["starts"]) == 7
    refused = post(client, "holds", both)
    assert (refused.status_code, refused.json()["code"]) == (409, "start_not_free")
    assert Booking.objects.count() == 2


def test_each_of_the_team_has_a_time_of_their_own(salon, client):
    set_pace(service=salon.cut, person=salon.staff["bela"], minutes=90)

    [service] = get(client, "services").json()["items"]
    held = post(client, "holds", {**HOLD, "person": "bela"})

    assert [(one["code"], one["minutes"]) for one in service["people"]] == [("anna", 60), ("bela", 90)]
    assert held.json()["services"][0]["end"] == "2027-03-02T10:30:00Z"


def test_a_start_that_is_gone_comes_with_the_three_nearest(salon, client):
    for _ in range(2):
        assert post(client, "holds", HOLD).status_code == 201

    refused = post(client, "holds", HOLD)

    assert (refused.status_code, refused.json()["code"]) == (409, "start_not_free")
    assert refused.json()["alternatives"] == [
        "2027-03-02T09:00+01:00", "2027-03-02T11:00+01:00", "2027-03-02T13:00+01:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"location": "mars"}, "location"),
        ({"services": ["SHIRT"]}, "service"),
        ({"services": []}, "services"),
        ({"services": ["CUT"] * 7}, "services"),
        ({"person": "nobody"}, "person"),
        ({"people": "party"}, "people"),
        ({"start": "2027-03-02T10:00:00"}, "start"),
        ({"start": "yesterday"}, "start"),
        ({"location": "\0"}, "location"),
        ({"together": ["SHIRT"]}, "together"),
        ({"together": [""]}, "together"),
        ({"together": ["CUT@nobody"]}, "together"),
        ({"together": ["CUT,CUT,CUT,CUT,CUT,CUT"]}, "together"),
        ({"party": 0}, "party"),
        ({"party": 50}, "party"),
    ],
)
def test_what_cannot_be_held_is_named(salon, client, change, field):
    refused = post(client, "holds", {**HOLD, **change})

    assert refused.status_code == 422
    assert field in refused.json()["errors"][0]["field"]
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "start",
    [
        "2027-02-26T10:00:00+01:00",  # last Friday
        "2027-03-28T02:30:00+01:00",  # the wall never shows it
        "2027-03-02T10:07:00+01:00",
        "2027-03-02T12:30:00+01:00",
        "2037-03-02T10:00:00+01:00",
    ],
)
def test_a_start_that_nobody_was_offered_is_refused_with_others(salon, client, start):
    refused = post(client, "holds", {**HOLD, "start": start})

    assert (refused.status_code, refused.json()["code"]) == (409, "start_not_free")
    assert refused.json()["errors"][0]["field"] == "start"
    assert not Booking.objects.exists()


@pytest.mark.parametrize("people", [2, 12])
def test_days_are_read_in_seven_statements_whatever_the_people(
    salon, client, django_assert_max_num_queries, people
):
    """The place, the services, whether they are sold, the zone; and the three of the engine."""
    for number in range(people - 2):
        salon.cut.skilled.add(salon.person(f"person-{number}"))
    get(client, f"appointments/days?{ASK}")
    with django_assert_max_num_queries(7):
        assert get(client, f"appointments/days?{ASK}&days=31").status_code == 200
    with django_assert_max_num_queries(7):
        assert len(get(client, f"appointments/starts?{ASK}").json()["starts"][0]["people"]) == people


@pytest.mark.parametrize("ask", ["days=0", "days=10000", "days=x", "first=2027-02-30"])
def test_too_many_days_at_once_are_refused(salon, client, ask):
    assert get(client, f"appointments/days?{ASK}&{ask}").status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "9999-12-31"])
def test_days_near_the_ends_of_the_calendar_are_refused_with_the_field(salon, client, people, day):
    nina, there = people(*RIGHTS, at=[salon.place]), "location=nantes&service=CUT"
    for path in (f"appointments/days?{there}", f"appointments/starts?{there}", "bookings?location=nantes"):
        refused = get(nina, f"{path}&first={day}")
        assert (refused.status_code, "first" in refused.json()["errors"][0]["field"]) == (422, True), path
    start = {**HOLD, "start": f"{day}T10:00:00+01:00"}
    series = {**start, "every_weeks": 1, "times": 2, "name": "Zoé"}
    for path, body in (("holds", start), ("bookings", {**start, "name": "Zoé"}), ("bookings/series", series)):
        refused = post(nina, path, body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "start"), path


def test_starts_tell_nothing_of_customers(salon, client):
    post(client, "holds", HOLD)
    Booking.objects.update(contact_name="Zoé Secrète", contact_phone="0639980000")

    texts = [
        get(client, path).content
        for path in ("services", f"appointments/starts?{ASK}", f"appointments/days?{ASK}")
    ]

    assert not any("Secr" in text.decode() or "0639" in text.decode() for text in texts)
    assert get(client, "bookings?location=nantes&first=2027-03-02").status_code == 401


def test_a_channel_without_the_plugin_has_no_appointments(salon, client, people):
    salon.shop.channel("web")
    nina = people(*RIGHTS, at=[salon.place])

    assert client.get(f"/api/v1/web/appointments/days?{ASK}").status_code == 404
    assert nina.get("/api/v1/web/bookings?location=nantes&first=2027-03-02").status_code == 404


def test_staff_book_a_call_move_it_and_write_down_that_she_came(salon, people):
    nina = people(*RIGHTS, at=[salon.place])
    made = post(nina, "bookings", {**HOLD, "person": "anna", "name": "Zoé", "phone": "0639980000"})
    [booking] = made.json()["items"]
    path = f"bookings/{booking['visit']}"

    assert (made.status_code, booking["state"], booking["people"]) == (201, "confirmed", ["anna"])
    moved = patch(nina, path, {"start": "2027-03-02T14:00:00+01:00", "person": "bela"}, HTTP_IF_MATCH='"0"')
    assert [(one["wall_start"], one["people"], one["sequence"]) for one in moved.json()["items"]] == [
        ("2027-03-02T14:00+01:00", ["bela"], 1)
    ]
    late = patch(nina, path, {"start": "2027-03-02T15:00:00+01:00"}, HTTP_IF_MATCH="0")
    assert (late.status_code, late.json()["code"]) == (412, "booking_moved")
    with today(at(13)):
        assert post(nina, f"{path}/arrived").json()["items"][0]["state"] == "arrived"
    assert post(nina, f"{path}/eaten").status_code == 404
    assert post(nina, f"{path}/cancel").json()["code"] == "booking_state"
    [row] = get(nina, "bookings?location=nantes&first=2027-03-02").json()["items"]
    assert (row["name"], row["start"]) == ("Zoé", "2027-03-02T14:00:00+01:00")


def test_staff_work_at_their_own_location_and_with_their_rights(salon, people):
    post(people(*RIGHTS, at=[salon.place]), "bookings", HOLD)
    visit = Booking.objects.get().visit
    elsewhere = people(*RIGHTS, at=[salon.shop.location("lyon")], name="lea")
    looks = people("view_booking", at=[salon.place], name="luc")

    for path in (f"bookings/{visit}/cancel", f"bookings/{visit}/arrived"):
        assert post(elsewhere, path).json()["code"] == "not_your_location"
        assert post(looks, path).json()["code"] == "not_allowed"
    assert post(elsewhere, "bookings", HOLD).json()["code"] == "not_your_location"
    assert get(elsewhere, "bookings?location=nantes&first=2027-03-02").status_code == 403
    assert get(looks, "bookings?location=nantes&first=2027-03-02").status_code == 200
    assert Booking.objects.get().state == "confirmed"


def test_staff_are_told_why_a_start_is_not_free(salon, people):
    nina = people(*RIGHTS, at=[salon.place])
    post(nina, "bookings", {**HOLD, "person": "anna"})

    ask = "location=nantes&service=CUT&start=2027-03-02T10:00:00%2B01:00"
    said = get(nina, f"bookings/explain?{ask}&person=anna").json()

    assert said["is_free"] is False
    assert said["roles"][0]["candidates"] == [{"resource": "anna", "state": "busy", "minutes": 60}]


def test_staff_put_hours_aside_over_http_and_not_what_is_unknown(salon, people):
    nina = people(*RIGHTS, at=[salon.place])
    evening = {**HOLD, "start": "2027-03-02T20:05:00+01:00"}

    assert post(nina, "bookings", evening).status_code == 409
    assert post(nina, "bookings", {**evening, "override": ["everything"]}).status_code == 422
    assert post(nina, "bookings", {**evening, "override": ["hours", "steps"]}).status_code == 201
    assert Booking.objects.get().starts_at == at(20, 5)


def test_a_day_costs_the_same_statements_for_one_booking_and_for_ten(
    salon, people, django_assert_max_num_queries
):
    nina = people(*RIGHTS, at=[salon.place])
    for hour in (9, 10, 11, 13, 14, 15):
        post(nina, "bookings", {**HOLD, "start": f"2027-03-02T{hour:02}:00:00+01:00"})
    with django_assert_max_num_queries(12):
        assert len(get(nina, "bookings?location=nantes&first=2027-03-02").json()["items"]) == 6
