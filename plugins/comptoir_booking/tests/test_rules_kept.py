"""What can be booked, and when, is read once per version of it: whatever says so, a change is seen at once."""

from datetime import date, time, timedelta

import pytest
from django.db import transaction

from comptoir.base import clock
from comptoir.channels.models import DayOff, OpeningHours
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import (
    BusyTime,
    HoursException,
    OtherCalendar,
    Pace,
    Policy,
    Requirement,
    Resource,
    Segment,
    Service,
    WeeklyHours,
)
from comptoir_booking.queries import board_at, free_starts, nearest_starts, why_not
from comptoir_booking.services import save_group
from comptoir_booking.tests.salon import TUESDAY, Salon, at, on_the_wall, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def salon(shop):
    with today():
        made = Salon(shop)
        made.person("anna", weekly=[(1, "09:00", "11:00")])
        made.room = made.chair("window")
        group = save_group(code="chairs", name="Chairs", members=[made.room])
        needs = {"stylist": {"kind": "staff"}, "chair": {"group": group}}
        made.cut = made.service(minutes=60, step=60, needs=needs)
        yield made


def starts(salon):
    return on_the_wall(free_starts(salon.visit(salon.cut), TUESDAY))


CHANGES = {
    "a service is longer": lambda _: Segment.objects.update(minutes=120),
    "a service starts more often": lambda _: Service.objects.update(step_minutes=30),
    "a policy wants notice": lambda _: Policy.objects.update(notice_minutes=24 * 60 + 181),
    "a service needs nobody any more": lambda _: Requirement.objects.filter(role="stylist").delete(),
    "somebody takes longer": lambda s: Pace.objects.create(service=s.cut, resource=s.staff["anna"], percent=200),
    "somebody learns nothing of it": lambda s: s.cut.skilled.clear(),
    "somebody left": lambda s: Resource.objects.filter(code="anna").update(is_active=False),
    "somebody begins later": lambda _: WeeklyHours.objects.update(starts=time(10)),
    "somebody is ill": lambda s: HoursException.objects.create(
        resource=s.staff["anna"], first_day=TUESDAY, last_day=TUESDAY
    ),
    "the salon is closed": lambda s: DayOff.objects.create(location=s.place, on=TUESDAY),
    "the chair is in no group": lambda s: s.room.groups.clear(),
    "the salon moves to another zone": lambda s: type(s.place).objects.update(time_zone="Europe/Moscow"),
    "another calendar says no": lambda s: busy(s, 9, 10),
}  # fmt: skip


def busy(salon, begin, end):
    calendar = OtherCalendar.objects.create(resource=salon.staff["anna"], url="https://example.test/a.ics")
    BusyTime.objects.create(calendar=calendar, resource=salon.staff["anna"], during=(at(begin), at(end)))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen_at_once(salon, change):
    before = starts(salon)
    assert before == ["09:00", "10:00"]
    change(salon)

    assert starts(salon) != before


def test_hours_of_the_location_are_seen_at_once(salon):
    Resource.objects.filter(code="anna").update(hours="location")
    OpeningHours.objects.create(location=salon.place, weekday=1, opens=time(14), closes=time(15))
    assert starts(salon) == ["14:00"]
    OpeningHours.objects.update(closes=time(16))

    assert starts(salon) == ["14:00", "15:00"]


def test_a_new_number_of_a_service_is_told(salon):
    assert why_not(salon.visit(salon.cut), at(9))["roles"][0]["service"] == salon.cut.product.sku
    type(salon.cut.product).objects.filter(pk=salon.cut.product_id).update(sku="CUT-NEW")

    assert why_not(salon.visit(salon.cut), at(9))["roles"][0]["service"] == "CUT-NEW"


def test_what_was_read_of_a_change_that_is_undone_is_forgotten(salon):
    assert starts(salon) == ["09:00", "10:00"]
    with transaction.atomic():
        WeeklyHours.objects.update(starts=time(10))
        assert starts(salon) == ["10:00"]
        transaction.set_rollback(True)

    assert starts(salon) == ["09:00", "10:00"]


def test_days_of_other_months_are_known_too(salon):
    starts(salon)
    HoursException.objects.create(
        resource=salon.staff["anna"], first_day=date(2027, 3, 30), last_day=date(2027, 4, 6), is_open=False
    )

    found = {one.date() for one in free_starts(salon.visit(salon.cut), date(2027, 3, 23), 22)}

    assert found == {date(2027, 3, 23), date(2027, 4, 13)}


def test_who_asks_again_costs_one_statement_and_after_a_change_three(salon, django_assert_num_queries):
    with django_assert_num_queries(3):
        starts(salon)
    with django_assert_num_queries(1):
        starts(salon)
    Policy.objects.update(notice_minutes=5)
    with django_assert_num_queries(3):
        starts(salon)
    Policy.objects.filter(pk=0).update(notice_minutes=6)  # nothing was changed by that
    with django_assert_num_queries(1):
        starts(salon)


@pytest.mark.parametrize("booked", [(), (9, 10, 13), (9, 10, 11, 13, 14, 15, 16)])
def test_what_a_board_knows_of_the_nearest_starts_is_what_a_fortnight_says(shop, booked):
    with today():
        salon = Salon(shop)
        salon.person("anna")
        cut = salon.service(minutes=60, step=60)
        for hour in booked:
            book_visit(visit=salon.visit(cut), start=at(hour), terms=Terms())

        for quarters in range(-8, 40):
            start = at(9) + timedelta(minutes=15 * quarters)
            board = board_at(salon.visit(cut), start)
            near = nearest_starts(salon.visit(cut), start, seen=board)
            assert near == nearest_starts(salon.visit(cut), start)
            assert len(near) == 3 and all(one > clock.now() for one in near)
