"""Several who come together: a table that is large enough, one of a pool for each, a price for all or for each."""

import re

import pytest
from django.test import Client

from comptoir.base.errors import InvalidValue
from comptoir.channels.queries import channel_context, forget_contexts
from comptoir.orders.models import Order
from comptoir_booking.asking import visit_of
from comptoir_booking.calendars import calendar_of_visit
from comptoir_booking.changes import move_visit
from comptoir_booking.claims import Terms, book_visit
from comptoir_booking.models import Allocation, Booking
from comptoir_booking.queries import free_starts
from comptoir_booking.refusals import PartySize, StartNotFree
from comptoir_booking.services import save_resource, set_party
from comptoir_booking.tests.salon import EVERY_DAY, TUESDAY, at
from comptoir_booking.tests.test_basket import buy, hold, line_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

LUNCH = [(day, "12:00", "14:00") for day in EVERY_DAY]


@pytest.fixture
def lunch(salon):
    """A table for two and one for six, for two hours."""
    for code, seats in (("window", 6), ("corner", 2)):
        save_resource(code=code, location=salon.place, kind="room", weekly=LUNCH, seats=seats)
    needs = {"table": {"kind": "room", "by_party": True}}
    service = salon.service("lunch", 120, needs=needs, skilled=[], step=60)
    salon.shop.settle()
    return set_party(service=service, least=1, most=6)


@pytest.fixture
def ride(salon):
    """Four bicycles, paid for each."""
    save_resource(code="bikes", location=salon.place, kind="pool", capacity=4, weekly=LUNCH)
    needs = {"bike": {"kind": "pool", "by_party": True}}
    service = salon.service("ride", 60, needs=needs, skilled=[], step=60)
    salon.shop.settle()
    return set_party(service=service, least=1, most=6, price_for="person")


def asked(service, party, together=()):
    sku = service.product.sku
    return visit_of(
        channel_context("booking"), location="nantes", services=[sku], party=party, together=together
    )


def book(service, party, hour=12, **more):
    return book_visit(visit=asked(service, party, **more), start=at(hour), terms=Terms())


def tables():
    rows = Allocation.objects.filter(is_active=True).order_by("pk")
    return [one.resource.code for one in rows.select_related("resource")]


def test_a_party_gets_the_smallest_table_that_is_large_enough(lunch):
    book(lunch, 2)
    [booked] = book(lunch, 4)
    assert tables() == ["corner", "window"]
    assert booked.party == 4
    with pytest.raises(StartNotFree):
        book(lunch, 1)


def test_a_table_that_is_too_small_is_not_offered(lunch):
    book(lunch, 4)
    assert free_starts(asked(lunch, 3), TUESDAY) == []
    assert free_starts(asked(lunch, 2), TUESDAY) == [at(12)]


@pytest.mark.parametrize("party", [0, -1, 7, 50, 10**9])
def test_a_party_that_is_none_or_too_large_is_refused(lunch, party):
    with pytest.raises(PartySize) as refused:
        asked(lunch, party)
    assert (refused.value.code, refused.value.field, refused.value.facts["most"]) == (
        "party_size",
        "party",
        6,
    )


@pytest.mark.parametrize(("least", "most"), [(0, 4), (5, 4), (1, 101)])
def test_limits_that_make_no_sense_are_refused(lunch, least, most):
    with pytest.raises(InvalidValue):
        set_party(service=lunch, least=least, most=most)
    lunch.refresh_from_db()
    assert (lunch.party_min, lunch.party_max) == (1, 6)


def test_each_of_a_party_takes_one_of_a_pool(ride):
    book(ride, 3)
    assert free_starts(asked(ride, 1), TUESDAY) == [at(12), at(13)]
    assert free_starts(asked(ride, 2), TUESDAY) == [at(13)]
    assert free_starts(asked(ride, 5), TUESDAY) == []
    with pytest.raises(StartNotFree):
        book(ride, 2)
    book(ride, 1)
    assert tables() == ["bikes"] * 4


