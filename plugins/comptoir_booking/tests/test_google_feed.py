"""Google's “Appointments Redirect”: three feeds with their descriptors, in the shape that is documented.

https://developers.google.com/actions-center/verticals/appointments/redirect/reference/feeds (entity, action, services)
"""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from comptoir.base import clock
from comptoir.channels.queries import forget_contexts
from comptoir.conf import conf
from comptoir.testing.once import built_once
from comptoir_booking.google_feed import EVERY, KEPT_DAYS, write_feed, write_feed_of_the_day
from comptoir_booking.services import set_pace
from comptoir_booking.tests.salon import TODAY, Salon, today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

STAMP = int(TODAY.timestamp())
TEXT = {"value": str, "localized_value": [{"locale": str, "value": str}]}
LINK = f"{conf.BASE_URL}/web/fr/booking/"
#: What is documented, with what is required; ``?`` marks what may be left out.
SHAPES = {
    "entity": {
        "entity_id": str,
        "name": str,
        "url?": str,
        "telephone?": str,
        "location": {
            "latitude?": float,
            "longitude?": float,
            "address": {"country": str, "locality": str, "region?": str, "postal_code": str, "street_address": str},
        },
    },
    "action": {"entity_id": str, "link_id": str, "url": str, "actions": [{"appointment_info": {}}]},
    "service": {
        "merchant_id": str,
        "service_id": str,
        "localized_service_name": TEXT,
        "localized_service_category": TEXT,
        "localized_service_description?": TEXT,
        "service_price": {"price_interpretation": str, "min_price": {"price_micros": int, "currency_code": str}},
        "action_link?": [{"url": str}],
        "service_duration?": {"duration_interpretation": str, "min_duration_sec": int, "max_duration_sec?": int},
    },
}  # fmt: skip
NAMES = {
    "entity": "reservewithgoogle.entity",
    "action": "reservewithgoogle.action.v2",
    "service": "glam.service.v0",
}


def fits(said, shape):
    """Whether something has all the fields of a shape, and no other."""
    if isinstance(shape, list):
        return isinstance(said, list) and said and all(fits(one, shape[0]) for one in said)
    if isinstance(shape, dict):
        known = {name.removesuffix("?"): inside for name, inside in shape.items()}
        needed = {name for name in shape if not name.endswith("?")}
        return needed <= said.keys() <= known.keys() and all(fits(said[one], known[one]) for one in said)
    return type(said) is shape and (said != "" or shape is not str)


@built_once
def salon(shop):
    with today():
        where = {"street": "1 rue Crébillon", "postcode": "44000", "city": "Nantes"}
        salon = Salon(shop, latitude=Decimal("47.213"), longitude=Decimal("-1.559"), **where)
        shop.location("without-address")
        shop.channel("web", extensions=["booking"])
        salon.person("anna")
        salon.person("bela")
        salon.cut = salon.service(minutes=60)
        set_pace(service=salon.cut, person=salon.staff["bela"], minutes=90)
        shop.settle()
        forget_contexts()
        return salon


def rows(folder, short, stamp=STAMP):
    """The rows that a descriptor leads to."""
    said = json.loads((folder / f"{NAMES[short]}-{stamp}.filesetdesc.json").read_text())
    assert said == {
        "generation_timestamp": stamp, "name": NAMES[short], "data_file": [f"{short}_{stamp}.json"],
    }  # fmt: skip
    found = json.loads((folder / said["data_file"][0]).read_text())
    assert list(found) == ["data"]
    return found["data"]


@pytest.mark.parametrize("short", SHAPES)
def test_each_row_has_the_documented_fields_and_no_other(salon, tmp_path, short):
    assert write_feed("web", tmp_path) == {"entity": 1, "action": 1, "service": 1}
    [row] = rows(tmp_path, short)
    assert fits(row, SHAPES[short]), row


def test_a_service_leads_to_its_page_with_its_price_and_how_long_it_takes_with_whom(salon, tmp_path, client):
    call_command("google_feed", "web", tmp_path)

    [service], [action], [entity] = (rows(tmp_path, short) for short in ("service", "action", "entity"))

    assert service["merchant_id"] == action["entity_id"] == entity["entity_id"] == "nantes"
    assert action["url"] == f"{LINK}?location=nantes"
    assert service["action_link"] == [{"url": f"{LINK}?location=nantes&service=CUT"}]
    assert service["service_price"] == {
        "price_interpretation": "INTERPRETATION_EXACT",
        "min_price": {"price_micros": 49_900_000, "currency_code": "EUR"},
    }
    assert service["service_duration"] == {
        "duration_interpretation": "INTERPRETATION_RANGE", "min_duration_sec": 3600, "max_duration_sec": 5400,
    }  # fmt: skip
    assert client.get(service["action_link"][0]["url"].removeprefix(conf.BASE_URL)).status_code == 200


def test_the_worker_writes_them_once_a_day_and_keeps_those_of_a_week(salon, tmp_path, settings):
    write_feed_of_the_day()
    assert list(tmp_path.iterdir()) == []
    settings.COMPTOIR_BOOKING_GOOGLE_FOLDER = str(tmp_path)
    folder = tmp_path / "web"
    for _ in range(2):
        write_feed_of_the_day()
    assert len(list(folder.iterdir())) == 6
    for days in range(1, KEPT_DAYS + 2):
        with clock.moved_to(TODAY + days * EVERY + timedelta(minutes=days)):
            write_feed_of_the_day()
    stamps = sorted({int(one.stem.rpartition("_")[2]) for one in folder.glob("entity_*.json")})
    assert len(stamps) == KEPT_DAYS and stamps[0] > STAMP


def test_a_channel_without_booking_pages_has_no_feed(salon, tmp_path):
    salon.shop.channel("app")
    for code in ("app", "nowhere"):
        with pytest.raises(CommandError):
            call_command("google_feed", code, tmp_path)
    assert list(tmp_path.iterdir()) == []
