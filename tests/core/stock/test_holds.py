"""Holds one at a time: what is held, refused, extended, handed over, promised, sold."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptoir.base import clock
from comptoir.base.errors import InvalidValue
from comptoir.events.models import Event
from comptoir.stock.allocations import (
    NotAllocated,
    NotOnHand,
    allocate_holds,
    cancel_allocations,
    consume_allocations,
)
from comptoir.stock.audit import differences
from comptoir.stock.holds import (
    OutOfStock,
    change_hold,
    extend_holds,
    hold_stock,
    move_holds,
    release_holds,
    sweep_expired,
)
from comptoir.stock.models import Hold, Level, OscarAllocation, StockRecord, UnitSlot
from comptoir.stock.plans import Wanted
from comptoir.stock.pools import POOL_SIZE, fill_pool
from comptoir.stock.queries import availability
from comptoir.stock.rows import HOT_HOLDS, lock_levels
from comptoir.stock.services import receive_stock, set_backorder, set_reserve


@pytest.fixture
def nantes(shop):
    return shop.location("nantes")


@pytest.fixture
def lyon(shop):
    return shop.location("lyon")


@pytest.fixture
def shirt(shop, nantes):
    return shop.product("shirt", stock={nantes: 10})


def free(variant, **asked):
    return availability([variant.pk], **asked)[variant.pk].free


def later(minutes):
    return clock.moved_to(clock.now() + timedelta(minutes=minutes))


def figures():
    level = Level.objects.get()
    return level.on_hand, level.held, level.allocated, level.pooled


def test_a_hold_keeps_pieces_for_fifteen_minutes(shirt, nantes):
    hold_stock(requests=[Wanted("line:1", shirt.pk, 3)], location_ids=[nantes.pk])
    with later(14):
        assert free(shirt) == 7
    with later(16):
        assert free(shirt) == 10
        assert figures() == (10, 3, 0, 0)  # nobody has tidied up, and nobody needs to
        hold_stock(requests=[Wanted("line:2", shirt.pk, 10)], location_ids=[nantes.pk])
    assert figures() == (10, 10, 0, 0)
    assert list(Hold.objects.order_by("held_at").values_list("state", flat=True)) == ["expired", "held"]


def test_a_hold_from_one_level_costs_two_statements(shirt, nantes):
    with CaptureQueriesContext(connection) as seen:
        hold_stock(requests=[Wanted("line:1", shirt.pk, 1)], location_ids=[nantes.pk])
    assert len(seen) == 2  # a look, and one statement that does all or nothing: it needs no savepoint


def test_two_lines_and_a_bundle_are_summed_before_the_row_is_asked(shop, shirt, nantes):
    belt = shop.product("belt", stock={nantes: 1})
    lines = [
        Wanted("line:1", shirt.pk, 4),
        Wanted("line:2", shirt.pk, 4),
        Wanted("bundle:3", shirt.pk, 3),
        Wanted("bundle:3", belt.pk, 1),
    ]
    with pytest.raises(OutOfStock) as refusal:
        hold_stock(requests=lines, location_ids=[nantes.pk])
    assert refusal.value.lines == [
        {
            "owner": "bundle:3",
            "variant_id": shirt.pk,
            "quantity": 3,
            "wanted": 3,
            "free": 2,
            "elsewhere": [],
        }
    ]
    assert not Hold.objects.exists()

    hold_stock(requests=[*lines[:2], lines[2]._replace(quantity=2), lines[3]], location_ids=[nantes.pk])
    assert free(shirt) == 0 == free(belt)
    assert differences() == []


@pytest.mark.usefixtures("english")
def test_a_refusal_says_where_else_there_is_some(shirt, nantes, lyon):
    receive_stock(variant=shirt, location=lyon, quantity=4)
    with pytest.raises(OutOfStock) as refusal:
        hold_stock(requests=[Wanted("line:1", shirt.pk, 11)], location_ids=[nantes.pk])
    [line] = refusal.value.lines
    assert (line["free"], line["elsewhere"]) == (10, [{"location_id": lyon.pk, "free": 4}])
    assert (refusal.value.code, str(refusal.value)) == (
        "out_of_stock",
        "Not enough is left: 10 of 11 pieces.",
    )


def test_a_line_comes_from_one_location_if_it_can_else_from_several(shirt, nantes, lyon):
    receive_stock(variant=shirt, location=lyon, quantity=12)
    places = [nantes.pk, lyon.pk]
    [hold] = hold_stock(requests=[Wanted("line:1", shirt.pk, 11)], location_ids=places)
    assert hold.level.location == lyon
    spread = hold_stock(requests=[Wanted("line:2", shirt.pk, 11)], location_ids=places)
    assert [(hold.level.location, hold.quantity) for hold in spread] == [(nantes, 10), (lyon, 1)]
    assert free(shirt) == 0


@pytest.mark.parametrize("owner", ["", "x" * 81, "a\0b"])
def test_a_hold_needs_an_owner(shirt, nantes, owner):
    with pytest.raises(InvalidValue) as refusal:
        hold_stock(requests=[Wanted(owner, shirt.pk, 1)], location_ids=[nantes.pk])
    assert refusal.value.field == "owner"


def test_an_extension_stops_at_the_limit_and_does_not_revive(shirt, nantes):
    wanted = [Wanted("line:1", shirt.pk, 1)]
    [hold] = hold_stock(requests=wanted, location_ids=[nantes.pk], minutes=15, max_minutes=20)
    with later(10):
        [extended] = extend_holds(owners=["line:1"], minutes=15)
        assert extended.expires_at == hold.held_at + timedelta(minutes=20)
        [again] = extend_holds(owners=["line:1"], minutes=1)
        assert again.expires_at == extended.expires_at  # never shortened
    with later(21):
        assert extend_holds(owners=["line:1"]) == []


def test_a_hold_is_released_once(shirt, nantes):
    hold_stock(requests=[Wanted("line:1", shirt.pk, 3)], location_ids=[nantes.pk])
    assert release_holds(owners=["line:1"]) == 1
    assert release_holds(owners=["line:1"]) == 0
    assert figures() == (10, 0, 0, 0)


def test_a_hold_moves_to_another_basket_as_it_is(shirt, nantes, shop):
    till = shop.channel("store")
    [hold] = hold_stock(requests=[Wanted("app:1", shirt.pk, 3)], location_ids=[nantes.pk])
    assert move_holds(owners={"app:1": "store:9"}, channel=till) == 1
    moved = Hold.objects.get()
    assert (moved.pk, moved.owner, moved.channel, moved.expires_at) == (
        hold.pk,
        "store:9",
        till,
        hold.expires_at,
    )
    assert free(shirt) == 7


def test_a_changed_quantity_holds_or_gives_back_the_difference(shirt, nantes):
    facts = {"owner": "line:1", "variant_id": shirt.pk, "location_ids": [nantes.pk]}
    for quantity in (2, 5, 4, 4):
        change_hold(**facts, quantity=quantity)
        assert figures() == (10, quantity, 0, 0)
    with pytest.raises(OutOfStock) as refusal:
        change_hold(**facts, quantity=11)
    assert refusal.value.free == 6
    assert figures() == (10, 4, 0, 0)
    change_hold(**facts, quantity=0)
    assert figures() == (10, 0, 0, 0)
    assert differences() == []


def test_an_order_promises_what_was_held(shirt, nantes):
    wanted = [Wanted("line:1", shirt.pk, 3)]
    hold_stock(requests=wanted, location_ids=[nantes.pk])
    [hold] = allocate_holds(requests=wanted, location_ids=[nantes.pk], document="order 100")
    assert (hold.state, hold.document, hold.quantity) == ("allocated", "order 100", 3)
    assert figures() == (10, 0, 3, 0)
    with later(1000):
        assert free(shirt) == 7


def test_a_late_order_wins_if_nobody_took_the_goods(shirt, nantes):
    wanted = [Wanted("line:1", shirt.pk, 8)]
    hold_stock(requests=wanted, location_ids=[nantes.pk])
    with later(20):
        allocate_holds(requests=wanted, location_ids=[nantes.pk])
    assert figures() == (10, 0, 8, 0)


def test_a_late_order_wins_also_when_its_hold_was_tidied_up(shirt, nantes):
    wanted = [Wanted("line:1", shirt.pk, 8)]
    hold_stock(requests=wanted, location_ids=[nantes.pk])
    with later(20):
        assert sweep_expired() == 1
        allocate_holds(requests=wanted, location_ids=[nantes.pk])
    assert figures() == (10, 0, 8, 0)


def test_a_late_order_is_refused_when_somebody_took_the_goods(shirt, nantes):
    wanted = [Wanted("line:1", shirt.pk, 8)]
    hold_stock(requests=wanted, location_ids=[nantes.pk])
    with later(20):
        hold_stock(requests=[Wanted("line:2", shirt.pk, 5)], location_ids=[nantes.pk])
        with pytest.raises(OutOfStock) as refusal:
            allocate_holds(requests=wanted, location_ids=[nantes.pk])
    assert refusal.value.free == 5
    assert figures() == (10, 5, 0, 0)


def test_an_order_takes_exactly_what_it_says(shop, shirt, nantes):
    belt = shop.product("belt", stock={nantes: 5})
    hold_stock(requests=[Wanted("line:1", shirt.pk, 5)], location_ids=[nantes.pk])
    wanted = [Wanted("line:1", shirt.pk, 3), Wanted("line:1", belt.pk, 1)]
    allocate_holds(requests=wanted, location_ids=[nantes.pk])
    levels = Level.objects.order_by("pk").values_list("variant", "held", "allocated")
    assert list(levels) == [(shirt.pk, 0, 3), (belt.pk, 0, 1)]
    assert differences() == []


def test_a_part_is_sold_and_a_part_is_given_back(shirt, nantes):
    wanted = Wanted("line:1", shirt.pk, 5)
    allocate_holds(requests=[wanted], location_ids=[nantes.pk], document="order 100")
    [sale] = consume_allocations(requests=[wanted._replace(quantity=2)], document="parcel 1")
    assert (sale.quantity, sale.reason, sale.document) == (-2, "sale", "parcel 1")
    assert figures() == (8, 0, 3, 0)
    cancel_allocations(requests=[wanted._replace(quantity=1)])
    assert figures() == (8, 0, 2, 0)
    for service in (consume_allocations, cancel_allocations):
        with pytest.raises(NotAllocated) as refusal:
            service(requests=[wanted])
        assert refusal.value.allocated == 2
    assert differences() == []


def test_what_was_sold_before_it_came_is_not_handed_over(shirt, nantes):
    set_backorder(variant=shirt, location=nantes, quantity=5)
    wanted = [Wanted("line:1", shirt.pk, 12)]
    allocate_holds(requests=wanted, location_ids=[nantes.pk])
    with pytest.raises(NotOnHand):
        consume_allocations(requests=wanted)
    receive_stock(variant=shirt, location=nantes, quantity=2)
    consume_allocations(requests=wanted)
    assert figures() == (0, 0, 0, 0)


def test_a_buffer_hides_the_last_pieces_from_one_channel(shop, shirt, nantes):
    web, store = shop.channel("web"), shop.channel("store")
    set_reserve(channel=web, location=nantes, kind="buffer", quantity=3, purpose="the shop window")
    assert (free(shirt, channel=web), free(shirt, channel=store), free(shirt)) == (7, 10, 10)
    with pytest.raises(OutOfStock) as refusal:
        hold_stock(requests=[Wanted("w", shirt.pk, 8)], location_ids=[nantes.pk], channel=web)
    assert refusal.value.free == 7
    hold_stock(requests=[Wanted("w", shirt.pk, 7)], location_ids=[nantes.pk], channel=web)
    hold_stock(requests=[Wanted("s", shirt.pk, 3)], location_ids=[nantes.pk], channel=store)


def test_a_ring_fence_is_for_one_channel_only(shop, shirt, nantes):
    web, store = shop.channel("web"), shop.channel("store")
    set_reserve(channel=store, location=nantes, kind="ringfence", quantity=3)
    set_reserve(channel=store, location=nantes, kind="ringfence", quantity=6, variant=shirt)
    assert (free(shirt, channel=web), free(shirt, channel=store)) == (4, 10)
    with pytest.raises(OutOfStock):
        hold_stock(requests=[Wanted("w", shirt.pk, 5)], location_ids=[nantes.pk], channel=web)
    hold_stock(requests=[Wanted("s", shirt.pk, 10)], location_ids=[nantes.pk], channel=store)


def test_oscar_cannot_count_behind_our_back(shirt):
    record = StockRecord(product=shirt)
    for call in (record.allocate, record.consume_allocation, record.cancel_allocation):
        with pytest.raises(OscarAllocation, match="allocate_holds"):
            call(1)
    with pytest.raises(OscarAllocation):
        record.is_allocation_consumption_possible(1)


def test_selling_out_and_coming_back_are_told_and_nothing_else(shirt, nantes):
    Event.objects.all().delete()
    told = Event.objects.filter(type="stock_changed")
    hold_stock(requests=[Wanted("line:1", shirt.pk, 9)], location_ids=[nantes.pk])
    receive_stock(variant=shirt, location=nantes, quantity=1)
    assert told.count() == 0
    hold_stock(requests=[Wanted("line:2", shirt.pk, 2)], location_ids=[nantes.pk])
    assert [event.subject_id for event in told] == [shirt.pk]


# --- hot variants ----------------------------------------------------------------------------------------------------


@pytest.fixture
def hot(shop, nantes):
    """A variant with 500 pieces, nearly all of them in unit slots."""
    variant = shop.product("drop", stock={nantes: 500})
    [level] = lock_levels(Level.objects.filter(variant=variant).values_list("pk", flat=True)).values()
    fill_pool(level)
    return variant


def test_a_hot_variant_is_held_without_touching_its_row(hot, nantes):
    assert (UnitSlot.objects.count(), free(hot)) == (499, 500)
    [hold] = hold_stock(requests=[Wanted("line:1", hot.pk, 2)], location_ids=[nantes.pk])
    assert hold.is_pooled
    assert (UnitSlot.objects.count(), free(hot), figures()) == (497, 498, (500, 0, 0, 499))
    assert differences() == []


def test_a_pooled_hold_lives_like_any_other(hot, nantes):
    wanted = [Wanted("line:1", hot.pk, 2)]
    hold_stock(requests=wanted, location_ids=[nantes.pk])
    assert release_holds(owners=["line:1"]) == 1
    assert (free(hot), figures()) == (500, (500, 0, 0, 497))
    allocate_holds(requests=wanted, location_ids=[nantes.pk])
    assert (free(hot), differences()) == (498, [])
    consume_allocations(requests=wanted)
    assert (free(hot), Level.objects.get().on_hand, differences()) == (498, 498, [])


def test_the_last_pieces_of_a_hot_variant_are_found_whoever_has_them(hot, nantes):
    for number in range(25):
        hold_stock(requests=[Wanted(f"line:{number}", hot.pk, 20)], location_ids=[nantes.pk])
    assert free(hot) == 0
    with pytest.raises(OutOfStock) as refusal:
        hold_stock(requests=[Wanted("late", hot.pk, 1)], location_ids=[nantes.pk])
    assert refusal.value.free == 0
    assert (Level.objects.get().hot_since, differences()) == (None, [])


def test_slots_are_filled_before_they_run_out(shop, nantes):
    variant = shop.product("drop", stock={nantes: 2000})
    [level] = lock_levels(Level.objects.values_list("pk", flat=True)).values()
    fill_pool(level)
    UnitSlot.objects.exclude(slot=0).delete()  # one slot is left, with 15 pieces
    Level.objects.update(pooled=UnitSlot.objects.count())
    while UnitSlot.objects.count() < POOL_SIZE // 2:
        hold_stock(requests=[Wanted("line", variant.pk, 1)], location_ids=[nantes.pk])
        assert Hold.objects.count() < 15, "the slots ran out"
    assert (free(variant), differences()) == (2000 - Hold.objects.count(), [])


def test_a_variant_gets_hot_by_many_holds_in_a_second_and_cools_by_itself(shop, nantes):
    variant = shop.product("drop", stock={nantes: 2000})
    with clock.moved_to(clock.now()):
        for number in range(HOT_HOLDS):
            assert not UnitSlot.objects.exists()
            hold_stock(requests=[Wanted(f"line:{number}", variant.pk, 1)], location_ids=[nantes.pk])
    assert UnitSlot.objects.count() == POOL_SIZE
    with later(2):  # the slots have lasted longer than a minute
        hold_stock(requests=[Wanted("line:x", variant.pk, 1)], location_ids=[nantes.pk])
        assert not UnitSlot.objects.exists()
    assert differences() == []
