"""The calendar of the back office: what a salon sees of its day, and what it does there."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comptoir.base import clock
from comptoir.customers.models import User
from comptoir.testing.once import built_once
from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.diary import read_diary, shown_hours
from comptoir_booking.models import Booking, CalendarLink, HoursException
from comptoir_booking.occupancy import occupancy
from comptoir_booking.services import close
from comptoir_booking.tests.salon import TODAY, TUESDAY, Salon, at, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

DAY_URL = f"/admin/appointments/?at=nantes&on={TUESDAY}"


@built_once
def salon(shop):
    with today():
        salon = Salon(shop)
        salon.person("anna")
        salon.person("bela")
        salon.chair("chair-1")
        salon.chair("chair-2")
        salon.cut = salon.service("cut", minutes=45)
        salon.colour = salon.service(
            "colour",
            segments=[("before", 10), ("active", 30), ("processing", 30), ("active", 20), ("after", 5)],
            needs={
                "stylist": {"kind": "staff", "segments": [0, 1, 3, 4]},
                "chair": {"kind": "equipment"},
            },
        )
        return salon


def staff_of(salon, *codenames, email="desk@example.org"):
    user = User.objects.create_user(email, "a-long-password", is_staff=True)
    user.locations.add(salon.place)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["access_admin", *codenames]))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def desk(salon, client):
    client.force_login(staff_of(salon, "view_booking", "add_booking", "change_booking"))
    return client


def book(salon, start, service=None, person=None, **terms):
    visit = salon.visit(service or salon.cut, person=salon.staff[person] if person else None)
    return book_visit(visit=visit, start=start, terms=Terms(contact_name="Marie Rivière", **terms))[0]


def cards(answer):
    return re.findall(r'class="bk-card bk-card--(\w+)', answer.content.decode())


def test_a_day_shows_who_is_there_and_what_is_booked(salon, desk):
    book(salon, at(10), person="anna")

    answer = desk.get(DAY_URL)

    assert answer.status_code == 200
    assert cards(answer) == ["confirmed"]
    page = answer.content.decode()
    assert "Marie Rivière" in page
    assert "10:00–10:45" in page
    assert "Anna" in page
    assert "Bela" in page


def test_the_hours_drawn_are_those_of_the_day_and_what_is_closed_is_shaded(salon):
    diary = read_diary(salon.place, TUESDAY)
    [anna] = [diary.column(one, TUESDAY) for one in diary.team if one.code == "anna"]

    assert [one[:2] for one in anna.closed] == [(0, 540), (720, 780), (1080, 1440)]
    assert shown_hours([anna]) == (540, 1080)


def test_the_parts_of_a_colour_are_told_apart_and_the_person_is_free_while_it_works(salon):
    book(salon, at(10), salon.colour, "anna")
    diary = read_diary(salon.place, TUESDAY)
    anna = diary.column(diary.named("anna"), TUESDAY)
    chair = next(
        column for one in diary.of_kinds("equipment") if (column := diary.column(one, TUESDAY)).blocks
    )

    assert [(one.begin, one.end, one.is_first) for one in anna.blocks] == [
        (590, 630, True),
        (660, 685, False),
    ]
    assert [one[:2] for one in anna.waits] == [(630, 660)]
    assert [(one.begin, one.end, one.kind) for one in chair.blocks[0].parts] == [
        (590, 600, "buffer"), (600, 630, "active"), (630, 660, "processing"), (660, 680, "active"), (680, 685, "buffer"),
    ]  # fmt: skip


def test_a_hold_is_shown_until_it_ends(salon, desk):
    hold_visit(visit=salon.visit(salon.cut), start=at(10), terms=Terms(owner="basket:1", minutes=15))

    assert cards(desk.get(DAY_URL)) == ["held"]
    with clock.moved_to(TODAY + timedelta(minutes=16)):
        assert cards(desk.get(DAY_URL)) == []


@pytest.mark.parametrize("bookings", [1, 12])
def test_a_day_is_read_in_as_many_statements_whatever_is_booked(salon, bookings):
    for number in range(bookings):
        book(salon, at(9 + number // 2), person=("anna", "bela")[number % 2]) if number // 2 != 3 else None
    with CaptureQueriesContext(
        connection,
    ) as captured:
        diary = read_diary(salon.place, TUESDAY)
        for one in diary.team:
            diary.column(one, TUESDAY)
    assert len(captured) == 4


def test_who_works_elsewhere_sees_nothing_of_this_salon(salon, client):
    booking = book(salon, at(10))
    user = staff_of(salon, "view_booking", "change_booking")
    user.locations.set([salon.shop.location("lyon")])
    client.force_login(user)

    assert client.get(DAY_URL).status_code == 404
    for name in ("visit", "move"):
        assert client.get(reverse(f"appointments:{name}", args=[booking.visit])).status_code == 404
    assert (
        client.post(reverse("appointments:visit", args=[booking.visit]), {"do": "cancel"}).status_code == 404
    )
    booking.refresh_from_db()
    assert booking.state == "confirmed"


def test_who_may_only_look_books_and_changes_nothing(salon, client):
    booking = book(salon, at(10))
    client.force_login(staff_of(salon, "view_booking"))

    page = client.get(DAY_URL).content.decode()
    assert "bk-cell" not in page
    assert "data-move" not in page
    assert client.get("/admin/appointments/new/").status_code == 302
    assert (
        client.post(reverse("appointments:visit", args=[booking.visit]), {"do": "missed"}).status_code == 403
    )


def form(salon, **said):
    return {
        "at": "nantes", "service-0": salon.cut.pk, "on": str(TUESDAY), "time": "10:05", "person": "anna", "name": "Louise",
        "phone": "0612345678", "email": "", "locale": "fr", "note": "", "reason": "", "key": "k1", **said,
    }  # fmt: skip


def test_a_walk_in_is_booked_at_any_five_minutes_once(salon, desk):
    said = form(salon)

    first, second = (desk.post("/admin/appointments/new/", said) for _n in range(2))

    assert first.status_code == second.status_code == 302
    [booking] = Booking.objects.all()
    assert (booking.state, booking.contact_name, booking.starts_at) == ("confirmed", "Louise", at(10, 5))


def test_a_time_that_is_taken_is_refused_with_the_nearest_others_and_one_click_takes_one(salon, desk):
    book(salon, at(10), person="anna")

    answer = desk.post("/admin/appointments/new/", form(salon, time="10:15"))

    assert answer.status_code == 409
    times = re.findall(r'name="take" value="([^"]+)"', answer.content.decode())
    assert times == [f"{TUESDAY}T09:15", f"{TUESDAY}T10:45", f"{TUESDAY}T11:00"]
    desk.post("/admin/appointments/new/", form(salon, time="10:15", take=times[1]))
    assert Booking.objects.latest("pk").starts_at == at(10, 45)


def test_outside_the_hours_takes_a_tick_and_a_reason_and_never_books_anybody_twice(salon, desk):
    early = form(salon, time="08:00")
    assert desk.post("/admin/appointments/new/", early).status_code == 409
    assert desk.post("/admin/appointments/new/", {**early, "outside_hours": "on"}).status_code == 422

    said = {**early, "outside_hours": "on", "reason": "Wedding"}
    assert desk.post("/admin/appointments/new/", said).status_code == 302
    assert desk.post("/admin/appointments/new/", {**said, "key": "k2"}).status_code == 409

    [booking] = Booking.objects.all()
    assert booking.steps.get().facts == {"overrides": ["hours", "notice", "steps"], "reason": "Wedding"}


def test_two_friends_are_booked_at_once_at_the_desk_and_a_party_that_is_too_large_is_not(salon, desk):
    both = form(salon, **{"service-1": salon.cut.pk, "at_once": "on"})

    refused = desk.post("/admin/appointments/new/", {**both, "party": 4})
    assert (refused.status_code, Booking.objects.count()) == (422, 0)
    assert desk.post("/admin/appointments/new/", both).status_code == 302

    rows = Booking.objects.order_by("pk")
    assert [(one.starts_at, one.line) for one in rows] == [(at(10, 5), 0), (at(10, 5), 1)]
    assert [one.allocations.get().resource.code for one in rows] == ["anna", "bela"]


def test_somebody_who_was_here_before_is_found_by_the_telephone(salon, desk):
    book(salon, at(10), contact_phone="06 12 34 56 78")

    page = desk.get("/admin/appointments/new/?at=nantes&q=345678").content.decode()

    assert "Marie Rivière" not in page  # the spaces are not the number's
    page = desk.get("/admin/appointments/new/?at=nantes&q=rivi").content.decode()
    assert "name=Marie+Rivi" in page


def test_a_dragged_block_moves_to_another_person_and_an_old_page_does_not_move_it_again(salon, desk):
    booking = book(salon, at(10), person="anna")
    url = reverse("appointments:move", args=[booking.visit])
    said = {
        "on": str(TUESDAY),
        "time": "11:00",
        "person": "bela",
        "sequence": 0,
        "booking": str(booking.uuid),
    }

    assert desk.post(url, said).status_code == 302
    assert desk.post(url, {**said, "time": "14:00"}).status_code == 412

    booking.refresh_from_db()
    assert (booking.starts_at, booking.allocations.get().resource.code) == (at(11), "bela")


def test_a_move_onto_somebody_elses_time_is_refused_and_nothing_changes(salon, desk):
    booking = book(salon, at(10), person="anna")
    book(salon, at(11), person="anna")
    url = reverse("appointments:move", args=[booking.visit])

    answer = desk.post(url, {"on": str(TUESDAY), "time": "11:15", "person": "", "sequence": 0})

    assert answer.status_code == 409
    assert 'name="take"' in answer.content.decode()
    booking.refresh_from_db()
    assert booking.starts_at == at(10)


def test_arrivals_absences_and_cancelling_are_one_click(salon, desk):
    here, away, gone = (book(salon, at(hour), person="anna") for hour in (9, 10, 11))

    with today(at(10)):
        for booking, steps in ((here, ["arrived", "done"]), (away, ["missed"]), (gone, ["cancel"])):
            url = reverse("appointments:visit", args=[booking.visit])
            assert [desk.post(url, {"do": step}).status_code for step in steps] == [302] * len(steps)

    assert [one.state for one in Booking.objects.order_by("pk")] == ["done", "missed", "cancelled"]


def test_a_mark_by_mistake_is_taken_back_by_a_click_and_stands_in_the_story(salon, desk):
    url = reverse("appointments:visit", args=[book(salon, at(10)).visit])
    with today(at(10)):
        desk.post(url, {"do": "missed"})
    assert 'value="undo"' in desk.get(url).content.decode()
    desk.post(url, {"do": "undo"})

    page = desk.get(url).content.decode()
    assert Booking.objects.get().state == "confirmed"
    assert "pointage annulé (absent)" in page
    assert 'value="undo"' not in page


def test_blocked_time_is_shaded_with_its_reason_and_cannot_be_booked(salon, desk):
    said = {"at": "nantes", "who": salon.staff["anna"].pk, "first_day": str(TUESDAY), "starts": "10:00", "ends": "11:00",
            "reason": "Dentist"}  # fmt: skip

    assert desk.post("/admin/appointments/block/", said).status_code == 302

    assert "Dentist" in desk.get(DAY_URL).content.decode()
    assert desk.post("/admin/appointments/new/", form(salon)).status_code == 409
    assert HoursException.objects.get().resource == salon.staff["anna"]


def test_the_week_of_a_person_has_a_column_for_each_day(salon, desk):
    book(salon, at(10), person="anna")
    close(owner=salon.staff["anna"], first_day=TUESDAY + timedelta(days=1), reason="Fair")

    page = desk.get(f"/admin/appointments/week/?at=nantes&on={TUESDAY}&of=anna")

    assert page.content.decode().count('class="bk-column"') == 7
    assert cards(page) == ["confirmed"]
    assert "Fair" in page.content.decode()


def test_a_visit_shows_earlier_visits_and_orders_of_its_customer(salon, desk):
    earlier = book(salon, at(9), contact_phone="0612345678")
    later = book(salon, at(14), contact_phone="0612345678")
    book(salon, at(16), contact_phone="0699999999")

    page = desk.get(reverse("appointments:visit", args=[later.visit])).content.decode()

    assert str(earlier.visit) in page
    assert page.count('href="/admin/appointments/') >= 2


def test_shorter_hours_drop_no_booking_and_list_what_lies_outside_now(salon, client):
    booking = book(salon, at(16), person="anna")
    on_purpose = book(salon, at(19), person="bela", overrides=frozenset({"hours"}))
    user = staff_of(salon, "view_booking", "change_booking", "view_resource", "change_resource")
    client.force_login(user)
    close(owner=salon.staff["anna"], first_day=TUESDAY, reason="Ill")

    page = client.get("/admin/appointments/hours/?at=nantes").content.decode()

    assert str(booking.visit) in page
    assert str(on_purpose.visit) not in page
    booking.refresh_from_db()
    assert booking.state == "confirmed"


def test_the_address_of_a_calendar_is_made_and_renewed_by_who_sets_up_the_team_and_nobody_else(salon, client):
    salon.shop.channel("booking")
    url = reverse("resources:feed", args=[salon.staff["anna"].pk])
    client.force_login(staff_of(salon, "view_booking", "change_booking"))
    assert client.post(url).status_code in (302, 403) and not CalendarLink.objects.exists()

    client.force_login(staff_of(salon, "view_resource", "change_resource", email="boss@example.org"))
    edit = client.get(reverse("resources:edit", args=[salon.staff["anna"].pk])).content.decode()
    assert url in edit and "/calendars/" not in client.get(url).content.decode()
    found = []
    for _ in range(2):
        client.post(url)
        found += re.findall(r'value="http[^"]*(/api/[^"]+\.ics)"', client.get(url).content.decode())
    assert [client.get(path).status_code for path in found] == [404, 200]
    elsewhere = Salon(salon.shop, code="lyon").person("carla")
    assert client.get(reverse("resources:feed", args=[elsewhere.pk])).status_code == 404


def test_days_off_are_removed_and_holidays_added_by_a_click(salon, desk):
    off = close(owner=salon.staff["anna"], first_day=TUESDAY, reason="Ill")
    url = "/admin/appointments/hours/"

    desk.post(url, {"at": "nantes", "remove": off.pk})
    desk.post(url, {"at": "nantes", "do": "holidays"})

    reasons = set(HoursException.objects.values_list("reason", flat=True))
    assert "Ill" not in reasons and len(reasons) > 5
    elsewhere = close(owner=salon.shop.location("lyon"), first_day=TUESDAY)
    assert desk.post(url, {"at": "nantes", "remove": elsewhere.pk}).status_code == 404


def test_the_occupancy_of_a_week_is_booked_time_of_open_time(salon, desk):
    for hour in (9, 10, 13, 14):
        book(salon, at(hour), person="anna")  # 180 of 480 minutes of one of five days

    page = desk.get("/admin/appointments/report/?at=nantes&days=14").content.decode()

    [percent] = {
        one.percent for one in occupancy(read_diary(salon.place, TUESDAY), "staff") if one.booked[TUESDAY]
    }
    assert percent == round(100 * 180 / 480)
    assert "Anna" in page and "<svg" in page


def test_people_and_services_are_set_up_by_plain_forms_of_ones_own_locations(salon, client):
    models = ("resource", "service", "policy", "resourcegroup")
    user = staff_of(salon, *(f"{verb}_{one}" for one in models for verb in ("view", "add", "change")))
    client.force_login(user)
    lyon = Salon(salon.shop, code="lyon")
    away = lyon.person("zoe")

    listed = client.get("/admin/resources/").content.decode()
    assert "Anna" in listed and "Zoe" not in listed
    assert client.get(f"/admin/resources/edit/{away.pk}/").status_code == 404
    for name, row in (
        ("resources", salon.staff["anna"]),
        ("services", salon.cut),
        ("booking_policies", salon.policy),
    ):
        assert client.get(f"/admin/{name}/edit/{row.pk}/").status_code == 200
        assert client.get(f"/admin/{name}/new/").status_code == 200
