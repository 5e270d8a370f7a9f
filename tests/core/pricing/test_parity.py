"""Where prices differ, and what a variant cost over time, computed twice and compared."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptoir.base import clock
from comptoir.pricing.backoffice.price_chart import Step, draw, price_steps
from comptoir.pricing.models import PriceException
from comptoir.pricing.parity import clashing, prices_everywhere, unexplained_differences
from comptoir.pricing.queries import lowest_price_30_days, price_history, prices_on
from comptoir.pricing.services import add_price_exception, remove_price_exception, set_price

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_the_worked_example_holds_everywhere(shop):
    """The figures of docs/algorithms/pricing.md, “Which price holds”."""
    web, app, till = shop.channel("web"), shop.channel("app"), shop.channel("store")
    nantes = shop.location("nantes")
    till.locations.add(nantes)
    shirt = shop.product("shirt", texts={})
    dates = {"starts_at": NOON - DAY, "ends_at": NOON + 2 * DAY}
    for amount, reason, where in (
        ("45.90", "Black Friday", dates),
        ("44.90", "App launch", {"channel": app}),
        ("43.90", "App week", {"channel": app, **dates}),
        ("39.90", "Shop window", {"location": nantes}),
    ):
        add_price_exception(variant=shirt, amount=Decimal(amount), reason=reason, **where)

    then = {one.channel: one for one in prices_everywhere(shirt, moment=NOON)}
    after = {one.channel: one for one in prices_everywhere(shirt, moment=NOON + 5 * DAY)}

    assert {channel.code: str(one.amount) for channel, one in then.items()} == {
        "web": "45.900", "app": "43.900", "store": "39.900",
    }  # fmt: skip
    assert {channel.code: str(one.amount) for channel, one in after.items()} == {
        "web": "49.900", "app": "44.900", "store": "39.900",
    }  # fmt: skip
    assert [(one.location, str(one.amount)) for one in then[web].shops] == [(nantes, "39.900")]
    assert then[till].shops == ()


def test_two_channels_and_two_shops_may_each_have_their_own_price(shop):
    shirt = shop.product("shirt", texts={})
    for channel in (shop.channel("web"), shop.channel("app")):
        add_price_exception(variant=shirt, amount=Decimal(40), reason="Its own", channel=channel)
    for place in (shop.location("nantes"), shop.location("lyon")):
        add_price_exception(variant=shirt, amount=Decimal(39), reason="Its own", location=place)
    assert PriceException.objects.count() == 4
    with pytest.raises(ValidationError):
        add_price_exception(variant=shirt, amount=Decimal(38), reason="Again", location=place)


def test_no_difference_stays_unexplained_whatever_the_exceptions(shop):
    """The engine in SQL and the rule in Python say the same of random exceptions, and so does what is drawn."""
    chance = Random(7)
    channels = [shop.channel(code) for code in ("web", "app")]
    places = [shop.location("nantes"), shop.location("lyon")]
    channels[1].locations.add(places[0])
    shirt = shop.product("shirt", texts={})
    for number in range(60):
        starts_at = chance.choice([None, NOON + chance.randint(-40, 40) * DAY])
        length = chance.randint(1, 30) * DAY
        row = PriceException(
            variant=shirt, currency="EUR", amount=chance.randint(20, 60), reason=f"Reason {number}",
            channel=chance.choice([None, *channels]), location=chance.choice([None, *places]),
            starts_at=starts_at, ends_at=starts_at + length if starts_at else None,
        )  # fmt: skip
        if not (row.channel or row.location or row.starts_at) or clashing(row):
            continue
        row.full_clean()
        row.save()
    assert PriceException.objects.count() > 15

    for day in range(-45, 60, 5):
        moment = NOON + day * DAY
        assert unexplained_differences(moment=moment) == []
        for one in prices_everywhere(shirt, moment=moment):
            for shop_price in one.shops:
                asked = prices_on(
                    [shirt.pk], currency="EUR", moment=moment, channel_id=one.channel.pk,
                    location_id=shop_price.location.pk,
                )  # fmt: skip
                assert asked[shirt.pk].amount == shop_price.amount


def test_a_clash_is_found_exactly_when_the_database_refuses(shop):
    app = shop.channel("app")
    shirt = shop.product("shirt", texts={})
    fields = {"variant": shirt, "amount": Decimal(40), "reason": "Week", "channel": app}
    add_price_exception(**fields, starts_at=NOON, ends_at=NOON + 7 * DAY)

    def clashes(**dates) -> bool:
        return clashing(PriceException(currency="EUR", **fields, **dates)) is not None

    assert clashes(starts_at=NOON + 6 * DAY)
    assert clashes(ends_at=NOON + DAY)
    assert clashes(starts_at=NOON - DAY, ends_at=NOON + 9 * DAY)
    assert not clashes(starts_at=NOON + 7 * DAY)
    assert not clashes(ends_at=NOON)
    assert not clashes()


@pytest.mark.parametrize("seed", range(5))
def test_the_lowest_step_of_thirty_days_is_the_lowest_price_by_law(shop, seed):
    chance = Random(seed)
    app, nantes = shop.channel("app"), shop.location("nantes")
    with clock.moved_to(NOON - 100 * DAY):
        shirt = shop.product("shirt", texts={})
    kept = []
    for day in sorted(chance.sample(range(1, 90), 25), reverse=True):
        with clock.moved_to(NOON - day * DAY):
            if kept and chance.random() < 0.3:
                remove_price_exception(exception=kept.pop())
            elif chance.random() < 0.5:
                set_price(variant=shirt, amount=Decimal(chance.randint(30, 60)))
            else:
                starts_at = clock.now() + chance.randint(-3, 10) * DAY
                where = chance.choice([{}, {"channel": app}, {"location": nantes}])
                row = PriceException(variant=shirt, currency="EUR", starts_at=starts_at,
                                     ends_at=starts_at + chance.randint(1, 9) * DAY, **where)  # fmt: skip
                if clashing(row) is None:
                    row.amount, row.reason = chance.randint(20, 70), "Chance"
                    row.save()
                    kept.append(row)
    lines = list(price_history(shirt.pk, "EUR"))
    for place in ({}, {"channel_id": app.pk}, {"channel_id": app.pk, "location_id": nantes.pk}):
        steps = price_steps(lines, since=NOON - 30 * DAY, until=NOON, **place)
        assert (steps[0].since, steps[-1].until) == (NOON - 30 * DAY, NOON)
        lowest = lowest_price_30_days([shirt.pk], "EUR", NOON, **place)[shirt.pk]
        assert min(step.amount for step in steps) == lowest


def test_a_drawing_has_a_gap_where_nothing_was_sold():
    steps = [
        Step(NOON - 40 * DAY, NOON - 30 * DAY, Decimal(50)),
        Step(NOON - 30 * DAY, NOON - 20 * DAY, None),
        Step(NOON - 20 * DAY, NOON - 10 * DAY, Decimal(40)),
        Step(NOON - 10 * DAY, NOON, Decimal(50)),
    ]
    drawing = draw(steps, window=30 * DAY, lowest=Decimal(40), day_text=lambda at: f"{at:%d/%m}")
    assert len(drawing.paths) == 2
    assert [label.text for label in drawing.amounts] == ["40", "50"]
    assert draw([Step(NOON - DAY, NOON, None)], window=DAY, lowest=None, day_text=str) is None


def test_the_check_costs_one_statement_a_channel(shop):
    for code in ("web", "app", "store"):
        shop.channel(code)
    shop.product("shirt", sizes=[str(size) for size in range(20)], texts={})
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert unexplained_differences() == []
    assert len(asked) == 4 + 3
