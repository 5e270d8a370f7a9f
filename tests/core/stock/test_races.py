"""Many at once, with real threads and processes on PostgreSQL. ``COMPTOIR_STRESS=1`` runs them at full length."""

import multiprocessing
import os
import random
import signal
import time
from datetime import timedelta

import pytest
from django.db import connection, connections

from comptoir.base import clock
from comptoir.stock.allocations import allocate_holds, consume_allocations
from comptoir.stock.audit import differences
from comptoir.stock.holds import (
    OutOfStock,
    change_hold,
    extend_holds,
    hold_stock,
    release_holds,
    sweep_expired,
)
from comptoir.stock.models import Hold, Level, UnitSlot
from comptoir.stock.plans import Wanted
from comptoir.stock.pools import drain_pool, fill_pool
from comptoir.stock.queries import availability
from comptoir.stock.rows import in_transaction, lock_levels
from comptoir.stock.services import count_stock, receive_stock
from comptoir.testing.racing import STRESS, racing, run_together

pytestmark = pytest.mark.timeout(60 * STRESS)


def free(variant):
    return availability([variant.pk])[variant.pk].free


def make_hot(variant, *, surely=True):
    def fill():
        levels = lock_levels(Level.objects.filter(variant=variant).values_list("pk", flat=True))
        assert any([fill_pool(level) for level in levels.values()]) or not surely

    in_transaction(fill)


def holder(owner, variant, location, quantity=1):
    return lambda: hold_stock(requests=[Wanted(owner, variant.pk, quantity)], location_ids=[location.pk])


@pytest.mark.parametrize("is_hot", [False, True], ids=["row", "slots"])
def test_two_hundred_shoppers_want_the_last_fifty(open_shop, is_hot, monkeypatch):
    monkeypatch.setattr("comptoir.stock.pools.SMALLEST_POOL", 10)
    nantes = open_shop.location("nantes")
    shirt = open_shop.product("shirt", stock={nantes: 50})
    if is_hot:
        make_hot(shirt)

    results = run_together([holder(f"line:{n}", shirt, nantes) for n in range(200)], workers=64)

    refusals = [one for one in results if isinstance(one, OutOfStock)]
    assert len([one for one in results if isinstance(one, list)]) == 50
    assert len(refusals) == 150, {repr(one) for one in results}
    assert {one.free for one in refusals} == {0}
    assert (free(shirt), differences()) == (0, [])


def test_nobody_is_refused_while_there_is_enough_for_all(open_shop):
    nantes = open_shop.location("nantes")
    shirt = open_shop.product("shirt", stock={nantes: 1200})
    make_hot(shirt)

    results = run_together([holder(f"line:{n}", shirt, nantes) for n in range(1200)], workers=16)

    assert all(isinstance(one, list) for one in results), {repr(one) for one in results}
    assert (free(shirt), differences()) == (0, [])


def test_baskets_that_want_the_same_goods_in_opposite_order_do_not_block_each_other(open_shop):
    places = [open_shop.location(code).pk for code in ("nantes", "lyon")]
    nantes = Level.location.field.related_model.objects.get(pk=places[0])
    goods = [open_shop.product(f"shirt-{n}", stock={nantes: 100_000}) for n in range(4)]
    make_hot(goods[3])

    def buy(number):
        pair = random.sample(goods, 3)
        owner = f"line:{number}"
        hold_stock(requests=[Wanted(owner, one.pk, 1) for one in pair], location_ids=places)
        release_holds(owners=[owner])

    rounds = 300 * STRESS
    results = run_together([lambda n=n: buy(n) for n in range(rounds)], workers=16)

    assert set(results) == {None}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone() == (0,)
    assert differences() == []


def test_a_hold_that_ends_while_it_is_extended_has_one_outcome(open_shop):
    nantes = open_shop.location("nantes")
    shirt = open_shop.product("shirt", stock={nantes: 1})
    level = Level.objects.get()
    began, outcomes = clock.now(), set()
    with racing(2) as race:
        for number in range(200 * STRESS):
            with clock.moved_to(began + timedelta(hours=number)):
                [hold] = hold_stock(requests=[Wanted("first", shirt.pk, 1)], location_ids=[nantes.pk])
            with clock.moved_to(hold.expires_at - timedelta(microseconds=1)):
                extend = clock_bound(lambda: extend_holds(owners=["first"]))
            with clock.moved_to(hold.expires_at):
                take = clock_bound(holder("second", shirt, nantes))
            extended, taken = race([extend, take])
            assert (len(extended) == 1) == isinstance(taken, OutOfStock), (extended, taken)
            outcomes.add(len(extended))
            level.refresh_from_db()
            assert level.held == 1
            release_holds(owners=["first", "second"])
    assert outcomes <= {0, 1}  # on a quiet machine the same one may win every time
    assert differences() == []


def clock_bound(step):
    """The step at the moment that is now, in whatever thread it runs."""
    moment = clock.now()

    def at_that_moment():
        with clock.moved_to(moment):
            return step()

    return at_that_moment


