"""The salons of the demo shop can be booked, and there is always something in their book."""

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from comptoir.base import clock
from comptoir.catalogue.services import save_product_class
from comptoir.customers.models import User
from comptoir_booking.layout import Visit, Wish
from comptoir_booking.models import Booking, Resource, Service, Session
from comptoir_booking.queries import free_starts, open_days
from comptoir_site.demo.salon import (
    CLASS,
    DESK,
    SERVICES,
    STAFF,
    VISITS,
    fill_the_book,
    open_salons,
    remember_visits,
    staff_the_desk,
)
from comptoir_site.demo.shop import LOCATIONS

pytestmark = pytest.mark.django_db
REUNION = ZoneInfo("Indian/Reunion")
WEDNESDAY = date(2026, 11, 25)


@pytest.fixture
def salons(shop):
    """The three salons on a Tuesday morning of the island."""
    places = {
        one.code: shop.location(one.code, time_zone=one.time_zone, country=one.country_code)
        for one in LOCATIONS
    }
    shop.channel("web")
    kind = save_product_class(name="service", track_stock=False)
    products = {}
    for handle in (*SERVICES, CLASS):
        products[handle] = shop.product(handle)
        products[handle].product_class = kind
        products[handle].save()
    with clock.moved_to(datetime(2026, 11, 24, 8, 0, tzinfo=REUNION)):
        open_salons(places, products)
        fill_the_book()
        yield places


def test_each_salon_has_something_in_its_book_on_every_day_it_works(salons):
    for code in VISITS:
        days = {one.astimezone(ZoneInfo(salons[code].time_zone)).date() for one in starts_at(salons[code])}
        assert WEDNESDAY in days
        assert len(days) >= 6


def test_the_workshop_is_a_class_in_each_of_the_next_weeks(salons):
    planned = Session.objects.filter(service__product__handle=CLASS)
    assert {one.location.code for one in planned} == {"nantes", "saint-denis"}
    assert len(planned) >= 10 and all(one.places == 6 for one in planned)


def test_a_second_start_books_nothing_twice_and_a_later_one_goes_on(salons):
    before = Booking.objects.count()
    fill_the_book()
    assert Booking.objects.count() == before

    with clock.moved_to(clock.now() + timedelta(days=14)):
        fill_the_book()
    assert Booking.objects.count() > before


def test_a_colour_and_a_blow_dry_with_one_person_can_be_booked_on_the_island(salons):
    maeva = Resource.objects.get(code="maeva")
    wishes = [
        Wish(Service.objects.get(product__handle=one).pk, maeva.pk)
        for one in ("couleur-vegetale", "brushing")
    ]
    visit = Visit(salons["saint-denis"].pk, tuple(wishes))

    assert free_starts(visit, WEDNESDAY, 7)
    assert {one.state for one in open_days(visit, WEDNESDAY, 14)} >= {"open", "closed"}


def test_the_weeks_before_were_busy_and_every_visit_in_them_is_settled(salons):
    remember_visits()

    before = Booking.objects.filter(starts_at__lt=datetime(2026, 11, 24, tzinfo=REUNION))
    assert {one.location.code for one in before.select_related("location")} == set(VISITS)
    states = Counter(before.values_list("state", flat=True))
    assert set(states) == {"done", "missed"}
    assert states["done"] > 5 * states["missed"]
    assert min(one.starts_at for one in before) < datetime(2026, 10, 30, tzinfo=REUNION)


def test_the_desk_of_the_island_has_its_own_book_and_no_other(salons, client):
    for _start in range(2):
        staff_the_desk("a-long-password")
    client.force_login(User.objects.get(email=DESK))

    assert client.get("/admin/appointments/?at=saint-denis").status_code == 200
    assert client.get("/admin/appointments/?at=nantes").status_code == 404
    places = {
        one.location.code: one.visit
        for one in Booking.objects.select_related("location").exclude(owner="session")
    }
    screens = {
        code: client.get(f"/admin/appointments/{visit}/").status_code for code, visit in places.items()
    }
    assert screens == {"saint-denis": 200, "nantes": 404, "lyon": 404}
    api = "/api/v1/web/bookings?location={}&first=2026-11-25"
    assert client.get(api.format("saint-denis")).status_code == 200
    assert client.get(api.format("lyon")).json()["code"] == "not_your_location"
    assert (
        client.post(f"/api/v1/web/bookings/{places['nantes']}/arrived").json()["code"] == "not_your_location"
    )
    assert client.get(reverse("orders:index")).status_code == 200
    for name in ("products:index", "stock:index", "services:index", "resources:index"):
        assert client.get(reverse(name)).status_code == 302, name


def test_everybody_does_something_that_is_booked(salons):
    assert {one for person in STAFF for one in person.services} == set(SERVICES)
    assert set(Resource.objects.filter(kind="staff").values_list("location__code", flat=True)) == set(VISITS)


def starts_at(salon):
    return Booking.objects.filter(location=salon).values_list("starts_at", flat=True)
