"""New zone data: instants follow the time on the wall that was agreed; as if Paris had given up the summer time it was at."""

from io import StringIO

import pytest
from django.core.management import call_command

from comptoir.testing.once import built_once
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import Allocation, Booking
from comptoir_booking.sessions import open_session
from comptoir_booking.tests.salon import Salon, at, today
from comptoir_booking.zones import follow_zones, zone_shifts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@built_once
def salon(shop):
    with today():
        salon = Salon(shop)
        salon.person("anna")
        salon.cut = salon.service(minutes=60, step=60)
        return salon


def book(salon, hour):
    return book_visit(visit=salon.visit(salon.cut), start=at(hour), terms=Terms())[0]


def agreed_an_hour_later(*bookings):
    """What zone data of before made of the same wall: the instants that were written then."""
    for one in bookings:
        one.wall_start = at(one.starts_at.astimezone(at(9).tzinfo).hour + 1).isoformat(timespec="minutes")
        one.save(update_fields=["wall_start"])


def times():
    return {
        one.booking_id: (
            one.during.lower,
            one.during.upper,
            one.booking.starts_at,
            one.booking.wall_start[11:16],
        )
        for one in Allocation.objects.select_related("booking")
    }


def run(*words):
    out = StringIO()
    call_command("follow_zones", *words, stdout=out)
    return out.getvalue()


def test_appointments_that_stand_as_agreed_are_left_alone(salon):
    book(salon, 10)
    before = times()

    assert run("--apply") == "0 found, 0 moved.\n"
    assert times() == before


def test_appointments_one_after_the_other_follow_the_wall_with_the_time_of_who_does_them(salon):
    first, second = book(salon, 9), book(salon, 10)
    agreed_an_hour_later(first, second)

    assert "nantes 2027-03-02T11:00+01:00 (Europe/Paris): +60 minutes" in run()
    assert times()[first.pk][0] == at(9)
    assert "2 found, 2 moved." in run("--apply")

    assert times() == {
        first.pk: (at(10), at(11), at(10), "10:00"),
        second.pk: (at(11), at(12), at(11), "11:00"),
    }
    assert zone_shifts() == []
    assert first.steps.get(change="moved").facts["because"] == "time zone"


def test_a_time_that_somebody_else_has_by_now_is_left_and_named(salon):
    first, _second = book(salon, 9), book(salon, 10)
    agreed_an_hour_later(first)

    [left] = follow_zones(zone_shifts())

    assert (left.row.pk, times()[first.pk][0]) == (first.pk, at(9))


def test_a_class_follows_with_who_gives_it(salon):
    session = open_session(service=salon.cut, location=salon.place, start=at(14), places=4)
    agreed_an_hour_later(session, *Booking.objects.all())

    run("--apply")

    session.refresh_from_db()
    assert (session.starts_at, Booking.objects.get().starts_at) == (at(15), at(15))
    assert Allocation.objects.get().during.lower == at(15)