def test_two_parties_at_once_share_a_pool_as_far_as_it_goes(ride):
    both = asked(ride, 2, together=["RIDE"])
    assert free_starts(both, TUESDAY) == [at(12), at(13)]
    assert free_starts(asked(ride, 3, together=["RIDE"]), TUESDAY) == []
    book(ride, 1)
    assert free_starts(both, TUESDAY) == [at(13)]
    with pytest.raises(StartNotFree):
        book_visit(visit=both, start=at(12), terms=Terms())
    book_visit(visit=both, start=at(13), terms=Terms())
    assert Allocation.objects.filter(during__startswith=at(13)).count() == 4


def test_a_price_for_all_is_one_piece_and_one_for_each_as_many_as_come(salon, web, lunch, ride):
    basket, path = web.open("SHAMPOO")
    hold(web, basket["token"], 12, services=["LUNCH"], party=4)
    hold(web, basket["token"], 13, services=["RIDE"], party=3)

    view = web.get(path)

    assert (line_of(view, "LUNCH")["quantity"], line_of(view, "RIDE")["quantity"]) == (1, 3)
    assert line_of(view, "RIDE")["hold"]["state"] == "held"
    assert [len(line_of(view, sku)["hold"]["words"]) for sku in ("LUNCH", "RIDE")] == [1, 1]
    assert line_of(view, "LUNCH")["hold"]["words"][0].endswith(("4 people", "4 personnes"))
    buy(web, basket)
    lines = {line.sku: line.quantity for line in Order.objects.get().lines.all()}
    assert lines == {"SHAMPOO": 1, "LUNCH": 1, "RIDE": 3}
    assert set(Booking.objects.values_list("state", flat=True)) == {"confirmed"}


def test_one_less_gives_one_of_the_pool_back_and_the_rest_can_still_be_moved(salon, web, ride):
    basket, path = web.open("SHAMPOO")
    hold(web, basket["token"], 12, services=["RIDE"], party=3)
    line = line_of(web.get(path), "RIDE")
    web("PATCH", f"{path}/lines/{line['id']}", {"quantity": 2})
    assert web.status == 200
    assert free_starts(asked(ride, 2), TUESDAY) == [at(12), at(13)]
    buy(web, basket)

    moved = move_visit(visit=Booking.objects.first().visit, start=at(13))

    assert [one.starts_at for one in moved if one.state == "confirmed"] == [at(13)] * 2
    assert len(Allocation.objects.filter(is_active=True, during__startswith=at(13))) == 2


def test_a_party_is_one_entry_in_a_calendar_and_moves_as_one(ride):
    booked = book(ride, 3)
    moved = move_visit(visit=booked[0].visit, start=at(13))
    assert [(one.starts_at, one.party) for one in moved] == [(at(13), 1)] * 3
    assert calendar_of_visit(booked[0].visit).count(b"BEGIN:VEVENT") == 1
    with pytest.raises(StartNotFree):
        book(ride, 2, hour=13)


# --- the pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(salon):
    """Without JavaScript, on a web shop that books."""
    salon.shop.channel("web", extensions=["booking"])
    salon.shop.settle()
    forget_contexts()
    return Client()


def test_a_table_for_four_is_asked_for_on_the_page_and_lies_in_the_basket(browser, lunch):
    asks = browser.get("/web/en/booking/").content.decode()
    assert 'name="party"' in asks and 'max="6"' in asks

    chosen = {"location": "nantes", "service": lunch.product.sku, "party": "4"}
    times = browser.get("/web/en/booking/times", {**chosen, "day": "2027-03-03"}).content.decode()
    assert "4 people" in times and 'name="party" value="4"' in times
    start = re.findall(r'name="start" value="([^"]+)"', times)[0]
    assert browser.post("/web/en/booking/hold", {**chosen, "start": start}).status_code == 302
    assert [one.party for one in Booking.objects.all()] == [4]


def test_who_pays_for_each_sees_the_price_of_all(browser, ride):
    chosen = {"location": "nantes", "service": ride.product.sku, "party": "3"}
    assert "€149.70" in browser.get("/web/en/booking/times", chosen).content.decode()


@pytest.mark.parametrize("party", ["0", "7", "50", "-1", "1e9", "many"])
def test_a_page_refuses_a_party_that_does_not_fit_with_a_sentence(browser, lunch, party):
    chosen = {"location": "nantes", "service": lunch.product.sku, "party": party}
    answer = browser.get("/web/en/booking/times", chosen)
    assert answer.status_code == 422
    assert "This is for 1 to 6 people." in answer.content.decode()
