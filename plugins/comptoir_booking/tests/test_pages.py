"""Customers book by themselves, without JavaScript: every step is a link or a form, every refusal says what next."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from comptoir.base import clock
from comptoir.baskets.handover import offer_handover
from comptoir.baskets.rows import Key
from comptoir.baskets.services import open_basket
from comptoir.channels.queries import channel_context, forget_contexts
from comptoir.testing.once import built_once
from comptoir_booking.basket_claims import hold_in_basket
from comptoir_booking.claims import Terms, book_visit, hold_visit
from comptoir_booking.models import Booking
from comptoir_booking.self_service import token_of
from comptoir_booking.tests.salon import Salon, at, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
FRIDAY = date(2027, 3, 5)
CHOSEN = {"location": "nantes", "service": ["CUT"]}


def salon_of_nantes(shop):
    """Anna and Bela of Nantes, a cut of an hour and a colour that only Anna does, on a web shop that books."""
    with today():
        salon = Salon(shop, city="Nantes")
        shop.channel("web", extensions=["booking"])
        salon.person("anna")
        salon.person("bela")
        salon.cut = salon.service(minutes=60, step=60)
        salon.colour = salon.service("colour", minutes=90, step=30, skilled=[salon.staff["anna"]])
        shop.product("shampoo", stock={salon.place: 5})
        shop.settle()
        forget_contexts()
        return salon


@built_once
def salon(shop):
    return salon_of_nantes(shop)


@pytest.fixture
def visitor(salon):
    return Visitor()


class Visitor:
    """A browser without JavaScript."""

    def __init__(self):
        self.client = Client()

    def get(self, path, **query):
        self.answer = self.client.get(f"/web/en/{path}", query)
        return self.text

    def post(self, path, **said):
        self.answer = self.client.post(f"/web/en/{path}", said)
        return self.text

    def followed(self):
        self.answer = self.client.get(self.answer["Location"])
        return self.text

    @property
    def text(self):
        return self.answer.content.decode()

    @property
    def status(self):
        return self.answer.status_code


def starts_in(text):
    """The times that can be clicked on, in their order."""
    return re.findall(r'name="start" value="([^"]+)"', text)


def test_the_only_salon_is_chosen_already_and_its_services_have_a_price_and_a_length(visitor):
    text = visitor.get("booking/")
    assert visitor.status == 200
    assert re.findall(r'name="service" value="([A-Z]+)"', text) == ["CUT", "COLOUR"]
    assert "1 h 30 min" in text and "€49.90" in text
    assert "shampoo" not in text.lower()


def test_with_two_salons_one_is_chosen_first_and_only_those_that_do_what_was_asked_for_are_shown(
    visitor, salon
):
    lyon = Salon(salon.shop, code="lyon", city="Lyon")
    lyon.person("carla")
    salon.cut.skilled.add(lyon.staff["carla"])
    forget_contexts()

    text = visitor.get("booking/", service="CUT")
    assert "location=nantes&amp;service=CUT" in text and "location=lyon&amp;service=CUT" in text
    assert 'name="service"' not in text
    assert "location=lyon" not in visitor.get("booking/", service="COLOUR")


def test_a_time_shows_the_next_free_ones_the_month_and_the_day(visitor):
    text = visitor.get("booking/times", **CHOSEN, day="2027-03-03")
    shown = starts_in(text)
    assert shown[:3] == [at(hour).isoformat() for hour in (9, 10, 11)]
    assert [one[11:16] for one in shown[3:]] == [
        "09:00",
        "10:00",
        "11:00",
        "13:00",
        "14:00",
        "15:00",
        "16:00",
        "17:00",
    ]
    assert "Morning" in text and "Afternoon" in text and "Evening" not in text
    assert 'aria-label="Wednesday 3 March: free"' in text
    assert "Sunday 7 March: closed" in text
    assert "You can cancel or move it free of charge until it begins." in text


def test_whoever_is_chosen_does_all_of_it(visitor):
    text = visitor.get("booking/times", location="nantes", service=["COLOUR", "CUT"])
    assert "person=anna" in text and "person=bela" not in text
    assert "€99.80" in text and "2 h 30 min" in text

    visitor.post(
        "booking/hold", location="nantes", service=["COLOUR", "CUT"], person="anna", start=at(9).isoformat()
    )

    assert {one.allocations.get().resource.code for one in Booking.objects.all()} == {"anna"}
    assert [one.starts_at for one in Booking.objects.order_by("starts_at")] == [at(9), at(10, 30)]


def test_a_time_comes_into_the_basket_beside_goods_with_its_end_in_words(visitor):
    visitor.client.post("/web/en/basket/add", {"sku": "SHAMPOO"}, headers={"Origin": "http://testserver"})
    visitor.post("booking/hold", **CHOSEN, person="bela", start=at(10).isoformat())
    assert visitor.answer["Location"].startswith("/web/en/basket?added=")

    text = visitor.followed()

    assert "Tuesday 2 March at 10:00 with Bela, Nantes" in text
    assert "We keep your articles for you until 08:15." in text
    assert text.count('name="quantity"') == 1
    assert "Go to the checkout" in text
    assert (Booking.objects.get().state, Booking.objects.get().owner[:7]) == ("held", "basket:")


def test_whoever_was_slower_sees_the_three_nearest_times(visitor, salon):
    for name in ("one", "two"):
        hold_visit(visit=salon.visit(salon.cut), start=at(10), terms=Terms(owner=name))

    text = visitor.post("booking/hold", **CHOSEN, person="", start=at(10).isoformat())

    assert visitor.status == 409
    assert "Somebody was quicker" in text
    assert starts_in(text)[:3] == [at(hour).isoformat() for hour in (9, 11, 13)]
    assert Booking.objects.count() == 2
    assert "basket" not in "".join(visitor.client.cookies)


def test_a_full_salon_says_so_and_leads_to_the_other_one(visitor, salon):
    lyon = Salon(salon.shop, code="lyon", city="Lyon")
    lyon.person("carla")
    salon.cut.skilled.set([lyon.staff["carla"], salon.person("idle", weekly=[(0, "09:00", "09:05")])])
    forget_contexts()

    text = visitor.get("booking/times", **CHOSEN)

    assert "Nothing is free online" in text
    assert "Look at Lyon" in text
    assert starts_in(text) == []


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"location": "nantes"}, 422, "Choose at least one service."),
        ({"service": "CUT"}, 422, "Choose where you would like to come."),
        ({"location": "nowhere", "service": "CUT"}, 404, "Please choose again."),
        ({"location": "nantes", "service": "NOTHING"}, 404, "Please choose again."),
        ({"location": "nantes", "service": "COLOUR", "person": "bela"}, 404, "Please choose again."),
        ({"location": "nantes", "service": "CUT", "day": "soon", "month": "9999-99"}, 200, "Next free times"),
        ({"location": "nantes", "service": "CUT", "month": "1900-01"}, 200, "March 2027"),
        ({"location": "n\0", "service": "C\0"}, 404, "Please choose again."),
    ],
)
def test_an_address_that_makes_no_sense_gets_a_sentence(visitor, query, status, words):
    text = visitor.get("booking/times", **query)
    assert (visitor.status, words in text) == (status, True)


@pytest.mark.parametrize("start", ["", "tomorrow", "2027-03-02T10:00", "2027-13-02T10:00+01:00"])
def test_a_start_that_is_no_time_holds_nothing(visitor, start):
    text = visitor.post("booking/hold", **CHOSEN, start=start)
    assert (visitor.status, "Choose a time." in text) == (422, True)
    assert not Booking.objects.exists()


def test_a_fifth_visit_in_one_basket_is_refused_and_the_four_stay(visitor):
    for hour in (9, 10, 11, 13):
        visitor.post("booking/hold", **CHOSEN, start=at(hour).isoformat())
        assert visitor.status == 302
    text = visitor.post("booking/hold", **CHOSEN, start=at(14).isoformat())
    assert visitor.status == 409
    assert "Please confirm or give back the times you hold" in text
    assert Booking.objects.count() == 4


def test_the_pages_are_only_there_where_the_book_is_open(visitor, salon):
    salon.shop.channel("other", plugin="web")
    forget_contexts()
    assert visitor.client.get("/other/en/booking/").status_code == 404


def test_a_time_whose_hold_has_ended_can_be_kept_again(visitor):
    visitor.post("booking/hold", **CHOSEN, start=at(10).isoformat())
    with clock.moved_to(clock.now() + timedelta(minutes=20)):
        assert "Keep it for me again" in visitor.get("basket")
        visitor.post("basket/hold")
        assert "We keep this for you until" in visitor.followed()


# --- by the safe link ------------------------------------------------------------------------------------------------


@pytest.fixture
def link(salon):
    """The path of the page of a cut with Anna on Tuesday at ten, which is free to change until a day before."""
    salon.policy.cancel_minutes = salon.policy.move_minutes = 24 * 60
    salon.policy.save()
    visit = salon.visit(salon.cut, person=salon.staff["anna"])
    booked = book_visit(visit=visit, start=at(10, day=FRIDAY), terms=Terms(contact_name="Camille"))
    return f"booking/visits/{token_of(booked)}"


def test_a_visit_is_seen_moved_and_cancelled_by_its_link(visitor, link):
    text = visitor.get(link)
    assert "Friday 5 March at 10:00" in text and "with Anna" in text
    assert "Moving it is free of charge until Thursday 4 March at 10:00" in text

    shown = starts_in(visitor.get(f"{link}/move", day="2027-03-05"))
    assert at(11, day=FRIDAY).isoformat() in shown and at(10, day=FRIDAY).isoformat() not in shown
    visitor.post(f"{link}/move", start=at(11, day=FRIDAY).isoformat(), sequence="0")
    assert "Your appointment has been moved." in visitor.followed()
    assert Booking.objects.get().starts_at == at(11, day=FRIDAY)

    visitor.post(f"{link}/cancel", sequence="1")
    assert "Your appointment is cancelled." in visitor.followed()
    assert Booking.objects.get().state == "cancelled"
    assert f"{link}/move" not in visitor.get(link)


def test_somebody_who_looks_at_an_old_page_moves_nothing(visitor, link):
    visitor.post(f"{link}/move", start=at(11, day=FRIDAY).isoformat(), sequence="0")
    text = visitor.post(f"{link}/move", start=at(13, day=FRIDAY).isoformat(), sequence="0")
    assert (visitor.status, "has been changed meanwhile" in text) == (412, True)
    assert Booking.objects.get().starts_at == at(11, day=FRIDAY)


def test_a_time_taken_meanwhile_leaves_the_visit_where_it_was(visitor, link, salon):
    book_visit(
        visit=salon.visit(salon.cut, person=salon.staff["anna"]), start=at(11, day=FRIDAY), terms=Terms()
    )
    text = visitor.post(f"{link}/move", start=at(11, day=FRIDAY).isoformat(), sequence="0")
    assert (visitor.status, "Somebody was quicker" in text) == (409, True)
    assert len(starts_in(text)) > 3
    assert Booking.objects.order_by("pk").first().starts_at == at(10, day=FRIDAY)


def test_when_it_is_too_late_the_page_says_whom_to_ring(visitor, link):
    with clock.moved_to(at(11, day=FRIDAY) - timedelta(days=1)):
        text = visitor.get(link)
        assert "It cannot be moved here any more. Please ring us." in text
        assert "It cannot be cancelled here any more. Please ring us." in text
        visitor.post(f"{link}/move", start=at(13, day=FRIDAY).isoformat(), sequence="0")
        assert visitor.status == 409
        visitor.post(f"{link}/cancel", sequence="0")
        assert visitor.status == 409
    assert Booking.objects.get().state == "confirmed"


@pytest.mark.parametrize("token", ["x", "A" * 46, "%00", "é"])
def test_a_link_of_nobody_opens_nothing(visitor, token):
    visitor.get(f"booking/visits/{token}")
    assert visitor.status == 404


# --- from somebody else's page ---------------------------------------------------------------------------------------


def test_a_basket_filled_elsewhere_joins_the_one_of_this_browser(visitor, salon):
    visitor.client.post("/web/en/basket/add", {"sku": "SHAMPOO"}, headers={"Origin": "http://testserver"})
    _view, token = open_basket(channel=channel_context("web"))
    key = Key(channel_context("web"), token)
    hold_in_basket(key=key, visit=salon.visit(salon.cut), start=at(10))
    code = offer_handover(key=key).code

    visitor.get("basket/take", code=code)
    text = visitor.followed()

    assert "Tuesday 2 March at 10:00" in text and 'value="1"' in text
    assert "Sold out" not in text and "Go to the checkout" in text
    visitor.get("basket/take", code=code)
    assert visitor.status == 404


def test_only_sites_that_the_channel_names_may_call_its_api(visitor, salon):
    web = salon.shop.channel("open", plugin="web", extensions=["booking"], origins=["https://blog.example"])
    forget_contexts()

    def allowed(origin, channel=web.code):
        answer = visitor.client.get(f"/api/v1/{channel}/services", headers={"Origin": origin})
        return answer.headers.get("Access-Control-Allow-Origin")

    assert allowed("https://blog.example") == "https://blog.example"
    assert allowed("https://evil.example") is None
    assert allowed("https://blog.example", channel="web") is None


# --- several at the same time ----------------------------------------------------------------------------------------


def test_several_services_of_one_person_go_one_after_the_other(visitor):
    """Who comes with somebody says so on the first page; nobody can have a cut and a colour at once."""
    wednesday = date(2027, 3, 3)
    alone = visitor.get("booking/times", location="nantes", service=["CUT", "COLOUR"], day=wednesday)
    assert "same time" not in alone.lower()
    assert starts_in(alone)[-1] == at(15, day=wednesday).isoformat()

    both = {"location": "nantes", "service": "CUT", "service-2": "COLOUR"}
    together = visitor.get("booking/times", **both, day=wednesday)
    assert "at the same time" in together and "1 h 30 min" in together
    assert at(16, day=wednesday).isoformat() in starts_in(together)


def test_mother_and_daughter_are_looked_after_by_two_of_the_team_at_once(visitor, salon):
    both = {"location": "nantes", "service": "CUT", "service-2": "CUT", "person-2": "anna"}
    text = visitor.get("booking/times", **both, day="2027-03-03")
    assert "€99.80" in text and "at the same time" in text
    visitor.post("booking/hold", **both, start=at(10).isoformat())
    basket = visitor.followed()
    assert "Tuesday 2 March at 10:00 with Anna" in basket and "Tuesday 2 March at 10:00 with Bela" in basket
    held = Booking.objects.order_by("line")
    assert [(one.line, one.starts_at) for one in held] == [(0, at(10)), (1, at(10))]

    visitor.post("booking/hold", **both, start=at(10).isoformat())
    assert (visitor.status, Booking.objects.count()) == (409, 2)


def test_who_comes_along_is_asked_for_where_more_than_one_of_the_team_is_there(visitor, salon):
    text = visitor.get("booking/", **{"service": "CUT", "service-2": "COLOUR"})
    assert re.findall(r'name="service-2" value="(\w+)" checked', text) == ["COLOUR"]
    assert "For the second person" in text and "For the third person" not in text
    salon.staff["bela"].is_active = False
    salon.staff["bela"].save()
    assert "For the second person" not in visitor.get("booking/")


def test_nonsense_about_who_comes_along_begins_again(visitor):
    for said in ({"service-2": "NONE"}, {"service-2": "CUT", "person-2": "nobody"}):
        assert "Please choose again." in visitor.get("booking/times", **CHOSEN, **said)
        assert visitor.status == 404
    only_second = visitor.get("booking/times", location="nantes", **{"service-2": "CUT"})
    assert visitor.status == 200 and "service=CUT" in only_second