def test_an_expired_hold_ends_once_among_taker_sweeper_releaser_and_order(open_shop):
    nantes = open_shop.location("nantes")
    shirt = open_shop.product("shirt", stock={nantes: 1})
    began = clock.now()
    with racing(4) as race:
        for number in range(50 * STRESS):
            late = Wanted(f"late:{number}", shirt.pk, 1)
            with clock.moved_to(began + timedelta(hours=number)):
                hold_stock(requests=[late], location_ids=[nantes.pk])
            with clock.moved_to(began + timedelta(hours=number, minutes=30)):
                jobs = [
                    clock_bound(holder(f"new:{number}", shirt, nantes)),
                    clock_bound(sweep_expired),
                    clock_bound(lambda late=late: release_holds(owners=[late.owner])),
                    clock_bound(lambda late=late: allocate_holds(requests=[late], location_ids=[nantes.pk])),
                ]
            taken, _swept, _released, ordered = race(jobs)
            assert isinstance(taken, OutOfStock) != isinstance(ordered, OutOfStock), (taken, ordered)
            if isinstance(ordered, list):
                consume_allocations(requests=[late])
                receive_stock(variant=shirt, location=nantes, quantity=1)
            release_holds(owners=[f"new:{number}"])
            assert differences() == []


def test_staff_and_shoppers_at_once_leave_levels_that_add_up(open_shop):
    nantes = open_shop.location("nantes")
    shirts = [open_shop.product(f"shirt-{n}", stock={nantes: 400}) for n in range(2)]
    make_hot(shirts[0])

    def work(number):
        shirt, owner = random.choice(shirts), f"line:{number % 40}"
        what = random.choice(
            ["hold", "hold", "hold", "release", "change", "count", "receive", "hot", "order"]
        )
        facts = {"owner": owner, "variant_id": shirt.pk, "location_ids": [nantes.pk]}
        wanted = [Wanted(owner, shirt.pk, 2)]
        {
            "hold": lambda: hold_stock(requests=wanted, location_ids=[nantes.pk]),
            "release": lambda: release_holds(owners=[owner]),
            "change": lambda: change_hold(**facts, quantity=random.randrange(6)),
            "count": lambda: count_stock(variant=shirt, location=nantes, counted=random.randrange(250, 420)),
            "receive": lambda: receive_stock(variant=shirt, location=nantes, quantity=3),
            "hot": lambda: make_hot(shirt, surely=False),
            "order": lambda: allocate_holds(requests=wanted, location_ids=[nantes.pk]),
        }[what]()

    results = run_together([lambda n=n: work(n) for n in range(400 * STRESS)], workers=12)

    codes = {getattr(one, "code", repr(one)) for one in results if one is not None}
    assert codes <= {"out_of_stock", "stock_is_promised"}
    assert differences() == []


def test_killed_processes_leave_levels_that_add_up(open_shop):
    nantes, lyon = open_shop.location("nantes"), open_shop.location("lyon")
    shirts = [open_shop.product(f"shirt-{n}", stock={nantes: 3000 * STRESS, lyon: 50}) for n in range(2)]
    make_hot(shirts[0])
    connections.close_all()
    context = multiprocessing.get_context("fork")

    for _round in range(3 * STRESS):
        workers = [
            context.Process(target=shop_forever, args=(shirts, [nantes.pk, lyon.pk])) for _ in range(4)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            time.sleep(random.uniform(0.2, 0.5))
            os.kill(worker.pid, signal.SIGKILL)
            worker.join()
    wait_until_alone()

    assert Hold.objects.count() > 20
    assert differences() == []
    for shirt in shirts:
        hold_stock(requests=[Wanted("last", shirt.pk, free(shirt))], location_ids=[nantes.pk, lyon.pk])
        assert free(shirt) == 0
    assert (UnitSlot.objects.count(), differences()) == (0, [])


def shop_forever(shirts, places):
    """A process that holds, releases and orders until it is killed."""
    random.seed(os.getpid())
    for number in range(10**9):
        owner = f"{os.getpid()}:{number}"
        wanted = [Wanted(owner, shirt.pk, random.randint(1, 3)) for shirt in random.sample(shirts, 2)]
        hold_stock(requests=wanted, location_ids=places)
        if number % 3 == 0:
            release_holds(owners=[owner])
        elif number % 3 == 1:
            allocate_holds(requests=wanted, location_ids=places)
            consume_allocations(requests=wanted[:1])


def wait_until_alone():
    """The server notices a little later that a process is gone."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            if cursor.fetchone() == (1,):
                return
        time.sleep(0.1)


def test_emptying_the_slots_waits_for_who_is_taking_one(open_shop):
    nantes = open_shop.location("nantes")
    shirt = open_shop.product("shirt", stock={nantes: 200})
    make_hot(shirt)

    def drain():
        [level] = lock_levels(Level.objects.values_list("pk", flat=True)).values()
        drain_pool(level)

    jobs = [holder(f"line:{n}", shirt, nantes) for n in range(60)]
    jobs[30:30] = [lambda: in_transaction(drain), lambda: make_hot(shirt)] * 5
    results = run_together(jobs, workers=12)
    assert [one for one in results if isinstance(one, Exception)] == []
    assert (free(shirt), differences()) == (140, [])


def test_giving_back_does_not_touch_what_is_held_meanwhile_on_another_level(open_shop):
    """Levels locked out of order would let two who give back wait for each other."""
    nantes = open_shop.location("nantes")
    shirts = [open_shop.product(f"shirt-{n}", stock={nantes: 10_000}) for n in range(2)]

    def come_and_go(number):
        owner = f"line:{number % 6}"
        hold_stock(requests=[Wanted(owner, random.choice(shirts).pk, 1)], location_ids=[nantes.pk])
        release_holds(owners=[owner])

    results = run_together([lambda n=n: come_and_go(n) for n in range(400 * STRESS)], workers=16)

    assert set(results) == {None}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone() == (0,)
    assert differences() == []
