"""Which price holds where, and the history that nobody can rewrite. Figures: docs/algorithms/pricing.md."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from comptoir.base import clock
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.events.models import Event
from comptoir.pricing.models import Price, PriceChange, PriceException
from comptoir.pricing.queries import (
    NoPrice,
    differing_prices,
    lowest_price_30_days,
    next_price_change,
    price_history,
    prices_on,
)
from comptoir.pricing.services import (
    add_price_exception,
    record_price_changes,
    remove_price,
    remove_price_exception,
    set_price,
)
from comptoir.testing.factories import Shop

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def on(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00+00:00")


@pytest.fixture
def shirt(shop: Shop) -> Product:
    return shop.product("shirt", price="49.90", texts={})


@pytest.fixture
def app(shop: Shop) -> Channel:
    return shop.channel("app")


@pytest.fixture
def nantes(shop: Shop) -> Location:
    return shop.location("nantes")


def price_of(variant: Product, **place: object) -> tuple[str, str]:
    found = prices_on([variant.pk], currency="EUR", moment=NOON, **place)[variant.pk]  # type: ignore[arg-type]
    return str(found.amount.quantize(Decimal("0.01"))), found.rule.reason


def test_one_price_holds_on_all_channels(shirt: Product, app: Channel, nantes: Location) -> None:
    assert price_of(shirt) == price_of(shirt, channel_id=app.pk, location_id=nantes.pk) == ("49.90", "")


def test_a_location_beats_a_channel_beats_dates(shirt: Product, app: Channel, nantes: Location) -> None:
    dates = {"starts_at": NOON - DAY, "ends_at": NOON + DAY}
    add_price_exception(variant=shirt, amount=Decimal("45.90"), reason="Black Friday", **dates)
    assert price_of(shirt, channel_id=app.pk) == ("45.90", "Black Friday")
    add_price_exception(variant=shirt, amount=Decimal("44.90"), reason="App launch", channel=app)
    assert price_of(shirt, channel_id=app.pk) == ("44.90", "App launch")
    add_price_exception(variant=shirt, amount=Decimal("43.90"), reason="App week", channel=app, **dates)
    assert price_of(shirt, channel_id=app.pk) == ("43.90", "App week")
    add_price_exception(variant=shirt, amount=Decimal("39.90"), reason="Shop window", location=nantes)
    assert price_of(shirt, channel_id=app.pk, location_id=nantes.pk) == ("39.90", "Shop window")
    assert price_of(shirt, channel_id=app.pk) == ("43.90", "App week")
    assert price_of(shirt) == ("45.90", "Black Friday")


def test_an_exception_holds_from_its_start_to_before_its_end(shirt: Product) -> None:
    add_price_exception(
        variant=shirt, amount=Decimal(40), reason="Flash sale", starts_at=NOON, ends_at=NOON + DAY
    )
    amounts = [
        prices_on([shirt.pk], currency="EUR", moment=moment)[shirt.pk].amount
        for moment in (NOON - timedelta(seconds=1), NOON, NOON + DAY)
    ]
    assert amounts == [Decimal("49.9"), Decimal(40), Decimal("49.9")]


@pytest.mark.usefixtures("english")
def test_two_exceptions_for_the_same_place_and_time_are_refused(shirt: Product, app: Channel) -> None:
    place = {"variant": shirt, "channel": app, "starts_at": NOON, "ends_at": NOON + DAY}
    add_price_exception(amount=Decimal(40), reason="Flash sale", **place)
    with pytest.raises(ValidationError, match="in force"):
        add_price_exception(amount=Decimal(39), reason="Another sale", **place)
    with pytest.raises(IntegrityError), transaction.atomic():
        PriceException.objects.create(amount=Decimal(39), reason="Past the form", **place)
    following = {**place, "starts_at": NOON + DAY, "ends_at": NOON + 2 * DAY}
    add_price_exception(amount=Decimal(39), reason="The day after", **following)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"reason": "  "}, "reason"),
        ({"amount": Decimal(-1)}, "amount"),
        ({"ends_at": NOON - 2 * DAY}, "ends_at"),
        ({"starts_at": None}, "__all__"),
        ({"currency": "eur"}, "currency"),
    ],
)
def test_an_exception_without_reason_limit_or_sense_is_refused(
    shirt: Product, fields: dict[str, object], named: str
) -> None:
    wanted = {"amount": Decimal(40), "reason": "Sale", "starts_at": NOON - DAY} | fields
    with pytest.raises(ValidationError) as refused:
        add_price_exception(variant=shirt, **wanted)
    assert named in refused.value.message_dict
    assert not PriceException.objects.exists()
    assert price_history(shirt.pk, "EUR").count() == 1


def test_an_exception_is_news_of_its_product(shop: Shop) -> None:
    product = shop.product("sized", sizes=["s", "m"], texts={})
    variant = shop.variants(product)[0]
    shop.settle()
    before = Event.objects.count()
    exception = add_price_exception(variant=variant, amount=Decimal(40), reason="Sale", starts_at=NOON)
    told = Event.objects.order_by("pk")[before:]
    assert [(event.type, event.subject_id) for event in told] == [("product_changed", product.pk)]
    remove_price_exception(exception=exception)
    assert price_of(variant) == ("49.90", "")


def test_a_variant_without_a_price_is_a_clear_refusal(shop: Shop) -> None:
    free = shop.product("free", price=None, texts={})
    with pytest.raises(NoPrice) as refused:
        prices_on([free.pk], currency="EUR")
    assert (refused.value.code, refused.value.facts) == ("no_price", {"sku": "FREE", "currency": "EUR"})
    with pytest.raises(NoPrice):
        prices_on([free.pk + 1000], currency="EUR")


def test_many_prices_are_read_in_one_statement(shop: Shop, django_assert_num_queries) -> None:
    few = [shop.product(price="10", texts={}).pk for _number in range(2)]
    many = few + [shop.product(price="10", texts={}).pk for _number in range(10)]
    for wanted in (few, many):
        with django_assert_num_queries(1):
            assert len(prices_on(wanted, currency="EUR")) == len(wanted)


def test_the_parity_page_lists_what_differs_now_or_will(shirt: Product, app: Channel) -> None:
    over = add_price_exception(variant=shirt, amount=Decimal(1), reason="Over", ends_at=NOON - DAY)
    standing = add_price_exception(variant=shirt, amount=Decimal(2), reason="Standing", channel=app)
    coming = add_price_exception(variant=shirt, amount=Decimal(3), reason="Coming", starts_at=NOON + DAY)
    assert set(differing_prices(moment=NOON)) == {standing, coming}
    assert next_price_change(after=NOON) == coming.starts_at
    assert next_price_change(after=NOON + 2 * DAY) is None
    assert over.ends_at < NOON


def test_every_way_of_writing_a_price_leaves_its_line(shop: Shop) -> None:
    shirt, sock = shop.product("shirt", price=None, texts={}), shop.product("sock", price=None, texts={})
    set_price(variant=shirt, amount=Decimal(10))
    set_price(variant=shirt, amount=Decimal(10))
    price = Price.objects.get(variant=shirt)
    price.amount = Decimal(11)
    price.save()
    Price.objects.bulk_create([Price(variant=sock, amount=Decimal(5))])
    price.amount = Decimal(12)
    Price.objects.bulk_update([price], ["amount"])
    Price.objects.filter(pk=price.pk).update(amount=Decimal(13))
    assert record_price_changes([Price.objects.get(pk=price.pk)]) == 0, "nothing new to tell"
    remove_price(variant=shirt, currency="EUR")
    Price.objects.filter(variant=sock).delete()
    lines = PriceChange.objects.order_by("pk").values_list("sku", "amount")
    assert list(lines) == [
        ("SHIRT", 10),
        ("SHIRT", 11),
        ("SOCK", 5),
        ("SHIRT", 12),
        ("SHIRT", 13),
        ("SHIRT", None),
        ("SOCK", None),
    ]


def test_the_database_refuses_to_rewrite_history(shirt: Product) -> None:
    line = PriceChange.objects.get(variant_id=shirt.pk)
    for rewrite in (
        lambda: PriceChange.objects.update(amount=1),
        lambda: PriceChange.objects.all().delete(),
        line.delete,
    ):
        with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
            rewrite()
    assert PriceChange.objects.get().amount == Decimal("49.900")


def test_history_outlives_its_variant(shop: Shop) -> None:
    product = shop.product("sized", sizes=["s"], texts={})
    variant = shop.variants(product)[0]
    pk, sku = variant.pk, variant.sku
    variant.delete()
    assert [line.sku for line in price_history(pk, "EUR")] == [sku]


def test_history_and_price_are_one_transaction(shirt: Product) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        set_price(variant=shirt, amount=Decimal(1))
        raise RuntimeError
    assert price_history(shirt.pk, "EUR").count() == 1
    assert Price.objects.get(variant=shirt).amount == Decimal("49.90")


# The worked example "The lowest price of the last 30 days".
@pytest.fixture
def coat(shop: Shop) -> Product:
    coat = shop.product("coat", price=None, texts={})
    for day, amount in (("2026-09-01", 50), ("2026-10-01", 40), ("2026-10-10", 60), ("2026-11-05", 45)):
        with clock.moved_to(on(day)):
            set_price(variant=coat, amount=Decimal(amount))
    return coat


@pytest.mark.parametrize(
    ("moment", "lowest"),
    [
        ("2026-11-05", 40),  # 40 was in force until 10 October, inside [6 October, 5 November)
        ("2026-11-09", 45),  # [10 October, 9 November): 60, then 45; the 40 ended on the 10th
        ("2026-10-01", 50),  # the reduction to 40 begins now and does not count itself
        ("2026-09-01", None),  # never on sale before
    ],
)
def test_the_lowest_price_of_the_last_30_days(coat: Product, moment: str, lowest: int | None) -> None:
    expected = {} if lowest is None else {coat.pk: Decimal(lowest)}
    assert lowest_price_30_days([coat.pk], "EUR", on(moment)) == expected


def test_the_lowest_price_follows_exceptions_of_the_place(coat: Product, app: Channel) -> None:
    with clock.moved_to(on("2026-10-20")):
        weekend = {"starts_at": on("2026-10-24"), "ends_at": on("2026-10-26")}
        add_price_exception(variant=coat, amount=Decimal(30), reason="App days", channel=app, **weekend)
    moment = on("2026-11-05")
    assert lowest_price_30_days([coat.pk], "EUR", moment) == {coat.pk: Decimal(40)}
    assert lowest_price_30_days([coat.pk], "EUR", moment, channel_id=app.pk) == {coat.pk: Decimal(30)}


def test_a_dearer_exception_hides_the_price_it_replaces(shop: Shop) -> None:
    hat = shop.product("hat", price=None, texts={})
    with clock.moved_to(on("2026-09-01")):
        set_price(variant=hat, amount=Decimal(20))
        add_price_exception(variant=hat, amount=Decimal(25), reason="Season", starts_at=on("2026-09-02"))
    assert lowest_price_30_days([hat.pk], "EUR", on("2026-10-15")) == {hat.pk: Decimal(25)}


def test_an_exception_taken_away_early_stops_counting(shop: Shop) -> None:
    hat = shop.product("hat", price=None, texts={})
    with clock.moved_to(on("2026-09-01")):
        set_price(variant=hat, amount=Decimal(20))
        planned = add_price_exception(
            variant=hat, amount=Decimal(5), reason="Sale", starts_at=on("2026-10-01")
        )
    with clock.moved_to(on("2026-09-20")):
        remove_price_exception(exception=planned)
    assert lowest_price_30_days([hat.pk], "EUR", on("2026-10-15")) == {hat.pk: Decimal(20)}


def test_lowest_prices_take_one_statement(shop: Shop, django_assert_num_queries) -> None:
    keys = [shop.product(price="10", texts={}).pk for _number in range(5)]
    with django_assert_num_queries(1):
        assert len(lowest_price_30_days(keys, "EUR", clock.now() + DAY)) == 5
