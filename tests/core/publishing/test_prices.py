"""Documents show the price in force on their channel, at its minute, and what may be crossed out beside it."""

from datetime import timedelta
from decimal import Decimal

import orjson
import pytest

from comptoir.base import clock
from comptoir.content.models import ProductContent
from comptoir.events.models import Event
from comptoir.pricing.services import (
    add_price_exception,
    remove_price_exception,
    set_price,
    tell_price_changes,
)
from comptoir.publishing.models import Document
from comptoir.publishing.preview import side_by_side

pytestmark = pytest.mark.django_db


@pytest.fixture
def shirt(shop):
    shop.channel("web"), shop.channel("app")
    shirt = shop.product("shirt", price="50")
    shop.settle()
    return shirt


def price(code: str, field: str = "price") -> str | None:
    document = Document.objects.get(channel__code=code, locale="fr", kind="product")
    found = orjson.loads(document.body)["variants"][0][field]
    return found and found["amount"]


def test_an_exception_of_a_channel_is_shown_there_and_nowhere_else(shop, shirt):
    channel = Document.objects.filter(channel__code="app").first().channel
    exception = add_price_exception(variant=shirt, amount=Decimal(45), reason="App week", channel=channel)
    shop.settle()

    assert (price("web"), price("app")) == ("50.00", "45.00")

    remove_price_exception(exception=exception)
    shop.settle()
    assert (price("web"), price("app")) == ("50.00", "50.00")


def test_a_dated_price_is_shown_from_its_minute_until_its_end_and_told_once_each_time(shop, shirt):
    start = clock.now() + timedelta(days=1)
    add_price_exception(
        variant=shirt, amount=Decimal(40), reason="Sale", starts_at=start, ends_at=start + timedelta(days=2)
    )
    shop.settle()
    assert price("web") == "50.00"
    assert tell_price_changes() == 0

    with clock.moved_to(start):
        assert tell_price_changes() == 1
        assert tell_price_changes() == 0
        shop.settle()
        assert price("web") == "40.00"
        assert price("web", "compare_at") == "50.00"

    with clock.moved_to(start + timedelta(days=2)):
        assert tell_price_changes() == 1
        shop.settle()
        assert price("web") == "50.00"
        assert price("web", "compare_at") is None
        assert tell_price_changes() == 0


def test_what_is_crossed_out_is_the_lowest_price_of_the_month_before(shop, shirt):
    start = clock.now() + timedelta(days=20)
    with clock.moved_to(start - timedelta(days=10)):
        set_price(variant=shirt, amount=Decimal(44))
    with clock.moved_to(start - timedelta(days=5)):
        set_price(variant=shirt, amount=Decimal(60))
    add_price_exception(
        variant=shirt, amount=Decimal(42), reason="Sale", starts_at=start, ends_at=start + timedelta(days=2)
    )
    with clock.moved_to(start):
        tell_price_changes()
        shop.settle()
        assert (price("web"), price("web", "compare_at")) == ("42.00", "44.00")


def test_a_price_that_goes_up_crosses_nothing_out(shop, shirt):
    add_price_exception(
        variant=shirt, amount=Decimal(70), reason="Delivered by air", ends_at=clock.now() + timedelta(days=1)
    )
    shop.settle()
    assert (price("web"), price("web", "compare_at")) == ("70.00", None)


def test_the_price_of_a_shop_is_shown_on_the_channel_that_has_only_that_shop(shop, shirt):
    reunion = shop.location("saint-denis")
    shop.channel("till", plugin="store", locations=[reunion])
    add_price_exception(variant=shirt, amount=Decimal(55), reason="Sea freight", location=reunion)
    shop.settle()

    assert (price("web"), price("till")) == ("50.00", "55.00")


def test_telling_leaves_no_line_in_the_history_and_one_event(shop, shirt):
    start = clock.now() + timedelta(days=1)
    add_price_exception(variant=shirt, amount=Decimal(40), reason="Sale", starts_at=start)
    shop.settle()
    before = Event.objects.filter(type="product_changed").count()
    with clock.moved_to(start):
        tell_price_changes()

    assert Event.objects.filter(type="product_changed").count() == before + 1


@pytest.mark.parametrize("days", [0, 3])
def test_the_preview_of_a_moment_shows_the_price_of_that_moment(shop, shirt, days):
    start = clock.now() + timedelta(days=2)
    add_price_exception(variant=shirt, amount=Decimal(40), reason="Sale", starts_at=start)

    frames = side_by_side(
        ProductContent.objects.get(locale__language_code="fr"), at=clock.now() + timedelta(days=days)
    )

    assert {frame.readiness.item.variants[0].price.amount for frame in frames} == {
        Decimal(40 if days else 50)
    }
