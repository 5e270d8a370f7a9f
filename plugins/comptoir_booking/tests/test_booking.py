"""What can be booked, what keeps it from being booked, and its preview."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from comptoir.testing.items import make_attribute, make_channel, make_document, make_page, make_product
from comptoir_booking.bookable import booking_fields, duration_text
from comptoir_booking.readiness import booking_problems


def make_service(**attributes):
    labels = {"duration_minutes": "90", "people": "2", "places": "6", **attributes}
    rows = tuple(make_attribute(code, label) for code, label in labels.items() if label)
    return make_product(product_class="service", is_shipped=False, is_counted=False, attributes=rows)


def codes(item):
    return [problem.code for problem in booking_problems(item)]


def test_a_service_says_how_long_and_how_many():
    with translation.override("en"):
        assert booking_fields(make_service()) == {
            "bookable": True,
            "duration_minutes": 90,
            "people": 2,
            "places": 6,
            "duration_text": "1 h 30 min",
        }


def test_one_person_and_one_place_where_nothing_is_said():
    fields = booking_fields(make_service(people="", places=""))

    assert (fields["people"], fields["places"]) == (1, 1)


def test_goods_are_not_booked_but_may_come_along():
    assert booking_fields(make_product()) == {"bookable": False}
    assert codes(make_product()) == []


def test_a_duration_makes_a_service_of_any_class():
    item = make_product(product_class="atelier", attributes=(make_attribute("duration_minutes", "60"),))

    assert booking_fields(item)["bookable"] is True


def test_a_page_has_nothing_to_book():
    assert booking_fields(make_page()) == {}
    assert codes(make_page()) == []


@pytest.mark.parametrize(
    ("minutes", "text"), [(5, "5 min"), (60, "1 h"), (61, "1 h 1 min"), (150, "2 h 30 min")]
)
def test_a_duration_is_written_for_people(minutes, text):
    with translation.override("en"):
        assert duration_text(minutes) == text


@pytest.mark.parametrize("text", ["", "0", "-30", "une heure", "1441", "9" * 5000, "²", "45.5"])
def test_a_service_without_a_usable_duration_is_kept_off(text):
    (problem,) = booking_problems(make_service(duration_minutes=text))

    assert (problem.code, problem.field, problem.blocks) == ("no_duration", "duration_minutes", True)


@pytest.mark.parametrize("text", ["1", "1440", "045"])
def test_durations_up_to_a_day_can_be_booked(text):
    assert codes(make_service(duration_minutes=text)) == []
    assert booking_fields(make_service(duration_minutes=text))["duration_minutes"] == int(text)


def test_people_and_places_have_to_be_numbers():
    assert codes(make_service(people="0", places="beaucoup")) == ["no_people", "no_places"]


def test_a_service_without_words_is_a_warning():
    rows = (make_attribute("duration_minutes", "30"),)
    item = make_product(product_class="service", attributes=rows, summary="", body=[])

    (problem,) = booking_problems(item)

    assert (problem.code, problem.blocks) == ("no_description", False)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (make_service, ("cbook-facts", "49,90\xa0€")),
        (make_product, ("is-plain", "49,90\xa0€")),
        (make_page, ("Notre atelier",)),
        (lambda: make_product(product_class="service", pictures=()), ("cbook-facts",)),
    ],
)
def test_the_preview_shows_services_goods_and_pages(item, words):
    channel = make_channel("booking")
    document = make_document(item(), channel)

    html = render_to_string(
        "comptoir_booking/preview.html", {"document": document, "channel": channel, "locale": "fr"}
    )

    assert all(word in html.split("</style>")[1] for word in words)


@pytest.mark.django_db
def test_a_published_product_is_read_with_its_booking_part(shop, client):
    shop.channel("booking")
    shop.product("marin")

    shop.settle()

    assert client.get("/api/v1/booking/products/marin").json()["booking"] == {"bookable": False}
